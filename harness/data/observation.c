#include "data/observation.h"

#include "data/append.h"
#include "data/cell.h"
#include "data/csv.h"
#include "data/text.h"
#include "error.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* As those of a sample: enough that nothing changes when it is computed again. */
enum { NUMBER_DIGITS = 9, MOST_ROUNDS = 1000000000 };

/* The columns, by index into `columns`. */
enum {
    AT_ROUND,
    AT_CELL,
    AT_METRIC = AT_CELL + CELL_COLUMN_COUNT,
    AT_UNIT,
    AT_VALUE,
    AT_STATUS,
    COLUMN_COUNT
};

/* The cell has a column `value`, too. */
static const char *const columns[COLUMN_COUNT] = {"round", CELL_COLUMNS, "metric",
                                                  "unit",  "observed",   "status"};

static int read_row(const struct csv_reader *reader, struct text_pool *pool,
                    struct observation *row, struct error *error)
{
    uint64_t round = 0;
    if (csv_unsigned(reader, AT_ROUND, 1, MOST_ROUNDS, &round, error) != 0 ||
        cell_read(reader, AT_CELL, pool, &row->cell, error) != 0 ||
        csv_number(reader, AT_VALUE, -DBL_MAX, DBL_MAX, &row->value, error) != 0 ||
        cell_read_status(reader, AT_STATUS, &row->status, error) != 0)
        return -1;
    row->round = (unsigned)round;
    row->metric = text_intern(pool, csv_field(reader, AT_METRIC));
    row->unit = text_intern(pool, csv_field(reader, AT_UNIT));
    if (*row->metric == '\0')
        return csv_fail(reader, AT_METRIC, error, "an observation needs the name of its metric");
    if (isnan(row->value))
        return csv_fail(reader, AT_VALUE, error, "an observation needs a number");
    if (row->status != SAMPLE_OK && row->status != SAMPLE_NOISY)
        return csv_fail(reader, AT_STATUS, error, "an observation is ok or noisy");
    return 0;
}

int observations_load(const char *path, struct observations *observations, struct error *error)
{
    *observations = (struct observations){0};
    struct csv_reader *const reader = csv_open(path, columns, COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    observations->text = text_pool_new();
    int got;
    while ((got = csv_next(reader, error)) == 1) {
        struct observation row;
        if (read_row(reader, observations->text, &row, error) != 0) {
            got = -1;
            break;
        }
        observations_add(observations, &row);
    }
    csv_close(reader);
    if (got != 0)
        observations_free(observations);
    return got;
}

void observations_free(struct observations *observations)
{
    free(observations->rows);
    text_pool_free(observations->text);
    *observations = (struct observations){0};
}

void observations_add(struct observations *observations, const struct observation *row)
{
    if (observations->text == NULL)
        observations->text = text_pool_new();
    /* The room is not kept: it is the next power of two. */
    if ((observations->count & (observations->count - 1)) == 0) {
        const size_t room = observations->count > 0 ? 2 * observations->count : 1;
        observations->rows = check_realloc(observations->rows, room, sizeof *observations->rows);
    }
    struct observation *const copy = &observations->rows[observations->count++];
    *copy = *row;
    copy->cell = cell_intern(observations->text, &row->cell);
    copy->metric = text_intern(observations->text, row->metric);
    copy->unit = text_intern(observations->text, row->unit);
}

struct observation_writer {
    struct append_file *file;
    struct csv_buffer buffer; /* kept from call to call for its memory */
};

struct observation_writer *observation_writer_open(const char *path, bool resume,
                                                   struct error *error)
{
    struct observation_writer *const writer = check_alloc(1, sizeof *writer);
    csv_put_record(&writer->buffer, columns, COLUMN_COUNT);
    writer->file = append_open(path, writer->buffer.text, writer->buffer.size_bytes, resume, error);
    if (writer->file == NULL) {
        observation_writer_close(writer);
        return NULL;
    }
    return writer;
}

int observation_writer_append(struct observation_writer *writer, const struct observation *rows,
                              size_t count, struct error *error)
{
    struct csv_buffer *const buffer = &writer->buffer;
    buffer->size_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        CHECK(rows[i].round >= 1 && isfinite(rows[i].value));
        csv_put_unsigned(buffer, rows[i].round);
        cell_put(buffer, &rows[i].cell);
        csv_put_text(buffer, rows[i].metric);
        csv_put_text(buffer, rows[i].unit);
        csv_put_number(buffer, rows[i].value, NUMBER_DIGITS);
        csv_put_text(buffer, sample_status_name(rows[i].status));
        csv_end_record(buffer);
    }
    return append_records(writer->file, buffer->text, buffer->size_bytes, error);
}

void observation_writer_close(struct observation_writer *writer)
{
    if (writer == NULL)
        return;
    append_close(writer->file);
    csv_buffer_free(&writer->buffer);
    free(writer);
}
