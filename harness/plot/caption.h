/*
 * What stands under the title of every figure: on what, and with what, it was measured.
 */
#ifndef ALLOCOST_CAPTION_H
#define ALLOCOST_CAPTION_H

#include <stddef.h>

struct keyvalues;

enum { CAPTION_LINES = 3 }; /* most lines; what does not fit is cut off */

/*
 * Machine, compiler and libc as facts.h words them, then each allocator with its version (glibc's
 * is that of the libc), in lines of at most `columns` characters. Empty when nothing is known of
 * the machine. The caller frees it. Cannot fail.
 */
char *caption_make(const struct keyvalues *machine, const char *const allocators[], size_t count,
                   size_t columns);

#endif
