#include "data/csv.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A longer record is no record of ours: most likely a quote without its end. */
enum { MOST_RECORD_BYTES = 1 << 20, BLOCK_BYTES = 1 << 16 };

/* The position of a column that is not in the file. */
#define ABSENT SIZE_MAX

enum { END_OF_FILE = -1, READ_FAILED = -2 };

/* A place in the file, both from 1. */
struct place {
    size_t line;
    size_t column; /* in bytes */
};

struct field {
    size_t start; /* in the record's text */
    struct place place;
};

struct csv_reader {
    char *path;
    int fd;
    unsigned char *block; /* what was read of the file */
    size_t block_next, block_end;
    struct place here; /* of the next byte */

    char *text; /* of the record: the fields, each terminated */
    size_t text_bytes, text_room;
    struct field *fields;
    size_t field_count, field_room;

    const char *const *columns; /* the caller's names */
    size_t column_count;
    size_t needed_count; /* the first of them, which must be there */
    size_t *column_at;   /* position in the record of each of the caller's columns; or ABSENT */
    size_t header_count; /* fields of the header, and so of every record */
};

static int complain(const struct csv_reader *reader, struct place place, struct error *error,
                    const char *what)
{
    return error_set(error, "%s:%zu:%zu: %s", reader->path, place.line, place.column, what);
}

static int fill_block(struct csv_reader *reader)
{
    ssize_t got;
    do
        got = read(reader->fd, reader->block, BLOCK_BYTES);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got == 0 ? END_OF_FILE : READ_FAILED;
    reader->block_next = 0;
    reader->block_end = (size_t)got;
    return 0;
}

/* The next byte without taking it, or END_OF_FILE, or READ_FAILED with errno. */
static inline int peek(struct csv_reader *reader)
{
    if (reader->block_next == reader->block_end) {
        const int end = fill_block(reader);
        if (end != 0)
            return end;
    }
    return reader->block[reader->block_next];
}

/* Takes the byte that was peeked at. */
static inline void take(struct csv_reader *reader, int byte)
{
    reader->block_next++;
    reader->here.column++;
    if (byte == '\n') {
        reader->here.line++;
        reader->here.column = 1;
    }
}

static inline void keep(struct csv_reader *reader, char byte)
{
    if (reader->text_bytes == reader->text_room) {
        reader->text_room = 2 * reader->text_room + 256;
        reader->text = check_realloc(reader->text, reader->text_room, 1);
    }
    reader->text[reader->text_bytes++] = byte;
}

static void start_field(struct csv_reader *reader)
{
    if (reader->field_count == reader->field_room) {
        reader->field_room = 2 * reader->field_room + 32;
        reader->fields = check_realloc(reader->fields, reader->field_room, sizeof *reader->fields);
    }
    reader->fields[reader->field_count++] =
        (struct field){.start = reader->text_bytes, .place = reader->here};
}

/* Complains about a byte that can stand in no field, and about a failed read. 0 when it is fine. */
static int check_byte(const struct csv_reader *reader, int byte, struct error *error)
{
    if (byte == READ_FAILED)
        return error_set_errno(error, "%s", reader->path);
    if (byte == '\0')
        return complain(reader, reader->here, error, "NUL byte");
    if (reader->text_bytes >= MOST_RECORD_BYTES)
        return complain(reader, reader->fields[0].place, error, "record is longer than 1 MiB");
    return 0;
}

/* Takes a quoted field from its opening quote to its closing one. */
static int read_quoted(struct csv_reader *reader, struct error *error)
{
    const struct place opening = reader->here;
    take(reader, '"');
    for (;;) {
        const int byte = peek(reader);
        if (byte == END_OF_FILE || reader->text_bytes >= MOST_RECORD_BYTES)
            return complain(reader, opening, error, "quoted field does not end");
        if (check_byte(reader, byte, error) != 0)
            return -1;
        take(reader, byte);
        if (byte == '"') {
            if (peek(reader) != '"')
                return 0;
            take(reader, '"');
        }
        keep(reader, (char)byte);
    }
}

/* Takes a field without quotes up to what ends it. */
static int read_plain(struct csv_reader *reader, struct error *error)
{
    for (;;) {
        const int byte = peek(reader);
        if (byte == END_OF_FILE || byte == ',' || byte == '\n' || byte == '\r')
            return 0;
        if (check_byte(reader, byte, error) != 0)
            return -1;
        if (byte == '"')
            return complain(reader, reader->here, error, "quote inside a field without quotes");
        take(reader, byte);
        keep(reader, (char)byte);
    }
}

/* What stood behind a field. */
enum separator { NEXT_FIELD, END_OF_RECORD, CUT_OFF, BROKEN };

static enum separator read_separator(struct csv_reader *reader, struct error *error)
{
    const int byte = peek(reader);
    if (byte == END_OF_FILE)
        return CUT_OFF;
    if (check_byte(reader, byte, error) != 0)
        return BROKEN;
    if (byte == '\r') {
        const struct place place = reader->here;
        take(reader, byte);
        if (peek(reader) != '\n') {
            complain(reader, place, error, "carriage return without a newline");
            return BROKEN;
        }
        take(reader, '\n');
        return END_OF_RECORD;
    }
    if (byte != ',' && byte != '\n') {
        complain(reader, reader->here, error, "text behind a closing quote");
        return BROKEN;
    }
    take(reader, byte);
    return byte == ',' ? NEXT_FIELD : END_OF_RECORD;
}

