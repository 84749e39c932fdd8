/* allocost explain: what the compilers made of the suite itself. */
#include "cli/command.h"
#include "cli/explain.h"
#include "cli/paths.h"
#include "cli/results.h"
#include "data/term.h"
#include "data/text.h"
#include "error.h"
#include "explain/json_text.h"
#include "explain/suite.h"
#include "run/progress.h"
#include "run/stop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that printing needs. */
struct view {
    const struct suite *suite;
    const struct suite_build *build;
    const struct compiler *other;
};

/* Puts more text behind an owned one. */
static char *append(char *text, char *more)
{
    char *const longer = check_format("%s%s", text, more);
    free(text);
    free(more);
    return longer;
}

/* A source as from the root of the tree. */
static const char *shown_file(const struct view *view, const char *file)
{
    const size_t length = strlen(view->build->root);
    if (file != NULL && length > 0 && strncmp(file, view->build->root, length) == 0 &&
        file[length] == '/')
        return file + length + 1;
    return file;
}

/* ---- Text ---- */

enum { COLUMNS = 3 + COMPILERS };

/* Whether two cells differ in nothing but value, place and the size of their frames. */
static bool same_code(const struct cell_code *a, const struct cell_code *b)
{
    if (a->present != b->present)
        return false;
    return !a->present || (strcmp(a->declared, b->declared) == 0 &&
                           strcmp(a->calls, b->calls) == 0 && strcmp(a->removed, b->removed) == 0 &&
                           strcmp(a->copies, b->copies) == 0 && a->has_frame == b->has_frame &&
                           a->dynamic == b->dynamic && *a->faults == '\0' && *b->faults == '\0');
}

static bool same_row(const struct suite_cell *a, const struct suite_cell *b)
{
    return strcmp(a->cell->id.variant, b->cell->id.variant) == 0 &&
           *a->cell->skip == *b->cell->skip && same_code(&a->by[0], &b->by[0]) &&
           same_code(&a->by[1], &b->by[1]);
}

static char *frame_text(const struct suite_cell *cells, size_t count, int by)
{
    unsigned long least = cells[0].by[by].frame_bytes, most = least;
    for (size_t i = 1; i < count; i++) {
        const unsigned long bytes = cells[i].by[by].frame_bytes;
        least = bytes < least ? bytes : least;
        most = bytes > most ? bytes : most;
    }
    char *const range =
        least == most ? check_format("%lu", least) : check_format("%lu..%lu", least, most);
    char *const text =
        check_format("; frame %s%s", range, cells[0].by[by].dynamic ? " and more" : "");
    free(range);
    return text;
}

static char *code_text(const struct suite_cell *cells, size_t count, int by)
{
    const struct cell_code *const code = &cells[0].by[by];
    if (!code->present)
        return check_strdup("-");
    char *text = check_strdup(*code->calls != '\0' ? code->calls : "no call");
    if (*code->removed != '\0')
        text = append(text, check_format("; removed %s", code->removed));
    if (*code->copies != '\0')
        text = append(text, check_format("; %s", code->copies));
    if (code->has_frame)
        text = append(text, frame_text(cells, count, by));
    return text;
}

/* A declaration, which may differ by compiler: what one removes, the other may not. */
static char *declared_text(const struct suite_cell *cell)
{
    const char *words[COMPILERS] = {NULL, NULL};
    char *made[COMPILERS] = {NULL, NULL};
    for (int i = 0; i < COMPILERS; i++) {
        const struct cell_code *const code = &cell->by[i];
        if (!code->present)
            continue;
        made[i] = *code->removed != '\0'    ? check_format("elided %s", code->removed)
                  : *code->declared != '\0' ? check_strdup(code->declared)
                                            : check_strdup("nothing");
        words[i] = made[i];
    }
    char *text;
    if (words[0] != NULL && words[1] != NULL && strcmp(words[0], words[1]) != 0)
        text = check_format("gcc %s, clang %s", words[0], words[1]);
    else
        text = check_strdup(words[0] != NULL ? words[0] : words[1] != NULL ? words[1] : "-");
    free(made[0]);
    free(made[1]);
    return text;
}

