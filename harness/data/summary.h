/*
 * The summary of a run: one row a cell and allocator, computed from the samples and the counts, as
 * summary.csv holds it.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_SUMMARY_H
#define ALLOCOST_SUMMARY_H

#include "data/sample.h"

#include <stddef.h>

struct counts;
struct instructions;

/* How a cell under one allocator compares to the same cell under the baseline. */
enum summary_verdict {
    SUMMARY_NO_VERDICT, /* a baseline row, a row without allocator, or one without a baseline */
    SUMMARY_FASTER, /* the interval excludes 1, and the ratio is below 1 by more than the floor */
    SUMMARY_SLOWER, /* the same above 1 */
    SUMMARY_SAME,   /* the whole interval lies within the floor */
    SUMMARY_UNRESOLVED /* none of these: more rounds, or a quieter machine, would tell */
};

/*
 * Operations of all threads in a second, for the cells of a variant that was measured on more than
 * one thread, those on one thread included. Elsewhere no samples, and NaN.
 */
struct summary_throughput {
    size_t samples; /* processes that the statistics are over */
    double median;
    double low; /* the distribution-free 95 % interval; NaN below 6 processes */
    double high;
};

/* A metric of a row: what its processes observed beside the time. Not in summary.csv. */
struct summary_metric {
    size_t row;         /* its index */
    const char *metric; /* the summary's, as the next */
    const char *unit;   /* of the next three */
    double median;      /* over the processes */
    double low;         /* the distribution-free 95 % interval; NaN below 6 processes */
    double high;
    size_t samples; /* processes that the statistics are over */
};

/* One row of summary.csv. A double that is not applicable is NaN, an empty field in the file. */
struct summary_row {
    struct cell cell;
    size_t samples;   /* processes that the statistics are over */
    double ns_median; /* nanoseconds an operation: median over the processes */
    double ns_low;    /* its distribution-free 95 % interval; NaN below 6 processes */
    double ns_high;
    double ns_min;    /* the fastest process */
    double ratio;     /* to the baseline, paired by round: below 1 is faster than the baseline */
    double ratio_low; /* its interval, at SUMMARY_VERDICT_LEVEL or more; NaN below 8 rounds */
    double ratio_high;
    enum summary_verdict verdict;
    double allocs_per_op; /* counted exactly in a pass of their own, as the next three */
    double frees_per_op;
    double bytes_per_op;        /* requested */
    double usable_bytes_per_op; /* what the allocator gave for them */
    double instructions_per_op; /* counted in a pass of their own too, when that was asked for */
    enum sample_status status;
    const char *note; /* `at floor`, or why the cell failed or was skipped; never NULL */
    struct summary_throughput throughput; /* not in summary.csv, but in metrics.csv */
};

/* All rows of a run and what they were judged by. */
struct summary {
    struct summary_row *rows; /* grouped by scenario, variant, value, then allocator; scenarios and
                                 variants in the order of the counts, where there are any */
    size_t count;
    const char **allocators; /* owned; those of the rows, in the order in which they are shown: the
                                baseline first, also where it has no row */
    size_t allocator_count;
    struct summary_metric *metrics; /* owned; by ascending row, those of one as first observed */
    size_t metric_count;
    const char *baseline; /* name of the allocator compared to; empty: unknown or none */
    double noise_floor; /* what a ratio of 1 is observed as, relative: 0.02 is 2 %; NaN: unknown */
    size_t control_count;   /* control cells times allocators that the floor is over; 0: none */
    size_t compared_count;  /* allocators other than the baseline: what the level is divided by */
    struct text_pool *text; /* owned; the strings of the rows live in it */
};

/* How to judge. All zero is the default. */
struct summary_options {
    const char *baseline; /* NULL: glibc where it was measured, else the allocator seen first */
};

/* The difference that a verdict needs at least, however quiet the machine: 1 %. */
#define SUMMARY_LEAST_DIFFERENCE 0.01

/* The confidence of every interval of a median, and of a cell's ratios to the baseline together. */
#define SUMMARY_LEVEL 0.95

/*
 * The least confidence of the interval of a ratio. A verdict cannot be wrong more often than 1
 * minus this on a cell without a difference, whatever the noise is and however many cells there
 * are: at most one such cell in a hundred gets one. Below 8 rounds no interval reaches it.
 */
#define SUMMARY_VERDICT_LEVEL 0.99

/* The note of a cell that cannot be told from the scenario's empty loop. */
#define SUMMARY_AT_FLOOR "at floor"

/*
 * Computes the rows. `counts` may be NULL, `options` too. Where the baseline asked for has no
 * samples, as when a run was stopped early, nothing is compared. Does not keep samples or counts.
 * Has no way to fail at present.
 */
int summary_compute(const struct samples *samples, const struct counts *counts,
                    const struct summary_options *options, struct summary *summary,
                    struct error *error);

/*
 * Fills in the instructions of the rows that have times. All are of one source: valgrind when it
 * counted any, since its numbers do not depend on the machine, else the CPU's counter; the later of
 * two rows of a cell is right. Cannot fail.
 */
void summary_add_instructions(struct summary *summary, const struct instructions *instructions);

/*
 * Puts the allocators, and with them the rows of each cell, into an order: the baseline, then these
 * names, then others by name. Without names, as at first, it is the baseline and then the order in
 * which the file has them, and samples.csv has them shuffled. Cannot fail.
 */
void summary_order(struct summary *summary, const char *const names[], size_t count);

/* Writes summary.csv whole or not at all. */
int summary_write(const struct summary *summary, const char *path, struct error *error);

/*
 * Reads a summary.csv, with errors that name file, line and column. The noise floor and the control
 * count are not in the file: they stay NaN and 0. The baseline is the allocator whose rows have no
 * verdict where others have one; empty when none has. On failure *summary is empty.
 */
int summary_load(const char *path, struct summary *summary, struct error *error);

/* Gives everything back and leaves *summary empty. */
void summary_free(struct summary *summary);

/* The word of a verdict as in the file: `faster`, ...; empty for SUMMARY_NO_VERDICT. */
const char *summary_verdict_name(enum summary_verdict verdict);

#endif
