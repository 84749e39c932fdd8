/* The shift between two groups without pairs: ranks against the printed tables of Mann and
 * Whitney's test, orders against all differences sorted, coverage by trial. */
#include "check.h"
#include "data/shift.h"
#include "data/stats.h"
#include "synthetic.h"

/* The largest U at which the two-sided test rejects is the rank less 1. Values of the tables that
 * go back to Mann and Whitney, Annals of Mathematical Statistics 18 (1947), as textbooks have them.
 */
static void test_tables(void)
{
    static const struct {
        size_t n, m;
        double level;
        long critical; /* -1: no U is small enough */
    } table[] = {{3, 3, 0.95, -1},    {4, 4, 0.95, 0},    {5, 5, 0.95, 2},    {5, 8, 0.95, 6},
                 {8, 8, 0.95, 13},    {10, 10, 0.95, 23}, {12, 15, 0.95, 49}, {20, 20, 0.95, 127},
                 {4, 4, 0.99, -1},    {5, 5, 0.99, 0},    {8, 8, 0.99, 7},    {10, 10, 0.99, 16},
                 {20, 20, 0.99, 105}, {2, 8, 0.95, 0},    {2, 7, 0.95, -1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        EXPECT_INT((long)shift_rank(table[i].n, table[i].m, table[i].level) - 1, table[i].critical);
        EXPECT_INT((long)shift_rank(table[i].m, table[i].n, table[i].level) - 1, table[i].critical);
    }
    EXPECT_INT(shift_rank(0, 10, 0.95), 0);
    /* Of the 252 orders of 5 and 5, 1 has U = 0: its two tails are 2 / 252, a level of 0.99206. */
    EXPECT_INT(shift_rank(5, 5, 1 - 2.0 / 252), 1);
    EXPECT_INT(shift_rank(5, 5, 1 - 1.99 / 252), 0);
}

/* Where the exact distribution ends, the approximation goes on without a step, and never covers
 * less than it says. */
static void test_large(void)
{
    const double levels[] = {0.95, 0.99, 0.9999, 0.9999999};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const double exact = (double)shift_rank(50, 50, levels[i]) / (50.0 * 50);
        const double normal = (double)shift_rank(50, 51, levels[i]) / (50.0 * 51);
        EXPECT(normal > 0 && normal < exact * 1.005);
        EXPECT_NEAR(normal, exact, 0.06);
    }
    /* n m / 2 less the quantile and the correction for continuity; exactly it is 1427 too. */
    EXPECT_INT(shift_rank(60, 60, 0.95), 1427);
    EXPECT_INT(shift_rank(200, 200, 0.95), 17734);
    EXPECT(shift_rank(1000, 1000, 0.99) < 500000);
    EXPECT_NEAR((double)shift_rank(1000, 1000, 0.99) / 1e6, 0.5 - 2.5758 * sqrt(2001.0 / 12e6),
                0.001);
}

static int compare_numbers(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Against all differences, made and sorted; with ties, and differences of 0. */
static void test_orders(void)
{
    enum { MOST = 13 };
    uint64_t seed = 7;
    for (unsigned trial = 0; trial < 500; trial++) {
        const size_t n = 1 + (size_t)(synthetic_uniform(&seed) * MOST);
        const size_t m = 1 + (size_t)(synthetic_uniform(&seed) * MOST);
        double values[MOST], bases[MOST], all[MOST * MOST];
        const bool tied = trial % 2 == 0;
        for (size_t i = 0; i < n; i++)
            values[i] = tied ? floor(4 * synthetic_uniform(&seed)) : synthetic_normal(&seed);
        for (size_t i = 0; i < m; i++)
            bases[i] = tied ? floor(4 * synthetic_uniform(&seed)) : synthetic_normal(&seed);
        stats_sort(values, n);
        stats_sort(bases, m);
        for (size_t i = 0; i < n * m; i++)
            all[i] = values[i % n] - bases[i / n];
        qsort(all, n * m, sizeof *all, compare_numbers);
        const size_t rank = 1 + (size_t)(synthetic_uniform(&seed) * (double)((n * m + 1) / 2));
        const size_t used = rank <= (n * m + 1) / 2 ? rank : 1;
        const struct stats_interval got = shift_ratio(values, n, bases, m, used);
        EXPECT_NEAR(got.median, exp(stats_median_sorted(all, n * m)), 1e-14);
        EXPECT(got.low == exp(all[used - 1]));
        EXPECT(got.high == exp(all[n * m - used]));
        EXPECT(shift_ratio_low(values, n, bases, m, used) == got.low);
        const struct stats_interval back = shift_ratio(bases, m, values, n, used);
        EXPECT_NEAR(back.low, 1 / got.high, 1e-14);
        EXPECT_NEAR(back.median, 1 / got.median, 1e-14);
    }
    const double one[] = {2.0}, other[] = {0.5};
    EXPECT(isnan(shift_ratio(one, 1, other, 1, 0).low));
    EXPECT(isnan(shift_ratio_low(one, 1, other, 1, 0)));
    EXPECT_NEAR(shift_ratio(one, 1, other, 1, 0).median, exp(1.5), 1e-15);
}

/* How often the interval misses a factor of 1.1, for times of three shapes. */
static void test_coverage(void)
{
    enum { TRIALS = 4000, N = 9, M = 11 };
    for (unsigned shape = 0; shape < 3; shape++) {
        uint64_t seed = 100 + shape;
        unsigned missed = 0;
        for (unsigned trial = 0; trial < TRIALS; trial++) {
            double groups[2][M];
            for (unsigned g = 0; g < 2; g++)
                for (unsigned i = 0; i < M; i++) {
                    const double u = synthetic_uniform(&seed);
                    groups[g][i] = shape == 0   ? 0.05 * synthetic_normal(&seed)
                                   : shape == 1 ? (u < 0.3 ? 0.5 : 0) + 0.01 * u
                                                : -0.1 * log(u);
                    groups[g][i] += g == 0 ? log(1.1) : 0;
                }
            stats_sort(groups[0], N);
            stats_sort(groups[1], M);
            const struct stats_interval got =
                shift_ratio(groups[0], N, groups[1], M, shift_rank(N, M, 0.95));
            missed += got.low > 1.1 || got.high < 1.1;
        }
        /* At most 5 %, with four standard errors of the trial; and not idle. */
        EXPECT(missed <= 200 + 55);
        EXPECT(missed >= 80);
    }
}

int main(void)
{
    test_tables();
    test_large();
    test_orders();
    test_coverage();
    return check_result();
}
