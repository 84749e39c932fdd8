/*
 * A run, or several side by side, as one page of HTML that needs nothing else: no network, no file
 * beside it, no script. The script that it holds sorts and filters its tables, and is the only one
 * that the page allows to run. The page is well-formed XML too.
 */
#ifndef ALLOCOST_REPORT_H
#define ALLOCOST_REPORT_H

#include <stddef.h>
#include <stdio.h>

struct claims;
struct comparison;
struct figure_order;
struct keyvalues;
struct summary;

/* A run, as the page shows it. */
struct report_run {
    const char *directory; /* of the run; its figures are read from it */
    const struct summary *summary;
    const struct keyvalues *machine; /* may be empty */
};

/* What a page is made of. */
struct report {
    const struct report_run *runs;
    size_t run_count;
    const struct comparison *comparison; /* of the runs, in their order; NULL for one run */
    const char *comparison_directory;    /* whose figures are those of the comparison; or NULL */
    const struct claims *claims;         /* by which each run is asked; NULL: none */
    const struct figure_order *order;    /* of the figures; NULL: by name */
    const char *version;                 /* of the program */
};

/* What is said of what could not be shown. */
struct report_troubles {
    FILE *talk;      /* a line for each; NULL: nowhere */
    size_t left_out; /* figures that are there and are not in the page */
};

/* Writes the page. Errors of the stream are left for the caller's ferror. */
void report_write(FILE *file, const struct report *report, struct report_troubles *troubles);

#endif
