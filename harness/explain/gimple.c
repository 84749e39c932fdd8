#include "explain/gimple.h"

#include "data/text.h"
#include "error.h"
#include "explain/flow.h"
#include "explain/gimple_names.h"
#include "explain/scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCALS_MOST = 512, ARGUMENTS_MOST = 32 };

/* Where in the dump we are. */
struct reader {
    struct flow_unit *unit;
    const char *source;
    struct flow_function *function;
    const char *locals[LOCALS_MOST]; /* variables in memory of the function's frame */
    size_t local_count;
    bool in_body;
    bool in_blocks; /* behind the declarations */
};

/* The variable of the frame that the name of this length is, or is a field of; NULL when none is.
 */
static const char *local_of(const struct reader *reader, const char *name, size_t length)
{
    for (size_t i = 0; i < reader->local_count; i++) {
        const size_t own = strlen(reader->locals[i]);
        if (own <= length && strncmp(reader->locals[i], name, own) == 0 &&
            (own == length || name[own] == '.'))
            return reader->locals[i];
    }
    return NULL;
}

/* ---- Expressions ---- */

/* Whether the value at `at` in the expression is read through, and not what is read. */
static bool is_dereferenced(const char *expression, const char *at, size_t length)
{
    const char *const behind = at + length + (strncmp(at + length, "(D)", 3) == 0 ? 3 : 0);
    if (expression[0] == '&')
        return false;
    return strncmp(expression, "MEM", 3) == 0 || strncmp(expression, "TARGET_MEM", 10) == 0 ||
           strncmp(behind, "->", 2) == 0 || (at > expression && at[-1] == '*');
}

static bool is_comparison(const char *expression)
{
    static const char *const signs[] = {" == ", " != ", " < ", " > ", " <= ", " >= ", NULL};
    for (size_t i = 0; signs[i] != NULL; i++)
        if (strstr(expression, signs[i]) != NULL)
            return true;
    return false;
}

/* One step for each value that the expression may be, or holds in its memory. */
static void add_steps(struct reader *reader, const char *expression, struct flow_step step)
{
    const char *const choice = strstr(expression, " ? ");
    if (choice != NULL)
        expression = choice + 3;
    else if (is_comparison(expression))
        return;
    for (const char *at = expression; *at != '\0';) {
        if (*at == '"') {
            at = scan_string_end(at);
            continue;
        }
        if (!gimple_starts_name(*at) || (at > expression && gimple_is_name(at[-1]))) {
            at++;
            continue;
        }
        size_t length = 1;
        while (gimple_is_name(at[length]))
            length++;
        const bool field = at - expression >= 2 && strncmp(at - 2, "->", 2) == 0;
        step.from = NULL;
        if (!field && gimple_is_value(at, length)) {
            if (!is_dereferenced(expression, at, length))
                step.from = scan_keep(reader->unit->pool, at, length);
        } else if (!field) {
            step.from = local_of(reader, at, length);
        }
        if (step.from != NULL)
            flow_add_step(reader->function, step);
        at += length;
    }
}

/* What is written to: a value, a variable of the frame, or other memory. */
static struct flow_step target_step(struct reader *reader, const char *left)
{
    const size_t length = strlen(left);
    size_t name = 0;
    while (gimple_is_name(left[name]))
        name++;
    if (name == length && gimple_is_value(left, length))
        return (struct flow_step){.kind = FLOW_COPY, .to = text_intern(reader->unit->pool, left)};
    const char *first = left;
    while (*first != '\0' && !gimple_starts_name(*first))
        first++;
    const char *pointer = NULL;
    for (const char *at = first; *at != '\0';) {
        size_t part = 0;
        while (gimple_is_name(at[part]))
            part++;
        const bool field = at - left >= 2 && strncmp(at - 2, "->", 2) == 0;
        const bool value = part > 0 && !field && gimple_is_value(at, part);
        const char *const local = part > 0 && !field && !value ? local_of(reader, at, part) : NULL;
        if (local != NULL)
            return (struct flow_step){.kind = FLOW_COPY, .to = local};
        if (part > 0 && pointer == NULL && gimple_is_value(at, part) &&
            is_dereferenced(left, at, part))
            pointer = scan_keep(reader->unit->pool, at, part);
        at += part > 0 ? part : 1;
    }
    char *words;
    if (pointer == NULL)
        words = check_format("in `%s`", gimple_user_text(reader->unit->pool, left));
    else if (*gimple_user_name(reader->unit->pool, pointer) == '\0')
        words = check_format("through a pointer");
    else
        words = check_format("through `%s`", gimple_user_name(reader->unit->pool, pointer));
    const struct flow_step step = {
        .kind = FLOW_STORE, .to = text_intern(reader->unit->pool, words), .base = pointer};
    free(words);
    return step;
}

/* ---- Statements ---- */

