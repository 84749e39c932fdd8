#include "explain/scan.h"

#include "data/text.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

char *scan_line(const char **text)
{
    if (**text == '\0')
        return NULL;
    const size_t length = strcspn(*text, "\n");
    char *const line = check_alloc(length + 1, 1);
    memcpy(line, *text, length);
    *text += length + ((*text)[length] == '\n' ? 1 : 0);
    return line;
}

const char *scan_string_end(const char *text)
{
    for (text++; *text != '\0' && *text != '"'; text++)
        if (*text == '\\' && text[1] != '\0')
            text++;
    return *text == '"' ? text + 1 : text;
}

char *scan_find(char *text, char wanted)
{
    while (*text != '\0' && *text != wanted)
        text += *text == '"' ? scan_string_end(text) - text : 1;
    return *text == wanted ? text : NULL;
}

static void trim(char **part)
{
    *part += strspn(*part, " ");
    for (size_t length = strlen(*part); length > 0 && (*part)[length - 1] == ' '; length--)
        (*part)[length - 1] = '\0';
}

size_t scan_split(char *text, char *parts[], size_t most)
{
    size_t count = 0;
    int depth = 0;
    char *start = text;
    for (char *at = text;;) {
        if (*at == '"') {
            at += scan_string_end(at) - at;
            continue;
        }
        if (strchr("([{<", *at) != NULL && *at != '\0')
            depth++;
        /* "->" closes nothing */
        else if ((strchr(")]}", *at) != NULL && *at != '\0') ||
                 (*at == '>' && (at == text || at[-1] != '-')))
            depth--;
        const char c = *at;
        if ((c == ',' && depth == 0) || c == '\0') {
            *at = '\0';
            trim(&start);
            if (count == most || (c == '\0' && count == 0 && *start == '\0'))
                return count;
            parts[count++] = start;
            start = at + 1;
        }
        if (c == '\0')
            return count;
        at++;
    }
}

const char *scan_keep(struct text_pool *pool, const char *text, size_t length)
{
    char *const copy = check_format("%.*s", (int)length, text);
    const char *const kept = text_intern(pool, copy);
    free(copy);
    return kept;
}
