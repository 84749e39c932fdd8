#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

int error_set_errno(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    const int cause = errno;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    const size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(cause));
    errno = cause;
    return -1;
}

int error_wrap(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    char old[sizeof error->text];
    memcpy(old, error->text, sizeof old);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    const size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", old);
    return -1;
}

_Noreturn void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: broken contract: %s\n", file, line, what);
    abort();
}

static void *require_memory(void *block)
{
    if (block == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return block;
}

void *check_alloc(size_t count, size_t size_bytes)
{
    return require_memory(calloc(count > 0 ? count : 1, size_bytes > 0 ? size_bytes : 1));
}

void *check_realloc(void *block, size_t count, size_t size_bytes)
{
    CHECK(size_bytes == 0 || count <= SIZE_MAX / size_bytes);
    const size_t total_bytes = count * size_bytes;
    return require_memory(realloc(block, total_bytes > 0 ? total_bytes : 1));
}

char *check_strdup(const char *text)
{
    return require_memory(strdup(text));
}

char *check_format(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return require_memory(length < 0 ? NULL : text);
}
