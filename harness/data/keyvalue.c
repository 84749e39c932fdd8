#include "data/keyvalue.h"

#include "data/csv.h"
#include "data/file.h"
#include "error.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"key", "value"};

static struct keyvalue *find(const struct keyvalues *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].key, key) == 0)
            return &list->rows[i];
    return NULL;
}

int keyvalues_load(const char *path, struct keyvalues *list, struct error *error)
{
    *list = (struct keyvalues){0};
    struct csv_reader *const reader = csv_open(path, columns, 2, error);
    if (reader == NULL)
        return -1;
    int got;
    while ((got = csv_next(reader, error)) == 1) {
        const char *const key = csv_field(reader, 0);
        if (*key == '\0')
            got = csv_fail(reader, 0, error, "the key is empty");
        else if (find(list, key) != NULL)
            got = csv_fail(reader, 0, error, "key %s stands twice", key);
        if (got < 0)
            break;
        keyvalues_set(list, key, csv_field(reader, 1));
    }
    csv_close(reader);
    if (got != 0)
        keyvalues_free(list);
    return got;
}

int keyvalues_write(const struct keyvalues *list, const char *path, struct error *error)
{
    struct csv_buffer buffer = {0};
    csv_put_record(&buffer, columns, 2);
    for (size_t i = 0; i < list->count; i++) {
        const char *const fields[] = {list->rows[i].key, list->rows[i].value};
        csv_put_record(&buffer, fields, 2);
    }
    const int failed = file_replace(path, buffer.text, buffer.size_bytes, error);
    csv_buffer_free(&buffer);
    return failed;
}

const char *keyvalues_get(const struct keyvalues *list, const char *key)
{
    const struct keyvalue *const row = find(list, key);
    return row != NULL ? row->value : NULL;
}

double keyvalues_number(const struct keyvalues *list, const char *key)
{
    const char *const text = keyvalues_get(list, key);
    if (text == NULL || *text == '\0' || strspn(text, "0123456789.eE+-") != strlen(text))
        return (double)NAN;
    char *end;
    const double number = strtod(text, &end);
    return *end == '\0' && isfinite(number) ? number : (double)NAN;
}

void keyvalues_set(struct keyvalues *list, const char *key, const char *value)
{
    CHECK(*key != '\0');
    char *const copy = check_strdup(value);
    struct keyvalue *const old = find(list, key);
    if (old != NULL) {
        free(old->value);
        old->value = copy;
        return;
    }
    list->rows = check_realloc(list->rows, list->count + 1, sizeof *list->rows);
    list->rows[list->count++] = (struct keyvalue){check_strdup(key), copy};
}

void keyvalues_setf(struct keyvalues *list, const char *key, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    keyvalues_set(list, key, text);
    free(text);
}

void keyvalues_free(struct keyvalues *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->rows[i].key);
        free(list->rows[i].value);
    }
    free(list->rows);
    *list = (struct keyvalues){0};
}