/*
 * Complains unless the record has as many fields as the header and a line end behind it: without
 * one its last field may be a part of what was written, and nothing in it would tell.
 */
static int check_whole(const struct csv_reader *reader, struct place end, bool cut_off,
                       struct error *error)
{
    const size_t count = reader->field_count, expected = reader->header_count;
    if (expected == 0 || count == expected)
        return cut_off ? complain(reader, end, error, "record is cut off: no line end behind it")
                       : 0;
    char what[96];
    snprintf(what, sizeof what, "%s: it has %zu of %zu fields",
             count > expected ? "record is too long"
             : cut_off        ? "record is cut off"
                              : "record is too short",
             count, expected);
    return complain(reader, count > expected ? reader->fields[expected].place : end, error, what);
}

/* Reads one record into text and fields. Returns 1, 0 at the end of the file, or -1. */
static int read_record(struct csv_reader *reader, struct error *error)
{
    reader->text_bytes = 0;
    reader->field_count = 0;
    if (peek(reader) == END_OF_FILE)
        return 0;
    for (;;) {
        start_field(reader);
        const int failed =
            peek(reader) == '"' ? read_quoted(reader, error) : read_plain(reader, error);
        if (failed)
            return -1;
        keep(reader, '\0');
        const struct place end = reader->here;
        const enum separator separator = read_separator(reader, error);
        if (separator == BROKEN)
            return -1;
        if (separator != NEXT_FIELD)
            return check_whole(reader, end, separator == CUT_OFF, error) != 0 ? -1 : 1;
    }
}

int csv_next(struct csv_reader *reader, struct error *error)
{
    return read_record(reader, error);
}

/* A byte order mark in UTF-8, which some programs put in front of a CSV file. */
static void skip_mark(struct csv_reader *reader)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    if (peek(reader) >= 0 && reader->block_end >= sizeof mark &&
        memcmp(reader->block, mark, sizeof mark) == 0)
        reader->block_next = sizeof mark;
}

/* Finds the caller's columns in the header that was just read. */
static int find_columns(struct csv_reader *reader, struct error *error)
{
    const struct place start = {1, 1};
    char what[160];
    for (size_t i = 0; i < reader->column_count; i++) {
        size_t found = 0;
        for (size_t f = 0; f < reader->field_count; f++) {
            if (strcmp(reader->text + reader->fields[f].start, reader->columns[i]) != 0)
                continue;
            reader->column_at[i] = f;
            if (found++ == 0)
                continue;
            snprintf(what, sizeof what, "column %s stands twice", reader->columns[i]);
            return complain(reader, reader->fields[f].place, error, what);
        }
        if (found == 0)
            reader->column_at[i] = ABSENT;
        if (found == 0 && i < reader->needed_count) {
            snprintf(what, sizeof what, "there is no column %s", reader->columns[i]);
            return complain(reader, start, error, what);
        }
    }
    reader->header_count = reader->field_count;
    return 0;
}

struct csv_reader *csv_open(const char *path, const char *const columns[], size_t count,
                            struct error *error)
{
    return csv_open_older(path, columns, count, count, error);
}

struct csv_reader *csv_open_older(const char *path, const char *const columns[], size_t count,
                                  size_t needed, struct error *error)
{
    struct csv_reader *const reader = check_alloc(1, sizeof *reader);
    *reader = (struct csv_reader){.path = check_strdup(path),
                                  .fd = open(path, O_RDONLY | O_CLOEXEC),
                                  .block = check_alloc(BLOCK_BYTES, 1),
                                  .here = {1, 1},
                                  .columns = columns,
                                  .column_count = count,
                                  .needed_count = needed,
                                  .column_at = check_alloc(count, sizeof(size_t))};
    if (reader->fd < 0) {
        error_set_errno(error, "%s", path);
        csv_close(reader);
        return NULL;
    }
    skip_mark(reader);
    const int got = read_record(reader, error);
    if (got == 0)
        complain(reader, reader->here, error, "the file is empty: it has no header");
    if (got != 1 || find_columns(reader, error) != 0) {
        csv_close(reader);
        return NULL;
    }
    return reader;
}

void csv_close(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader->path);
    free(reader->block);
    free(reader->text);
    free(reader->fields);
    free(reader->column_at);
    free(reader);
}

static const struct field *field_at(const struct csv_reader *reader, size_t index)
{
    CHECK(index < reader->column_count && reader->column_at[index] < reader->field_count);
    return &reader->fields[reader->column_at[index]];
}

const char *csv_field(const struct csv_reader *reader, size_t index)
{
    CHECK(index < reader->column_count);
    return reader->column_at[index] == ABSENT ? "" : reader->text + field_at(reader, index)->start;
}

int csv_fail(const struct csv_reader *reader, size_t index, struct error *error, const char *format,
             ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return complain(reader, field_at(reader, index)->place, error, what);
}
