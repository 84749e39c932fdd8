/* allocost explain FILE.c...: what gcc and clang make of the user's own code. */
#include "cli/command.h"
#include "cli/explain.h"
#include "data/term.h"
#include "data/text.h"
#include "error.h"
#include "explain/compile_commands.h"
#include "explain/json_text.h"
#include "explain/scan.h"
#include "explain/source_json.h"
#include "explain/source_report.h"
#include "run/stop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What has come of the files so far. */
struct outcome {
    size_t done;
    size_t failed;
    bool found;      /* what --fail-on names */
    bool told;       /* that clang has no attributor */
    json_t *sources; /* of the JSON document; NULL for text */
};

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), own = strlen(end);
    return length >= own && strcmp(text + length - own, end) == 0;
}

/* The compiler's own words, made harmless for a terminal. */
static void print_said(const struct source_report *report, enum compiler_kind kind)
{
    const struct term term = term_open(stderr, false);
    char *const head = check_format("allocost explain: %s: %s does not compile it:", report->file,
                                    compiler_name(kind));
    term_say(&term, TERM_PLAIN, head);
    fputc('\n', stderr);
    free(head);
    const char *rest = report->said[kind];
    for (char *line; (line = scan_line(&rest)) != NULL; free(line)) {
        term_say(&term, TERM_PLAIN, line);
        fputc('\n', stderr);
    }
}

static void take_report(const struct explain_request *request, const struct source_report *report,
                        struct outcome *outcome)
{
    for (int i = 0; i < COMPILERS; i++)
        if (report->said[i] != NULL)
            print_said(report, (enum compiler_kind)i);
    if (outcome->sources != NULL)
        CHECK(json_array_append_new(outcome->sources, source_report_json(report)) == 0);
    if (!source_report_ok(report)) {
        outcome->failed++;
        return;
    }
    outcome->done++;
    if (report->compiled[COMPILER_CLANG] && !report->has_moved && !outcome->told) {
        fputs("allocost explain: this clang does not run LLVM's attributor: what could live on the "
              "stack is not known\n",
              stderr);
        outcome->told = true;
    }
    if (outcome->sources == NULL)
        source_report_print(report, stdout);
    outcome->found = outcome->found || (request->fail_on_heap && source_report_has_heap(report)) ||
                     (request->fail_on_movable && source_report_has_movable(report)) ||
                     (request->fail_on_address && source_report_has_address(report));
}

/* Returns 0, or -1 with a message when nothing more can be done. */
static int explain_source(const struct explain_request *request, const struct source *source,
                          struct outcome *outcome, struct error *error)
{
    char *const scratch = tool_directory_make(error);
    if (scratch == NULL)
        return -1;
    struct text_pool *const pool = text_pool_new();
    struct source_report report;
    const int code = source_report_make(request->compilers, source, scratch, pool, &report, error);
    if (code == 0)
        take_report(request, &report, outcome);
    source_report_free(&report);
    text_pool_free(pool);
    tool_directory_remove(scratch);
    return code;
}

static int explain_commands(const struct explain_request *request, const char *path,
                            struct outcome *outcome, struct error *error)
{
    struct compile_commands commands;
    if (compile_commands_read(path, &commands, error) != 0) {
        fprintf(stderr, "allocost explain: %s\n", error->text);
        outcome->failed++;
        return 0;
    }
    if (commands.other > 0)
        fprintf(stderr, "allocost explain: %s: %zu files are no C and are passed over\n", path,
                commands.other);
    int code = 0;
    for (size_t i = 0; i < commands.count && code == 0; i++) {
        for (size_t j = 0; j < request->flag_count; j++)
            words_add(&commands.sources[i].flags, request->flags[j]);
        code = explain_source(request, &commands.sources[i], outcome, error);
    }
    compile_commands_free(&commands);
    return code;
}

static int explain_operand(const struct explain_request *request, const char *operand,
                           struct outcome *outcome, struct error *error)
{
    if (access(operand, R_OK) != 0) {
        fprintf(stderr, "allocost explain: %s: %s\n", operand, strerror(errno));
        outcome->failed++;
        return 0;
    }
    if (ends_with(operand, ".json"))
        return explain_commands(request, operand, outcome, error);
    struct source source = {.file = operand};
    compiler_flags(&source.flags, request->flags, request->flag_count, operand);
    const int code = explain_source(request, &source, outcome, error);
    words_free(&source.flags);
    return code;
}

static void print_json(const struct explain_request *request, json_t *sources)
{
    json_t *const document = json_object();
    json_t *const versions = json_object();
    for (int i = 0; i < COMPILERS; i++)
        json_object_set_new(versions, compiler_name((enum compiler_kind)i),
                            json_text(request->compilers[i].version));
    json_object_set_new(document, "schema", json_integer(1));
    json_object_set_new(document, "compilers", versions);
    json_object_set_new(document, "sources", sources);
    json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(document);
}

int explain_sources(const struct explain_request *request)
{
    struct error error = {.text = ""};
    struct outcome outcome = {.sources = request->json ? json_array() : NULL};
    int code = 0;
    for (size_t i = 0; i < request->operand_count && code == 0; i++)
        code = explain_operand(request, request->operands[i], &outcome, &error);
    if (outcome.sources != NULL)
        print_json(request, outcome.sources);
    if (code != 0) {
        if (stop_requested() == 0)
            fprintf(stderr, "allocost explain: %s\n", error.text);
        return EXIT_FAILED;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "allocost explain: cannot write to standard output: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    if (outcome.failed > 0)
        return outcome.done > 0 ? EXIT_INCOMPLETE : EXIT_FAILED;
    return outcome.found ? EXIT_FOUND : EXIT_DONE;
}
