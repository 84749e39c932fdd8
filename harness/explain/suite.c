#include "explain/suite.h"

#include "data/text.h"
#include "error.h"
#include "explain/scan.h"
#include "run/progress.h"
#include "run/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMPILE_LIMIT_S = 300, MANIFEST_LIMIT_S = 60, MANIFEST_FIELDS = 6, NAME_MOST = 512 };

/* What all scenarios are made with. */
struct maker {
    const struct suite_build *build;
    const struct compiler *other;
    const char *scratch;
    struct text_pool *pool;
    size_t parallel;
};

static enum bench_code code_of(const char *word)
{
    return strcmp(word, "calls") == 0    ? BENCH_CALLS_ALLOCATOR
           : strcmp(word, "elided") == 0 ? BENCH_ELIDED
                                         : BENCH_CALLS_NOTHING;
}

/* ---- The measured program ---- */

static int view_measured(const struct maker *maker, struct suite_scenario *scenario,
                         struct error *error)
{
    const enum compiler_kind kind = maker->build->built_by;
    struct gate_cell *const cells = check_alloc(scenario->count, sizeof *cells);
    struct cell_code *const codes = check_alloc(scenario->count, sizeof *codes);
    size_t *const places = check_alloc(scenario->count, sizeof *places);
    size_t count = 0;
    for (size_t i = 0; i < scenario->count; i++) {
        const struct plan_cell *const cell = scenario->cells[i].cell;
        if (cell->run_offset == 0)
            continue;
        char name[NAME_MOST];
        plan_cell_name(cell, name, sizeof name);
        places[count] = i;
        cells[count++] = (struct gate_cell){.where = text_intern(maker->pool, name),
                                            .run_offset = cell->run_offset,
                                            .code = code_of(cell->code),
                                            .calls = cell->calls};
    }
    const int code = code_view_read(scenario->scenario->program, cells, count, maker->parallel,
                                    maker->pool, codes, error);
    for (size_t i = 0; i < count && code == 0; i++)
        scenario->cells[places[i]].by[kind] = codes[i];
    free(places);
    free(codes);
    free(cells);
    return code;
}

/* ---- The other compiler's program ---- */

static const struct suite_sources *find_sources(const struct suite_build *build, const char *name)
{
    for (size_t i = 0; i < build->scenario_count; i++)
        if (strcmp(build->scenarios[i].name, name) == 0)
            return &build->scenarios[i];
    return NULL;
}

/* Where a scenario's program of the other compiler is. Owned. */
static char *other_program(const struct maker *maker, const struct suite_scenario *scenario)
{
    return check_format("%s/%s", maker->scratch, scenario->scenario->name);
}

/* Compiles all scenarios. What fails has a why_not. */
static int compile_all(const struct maker *maker, struct suite *suite, struct error *error)
{
    struct words *const commands = check_alloc(suite->count, sizeof *commands);
    struct tool_result *const results = check_alloc(suite->count, sizeof *results);
    for (size_t i = 0; i < suite->count; i++) {
        const struct suite_sources *const sources =
            find_sources(maker->build, suite->scenarios[i].scenario->name);
        char *const program = other_program(maker, &suite->scenarios[i]);
        words_add(&commands[i], maker->other->path);
        words_add_all(&commands[i], &maker->build->arguments);
        if (sources != NULL)
            words_add_all(&commands[i], &sources->files);
        words_add_all(&commands[i], &maker->build->link);
        words_add(&commands[i], "-o");
        words_add(&commands[i], program);
        free(program);
    }
    int code = tool_run_all(commands, suite->count, NULL, maker->parallel, COMPILE_LIMIT_S, results,
                            error);
    if (code == 0 && stop_requested() != 0)
        code = error_set(error, "stopped");
    for (size_t i = 0; i < suite->count; i++) {
        if (code == 0 && results[i].exit_code != 0)
            suite->scenarios[i].why_not = check_strdup(results[i].said);
        tool_result_free(&results[i]);
        words_free(&commands[i]);
    }
    free(results);
    free(commands);
    return code;
}

/* Splits at tabs. Returns how many fields there are. */
static size_t split(char *line, char *fields[MANIFEST_FIELDS])
{
    size_t count = 0;
    for (char *rest = line; count < MANIFEST_FIELDS && rest != NULL;)
        fields[count++] = strsep(&rest, "\t");
    return count;
}

/* The selected cell that a line of a manifest tells of; the number of cells when there is none. */
static size_t find_cell(const struct suite_scenario *scenario, const char *variant,
                        const char *value)
{
    size_t i = 0;
    for (; i < scenario->count; i++) {
        const struct cell *const id = &scenario->cells[i].cell->id;
        char own[NAME_MOST] = "";
        if (*id->value != '\0')
            snprintf(own, sizeof own, "%s:%s", id->param, id->value);
        if (strcmp(id->variant, variant) == 0 && strcmp(own, value) == 0)
            break;
    }
    return i;
}

