/*
 * The counting interposer: exact totals of what a process asked its allocator for.
 *
 * It is a shared object that is preloaded, alone or in front of the allocator under test; it counts
 * the calls of all threads and passes them on to the next object that provides malloc. Nobody links
 * with it. A program that wants the totals includes this header and tests the functions for NULL:
 * they are weak, and NULL is the answer that no interposer is loaded (always NULL in code that is
 * not position-independent, where the linker has the last word on weak functions).
 *
 *     LD_PRELOAD="liballocost_count.so libjemalloc.so.2" program
 *
 * What counts: the calls that the program and its libraries make, among them the calls the C
 * library makes in strdup or stdio. What does not: calls that fail, calls that the allocator makes
 * from within a call, and operator new where the allocator brings its own. A realloc to 0 bytes is
 * a free; where the allocator answers it with a block all the same, it is a free and an alloc.
 */
#ifndef ALLOCOST_COUNT_H
#define ALLOCOST_COUNT_H

#include <stdint.h>

/* Totals since the process began. The first four mean what bench.h says of an expectation. */
struct count_totals {
    uint64_t allocs;       /* calls that returned a new block, realloc of NULL among them */
    uint64_t reallocs;     /* of a block that existed, to a size above 0 */
    uint64_t frees;        /* of a block, not of NULL */
    uint64_t bytes;        /* requested by those allocs and reallocs */
    uint64_t usable_bytes; /* what malloc_usable_size said of the blocks that these returned; 0
                              when the allocator does not have that function */
};

/*
 * Writes the sum over all threads, those that have ended included. Exact for every call that
 * happened before this one; calls that other threads are making may or may not be in it. Allocates
 * nothing. Cannot fail. Any thread may call it.
 */
void allocost_count_read(struct count_totals *out) __attribute__((weak));

/*
 * The path of the object that the calls are passed on to, as the loader names it. Lives as long as
 * the process. Cannot fail.
 */
const char *allocost_count_provider(void) __attribute__((weak));

#endif
