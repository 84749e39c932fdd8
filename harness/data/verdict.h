/*
 * What may be concluded from the times of a summary: ratios, noise floor, verdicts.
 */
#ifndef ALLOCOST_VERDICT_H
#define ALLOCOST_VERDICT_H

#include <stddef.h>

struct replicated;
struct summary;

/*
 * Fills in ratios, noise floor and verdicts of a summary whose times are there. The cells of
 * `replicated` are those of the rows, in the same order. Cannot fail.
 *
 * Ratio: of all rows whose cell has a time under the baseline in the same rounds, the median of the
 * log ratios, with an interval at 1 - 0.05 / m for m compared allocators (Bonferroni), but at 99 %
 * at least. At 95 %, for the two allocators that are compared most often, up to 3.7 % of cells
 * without a difference got a verdict in simulation (12 rounds; cells three times as noisy as the
 * controls, so that the noise floor does not help); at 99 % up to 0.7 %.
 *
 * Noise floor: a control is a row of a cell that calls no allocator (its storage is known and not
 * the heap), ok under the baseline and under another allocator: its true ratio is 1. The floor is
 * the 95th percentile by nearest rank of how far the controls are from 1, on the logarithmic scale;
 * below 20 controls that is the farthest. Without controls it is NaN.
 *
 * Verdict: both sides are ok, or it is unresolved. faster or slower: the interval excludes 1, and
 * the ratio is farther from 1 than the noise floor and than the least difference. same: all of the
 * interval is not farther. A control is never faster or slower: it is the yardstick.
 */
void verdict_judge(const struct replicated *replicated, struct summary *summary);

/* The share of the controls that the noise floor is not exceeded by. */
#define VERDICT_FLOOR_QUANTILE 0.95

/* The confidence of a ratio's interval when so many allocators are compared to the baseline. */
double verdict_level(size_t compared_count);

/*
 * Notes which ok rows cannot be told from the empty loop: their interval overlaps, or lies below,
 * that of the scenario's variant `null` or `empty`, else that of a variant `empty` of another
 * scenario; at equal threads, and at the same value where the empty loop has one. Cannot fail.
 */
void verdict_mark_floor(struct summary *summary);

#endif
