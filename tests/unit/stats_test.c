/* Estimators against values computed by hand and published tables. */
#include "check.h"
#include "data/stats.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_median(void)
{
    double one[] = {3}, odd[] = {9, 1, 5}, even[] = {4, 1, 3, 2}, large[] = {1.7e308, 1.7e308};
    EXPECT_NEAR(stats_median(one, 1), 3, 0);
    EXPECT_NEAR(stats_median(odd, 3), 5, 0);
    EXPECT_NEAR(odd[0], 1, 0);
    EXPECT_NEAR(stats_median(even, 4), 2.5, 0);
    EXPECT_NEAR(stats_median(large, 2), 1.7e308, 0);
}

static void test_quantile(void)
{
    /* Nearest rank, rank ceil(q n): of five values the 0.3 quantile is the second, the 0.4 too. */
    const double five[] = {15, 20, 35, 40, 50};
    EXPECT_NEAR(stats_quantile_sorted(five, 5, 0.05), 15, 0);
    EXPECT_NEAR(stats_quantile_sorted(five, 5, 0.3), 20, 0);
    EXPECT_NEAR(stats_quantile_sorted(five, 5, 0.4), 20, 0);
    EXPECT_NEAR(stats_quantile_sorted(five, 5, 0.5), 35, 0);
    EXPECT_NEAR(stats_quantile_sorted(five, 5, 1), 50, 0);
    double many[100];
    for (size_t i = 0; i < 100; i++)
        many[i] = (double)(i + 1);
    EXPECT_NEAR(stats_quantile_sorted(many, 20, 0.95), 19, 0);
    EXPECT_NEAR(stats_quantile_sorted(many, 19, 0.95), 19, 0);
    EXPECT_NEAR(stats_quantile_sorted(many, 100, 0.95), 95, 0);
    EXPECT_NEAR(stats_quantile_sorted(many, 100, 0.07), 7, 0);
    for (size_t n = 1; n < 20; n++) /* below 20 the 95th percentile is the largest */
        EXPECT_NEAR(stats_quantile_sorted(many, n, 0.95), (double)n, 0);
}

static void test_binomial(void)
{
    /* Rows of Pascal's triangle: 1 5 10 10 5 1 over 32; 1 10 45 120 ... over 1024. */
    EXPECT_NEAR(stats_binomial_half(5, 0), 1.0 / 32, 1e-15);
    EXPECT_NEAR(stats_binomial_half(5, 2), 0.5, 1e-15);
    EXPECT_NEAR(stats_binomial_half(5, 4), 31.0 / 32, 1e-15);
    EXPECT_NEAR(stats_binomial_half(10, 1), 11.0 / 1024, 1e-15);
    EXPECT_NEAR(stats_binomial_half(10, 2), 56.0 / 1024, 1e-15);
    EXPECT_NEAR(stats_binomial_half(10, 3), 176.0 / 1024, 1e-15);
    EXPECT_NEAR(stats_binomial_half(10, -1), 0, 0);
    EXPECT_NEAR(stats_binomial_half(10, 10), 1, 0);
    /* By symmetry P(B <= (n - 1) / 2) is a half for odd n, on both sides of the switch. */
    EXPECT_NEAR(stats_binomial_half(999, 499), 0.5, 1e-12);
    EXPECT_NEAR(stats_binomial_half(1001, 500), 0.5, 1e-9);
    EXPECT_NEAR(stats_binomial_half(100001, 50000), 0.5, 1e-9);
}

/*
 * The ranks of the 95 % interval of the median. Coverage of (r, n + 1 - r) is 1 - 2 P(B <= r - 1);
 * with the sums of the rows of Pascal's triangle (1, 1 + n, 1 + n + n (n - 1) / 2, ...) by hand:
 *   n =  5: 1 - 2 *     1 /      32 = 0.9375, so none
 *   n =  6: 1 - 2 *     1 /      64 = 0.9688; r = 2: 1 - 2 *   7 /   64 = 0.7813
 *   n =  7: 1 - 2 *     1 /     128 = 0.9844; r = 2: 1 - 2 *   8 /  128 = 0.8750
 *   n =  8: 1 - 2 *     1 /     256 = 0.9922; r = 2: 1 - 2 *   9 /  256 = 0.9297
 *   n =  9: 1 - 2 *    10 /     512 = 0.9609; r = 3: 1 - 2 *  46 /  512 = 0.8203
 *   n = 10: 1 - 2 *    11 /    1024 = 0.9785; r = 3: 1 - 2 *  56 / 1024 = 0.8906
 *   n = 11: 1 - 2 *    12 /    2048 = 0.9883; r = 3: 1 - 2 *  67 / 2048 = 0.9346
 *   n = 12: 1 - 2 *    79 /    4096 = 0.9614; r = 4: 1 - 2 * 299 / 4096 = 0.8540
 *   n = 13: 1 - 2 *    92 /    8192 = 0.9775; r = 4: 1 - 2 * 378 / 8192 = 0.9077
 *   n = 14: 1 - 2 *   106 /   16384 = 0.9871; r = 4: 1 - 2 * 470 / 16384 = 0.9426
 *   n = 15: 1 - 2 *   576 /   32768 = 0.9648; r = 5: 1 - 2 * 1941 / 32768 = 0.8815
 *   n = 16: 1 - 2 *   697 /   65536 = 0.9787; r = 5: 1 - 2 * 2517 / 65536 = 0.9232
 *   n = 17: 1 - 2 *  3214 /  131072 = 0.9510; r = 6: 1 - 2 * 9402 / 131072 = 0.8565
 *   n = 18: 1 - 2 *  4048 /  262144 = 0.9691; r = 6: 1 - 2 * 12616 / 262144 = 0.9037
 *   n = 19: 1 - 2 *  5036 /  524288 = 0.9808; r = 6: 1 - 2 * 16664 / 524288 = 0.9364
 *   n = 20: 1 - 2 * 21700 / 1048576 = 0.9586; r = 7: 1 - 2 * 60460 / 1048576 = 0.8847
 * They are those of the tables of the sign test, such as Conover's A3 and Dixon and Massey's A-25.
 */
