/*
 * Observations: what a process saw beside its time, one row a metric, as observations.csv holds
 * them.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_OBSERVATION_H
#define ALLOCOST_OBSERVATION_H

#include "data/sample.h"

#include <stdbool.h>
#include <stddef.h>

/* One row of observations.csv. */
struct observation {
    unsigned round; /* from 1 */
    struct cell cell;
    const char *metric;        /* [a-z0-9_]+ */
    const char *unit;          /* [a-z0-9_]+ */
    double value;              /* finite */
    enum sample_status status; /* of the process: ok or noisy */
};

/* All rows of a file, in its order, and the memory their strings live in. */
struct observations {
    struct observation *rows;
    size_t count;
    struct text_pool *text; /* owned; strings equal in content are equal in address */
};

/*
 * Reads an observations.csv; a broken row or a value out of its range is an error that names file,
 * line and column. On failure *observations is empty. Otherwise observations_free gives everything
 * back.
 */
int observations_load(const char *path, struct observations *observations, struct error *error);
void observations_free(struct observations *observations);

/* Adds a copy of the row, with its strings. All zero is an empty one. Cannot fail. */
void observations_add(struct observations *observations, const struct observation *row);

/* An observations.csv that is being written. */
struct observation_writer;

/*
 * Creates the file with its header line, or, with `resume`, opens one that exists to append to (a
 * last line that a crash cut short is removed). NULL with a message on failure.
 */
struct observation_writer *observation_writer_open(const char *path, bool resume,
                                                   struct error *error);

/* Appends the rows with one write and has them on the disk before it returns, or leaves the file as
 * it was. */
int observation_writer_append(struct observation_writer *writer, const struct observation *rows,
                              size_t count, struct error *error);

/* Closes and frees; NULL is allowed. */
void observation_writer_close(struct observation_writer *writer);

#endif
