/*
 * Two clocks: the time, and how fast the core runs at the moment; and what disturbed the process.
 *
 * A sample is believed when the core clock beside it is the usual one of late, and when neither
 * the kernel nor the hypervisor took the core away in the meantime. The functions read exactly
 * these three things. None of them allocates, so they may stand around a timed part of any
 * allocator.
 */
#ifndef ALLOCOST_CLOCK_H
#define ALLOCOST_CLOCK_H

#include <stdint.h>

/* Monotonic time in nanoseconds since an arbitrary start. Cannot fail. Any thread. */
uint64_t clock_now_ns(void);

/*
 * The core clock in GHz, measured by the time that a chain of dependent additions takes: one
 * addition is one cycle on every core this project runs on, and an SMT sibling or a full cache does
 * not lengthen it. The chain is cut into short segments that are timed one by one.
 *
 * `ghz_best` is the fastest segment: an interrupt lengthens one or two segments and leaves the best
 * alone, so this is the frequency, and this is what is compared with the median of late. It falls
 * only when the core is slower throughout. `ghz_mean` is over all segments; when it is more than
 * about 3 % below the best, the core was interrupted during the reading itself, while its frequency
 * did not change.
 */
struct clock_reading {
    double ghz_best; /* of the fastest segment; finite and above 0 */
    double ghz_mean; /* of all segments together; at most ghz_best */
};

/* Reads the core clock, in about 30 microseconds. Cannot fail. Any thread. */
struct clock_reading clock_read(void);

/* clock_read().ghz_best: the number for the column core_ghz. */
double clock_core_ghz(void);

/* Running totals; what happened between two readings is their difference. */
struct disturbance {
    long involuntary_switches; /* of all threads of the process, ended ones included */
    uint64_t steal_ticks; /* taken by the hypervisor from the CPUs that this thread may run on, in
                             units of 1/sysconf(_SC_CLK_TCK) s; 0 where the kernel does not say */
};

/*
 * Reads the totals. For a pinned process the CPUs are the one it is pinned to. Cannot fail: what
 * the kernel does not give stays 0. One thread at a time. Call it outside the timed part: it takes
 * about 10 microseconds on 2 CPUs and more on more of them, since the kernel composes the whole of
 * /proc/stat for each reading.
 */
void disturbance_read(struct disturbance *out);

#endif