static void test_median_ranks(void)
{
    static const struct {
        size_t count, low, high;
        unsigned beyond; /* of 2^count outcomes, those with fewer than `low` heads */
    } rows[] = {{6, 1, 6, 1},      {7, 1, 7, 1},      {8, 1, 8, 1},      {9, 2, 8, 10},
                {10, 2, 9, 11},    {11, 2, 10, 12},   {12, 3, 10, 79},   {13, 3, 11, 92},
                {14, 3, 12, 106},  {15, 4, 12, 576},  {16, 4, 13, 697},  {17, 5, 13, 3214},
                {18, 5, 14, 4048}, {19, 5, 15, 5036}, {20, 6, 15, 21700}};
    for (size_t n = 0; n < 6; n++)
        EXPECT_INT(stats_median_ranks(n, 0.95).low, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct stats_ranks ranks = stats_median_ranks(rows[i].count, 0.95);
        EXPECT_INT(ranks.low, rows[i].low);
        EXPECT_INT(ranks.high, rows[i].high);
        EXPECT_NEAR(stats_binomial_half(rows[i].count, (long)rows[i].low - 1),
                    ldexp(rows[i].beyond, -(int)rows[i].count), 1e-14);
    }
    /* Where 2^-n is no double any more: half of an odd number of trials, by symmetry. */
    EXPECT_NEAR(stats_binomial_half(1501, 750), 0.5, 1e-9);
}

static void test_other_levels(void)
{
    /* 1 - 2 / 2^n: 99 % needs 8 values (0.9922), 99.5 % needs 9 (0.9961). */
    EXPECT_INT(stats_median_ranks(7, 0.99).low, 0);
    EXPECT_INT(stats_median_ranks(8, 0.99).low, 1);
    EXPECT_INT(stats_median_ranks(8, 0.995).low, 0);
    EXPECT_INT(stats_median_ranks(9, 0.995).low, 1);
    /* A coverage that is the level exactly is enough: 1 - 2 / 8. */
    EXPECT_INT(stats_median_ranks(3, 0.75).low, 1);
    /* 1 - 2 * 13 / 4096 = 0.99365. */
    EXPECT_INT(stats_median_ranks(12, 0.99).low, 2);
    /* Large: n / 2 - 1.96 sqrt(n) / 2 = 4902; both ways of summing agree beside the switch. */
    EXPECT_INT(stats_median_ranks(10000, 0.95).low, 4902);
    const size_t below = stats_median_ranks(1000, 0.95).low;
    const size_t above = stats_median_ranks(1001, 0.95).low;
    EXPECT_INT(below, 469); /* 500 - 30.99 */
    EXPECT(above == below || above == below + 1);
}

static void test_interval(void)
{
    double ten[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
    const struct stats_interval interval = stats_median_interval(ten, 10, 0.95);
    EXPECT_NEAR(interval.median, 5.5, 0);
    EXPECT_NEAR(interval.low, 2, 0);
    EXPECT_NEAR(interval.high, 9, 0);
    const struct stats_interval none = stats_median_interval(ten, 5, 0.95);
    EXPECT_NEAR(none.median, 3, 0);
    EXPECT(isnan(none.low) && isnan(none.high));
}

static void test_ratio(void)
{
    /* Ratios 2, 4, 1/2, 1, 8, 2, 2: median 2; seven values at 95 %: from the least to the most. */
    const double values[] = {2, 8, 3, 5, 8, 20, 6}, bases[] = {1, 2, 6, 5, 1, 10, 3};
    double scratch[7];
    const struct stats_interval ratio = stats_ratio_interval(values, bases, 7, 0.95, scratch);
    EXPECT_NEAR(ratio.median, 2, 1e-12);
    EXPECT_NEAR(ratio.low, 0.5, 1e-12);
    EXPECT_NEAR(ratio.high, 8, 1e-12);
    /* The inverse question has the inverse answer, also for an even count (geometric mean). */
    const struct stats_interval even = stats_ratio_interval(values, bases, 6, 0.95, scratch);
    const struct stats_interval inverse = stats_ratio_interval(bases, values, 6, 0.95, scratch);
    EXPECT_NEAR(even.median, 2, 1e-12);
    EXPECT_NEAR(inverse.median, 0.5, 1e-12);
    EXPECT_NEAR(inverse.low, 1 / even.high, 1e-12);
    const double two[] = {2, 8}, ones[] = {1, 1};
    EXPECT_NEAR(stats_ratio_interval(two, ones, 2, 0.95, scratch).median, 4, 1e-12);
}

int main(void)
{
    test_median();
    test_quantile();
    test_binomial();
    test_median_ranks();
    test_other_levels();
    test_interval();
    test_ratio();
    return check_result();
}
