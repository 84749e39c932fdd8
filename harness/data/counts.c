#include "data/counts.h"

#include "data/append.h"
#include "data/cell.h"
#include "data/csv.h"
#include "data/text.h"
#include "error.h"

#include <stdlib.h>

/* The columns, by index into `columns`. */
enum {
    AT_CELL,
    AT_TOTALS = AT_CELL + CELL_COLUMN_COUNT,
    TOTAL_COUNT = 10,
    AT_STATUS = AT_TOTALS + TOTAL_COUNT,
    AT_DETAIL,
    AT_BOUND,
    COLUMN_COUNT,
    OLDER_COLUMN_COUNT = AT_BOUND
};

static const char *const bound_words[] = {[COUNT_EXACT] = "exact", [COUNT_AT_MOST] = "at_most"};

static const char *const columns[COLUMN_COUNT] = {CELL_COLUMNS,
                                                  "iterations",
                                                  "allocs",
                                                  "reallocs",
                                                  "frees",
                                                  "bytes",
                                                  "usable_bytes",
                                                  "expected_allocs",
                                                  "expected_reallocs",
                                                  "expected_frees",
                                                  "expected_bytes",
                                                  "status",
                                                  "detail",
                                                  "bound"};

/* The totals of a row in the order of their columns. */
#define TOTALS(row)                                                                         \
    {                                                                                       \
        &(row)->iterations, &(row)->allocs, &(row)->reallocs, &(row)->frees, &(row)->bytes, \
            &(row)->usable_bytes, &(row)->expected_allocs, &(row)->expected_reallocs,       \
            &(row)->expected_frees, &(row)->expected_bytes                                  \
    }

static int read_row(const struct csv_reader *reader, struct text_pool *pool, struct count_row *row,
                    struct error *error)
{
    if (cell_read(reader, AT_CELL, pool, &row->cell, error) != 0)
        return -1;
    uint64_t *const totals[TOTAL_COUNT] = TOTALS(row);
    for (size_t i = 0; i < TOTAL_COUNT; i++)
        if (csv_unsigned(reader, AT_TOTALS + i, 0, UINT64_MAX, totals[i], error) != 0)
            return -1;
    if (cell_read_status(reader, AT_STATUS, &row->status, error) != 0)
        return -1;
    row->detail = csv_field(reader, AT_DETAIL);
    size_t bound = COUNT_EXACT;
    if (*csv_field(reader, AT_BOUND) != '\0' &&
        csv_choice(reader, AT_BOUND, bound_words, 2, &bound, error) != 0)
        return -1;
    row->bound = (enum count_bound)bound;
    return 0;
}

int counts_load(const char *path, struct counts *counts, struct error *error)
{
    *counts = (struct counts){0};
    struct csv_reader *const reader =
        csv_open_older(path, columns, COLUMN_COUNT, OLDER_COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    counts->text = text_pool_new();
    int got;
    while ((got = csv_next(reader, error)) == 1) {
        struct count_row row;
        if (read_row(reader, counts->text, &row, error) != 0) {
            got = -1;
            break;
        }
        counts_add(counts, &row);
    }
    csv_close(reader);
    if (got != 0)
        counts_free(counts);
    return got;
}

void counts_free(struct counts *counts)
{
    free(counts->rows);
    text_pool_free(counts->text);
    *counts = (struct counts){0};
}

void counts_add(struct counts *counts, const struct count_row *row)
{
    if (counts->text == NULL)
        counts->text = text_pool_new();
    /* The room is not kept: it is the next power of two. */
    if ((counts->count & (counts->count - 1)) == 0) {
        const size_t room = counts->count > 0 ? 2 * counts->count : 1;
        counts->rows = check_realloc(counts->rows, room, sizeof *counts->rows);
    }
    struct count_row *const copy = &counts->rows[counts->count++];
    *copy = *row;
    copy->cell = cell_intern(counts->text, &row->cell);
    copy->detail = text_intern(counts->text, row->detail);
}

struct count_writer {
    struct append_file *file;
    struct csv_buffer buffer; /* kept from call to call for its memory */
};

struct count_writer *count_writer_open(const char *path, bool resume, struct error *error)
{
    struct count_writer *const writer = check_alloc(1, sizeof *writer);
    csv_put_record(&writer->buffer, columns, COLUMN_COUNT);
    writer->file = append_open(path, writer->buffer.text, writer->buffer.size_bytes, resume, error);
    if (writer->file == NULL) {
        count_writer_close(writer);
        return NULL;
    }
    return writer;
}

int count_writer_append(struct count_writer *writer, const struct count_row *rows, size_t count,
                        struct error *error)
{
    struct csv_buffer *const buffer = &writer->buffer;
    buffer->size_bytes = 0;
    for (size_t r = 0; r < count; r++) {
        cell_put(buffer, &rows[r].cell);
        const uint64_t *const totals[TOTAL_COUNT] = TOTALS(&rows[r]);
        for (size_t i = 0; i < TOTAL_COUNT; i++)
            csv_put_unsigned(buffer, *totals[i]);
        csv_put_text(buffer, sample_status_name(rows[r].status));
        csv_put_text(buffer, rows[r].detail);
        csv_put_text(buffer, bound_words[rows[r].bound]);
        csv_end_record(buffer);
    }
    return append_records(writer->file, buffer->text, buffer->size_bytes, error);
}

void count_writer_close(struct count_writer *writer)
{
    if (writer == NULL)
        return;
    append_close(writer->file);
    csv_buffer_free(&writer->buffer);
    free(writer);
}
