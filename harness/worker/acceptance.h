/*
 * What malloc, calloc, realloc and free promise, tried out on the allocator of this process. One
 * that breaks a promise is measured under no cell: its times would be those of other work.
 */
#ifndef ALLOCOST_ACCEPTANCE_H
#define ALLOCOST_ACCEPTANCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * For sizes up to 192 KiB: blocks are there, aligned, and apart from each other; calloc's are
 * zero also where they were written to before; realloc keeps what was in them. Takes some
 * milliseconds. False with the reason, a sentence's part; then what it got is not given back.
 */
bool accept_allocator(char *why, size_t room);

#endif
