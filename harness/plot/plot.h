/*
 * The figures of a run: gnuplot is given the summary as tidy tables and a script a figure.
 *
 * This part knows no scenario and no figure. They are drawn in the order of the file `order` in the
 * directory of scripts (figure_order.h). Every <name>.gp but style.gp in the directory of
 * scripts makes figures/<name>.svg and figures/<name>.png in the directory of the run; a script
 * whose scenario was not measured says so, and its figure is passed over. What names hold (commas,
 * quotes, newlines, the syntax of gnuplot or of a shell) is only ever data to gnuplot.
 */
#ifndef ALLOCOST_PLOT_H
#define ALLOCOST_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct error;

/* A figure that is asked for by name instead of found among the scripts. */
struct plot_figure {
    char *name;         /* of its files; letters, digits, `_` and `-` */
    const char *script; /* below the directory of scripts */
};

/* Writes the tables that the scripts read into the directory; *rows is how many there are to draw
 * from. Returns 0, or -1 with a message. */
typedef int plot_prepare_fn(const char *directory, size_t *rows, void *user, struct error *error);

/* What to draw from, and with what. */
struct plot_options {
    const char *directory; /* of the run: holds summary.csv and, not needed, machine.csv */
    const char *scripts;   /* holds style.gp and one script a figure */
    FILE *talk;            /* figures drawn, passed over and failed, a line each; NULL: nowhere */
    bool (*stopped)(void); /* whether to put an end to it; NULL: never */
    const struct plot_figure *figures; /* NULL: one a script of the directory */
    size_t figure_count;
    plot_prepare_fn *prepare; /* NULL: from summary.csv and machine.csv */
    void *user;               /* for it */
};

/* How drawing ended. */
enum plot_outcome {
    PLOT_DONE,       /* every figure is drawn or was passed over */
    PLOT_NO_GNUPLOT, /* gnuplot cannot be found; the message says how to get it */
    PLOT_FAILED      /* nothing could be drawn, or one figure or more could not; see the message */
};

/*
 * Draws all figures, two at a time. *drawn is how many there are now, whatever the outcome; the
 * message of a figure that failed is in *error (of the first) and on `talk` (of each). A figure is
 * replaced whole or stays as it was; one that cannot be written in both formats is removed, as is
 * one that is passed over and stands there from an earlier time. gnuplot is looked for in PATH. It
 * runs in an environment of its own, is killed after a time limit and dies with this process. When
 * `stopped` says true, every figure stays as it was and the outcome is PLOT_FAILED.
 *
 * PLOT_FAILED covers a summary.csv or machine.csv that cannot be read: the message then names file,
 * line and column. Main thread only.
 */
enum plot_outcome plot_run(const struct plot_options *options, size_t *drawn, struct error *error);

#endif
