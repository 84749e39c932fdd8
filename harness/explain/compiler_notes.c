#include "explain/compiler_notes.h"

#include "data/text.h"
#include "error.h"
#include "explain/scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Modref ---- */

/*
 * "modref analyzing 'f/12' (ipa=1) (pure)" and "Propagated modref for f/12 (const)": the function's
 * name, to the last slash. NULL when the line begins no function.
 */
static char *modref_function(const char *line, bool *harmless)
{
    static const char *const beginnings[] = {"modref analyzing '", "Propagated modref for ", NULL};
    for (size_t i = 0; beginnings[i] != NULL; i++) {
        const size_t length = strlen(beginnings[i]);
        if (strncmp(line, beginnings[i], length) != 0)
            continue;
        const char *const end = strrchr(line, '/');
        if (end == NULL || end < line + length)
            return NULL;
        /* A function that only reads and returns can keep nothing; gcc then notes no flags. */
        *harmless = strstr(end, "(pure)") != NULL || strstr(end, "(const)") != NULL;
        return check_format("%.*s", (int)(end - line - (long)length), line + length);
    }
    return NULL;
}

static bool has_flag(const char *flags, const char *flag)
{
    const char *const at = strstr(flags, flag);
    return at != NULL && (at[strlen(flag)] == ' ' || at[strlen(flag)] == '\0');
}

/* The function was looked at: what is not proved is so. */
static void note_function(struct flow_function *function, bool harmless)
{
    for (size_t i = 0; i < function->parameter_count; i++) {
        struct flow_parameter *const parameter = &function->parameters[i];
        if (!parameter->known)
            *parameter = (struct flow_parameter){.name = parameter->name,
                                                 .pointer = parameter->pointer,
                                                 .known = true,
                                                 .retained = true,
                                                 .returned = !function->returns_narrow};
        if (harmless)
            parameter->retained = false;
    }
}

void modref_read(struct flow_unit *unit, const char *text)
{
    struct flow_function *function = NULL;
    for (char *line; (line = scan_line(&text)) != NULL; free(line)) {
        bool harmless = false;
        char *const name = modref_function(line, &harmless);
        unsigned index;
        int used = 0;
        if (name != NULL) {
            function = flow_find(unit, name);
            if (function != NULL && harmless)
                note_function(function, true);
        } else if (function != NULL && strstr(line, "modref done with result") != NULL) {
            note_function(function, false);
        } else if (function != NULL && sscanf(line, " parm %u flags:%n", &index, &used) == 1 &&
                   used > 0 && index < function->parameter_count) {
            note_function(function, false);
            struct flow_parameter *const parameter = &function->parameters[index];
            const char *const flags = line + used;
            if (has_flag(flags, "no_direct_escape") || has_flag(flags, "unused"))
                parameter->retained = false;
            if (has_flag(flags, "not_returned_directly") || has_flag(flags, "unused"))
                parameter->returned = false;
        }
        free(name);
    }
}

/* ---- Stack frames ---- */

/* Cuts ":12" off the end of the text. Returns 0 when there is none. */
static unsigned cut_number(char *text)
{
    char *const colon = strrchr(text, ':');
    if (colon == NULL || !isdigit((unsigned char)colon[1]) ||
        colon[1 + strspn(colon + 1, "0123456789")] != '\0')
        return 0;
    *colon = '\0';
    return (unsigned)strtoul(colon + 1, NULL, 10);
}

/* gcc: "file:line:column:function<tab>bytes<tab>kind", clang without the column. */
static bool read_frame(struct text_pool *pool, char *line, struct frame *frame)
{
    char *const kind = strrchr(line, '\t');
    if (kind == NULL)
        return false;
    *kind = '\0';
    char *const bytes = strrchr(line, '\t');
    if (bytes == NULL)
        return false;
    *bytes = '\0';
    char *const name = strrchr(line, ':');
    if (name == NULL || !isdigit((unsigned char)bytes[1]))
        return false;
    *name = '\0';
    *frame = (struct frame){.function = text_intern(pool, name + 1),
                            .size_bytes = strtoul(bytes + 1, NULL, 10),
                            .dynamic = strncmp(kind + 1, "dynamic", 7) == 0};
    const unsigned last = cut_number(line);
    const unsigned before = cut_number(line);
    frame->place.line = before != 0 ? before : last;
    frame->place.column = before != 0 ? last : 0;
    frame->place.file = text_intern(pool, line);
    return last != 0;
}

void frames_read(struct frames *frames, struct text_pool *pool, const char *text)
{
    for (char *line; (line = scan_line(&text)) != NULL; free(line)) {
        struct frame frame;
        if (!read_frame(pool, line, &frame))
            continue;
        frames->items = check_realloc(frames->items, frames->count + 1, sizeof frame);
        frames->items[frames->count++] = frame;
    }
}

/* ---- Warnings ---- */

static bool tells_of_address(const char *option)
{
    static const char *const options[] = {"-Wreturn-local-addr", "-Wdangling-pointer",
                                          "-Wreturn-stack-address", NULL};
    for (size_t i = 0; options[i] != NULL; i++)
        if (strncmp(option, options[i], strlen(options[i])) == 0)
            return true;
    return false;
}

/* "file:line:column: warning: text [-Woption]" */
static bool read_warning(struct text_pool *pool, char *line, struct warning *warning)
{
    char *const option = strrchr(line, '[');
    char *const end = strrchr(line, ']');
    char *const word = strstr(line, ": warning: ");
    if (option == NULL || end == NULL || end[1] != '\0' || word == NULL || option <= word + 11 ||
        !tells_of_address(option + 1))
        return false;
    *word = *end = '\0';
    option[strcspn(option, "=")] = '\0';
    option[-1] = '\0';
    const unsigned column = cut_number(line);
    const unsigned row = cut_number(line);
    *warning =
        (struct warning){.place = {.file = text_intern(pool, line), .line = row, .column = column},
                         .text = text_intern(pool, word + 11),
                         .option = text_intern(pool, option + 1)};
    return row != 0;
}

void warnings_read(struct warnings *warnings, struct text_pool *pool, const char *text)
{
    for (char *line; (line = scan_line(&text)) != NULL; free(line)) {
        struct warning warning;
        if (!read_warning(pool, line, &warning))
            continue;
        warnings->items = check_realloc(warnings->items, warnings->count + 1, sizeof warning);
        warnings->items[warnings->count++] = warning;
    }
}
