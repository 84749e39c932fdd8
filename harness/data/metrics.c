#include "data/metrics.h"

#include "data/cell.h"
#include "data/csv.h"
#include "data/file.h"
#include "data/observation.h"
#include "data/stats.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS = 6 }; /* nothing is computed from them */

/* The columns, by index into `columns`. */
enum {
    AT_CELL,
    AT_METRIC = AT_CELL + CELL_COLUMN_COUNT,
    AT_UNIT,
    AT_MEDIAN,
    AT_LOW,
    AT_HIGH,
    AT_SAMPLES,
    COLUMN_COUNT
};

static const char *const columns[COLUMN_COUNT] = {CELL_COLUMNS, "metric", "unit",   "median",
                                                  "low",        "high",   "samples"};

/* ---- From observations to metrics ---- */

/* An observation of a row that is in the summary. */
struct observed {
    size_t row;
    size_t kind; /* number of the metric and its unit, as first observed */
    unsigned round;
    size_t place; /* in the file */
    double value;
};

static int compare_observed(const void *left, const void *right)
{
    const struct observed *const a = left, *const b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* A metric with its unit, in the place of a cell's scenario and variant. */
static size_t kind_of(struct cell_set *kinds, struct summary *summary,
                      const struct observation *row)
{
    const struct cell kind = {.scenario = text_intern(summary->text, row->metric),
                              .variant = text_intern(summary->text, row->unit)};
    return cell_set_add(kinds, &kind);
}

/* The observations that count, sorted by row, metric and round; the caller frees them. */
static struct observed *choose(struct summary *summary, const struct observations *observations,
                               struct cell_set *kinds, size_t *count)
{
    struct cell_set cells = {0};
    for (size_t i = 0; i < summary->count; i++)
        cell_set_add(&cells, &summary->rows[i].cell);
    struct observed *const chosen = check_alloc(observations->count, sizeof *chosen);
    *count = 0;
    for (size_t i = 0; i < observations->count; i++) {
        const struct observation *const row = &observations->rows[i];
        const struct cell cell = cell_intern(summary->text, &row->cell);
        const size_t number = cell_set_find(&cells, &cell);
        if (number == SIZE_MAX || summary->rows[number].samples == 0 ||
            summary->rows[number].status != row->status)
            continue;
        chosen[(*count)++] = (struct observed){.row = number,
                                               .kind = kind_of(kinds, summary, row),
                                               .round = row->round,
                                               .place = i,
                                               .value = row->value};
    }
    cell_set_free(&cells);
    if (*count > 0)
        qsort(chosen, *count, sizeof *chosen, compare_observed);
    return chosen;
}

static void push(struct summary *summary, const struct summary_metric *metric)
{
    /* The room is not kept: it is the next power of two. */
    if ((summary->metric_count & (summary->metric_count - 1)) == 0) {
        const size_t room = summary->metric_count > 0 ? 2 * summary->metric_count : 1;
        summary->metrics = check_realloc(summary->metrics, room, sizeof *summary->metrics);
    }
    summary->metrics[summary->metric_count++] = *metric;
}

void metrics_add_observations(struct summary *summary, const struct observations *observations)
{
    struct cell_set kinds = {0};
    size_t count;
    struct observed *const chosen = choose(summary, observations, &kinds, &count);
    double *const values = check_alloc(count, sizeof *values);
    for (size_t first = 0, end; first < count; first = end) {
        size_t samples = 0;
        for (end = first; end < count; end++) {
            if (chosen[end].row != chosen[first].row || chosen[end].kind != chosen[first].kind)
                break;
            if (end > first && chosen[end].round == chosen[end - 1].round)
                samples--; /* the last of a round counts */
            values[samples++] = chosen[end].value;
        }
        const struct cell *const kind = &kinds.cells[chosen[first].kind];
        const struct stats_interval interval =
            stats_median_interval(values, samples, SUMMARY_LEVEL);
        push(summary, &(struct summary_metric){.row = chosen[first].row,
                                               .metric = kind->scenario,
                                               .unit = kind->variant,
                                               .median = interval.median,
                                               .low = interval.low,
                                               .high = interval.high,
                                               .samples = samples});
    }
    free(values);
    free(chosen);
    cell_set_free(&kinds);
}

/* ---- The file ---- */

static void put_metric(struct csv_buffer *buffer, const struct cell *cell,
                       const struct summary_metric *metric)
{
    cell_put(buffer, cell);
    csv_put_text(buffer, metric->metric);
    csv_put_text(buffer, metric->unit);
    csv_put_number(buffer, metric->median, NUMBER_DIGITS);
    csv_put_number(buffer, metric->low, NUMBER_DIGITS);
    csv_put_number(buffer, metric->high, NUMBER_DIGITS);
    csv_put_unsigned(buffer, metric->samples);
    csv_end_record(buffer);
}

/* What all metrics have, of a throughput. */
static struct summary_metric as_metric(const struct summary_throughput *throughput)
{
    return (struct summary_metric){.metric = METRIC_THROUGHPUT,
                                   .unit = METRIC_THROUGHPUT_UNIT,
                                   .median = throughput->median,
                                   .low = throughput->low,
                                   .high = throughput->high,
                                   .samples = throughput->samples};
}

int metrics_write(const struct summary *summary, const char *path, struct error *error)
{
    struct csv_buffer buffer = {0};
    csv_put_record(&buffer, columns, COLUMN_COUNT);
    size_t next = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        const struct summary_metric throughput = as_metric(&row->throughput);
        if (throughput.samples > 0)
            put_metric(&buffer, &row->cell, &throughput);
        for (; next < summary->metric_count && summary->metrics[next].row == i; next++)
            put_metric(&buffer, &row->cell, &summary->metrics[next]);
    }
    CHECK(next == summary->metric_count);
    const int failed = file_replace(path, buffer.text, buffer.size_bytes, error);
    csv_buffer_free(&buffer);
    return failed;
}

