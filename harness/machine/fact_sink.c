#include "fact_sink.h"

#include "error.h"
#include "utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, READ_BYTES = 4096 };

static bool is_blank(char letter)
{
    return letter != '\0' && strchr(" \t\r\n", letter) != NULL;
}

/* Takes blanks off both ends, in place. */
static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* Makes one line of printable text, in place. */
static void clean(char *text)
{
    while (*text != '\0') {
        const size_t length = utf8_length(text);
        if (is_blank(*text))
            *text = ' ';
        else if (length == 0 || (unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
        text += length > 0 ? length : 1;
    }
}

void fact_put(const struct fact_sink *sink, const char *key, const char *value)
{
    char *const copy = check_strdup(value);
    char *const text = trim(copy);
    clean(text);
    sink->emit(key, text, sink->user);
    free(copy);
}

void fact_putf(const struct fact_sink *sink, const char *key, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    fact_put(sink, key, text);
    free(text);
}

void fact_missing(const struct fact_sink *sink, const char *key, const char *why, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, why);
    const int length = vasprintf(&text, why, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    char *const why_key = check_format("%s.why", key);
    fact_put(sink, key, "");
    fact_put(sink, why_key, text);
    free(why_key);
    free(text);
}

void fact_put_file(const struct fact_sink *sink, const char *key, const char *path, const char *why)
{
    char *const text = fact_read(sink->root, path);
    if (text != NULL && *text != '\0')
        fact_put(sink, key, text);
    else if (why != NULL)
        fact_missing(sink, key, "%s", why);
    else
        fact_missing(sink, key, "%s: %s", path, text != NULL ? "empty" : strerror(errno));
    free(text);
}

static int open_below(const char *root, const char *path)
{
    char *const whole = check_format("%s%s", root, path);
    /* Never wait for a writer, should a pipe be there. */
    const int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const int cause = errno;
    free(whole);
    errno = cause;
    return fd;
}

char *fact_read(const char *root, const char *path)
{
    const int fd = open_below(root, path);
    if (fd < 0)
        return NULL;
    char *text = NULL;
    size_t used = 0;
    ssize_t got;
    do {
        text = check_realloc(text, used + READ_BYTES + 1, 1);
        got = read(fd, text + used, READ_BYTES);
        used += got > 0 ? (size_t)got : 0;
    } while ((got > 0 || (got < 0 && errno == EINTR)) && used < MOST_BYTES);
    const int cause = errno;
    close(fd);
    if (got < 0) {
        free(text);
        errno = cause;
        return NULL;
    }
    /* Some files end in NUL, some are lists of strings that each end in one. */
    while (used > 0 && (text[used - 1] == '\0' || is_blank(text[used - 1])))
        used--;
    text[used] = '\0';
    for (size_t i = 0; i < used; i++)
        if (text[i] == '\0')
            text[i] = '\n';
    return text;
}

long fact_read_number(const char *root, const char *path, long otherwise)
{
    char *const text = fact_read(root, path);
    char *end = NULL;
    const long value = text != NULL ? strtol(text, &end, 10) : 0;
    const bool valid = text != NULL && end != text && *end == '\0';
    free(text);
    return valid ? value : otherwise;
}

bool fact_exists(const char *root, const char *path)
{
    char *const whole = check_format("%s%s", root, path);
    const bool exists = access(whole, F_OK) == 0;
    free(whole);
    return exists;
}

char *fact_line_value(const char *text, const char *key)
{
    const size_t key_length = strlen(key);
    for (const char *line = text; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const char *rest = line + key_length;
        if (length > key_length && strncmp(line, key, key_length) == 0) {
            rest += strspn(rest, " \t");
            if (*rest == ':' || *rest == '=') {
                char *const copy = check_format("%.*s", (int)(line + length - rest - 1), rest + 1);
                char *value = trim(copy);
                const size_t value_length = strlen(value);
                if (value_length >= 2 && *value == '"' && value[value_length - 1] == '"') {
                    value[value_length - 1] = '\0';
                    value++;
                }
                memmove(copy, value, strlen(value) + 1);
                return copy;
            }
        }
        line += length + (line[length] != '\0');
    }
    return NULL;
}

void fact_parse_cpus(const char *text, cpu_set_t *set)
{
    CPU_ZERO(set);
    while (*text >= '0' && *text <= '9') {
        char *end;
        const unsigned long first = strtoul(text, &end, 10);
        const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        for (unsigned long cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++)
            CPU_SET(cpu, set);
        text = *end == ',' ? end + 1 : end;
    }
}

void fact_read_cpus(const char *root, const char *path, cpu_set_t *set)
{
    char *const text = fact_read(root, path);
    fact_parse_cpus(text != NULL ? text : "", set);
    free(text);
}
