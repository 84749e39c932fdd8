#include "run/trial.h"

#include "data/keyvalue.h"
#include "data/sample.h"
#include "error.h"
#include "run/budget.h"
#include "run/run_directory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Cells of each sort. A round is twice as many processes as there are cells, and a pair to draw
 * from for each of them: more cells are fewer rounds.
 */
enum { CELLS_OF_A_SORT = 6 };

static const char *const baseline_name = "glibc";

/* Whether the cell is one of those that a trial may take. */
static bool is_eligible(const struct plan_cell *cell, bool heap)
{
    if (cell->tier != BENCH_KEY || cell->id.threads != 1 || *cell->skip != '\0')
        return false;
    return heap ? cell->heap && strcmp(cell->code, "calls") == 0 : cell->control && !cell->heap;
}

/* Selects cells that lie evenly over all that are eligible: of different scenarios, where there
 * are. */
static size_t select_some(struct plan *plan, bool heap)
{
    size_t eligible = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        eligible += is_eligible(&plan->cells[i], heap);
    const size_t wanted = eligible < CELLS_OF_A_SORT ? eligible : CELLS_OF_A_SORT;
    size_t seen = 0;
    size_t taken = 0;
    for (size_t i = 0; i < plan->cell_count && taken < wanted; i++) {
        if (!is_eligible(&plan->cells[i], heap))
            continue;
        if (seen++ != (2 * taken + 1) * eligible / (2 * wanted))
            continue;
        plan->cells[i].selected = true;
        taken++;
    }
    return taken;
}

/* The process's own malloc, twice. */
static struct allocators list_twice(void)
{
    struct allocators list = {.items = check_alloc(2, sizeof *list.items), .count = 2};
    list.items[0] = (struct allocator){.name = check_strdup(baseline_name)};
    list.items[1] = (struct allocator){.name = check_format("%s again", baseline_name)};
    return list;
}

static char *make_directory(struct error *error)
{
    const char *const base = getenv("TMPDIR");
    char *const path =
        check_format("%s/allocost-trial-XXXXXX", base != NULL && *base != '\0' ? base : "/tmp");
    if (mkdtemp(path) != NULL)
        return path;
    error_set_errno(error, "cannot make a temporary directory %s", path);
    free(path);
    return NULL;
}

static void remove_directory(char *path)
{
    DIR *const directory = opendir(path);
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char *const file = run_directory_file(path, entry->d_name);
        (void)unlink(file); /* `.` and `..` are none */
        free(file);
    }
    if (directory != NULL)
        closedir(directory);
    (void)rmdir(path);
    free(path);
}

/* The default run of this plan on this machine: its tier by what the start of a process costs, as
 * such a run chooses it, and its rounds by what a sample did cost in the trial. */
static void describe_run(const size_t processes[BUDGET_TIERS], struct trial_result *result)
{
    const struct session_result *const session = &result->session;
    const double time_s = BUDGET_DEFAULT_S - budget_reserve_s(BUDGET_DEFAULT_S);
    const struct budget_fit fit = budget_fit(processes, time_s, session->start_cost_ns, false);
    const double samples = (double)session->rounds * (double)result->cells * 2.0;
    result->run_budget_s = BUDGET_DEFAULT_S;
    result->run_processes = processes[fit.tier];
    result->run_rounds =
        samples > 0.0 ? budget_rounds(processes[fit.tier], time_s, session->rounds_s / samples)
                      : fit.rounds;
}

static int read_result(const char *directory, size_t allocators, struct trial_result *result,
                       struct error *error)
{
    char *const path = run_directory_file(directory, "samples.csv");
    struct samples samples;
    const int loaded = samples_load(path, &samples, error);
    free(path);
    if (loaded != 0)
        return -1;
    const struct resolution_run run = {.rounds = result->run_rounds,
                                       .compared_count = allocators > 1 ? allocators - 1 : 1};
    resolution_find(&samples, baseline_name, result->session.rounds, &run, &result->resolution);
    samples_free(&samples);
    return 0;
}

int trial_run(struct plan *plan, const struct trial_options *options, struct trial_result *result,
              struct error *error)
{
    *result = (struct trial_result){.cells = 0};
    size_t processes[BUDGET_TIERS];
    for (size_t i = 0; i < plan->cell_count; i++)
        plan->cells[i].selected = true;
    budget_count_processes(plan, options->allocators, processes);
    for (size_t i = 0; i < plan->cell_count; i++)
        plan->cells[i].selected = false;
    const size_t heap = select_some(plan, true);
    result->cells = heap + select_some(plan, false);
    if (heap == 0)
        return error_set(error, "no scenario here calls an allocator: build them first");
    char *const directory = make_directory(error);
    if (directory == NULL)
        return -1;
    struct allocators allocators = list_twice();
    struct keyvalues facts = {.rows = NULL};
    const struct session_options session = {
        .directory = directory,
        .count_library = options->count_library,
        .baseline = baseline_name,
        .budget_s = options->time_s,
        .all = true,
        .seed = 1,
        .cpus = options->cpus,
        .cpu_count = options->cpu_count,
    };
    int status = session_run(plan, &allocators, &session, &facts, &result->session, error);
    if (status == 0 && result->session.stop_signal == 0) {
        describe_run(processes, result);
        status = read_result(directory, options->allocators, result, error);
    }
    keyvalues_free(&facts);
    allocators_free(&allocators);
    remove_directory(directory);
    return status;
}