/* Adds a metric that was read to its row. */
static void take(struct summary *summary, size_t row, const struct summary_metric *read)
{
    if (strcmp(read->metric, METRIC_THROUGHPUT) == 0)
        summary->rows[row].throughput =
            (struct summary_throughput){read->samples, read->median, read->low, read->high};
    else
        push(summary, read);
}

/* Reads the record that the reader stands on into the rows of its cell. */
static int read_row(const struct csv_reader *reader, const struct cell_set *cells,
                    struct summary *summary, struct error *error)
{
    struct summary_metric read = {.metric =
                                      text_intern(summary->text, csv_field(reader, AT_METRIC)),
                                  .unit = text_intern(summary->text, csv_field(reader, AT_UNIT))};
    struct cell cell;
    uint64_t samples = 0;
    if (cell_read(reader, AT_CELL, summary->text, &cell, error) != 0 ||
        csv_number(reader, AT_MEDIAN, -DBL_MAX, DBL_MAX, &read.median, error) != 0 ||
        csv_number(reader, AT_LOW, -DBL_MAX, DBL_MAX, &read.low, error) != 0 ||
        csv_number(reader, AT_HIGH, -DBL_MAX, DBL_MAX, &read.high, error) != 0 ||
        csv_unsigned(reader, AT_SAMPLES, 0, UINT32_MAX, &samples, error) != 0)
        return -1;
    read.samples = (size_t)samples;
    read.row = cell_set_find(cells, &cell);
    if (read.row != SIZE_MAX)
        take(summary, read.row, &read);
    return 0;
}

int metrics_load(const char *path, struct summary *summary, struct error *error)
{
    struct csv_reader *const reader = csv_open(path, columns, COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    struct cell_set cells = {0};
    for (size_t i = 0; i < summary->count; i++)
        cell_set_add(&cells, &summary->rows[i].cell);
    int got;
    while ((got = csv_next(reader, error)) == 1)
        if (read_row(reader, &cells, summary, error) != 0) {
            got = -1;
            break;
        }
    cell_set_free(&cells);
    csv_close(reader);
    return got;
}
