#include "data/sample.h"

#include "data/append.h"
#include "data/cell.h"
#include "data/csv.h"
#include "data/text.h"
#include "error.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Enough that no verdict changes when it is computed again, few enough to read. */
enum { NUMBER_DIGITS = 9, MOST_ROUNDS = 1000000000 };

/* The columns, by index into `columns`. */
enum {
    AT_ROUND,
    AT_REP,
    AT_CELL,
    AT_ITERATIONS = AT_CELL + CELL_COLUMN_COUNT,
    AT_NS,
    AT_CPU_NS,
    AT_GHZ,
    AT_CHECKSUM,
    AT_STATUS,
    AT_DETAIL,
    AT_OPS,
    COLUMN_COUNT,
    OLDER_COLUMN_COUNT = AT_OPS
};

static const char *const columns[COLUMN_COUNT] = {
    "round",    "rep",      CELL_COLUMNS, "iterations", "ns_per_op", "cpu_ns_per_op",
    "core_ghz", "checksum", "status",     "detail",     "ops_per_s"};

const char *sample_status_name(enum sample_status status)
{
    return cell_status_words[status];
}

/* A whole number, or 0 when the field is empty. */
static int read_optional(const struct csv_reader *reader, size_t index, uint64_t *value, bool *has,
                         struct error *error)
{
    *value = 0;
    *has = *csv_field(reader, index) != '\0';
    return *has ? csv_unsigned(reader, index, 0, UINT64_MAX, value, error) : 0;
}

/* Reads the record that the reader stands on; its strings go into the pool. */
static int read_row(const struct csv_reader *reader, struct text_pool *pool, struct sample *row,
                    struct error *error)
{
    uint64_t round = 0, rep = 0;
    bool has_iterations;
    if (csv_unsigned(reader, AT_ROUND, 1, MOST_ROUNDS, &round, error) != 0 ||
        csv_unsigned(reader, AT_REP, 0, MOST_ROUNDS, &rep, error) != 0 ||
        cell_read(reader, AT_CELL, pool, &row->cell, error) != 0 ||
        read_optional(reader, AT_ITERATIONS, &row->iterations, &has_iterations, error) != 0 ||
        csv_number(reader, AT_NS, 0, DBL_MAX, &row->ns_per_op, error) != 0 ||
        csv_number(reader, AT_CPU_NS, 0, DBL_MAX, &row->cpu_ns_per_op, error) != 0 ||
        csv_number(reader, AT_GHZ, 0, DBL_MAX, &row->core_ghz, error) != 0 ||
        read_optional(reader, AT_CHECKSUM, &row->checksum, &row->has_checksum, error) != 0 ||
        cell_read_status(reader, AT_STATUS, &row->status, error) != 0 ||
        csv_number(reader, AT_OPS, 0, DBL_MAX, &row->ops_per_s, error) != 0)
        return -1;
    row->round = (unsigned)round;
    row->rep = (unsigned)rep;
    row->detail = text_intern(pool, csv_field(reader, AT_DETAIL));
    const bool timed = row->status == SAMPLE_OK || row->status == SAMPLE_NOISY;
    if (timed && !(row->ns_per_op > 0))
        return csv_fail(reader, AT_NS, error, "a row that is %s needs a time above 0",
                        sample_status_name(row->status));
    return 0;
}

/* Appends a row whose strings are the pool's already. */
static void push(struct samples *samples, const struct sample *row)
{
    /* The room is not kept: it is the next power of two. */
    if ((samples->count & (samples->count - 1)) == 0) {
        const size_t room = samples->count > 0 ? 2 * samples->count : 1;
        samples->rows = check_realloc(samples->rows, room, sizeof *samples->rows);
    }
    samples->rows[samples->count++] = *row;
}

int samples_load(const char *path, struct samples *samples, struct error *error)
{
    *samples = (struct samples){0};
    struct csv_reader *const reader =
        csv_open_older(path, columns, COLUMN_COUNT, OLDER_COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    samples->text = text_pool_new();
    int got;
    while ((got = csv_next(reader, error)) == 1) {
        struct sample row;
        if (read_row(reader, samples->text, &row, error) != 0) {
            got = -1;
            break;
        }
        push(samples, &row);
    }
    csv_close(reader);
    if (got != 0)
        samples_free(samples);
    return got;
}

void samples_free(struct samples *samples)
{
    free(samples->rows);
    text_pool_free(samples->text);
    *samples = (struct samples){0};
}

void samples_add(struct samples *samples, const struct sample *row)
{
    if (samples->text == NULL)
        samples->text = text_pool_new();
    struct sample copy = *row;
    copy.cell = cell_intern(samples->text, &row->cell);
    copy.detail = text_intern(samples->text, row->detail);
    push(samples, &copy);
}

struct sample_writer {
    struct append_file *file;
    struct csv_buffer buffer; /* kept from call to call for its memory */
};

struct sample_writer *sample_writer_open(const char *path, bool resume, struct error *error)
{
    struct sample_writer *const writer = check_alloc(1, sizeof *writer);
    csv_put_record(&writer->buffer, columns, COLUMN_COUNT);
    writer->file = append_open(path, writer->buffer.text, writer->buffer.size_bytes, resume, error);
    if (writer->file == NULL) {
        sample_writer_close(writer);
        return NULL;
    }
    return writer;
}

static void put_row(struct csv_buffer *buffer, const struct sample *row)
{
    CHECK(row->round >= 1);
    csv_put_unsigned(buffer, row->round);
    csv_put_unsigned(buffer, row->rep);
    cell_put(buffer, &row->cell);
    if (row->iterations > 0)
        csv_put_unsigned(buffer, row->iterations);
    else
        csv_put_text(buffer, "");
    csv_put_number(buffer, row->ns_per_op, NUMBER_DIGITS);
    csv_put_number(buffer, row->cpu_ns_per_op, NUMBER_DIGITS);
    csv_put_number(buffer, row->core_ghz, NUMBER_DIGITS);
    if (row->has_checksum)
        csv_put_unsigned(buffer, row->checksum);
    else
        csv_put_text(buffer, "");
    csv_put_text(buffer, sample_status_name(row->status));
    csv_put_text(buffer, row->detail);
    csv_put_number(buffer, row->ops_per_s, NUMBER_DIGITS);
    csv_end_record(buffer);
}

int sample_writer_append(struct sample_writer *writer, const struct sample *rows, size_t count,
                         struct error *error)
{
    writer->buffer.size_bytes = 0;
    for (size_t i = 0; i < count; i++)
        put_row(&writer->buffer, &rows[i]);
    return append_records(writer->file, writer->buffer.text, writer->buffer.size_bytes, error);
}

void sample_writer_close(struct sample_writer *writer)
{
    if (writer == NULL)
        return;
    append_close(writer->file);
    csv_buffer_free(&writer->buffer);
    free(writer);
}
