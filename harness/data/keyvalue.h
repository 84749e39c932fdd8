/*
 * Keys and values, as machine.csv holds them: `key,value`, one row a fact.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_KEYVALUE_H
#define ALLOCOST_KEYVALUE_H

#include <stddef.h>

struct error;

/* One fact. */
struct keyvalue {
    char *key;   /* owned; not empty, unique */
    char *value; /* owned; any text, may be empty */
};

/* Facts in the order in which they were first set. All zero is an empty list. */
struct keyvalues {
    struct keyvalue *rows;
    size_t count;
};

/*
 * Reads a file with the columns key and value. A broken row, an empty key or one that stands twice
 * is an error that names file, line and column; then *list is empty.
 */
int keyvalues_load(const char *path, struct keyvalues *list, struct error *error);

/* Writes the file whole or not at all. */
int keyvalues_write(const struct keyvalues *list, const char *path, struct error *error);

/* The value of a key, or NULL when it is not there. Valid until the key is set again. */
const char *keyvalues_get(const struct keyvalues *list, const char *key);

/* The value of a key as a number; NaN when it is not there or is not a whole decimal number. */
double keyvalues_number(const struct keyvalues *list, const char *key);

/* Sets a key to a copy of the value, in its old place when it was there. Cannot fail. */
void keyvalues_set(struct keyvalues *list, const char *key, const char *value);

/* The same with a value made by a printf format. */
void keyvalues_setf(struct keyvalues *list, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives everything back and leaves an empty list. */
void keyvalues_free(struct keyvalues *list);

#endif