/* The texts of a row of `count` cells. */
static void make_row(const struct view *view, const struct suite_cell *cells, size_t count,
                     char *row[COLUMNS])
{
    const struct plan_cell *const first = cells[0].cell, *const last = cells[count - 1].cell;
    const struct cell_code *const placed =
        cells[0].by[0].file != NULL ? &cells[0].by[0] : &cells[0].by[1];
    row[0] = placed->file != NULL
                 ? check_format("%s:%u", shown_file(view, placed->file), placed->line)
                 : check_strdup("");
    row[1] = check_strdup(first->id.variant);
    if (*first->id.value != '\0')
        row[1] =
            append(row[1], count == 1 ? check_format("/%s:%s", first->id.param, first->id.value)
                                      : check_format("/%s:%s..%s", first->id.param, first->id.value,
                                                     last->id.value));
    row[2] =
        *first->skip != '\0' ? check_format("skipped: %s", first->skip) : declared_text(&cells[0]);
    for (int i = 0; i < COMPILERS; i++)
        row[3 + i] = code_text(cells, count, i);
}

/* How the column of a compiler is called. */
static char *column_name(const struct view *view, enum compiler_kind kind)
{
    const bool built = view->build->built_by == kind;
    const char *const version = built ? view->build->version : view->other->version;
    if (!built && view->other->path == NULL)
        return check_format("%s is not installed", compiler_name(kind));
    return check_format("%s %s%s", compiler_name(kind), version, built ? ", as measured" : "");
}

static void print_scenario(const struct view *view, const struct suite_scenario *scenario,
                           const struct term *term)
{
    char *(*const rows)[COLUMNS] = check_alloc(scenario->count + 1, sizeof *rows);
    size_t row_count = 0;
    char **const head = rows[row_count++];
    head[0] = check_strdup("where");
    head[1] = check_strdup("cell");
    head[2] = check_strdup("declares");
    for (int i = 0; i < COMPILERS; i++)
        head[3 + i] = column_name(view, (enum compiler_kind)i);
    for (size_t i = 0, next; i < scenario->count; i = next) {
        next = i + 1;
        while (next < scenario->count && same_row(&scenario->cells[i], &scenario->cells[next]))
            next++;
        make_row(view, &scenario->cells[i], next - i, rows[row_count++]);
    }
    int widths[COLUMNS] = {0};
    for (size_t i = 0; i < row_count; i++)
        for (int j = 0; j < COLUMNS; j++)
            if (term_columns(term, rows[i][j]) > widths[j])
                widths[j] = term_columns(term, rows[i][j]);
    printf("%s: %s\n", scenario->scenario->name, scenario->scenario->question);
    for (size_t i = 0; i < row_count; i++) {
        fputs("  ", stdout);
        for (int j = 0; j < COLUMNS - 1; j++) {
            term_put(term, i == 0 ? TERM_DIM : TERM_PLAIN, rows[i][j], widths[j]);
            fputs("  ", stdout);
        }
        term_say(term, i == 0 ? TERM_DIM : TERM_PLAIN, rows[i][COLUMNS - 1]);
        putchar('\n');
        for (int j = 0; j < COLUMNS; j++)
            free(rows[i][j]);
    }
    putchar('\n');
    free(rows);
}

/* ---- JSON ---- */

static json_t *code_json(const struct cell_code *code)
{
    json_t *const object = json_object();
    json_object_set_new(object, "declared", json_text(code->declared));
    json_object_set_new(object, "calls", json_text(code->calls));
    json_object_set_new(object, "removed", json_text(code->removed));
    json_object_set_new(object, "copies", json_text(code->copies));
    json_object_set_new(object, "frame_bytes",
                        code->has_frame ? json_integer((json_int_t)code->frame_bytes)
                                        : json_null());
    json_object_set_new(object, "dynamic", json_boolean(code->dynamic));
    json_object_set_new(object, "faults", json_text(code->faults));
    return object;
}

static json_t *scenario_json(const struct view *view, const struct suite_scenario *scenario)
{
    json_t *const cells = json_array();
    for (size_t i = 0; i < scenario->count; i++) {
        const struct suite_cell *const cell = &scenario->cells[i];
        const struct cell_code *const placed =
            cell->by[0].file != NULL ? &cell->by[0] : &cell->by[1];
        json_t *const object = json_object();
        json_object_set_new(object, "variant", json_text(cell->cell->id.variant));
        json_object_set_new(object, "value", json_text(cell->cell->id.value));
        json_object_set_new(object, "file", json_text(shown_file(view, placed->file)));
        json_object_set_new(object, "line",
                            placed->file != NULL ? json_integer(placed->line) : json_null());
        for (int j = 0; j < COMPILERS; j++)
            if (cell->by[j].present)
                json_object_set_new(object, compiler_name((enum compiler_kind)j),
                                    code_json(&cell->by[j]));
        json_array_append_new(cells, object);
    }
    json_t *const object = json_object();
    json_object_set_new(object, "name", json_text(scenario->scenario->name));
    json_object_set_new(object, "cells", cells);
    return object;
}

