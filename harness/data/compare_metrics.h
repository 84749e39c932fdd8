/*
 * What the variants of several runs observed besides their time, beside one another.
 *
 * No run's metric is better or worse here: whether more is better is the metric's own affair. Nor
 * is any drift known: what is told is whether two intervals lie apart.
 */
#ifndef ALLOCOST_COMPARE_METRICS_H
#define ALLOCOST_COMPARE_METRICS_H

#include "data/recorded.h"

#include <stdbool.h>
#include <stddef.h>

struct error;
struct term;

/* How a metric compares to that of the base. */
enum compare_metric_verdict {
    COMPARE_METRIC_NONE,      /* one of the two does not have it */
    COMPARE_METRIC_MORE,      /* the two intervals have no value in common, and it is more */
    COMPARE_METRIC_LESS,      /* or less */
    COMPARE_METRIC_SAME,      /* all of both intervals is one value */
    COMPARE_METRIC_UNRESOLVED /* they overlap, or one of them has none: below 6 processes */
};

/* A metric in one unit of a cell over all runs. */
struct compare_metric {
    struct cell cell;
    const char *metric;
    const char *unit;
    const struct metric_row **of; /* one a run; NULL: the run does not have it */
    bool told;                    /* one of the verdicts is more or less */
    double change; /* the largest distance of a ratio from 1, logarithmic; infinite where there is a
                      difference and no ratio; below 0 where nothing is compared */
};

/* All of them. */
struct compare_metrics {
    const struct recorded_run *runs; /* the caller's; the first is the base */
    size_t run_count;
    struct compare_metric *rows; /* owned; those with the largest changes first, told ones before
                                    all others, what is not compared last */
    size_t count;
    const struct metric_row **of; /* owned; of the rows */
};

/* One run's metric beside that of the base. */
struct compare_metric_change {
    double ratio;      /* of the medians; NaN: not both above 0, or both below, or not both there */
    double difference; /* median less the base's; NaN: not both there */
    enum compare_metric_verdict verdict;
};

/* Matches cells, metrics and units. The runs' strings are of one pool. Cannot fail;
 * compare_metrics_free gives everything back. */
void compare_metrics_make(const struct recorded_run *runs, size_t count,
                          struct compare_metrics *metrics);
void compare_metrics_free(struct compare_metrics *metrics);

/* Either may be NULL. */
struct compare_metric_change compare_metric_change(const struct metric_row *row,
                                                   const struct metric_row *base);

/* The word of a verdict as in the file: `more`, `less`, `same`, `unresolved`, or empty. */
const char *compare_metric_verdict_name(enum compare_metric_verdict verdict);

/* Writes compare_metrics.csv, one row a metric and run but the base, whole or not at all. 0, or -1
 * with a message. */
int compare_metrics_write(const struct compare_metrics *metrics, const char *path,
                          struct error *error);

/*
 * Prints what changed most, at most so many lines, then what is not compared and why. Nothing when
 * no run has a metric. Errors of the stream are left for the caller's ferror.
 */
void compare_metrics_print(const struct term *term, const struct compare_metrics *metrics,
                           size_t lines_most);

#endif