static void read_call(struct reader *reader, const struct place *place, const char *callee,
                      char *arguments, const char *left)
{
    struct flow_function *const function = reader->function;
    struct text_pool *const pool = reader->unit->pool;
    const struct flow_step target =
        left != NULL ? target_step(reader, left) : (struct flow_step){0};
    const char *const result = left != NULL && target.kind == FLOW_COPY ? target.to : NULL;
    bool through_argument;
    const bool frame = strncmp(callee, "__builtin_alloca", 16) == 0;
    if (frame || flow_allocates(flow_library_name(pool, callee), &through_argument)) {
        const char *value = result;
        if (left != NULL &&
            result == NULL) { /* written to memory at once: at -O0, or by a struct */
            char *const made = check_format("%zu.call", function->call_count);
            struct flow_step store = target;
            store.from = value = text_intern(pool, made);
            flow_add_step(function, store);
            free(made);
        }
        flow_add_call(function, (struct flow_call){
                                    .place = *place,
                                    .callee = text_intern(pool, callee),
                                    .arguments = gimple_user_text(reader->unit->pool, arguments),
                                    .value = value,
                                    .in_frame = frame});
    }
    char *parts[ARGUMENTS_MOST];
    const size_t count = scan_split(arguments, parts, ARGUMENTS_MOST);
    const bool indirect = strstr(callee, "(D)") != NULL || gimple_is_value(callee, strlen(callee));
    if (callee[0] == '.') /* what the compiler itself expands */
        return;
    for (size_t i = 0; i < count; i++)
        add_steps(reader, parts[i],
                  (struct flow_step){.kind = FLOW_PASS,
                                     .to = indirect ? gimple_user_text(reader->unit->pool, callee)
                                                    : text_intern(pool, callee),
                                     .result = result,
                                     .argument = (int)i,
                                     .indirect = indirect});
}

/* "callee (arguments)": splits it in place. */
static bool is_call(char *text, char **arguments)
{
    size_t length = 0;
    while (gimple_is_name(text[length]))
        length++;
    if (length == 0 || isdigit((unsigned char)text[0]))
        return false;
    if (strncmp(text + length, "(D)", 3) == 0)
        length += 3;
    const size_t end = strlen(text);
    if (strncmp(text + length, " (", 2) != 0 || text[end - 1] != ')')
        return false;
    text[length] = '\0';
    text[end - 1] = '\0';
    *arguments = text + length + 2;
    return true;
}

/* "# p_5 = PHI <p_3(2), 0B(3)>" */
static void read_phi(struct reader *reader, char *text)
{
    char *const equals = strstr(text, " = PHI <");
    char *const end = strrchr(text, '>');
    if (equals == NULL || end == NULL)
        return;
    *equals = *end = '\0';
    char *parts[ARGUMENTS_MOST];
    const size_t count = scan_split(equals + 8, parts, ARGUMENTS_MOST);
    for (size_t i = 0; i < count; i++) {
        char *const block = strrchr(parts[i], '(');
        if (block != NULL)
            *block = '\0';
        add_steps(
            reader, parts[i],
            (struct flow_step){.kind = FLOW_COPY, .to = text_intern(reader->unit->pool, text + 2)});
    }
}

static void read_statement(struct reader *reader, char *text, const struct place *place)
{
    static const char *const passed_over[] = {"# DEBUG",  "if (", "goto ", "else",
                                              "switch (", "<",    NULL};
    for (size_t i = 0; passed_over[i] != NULL; i++)
        if (strncmp(text, passed_over[i], strlen(passed_over[i])) == 0)
            return;
    if (strncmp(text, "# ", 2) == 0) {
        read_phi(reader, text);
        return;
    }
    char *const end = scan_find(text, ';');
    if (end == NULL)
        return;
    *end = '\0';
    if (strncmp(text, "__asm__", 7) == 0) {
        add_steps(reader, text, (struct flow_step){.kind = FLOW_ASM});
        return;
    }
    if (strncmp(text, "return ", 7) == 0) {
        add_steps(reader, text + 7, (struct flow_step){.kind = FLOW_RETURN});
        return;
    }
    char *const equals = strstr(text, " = ");
    char *arguments;
    if (equals == NULL) {
        if (is_call(text, &arguments))
            read_call(reader, place, text, arguments, NULL);
        return;
    }
    *equals = '\0';
    if (is_call(equals + 3, &arguments))
        read_call(reader, place, equals + 3, arguments, text);
    else
        add_steps(reader, equals + 3, target_step(reader, text));
}

/* ---- Places ---- */

/* "[file:line:column] " or "[file:line:column discrim 1] ": its length, or 0 when it is none. */
static size_t place_length(const struct reader *reader, const char *text, struct place *place)
{
    if (text[0] != '[')
        return 0;
    const size_t known = strlen(reader->source);
    const char *at = text + 1;
    if (strncmp(at, reader->source, known) == 0 && at[known] == ':')
        at += known;
    else
        for (at = strchr(at, ':'); at != NULL && !isdigit((unsigned char)at[1]);)
            at = strchr(at + 1, ':');
    unsigned line, column;
    int used = 0;
    if (at == NULL || sscanf(at, ":%u:%u%n", &line, &column, &used) != 2 || used == 0)
        return 0;
    const char *end = at + used;
    if (strncmp(end, " discrim ", 9) == 0)
        for (end += 9; isdigit((unsigned char)*end);)
            end++;
    if (strncmp(end, "] ", 2) != 0)
        return 0;
    place->file = scan_keep(reader->unit->pool, text + 1, (size_t)(at - text - 1));
    place->line = line;
    place->column = column;
    return (size_t)(end + 2 - text);
}

