/*
 * A comparison of runs as tables that gnuplot reads, for the scripts of plots/compare. Written as
 * tables.h says, which also has allocators.tsv and caption.tsv.
 *
 * runs.tsv has a row a run: `number` from 1, the base; `needed`, the share by which a ratio to the
 * base must differ from 1 for a verdict; `label`.
 *
 * cells-<figure>.tsv has a row for each run and each of the cells of one scenario that changed
 * most: `cell` from 1, the one that changed most; `label`; `storage`; `allocator`, a row of
 * allocators.tsv, 0: none; `run`; `ns_median`, `ns_low`, `ns_high`; `ratio`, `verdict`. The first
 * row of it is no cell: its number is 0, and its label is the scenario.
 */
#ifndef ALLOCOST_COMPARE_TABLES_H
#define ALLOCOST_COMPARE_TABLES_H

#include "plot/plot.h"

#include <stddef.h>

struct comparison;

/* The figures of a comparison. */
struct compare_figures {
    const struct comparison *comparison;
    struct plot_figure *items; /* owned, with the names */
    const char **scenarios;    /* owned; one a figure, strings of the comparison */
    size_t count;
};

/*
 * Chooses the figures: for each scenario that has a row with a ratio one that shows its cells in
 * all runs, and with three runs or more one over the runs. They are named after the scenario, or
 * after its number where that is no name for a file. Cannot fail; compare_figures_free gives
 * everything back.
 */
void compare_figures_choose(const struct comparison *comparison, struct compare_figures *figures);
void compare_figures_free(struct compare_figures *figures);

/* Writes the tables; a plot_prepare_fn whose `user` are the figures. */
int compare_tables_write(const char *directory, size_t *rows, void *user, struct error *error);

#endif
