/*
 * HTML in which text from outside can only be text.
 *
 * Errors of the stream are left for the caller's ferror. Nothing here can fail otherwise.
 */
#ifndef ALLOCOST_HTML_H
#define ALLOCOST_HTML_H

#include "data/summary.h"

#include <stddef.h>
#include <stdio.h>

/*
 * Writes text, fit for the content of an element and for an attribute's value in double quotes:
 * what is markup is escaped, and control characters, bytes that are no UTF-8 and changes of the
 * writing direction stand as visible escapes (\n, \x1b).
 */
void html_text(FILE *file, const char *text);

/* The same for a text that is made as by printf. */
void html_say(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes lines of text as a list, one item a line; a line that begins with four blanks belongs to
 * the item before it. Empty lines are passed over. Returns how many items there are. */
size_t html_lines(FILE *file, const char *text);

/* A cell of a table that holds text. */
void html_text_cell(FILE *file, const char *text);

/* A cell with a number of about three digits that tell; NaN is an empty cell. */
void html_number_cell(FILE *file, double value);

/* A cell with a count: whole ones are written so; NaN is an empty cell. */
void html_count_cell(FILE *file, double value);

/* A cell with an interval, `1.08 to 1.21`; empty without one. */
void html_interval_cell(FILE *file, double low, double high);

/* A cell with a verdict, as mark and word. */
void html_verdict_cell(FILE *file, enum summary_verdict verdict);

/* The heading of a table's column, of numbers or of text. */
void html_number_head(FILE *file, const char *text);
void html_text_head(FILE *file, const char *text);

/* Opens a table in a box of its own that scrolls; the caption is what follows up to the next call.
 * `name` is what a screen reader calls the box. */
void html_table_open(FILE *file, const char *name);

/* Ends the caption and opens the row of the columns' headings; ends that; ends the table. */
void html_table_head(FILE *file);
void html_table_body(FILE *file);
void html_table_close(FILE *file);

#endif
