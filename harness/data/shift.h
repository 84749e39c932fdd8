/*
 * By what factor two groups of times differ that have no pairs: processes of two runs.
 *
 * Hodges and Lehmann, "Estimates of location based on rank tests", Annals of Mathematical
 * Statistics 34 (1963): the median of all differences between the groups, and as its interval those
 * two of the ordered differences that the test of Mann and Whitney does not reject. Nothing is
 * assumed of how times are distributed, but that both groups are so in the same way, apart from the
 * factor. Conover, "Practical Nonparametric Statistics", 3rd edition, section 5.4.
 */
#ifndef ALLOCOST_SHIFT_H
#define ALLOCOST_SHIFT_H

#include "data/stats.h"

#include <stddef.h>

/*
 * The rank r, from 1, for which the ordered differences of rank r and count * base_count + 1 - r
 * cover the shift with a probability of at least `level`, 0 < level < 1; the largest one. 0: the
 * groups are too small for the level. Exact for up to 2500 differences, by the normal approximation
 * beyond, whose tails are the heavier ones. Cannot fail.
 */
size_t shift_rank(size_t count, size_t base_count, double level);

/*
 * The factor between the values and the bases with its interval, from their logarithms, both sorted
 * ascending and with at least one value. `rank` is that of shift_rank; with 0 low and high are NaN.
 * Time and no memory: it does not make the differences. Cannot fail.
 */
struct stats_interval shift_ratio(const double *logs, size_t count, const double *base_logs,
                                  size_t base_count, size_t rank);

/* Only the low end of that interval; NaN with a rank of 0. */
double shift_ratio_low(const double *logs, size_t count, const double *base_logs, size_t base_count,
                       size_t rank);

#endif
