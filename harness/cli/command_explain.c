/* allocost explain: what the compilers made of the suite, or of the user's own code. */
#include "bench.h"
#include "cli/command.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "error.h"
#include "nearest.h"
#include "run/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help_text[] =
    "allocost explain [PATTERN...]\n"
    "allocost explain FILE.c... [-- FLAG...]\n"
    "allocost explain compile_commands.json [-- FLAG...]\n"
    "\n"
    "Without a file: what gcc and clang made of every variant of the suite that a pattern matches\n"
    "(as for `allocost run`): file and line, the calls it declares, the calls in the machine "
    "code,\n"
    "those that were removed, copies by rep movs, rep stos or memcpy, and the stack frame. A\n"
    "declaration that the code does not keep is an error.\n"
    "\n"
    "With a file: one line for every allocation, in the manner of go build -gcflags=-m:\n"
    "  a.c:12:18: malloc(40) stays on the heap: returned\n"
    "  a.c:20:15: malloc(4) removed by gcc -O2 and clang -O2\n"
    "  a.c:25:15: malloc(48) could live on the stack (LLVM attributor); gcc: ...\n"
    "and one for every stack frame, alloca, variable-length array, pointer parameter (`leaking\n"
    "param` or `does not escape`) and address of a local variable that leaves its function. The\n"
    "flags are the compilers'; without an -O among them it is -O2. gcc counts the return address\n"
    "as part of a stack frame, clang does not.\n"
    "\n"
    "--json prints {\"schema\": 1, \"compilers\": {\"gcc\", \"clang\": version or null}} and "
    "either\n"
    "  \"sources\": [{\"file\", \"level\", \"compilers\": {name: compiled, failed or absent},\n"
    "    \"attributor\": whether LLVM's was run,\n"
    "    \"errors\": {name: text}, and arrays of objects that begin with file, line, column:\n"
    "    \"allocations\": function, inlined, call, arguments, and for gcc and clang\n"
    "      {\"fate\": heap, movable or removed, \"reasons\": [{\"kind\": returned, stored, "
    "passed,\n"
    "      passed_to_pointer, asm or handed_out, \"detail\"}]}\n"
    "    \"frame_calls\": function, kind (vla or alloca)\n"
    "    \"frames\": function, and for gcc and clang {\"bytes\", \"dynamic\"}\n"
    "    \"parameters\": function, name, and for gcc and clang stays, leaks or leaks_to_result\n"
    "    \"addresses\": text, option, compiler}]\n"
    "or, of the suite,\n"
    "  \"scenarios\": [{\"name\", \"cells\": [{\"variant\", \"value\", \"file\", \"line\", and for "
    "gcc and\n"
    "    clang {\"declared\", \"calls\", \"removed\", \"copies\", \"frame_bytes\", \"dynamic\", "
    "\"faults\"}}]}]\n";

/* A file, even one that is not there: its name says so. Everything else is a pattern. */
static bool is_file(const char *word)
{
    const size_t length = strlen(word);
    struct stat status;
    if (length > 2 && strcmp(word + length - 2, ".c") == 0)
        return true;
    if (length > 5 && strcmp(word + length - 5, ".json") == 0)
        return true;
    return stat(word, &status) == 0 && S_ISREG(status.st_mode);
}

static int read_fail_on(const char *list, struct explain_request *request, struct error *error)
{
    static const char *const names[] = {"heap", "movable", "dangling"};
    bool *const targets[] = {&request->fail_on_heap, &request->fail_on_movable,
                             &request->fail_on_address};
    char *const copy = check_strdup(list);
    char *rest = copy;
    int code = 0;
    for (char *word; code == 0 && (word = strsep(&rest, ",")) != NULL;) {
        bool known = false;
        for (size_t i = 0; i < BENCH_COUNT(names); i++)
            if (strcmp(word, names[i]) == 0)
                known = *targets[i] = true;
        const char *const near = nearest_word(word, names, BENCH_COUNT(names));
        if (!known && near != NULL)
            code = error_set(error, "--fail-on: unknown '%s'; did you mean '%s'?", word, near);
        else if (!known)
            code = error_set(error, "--fail-on takes heap, movable, dangling, not '%s'", word);
    }
    free(copy);
    return code;
}

