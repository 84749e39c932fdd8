/*
 * The threads that run one cell at the same time, each with a state of its own.
 *
 * A cell of one thread has no thread but the caller's: nothing is started, and everything is called
 * as if it stood in the caller. For more, all of them are started by crew_open, for the whole life
 * of the crew; the caller is none of them and sleeps while they run, so that they are alike (in
 * some allocators the first thread of a process is a special one). Each is pinned to a CPU, in the
 * order of those that the process may run on; when there are fewer CPUs than threads, they take
 * turns, so that each CPU has as many threads as the others: left to itself the scheduler would
 * move threads about for longer than a repetition takes.
 *
 * One crew at a time in a process that measures. A function may be called by one thread only, the
 * one that opened the crew.
 */
#ifndef ALLOCOST_CREW_H
#define ALLOCOST_CREW_H

#include "bench.h"

#include <stdbool.h>
#include <stdint.h>

struct crew;

/* What one run of a crew of several threads took. */
struct crew_timing {
    uint64_t span_ns;            /* from the start of the first thread to the end of the last */
    double ns_per_iteration;     /* mean over the threads of each one's own time and iterations */
    double cpu_ns_per_iteration; /* the same of the thread's CPU time */
    double ghz;                  /* core clock: mean over the threads of before and after */
    long involuntary_switches;   /* of the threads while they ran; one that came late counts too */
};

/* CPUs that this process may run on; at least 1. */
unsigned crew_cpus(void);

/* Whether the variant has a cell of so many threads, on a machine with so many CPUs. */
bool crew_has(const struct bench_variant *variant, unsigned threads, unsigned cpus);

/*
 * Sets the cell up: what is shared, then the state of each thread. `cell` says its value, seed and
 * threads; `run` is its function. NULL with the reason in *skip when a setup does not work here;
 * then nothing is left. Aborts when a thread cannot be started.
 */
struct crew *crew_open(const struct bench_variant *variant, bench_run *run,
                       const struct bench_cell *cell, const char **skip);

/*
 * Runs all threads, so many iterations each, and returns the sum of the checksums. They start
 * together: none leaves before all have come and the caller is about to sleep. *timing is filled
 * for more than one thread, and left alone for one; NULL is allowed.
 */
uint64_t crew_run(struct crew *crew, uint64_t iterations, struct crew_timing *timing);

/* State of a thread, from 0: for a caller that runs the only one itself. */
void *crew_state(const struct crew *crew, unsigned thread);

/* What the allocator is asked for in so many iterations of each thread: the sum over the states. */
struct bench_counts crew_expect(const struct crew *crew, uint64_t iterations);

/* Whether the sum of crew_expect is a bound, and not exact. */
bool crew_expect_at_most(const struct crew *crew);

/* Operations that so many iterations of each thread are. */
uint64_t crew_operations(const struct crew *crew, uint64_t iterations);

/* More threads than CPUs: the threads of a crew interrupt each other by nature. */
bool crew_shares_cpus(const struct crew *crew);

/* Tears everything down and gives it back. */
void crew_close(struct crew *crew);

#endif
