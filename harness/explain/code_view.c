#include "explain/code_view.h"

#include "data/text.h"
#include "error.h"
#include "explain/allocator_functions.h"
#include "explain/scan.h"
#include "explain/tool.h"
#include "run/stop.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_S = 120 /* for a program of some hundred KiB */ };

/* What is asked of binutils. */
enum pass { SYMBOLS, RELOCATIONS, DISASSEMBLY, FRAMES, LINES, PASSES };

/* ---- Frames ---- */

/* "0000000000001136 rsp+16   c-8": the canonical frame address, relative to a register. */
static void read_row(const char *line, unsigned long *most, bool *dynamic)
{
    const char *const blank = strchr(line, ' ');
    const char *const plus = blank != NULL ? strchr(blank, '+') : NULL;
    if (plus == NULL)
        return;
    const bool by_stack = strncmp(blank + 1, "rsp+", 4) == 0 || strncmp(blank + 1, "sp+", 3) == 0;
    *dynamic = *dynamic || !by_stack;
    const unsigned long bytes = strtoul(plus + 1, NULL, 10);
    if (bytes > *most)
        *most = bytes;
}

bool code_view_frame(const char *text, uint64_t start, unsigned long *bytes, bool *dynamic)
{
    unsigned long common = 0; /* of the last common entry, which a function without rows has */
    bool in_common = false, in_function = false, found = false, ignored = false;
    for (char *line; !(found && !in_function) && (line = scan_line(&text)) != NULL; free(line)) {
        const char *const begins = strstr(line, " FDE ");
        const char *const range = begins != NULL ? strstr(begins, " pc=") : NULL;
        if (range != NULL) {
            in_common = false;
            in_function = strtoull(range + 4, NULL, 16) == start;
            if (in_function) {
                found = true;
                *bytes = common;
                *dynamic = false;
            }
        } else if (strstr(line, " CIE ") != NULL) {
            in_common = true;
            in_function = false;
            common = 0;
        } else if (isxdigit((unsigned char)line[0]) && in_function) {
            read_row(line, bytes, dynamic);
        } else if (isxdigit((unsigned char)line[0]) && in_common) {
            read_row(line, &common, &ignored);
        }
    }
    return found;
}

/* ---- Tools ---- */

static char *find_tool(const char *name, struct error *error)
{
    char *const path = tool_find(name);
    if (path == NULL)
        error_set(error, "%s is not installed; `make deps` installs binutils", name);
    return path;
}

/* Runs all passes. Returns 0 or -1; the results are to be freed either way. */
static int run_passes(const char *const tools[2], const char *path, size_t parallel,
                      struct tool_result results[PASSES], struct error *error)
{
    static const char *const options[PASSES][2] = {[SYMBOLS] = {"-t", NULL},
                                                   [RELOCATIONS] = {"-R", NULL},
                                                   [DISASSEMBLY] = {"-d", "--no-show-raw-insn"},
                                                   [FRAMES] = {"--dwarf=frames-interp", NULL},
                                                   [LINES] = {"-l", NULL}};
    struct words commands[PASSES] = {{.items = NULL}};
    for (int i = 0; i < PASSES; i++) {
        words_add(&commands[i], tools[i == LINES]);
        words_add(&commands[i], options[i][0]);
        if (options[i][1] != NULL)
            words_add(&commands[i], options[i][1]);
        words_add(&commands[i], path);
    }
    int code = tool_run_all(commands, PASSES, NULL, parallel, LIMIT_S, results, error);
    for (int i = 0; i < PASSES; i++) {
        if (code == 0 && stop_requested() != 0)
            code = error_set(error, "stopped");
        else if (code == 0 && results[i].exit_code != 0)
            code = error_set(error, "%s %s %s: exit code %d: %.200s", commands[i].items[0],
                             options[i][0], path, results[i].exit_code, results[i].said);
        words_free(&commands[i]);
    }
    return code;
}

/*
 * "0000000000006bc0 t run_heap<tab>/src/a.c:12": where the debugging information declares the
 * function. (What addr2line knows is the line of its first instruction, which is another one.)
 */
