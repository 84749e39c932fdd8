/*
 * Text from outside (labels, host names, notes) made fit to be shown in a figure.
 *
 * Every function returns a string that the caller frees, and cannot fail.
 */
#ifndef ALLOCOST_PLAIN_TEXT_H
#define ALLOCOST_PLAIN_TEXT_H

#include <stddef.h>

/*
 * The text as one line of UTF-8: control characters as visible escapes (\n, \x1b), and the
 * replacement character for every byte that is no part of a character, or of one that XML 1.0
 * (section 2.2) does not allow.
 */
char *plain_text_line(const char *text);

/* As plain_text_line, and not longer than so many characters: an ellipsis stands for the middle. */
char *plain_text_shortened(const char *text, size_t columns);

/*
 * Broken into lines, at most `lines` of at most `columns` characters, at blanks where there are
 * any, best behind a comma. What does not fit is cut off, with an ellipsis.
 */
char *plain_text_wrapped(const char *text, size_t columns, size_t lines);

/*
 * As plain_text_line, written for a field of a table that gnuplot reads: quotes and backslashes are
 * octal escapes, and so is the first byte, so that no field looks like a number, a comment, a
 * missing value or a quoted string. gnuplot undoes the escapes when it reads the field as text.
 */
char *plain_text_for_table(const char *text);

#endif
