#include "data/stats.h"

#include "error.h"

#include <math.h>
#include <stdlib.h>

/* Above this, 2^-n comes near the smallest double, and logarithms are used. */
enum { EXACT_COUNT = 1000 };

/* Rounding in 1 - level must not cost a rank whose coverage is the level exactly. */
static const double LEVEL_SLACK = 1e-12;

static int compare_numbers(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void stats_sort(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK(!isnan(values[i]));
    if (count > 1)
        qsort(values, count, sizeof *values, compare_numbers);
}

double stats_median_sorted(const double *sorted, size_t count)
{
    CHECK(count > 0);
    const size_t middle = count / 2;
    if (count % 2 == 1)
        return sorted[middle];
    /* Halved first: the sum of two large values must not overflow. */
    return sorted[middle - 1] / 2 + sorted[middle] / 2;
}

double stats_median(double *values, size_t count)
{
    stats_sort(values, count);
    return stats_median_sorted(values, count);
}

double stats_quantile_sorted(const double *sorted, size_t count, double q)
{
    CHECK(count > 0 && q > 0 && q <= 1);
    /* 0.95 * 20 must be 19, though 0.95 is a little above or below its decimal. */
    const double rank = ceil(q * (double)count - 1e-9);
    size_t index = rank < 1 ? 0 : (size_t)rank - 1;
    if (index >= count)
        index = count - 1;
    return sorted[index];
}

/* P(B = k), B binomial with n and 1/2, for large n. */
static double large_term(size_t n, size_t k)
{
    int sign;
    const double log_ways = lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
                            lgamma_r((double)(n - k) + 1, &sign);
    return exp(log_ways - (double)n * log(2));
}

double stats_binomial_half(size_t n, long k)
{
    if (k < 0)
        return 0;
    if ((size_t)k >= n)
        return 1;
    double sum = 0;
    if (n <= EXACT_COUNT) {
        double term = ldexp(1, -(int)n);
        for (size_t i = 0; i <= (size_t)k; i++) {
            sum += term;
            term = term * (double)(n - i) / (double)(i + 1);
        }
    } else {
        double term = large_term(n, (size_t)k);
        for (size_t i = (size_t)k; term > 0; i--) {
            sum += term;
            if (i == 0)
                break;
            term = term * (double)i / (double)(n - i + 1);
        }
    }
    return fmin(sum, 1);
}

struct stats_ranks stats_median_ranks(size_t count, double level)
{
    CHECK(level > 0 && level < 1);
    /* Coverage falls as the low rank rises: the largest rank that still covers. */
    size_t covers = 0, fails = count / 2 + 1;
    while (fails - covers > 1) {
        const size_t middle = covers + (fails - covers) / 2;
        const double coverage = 1 - 2 * stats_binomial_half(count, (long)middle - 1);
        if (coverage >= level - LEVEL_SLACK)
            covers = middle;
        else
            fails = middle;
    }
    return (struct stats_ranks){.low = covers, .high = count + 1 - covers};
}

struct stats_interval stats_median_interval(double *values, size_t count, double level)
{
    struct stats_interval interval = {stats_median(values, count), (double)NAN, (double)NAN};
    const struct stats_ranks ranks = stats_median_ranks(count, level);
    if (ranks.low > 0) {
        interval.low = values[ranks.low - 1];
        interval.high = values[ranks.high - 1];
    }
    return interval;
}

struct stats_interval stats_ratio_interval(const double *values, const double *bases, size_t count,
                                           double level, double *scratch)
{
    for (size_t i = 0; i < count; i++) {
        CHECK(values[i] > 0 && bases[i] > 0);
        scratch[i] = log(values[i]) - log(bases[i]);
    }
    const struct stats_interval logs = stats_median_interval(scratch, count, level);
    return (struct stats_interval){exp(logs.median), exp(logs.low), exp(logs.high)};
}
