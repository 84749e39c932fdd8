/*
 * What callgrind writes when it is asked for its counts: a text of the format that its manual
 * describes ("Callgrind Format Specification").
 */
#ifndef ALLOCOST_CALLGRIND_DUMP_H
#define ALLOCOST_CALLGRIND_DUMP_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the number of instructions from the whole text of a dump, `size_bytes` long. It must say
 * what it is, count instructions and nothing else, and end with its total: one that was cut short
 * is none. Returns NULL with *instructions set, or why it cannot be read, a string of static
 * storage.
 */
const char *callgrind_dump_read(const char *text, size_t size_bytes, uint64_t *instructions);

#endif
