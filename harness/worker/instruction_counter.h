/*
 * Exact numbers of instructions of a measured function: by callgrind when the process runs under
 * it, else by the CPU's counter.
 */
#ifndef ALLOCOST_INSTRUCTION_COUNTER_H
#define ALLOCOST_INSTRUCTION_COUNTER_H

#include "bench.h"

#include <stddef.h>
#include <stdint.h>

/* The instructions of two calls. What is done once in a call falls out of the difference. */
struct instruction_counts {
    const char *source;  /* valgrind or perf */
    uint64_t iterations; /* of the first call; the second has twice as many */
    uint64_t once;       /* instructions of the first call */
    uint64_t twice;      /* of the second */
};

/*
 * Counts. `dumps` is the path that callgrind was given for its files, to which it adds numbers;
 * what it writes here is read and removed. Returns 0, or -1 with the reason in `why`, one line.
 *
 * The number of iterations depends on instructions alone, never on time, and so is the same each
 * time and on each machine that runs the same code.
 */
int instruction_count(bench_run *run, void *state, const char *dumps,
                      struct instruction_counts *counts, char *why, size_t room);

#endif
