#include "svg.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { DEPTH_MOST = 64 };

/* Where the text behind a character reference goes on, or NULL when it is none. */
static const char *after_reference(const char *at)
{
    static const char *const known[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(at, known[i], strlen(known[i])) == 0)
            return at + strlen(known[i]);
    if (strncmp(at, "&#", 2) != 0)
        return NULL;
    const size_t digits = strspn(at + 2, "0123456789abcdefx");
    return digits > 0 && at[2 + digits] == ';' ? at + 3 + digits : NULL;
}

/* Where the text goes on behind one character, or NULL when it may not stand there. */
static const char *after_character(const char *at)
{
    const unsigned char byte = (unsigned char)*at;
    if (byte == '&')
        return after_reference(at);
    if (byte < 0x80)
        return byte >= 0x20 || byte == '\n' || byte == '\t' || byte == '\r' ? at + 1 : NULL;
    const size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4)
        return NULL;
    for (size_t i = 1; i <= more; i++)
        if (((unsigned char)at[i] & 0xc0) != 0x80)
            return NULL;
    return at + 1 + more;
}

static size_t name_length(const char *at)
{
    size_t length = 0;
    while (isalnum((unsigned char)at[length]) ||
           strchr(":_-.", at[length] != '\0' ? at[length] : ' '))
        length++;
    return length;
}

/* Where the text goes on behind the attributes of a tag, or NULL. */
static const char *after_attributes(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (*at == '>' || *at == '/' || *at == '?')
            return at;
        const size_t length = name_length(at);
        at += length;
        at += strspn(at, " \t\r\n");
        if (length == 0 || *at != '=')
            return NULL;
        at += 1 + strspn(at + 1, " \t\r\n");
        const char quote = *at++;
        if (quote != '"' && quote != '\'')
            return NULL;
        while (*at != quote)
            if (*at == '<' || *at == '\0' || (at = after_character(at)) == NULL)
                return NULL;
        at++;
    }
}

/* Where the text goes on behind a comment or a declaration, or `at` itself when there is none. */
static const char *after_other(const char *at)
{
    static const char *const pairs[][2] = {
        {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<!DOCTYPE", ">"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (strncmp(at, pairs[i][0], strlen(pairs[i][0])) != 0)
            continue;
        const char *const end = strstr(at, pairs[i][1]);
        return end != NULL ? end + strlen(pairs[i][1]) : NULL;
    }
    return at;
}

const char *svg_first_fault(const char *text)
{
    const char *names[DEPTH_MOST];
    size_t lengths[DEPTH_MOST];
    size_t depth = 0;
    bool any = false;
    const char *at = text;
    while (*at != '\0') {
        const char *const here = at;
        if (*at != '<') {
            at = after_character(at);
            if (at == NULL)
                return here;
            continue;
        }
        const char *const other = after_other(at);
        if (other != at) {
            at = other;
            if (at == NULL)
                return here;
            continue;
        }
        const bool closes = at[1] == '/';
        const bool declares = at[1] == '?';
        at += 1 + (closes || declares);
        const char *const name = at;
        const size_t length = name_length(at);
        at = length > 0 ? after_attributes(at + length) : NULL;
        if (at == NULL)
            return here;
        if (closes && (depth == 0 || lengths[depth - 1] != length ||
                       strncmp(names[depth - 1], name, length) != 0))
            return here;
        if (closes)
            depth--;
        else if (*at != '/' && !declares) {
            if (depth == DEPTH_MOST)
                return here;
            names[depth] = name;
            lengths[depth++] = length;
            any = true;
        }
        at += *at == '/' || *at == '?';
        if (*at++ != '>')
            return here;
    }
    return any && depth == 0 ? NULL : at;
}
