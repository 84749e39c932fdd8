/*
 * How a function says why it failed.
 *
 * The rule for the whole harness: a function that can fail for a reason outside the program returns
 * -1 (or NULL) and puts one sentence into the struct error it was given; its caller may put its own
 * words in front. main prints the chain as `program: words: words: reason` and exits 1. A broken
 * contract inside the program is no such error: CHECK aborts, in release builds too.
 */
#ifndef ALLOCOST_ERROR_H
#define ALLOCOST_ERROR_H

#include <stddef.h>

/* A message of one line, empty when nothing failed. Longer ones are cut. */
struct error {
    char text[1024]; /* without the program's name and without a newline */
};

/* Replaces the message. `error` may be NULL: then nothing is kept. Returns -1. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As error_set, with ": " and the text of errno behind it. Returns -1. Keeps errno. */
int error_set_errno(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts words and ": " in front of the message. Returns -1. */
int error_wrap(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints file, line and what was broken on stderr, and aborts. */
_Noreturn void check_failed(const char *file, int line, const char *what);

/* Aborts with the place and the condition unless the condition holds. Never compiled out. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

/* Memory or abort: the harness holds little, and cannot go on without it. Never NULL. */
void *check_alloc(size_t count, size_t size_bytes);
void *check_realloc(void *block, size_t count, size_t size_bytes);
char *check_strdup(const char *text);
char *check_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
