#include "data/compare_metrics.h"

#include "data/cell.h"
#include "data/csv.h"
#include "data/file.h"
#include "data/text.h"
#include "error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS = 6 };

static const char *const columns[] = {CELL_COLUMNS, "base",         "run",        "metric",
                                      "unit",       "base_samples", "samples",    "base_median",
                                      "base_low",   "base_high",    "median",     "low",
                                      "high",       "ratio",        "difference", "verdict"};

/* ---- One pair ---- */

static enum compare_metric_verdict judge(const struct metric_row *row,
                                         const struct metric_row *base)
{
    if (row->low > base->high)
        return COMPARE_METRIC_MORE;
    if (row->high < base->low)
        return COMPARE_METRIC_LESS;
    /* False with NaN, as both above: no interval. */
    return row->low == row->high && base->low == base->high && row->low == base->low
               ? COMPARE_METRIC_SAME
               : COMPARE_METRIC_UNRESOLVED;
}

struct compare_metric_change compare_metric_change(const struct metric_row *row,
                                                   const struct metric_row *base)
{
    struct compare_metric_change change = {.ratio = (double)NAN, .difference = (double)NAN};
    if (row == NULL || base == NULL || isnan(row->median) || isnan(base->median))
        return change;
    change.difference = row->median - base->median;
    if ((row->median > 0 && base->median > 0) || (row->median < 0 && base->median < 0))
        change.ratio = row->median / base->median;
    change.verdict = judge(row, base);
    return change;
}

const char *compare_metric_verdict_name(enum compare_metric_verdict verdict)
{
    static const char *const names[] = {[COMPARE_METRIC_NONE] = "",
                                        [COMPARE_METRIC_MORE] = "more",
                                        [COMPARE_METRIC_LESS] = "less",
                                        [COMPARE_METRIC_SAME] = "same",
                                        [COMPARE_METRIC_UNRESOLVED] = "unresolved"};
    return names[verdict];
}

/* ---- Which rows there are ---- */

/* The number of a cell's metric in its unit. The storage is a part of what a cell is, as where
 * times are compared. */
static size_t number_row(struct cell_set *set, struct text_pool *keys, const struct metric_row *row)
{
    char *const variant = check_format("%s\n%s\n%s\n%s", row->cell.variant, row->cell.storage,
                                       row->metric, row->unit);
    struct cell key = row->cell;
    key.variant = text_intern(keys, variant);
    free(variant);
    return cell_set_add(set, &key);
}

static void match(struct compare_metrics *metrics)
{
    struct cell_set set = {0};
    struct text_pool *const keys = text_pool_new();
    const size_t runs = metrics->run_count;
    size_t total = 0;
    for (size_t r = 0; r < runs; r++)
        total += metrics->runs[r].metrics.count;
    metrics->of = check_alloc(total * runs, sizeof *metrics->of);
    for (size_t r = 0; r < runs; r++) {
        const struct metric_rows *const rows = &metrics->runs[r].metrics;
        for (size_t i = 0; i < rows->count; i++)
            metrics->of[number_row(&set, keys, &rows->items[i]) * runs + r] = &rows->items[i];
    }
    metrics->count = set.count;
    metrics->rows = check_alloc(set.count, sizeof *metrics->rows);
    for (size_t i = 0; i < set.count; i++) {
        const struct metric_row **const of = metrics->of + i * runs;
        size_t first = 0;
        while (of[first] == NULL)
            first++;
        metrics->rows[i] = (struct compare_metric){.cell = of[first]->cell,
                                                   .metric = of[first]->metric,
                                                   .unit = of[first]->unit,
                                                   .of = of,
                                                   .change = -1};
    }
    text_pool_free(keys);
    cell_set_free(&set);
}

/* ---- What changed most ---- */

static bool is_told(const struct compare_metric_change *change)
{
    return change->verdict == COMPARE_METRIC_MORE || change->verdict == COMPARE_METRIC_LESS;
}