static int view_manifest(const struct maker *maker, struct suite_scenario *scenario,
                         const char *program, const char *manifest, struct error *error)
{
    struct gate_cell *const cells = check_alloc(scenario->count, sizeof *cells);
    struct cell_code *const codes = check_alloc(scenario->count, sizeof *codes);
    size_t *const places = check_alloc(scenario->count, sizeof *places);
    size_t count = 0;
    for (char *line; (line = scan_line(&manifest)) != NULL; free(line)) {
        char *fields[MANIFEST_FIELDS];
        if (split(line, fields) != MANIFEST_FIELDS || strcmp(fields[0], "cell") != 0)
            continue;
        const size_t place = find_cell(scenario, fields[1], fields[2]);
        if (place == scenario->count || count == scenario->count)
            continue;
        char name[NAME_MOST];
        plan_cell_name(scenario->cells[place].cell, name, sizeof name);
        places[count] = place;
        cells[count++] = (struct gate_cell){.where = text_intern(maker->pool, name),
                                            .run_offset = strtoull(fields[3], NULL, 16),
                                            .code = (enum bench_code)atoi(fields[4]),
                                            .calls = text_intern(maker->pool, fields[5])};
    }
    int code = 0;
    if (count > 0)
        code = code_view_read(program, cells, count, maker->parallel, maker->pool, codes, error);
    for (size_t i = 0; i < count && code == 0; i++)
        scenario->cells[places[i]].by[maker->other->kind] = codes[i];
    free(places);
    free(codes);
    free(cells);
    return code;
}

static int view_other(const struct maker *maker, struct suite_scenario *scenario,
                      struct error *error)
{
    char *const program = other_program(maker, scenario);
    struct words words = {.items = NULL};
    words_add(&words, program);
    struct tool_result result;
    int code = tool_run(&words, NULL, MANIFEST_LIMIT_S, &result, error);
    if (code == 0) {
        if (result.exit_code != 0)
            code = error_set(error, "%s: its program ends with %d", scenario->scenario->name,
                             result.exit_code);
        else
            code = view_manifest(maker, scenario, program, result.output, error);
        tool_result_free(&result);
    }
    words_free(&words);
    free(program);
    return code;
}

/* ---- All ---- */

static void select_cells(const struct plan *plan, struct suite *suite)
{
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct plan_cell *const cell = &plan->cells[i];
        const struct plan_scenario *const scenario = &plan->scenarios[cell->scenario];
        if (!cell->selected)
            continue;
        if (suite->count == 0 || suite->scenarios[suite->count - 1].scenario != scenario) {
            suite->scenarios =
                check_realloc(suite->scenarios, suite->count + 1, sizeof *suite->scenarios);
            suite->scenarios[suite->count++] = (struct suite_scenario){.scenario = scenario};
        }
        struct suite_scenario *const last = &suite->scenarios[suite->count - 1];
        last->cells = check_realloc(last->cells, last->count + 1, sizeof *last->cells);
        last->cells[last->count++] = (struct suite_cell){.cell = cell};
    }
}

int suite_make(const struct plan *plan, const struct suite_build *build,
               const struct compiler *other, const char *scratch, struct text_pool *pool,
               struct progress *progress, struct suite *suite, struct error *error)
{
    CHECK(build->built_by != COMPILERS);
    *suite = (struct suite){.scenarios = NULL};
    select_cells(plan, suite);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const struct maker maker = {.build = build,
                                .other = other,
                                .scratch = scratch,
                                .pool = pool,
                                .parallel = processors > 1 ? (size_t)processors : 1};
    int code = 0;
    if (other->path != NULL) {
        progress_step(progress, "compiling", 0, suite->count, compiler_name(other->kind));
        code = compile_all(&maker, suite, error);
    }
    for (size_t i = 0; i < suite->count && code == 0; i++) {
        struct suite_scenario *const scenario = &suite->scenarios[i];
        progress_step(progress, "looking into", i, suite->count, scenario->scenario->name);
        code = view_measured(&maker, scenario, error);
        if (code == 0 && other->path != NULL && scenario->why_not == NULL)
            code = view_other(&maker, scenario, error);
    }
    return code;
}

void suite_free(struct suite *suite)
{
    for (size_t i = 0; i < suite->count; i++) {
        free(suite->scenarios[i].cells);
        free(suite->scenarios[i].why_not);
    }
    free(suite->scenarios);
    *suite = (struct suite){.scenarios = NULL};
}
