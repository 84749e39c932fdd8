/*
 * A strict reader of JSON (RFC 8259): nothing beyond the grammar is taken, and no key may stand
 * twice in an object.
 */
#ifndef ALLOCOST_TEST_JSON_H
#define ALLOCOST_TEST_JSON_H

#include <stddef.h>

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A value; an array's and an object's members are a list. */
struct json {
    enum json_kind kind;
    double number;     /* of a number; 0 or 1 of a bool */
    char *text;        /* of a string, its escapes undone; owned */
    char *key;         /* in an object; owned; else NULL */
    struct json *next; /* in the array or object that it is in */
    struct json *first;
};

/* The value that the whole text is, or NULL; *fault is then where it stops being one. */
struct json *json_parse(const char *text, const char **fault);
void json_free(struct json *value);

/* The member of an object, or NULL; and the number of members. */
const struct json *json_get(const struct json *object, const char *key);
size_t json_count(const struct json *value);

#endif
