/* Metrics as a file. */
#include "data/cell.h"
#include "data/csv.h"
#include "data/file.h"
#include "data/metrics.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"

#include <float.h>
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

/* Reads the record that the reader stands on. */
static int read_row(const struct csv_reader *reader, struct text_pool *pool, struct metric_row *row,
                    struct error *error)
{
    uint64_t samples = 0;
    row->metric = text_intern(pool, csv_field(reader, AT_METRIC));
    row->unit = text_intern(pool, csv_field(reader, AT_UNIT));
    if (cell_read(reader, AT_CELL, pool, &row->cell, error) != 0 ||
        csv_number(reader, AT_MEDIAN, -DBL_MAX, DBL_MAX, &row->median, error) != 0 ||
        csv_number(reader, AT_LOW, -DBL_MAX, DBL_MAX, &row->low, error) != 0 ||
        csv_number(reader, AT_HIGH, -DBL_MAX, DBL_MAX, &row->high, error) != 0 ||
        csv_unsigned(reader, AT_SAMPLES, 0, UINT32_MAX, &samples, error) != 0)
        return -1;
    row->samples = (size_t)samples;
    return 0;
}

int metric_rows_load(const char *path, struct text_pool *pool, struct metric_rows *rows,
                     struct error *error)
{
    *rows = (struct metric_rows){.items = NULL};
    struct csv_reader *const reader = csv_open(path, columns, COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    int got;
    size_t room = 0;
    while ((got = csv_next(reader, error)) == 1) {
        if (rows->count == room) {
            room = room > 0 ? 2 * room : 64;
            rows->items = check_realloc(rows->items, room, sizeof *rows->items);
        }
        if (read_row(reader, pool, &rows->items[rows->count], error) != 0) {
            got = -1;
            break;
        }
        rows->count++;
    }
    csv_close(reader);
    if (got != 0)
        metric_rows_free(rows);
    return got;
}

void metric_rows_free(struct metric_rows *rows)
{
    free(rows->items);
    *rows = (struct metric_rows){.items = NULL};
}

/* A row of the file, and the summary's row that it is of. */
struct placed {
    size_t row;
    const struct metric_row *read;
};

static int compare_placed(const void *left, const void *right)
{
    const struct placed *const a = left, *const b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->read > b->read) - (a->read < b->read);
}

/* Adds a metric that was read to its row. */
static void take(struct summary *summary, const struct placed *placed)
{
    const struct metric_row *const read = placed->read;
    if (strcmp(read->metric, METRIC_THROUGHPUT) == 0)
        summary->rows[placed->row].throughput =
            (struct summary_throughput){read->samples, read->median, read->low, read->high};
    else
        metrics_push(summary, &(struct summary_metric){.row = placed->row,
                                                       .metric = read->metric,
                                                       .unit = read->unit,
                                                       .median = read->median,
                                                       .low = read->low,
                                                       .high = read->high,
                                                       .samples = read->samples});
}

int metrics_load(const char *path, struct summary *summary, struct error *error)
{
    struct metric_rows rows;
    if (metric_rows_load(path, summary->text, &rows, error) != 0)
        return -1;
    struct cell_set cells = {0};
    for (size_t i = 0; i < summary->count; i++)
        cell_set_add(&cells, &summary->rows[i].cell);
    struct placed *const placed = check_alloc(rows.count, sizeof *placed);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const size_t row = cell_set_find(&cells, &rows.items[i].cell);
        if (row != SIZE_MAX)
            placed[count++] = (struct placed){row, &rows.items[i]};
    }
    /* The file may be in another order than the summary. */
    if (count > 1)
        qsort(placed, count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < count; i++)
        take(summary, &placed[i]);
    free(placed);
    cell_set_free(&cells);
    metric_rows_free(&rows);
    return 0;
}
