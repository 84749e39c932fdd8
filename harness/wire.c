#include "wire.h"

#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Appends a field with its escapes to `out`, which has room for twice its length. Returns the end.
 */
static char *put_field(char *out, const char *field)
{
    for (; *field != '\0'; field++) {
        const char *const special = "\t\n\\";
        const char *const found = strchr(special, *field);
        if (found != NULL) {
            *out++ = '\\';
            *out++ = "tn\\"[found - special];
        } else {
            *out++ = *field;
        }
    }
    return out;
}

static int write_whole(int fd, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        length -= (size_t)written;
    }
    return 0;
}

int wire_send(int fd, const char *word, const char *const fields[], size_t count)
{
    CHECK(count < WIRE_FIELDS);
    size_t room = strlen(word) + 2;
    for (size_t i = 0; i < count; i++)
        room += 2 * strlen(fields[i]) + 1;
    char *const line = check_alloc(room, 1);
    char *end = put_field(line, word);
    for (size_t i = 0; i < count; i++) {
        *end++ = '\t';
        end = put_field(end, fields[i]);
    }
    *end++ = '\n';
    const int result = write_whole(fd, line, (size_t)(end - line));
    free(line);
    return result;
}

int wire_sendf(int fd, const char *word, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    const char *fields[WIRE_FIELDS];
    size_t count = 0;
    char *rest = text;
    while (rest != NULL) {
        CHECK(count < WIRE_FIELDS - 1);
        fields[count++] = strsep(&rest, "\t");
    }
    const int result = wire_send(fd, word, fields, count);
    free(text);
    return result;
}

/* Undoes the escapes of one field in place. Returns 0, or -1 when one is unknown. */
static int undo_escapes(char *field)
{
    char *out = field;
    for (const char *in = field; *in != '\0'; in++) {
        if (*in != '\\') {
            *out++ = *in;
            continue;
        }
        switch (*++in) {
        case 't':
            *out++ = '\t';
            break;
        case 'n':
            *out++ = '\n';
            break;
        case '\\':
            *out++ = '\\';
            break;
        default:
            return -1;
        }
    }
    *out = '\0';
    return 0;
}

size_t wire_split(char *line, char *fields[WIRE_FIELDS])
{
    size_t count = 0;
    char *rest = line;
    while (rest != NULL) {
        if (count == WIRE_FIELDS)
            return 0;
        char *const field = strsep(&rest, "\t");
        if (undo_escapes(field) != 0)
            return 0;
        fields[count++] = field;
    }
    return count;
}