/* Files or patterns, not both. Returns 0, or -1 with a message. */
static int judge_operands(const struct explain_request *request, bool *files, struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < request->operand_count; i++)
        count += is_file(request->operands[i]);
    *files = count > 0;
    for (size_t i = 0; i < request->operand_count && count > 0; i++)
        if (!is_file(request->operands[i]))
            return error_set(error, "'%s' is no file, and with files there are no patterns",
                             request->operands[i]);
    if (count == 0 && request->flag_count > 0)
        return error_set(error, "flags behind -- need a file: allocost explain FILE.c -- %s",
                         request->flags[0]);
    if (count == 0 &&
        (request->fail_on_heap || request->fail_on_movable || request->fail_on_address))
        return error_set(error, "--fail-on needs a file: allocost explain --fail-on ... FILE.c");
    return 0;
}

static int explain(struct explain_request *request, const char *const names[COMPILERS], bool files)
{
    struct error error = {.text = ""};
    stop_install();
    int code = EXIT_DONE;
    for (int i = 0; i < COMPILERS && code == EXIT_DONE; i++) {
        if (compiler_find((enum compiler_kind)i, names[i], &request->compilers[i], &error) != 0) {
            fprintf(stderr, "allocost explain: %s\n", error.text);
            code = EXIT_FAILED;
        } else if (request->compilers[i].path == NULL) {
            fprintf(stderr, "allocost explain: %s is not installed: what it says is left out\n",
                    names[i]);
        }
    }
    if (code == EXIT_DONE && files && request->compilers[COMPILER_GCC].path == NULL &&
        request->compilers[COMPILER_CLANG].path == NULL) {
        fputs("allocost explain: there is no compiler to ask; `make deps` installs gcc\n", stderr);
        code = EXIT_FAILED;
    }
    if (code == EXIT_DONE)
        code = files ? explain_sources(request) : explain_suite(request);
    for (int i = 0; i < COMPILERS; i++)
        compiler_free(&request->compilers[i]);
    if (stop_requested() != 0) {
        fputs("allocost explain: stopped\n", stderr);
        return 128 + stop_requested();
    }
    return code;
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands operands;
    struct explain_request request = {.operands = NULL};
    const char *names[COMPILERS] = {"gcc", "clang"};
    const char *fail_on = NULL;
    const struct option_spec specs[] = {
        {"json", OPTION_FLAG, &request.json, NULL, "for programs: one JSON document"},
        {"fail-on", OPTION_TEXT, &fail_on, "LIST",
         "exit 4 when a file has any of heap, movable (an allocation could live on the stack), "
         "dangling"},
        {"gcc", OPTION_TEXT, &names[COMPILER_GCC], "NAME", "this gcc"},
        {"clang", OPTION_TEXT, &names[COMPILER_CLANG], "NAME", "this clang"},
    };
    int own = 0;
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    const int parsed = options_parse(own, argv, specs, BENCH_COUNT(specs), &operands, &error);
    request.operands = operands.items;
    request.operand_count = operands.count;
    request.flags = (const char *const *)argv + (own < argc ? own + 1 : own);
    request.flag_count = own < argc ? (size_t)(argc - own - 1) : 0;
    bool files = false;
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts(help_text);
        options_print(specs, BENCH_COUNT(specs));
        puts("\nExit codes: 0 done; 1 no file could be compiled, or a declaration is wrong; 2 "
             "usage;\n"
             "3 some files failed; 4 found what --fail-on names.");
        code = EXIT_DONE;
    } else if (parsed != 0 || (fail_on != NULL && read_fail_on(fail_on, &request, &error) != 0) ||
               judge_operands(&request, &files, &error) != 0) {
        fprintf(stderr, "allocost explain: %s\n", error.text);
    } else {
        code = explain(&request, names, files);
    }
    free(operands.items);
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .operands = "[FILE.c...]",
    .help = "what the compiler did: allocations kept and removed, what escapes, stack frames",
    .run = run,
};
