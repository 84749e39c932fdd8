/*
 * How facts are read from the files of a machine and handed on; shared by the files that collect.
 */
#ifndef ALLOCOST_FACT_SINK_H
#define ALLOCOST_FACT_SINK_H

#include "facts.h"

#include <stdbool.h>
#include <stddef.h>

/* Where facts come from and where they go. */
struct fact_sink {
    const char *root; /* in front of every path that is read; "" is this machine */
    fact_fn *emit;
    void *user; /* of emit */
};

/* Emits one fact, its value cleaned: blanks off both ends, one line, what is no text as '?'. */
void fact_put(const struct fact_sink *sink, const char *key, const char *value);
void fact_putf(const struct fact_sink *sink, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Emits the key without a value and the reason beside it. */
void fact_missing(const struct fact_sink *sink, const char *key, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

/* Emits the whole text of a file, or that it is missing: with `why`, or if NULL with the system's
 * own words. */
void fact_put_file(const struct fact_sink *sink, const char *key, const char *path,
                   const char *why);

/*
 * The text of a file below the root, without blanks at its end; up to 1 MiB. NULL with errno when
 * it cannot be read. The caller frees it. NUL bytes inside become newlines.
 */
char *fact_read(const char *root, const char *path);

/* As fact_read, as one number; `otherwise` when there is none. */
long fact_read_number(const char *root, const char *path, long otherwise);

/*
 * The CPUs of a list such as "2-5,8" (cpuset(7), List format), up to the first thing that is none;
 * and those of a list in a file below the root, none when it cannot be read.
 */
void fact_parse_cpus(const char *text, cpu_set_t *set);
void fact_read_cpus(const char *root, const char *path, cpu_set_t *set);

/* Whether the file is there. */
bool fact_exists(const char *root, const char *path);

/*
 * In text of lines such as `key : value` or `key=value`, the value of the first line of that key,
 * without blanks around it and quotes. NULL when there is none. The caller frees it.
 */
char *fact_line_value(const char *text, const char *key);

#endif
