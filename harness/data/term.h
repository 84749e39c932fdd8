/*
 * Text for a terminal: widths, colours, and names that cannot do harm to it.
 */
#ifndef ALLOCOST_TERM_H
#define ALLOCOST_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Where to and how. */
struct term {
    FILE *stream;
    bool color; /* escape sequences are allowed */
    bool utf8;  /* the environment's character set is UTF-8 */
    int width;  /* in columns, 60 to 120 */
};

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_GOOD, TERM_BAD };

/*
 * How to write to the stream: as wide as the terminal up to 120 columns, 120 where there is none;
 * UTF-8 when the first of LC_ALL, LC_CTYPE and LANG that is set says so. Cannot fail.
 */
struct term term_open(FILE *stream, bool color);

/*
 * A copy of the text in which control characters, and bytes that the character set does not have,
 * stand as escapes (\n, \x1b). The caller frees it. Cannot fail.
 */
char *term_clean(const struct term *term, const char *text);

/* Columns that cleaned text takes; every character counts as one. */
int term_columns(const struct term *term, const char *text);

/* Prints text cleaned, cut and padded to `width` columns; left-aligned, or right when below 0. */
void term_put(const struct term *term, enum term_style style, const char *text, int width);

/* Prints text cleaned, at its own width. */
void term_say(const struct term *term, enum term_style style, const char *text);

#endif
