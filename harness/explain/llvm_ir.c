#include "explain/llvm_ir.h"

#include "data/text.h"
#include "error.h"
#include "explain/flow.h"
#include "explain/llvm_debug.h"
#include "explain/llvm_words.h"
#include "explain/scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MOST = 32 };

/* A pointer that was computed from another one. */
struct derived {
    const char *name;
    const char *root; /* a parameter, a @global, an alloca, or a value of unknown origin */
};

/* A value that was read from a variable. */
struct loaded {
    const char *name;
    const char *variable;
};

/* Where in the module we are. */
struct reader {
    struct flow_unit *unit;
    const struct llvm_debug *debug;
    struct flow_function *function;
    struct derived *derived;
    size_t derived_count;
    struct loaded *loaded;
    size_t loaded_count;
    const char **frame; /* the allocas of the function */
    size_t frame_count;
};

/* ---- Names ---- */

static const char *keep_name(const struct reader *reader, const char *text)
{
    return scan_keep(reader->unit->pool, text, llvm_name_length(text));
}

/* ---- Where a pointer comes from ---- */

static const char *root_of(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->derived_count; i++)
        if (strcmp(reader->derived[i].name, name) == 0)
            return reader->derived[i].root;
    return name;
}

static void derive(struct reader *reader, const char *name, const char *from)
{
    const char *const root = root_of(reader, from);
    reader->derived =
        check_realloc(reader->derived, reader->derived_count + 1, sizeof *reader->derived);
    reader->derived[reader->derived_count++] = (struct derived){name, root};
}

static bool is_frame(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->frame_count; i++)
        if (strcmp(reader->frame[i], name) == 0)
            return true;
    return false;
}

static bool is_parameter(const struct reader *reader, const char *name)
{
    const char *const plain = llvm_plain_name(reader->unit->pool, name);
    for (size_t i = 0; i < reader->function->parameter_count; i++)
        if (strcmp(reader->function->parameters[i].name, plain) == 0)
            return true;
    return false;
}

/* ---- Steps ---- */

/* One step for each value in the text. */
static void add_steps(struct reader *reader, const char *text, struct flow_step step)
{
    for (const char *at = text; (at = llvm_next_name(at, "%")) != NULL;
         at += llvm_name_length(at)) {
        step.from = keep_name(reader, at);
        flow_add_step(reader->function, step);
    }
}

/* "i8* %p": the value behind the type; NULL for a constant that names nothing. */
static const char *operand(const struct reader *reader, const char *text)
{
    const char *last = NULL;
    for (const char *at = text; (at = llvm_next_name(at, "%@")) != NULL; at += llvm_name_length(at))
        last = at;
    return last != NULL ? keep_name(reader, last) : NULL;
}

static void add_store(struct reader *reader, const char *value, const char *pointer)
{
    if (value == NULL || pointer == NULL || value[0] != '%')
        return;
    const char *const root = root_of(reader, pointer);
    struct flow_step step = {.kind = FLOW_STORE, .from = value, .base = root};
    char *words = NULL;
    if (is_frame(reader, root)) {
        step.kind = FLOW_COPY;
        step.to = root;
    } else if (root[0] == '@') {
        words = check_format("in `%s`", llvm_user_name(reader->unit->pool, root));
    } else if (is_parameter(reader, root)) {
        words = check_format("through `%s`", llvm_user_name(reader->unit->pool, root));
    } else {
        words = check_format("through a pointer");
    }
    if (words != NULL)
        step.to = text_intern(reader->unit->pool, words);
    free(words);
    flow_add_step(reader->function, step);
}

/* ---- Parameters and arguments ---- */

/* The brackets behind the name of a function: their content, cut out of the line; NULL without. */
static char *cut_brackets(char *text)
{
    if (*text != '(')
        return NULL;
    int depth = 0;
    for (char *at = text; *at != '\0';) {
        if (*at == '"') {
            at += scan_string_end(at) - at;
            continue;
        }
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
        if (depth == 0) {
            *at = '\0';
            return text + 1;
        }
        at++;
    }
    return NULL;
}

static size_t dbg_number(const char *line)
{
    const char *at = NULL;
    for (const char *found = line; (found = strstr(found, "!dbg !")) != NULL; found++)
        at = found;
    return at != NULL ? (size_t)strtoull(at + 6, NULL, 10) : 0;
}

/* "define dso_local i8* @f(i8* nocapture %p) #0 !dbg !7 {", and declare. */
static void begin_function(struct reader *reader, char *line, bool defined)
{
    const struct place place = llvm_debug_place(reader->debug, dbg_number(line));
    const char *const name = llvm_next_name(line, "@");
    if (name == NULL)
        return;
    struct flow_function *const function =
        flow_add_function(reader->unit, llvm_user_name(reader->unit->pool, name));
    function->defined = defined;
    function->place = place;
    char *const list = cut_brackets(line + (name - line) + llvm_name_length(name));
    char *parts[FLOW_PARAMETERS];
    const size_t count = list != NULL ? scan_split(list, parts, FLOW_PARAMETERS) : 0;
    for (size_t i = 0; i < count && strcmp(parts[i], "...") != 0; i++) {
        struct flow_parameter parameter = llvm_read_attributes(parts[i]);
        const char *const blank = strrchr(parts[i], ' ');
        if (blank != NULL && blank[1] == '%' && !isdigit((unsigned char)blank[2]))
            parameter.name = llvm_user_name(reader->unit->pool, keep_name(reader, blank + 1));
        function->parameters[function->parameter_count++] = parameter;
    }
    reader->derived_count = reader->loaded_count = reader->frame_count = 0;
    reader->function = defined ? function : NULL;
}

