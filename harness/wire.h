/*
 * What the driver and a worker process say to each other.
 *
 * The driver asks by the worker's command line. The worker answers with lines: a word, then fields,
 * each behind a tab. Tabs, newlines and backslashes inside a field are escaped, so any path or
 * message fits. A worker that dies leaves a stream without the word `done`; that, and not the exit
 * code alone, is how the driver knows.
 */
#ifndef ALLOCOST_WIRE_H
#define ALLOCOST_WIRE_H

#include <stddef.h>

enum { WIRE_FIELDS = 24 }; /* most fields of a line, its word included */

/*
 * Writes one line to the file descriptor with a single write: word, then `count` fields. Returns 0,
 * or -1 with errno when the line could not be written whole.
 */
int wire_send(int fd, const char *word, const char *const fields[], size_t count);

/* The same with the fields given as one printf format in which each '\t' starts a field. */
int wire_sendf(int fd, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Splits a line in place (without its newline) into its word and fields and undoes the escapes.
 * Returns their number, the word included, or 0 when there are more than WIRE_FIELDS or an escape
 * is broken. The pointers are into `line`.
 */
size_t wire_split(char *line, char *fields[WIRE_FIELDS]);

#endif
