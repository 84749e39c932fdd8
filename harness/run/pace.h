/*
 * How long a timed repetition is, and which cells are measured: what a budget and the cost of a
 * process leave.
 *
 * A process costs what it costs, whatever is measured in it. Where that is much, repetitions are
 * longer, so that most of the time is spent measuring; unless there would be too few rounds then.
 */
#ifndef ALLOCOST_RUN_PACE_H
#define ALLOCOST_RUN_PACE_H

#include "run/plan.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PACE_ROUNDS = 10,      /* that a cell is worth measuring for; with fewer, fewer cells are */
    PACE_ROUNDS_LEAST = 6, /* below, there is no interval */
};

struct pace {
    enum bench_tier tier;
    uint64_t repetition_ns; /* what a timed loop is calibrated to take */
    double rounds;          /* that the time holds, about; 0 without a limit */
};

/*
 * time_s: for the samples and what prepares them; 0: no limit. start_cost_ns: from asking for a
 * process that does next to nothing until it has ended. `all`: every tier, however long it takes.
 */
struct pace pace_choose(const struct plan *plan, size_t allocators, double time_s,
                        double start_cost_ns, bool all);

#endif
