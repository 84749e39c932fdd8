#include "explain/gimple_names.h"

#include "data/text.h"
#include "error.h"
#include "explain/scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool gimple_starts_name(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

bool gimple_is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

bool gimple_is_value(const char *name, size_t length)
{
    size_t digits = 0;
    while (digits < length && isdigit((unsigned char)name[length - 1 - digits]))
        digits++;
    if (digits == 0 || digits == length || name[length - 1 - digits] != '_')
        return false;
    /* Behind the last dot of a value there are digits only: iftmp.0_1. t.field_1 is a field. */
    size_t at = length - 1 - digits;
    while (at > 0 && isdigit((unsigned char)name[at - 1]))
        at--;
    return (at > 0 && name[at - 1] == '.') || memchr(name, '.', length) == NULL;
}

const char *gimple_user_name(struct text_pool *pool, const char *value)
{
    size_t length = strlen(value);
    while (length > 0 && isdigit((unsigned char)value[length - 1]))
        length--;
    if (length > 0 && length < strlen(value) && value[length - 1] == '_')
        length--;
    else
        length = strlen(value);
    char *const name = check_format("%.*s", (int)length, value);
    const char *const kept = text_intern(pool, strchr(name, '.') == NULL ? name : "");
    free(name);
    return kept;
}

const char *gimple_user_text(struct text_pool *pool, const char *text)
{
    char *const out = check_alloc(2 * strlen(text) + 1, 1); /* _1 becomes ... */
    size_t used = 0;
    for (const char *at = text; *at != '\0';) {
        if (!gimple_starts_name(*at)) {
            out[used++] = *at++;
            continue;
        }
        size_t length = 1;
        while (gimple_is_name(at[length]))
            length++;
        const char *const value = scan_keep(pool, at, length);
        const char *shown = value;
        if (gimple_is_value(at, length))
            shown = *gimple_user_name(pool, value) != '\0' ? gimple_user_name(pool, value) : "...";
        memcpy(out + used, shown, strlen(shown));
        used += strlen(shown);
        at += length;
        if (strncmp(at, "(D)", 3) == 0)
            at += 3;
    }
    out[used] = '\0';
    const char *const result = text_intern(pool, out);
    free(out);
    return result;
}
