/*
 * CSV as RFC 4180 defines it, with a header line.
 *
 * The reader holds one record at a time. Every complaint about the content begins with
 * `file:line:column: `, both from 1; the column counts bytes, and for a bad value is where its
 * field starts. Beyond the RFC it also takes a line that ends in a bare newline, passes over a byte
 * order mark, and refuses a NUL byte. Unlike the RFC it refuses a last record without a line end:
 * all that is written here has one, so the file was cut off. The number formats are those of C in
 * any locale, for the programs never call setlocale.
 *
 * Functions that return int return 0, or -1 with a message (error.h), where nothing else is said.
 */
#ifndef ALLOCOST_CSV_H
#define ALLOCOST_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct csv_reader;

/*
 * Opens the file and reads its header. `columns` names the columns that must be there, in any
 * order; others are passed over. From then on a field is meant by its index in `columns`. NULL with
 * a message on failure. `columns` must stay valid.
 */
struct csv_reader *csv_open(const char *path, const char *const columns[], size_t count,
                            struct error *error);

/* The same where only the first `needed` columns must be there: a field of one that is not is
 * empty. */
struct csv_reader *csv_open_older(const char *path, const char *const columns[], size_t count,
                                  size_t needed, struct error *error);

/* Closes and frees; NULL is allowed. */
void csv_close(struct csv_reader *reader);

/* Reads the next record. Returns 1, 0 at the end of the file, or -1 with a message. */
int csv_next(struct csv_reader *reader, struct error *error);

/* A field of the current record, without its quotes; valid until the next one is read. */
const char *csv_field(const struct csv_reader *reader, size_t index);

/* A field as a whole number from `least` to `most`; empty is an error. */
int csv_unsigned(const struct csv_reader *reader, size_t index, uint64_t least, uint64_t most,
                 uint64_t *value, struct error *error);

/* A field as a finite number from `least` to `most`; empty is NaN. */
int csv_number(const struct csv_reader *reader, size_t index, double least, double most,
               double *value, struct error *error);

/* A field as the index of one of the words. */
int csv_choice(const struct csv_reader *reader, size_t index, const char *const words[],
               size_t count, size_t *choice, struct error *error);

/* Complains about a field of the current record, with its place in front. Returns -1. */
int csv_fail(const struct csv_reader *reader, size_t index, struct error *error, const char *format,
             ...) __attribute__((format(printf, 4, 5)));

/* Records that are being written, in memory. All zero is an empty one. */
struct csv_buffer {
    char *text;        /* owned; not terminated; csv_buffer_free gives it back */
    size_t size_bytes; /* that are filled */
    size_t room_bytes; /* that are allocated */
    bool in_record;    /* a field of the last record is there already */
};

/* Appends a field, in quotes when it needs them. Cannot fail, as all that follow. */
void csv_put_text(struct csv_buffer *buffer, const char *text);

/* Appends a whole number. */
void csv_put_unsigned(struct csv_buffer *buffer, uint64_t value);

/* Appends a number with up to that many significant digits, 1 to 17; NaN and infinity are an
 * empty field. */
void csv_put_number(struct csv_buffer *buffer, double value, int digits);

/* Ends the record. */
void csv_end_record(struct csv_buffer *buffer);

/* Appends a whole record. */
void csv_put_record(struct csv_buffer *buffer, const char *const fields[], size_t count);

/* Gives the memory back and leaves an empty buffer. */
void csv_buffer_free(struct csv_buffer *buffer);

#endif
