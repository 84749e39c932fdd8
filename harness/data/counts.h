/*
 * Counts: what each cell asked its allocator for, as counts.csv holds it. They are exact, and come
 * from a pass of their own, one row a cell and allocator.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_COUNTS_H
#define ALLOCOST_COUNTS_H

#include "data/sample.h"

#include <stddef.h>
#include <stdint.h>

/* How what is declared is meant. */
enum count_bound { COUNT_EXACT, COUNT_AT_MOST };

/* One row of counts.csv: totals over all iterations and all threads. */
struct count_row {
    struct cell cell;
    uint64_t iterations;        /* operations that the totals are over; 0: nothing was counted */
    uint64_t allocs;            /* blocks given: malloc, calloc, aligned_alloc, ... */
    uint64_t reallocs;          /* of a block that existed */
    uint64_t frees;             /* of a block, not of NULL */
    uint64_t bytes;             /* requested by the allocs and reallocs */
    uint64_t usable_bytes;      /* what the allocator gave for them */
    uint64_t expected_allocs;   /* what the variant declares, as the next three */
    uint64_t expected_reallocs; /* */
    uint64_t expected_frees;    /* */
    uint64_t expected_bytes;    /* */
    enum sample_status status;  /* ok; failed: a mismatch or no count; skipped */
    const char *detail;         /* why it is not ok; never NULL */
    enum count_bound bound;     /* of the expected numbers */
};

/* All rows of a file, in its order, and the memory their strings live in. */
struct counts {
    struct count_row *rows;
    size_t count;
    struct text_pool *text; /* owned */
};

/*
 * Reads a counts.csv; the column bound may be missing, as in files of earlier versions; a broken
 * row is an error that names file, line and column. On failure *counts is empty. Otherwise
 * counts_free gives everything back.
 */
int counts_load(const char *path, struct counts *counts, struct error *error);
void counts_free(struct counts *counts);

/* Adds a copy of the row, with its strings. All zero is an empty struct counts. Cannot fail. */
void counts_add(struct counts *counts, const struct count_row *row);

/* A counts.csv that is being written. */
struct count_writer;

/*
 * Creates the file with its header line, or, with `resume`, opens one that exists to append to (a
 * last line that a crash cut short is removed). NULL with a message on failure.
 */
struct count_writer *count_writer_open(const char *path, bool resume, struct error *error);

/* Appends the rows whole and has them on the disk before it returns, or leaves the file as it was.
 */
int count_writer_append(struct count_writer *writer, const struct count_row *rows, size_t count,
                        struct error *error);

/* Closes and frees; NULL is allowed. */
void count_writer_close(struct count_writer *writer);

#endif
