#include "data/export.h"

#include "data/cell.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/replicate.h"
#include "data/summary.h"
#include "data/term.h"
#include "error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct export_format *export_formats(size_t *count)
{
    static const struct export_format formats[] = {
        {"benchfmt", "Go's benchmark format: benchstat reads it", true, export_benchfmt},
        {"gbench-json", "Google Benchmark's JSON: its compare.py reads it", true,
         export_gbench_json},
        {"markdown", "a table a scenario, for a pull request", false, export_markdown},
    };
    *count = sizeof formats / sizeof *formats;
    return formats;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return strcmp(a->scenario, b->scenario) == 0 && strcmp(a->variant, b->variant) == 0 &&
           strcmp(a->param, b->param) == 0 && strcmp(a->value, b->value) == 0 &&
           a->threads == b->threads && strcmp(a->allocator, b->allocator) == 0;
}

size_t *export_match(const struct export_input *input)
{
    const struct summary *const summary = input->summary;
    const struct replicated *const replicated = input->replicated;
    size_t *const match = check_alloc(summary->count, sizeof *match);
    /* Both are in nearly the same order: each search begins behind where the last one ended. */
    size_t at = 0;
    for (size_t i = 0; i < summary->count; i++) {
        match[i] = SIZE_MAX;
        for (size_t tries = 0; tries < replicated->count; tries++, at++) {
            at = at < replicated->count ? at : 0;
            if (!same_cell(&summary->rows[i].cell, &replicated->cells[at].cell))
                continue;
            match[i] = at++;
            break;
        }
    }
    return match;
}

struct export_observed export_observed(const struct export_input *input, size_t row)
{
    size_t first = 0, end = input->observed_count;
    while (first < end) { /* they are in the order of the rows */
        const size_t middle = first + (end - first) / 2;
        if (input->observed[middle].row < row)
            first = middle + 1;
        else
            end = middle;
    }
    while (end < input->observed_count && input->observed[end].row == row)
        end++;
    return (struct export_observed){input->observed + first, end - first};
}

const char *export_fact(const struct export_input *input, const char *key)
{
    const char *const value = keyvalues_get(input->machine, key);
    return value != NULL ? value : "";
}

char *export_clean(const char *text)
{
    const struct term utf8 = {.utf8 = true};
    return term_clean(&utf8, text);
}
