#include "run/pace.h"

#include "run/session_state.h"

#include <math.h>
#include <stdbool.h>

/*
 * A process above its start: readings of clocks, the preparing of inputs, its end, the sample's way
 * to the disk, and its share of what is measured again. Only these choices depend on it.
 */
static const double upkeep_ns = 4e6;

/* The least warm-up, and how far the work of a chunk goes beyond it. */
static const double warmup_ns = 6e6;

/* Time in the warm-up and timed loops over all other time that is aimed at: 60 % of the whole, for
 * calibrating and counting, which are hardly measuring, are still to come out of it. */
static const double wanted_share = 1.5;

static const double repetition_shortest_ns = 1e6;

/* A longer one is more often interrupted, and is then set aside: on a busy machine the kernel's own
 * threads take a CPU 120 times a second. */
static const double repetition_longest_ns = 3e6;

static double round_ns(const struct plan *plan, size_t allocators, enum bench_tier tier,
                       double cost_ns, double repetition_ns)
{
    return (double)plan_round_processes(plan, tier, allocators) *
           (cost_ns + warmup_ns + REPETITIONS * repetition_ns);
}

struct pace pace_choose(const struct plan *plan, size_t allocators, double time_s,
                        double start_cost_ns, bool all)
{
    /* Beside the rounds, calibrating and counting take about one more. */
    enum { ROUNDS = PACE_ROUNDS + 1 };
    const double time_ns = time_s * 1e9;
    const double cost_ns = start_cost_ns + upkeep_ns;
    const double longest_ns =
        fmin(fmax((wanted_share * cost_ns - warmup_ns) / REPETITIONS, repetition_shortest_ns),
             repetition_longest_ns);
    struct pace pace = {.tier = BENCH_EXTENDED, .repetition_ns = (uint64_t)longest_ns};
    if (time_s <= 0.0)
        return pace;
    while (!all && pace.tier > BENCH_KEY &&
           round_ns(plan, allocators, pace.tier, cost_ns, longest_ns) * ROUNDS > time_ns)
        pace.tier--;
    double repetition_ns = longest_ns;
    const double processes = (double)plan_round_processes(plan, pace.tier, allocators);
    if (processes > 0.0) {
        const double room_ns = time_ns / ROUNDS / processes - cost_ns - warmup_ns;
        repetition_ns = fmax(fmin(longest_ns, room_ns / REPETITIONS), repetition_shortest_ns);
        pace.rounds = fmax(
            time_ns / round_ns(plan, allocators, pace.tier, cost_ns, repetition_ns) - 1.0, 0.0);
    }
    pace.repetition_ns = (uint64_t)repetition_ns;
    return pace;
}
