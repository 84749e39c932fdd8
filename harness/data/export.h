/*
 * A run in formats that other programs read.
 */
#ifndef ALLOCOST_EXPORT_H
#define ALLOCOST_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct keyvalues;
struct metric_value;
struct replicated;
struct summary;

/* What there is to write. */
struct export_input {
    const struct summary *summary;
    const struct replicated
        *replicated;                 /* of the same samples; NULL for a format that needs none */
    const struct keyvalues *machine; /* may be empty */
    const struct metric_value *observed; /* of each process, as metrics_choose gives them */
    size_t observed_count;
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
 * comments, and noisy ones have a comment in front. Each line also has what its process observed,
 * under the unit METRIC-UNIT, and the throughput of all threads as ops/s; nothing is said of
 * whether more of a metric is better. What names hold beyond [A-Za-z0-9_.:+,@-] is written as %XX.
 */
void export_benchfmt(const struct export_input *input, FILE *file);

/*
 * The JSON of Google Benchmark, as its tools/compare.py reads it: one entry a process, a repetition
 * there, and the median as an aggregate, each with its metrics as counters. Cells that failed or
 * were skipped are left out, noisy ones labelled.
 */
void export_gbench_json(const struct export_input *input, FILE *file);

/* A table in GitHub's Markdown for each scenario, with ratios and verdicts, and one for its metrics
 * where it has any. Names are code. */
void export_markdown(const struct export_input *input, FILE *file);

/* The replicates of each row of the summary, in its order: index into replicated->cells, or
 * SIZE_MAX. The caller frees it. */
size_t *export_match(const struct export_input *input);

/* What the processes of a row of the summary observed: metric by metric, round by round. */
struct export_observed {
    const struct metric_value *items;
    size_t count;
};
struct export_observed export_observed(const struct export_input *input, size_t row);

/* The value of a fact, or "" when it is not known. */
const char *export_fact(const struct export_input *input, const char *key);

/* A copy in which every control character and byte that is no UTF-8 is a visible escape. The caller
 * frees it. */
char *export_clean(const char *text);

#endif
