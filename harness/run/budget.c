#include "run/budget.h"

#include "run/plan.h"
#include "run/session_state.h"

#include <math.h>

/*
 * A process above its start: readings of clocks, the preparing of inputs, its end, the sample's way
 * to the disk, and its share of what is measured again. Only these choices depend on it.
 */
static const double upkeep_s = 0.004;

/* The least warm-up, and how far the work of a chunk goes beyond it. */
static const double warmup_s = 0.006;

/* Time in the warm-up and timed loops over all other time that is aimed at: 60 % of the whole, for
 * calibrating and counting, which are hardly measuring, are still to come out of it. */
static const double wanted_share = 1.5;

static const double shortest_s = 0.001;

/* A longer one is more often interrupted, and is then set aside: on a busy machine the kernel's own
 * threads take a CPU 120 times a second. */
static const double longest_s = 0.003;

double budget_reserve_s(double budget_s)
{
    const double share = 1.0 + 0.04 * budget_s;
    return share < 10.0 ? share : 10.0;
}

void budget_count_processes(const struct plan *plan, size_t allocators,
                            size_t processes[BUDGET_TIERS])
{
    for (int tier = BENCH_KEY; tier < BUDGET_TIERS; tier++)
        processes[tier] = plan_round_processes(plan, (enum bench_tier)tier, allocators);
}

double budget_rounds(size_t processes, double time_s, double sample_cost_s)
{
    return fmax(time_s / sample_cost_s / (double)(processes + 1) - 1.0, 0.0);
}

/* A process above its warm-up and timed loops. */
static double process_cost_s(double start_cost_ns)
{
    return start_cost_ns / 1e9 + upkeep_s;
}

/* Of a repetition where rounds are no matter. */
static double wanted_repetition_s(double cost_s)
{
    return fmin(fmax((wanted_share * cost_s - warmup_s) / REPETITIONS, shortest_s), longest_s);
}

static double sample_s(double cost_s, double repetition_s)
{
    return cost_s + warmup_s + REPETITIONS * repetition_s;
}

double budget_needed_s(size_t processes, double start_cost_ns)
{
    const double cost_s = process_cost_s(start_cost_ns);
    return (double)(processes + 1) * (BUDGET_ROUNDS + 1) *
           sample_s(cost_s, wanted_repetition_s(cost_s));
}

struct budget_fit budget_fit(const size_t processes[BUDGET_TIERS], double time_s,
                             double start_cost_ns, bool all)
{
    const double cost_s = process_cost_s(start_cost_ns);
    double repetition_s = wanted_repetition_s(cost_s);
    int tier = BENCH_EXTENDED;
    double rounds = 0.0;
    if (time_s > 0.0) {
        while (!all && tier > BENCH_KEY && budget_needed_s(processes[tier], start_cost_ns) > time_s)
            tier--;
        const double room_s =
            time_s / (BUDGET_ROUNDS + 1) / (double)(processes[tier] + 1) - cost_s - warmup_s;
        repetition_s = fmax(fmin(repetition_s, room_s / REPETITIONS), shortest_s);
        rounds = budget_rounds(processes[tier], time_s, sample_s(cost_s, repetition_s));
    }
    return (struct budget_fit){(enum bench_tier)tier, rounds, (uint64_t)(repetition_s * 1e9 + 0.5)};
}
