#include "report/xml_reader.h"

#include "data/text.h"
#include "error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct xml_reader {
    const char *begin;
    const char *at;
    struct text_pool *strings;
    char *scratch;                    /* as long as the text: what is read is never longer */
    const char *open[XML_DEPTH_MOST]; /* names of the elements that are open */
    size_t depth;
    bool close_next; /* the element that was opened last has no content */
    bool done;       /* the outermost element is closed */
};

struct xml_reader *xml_reader_new(const char *text)
{
    struct xml_reader *const reader = check_alloc(1, sizeof *reader);
    reader->begin = reader->at = text;
    reader->strings = text_pool_new();
    reader->scratch = check_alloc(strlen(text) + 1, 1);
    return reader;
}

void xml_reader_free(struct xml_reader *reader)
{
    if (reader == NULL)
        return;
    text_pool_free(reader->strings);
    free(reader->scratch);
    free(reader);
}

static int fail(const struct xml_reader *reader, struct error *error, const char *what)
{
    size_t line = 1;
    for (const char *at = reader->begin; at < reader->at; at++)
        line += *at == '\n';
    return error_set(error, "line %zu: %s", line, what);
}

/* ---- Text ---- */

/* Writes a character as UTF-8. Returns the bytes, 0 for what is no character of XML. */
static size_t put_character(unsigned long code, char *out)
{
    if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
        (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
        return 0;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    const size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(leads[more] | code);
    return more + 1;
}

/* Replaces the reference at `at`, before `end`. Returns the bytes written, 0 when it is none. */
static size_t read_reference(const char **at, const char *end, char *out)
{
    static const struct {
        const char *name;
        char character;
    } known[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(*at, known[i].name, strlen(known[i].name)) == 0) {
            *at += strlen(known[i].name);
            *out = known[i].character;
            return 1;
        }
    if (strncmp(*at, "&#", 2) != 0)
        return 0;
    const bool hexadecimal = (*at)[2] == 'x';
    const char *const digits = *at + 2 + hexadecimal;
    const size_t length =
        strspn(digits, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789"); /* no sign */
    if (length == 0 || length > 7 || digits[length] != ';' || digits + length >= end)
        return 0;
    *at = digits + length + 1;
    return put_character(strtoul(digits, NULL, hexadecimal ? 16 : 10), out);
}

/* The text up to `end` with its references replaced, as a string of the reader, or NULL. */
static const char *take_text(struct xml_reader *reader, const char *end, bool is_value)
{
    char *out = reader->scratch;
    while (reader->at < end) {
        const char byte = *reader->at;
        if (byte == '&') {
            const size_t bytes = read_reference(&reader->at, end, out);
            if (bytes == 0)
                return NULL;
            out += bytes;
            continue;
        }
        if (byte == '<' || ((unsigned char)byte < 0x20 && strchr("\t\n\r", byte) == NULL))
            return NULL;
        *out++ = is_value && (unsigned char)byte < 0x20 ? ' ' : byte;
        reader->at++;
    }
    *out = '\0';
    return text_intern(reader->strings, reader->scratch);
}

/* ---- Tags ---- */

/* A name of an element or attribute, as a string of the reader, or NULL. */
static const char *take_name(struct xml_reader *reader)
{
    size_t length = 0;
    while (isalnum((unsigned char)reader->at[length]) ||
           (reader->at[length] != '\0' && strchr(":_-.", reader->at[length]) != NULL))
        length++;
    if (length == 0 || !isalpha((unsigned char)reader->at[0]))
        return NULL;
    memcpy(reader->scratch, reader->at, length);
    reader->scratch[length] = '\0';
    reader->at += length;
    return text_intern(reader->strings, reader->scratch);
}

static void skip_blanks(struct xml_reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static int take_attribute(struct xml_reader *reader, struct xml_event *event, struct error *error)
{
    if (event->attribute_count == XML_ATTRIBUTES_MOST)
        return fail(reader, error, "an element has too many attributes");
    struct xml_attribute *const attribute = &event->attributes[event->attribute_count++];
    attribute->name = take_name(reader);
    skip_blanks(reader);
    if (attribute->name == NULL || *reader->at != '=')
        return fail(reader, error, "an attribute is broken");
    for (size_t i = 0; i + 1 < event->attribute_count; i++)
        if (event->attributes[i].name == attribute->name)
            return fail(reader, error, "an attribute stands twice");
    reader->at++;
    skip_blanks(reader);
    const char quote = *reader->at;
    const char *const end = quote == '"' || quote == '\'' ? strchr(reader->at + 1, quote) : NULL;
    if (end == NULL)
        return fail(reader, error, "an attribute's value is not in quotes");
    reader->at++;
    attribute->value = take_text(reader, end, true);
    if (attribute->value == NULL)
        return fail(reader, error, "an attribute's value is broken");
    reader->at = end + 1;
    return 0;
}

static int open_element(struct xml_reader *reader, struct xml_event *event, struct error *error)
{
    reader->at++;
    event->kind = XML_OPEN;
    event->name = take_name(reader);
    if (event->name == NULL || reader->done)
        return fail(reader, error, "there is a < that begins no element");
    if (reader->depth == XML_DEPTH_MOST)
        return fail(reader, error, "elements are nested too deep");
    for (;;) {
        const char *const before = reader->at;
        skip_blanks(reader);
        reader->close_next = *reader->at == '/';
        if (*reader->at == '/' || *reader->at == '>')
            break;
        if (reader->at == before)
            return fail(reader, error, "an element is broken");
        if (take_attribute(reader, event, error) != 0)
            return -1;
    }
    reader->at += reader->close_next;
    if (*reader->at != '>')
        return fail(reader, error, "an element is broken");
    reader->at++;
    reader->open[reader->depth++] = event->name;
    return 1;
}

static int close_element(struct xml_reader *reader, struct xml_event *event, struct error *error)
{
    event->kind = XML_CLOSE;
    if (reader->close_next) {
        reader->close_next = false;
        event->name = reader->open[reader->depth - 1];
    } else {
        reader->at += 2;
        event->name = take_name(reader);
        skip_blanks(reader);
        if (reader->depth == 0 || event->name != reader->open[reader->depth - 1] ||
            *reader->at != '>')
            return fail(reader, error, "an element is closed that is not open");
        reader->at++;
    }
    reader->depth--;
    reader->done = reader->depth == 0;
    return 1;
}

/* Passes over a comment or a declaration. Returns 1, 0 when there is none, or -1. */
static int skip_other(struct xml_reader *reader, struct error *error)
{
    static const char *const pairs[][2] = {{"<!--", "-->"}, {"<?", "?>"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t length = strlen(pairs[i][0]);
        if (strncmp(reader->at, pairs[i][0], length) != 0)
            continue;
        const char *const end = strstr(reader->at + length, pairs[i][1]);
        if (end == NULL)
            return fail(reader, error, "a comment has no end");
        reader->at = end + strlen(pairs[i][1]);
        return 1;
    }
    if (strncmp(reader->at, "<!", 2) == 0)
        return fail(reader, error, "it has a document type or a section of its own");
    return 0;
}

int xml_reader_next(struct xml_reader *reader, struct xml_event *event, struct error *error)
{
    *event = (struct xml_event){.kind = XML_TEXT};
    if (reader->close_next)
        return close_element(reader, event, error);
    for (int skipped; (skipped = skip_other(reader, error)) != 0;)
        if (skipped < 0)
            return -1;
    if (*reader->at == '\0')
        return reader->done ? 0 : fail(reader, error, "it is cut off");
    if (strncmp(reader->at, "</", 2) == 0)
        return close_element(reader, event, error);
    if (*reader->at == '<')
        return open_element(reader, event, error);
    const char *const end = reader->at + strcspn(reader->at, "<");
    event->text = take_text(reader, end, false);
    if (event->text == NULL)
        return fail(reader, error, "a reference or a control character is not of XML");
    if (reader->depth == 0 && event->text[strspn(event->text, " \t\r\n")] != '\0')
        return fail(reader, error, "there is text outside of the picture");
    return 1;
}
