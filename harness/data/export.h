/*
 * A run in formats that other programs read.
 */
#ifndef ALLOCOST_EXPORT_H
#define ALLOCOST_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct keyvalues;
struct replicated;
struct summary;

/* What there is to write. */
struct export_input {
    const struct summary *summary;
    const struct replicated
        *replicated;                 /* of the same samples; NULL for a format that needs none */
    const struct keyvalues *machine; /* may be empty */
};

/* A format. */
struct export_format {
    const char *name;
    const char *help;   /* one line */
    bool needs_samples; /* has a line a process, which the summary does not */
    void (*write)(const struct export_input *input, FILE *file); /* errors are left for ferror */
};

/* The formats, in the order of their names; *count is how many. Static. */
const struct export_format *export_formats(size_t *count);

/*
 * The Go benchmark format (golang.org/design/14313-benchmark-format), as benchstat reads it: one
 * line a process, and counts whose units are marked as exact. Cells that failed or were skipped are
 * comments, and noisy ones have a comment in front. What names hold beyond [A-Za-z0-9_.:+,@-] is
 * written as %XX.
 */
void export_benchfmt(const struct export_input *input, FILE *file);

/*
 * The JSON of Google Benchmark, as its tools/compare.py reads it: one entry a process, a repetition
 * there, and the median as an aggregate. Cells that failed or were skipped are left out, noisy ones
 * labelled.
 */
void export_gbench_json(const struct export_input *input, FILE *file);

/* A table in GitHub's Markdown for each scenario, with ratios and verdicts. Names are code. */
void export_markdown(const struct export_input *input, FILE *file);

/* The replicates of each row of the summary, in its order: index into replicated->cells, or
 * SIZE_MAX. The caller frees it. */
size_t *export_match(const struct export_input *input);

/* The value of a fact, or "" when it is not known. */
const char *export_fact(const struct export_input *input, const char *key);

/* A copy in which every control character and byte that is no UTF-8 is a visible escape. The caller
 * frees it. */
char *export_clean(const char *text);

#endif