/* ---- Instructions ---- */

/* A parameter or variable that the value is, whatever its type, by its name; NULL for another
 * value. */
static const char *variable_name(const struct reader *reader, const char *value)
{
    if (value[0] != '%')
        return NULL;
    value = root_of(reader, value);
    for (size_t i = 0; i < reader->loaded_count; i++)
        if (strcmp(reader->loaded[i].name, value) == 0)
            return llvm_user_name(reader->unit->pool, reader->loaded[i].variable);
    return is_parameter(reader, value) ? llvm_plain_name(reader->unit->pool, value) : NULL;
}

/* The arguments of an allocation as a user would write them: constants and names. */
static const char *argument_text(const struct reader *reader, char *const parts[], size_t count)
{
    char *text = check_strdup("");
    for (size_t i = 0; i < count; i++) {
        const char *const blank = strrchr(parts[i], ' ');
        const char *const value = blank != NULL ? blank + 1 : parts[i];
        const char *const variable = variable_name(reader, value);
        const bool constant = value[0] != '\0' && value[strspn(value, "0123456789")] == '\0';
        char *const longer = check_format("%s%s%s", text, i > 0 ? ", " : "",
                                          variable != NULL ? variable
                                          : constant       ? value
                                                           : "...");
        free(text);
        text = longer;
    }
    const char *const kept = text_intern(reader->unit->pool, text);
    free(text);
    return kept;
}

/* "call noalias i8* @malloc(i64 40) #1, !dbg !7" behind its " = " or alone. */
static void read_call(struct reader *reader, const char *result, char *text, size_t dbg)
{
    struct text_pool *const pool = reader->unit->pool;
    if (strstr(text, " asm ") != NULL) {
        char *const last = strrchr(text, '"');
        if (last != NULL)
            add_steps(reader, last + 1, (struct flow_step){.kind = FLOW_ASM});
        return;
    }
    char *callee = NULL;
    for (const char *at = text; (at = llvm_next_name(at, "%@")) != NULL; at += llvm_name_length(at))
        if (at[llvm_name_length(at)] == '(') {
            callee = text + (at - text);
            break;
        }
    if (callee == NULL || strncmp(callee, "@llvm.", 6) == 0)
        return;
    const bool indirect = callee[0] == '%';
    const char *const name = llvm_user_name(reader->unit->pool, callee);
    const char *const shown =
        !indirect || is_parameter(reader, keep_name(reader, callee)) ? name : "";
    char *const list = cut_brackets(callee + llvm_name_length(callee));
    char *parts[ARGUMENTS_MOST];
    const size_t count = list != NULL ? scan_split(list, parts, ARGUMENTS_MOST) : 0;
    bool through_argument;
    if (!indirect && flow_allocates(flow_library_name(pool, name), &through_argument))
        flow_add_call(reader->function,
                      (struct flow_call){.place = llvm_debug_place(reader->debug, dbg),
                                         .callee = name,
                                         .arguments = argument_text(reader, parts, count),
                                         .value = result});
    for (size_t i = 0; i < count; i++) {
        const char *const value = operand(reader, parts[i]);
        if (value == NULL || value[0] != '%' || strncmp(parts[i], "metadata", 8) == 0 ||
            llvm_captures_nothing(parts[i]))
            continue;
        flow_add_step(reader->function, (struct flow_step){.kind = FLOW_PASS,
                                                           .from = root_of(reader, value),
                                                           .to = shown,
                                                           .result = result,
                                                           .argument = (int)i,
                                                           .indirect = indirect});
        flow_add_step(reader->function, (struct flow_step){.kind = FLOW_PASS,
                                                           .from = value,
                                                           .to = shown,
                                                           .result = result,
                                                           .argument = (int)i,
                                                           .indirect = indirect});
    }
}

static bool begins(const char *text, const char *word)
{
    const size_t length = strlen(word);
    return strncmp(text, word, length) == 0 && (text[length] == ' ' || text[length] == '\0');
}

static void read_alloca(struct reader *reader, const char *result, char *text, size_t dbg)
{
    reader->frame = check_realloc(reader->frame, reader->frame_count + 1, sizeof *reader->frame);
    reader->frame[reader->frame_count++] = result;
    char *parts[4];
    const size_t count = scan_split(text + 7, parts, 4);
    if (count < 2 || llvm_next_name(parts[1], "%") == NULL)
        return;
    flow_add_call(reader->function,
                  (struct flow_call){.place = llvm_debug_place(reader->debug, dbg),
                                     .callee = strncmp(result, "%vla", 4) == 0
                                                   ? "__builtin_alloca_with_align"
                                                   : "__builtin_alloca",
                                     .arguments = argument_text(reader, parts + 1, 1),
                                     .value = result,
                                     .in_frame = true});
}

