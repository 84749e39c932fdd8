/*
 * The columns that every table of cells begins with, and a set of cells.
 */
#ifndef ALLOCOST_CELL_H
#define ALLOCOST_CELL_H

#include "data/sample.h"

#include <stdbool.h>
#include <stddef.h>

struct csv_buffer;
struct csv_reader;
struct error;
struct text_pool;

/* Names of the columns in their order in a file: the fields of struct cell. */
#define CELL_COLUMNS "scenario", "variant", "storage", "param", "value", "threads", "allocator"

enum { CELL_COLUMN_COUNT = 7 };

/* The words of enum sample_status, in its order. */
extern const char *const cell_status_words[4];

/*
 * Reads the columns from `first` on into *cell, its strings into the pool. Returns 0, or -1 with a
 * message that names the place.
 */
int cell_read(const struct csv_reader *reader, size_t first, struct text_pool *pool,
              struct cell *cell, struct error *error);

/* Reads a status column. Returns 0, or -1 with a message that names the place. */
int cell_read_status(const struct csv_reader *reader, size_t index, enum sample_status *status,
                     struct error *error);

/* Appends the columns to a record. */
void cell_put(struct csv_buffer *buffer, const struct cell *cell);

/* A copy of the cell whose strings are the pool's. */
struct cell cell_intern(struct text_pool *pool, const struct cell *cell);

/*
 * Whether two cells are the same, by the addresses of their strings: both are from one pool. The
 * storage is no part of it: it follows from the variant.
 */
bool cell_equal(const struct cell *left, const struct cell *right);

/* The same, whatever the allocators are. */
bool cell_equal_work(const struct cell *left, const struct cell *right);

/* Cells by number, from 0 in the order in which they were added. All zero is an empty set. */
struct cell_set {
    struct cell *cells; /* owned; the strings are the caller's */
    size_t count;
    size_t room;
    size_t *slots; /* owned; number + 1, 0 is free */
    size_t slot_count;
};

/* The cell's number, which it is given when it has none. */
size_t cell_set_add(struct cell_set *set, const struct cell *cell);

/* The cell's number, or SIZE_MAX when it is not there. */
size_t cell_set_find(const struct cell_set *set, const struct cell *cell);

/* Gives the memory back and leaves an empty set. */
void cell_set_free(struct cell_set *set);

#endif
