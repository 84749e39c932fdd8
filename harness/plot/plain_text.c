#include "plot/plain_text.h"

#include "error.h"
#include "utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
static const char ellipsis[] = "\xe2\x80\xa6";    /* U+2026 */

/* A string that grows. */
struct string {
    char *text; /* owned; terminated */
    size_t used;
};

static void add(struct string *string, const char *bytes, size_t count)
{
    string->text = check_realloc(string->text, string->used + count + 1, 1);
    memcpy(string->text + string->used, bytes, count);
    string->used += count;
    string->text[string->used] = '\0';
}

/* Whether the valid character of `length` bytes may not stand in XML, or moves what follows. */
static bool is_forbidden(const unsigned char *bytes, size_t length)
{
    if (length == 2)
        return bytes[0] == 0xc2 && bytes[1] < 0xa0; /* C1 controls */
    if (length == 3 && bytes[0] == 0xef)
        return bytes[1] == 0xbf && bytes[2] >= 0xbe; /* U+FFFE and U+FFFF */
    if (length == 3 && bytes[0] == 0xe2)             /* line ends, writing directions */
        return bytes[1] == 0x80 && bytes[2] >= 0xa8 && bytes[2] <= 0xae;
    return false;
}

char *plain_text_line(const char *text)
{
    struct string line = {.text = check_strdup("")};
    while (*text != '\0') {
        const unsigned char byte = (unsigned char)*text;
        const size_t length = utf8_length(text);
        if (byte == '\n') {
            add(&line, "\\n", 2);
        } else if (byte == '\t') {
            add(&line, "\\t", 2);
        } else if (byte < 0x20 || byte == 0x7f) {
            char escape[8];
            add(&line, escape, (size_t)snprintf(escape, sizeof escape, "\\x%02x", byte));
        } else if (length == 0 || is_forbidden((const unsigned char *)text, length)) {
            add(&line, replacement, sizeof replacement - 1);
        } else {
            add(&line, text, length);
        }
        text += length > 0 ? length : 1;
    }
    return line.text;
}

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static size_t columns_of(const char *line)
{
    size_t columns = 0;
    for (; *line != '\0'; line++)
        columns += starts_character(*line);
    return columns;
}

/* The byte at which the character of that number begins, or the end. */
static size_t byte_of(const char *line, size_t character)
{
    size_t at = 0;
    for (; line[at] != '\0'; at++)
        if (starts_character(line[at]) && character-- == 0)
            break;
    return at;
}

char *plain_text_shortened(const char *text, size_t columns)
{
    CHECK(columns >= 3);
    char *const line = plain_text_line(text);
    const size_t have = columns_of(line);
    if (have <= columns)
        return line;
    const size_t tail = columns / 3;
    struct string shortened = {.text = check_strdup("")};
    add(&shortened, line, byte_of(line, columns - 1 - tail));
    add(&shortened, ellipsis, sizeof ellipsis - 1);
    const size_t from = byte_of(line, have - tail);
    add(&shortened, line + from, strlen(line + from));
    free(line);
    return shortened.text;
}

/* How many bytes of the line, which does not fit into the columns, stand on the first one. */
static size_t break_at(const char *line, size_t columns)
{
    const size_t most = byte_of(line, columns);
    for (size_t at = most; at > most / 2; at--) /* better between two parts than within one */
        if (line[at] == ' ' && line[at - 1] == ',')
            return at;
    for (size_t at = most; at > most / 2; at--)
        if (line[at] == ' ')
            return at;
    return most;
}

char *plain_text_wrapped(const char *text, size_t columns, size_t lines)
{
    CHECK(columns >= 2 && lines >= 1);
    char *const line = plain_text_line(text);
    const char *rest = line;
    struct string wrapped = {.text = check_strdup("")};
    for (size_t i = 1; columns_of(rest) > columns && i < lines; i++) {
        const size_t count = break_at(rest, columns);
        add(&wrapped, rest, count);
        add(&wrapped, "\n", 1);
        rest += count;
        rest += strspn(rest, " ");
    }
    const bool cut = columns_of(rest) > columns;
    add(&wrapped, rest, cut ? byte_of(rest, columns - 1) : strlen(rest));
    if (cut)
        add(&wrapped, ellipsis, sizeof ellipsis - 1);
    free(line);
    return wrapped.text;
}

char *plain_text_for_table(const char *text)
{
    char *const line = plain_text_line(text);
    struct string field = {.text = check_strdup("")};
    bool escaped = false; /* the byte before: gnuplot takes up to four digits when the first is 0 */
    for (const char *at = line; *at != '\0'; at++) {
        const bool digit = *at >= '0' && *at <= '7';
        escaped = at == line || *at == '"' || *at == '\'' || *at == '\\' || (escaped && digit);
        if (escaped) {
            char escape[8];
            const unsigned byte = (unsigned char)*at;
            add(&field, escape, (size_t)snprintf(escape, sizeof escape, "\\%03o", byte));
        } else {
            add(&field, at, 1);
        }
    }
    free(line);
    return field.text;
}
