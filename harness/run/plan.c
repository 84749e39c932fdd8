#include "run/plan.h"

#include "error.h"
#include "nearest.h"
#include "run/child.h"

#include <glob.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A program answers `describe` in milliseconds; this is for a machine that is swapping. */
static const uint64_t describe_limit_ns = UINT64_C(20000000000);

enum {
    THREADS_MOST = 65536,
    PROCESS_MS = 33 /* about what one takes that observes nothing */
};

/* What the lines of one program are added to. */
struct discovery {
    struct plan *plan;
    size_t cell_room;
    bool valid;
};

static void add_scenario(struct discovery *discovery, char *const fields[])
{
    struct plan *const plan = discovery->plan;
    struct plan_scenario *const scenario = &plan->scenarios[plan->scenario_count - 1];
    scenario->name = check_strdup(fields[1]);
    scenario->question = check_strdup(fields[2]);
    scenario->touch = check_strdup(fields[3]);
    scenario->param = check_strdup(fields[4]);
}

/* The number of threads in a field, or 0 when it is none. */
static unsigned read_threads(const char *field)
{
    char *end;
    const unsigned long threads = strtoul(field, &end, 10);
    return end != field && *end == '\0' && threads <= THREADS_MOST ? (unsigned)threads : 0;
}

static void add_cell(struct discovery *discovery, char *const fields[])
{
    struct plan *const plan = discovery->plan;
    const struct plan_scenario *const scenario = &plan->scenarios[plan->scenario_count - 1];
    if (plan->cell_count == discovery->cell_room) {
        discovery->cell_room = discovery->cell_room * 2 + 64;
        plan->cells = check_realloc(plan->cells, discovery->cell_room, sizeof *plan->cells);
    }
    struct plan_cell *const cell = &plan->cells[plan->cell_count++];
    const bool swept = *fields[2] != '\0';
    *cell = (struct plan_cell){
        .scenario = plan->scenario_count - 1,
        .id = {.scenario = scenario->name,
               .variant = check_strdup(fields[1]),
               .storage = check_strdup(fields[3]),
               .param = swept ? scenario->param : "",
               .value = check_strdup(fields[2]),
               .threads = read_threads(fields[12]),
               .allocator = ""},
        .tier = (enum bench_tier)(fields[4][0] - '0'),
        .heap = strcmp(fields[3], "heap") == 0,
        .control = strcmp(fields[5], "1") == 0,
        .never_threaded = strcmp(fields[6], "1") == 0,
        .work = check_strdup(fields[7]),
        .code = check_strdup(fields[8]),
        .calls = check_strdup(fields[9]),
        .run_offset = strtoull(fields[10], NULL, 16),
        .skip = check_strdup(fields[11]),
        .observe_ms = strtoull(fields[13], NULL, 10),
        .traced = strcmp(fields[14], "1") == 0,
    };
}

/* Whether the field is the number of a tier, which has one digit. */
static bool is_tier(const char *field)
{
    return field[0] >= '0' + BENCH_KEY && field[0] <= '0' + BENCH_EXTENDED && field[1] == '\0';
}

static void take_description(char *const fields[], size_t count, void *user)
{
    struct discovery *const discovery = user;
    struct plan *const plan = discovery->plan;
    struct plan_scenario *const scenario = &plan->scenarios[plan->scenario_count - 1];
    if (strcmp(fields[0], "scenario") == 0 && count == 5 && scenario->name == NULL)
        add_scenario(discovery, fields);
    else if (strcmp(fields[0], "library") == 0 && count == 3 && scenario->library_version == NULL) {
        scenario->library_version = check_strdup(fields[1]);
        scenario->library_build = check_strdup(fields[2]);
    } else if (strcmp(fields[0], "cell") == 0 && count == 15 && scenario->name != NULL &&
               is_tier(fields[4]) && read_threads(fields[12]) > 0)
        add_cell(discovery, fields);
    else
        discovery->valid = false;
}

static int describe_program(const char *path, struct discovery *discovery, struct error *error)
{
    struct plan *const plan = discovery->plan;
    plan->scenarios =
        check_realloc(plan->scenarios, plan->scenario_count + 1, sizeof *plan->scenarios);
    plan->scenarios[plan->scenario_count++] = (struct plan_scenario){.program = check_strdup(path)};
    static const char *const arguments[] = {"describe", NULL};
    const struct child_request request = {
        .program = path, .arguments = arguments, .limit_ns = describe_limit_ns};
    struct child_result result;
    discovery->valid = true;
    if (child_run(&request, take_description, discovery, &result, error) != 0)
        return -1;
    if (plan->start_ns == 0 || result.elapsed_ns < plan->start_ns)
        plan->start_ns = result.elapsed_ns;
    const struct plan_scenario *const scenario = &plan->scenarios[plan->scenario_count - 1];
    if (!result.done)
        return error_set(error, "%s: %s", path, result.reason);
    if (!discovery->valid || scenario->name == NULL || scenario->library_version == NULL)
        return error_set(error, "%s: its description cannot be understood; build it again", path);
    return 0;
}

