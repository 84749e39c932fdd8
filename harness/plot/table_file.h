/*
 * A table that gnuplot reads: filled in memory, then written whole. Columns end with a tab, the
 * last one with a line end; the first line names them.
 */
#ifndef ALLOCOST_PLOT_TABLE_FILE_H
#define ALLOCOST_PLOT_TABLE_FILE_H

#include <stddef.h>
#include <stdio.h>

struct error;

struct table_file {
    FILE *file;
    char *text;
    size_t size_bytes;
};

/* Returns where the rows are printed to; it is the table's, which table_file_write ends. */
FILE *table_file_open(struct table_file *table);

/* Writes what was printed to directory/name, whole or not at all, and frees it. Returns 0, or -1
 * with a message. */
int table_file_write(struct table_file *table, const char *directory, const char *name,
                     struct error *error);

/* A text with nothing in it that gnuplot would take for a column's or a line's end. */
void table_file_put_text(FILE *file, const char *text, char end);

/* NaN where it is not finite, and a tab. */
void table_file_put_number(FILE *file, double value);

#endif