static void read_places(const char *text, uint64_t base, const struct gate_cell *cells,
                        size_t count, struct text_pool *pool, struct cell_code *codes)
{
    for (char *line; (line = scan_line(&text)) != NULL; free(line)) {
        const char *const tab = strchr(line, '\t');
        const char *const colon = strrchr(line, ':');
        char *end;
        const uint64_t address = strtoull(line, &end, 16);
        if (tab == NULL || colon == NULL || colon < tab || end == line)
            continue;
        for (size_t i = 0; i < count; i++)
            if (base + cells[i].run_offset == address) {
                codes[i].file = scan_keep(pool, tab + 1, (size_t)(colon - tab - 1));
                codes[i].line = (unsigned)strtoul(colon + 1, NULL, 10);
            }
    }
}

/* ---- Cells ---- */

/* Puts a word behind an owned text. */
static char *append(char *text, const char *between, const char *word)
{
    char *const longer = check_format("%s%s%s", text, *text != '\0' ? between : "", word);
    free(text);
    return longer;
}

static const char *finish(struct text_pool *pool, char *text)
{
    const char *const kept = text_intern(pool, text);
    free(text);
    return kept;
}

static void take_fault(const char *fault, void *user)
{
    char **const faults = user;
    *faults = append(*faults, "\n", fault);
}

static void view_cell(const struct program *program, const char *frames,
                      const struct gate_cell *cell, struct text_pool *pool, struct cell_code *code)
{
    struct gate_finding finding;
    char *faults = check_strdup("");
    gate_check(program, cell, GATE_CODE, &finding, take_fault, &faults);
    code->present = true;
    code->faults = finish(pool, faults);
    char *declared = check_strdup(""), *calls = check_strdup(""), *copies = check_strdup("");
    for (int i = 0; i < ALLOCATOR_FUNCTIONS; i++) {
        if (finding.declared[i])
            declared = append(declared, " ", allocator_functions[i]);
        if (finding.reach.calls[i])
            calls = append(calls, " ", allocator_functions[i]);
    }
    for (int i = 0; i < COPY_KINDS; i++)
        if (finding.reach.copies[i])
            copies = append(copies, ", ", copy_name((enum copy_kind)i));
    code->declared = finish(pool, declared);
    code->calls = finish(pool, calls);
    code->copies = finish(pool, copies);
    code->removed =
        text_intern(pool, cell->code == BENCH_ELIDED && *code->calls == '\0' && finding.run != NULL
                              ? cell->calls
                              : "");
    code->has_frame = code_view_frame(frames, program->base + cell->run_offset, &code->frame_bytes,
                                      &code->dynamic);
}

int code_view_read(const char *path, const struct gate_cell *cells, size_t count, size_t parallel,
                   struct text_pool *pool, struct cell_code *codes, struct error *error)
{
    memset(codes, 0, count * sizeof *codes);
    char *const objdump = find_tool("objdump", error);
    char *const nm = objdump != NULL ? find_tool("nm", error) : NULL;
    const char *const tools[2] = {objdump, nm};
    struct tool_result results[PASSES] = {{.output = NULL}};
    int code = nm != NULL ? run_passes(tools, path, parallel, results, error) : -1;
    struct program program = {0};
    if (code == 0) {
        read_symbols(&program, results[SYMBOLS].output);
        read_relocations(&program, results[RELOCATIONS].output);
        read_disassembly(&program, results[DISASSEMBLY].output);
        if (!program.has_base)
            code = error_set(error, "%s: there is no symbol __executable_start", path);
        else
            read_places(results[LINES].output, program.base, cells, count, pool, codes);
    }
    for (size_t i = 0; i < count && code == 0; i++)
        view_cell(&program, results[FRAMES].output, &cells[i], pool, &codes[i]);
    program_free(&program);
    for (int i = 0; i < PASSES; i++)
        tool_result_free(&results[i]);
    free(objdump);
    free(nm);
    return code;
}