/* Removes all places from the line; the first one, if it begins the line, is the statement's. */
static void strip_places(const struct reader *reader, char *line, struct place *place)
{
    char *out = line;
    bool first = true;
    for (const char *at = line; *at != '\0';) {
        struct place found;
        const size_t length = place_length(reader, at, &found);
        if (length > 0) {
            if (first)
                *place = found;
            first = false;
            at += length;
            continue;
        }
        first = first && *at == ' ';
        const char *const next = *at == '"' ? scan_string_end(at) : at + 1;
        while (at < next)
            *out++ = *at++;
    }
    *out = '\0';
}

/* ---- Functions ---- */

static void begin_function(struct reader *reader, const char *line)
{
    char *const name = check_format("%.*s", (int)strcspn(line, " "), line);
    struct flow_function *const old = flow_find(reader->unit, name);
    if (old != NULL) {
        free(old->steps);
        free(old->calls);
        *old = (struct flow_function){.name = old->name};
    }
    reader->function = old != NULL ? old : flow_add_function(reader->unit, name);
    reader->function->defined = true;
    reader->local_count = 0;
    reader->in_body = reader->in_blocks = false;
    free(name);
}

/* Whether the type in front of the function's name has no room for a pointer. */
static bool is_narrow(const char *header)
{
    static const char *const narrow[] = {
        "void ",  "int ",    "unsigned int ", "char ",          "short int ",          "_Bool ",
        "float ", "double ", "signed char ",  "unsigned char ", "short unsigned int ", NULL};
    for (size_t i = 0; narrow[i] != NULL; i++)
        if (strncmp(header, narrow[i], strlen(narrow[i])) == 0)
            return header[strlen(narrow[i])] != '*';
    return false;
}

/* "struct s * f (struct s * p, int i)" */
static void read_parameters(struct reader *reader, char *header)
{
    struct flow_function *const function = reader->function;
    char *const open = strchr(header, '(');
    char *const end = strrchr(header, ')');
    if (open == NULL || end == NULL || strncmp(header, "__attribute__", 13) == 0)
        return;
    *end = '\0';
    function->returns_narrow = is_narrow(header);
    function->parameter_count = 0;
    char *parts[FLOW_PARAMETERS];
    const size_t count = scan_split(open + 1, parts, FLOW_PARAMETERS);
    for (size_t i = 0; i < count; i++) {
        const char *const blank = strrchr(parts[i], ' ');
        if (blank == NULL)
            continue;
        function->parameters[function->parameter_count++] =
            (struct flow_parameter){.name = text_intern(reader->unit->pool, blank + 1),
                                    .pointer = strchr(parts[i], '*') != NULL};
    }
}

/* "  struct two t;" or "  int a[10];": a variable, or the type of a value, which is none. */
static void read_local(struct reader *reader, char *line)
{
    char *const end = strrchr(line, ';');
    if (end == NULL || reader->local_count == LOCALS_MOST)
        return;
    *end = '\0';
    char *const array = strrchr(line, '[');
    if (array != NULL && array > line && array[-1] != ' ')
        *array = '\0';
    const char *const blank = strrchr(line, ' ');
    if (blank != NULL && gimple_starts_name(blank[1]) &&
        !gimple_is_value(blank + 1, strlen(blank + 1)))
        reader->locals[reader->local_count++] = text_intern(reader->unit->pool, blank + 1);
}

static void read_line(struct reader *reader, char *line)
{
    if (strncmp(line, ";; Function ", 12) == 0) {
        begin_function(reader, line + 12);
    } else if (reader->function == NULL) {
        return;
    } else if (strcmp(line, "{") == 0) {
        reader->in_body = true;
    } else if (strcmp(line, "}") == 0) {
        reader->function = NULL;
    } else if (!reader->in_body) {
        read_parameters(reader, line);
    } else {
        char *const text = line + strspn(line, " ");
        if (strncmp(text, "<bb ", 4) == 0)
            reader->in_blocks = true;
        else if (!reader->in_blocks)
            read_local(reader, text);
        else {
            struct place place = {.file = NULL};
            strip_places(reader, text, &place);
            if (reader->function->place.file == NULL) /* the dump does not say where it begins */
                reader->function->place = place;
            read_statement(reader, text, &place);
        }
    }
}

void gimple_read(struct flow_unit *unit, const char *text, const char *source)
{
    struct reader reader = {.unit = unit, .source = source};
    for (char *line; (line = scan_line(&text)) != NULL; free(line))
        read_line(&reader, line);
}