int plan_discover(const char *directory, struct plan *plan, struct error *error)
{
    *plan = (struct plan){.scenarios = NULL};
    struct discovery discovery = {.plan = plan};
    char *const pattern = check_format("%s/bench_*", directory);
    glob_t found;
    const int result = glob(pattern, GLOB_NOESCAPE, NULL, &found);
    free(pattern);
    if (result != 0)
        return error_set(error, "no bench_* programs in %s: build them first", directory);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *const path = found.gl_pathv[i];
        const char *const name = strrchr(path, '/') + 1;
        if (strchr(name, '.') != NULL || access(path, X_OK) != 0)
            continue;
        if (describe_program(path, &discovery, error) != 0) {
            globfree(&found);
            plan_free(plan);
            return -1;
        }
    }
    globfree(&found);
    for (size_t i = 0; i < plan->cell_count; i++)
        plan->cells[i].selected = true;
    return 0;
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        free((char *)(uintptr_t)cell->id.variant);
        free((char *)(uintptr_t)cell->id.storage);
        free((char *)(uintptr_t)cell->id.value);
        free(cell->work);
        free(cell->code);
        free(cell->calls);
        free(cell->skip);
        free(cell->failure);
    }
    free(plan->cells);
    for (size_t i = 0; i < plan->scenario_count; i++) {
        struct plan_scenario *const scenario = &plan->scenarios[i];
        free(scenario->program);
        free(scenario->name);
        free(scenario->question);
        free(scenario->touch);
        free(scenario->param);
        free(scenario->library_version);
        free(scenario->library_build);
    }
    free(plan->scenarios);
    *plan = (struct plan){.scenarios = NULL};
}

static void write_name(const struct plan_cell *cell, const char *variant, char *name, size_t room)
{
    const bool swept = *cell->id.value != '\0';
    char threads[32] = "";
    if (cell->id.threads > 1)
        snprintf(threads, sizeof threads, "/threads:%u", cell->id.threads);
    snprintf(name, room, "%s/%s%s%s%s%s%s", cell->id.scenario, variant, swept ? "/" : "",
             swept ? cell->id.param : "", swept ? ":" : "", cell->id.value, threads);
}

void plan_cell_name(const struct plan_cell *cell, char *name, size_t room)
{
    write_name(cell, cell->id.variant, name, room);
}

/* The part of a pattern that is meant as a scenario: up to the first slash. */
static int explain_no_match(const struct plan *plan, const char *pattern, struct error *error)
{
    const char **const names = check_alloc(plan->scenario_count, sizeof *names);
    for (size_t i = 0; i < plan->scenario_count; i++)
        names[i] = plan->scenarios[i].name;
    char *const scenario = check_strdup(pattern);
    scenario[strcspn(scenario, "/")] = '\0';
    const char *const near = nearest_word(scenario, names, plan->scenario_count);
    if (near != NULL && strcmp(near, scenario) != 0)
        error_set(error, "no cell matches '%s'; did you mean '%s'?", pattern, near);
    else
        error_set(error, "no cell matches '%s'; `allocost list` shows them all", pattern);
    free(scenario);
    free(names);
    return -1;
}

static int select_matching(struct plan *plan, const char *pattern, struct error *error)
{
    regex_t regex;
    const int broken = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (broken != 0) {
        char why[128];
        regerror(broken, &regex, why, sizeof why);
        return error_set(error, "'%s' is no regular expression: %s", pattern, why);
    }
    bool matched = false;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        char by_variant[256];
        char by_storage[256];
        write_name(cell, cell->id.variant, by_variant, sizeof by_variant);
        write_name(cell, cell->id.storage, by_storage, sizeof by_storage);
        if (regexec(&regex, by_variant, 0, NULL, 0) == 0 ||
            regexec(&regex, by_storage, 0, NULL, 0) == 0)
            matched = cell->selected = true;
    }
    regfree(&regex);
    return matched ? 0 : explain_no_match(plan, pattern, error);
}

int plan_select(struct plan *plan, const char *const *patterns, size_t count, struct error *error)
{
    for (size_t i = 0; i < plan->cell_count; i++)
        plan->cells[i].selected = count == 0;
    for (size_t i = 0; i < count; i++)
        if (select_matching(plan, patterns[i], error) != 0)
            return -1;
    return 0;
}

int plan_select_threads(struct plan *plan, const unsigned *threads, size_t count,
                        struct error *error)
{
    for (size_t t = 0; t < count; t++) {
        bool found = false;
        for (size_t i = 0; i < plan->cell_count && !found; i++)
            found = plan->cells[i].selected && plan->cells[i].id.threads == threads[t];
        if (!found)
            return error_set(error,
                             "none of the selected cells is one of %u threads here; "
                             "`allocost list` shows which there are",
                             threads[t]);
    }
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        bool wanted = false;
        for (size_t t = 0; t < count; t++)
            wanted = wanted || cell->id.threads == threads[t];
        cell->selected = cell->selected && wanted;
    }
    return 0;
}

int plan_set_trace(struct plan *plan, bool given, struct error *error)
{
    bool any = false;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        if (cell->traced && given)
            cell->tier = BENCH_KEY;
        else if (cell->traced)
            cell->selected = false;
        any = any || cell->selected;
    }
    return any ? 0 : error_set(error, "these cells need a trace: give it with --trace FILE");
}

size_t plan_selected(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        count += plan->cells[i].selected;
    return count;
}

size_t plan_cell_runs(const struct plan_cell *cell, size_t allocators)
{
    return cell->heap || cell->control ? allocators : 1;
}

size_t plan_round_processes(const struct plan *plan, enum bench_tier tier, size_t allocators)
{
    size_t processes = 0;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct plan_cell *const cell = &plan->cells[i];
        if (cell->selected && cell->tier <= tier && *cell->skip == '\0' && cell->failure == NULL)
            processes += plan_cell_runs(cell, allocators) * (1 + cell->observe_ms / PROCESS_MS);
    }
    return processes;
}

const char *plan_tier_name(enum bench_tier tier)
{
    static const char *const names[] = {"key", "default", "extended"};
    CHECK((size_t)tier < BENCH_COUNT(names));
    return names[tier];
}