static void add_change(struct compare_metric *row, size_t run_count)
{
    for (size_t r = 1; r < run_count; r++) {
        const struct compare_metric_change change = compare_metric_change(row->of[r], row->of[0]);
        row->told |= is_told(&change);
    }
    for (size_t r = 1; r < run_count; r++) {
        const struct compare_metric_change change = compare_metric_change(row->of[r], row->of[0]);
        if (change.verdict == COMPARE_METRIC_NONE || (row->told && !is_told(&change)))
            continue;
        const double distance = !isnan(change.ratio)     ? fabs(log(change.ratio))
                                : change.difference != 0 ? (double)INFINITY
                                                         : 0.0;
        row->change = fmax(row->change, distance);
    }
}

static int compare_rows(const void *left, const void *right)
{
    const struct compare_metric *const a = left, *const b = right;
    if (a->told != b->told)
        return a->told ? -1 : 1;
    if (a->change != b->change)
        return a->change > b->change ? -1 : 1;
    /* In the order of the runs' files. */
    return (a->of > b->of) - (a->of < b->of);
}

void compare_metrics_make(const struct recorded_run *runs, size_t count,
                          struct compare_metrics *metrics)
{
    CHECK(count >= 2);
    *metrics = (struct compare_metrics){.runs = runs, .run_count = count};
    match(metrics);
    for (size_t i = 0; i < metrics->count; i++)
        add_change(&metrics->rows[i], count);
    if (metrics->count > 1)
        qsort(metrics->rows, metrics->count, sizeof *metrics->rows, compare_rows);
}

void compare_metrics_free(struct compare_metrics *metrics)
{
    free(metrics->rows);
    free(metrics->of);
    *metrics = (struct compare_metrics){.rows = NULL};
}

/* ---- The file ---- */

static void put_samples(struct csv_buffer *buffer, const struct metric_row *row)
{
    if (row != NULL)
        csv_put_unsigned(buffer, row->samples);
    else
        csv_put_text(buffer, "");
}

static void put_values(struct csv_buffer *buffer, const struct metric_row *row)
{
    const double none = (double)NAN;
    csv_put_number(buffer, row != NULL ? row->median : none, NUMBER_DIGITS);
    csv_put_number(buffer, row != NULL ? row->low : none, NUMBER_DIGITS);
    csv_put_number(buffer, row != NULL ? row->high : none, NUMBER_DIGITS);
}

static void put_row(struct csv_buffer *buffer, const struct compare_metrics *metrics,
                    const struct compare_metric *row, size_t run)
{
    const struct metric_row *const base = row->of[0], *const other = row->of[run];
    const struct compare_metric_change change = compare_metric_change(other, base);
    cell_put(buffer, &row->cell);
    csv_put_text(buffer, metrics->runs[0].directory);
    csv_put_text(buffer, metrics->runs[run].directory);
    csv_put_text(buffer, row->metric);
    csv_put_text(buffer, row->unit);
    put_samples(buffer, base);
    put_samples(buffer, other);
    put_values(buffer, base);
    put_values(buffer, other);
    csv_put_number(buffer, change.ratio, NUMBER_DIGITS);
    csv_put_number(buffer, change.difference, NUMBER_DIGITS);
    csv_put_text(buffer, compare_metric_verdict_name(change.verdict));
    csv_end_record(buffer);
}

int compare_metrics_write(const struct compare_metrics *metrics, const char *path,
                          struct error *error)
{
    struct csv_buffer buffer = {0};
    csv_put_record(&buffer, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < metrics->count; i++)
        for (size_t r = 1; r < metrics->run_count; r++)
            if (metrics->rows[i].of[0] != NULL || metrics->rows[i].of[r] != NULL)
                put_row(&buffer, metrics, &metrics->rows[i], r);
    const int failed = file_replace(path, buffer.text, buffer.size_bytes, error);
    csv_buffer_free(&buffer);
    return failed;
}
