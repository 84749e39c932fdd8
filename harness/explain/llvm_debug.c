#include "explain/llvm_debug.h"

#include "data/text.h"
#include "error.h"
#include "explain/scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS_MOST = 1 << 24, SCOPES_DEEPEST = 256 };

/* One line of metadata, as far as places need it. */
struct node {
    const char *file; /* of a !DIFile its path */
    size_t scope;     /* number of the enclosing node; 0: none */
    size_t file_node; /* number of its !DIFile; 0: none */
    unsigned line, column;
};

struct llvm_debug {
    struct node *nodes; /* by number */
    size_t count;
};

/* The text behind "key: " in a line, outside of strings; NULL when the key is not there. */
static const char *field(const char *line, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = line; *at != '\0';) {
        if (*at == '"') {
            at = scan_string_end(at);
            continue;
        }
        if (strncmp(at, key, length) == 0 && at > line && strchr("( ", at[-1]) != NULL)
            return at + length;
        at++;
    }
    return NULL;
}

static size_t number_field(const char *line, const char *key)
{
    const char *const text = field(line, key);
    if (text == NULL)
        return 0;
    return (size_t)strtoull(text + (*text == '!' ? 1 : 0), NULL, 10);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* LLVM escapes a byte as a backslash and two hexadecimal digits, a backslash as two of them. */
static const char *string_field(struct text_pool *pool, const char *line, const char *key)
{
    const char *text = field(line, key);
    if (text == NULL || *text != '"')
        return NULL;
    char *const copy = check_alloc(strlen(text) + 1, 1);
    size_t used = 0;
    for (text++; *text != '\0' && *text != '"'; text++) {
        if (*text == '\\' && text[1] == '\\') {
            copy[used++] = *text++;
        } else if (*text == '\\' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
            copy[used++] = (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
            text += 2;
        } else {
            copy[used++] = *text;
        }
    }
    const char *const kept = text_intern(pool, copy);
    free(copy);
    return kept;
}

/* The path of a !DIFile: its name may be from a directory that is not the one clang ran in. */
static const char *file_path(struct text_pool *pool, const char *line)
{
    const char *const name = string_field(pool, line, "filename: ");
    const char *const directory = string_field(pool, line, "directory: ");
    if (name == NULL || name[0] == '/' || directory == NULL || *directory == '\0')
        return name;
    char *const path = check_format("%s/%s", directory, name);
    const char *const kept = text_intern(pool, path);
    free(path);
    return kept;
}

/* "!12 = distinct !DILocation(line: 1, ...)" */
static void read_node(struct llvm_debug *debug, struct text_pool *pool, const char *line)
{
    char *end;
    const size_t number = (size_t)strtoull(line + 1, &end, 10);
    if (end == line + 1 || strncmp(end, " = ", 3) != 0 || number >= NUMBERS_MOST ||
        strstr(end, "!DI") == NULL)
        return;
    if (number >= debug->count) {
        const size_t count = 2 * number + 64;
        debug->nodes = check_realloc(debug->nodes, count, sizeof *debug->nodes);
        memset(debug->nodes + debug->count, 0, (count - debug->count) * sizeof *debug->nodes);
        debug->count = count;
    }
    debug->nodes[number] = (struct node){
        .file = file_path(pool, end),
        .scope = number_field(end, "scope: "),
        .file_node = number_field(end, "file: "),
        .line = (unsigned)number_field(end, "line: "),
        .column = (unsigned)number_field(end, "column: "),
    };
}

struct llvm_debug *llvm_debug_read(struct text_pool *pool, const char *text)
{
    struct llvm_debug *const debug = check_alloc(1, sizeof *debug);
    for (char *line; (line = scan_line(&text)) != NULL; free(line))
        if (line[0] == '!')
            read_node(debug, pool, line);
    return debug;
}

void llvm_debug_free(struct llvm_debug *debug)
{
    free(debug->nodes);
    free(debug);
}

struct place llvm_debug_place(const struct llvm_debug *debug, size_t number)
{
    struct place place = {.file = NULL};
    if (number == 0 || number >= debug->count)
        return place;
    place.line = debug->nodes[number].line;
    place.column = debug->nodes[number].column;
    for (int i = 0; i < SCOPES_DEEPEST && number > 0 && number < debug->count; i++) {
        const struct node *const node = &debug->nodes[number];
        if (node->file_node > 0 && node->file_node < debug->count) {
            place.file = debug->nodes[node->file_node].file;
            break;
        }
        number = node->scope;
    }
    return place;
}