/* What computes one value from others. */
static void read_value(struct reader *reader, const char *result, char *text)
{
    static const char *const pointers[] = {"getelementptr", "bitcast", "addrspacecast", NULL};
    const struct flow_step copy = {.kind = FLOW_COPY, .to = result};
    for (size_t i = 0; pointers[i] != NULL; i++)
        if (begins(text, pointers[i])) {
            /* "bitcast T %p to U"; "getelementptr inbounds T, T* %p, i64 0, ..." */
            char *const to = strstr(text, " to ");
            if (to != NULL)
                *to = '\0';
            char *parts[ARGUMENTS_MOST];
            const size_t count = scan_split(text, parts, ARGUMENTS_MOST);
            const char *const base = operand(reader, parts[count > 1 ? 1 : 0]);
            if (base == NULL)
                return;
            derive(reader, result, base);
            struct flow_step step = copy;
            step.from = base;
            flow_add_step(reader->function, step);
            return;
        }
    add_steps(reader, text, copy);
}

static void read_load(struct reader *reader, const char *result, char *text)
{
    char *parts[4];
    const size_t count = scan_split(text, parts, 4);
    const char *const pointer = count > 1 ? operand(reader, parts[1]) : NULL;
    const char *const root = pointer != NULL ? root_of(reader, pointer) : NULL;
    if (root == NULL || !is_frame(reader, root))
        return;
    flow_add_step(reader->function,
                  (struct flow_step){.kind = FLOW_COPY, .from = root, .to = result});
    if (strcmp(root, pointer) == 0 && !isdigit((unsigned char)root[1])) {
        reader->loaded =
            check_realloc(reader->loaded, reader->loaded_count + 1, sizeof *reader->loaded);
        reader->loaded[reader->loaded_count++] = (struct loaded){result, root};
    }
}

/* Ends the line in front of ", !tbaa !7, !dbg !9", which no string is. */
static void cut_attachments(char *line)
{
    for (char *at = line; (at = scan_find(at, ',')) != NULL; at++)
        if (strncmp(at, ", !", 3) == 0) {
            *at = '\0';
            return;
        }
}

static void read_instruction(struct reader *reader, char *line)
{
    const size_t dbg = dbg_number(line);
    cut_attachments(line);
    char *text = line + strspn(line, " ");
    const char *result = NULL;
    if (text[0] == '%' && strncmp(text + llvm_name_length(text), " = ", 3) == 0) {
        result = keep_name(reader, text);
        text += llvm_name_length(text) + 3;
    }
    char *parts[4];
    if (begins(text, "tail") || begins(text, "musttail") || begins(text, "notail"))
        text += strcspn(text, " ");
    text += strspn(text, " ");
    /* The line behind an invoke or a callbr, of labels, is no instruction. */
    if (begins(text, "call") || begins(text, "invoke") || begins(text, "callbr")) {
        read_call(reader, result, text, dbg);
    } else if (begins(text, "ret")) {
        add_steps(reader, text, (struct flow_step){.kind = FLOW_RETURN});
    } else if (begins(text, "store")) {
        if (scan_split(text, parts, 4) >= 2)
            add_store(reader, operand(reader, parts[0]), operand(reader, parts[1]));
    } else if (begins(text, "atomicrmw") || begins(text, "cmpxchg")) {
        /* "atomicrmw xchg ptr %to, ptr %v"; "cmpxchg ptr %to, ptr %expected, ptr %v" */
        const size_t stored = begins(text, "cmpxchg") ? 2 : 1;
        if (scan_split(text, parts, 4) > stored)
            add_store(reader, operand(reader, parts[stored]), operand(reader, parts[0]));
    } else if (result == NULL || begins(text, "icmp") || begins(text, "fcmp")) {
        return;
    } else if (begins(text, "alloca")) {
        read_alloca(reader, result, text, dbg);
    } else if (begins(text, "load")) {
        read_load(reader, result, text);
    } else {
        read_value(reader, result, text);
    }
}

void llvm_ir_read(struct flow_unit *unit, const char *text)
{
    struct llvm_debug *const debug = llvm_debug_read(unit->pool, text);
    struct reader reader = {.unit = unit, .debug = debug};
    for (char *line; (line = scan_line(&text)) != NULL; free(line)) {
        if (strncmp(line, "define ", 7) == 0)
            begin_function(&reader, line, true);
        else if (strncmp(line, "declare ", 8) == 0)
            begin_function(&reader, line, false);
        else if (line[0] == '}')
            reader.function = NULL;
        else if (reader.function != NULL && line[0] == ' ')
            read_instruction(&reader, line);
    }
    free(reader.derived);
    free(reader.loaded);
    free(reader.frame);
    llvm_debug_free(debug);
}
