/*
 * The machine-code gate: what the run functions of a scenario reach is what its variants declare.
 *
 *     codegen_check OBJDUMP program PROGRAM
 *     codegen_check OBJDUMP compile OUTPUT COMPILER ARGUMENT...
 *     codegen_check OBJDUMP source OUTPUT COMPILER ARGUMENT...
 *     codegen_check OBJDUMP prove OUTPUT COMPILER ARGUMENT...
 *
 * The first looks into a program that was linked with the manifest's main. The second compiles and
 * links such a program before it does. The third does so with -fno-builtin behind the arguments:
 * the compiler then does not know what malloc is and cannot remove it, so the program shows what
 * the source asks for, and an elision that is declared where there is nothing to elide is found
 * out. Its program is OUTPUT.source. The fourth is the second and the third.
 *
 * Every fault is a line on stderr. Exit code 0, 1 when there was a fault, 2 for wrong arguments,
 * and 77 without objdump.
 */
#include "codegen/capture.h"
#include "explain/disasm.h"
#include "explain/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SKIPPED = 77, MANIFEST_FIELDS = 6 };

static unsigned faults;

#define FAULT(...) (faults++, fprintf(stderr, __VA_ARGS__), fputc('\n', stderr))

static char *run_objdump(const char *objdump, const char *const options[2], const char *program)
{
    char *const command[] = {(char *)(uintptr_t)objdump, (char *)(uintptr_t)options[0],
                             (char *)(uintptr_t)(options[1] != NULL ? options[1] : program),
                             options[1] != NULL ? (char *)(uintptr_t)program : NULL, NULL};
    char *text;
    if (capture(command, NULL, &text) != 0)
        FAULT("%s %s %s failed: %s", objdump, options[0], program, text);
    return text;
}

static void read_program(const char *objdump, const char *path, struct program *program)
{
    static const struct {
        const char *options[2];
        void (*read)(struct program *, const char *);
    } passes[] = {{{"-t", NULL}, read_symbols},
                  {{"-R", NULL}, read_relocations},
                  {{"-d", "--no-show-raw-insn"}, read_disassembly}};
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        char *const text = run_objdump(objdump, passes[i].options, path);
        passes[i].read(program, text);
        free(text);
    }
}

static void take_fault(const char *fault, void *user)
{
    (void)user;
    FAULT("%s", fault);
}

/* One line of the manifest, without its first word. */
static void check_cell(const struct program *program, const char *scenario, enum gate_view view,
                       char *fields[MANIFEST_FIELDS])
{
    char where[512];
    snprintf(where, sizeof where, "%s/%s%s%s%s", scenario, fields[1], *fields[2] ? "/" : "",
             fields[2], view == GATE_SOURCE ? " (source)" : "");
    const struct gate_cell cell = {.where = where,
                                   .run_offset = strtoull(fields[3], NULL, 16),
                                   .code = (enum bench_code)atoi(fields[4]),
                                   .calls = fields[5]};
    struct gate_finding finding;
    gate_check(program, &cell, view, &finding, take_fault, NULL);
}

/* Splits at tabs. Returns the number of fields found, at most MANIFEST_FIELDS. */
static size_t split(char *line, char *fields[MANIFEST_FIELDS])
{
    size_t count = 0;
    while (count < MANIFEST_FIELDS) {
        fields[count++] = line;
        line = strchr(line, '\t');
        if (line == NULL)
            break;
        *line++ = '\0';
    }
    return count;
}

/* The scenario's name, from the manifest's last line; NULL when it is not there. */
static const char *manifest_name(char *manifest)
{
    char *const end = strstr(manifest, "\nend\t");
    if (end == NULL)
        return NULL;
    *end = '\0';
    char *const name = end + 5;
    name[strcspn(name, "\n")] = '\0';
    return name;
}

static void check_program(const char *objdump, char *path, enum gate_view view)
{
    char *const command[] = {path, NULL}, *manifest;
    const int exit_code = capture(command, NULL, &manifest);
    const char *const scenario = manifest_name(manifest);
    if (exit_code != 0 || scenario == NULL) {
        FAULT("%s: exit code %d, and no manifest of at least one cell: %s", path, exit_code,
              manifest);
        free(manifest);
        return;
    }
    struct program program = {0};
    read_program(objdump, path, &program);
    if (!program.has_base)
        FAULT("%s: there is no symbol __executable_start", path);
    unsigned cells = 0;
    for (char *line = manifest, *rest; line != NULL; line = rest) {
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        char *fields[MANIFEST_FIELDS];
        if (split(line, fields) != MANIFEST_FIELDS || strcmp(fields[0], "cell") != 0)
            FAULT("%s: a broken line in the manifest: %s", path, line);
        else
            check_cell(&program, scenario, view, fields);
        cells++;
    }
    printf("%s: %u cells, %zu functions, %u faults\n", path, cells, program.function_count, faults);
    program_free(&program);
    free(manifest);
}

/* Links `output` with the compiler's command line, of which argv[count] is NULL, and checks it. */
static void compile_and_check(const char *objdump, char *output, size_t count, char **argv,
                              enum gate_view view)
{
    static char option_o[] = "-o", no_builtin[] = "-fno-builtin";
    char **const command = calloc(count + 4, sizeof *command);
    if (command == NULL)
        abort();
    memcpy(command, argv, count * sizeof *command);
    command[count++] = option_o;
    command[count++] = output;
    if (view == GATE_SOURCE)
        command[count++] = no_builtin;
    if (capture(command, NULL, NULL) != 0)
        FAULT("%s: it could not be built", output);
    else
        check_program(objdump, output, view);
    free(command);
}

int main(int argc, char **argv)
{
    const char *const mode = argc >= 6 ? argv[2] : "";
    const bool proves = strcmp(mode, "prove") == 0;
    const bool compiles = proves || strcmp(mode, "compile") == 0;
    const bool asks_source = proves || strcmp(mode, "source") == 0;
    const bool looks = argc == 4 && strcmp(argv[2], "program") == 0;
    if (!compiles && !asks_source && !looks) {
        fprintf(stderr, "usage: codegen_check OBJDUMP program PROGRAM\n"
                        "       codegen_check OBJDUMP compile|source|prove OUTPUT COMPILER "
                        "ARGUMENT...\n");
        return 2;
    }
    if (access(argv[1], X_OK) != 0) {
        printf("skipped: objdump is not installed\n");
        return SKIPPED;
    }
    if (looks)
        check_program(argv[1], argv[3], GATE_CODE);
    if (compiles)
        compile_and_check(argv[1], argv[3], (size_t)argc - 4, argv + 4, GATE_CODE);
    if (asks_source) {
        char source[4096];
        snprintf(source, sizeof source, "%s.source", argv[3]);
        compile_and_check(argv[1], source, (size_t)argc - 4, argv + 4, GATE_SOURCE);
    }
    return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