static void print_json(const struct view *view)
{
    json_t *const document = json_object();
    json_t *const versions = json_object();
    json_t *const scenarios = json_array();
    json_object_set_new(versions, compiler_name(view->build->built_by),
                        json_text(view->build->version));
    json_object_set_new(versions, compiler_name(view->other->kind),
                        json_text(view->other->version));
    for (size_t i = 0; i < view->suite->count; i++)
        json_array_append_new(scenarios, scenario_json(view, &view->suite->scenarios[i]));
    json_object_set_new(document, "schema", json_integer(1));
    json_object_set_new(document, "compilers", versions);
    json_object_set_new(document, "scenarios", scenarios);
    json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(document);
}

/* ---- The command ---- */

/* Says what is wrong on stderr. Returns whether anything is. */
static bool tell_faults(const struct suite *suite, const struct compiler *other)
{
    const struct term term = term_open(stderr, false);
    bool wrong = false;
    for (size_t i = 0; i < suite->count; i++) {
        const struct suite_scenario *const scenario = &suite->scenarios[i];
        if (scenario->why_not != NULL) {
            char *const said = check_format("allocost explain: %s does not compile %s: %s",
                                            compiler_name(other->kind), scenario->scenario->name,
                                            scenario->why_not);
            term_say(&term, TERM_PLAIN, said);
            fputc('\n', stderr);
            free(said);
            wrong = true;
        }
        for (size_t j = 0; j < scenario->count; j++)
            for (int k = 0; k < COMPILERS; k++) {
                const struct cell_code *const code = &scenario->cells[j].by[k];
                if (!code->present || *code->faults == '\0')
                    continue;
                fprintf(stderr, "allocost explain: by %s, %s\n",
                        compiler_name((enum compiler_kind)k), code->faults);
                wrong = true;
            }
    }
    return wrong;
}

static int explain_plan(const struct explain_request *request, const struct plan *plan,
                        const struct suite_build *build, struct text_pool *pool,
                        struct error *error)
{
    char *const scratch = tool_directory_make(error);
    if (scratch == NULL)
        return EXIT_FAILED;
    const struct compiler *const other =
        &request->compilers[build->built_by == COMPILER_GCC ? COMPILER_CLANG : COMPILER_GCC];
    struct suite suite;
    struct progress progress;
    progress_start(&progress, 0);
    int code = suite_make(plan, build, other, scratch, pool, &progress, &suite, error) == 0
                   ? EXIT_DONE
                   : EXIT_FAILED;
    progress_end(&progress);
    if (code == EXIT_DONE) {
        const struct view view = {.suite = &suite, .build = build, .other = other};
        const struct term term = term_open(stdout, results_color());
        if (request->json)
            print_json(&view);
        for (size_t i = 0; i < suite.count && !request->json; i++)
            print_scenario(&view, &suite.scenarios[i], &term);
        if (fflush(stdout) != 0 || ferror(stdout)) {
            error_set_errno(error, "cannot write to standard output");
            code = EXIT_FAILED;
        }
        if (tell_faults(&suite, other)) {
            error_set(error, "a declaration is wrong, or a scenario could not be compiled");
            code = EXIT_FAILED;
        }
    }
    suite_free(&suite);
    tool_directory_remove(scratch);
    return code;
}

/* With the plan and the build read. Returns the exit code. */
static int explain_selected(const struct explain_request *request, const char *programs,
                            struct text_pool *pool, struct error *error)
{
    struct suite_build build;
    struct plan plan;
    int code = EXIT_FAILED;
    if (suite_build_read(programs, pool, &build, error) == 0) {
        if (!build.measured)
            error_set(error, "this build has sanitizers or is for debugging: its code is not what "
                             "is measured");
        else if (build.built_by == COMPILERS)
            error_set(error, "this build was made by neither gcc nor clang");
        else if (plan_discover(programs, &plan, error) == 0) {
            code = EXIT_USAGE;
            if (plan_select(&plan, request->operands, request->operand_count, error) == 0)
                code = explain_plan(request, &plan, &build, pool, error);
            plan_free(&plan);
        }
    }
    suite_build_free(&build);
    return code;
}

int explain_suite(const struct explain_request *request)
{
    struct error error = {.text = ""};
    char *const programs = paths_programs(&error);
    struct text_pool *const pool = text_pool_new();
    const int code =
        programs != NULL ? explain_selected(request, programs, pool, &error) : EXIT_FAILED;
    text_pool_free(pool);
    free(programs);
    if (code != EXIT_DONE && stop_requested() == 0)
        fprintf(stderr, "allocost explain: %s\n", error.text);
    return code;
}
