/*
 * The parts of a page, each written by a file of its own. Errors of the stream are left for the
 * caller's ferror.
 */
#ifndef ALLOCOST_PAGE_PARTS_H
#define ALLOCOST_PAGE_PARTS_H

#include "report/report.h"

#include <stdbool.h>

/* Where a part stands. */
struct page {
    FILE *file;
    const struct report *report;
    struct report_troubles *troubles;
    const char *id;  /* of the run: what identifiers in its parts begin with */
    int level;       /* of the headings of its parts: 2 or 3 */
    size_t *figures; /* that have been written: a figure's number is in its identifiers */
};

/* A heading, `level` below that of the parts. Ends with page_heading_close. */
void page_heading_open(const struct page *page, int below);
void page_heading_close(const struct page *page, int below);

/* Opens a section with a heading; `name` is behind the page's id in its own. `</section>` ends it.
 */
void page_section(const struct page *page, const char *name, const char *heading);

/* What a run says, in words: findings, claims. */
void run_page_findings(const struct page *page, const struct report_run *run);

/* Failed, noisy and unresolved cells. */
void unclear_page_write(const struct page *page, const struct report_run *run);

/* The cells by scenario, and every row of the summary. */
void cells_page_scenarios(const struct page *page, const struct report_run *run);
void cells_page_rows(const struct page *page, const struct report_run *run);

/* The figures of a directory that holds `figures`. `how` says how to draw them when there are none.
 */
void figures_page_write(const struct page *page, const char *directory, const char *heading,
                        const char *how);

/* Runs beside one another. */
void comparison_page_write(const struct page *page, const struct comparison *comparison);

/* How to read a page, how was measured, and on what. */
void about_page_reading(const struct page *page, bool compared);
void about_page_method(const struct page *page);
void about_page_machine(const struct page *page, const struct report_run *run);

/* The share that a difference within the run needs for a verdict, and its noise floor; NaN:
 * unknown. */
double run_page_needed(const struct report_run *run);
double run_page_floor(const struct report_run *run);

/* The value of a fact, or "" when it is not known. */
const char *run_page_fact(const struct report_run *run, const char *key);

#endif
