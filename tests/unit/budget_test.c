/* What fits into a budget. */
#include "check.h"
#include "run/budget.h"
#include "run/plan.h"

int main(void)
{
    EXPECT_NEAR(budget_reserve_s(25), 2, 1e-12);
    EXPECT_NEAR(budget_reserve_s(300), 10, 0);
    EXPECT_NEAR(budget_sample_cost_s(5e6), 0.020, 1e-12);

    /* A tier is taken when its round fits in eleven times. */
    const size_t processes[BUDGET_TIERS] = {99, 999, 9999};
    struct budget_fit fit = budget_fit(processes, 0.02 * 9999 * 11, 0.02);
    EXPECT_INT(fit.tier, BENCH_EXTENDED);
    EXPECT_NEAR(fit.rounds, 9999.0 * 11 / 10000 - 1, 1e-9);
    fit = budget_fit(processes, 0.02 * 9998 * 11, 0.02);
    EXPECT_INT(fit.tier, BENCH_DEFAULT);
    EXPECT_NEAR(fit.rounds, 9998.0 * 11 / 1000 - 1, 1e-9);
    fit = budget_fit(processes, 0.02 * 998 * 11, 0.02);
    EXPECT_INT(fit.tier, BENCH_KEY);
    /* The first tier whatever it gets. */
    fit = budget_fit(processes, 0.02, 0.02);
    EXPECT_INT(fit.tier, BENCH_KEY);
    EXPECT_NEAR(fit.rounds, 0, 0);

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
