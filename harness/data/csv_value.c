/* Fields as values, and values as fields. */
#include "data/csv.h"

#include "error.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int csv_unsigned(const struct csv_reader *reader, size_t index, uint64_t least, uint64_t most,
                 uint64_t *value, struct error *error)
{
    const char *const text = csv_field(reader, index);
    uint64_t number = 0;
    bool fits = true;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        const unsigned digit = (unsigned)(*at - '0');
        if (number > (UINT64_MAX - digit) / 10)
            fits = false;
        number = number * 10 + digit;
    }
    if (at == text || *at != '\0')
        return csv_fail(reader, index, error, "`%.40s` is no whole number", text);
    if (!fits || number < least || number > most)
        return csv_fail(reader, index, error, "%.40s is not from %" PRIu64 " to %" PRIu64, text,
                        least, most);
    *value = number;
    return 0;
}

int csv_number(const struct csv_reader *reader, size_t index, double least, double most,
               double *value, struct error *error)
{
    const char *const text = csv_field(reader, index);
    if (*text == '\0') {
        *value = (double)NAN;
        return 0;
    }
    /* strtod takes more than a decimal number: hexadecimal, infinities, leading blanks. */
    char *end = NULL;
    const double number =
        strspn(text, "0123456789.eE+-") == strlen(text) ? strtod(text, &end) : (double)NAN;
    if (end == NULL || end == text || *end != '\0')
        return csv_fail(reader, index, error, "`%.40s` is no number", text);
    if (!isfinite(number) || number < least || number > most)
        return csv_fail(reader, index, error, "%.40s is not from %g to %g", text, least, most);
    *value = number;
    return 0;
}

int csv_choice(const struct csv_reader *reader, size_t index, const char *const words[],
               size_t count, size_t *choice, struct error *error)
{
    const char *const text = csv_field(reader, index);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *choice = i;
            return 0;
        }
    }
    char all[256] = "";
    for (size_t i = 0, used = 0; i < count && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "",
                                 *words[i] != '\0' ? words[i] : "nothing");
    return csv_fail(reader, index, error, "`%.40s` is none of: %s", text, all);
}

static void put_bytes(struct csv_buffer *buffer, const char *bytes, size_t size_bytes)
{
    if (buffer->room_bytes - buffer->size_bytes < size_bytes) {
        buffer->room_bytes = 2 * buffer->room_bytes + size_bytes + 256;
        buffer->text = check_realloc(buffer->text, buffer->room_bytes, 1);
    }
    memcpy(buffer->text + buffer->size_bytes, bytes, size_bytes);
    buffer->size_bytes += size_bytes;
}

static void start_field(struct csv_buffer *buffer)
{
    if (buffer->in_record)
        put_bytes(buffer, ",", 1);
    buffer->in_record = true;
}

void csv_put_text(struct csv_buffer *buffer, const char *text)
{
    start_field(buffer);
    const size_t size_bytes = strlen(text);
    if (strcspn(text, ",\"\r\n") == size_bytes) {
        put_bytes(buffer, text, size_bytes);
        return;
    }
    put_bytes(buffer, "\"", 1);
    for (const char *at = text; *at != '\0'; at++)
        put_bytes(buffer, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    put_bytes(buffer, "\"", 1);
}

void csv_put_unsigned(struct csv_buffer *buffer, uint64_t value)
{
    char text[24];
    const int length = snprintf(text, sizeof text, "%" PRIu64, value);
    start_field(buffer);
    put_bytes(buffer, text, (size_t)length);
}

void csv_put_number(struct csv_buffer *buffer, double value, int digits)
{
    CHECK(digits >= 1 && digits <= 17);
    char text[40] = "";
    const int length = isfinite(value) ? snprintf(text, sizeof text, "%.*g", digits, value) : 0;
    start_field(buffer);
    put_bytes(buffer, text, (size_t)length);
}

void csv_end_record(struct csv_buffer *buffer)
{
    put_bytes(buffer, "\n", 1);
    buffer->in_record = false;
}

void csv_put_record(struct csv_buffer *buffer, const char *const fields[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        csv_put_text(buffer, fields[i]);
    csv_end_record(buffer);
}

void csv_buffer_free(struct csv_buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct csv_buffer){0};
}
