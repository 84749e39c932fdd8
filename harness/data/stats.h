/*
 * Estimators that assume nothing about the shape of a distribution.
 *
 * Every function aborts (CHECK) on a NaN among its values or on an argument out of the range it
 * states; none has another way to fail. Units are those of the values.
 */
#ifndef ALLOCOST_STATS_H
#define ALLOCOST_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* An estimate with its interval; low and high are NaN when the sample is too small for the level.
 */
struct stats_interval {
    double median;
    double low;
    double high;
};

/* Two order statistics, by rank from 1 in ascending order. */
struct stats_ranks {
    size_t low;  /* 0: no pair reaches the level */
    size_t high; /* n + 1 - low */
};

/* Sorts ascending, in place. */
void stats_sort(double *values, size_t count);

/*
 * Median of sorted values: the middle one, or the mean of the two in the middle. `count` is at
 * least 1.
 */
double stats_median_sorted(const double *sorted, size_t count);

/* Median of values in any order, which it sorts in place. `count` is at least 1. */
double stats_median(double *values, size_t count);

/*
 * Quantile by nearest rank: the smallest value that at least the share `q` of all values do not
 * exceed, that of rank ceil(q n). 0 < q <= 1; `count` is at least 1. Hyndman and Fan, "Sample
 * quantiles in statistical packages", The American Statistician 50 (1996), definition 1.
 */
double stats_quantile_sorted(const double *sorted, size_t count, double q);

/*
 * Probability that at most `k` of `n` fair coins fall heads. Exact to rounding for n up to 1000,
 * and to about 1e-9 above. k may be any number: 0 below 0, 1 from n on.
 */
double stats_binomial_half(size_t n, long k);

/*
 * The innermost symmetric pair of order statistics of `count` values that covers the median of
 * their distribution with a probability of at least `level`, 0 < level < 1, whatever the
 * distribution is. The pair of ranks (r, n + 1 - r) covers with 1 - 2 P(B <= r - 1), B binomial
 * with n and 1/2 (exact for a continuous distribution, at least that for any other). David and
 * Nagaraja, "Order Statistics", 3rd edition, section 7.1; Conover, "Practical Nonparametric
 * Statistics", 3rd edition, section 3.2. No pair: low is 0; at 95 % that is below 6 values.
 */
struct stats_ranks stats_median_ranks(size_t count, double level);

/* Median of values in any order, and its interval by stats_median_ranks. Sorts them in place. */
struct stats_interval stats_median_interval(double *values, size_t count, double level);

/*
 * Median of the ratios values[i] / bases[i] and its interval, computed on their logarithms (so that
 * the answer for the inverse ratio is the inverse). All are above 0; `count` is at least 1.
 * `scratch` has room for `count` values. The interval is that of the sign test.
 */
struct stats_interval stats_ratio_interval(const double *values, const double *bases, size_t count,
                                           double level, double *scratch);

#endif
