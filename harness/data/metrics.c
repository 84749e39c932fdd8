#include "data/metrics.h"

#include "data/cell.h"
#include "data/csv.h"
#include "data/file.h"
#include "data/summary.h"
#include "error.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
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

static void put_row(struct csv_buffer *buffer, const struct summary_row *row)
{
    const struct summary_throughput *const throughput = &row->throughput;
    cell_put(buffer, &row->cell);
    csv_put_text(buffer, METRIC_THROUGHPUT);
    csv_put_text(buffer, METRIC_THROUGHPUT_UNIT);
    csv_put_number(buffer, throughput->median, NUMBER_DIGITS);
    csv_put_number(buffer, throughput->low, NUMBER_DIGITS);
    csv_put_number(buffer, throughput->high, NUMBER_DIGITS);
    csv_put_unsigned(buffer, throughput->samples);
    csv_end_record(buffer);
}

int metrics_write(const struct summary *summary, const char *path, struct error *error)
{
    struct csv_buffer buffer = {0};
    csv_put_record(&buffer, columns, COLUMN_COUNT);
    for (size_t i = 0; i < summary->count; i++)
        if (summary->rows[i].throughput.samples > 0)
            put_row(&buffer, &summary->rows[i]);
    const int failed = file_replace(path, buffer.text, buffer.size_bytes, error);
    csv_buffer_free(&buffer);
    return failed;
}

/* Reads the record that the reader stands on into the rows of its cell. */
static int read_row(const struct csv_reader *reader, struct summary *summary, struct error *error)
{
    struct summary_throughput read = {0};
    struct cell cell;
    uint64_t samples = 0;
    if (cell_read(reader, AT_CELL, summary->text, &cell, error) != 0 ||
        csv_number(reader, AT_MEDIAN, 0, DBL_MAX, &read.median, error) != 0 ||
        csv_number(reader, AT_LOW, 0, DBL_MAX, &read.low, error) != 0 ||
        csv_number(reader, AT_HIGH, 0, DBL_MAX, &read.high, error) != 0 ||
        csv_unsigned(reader, AT_SAMPLES, 0, UINT32_MAX, &samples, error) != 0)
        return -1;
    read.samples = (size_t)samples;
    const bool known = strcmp(csv_field(reader, AT_METRIC), METRIC_THROUGHPUT) == 0;
    for (size_t i = 0; i < summary->count && known; i++)
        if (cell_equal(&summary->rows[i].cell, &cell))
            summary->rows[i].throughput = read;
    return 0;
}

int metrics_load(const char *path, struct summary *summary, struct error *error)
{
    struct csv_reader *const reader = csv_open(path, columns, COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    int got;
    while ((got = csv_next(reader, error)) == 1)
        if (read_row(reader, summary, error) != 0) {
            got = -1;
            break;
        }
    csv_close(reader);
    return got;
}
