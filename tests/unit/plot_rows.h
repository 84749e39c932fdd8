/*
 * A run directory as a run leaves it, with made-up times: rows of every scenario that a figure
 * shows.
 */
#ifndef ALLOCOST_TEST_PLOT_ROWS_H
#define ALLOCOST_TEST_PLOT_ROWS_H

#include <stdbool.h>
#include <stddef.h>

/* What the run holds. */
struct plot_rows {
    const char *const *allocators; /* the first is the baseline */
    size_t allocator_count;
    const char *scenario; /* this one alone; NULL: all */
    bool intervals;       /* there were processes enough */
    bool one_value;       /* of each swept parameter, and one number of threads: the first */
    bool mixed;           /* some cells noisy, failed or unresolved */
};

/* Writes summary.csv and metrics.csv into the directory. */
void plot_rows_write(const struct plot_rows *rows, const char *directory);

#endif
