/*
 * Instructions of each cell's loop, as instructions.csv holds them: from a pass of their own, one
 * row a cell, allocator and source.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_INSTRUCTIONS_H
#define ALLOCOST_INSTRUCTIONS_H

#include "data/sample.h"

#include <stddef.h>
#include <stdint.h>

/* Who counted. */
enum instruction_source {
    INSTRUCTIONS_VALGRIND, /* executed by valgrind: the same on every machine */
    INSTRUCTIONS_PERF      /* the CPU's own counter */
};

enum { INSTRUCTION_SOURCES = 2 };

/* One row of instructions.csv. */
struct instruction_row {
    struct cell cell;
    enum instruction_source source;
    uint64_t iterations;       /* of the shorter loop; 0 when nothing was counted */
    uint64_t once;             /* instructions of a call with so many iterations */
    uint64_t twice;            /* of a call with twice as many */
    enum sample_status status; /* ok, or failed: there is no count */
    const char *detail;        /* why it is not ok; never NULL */
};

/* All rows of a file, in its order, and the memory their strings live in. */
struct instructions {
    struct instruction_row *rows;
    size_t count;
    struct text_pool *text; /* owned */
};

/* The word of a source as in the file: `valgrind`, `perf`. */
const char *instruction_source_name(enum instruction_source source);

/* The source of a word. Returns whether it is one. */
bool instruction_source_read(const char *word, enum instruction_source *source);

/*
 * Instructions an operation: what an iteration more costs; what is done once in a call is not in
 * it. NaN for a row that is not ok.
 */
double instructions_per_op(const struct instruction_row *row);

/*
 * Reads an instructions.csv; a broken row is an error that names file, line and column. On failure
 * *list is empty. Otherwise instructions_free gives everything back.
 */
int instructions_load(const char *path, struct instructions *list, struct error *error);
void instructions_free(struct instructions *list);

/* Adds a copy of the row, with its strings. All zero is an empty list. Cannot fail. */
void instructions_add(struct instructions *list, const struct instruction_row *row);

/* An instructions.csv that is being written. */
struct instruction_writer;

/*
 * Creates the file with its header line, or, with `resume`, opens one that exists to append to (a
 * last line that a crash cut short is removed). NULL with a message on failure.
 */
struct instruction_writer *instruction_writer_open(const char *path, bool resume,
                                                   struct error *error);

/* Appends the row whole and has it on the disk before it returns, or leaves the file as it was. */
int instruction_writer_append(struct instruction_writer *writer, const struct instruction_row *row,
                              struct error *error);

/* Closes and frees; NULL is allowed. */
void instruction_writer_close(struct instruction_writer *writer);

#endif
