/*
 * What a budget of time holds: up to which tier cells are measured, in how many rounds, and how
 * long a timed repetition is.
 *
 * A process costs what it costs, whatever is measured in it. Where that is much, repetitions are
 * longer, so that most of the time is spent measuring; unless there would be too few rounds then.
 */
#ifndef ALLOCOST_BUDGET_H
#define ALLOCOST_BUDGET_H

#include "bench.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan;

enum {
    BUDGET_ROUNDS = 10,      /* that a cell is worth measuring for; with fewer, fewer cells are */
    BUDGET_ROUNDS_LEAST = 6, /* below, there is no interval */
    BUDGET_TIERS = BENCH_EXTENDED + 1
};

/* Of a run that is given none, in seconds. */
#define BUDGET_DEFAULT_S 300.0

/* What fits. */
struct budget_fit {
    enum bench_tier tier;   /* cells of this and of earlier ones */
    double rounds;          /* at least 0; no whole number; 0 without a limit */
    uint64_t repetition_ns; /* what a timed loop is to take */
};

/* What is kept of a budget for the summary, the figures and the table, in seconds. Cannot fail. */
double budget_reserve_s(double budget_s);

/* The processes of one round over the selected cells, up to each tier. */
void budget_count_processes(const struct plan *plan, size_t allocators,
                            size_t processes[BUDGET_TIERS]);

/* How often a round of so many processes fits. A round's worth of time is thought to go into what
 * comes before the rounds. */
double budget_rounds(size_t processes, double time_s, double sample_cost_s);

/*
 * What a tier of so many processes a round needs beside the reserve, in seconds: the rounds that a
 * cell is worth measuring for, and what comes before them.
 */
double budget_needed_s(size_t processes, double start_cost_ns);

/*
 * time_s: for the samples and what prepares them; 0: no limit. start_cost_ns: from asking for a
 * process that does next to nothing until it has ended. `all`: every tier, however long it takes.
 */
struct budget_fit budget_fit(const size_t processes[BUDGET_TIERS], double time_s,
                             double start_cost_ns, bool all);

#endif
