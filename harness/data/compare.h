/*
 * Runs beside one another: the same cells in each, as times over those of the first run, the base.
 *
 * Processes of two runs have no rounds in common, so nothing is paired. What two runs of one
 * machine and build differ by as a whole shows in the cells that call no allocator, the controls:
 * their true ratio is 1. No ratio is corrected by that; what a verdict needs grows with it.
 */
#ifndef ALLOCOST_COMPARE_H
#define ALLOCOST_COMPARE_H

#include "data/recorded.h"
#include "data/summary.h"

#include <stdbool.h>
#include <stddef.h>

/* A cell of one run over the same cell of the base. */
struct compare_ratio {
    double ratio; /* below 1: less time than in the base; NaN: not compared, as the next two */
    double low;   /* its interval; NaN: one side has too few processes */
    double high;
    bool from_samples; /* false: from the summaries, by their 95 % intervals */
    enum summary_verdict verdict;
};

/* A cell over all runs. */
struct compare_row {
    struct cell cell;
    const struct recorded_cell **cells; /* one a run; NULL: the run does not have it */
    struct compare_ratio *ratios;       /* one a run; that of the base is empty */
    bool told;                          /* one of the verdicts is faster or slower */
    double change;                      /* the largest distance of a ratio from 1, logarithmic */
};

/* How a run compares to the base as a whole. That of the base is empty. */
struct compare_run {
    bool same_machine;  /* CPU, compiler and flags are those of the base: a control's true ratio is
                           1, as far as the controls' code is the same */
    bool same_build;    /* and the commit too: the controls' code is the same */
    size_t controls;    /* controls that both have times of */
    double drift;       /* median ratio of the controls; NaN without one */
    double spread;      /* the least share that 99 % of them are not farther from 1 than; or NaN */
    double needed;      /* share by which a ratio must differ from 1 for a verdict */
    size_t compared;    /* rows with a ratio */
    size_t verdicts[5]; /* of these, by enum summary_verdict */
};

/* Runs that are compared. */
struct comparison {
    const struct recorded_run *runs; /* the caller's; the first is the base */
    size_t run_count;
    struct compare_run *against; /* owned; one a run */
    struct compare_row *rows;    /* owned; those with the largest changes first, told ones before
                                    all others */
    size_t row_count;
    size_t shared; /* rows that the base and another run have, whatever became of them */
    const struct recorded_cell **cells; /* owned; of the rows, as the next */
    struct compare_ratio *ratios;
};

/*
 * Matches the cells and judges them. The runs' strings are of one pool. Cannot fail.
 * comparison_free gives everything back.
 */
void comparison_make(const struct recorded_run *runs, size_t count, struct comparison *comparison);
void comparison_free(struct comparison *comparison);

/* A row of one run whose slowdown is confirmed. */
struct compare_slowdown {
    size_t row;
    size_t run;
    double low; /* the ratio is above this, with SUMMARY_LEVEL for all rows together */
};

/* What slowdowns there are. */
struct compare_slowdowns {
    struct compare_slowdown *items; /* owned; in the order of the rows */
    size_t count;
    size_t tested;   /* ratios from samples, all runs together */
    size_t too_few;  /* of these, with too few processes to be confirmed whatever they are */
    size_t untested; /* ratios from summaries only: never confirmed */
};

/*
 * Finds the rows that are slower than the base by more than `share` beyond doubt: the verdict is
 * slower, and the low end of the interval, corrected for the number of ratios that are looked at,
 * is above 1 + share, times the drift where that is above 1. The caller frees the items. Cannot
 * fail.
 */
struct compare_slowdowns comparison_slowdowns(const struct comparison *comparison, double share);

/* The words of a ratio's origin in compare.csv: `summary`, `samples`. */
extern const char *const compare_basis_words[2];

struct error;

/* Writes compare.csv, one row a row and run but the base, whole or not at all. 0, or -1 with a
 * message. */
int comparison_write(const struct comparison *comparison, const char *path, struct error *error);

#endif
