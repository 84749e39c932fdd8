#include "data/instructions.h"

#include "data/append.h"
#include "data/cell.h"
#include "data/csv.h"
#include "data/text.h"
#include "error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The columns, by index into `columns`. */
enum {
    AT_CELL,
    AT_SOURCE = AT_CELL + CELL_COLUMN_COUNT,
    AT_ITERATIONS,
    AT_ONCE,
    AT_TWICE,
    AT_STATUS,
    AT_DETAIL,
    COLUMN_COUNT
};

static const char *const columns[COLUMN_COUNT] = {
    CELL_COLUMNS,         "source", "iterations", "instructions_once",
    "instructions_twice", "status", "detail"};

static const char *const source_words[INSTRUCTION_SOURCES] = {
    [INSTRUCTIONS_VALGRIND] = "valgrind", [INSTRUCTIONS_PERF] = "perf"};

const char *instruction_source_name(enum instruction_source source)
{
    return source_words[source];
}

bool instruction_source_read(const char *word, enum instruction_source *source)
{
    for (size_t i = 0; i < INSTRUCTION_SOURCES; i++)
        if (strcmp(word, source_words[i]) == 0) {
            *source = (enum instruction_source)i;
            return true;
        }
    return false;
}

double instructions_per_op(const struct instruction_row *row)
{
    if (row->status != SAMPLE_OK || row->iterations == 0)
        return (double)NAN;
    return (double)(row->twice - row->once) / (double)row->iterations;
}

static int read_row(const struct csv_reader *reader, struct text_pool *pool,
                    struct instruction_row *row, struct error *error)
{
    size_t source = 0;
    if (cell_read(reader, AT_CELL, pool, &row->cell, error) != 0 ||
        csv_choice(reader, AT_SOURCE, source_words, INSTRUCTION_SOURCES, &source, error) != 0 ||
        csv_unsigned(reader, AT_ITERATIONS, 0, UINT64_MAX, &row->iterations, error) != 0 ||
        csv_unsigned(reader, AT_ONCE, 0, UINT64_MAX, &row->once, error) != 0 ||
        csv_unsigned(reader, AT_TWICE, 0, UINT64_MAX, &row->twice, error) != 0 ||
        cell_read_status(reader, AT_STATUS, &row->status, error) != 0)
        return -1;
    if (row->twice < row->once)
        return csv_fail(reader, AT_TWICE, error, "twice the iterations took fewer instructions");
    row->source = (enum instruction_source)source;
    row->detail = csv_field(reader, AT_DETAIL);
    return 0;
}

int instructions_load(const char *path, struct instructions *list, struct error *error)
{
    *list = (struct instructions){0};
    struct csv_reader *const reader = csv_open(path, columns, COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    list->text = text_pool_new();
    int got;
    while ((got = csv_next(reader, error)) == 1) {
        struct instruction_row row;
        if (read_row(reader, list->text, &row, error) != 0) {
            got = -1;
            break;
        }
        instructions_add(list, &row);
    }
    csv_close(reader);
    if (got != 0)
        instructions_free(list);
    return got;
}

void instructions_free(struct instructions *list)
{
    free(list->rows);
    text_pool_free(list->text);
    *list = (struct instructions){0};
}

void instructions_add(struct instructions *list, const struct instruction_row *row)
{
    if (list->text == NULL)
        list->text = text_pool_new();
    /* The room is not kept: it is the next power of two. */
    if ((list->count & (list->count - 1)) == 0) {
        const size_t room = list->count > 0 ? 2 * list->count : 1;
        list->rows = check_realloc(list->rows, room, sizeof *list->rows);
    }
    struct instruction_row *const copy = &list->rows[list->count++];
    *copy = *row;
    copy->cell = cell_intern(list->text, &row->cell);
    copy->detail = text_intern(list->text, row->detail);
}

struct instruction_writer {
    struct append_file *file;
    struct csv_buffer buffer; /* kept from call to call for its memory */
};

struct instruction_writer *instruction_writer_open(const char *path, bool resume,
                                                   struct error *error)
{
    struct instruction_writer *const writer = check_alloc(1, sizeof *writer);
    csv_put_record(&writer->buffer, columns, COLUMN_COUNT);
    writer->file = append_open(path, writer->buffer.text, writer->buffer.size_bytes, resume, error);
    if (writer->file == NULL) {
        instruction_writer_close(writer);
        return NULL;
    }
    return writer;
}

int instruction_writer_append(struct instruction_writer *writer, const struct instruction_row *row,
                              struct error *error)
{
    struct csv_buffer *const buffer = &writer->buffer;
    buffer->size_bytes = 0;
    cell_put(buffer, &row->cell);
    csv_put_text(buffer, source_words[row->source]);
    csv_put_unsigned(buffer, row->iterations);
    csv_put_unsigned(buffer, row->once);
    csv_put_unsigned(buffer, row->twice);
    csv_put_text(buffer, sample_status_name(row->status));
    csv_put_text(buffer, row->detail);
    csv_end_record(buffer);
    return append_records(writer->file, buffer->text, buffer->size_bytes, error);
}

void instruction_writer_close(struct instruction_writer *writer)
{
    if (writer == NULL)
        return;
    append_close(writer->file);
    csv_buffer_free(&writer->buffer);
    free(writer);
}
