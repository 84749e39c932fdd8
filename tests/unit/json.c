#include "json.h"

#include "error.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the reader is; `at` stays at the first fault. */
struct reader {
    const char *at;
    bool failed;
    unsigned depth;
};

static struct json *read_value(struct reader *reader);

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool take(struct reader *reader, const char *word)
{
    const size_t length = strlen(word);
    if (reader->failed || strncmp(reader->at, word, length) != 0) {
        reader->failed = true;
        return false;
    }
    reader->at += length;
    return true;
}

/* Bytes of the character of UTF-8 beyond ASCII, or 0. */
static size_t utf8_bytes(const unsigned char *at)
{
    const size_t count = *at >= 0xc2 && *at < 0xe0 ? 2 : *at >= 0xe0 && *at < 0xf0 ? 3 : 4;
    if (*at < 0xc2 || *at > 0xf4)
        return 0;
    for (size_t i = 1; i < count; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return count;
}

static char *read_string(struct reader *reader)
{
    if (!take(reader, "\""))
        return NULL;
    char *const text = check_alloc(strlen(reader->at) + 1, 1);
    char *out = text;
    while (*reader->at != '"') {
        const unsigned char byte = (unsigned char)*reader->at;
        const char *const escape = strchr("\"\\/bfnrt", reader->at[1]);
        size_t more = 1;
        if (byte == '\\' && reader->at[1] != '\0' && escape != NULL) {
            *out++ = "\"\\/\b\f\n\r\t"[escape - strchr("\"\\/bfnrt", '"')];
            reader->at += 2;
            continue;
        }
        if (byte >= 0x80)
            more = utf8_bytes((const unsigned char *)reader->at);
        /* \u is not taken: what is written here has none. */
        if (byte < 0x20 || byte == '\\' || more == 0) {
            reader->failed = true;
            free(text);
            return NULL;
        }
        memcpy(out, reader->at, more);
        out += more;
        reader->at += more;
    }
    reader->at++;
    return text;
}

static double read_number(struct reader *reader)
{
    const char *const start = reader->at;
    const char *at = start + (*start == '-');
    if (*at == '0')
        at++;
    else
        at += strspn(at, "0123456789");
    bool right = at > start + (*start == '-');
    if (*at == '.') {
        const size_t digits = strspn(at + 1, "0123456789");
        right = right && digits > 0;
        at += 1 + digits;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '-' || at[1] == '+');
        const size_t digits = strspn(at, "0123456789");
        right = right && digits > 0;
        at += digits;
    }
    reader->failed = reader->failed || !right;
    reader->at = right ? at : start;
    return right ? strtod(start, NULL) : 0;
}

static bool stands_twice(const struct json *parent, const struct json *member)
{
    for (const struct json *other = parent->first; other != NULL; other = other->next)
        if (other != member && other->key != NULL && strcmp(other->key, member->key) == 0)
            return true;
    return false;
}

/* Reads the members up to the closing bracket. */
static void read_members(struct reader *reader, struct json *parent, char closing)
{
    struct json **end = &parent->first;
    reader->at++;
    skip_blanks(reader);
    for (bool first = true; !reader->failed && (*reader->at != closing || !first); first = false) {
        char *key = NULL;
        if (parent->kind == JSON_OBJECT) {
            skip_blanks(reader);
            key = read_string(reader);
            skip_blanks(reader);
            take(reader, ":");
        }
        struct json *const member = reader->failed ? NULL : read_value(reader);
        if (member == NULL) {
            free(key);
            return;
        }
        member->key = key;
        *end = member;
        end = &member->next;
        reader->failed = reader->failed || (key != NULL && stands_twice(parent, member));
        if (*reader->at != ',')
            break;
        reader->at++;
    }
    const char word[] = {closing, '\0'};
    take(reader, word);
}

static struct json *read_value(struct reader *reader)
{
    struct json *const value = check_alloc(1, sizeof *value);
    skip_blanks(reader);
    if (++reader->depth > 20)
        reader->failed = true;
    if (*reader->at == '{' || *reader->at == '[') {
        value->kind = *reader->at == '{' ? JSON_OBJECT : JSON_ARRAY;
        read_members(reader, value, *reader->at == '{' ? '}' : ']');
    } else if (*reader->at == '"') {
        value->kind = JSON_STRING;
        value->text = read_string(reader);
    } else if (*reader->at == 't' || *reader->at == 'f') {
        value->kind = JSON_BOOL;
        value->number = *reader->at == 't';
        take(reader, *reader->at == 't' ? "true" : "false");
    } else if (*reader->at == 'n') {
        take(reader, "null");
    } else {
        value->kind = JSON_NUMBER;
        value->number = read_number(reader);
    }
    reader->depth--;
    skip_blanks(reader);
    if (!reader->failed)
        return value;
    json_free(value);
    return NULL;
}

struct json *json_parse(const char *text, const char **fault)
{
    struct reader reader = {.at = text};
    struct json *value = read_value(&reader);
    if (value != NULL && *reader.at != '\0') {
        json_free(value);
        value = NULL;
    }
    *fault = reader.at;
    return value;
}

void json_free(struct json *value)
{
    while (value != NULL) {
        struct json *const next = value->next;
        json_free(value->first);
        free(value->text);
        free(value->key);
        free(value);
        value = next;
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    for (const struct json *member = object != NULL ? object->first : NULL; member != NULL;
         member = member->next)
        if (member->key != NULL && strcmp(member->key, key) == 0)
            return member;
    return NULL;
}

size_t json_count(const struct json *value)
{
    size_t count = 0;
    for (const struct json *member = value->first; member != NULL; member = member->next)
        count++;
    return count;
}
