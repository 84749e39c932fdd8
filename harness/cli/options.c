#include "cli/options.h"

#include "bench.h"
#include "error.h"
#include "nearest.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_COUNT_MOST = 1000000 };

/* Reads a whole number within bounds. Returns 0 or -1. */
static int read_whole(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number < least || number > most)
        return -1;
    *out = number;
    return 0;
}

/* Reads 1h30m, 45s, 2.5m; or plain seconds, which stand alone. */
static int read_duration(const char *text, double *out)
{
    double total_s = 0.0;
    if (*text == '\0')
        return -1;
    while (*text != '\0') {
        /* Digits only: strtod alone would take 0x10, 1e9 and nan. */
        const char *const unit = text + strspn(text, "0123456789.");
        char *end;
        const double number = strtod(text, &end);
        if (unit == text || end != unit)
            return -1;
        double unit_s = 1.0;
        if (*end == 'h')
            unit_s = 3600.0;
        else if (*end == 'm')
            unit_s = 60.0;
        else if (*end != 's' && (*end != '\0' || total_s > 0.0))
            return -1;
        total_s += number * unit_s;
        text = *end != '\0' ? end + 1 : end;
    }
    if (!isfinite(total_s) || total_s <= 0.0 || total_s > 1e7)
        return -1;
    *out = total_s;
    return 0;
}

static int read_percent(const char *text, double *out)
{
    char *end;
    const double number = strtod(text, &end);
    if (end != text + strspn(text, "0123456789.") || end == text ||
        (*end != '\0' && strcmp(end, "%") != 0) || !(number > 0.0 && number < 100.0))
        return -1;
    *out = number / 100.0;
    return 0;
}

/* Reads 1,2,4. */
static int read_counts(const char *text, struct option_counts *out)
{
    struct option_counts counts = {.count = 0};
    for (;;) {
        char item[16];
        const size_t length = strcspn(text, ",");
        uint64_t number = 0;
        if (length >= sizeof item || counts.count == OPTION_COUNTS_MOST)
            return -1;
        memcpy(item, text, length);
        item[length] = '\0';
        if (read_whole(item, 1, OPTION_COUNT_MOST, &number) != 0)
            return -1;
        counts.items[counts.count++] = (unsigned)number;
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    *out = counts;
    return 0;
}

static int set_value(const struct option_spec *spec, const char *text, struct error *error)
{
    uint64_t number = 0;
    const char *wanted = NULL;
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)spec->target = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)spec->target = text;
        return 0;
    case OPTION_COUNT:
        if (read_whole(text, 1, OPTION_COUNT_MOST, &number) != 0)
            wanted = "a whole number from 1 to 1000000";
        else
            *(unsigned *)spec->target = (unsigned)number;
        break;
    case OPTION_INDEX:
        if (read_whole(text, 0, INT_MAX, &number) != 0)
            wanted = "a whole number";
        else
            *(int *)spec->target = (int)number;
        break;
    case OPTION_SEED:
        if (read_whole(text, 0, UINT64_MAX, &number) != 0)
            wanted = "a whole number";
        else
            *(uint64_t *)spec->target = number;
        break;
    case OPTION_DURATION:
        if (read_duration(text, spec->target) != 0)
            wanted = "a time such as 45s, 5m or 1m30s";
        break;
    case OPTION_COUNTS:
        if (read_counts(text, spec->target) != 0)
            wanted = "whole numbers with commas between, such as 1,2,4";
        break;
    case OPTION_PERCENT:
        if (read_percent(text, spec->target) != 0)
            wanted = "a share such as 2%";
        break;
    }
    if (wanted != NULL)
        return error_set(error, "--%s takes %s, not '%s'", spec->name, wanted, text);
    return 0;
}

static const struct option_spec *find(const struct option_spec *specs, size_t count,
                                      const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(specs[i].name) == length && strncmp(specs[i].name, name, length) == 0)
            return &specs[i];
    return NULL;
}

static int refuse_unknown(const struct option_spec *specs, size_t count, const char *name,
                          size_t length, struct error *error)
{
    const char **const names = check_alloc(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = specs[i].name;
    names[count] = "help";
    char *const word = check_format("%.*s", (int)length, name);
    const char *const near = nearest_word(word, names, count + 1);
    if (near != NULL)
        error_set(error, "unknown option --%s; did you mean --%s?", word, near);
    else
        error_set(error, "unknown option --%s; --help shows all", word);
    free(word);
    free(names);
    return -1;
}

int options_parse(int argc, char **argv, const struct option_spec *specs, size_t count,
                  struct operands *operands, struct error *error)
{
    *operands = (struct operands){.items = check_alloc((size_t)argc + 1, sizeof(char *))};
    bool only_operands = false;
    for (int i = 0; i < argc; i++) {
        const char *const argument = argv[i];
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            operands->items[operands->count++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            only_operands = true;
            continue;
        }
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
            return 1;
        if (argument[1] != '-')
            return error_set(error, "unknown option %s; --help shows all", argument);
        const char *const name = argument + 2;
        const size_t length = strcspn(name, "=");
        const struct option_spec *const spec = find(specs, count, name, length);
        if (spec == NULL)
            return refuse_unknown(specs, count, name, length, error);
        const char *text = name[length] == '=' ? name + length + 1 : NULL;
        if (spec->kind == OPTION_FLAG && text != NULL)
            return error_set(error, "--%s takes no value", spec->name);
        if (spec->kind != OPTION_FLAG && text == NULL) {
            if (++i == argc)
                return error_set(error, "--%s needs a value: %s", spec->name, spec->value);
            text = argv[i];
        }
        if (set_value(spec, text, error) != 0)
            return -1;
    }
    return 0;
}

void options_print(const struct option_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", specs[i].name, specs[i].value != NULL ? " " : "",
                 specs[i].value != NULL ? specs[i].value : "");
        printf("  %-26s %s\n", left, specs[i].help);
    }
}
