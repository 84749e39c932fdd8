/* What fits into a budget. */
#include "check.h"
#include "run/budget.h"
#include "run/plan.h"

int main(void)
{
    EXPECT_NEAR(budget_reserve_s(25), 2, 1e-12);
    EXPECT_NEAR(budget_reserve_s(300), 10, 0);

    /* 10 rounds of 99 processes, and one round and process for what comes before them. */
    EXPECT_NEAR(budget_rounds(99, 0.02 * 100 * 11, 0.02), 10, 1e-9);
    EXPECT_NEAR(budget_rounds(99, 0.01, 0.02), 0, 0);

    /* No limit: everything, and repetitions for 3/2 of the start's 10 and the upkeep's 4 ms, less
     * the warm-up's 6: five of 3. A process is 35 ms. */
    const size_t processes[BUDGET_TIERS] = {99, 999, 9999};
    struct budget_fit fit = budget_fit(processes, 0, 10e6, false);
    EXPECT_INT(fit.tier, BENCH_EXTENDED);
    EXPECT_INT(fit.repetition_ns, 3000000);
    EXPECT_NEAR(fit.rounds, 0, 0);
    /* A tier is taken when its round fits in eleven times. */
    fit = budget_fit(processes, 0.035 * 10001 * 11, 10e6, false);
    EXPECT_INT(fit.tier, BENCH_EXTENDED);
    EXPECT_NEAR(fit.rounds, 10001.0 * 11 / 10000 - 1, 1e-9);
    fit = budget_fit(processes, 0.035 * 9999 * 11, 10e6, false);
    EXPECT_INT(fit.tier, BENCH_DEFAULT);
    EXPECT_INT(fit.repetition_ns, 3000000);
    fit = budget_fit(processes, 0.035 * 999 * 11, 10e6, false);
    EXPECT_INT(fit.tier, BENCH_KEY);
    EXPECT_INT(fit.repetition_ns, 3000000);
    /* The first tier whatever it gets: in shorter repetitions, but not in ever shorter ones. */
    fit = budget_fit(processes, 0.030 * 100 * 11, 10e6, false);
    EXPECT_INT(fit.tier, BENCH_KEY);
    EXPECT_INT(fit.repetition_ns, 2000000);
    EXPECT_NEAR(fit.rounds, 10, 1e-6);
    fit = budget_fit(processes, 1e-3, 10e6, false);
    EXPECT_INT(fit.tier, BENCH_KEY);
    EXPECT_INT(fit.repetition_ns, 1000000);
    EXPECT_NEAR(fit.rounds, 0, 0);
    EXPECT_INT(budget_fit(processes, 1.0, 10e6, true).tier, BENCH_EXTENDED);
    /* Within bounds, however cheap or dear a process is. */
    EXPECT_INT(budget_fit(processes, 0, 0.5e6, false).repetition_ns, 1000000);
    EXPECT_INT(budget_fit(processes, 0, 500e6, false).repetition_ns, 3000000);

    /* Heap and control cells count under every allocator; what is skipped or left out not. */
    struct plan_cell cells[] = {
        {.tier = BENCH_KEY, .heap = true, .selected = true, .skip = (char[]){""}},
        {.tier = BENCH_KEY, .selected = true, .skip = (char[]){""}},
        {.tier = BENCH_DEFAULT, .control = true, .selected = true, .skip = (char[]){""}},
        {.tier = BENCH_EXTENDED, .heap = true, .selected = true, .skip = (char[]){"absent"}},
        {.tier = BENCH_EXTENDED, .heap = true, .skip = (char[]){""}},
        {.tier = BENCH_EXTENDED, .selected = true, .skip = (char[]){""}},
    };
    const struct plan plan = {.cells = cells, .cell_count = BENCH_COUNT(cells)};
    size_t counted[BUDGET_TIERS];
    budget_count_processes(&plan, 6, counted);
    EXPECT_INT(counted[BENCH_KEY], 7);
    EXPECT_INT(counted[BENCH_DEFAULT], 13);
    EXPECT_INT(counted[BENCH_EXTENDED], 14);
    return check_result();
}
