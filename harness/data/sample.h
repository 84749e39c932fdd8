/*
 * Samples: the raw rows of a run, one a timed repetition, as samples.csv holds them.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_SAMPLE_H
#define ALLOCOST_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* What makes a row's cell. Strings are never NULL; empty means not applicable. */
struct cell {
    const char *scenario;
    const char *variant;
    const char *storage;   /* stack, heap, pool, arena, static, inline */
    const char *param;     /* name of the swept parameter, empty when none is swept */
    const char *value;     /* its value, a decimal integer, empty when none is swept */
    unsigned threads;      /* at least 1 */
    const char *allocator; /* empty where none is called and none was preloaded on purpose */
};

enum sample_status { SAMPLE_OK, SAMPLE_NOISY, SAMPLE_SKIPPED, SAMPLE_FAILED };

/* One row of samples.csv. */
struct sample {
    unsigned round; /* from 1 */
    unsigned rep;   /* within the process, from 1; 0 when the process gave none */
    struct cell cell;
    uint64_t iterations;  /* of the timed loop; 0: not applicable */
    double ns_per_op;     /* wall time; NaN: not applicable, as for the next two */
    double cpu_ns_per_op; /* thread CPU time */
    double core_ghz;      /* core clock around the timed part */
    uint64_t checksum;    /* meaningful when has_checksum */
    bool has_checksum;
    enum sample_status status;
    const char *detail; /* why it is not ok; never NULL */
    double ops_per_s;   /* operations of all threads in a second; NaN: not applicable */
};

/* All samples of a file, in its order, and the memory their strings live in. */
struct samples {
    struct sample *rows;
    size_t count;
    struct text_pool *text; /* owned; strings equal in content are equal in address */
};

/*
 * Reads a samples.csv. An unknown column behind the known ones is passed over; ops_per_s may be
 * missing, as in files of earlier versions, and is NaN then. Another missing column, a broken row
 * or a value out of its range is an error that names file, line and column. On failure *samples is
 * empty and needs no freeing. Otherwise samples_free gives everything back.
 */
int samples_load(const char *path, struct samples *samples, struct error *error);
void samples_free(struct samples *samples);

/* Adds a copy of the row, with its strings. All zero is an empty struct samples. Cannot fail. */
void samples_add(struct samples *samples, const struct sample *row);

/* The word of a status as in the file: `ok`, `noisy`, `skipped`, `failed`. */
const char *sample_status_name(enum sample_status status);

/* A samples.csv that is being written. */
struct sample_writer;

/*
 * Creates the file with its header line, or, with `resume`, opens one that exists to append to (a
 * last line that a crash cut short is removed). NULL with a message on failure.
 */
struct sample_writer *sample_writer_open(const char *path, bool resume, struct error *error);

/*
 * Appends the rows with one write, so that the file never holds half a row, and has them on the
 * disk before it returns. On failure (a full disk) the file is cut back to what it held before.
 */
int sample_writer_append(struct sample_writer *writer, const struct sample *rows, size_t count,
                         struct error *error);

/* Closes and frees; NULL is allowed. */
void sample_writer_close(struct sample_writer *writer);

#endif
