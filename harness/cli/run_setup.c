#include "cli/run_setup.h"

#include "bench.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "error.h"
#include "facts.h"
#include "nearest.h"
#include "program_path.h"
#include "run/run_directory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fewer cells of known ratio than this tell too little of the noise: more are added. */
enum { CONTROLS_WANTED = 8 };

/* The allocator to compare with: the one asked for, else glibc where it is in the list, else the
 * first. */
static int choose_baseline(struct run_setup *setup, const char *wanted, struct error *error)
{
    const struct allocators *const allocators = &setup->allocators;
    const char **const names = check_alloc(allocators->count, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < allocators->count; i++)
        if (allocators->items[i].why_not == NULL)
            names[count++] = allocators->items[i].name;
    int result = 0;
    if (count == 0)
        result = error_set(error, "none of the allocators is here: %s; %s",
                           allocators->items[0].why_not, allocators->items[0].remedy);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], wanted != NULL ? wanted : "glibc") == 0)
            setup->baseline = names[i];
    if (result == 0 && setup->baseline == NULL && wanted != NULL) {
        const char *const near = nearest_word(wanted, names, count);
        result = error_set(error, "the baseline '%s' is not among the allocators of this run%s%s%s",
                           wanted, near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                           near != NULL ? "'?" : "");
    } else if (result == 0 && setup->baseline == NULL) {
        setup->baseline = names[0];
    }
    free(names);
    return result;
}

/* A selection without cells of known ratio could not tell a difference from noise. */
static void add_controls(struct plan *plan)
{
    size_t heap = 0;
    size_t controls = 0;
    for (size_t i = 0; i < plan->cell_count; i++) {
        heap += plan->cells[i].selected && plan->cells[i].heap;
        controls += plan->cells[i].selected && plan->cells[i].control;
    }
    if (heap == 0 || controls >= CONTROLS_WANTED)
        return;
    size_t added = 0;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        if (!cell->control || cell->selected || cell->tier != BENCH_KEY)
            continue;
        cell->selected = true;
        added++;
    }
    fprintf(stderr, "%zu control cells are measured too, for the noise floor\n", added);
}

static void name_missing(const struct allocators *allocators)
{
    for (size_t i = 0; i < allocators->count; i++) {
        const struct allocator *const allocator = &allocators->items[i];
        if (allocator->why_not != NULL)
            fprintf(stderr, "without %s: %s; %s\n", allocator->name, allocator->why_not,
                    allocator->remedy);
    }
}

static void add_fact(const char *key, const char *value, void *user)
{
    keyvalues_set(user, key, value);
}

/* The CPUs of threads, in their order. */
static void record_cpus(const struct run_setup *setup, struct keyvalues *facts)
{
    char *text = check_strdup("");
    for (unsigned i = 0; i < setup->cpu_count; i++) {
        char *const longer = check_format("%s%s%d", text, i > 0 ? " " : "", setup->cpus[i]);
        free(text);
        text = longer;
    }
    keyvalues_set(facts, "run.cpus", text);
    free(text);
}

static void collect_facts(struct run_setup *setup, const struct run_wish *wish, const char *command)
{
    struct keyvalues *const facts = &setup->facts;
    facts_collect(add_fact, facts);
    keyvalues_set(facts, "build.gbench", setup->plan.scenarios[0].library_version);
    keyvalues_set(facts, "build.gbench_type", setup->plan.scenarios[0].library_build);
    keyvalues_set(facts, "run.command", command);
    keyvalues_set(facts, "run.version", ALLOCOST_VERSION);
    keyvalues_set(facts, "run.baseline", setup->baseline);
    keyvalues_set(facts, "run.allocators", wish->allocators != NULL ? wish->allocators : "");
    keyvalues_setf(facts, "run.seed", "%" PRIu64, wish->seed);
    given_trace_record(&setup->trace, facts);
    keyvalues_setf(facts, "run.budget_s", "%g", wish->budget_s);
    keyvalues_setf(facts, "run.cpu", "%d", setup->cpu_count > 0 ? setup->cpus[0] : -1);
    record_cpus(setup, facts);
    /* What was set outside and could have steered an allocator; workers do not get it. */
    static const char *const prefixes[] = {"MALLOC_",       "GLIBC_TUNABLES", "MIMALLOC_",
                                           "TCMALLOC_",     "TBB_MALLOC_",    "LD_PRELOAD",
                                           "SCUDO_OPTIONS", "BENCHMARK_"};
    char *cleared = check_strdup("");
    for (char **variable = environ; *variable != NULL; variable++)
        for (size_t i = 0; i < BENCH_COUNT(prefixes); i++)
            if (strncmp(*variable, prefixes[i], strlen(prefixes[i])) == 0) {
                char *const longer =
                    check_format("%s%s%s", cleared, *cleared != '\0' ? " " : "", *variable);
                free(cleared);
                cleared = longer;
            }
    keyvalues_set(facts, "run.environment_cleared", cleared);
    if (*cleared != '\0')
        fprintf(stderr, "not passed on to the measured processes: %s\n", cleared);
    free(cleared);
}

int run_setup_write_facts(const struct run_setup *setup, struct error *error)
{
    char *const path = run_directory_file(setup->directory, "machine.csv");
    const int result = keyvalues_write(&setup->facts, path, error);
    free(path);
    return result;
}

/* Refuses an option that says another thing than the run that goes on. */
static int check_same(const char *option, const char *wanted, const char *had, struct error *error)
{
    if (wanted == NULL || strcmp(wanted, had) == 0)
        return 0;
    return error_set(error, "--resume goes on with the run's own %s, '%s'; leave out %s",
                     option + 2, had, option);
}

/* A run is of one machine and one build: samples of two would be compared with each other. */
static int check_same_machine(const struct keyvalues *earlier, const struct keyvalues *facts,
                              struct error *error)
{
    static const char *const keys[] = {"cpu.model", "build.commit", "build.compiler", "build.flags",
                                       "run.trace_checksum"};
    for (size_t i = 0; i < BENCH_COUNT(keys); i++) {
        const char *const had = keyvalues_get(earlier, keys[i]);
        const char *const has = keyvalues_get(facts, keys[i]);
        if (had != NULL && has != NULL && strcmp(had, has) != 0)
            return error_set(error,
                             "the run to go on with was measured with another %s: '%s', here '%s'; "
                             "start a new one",
                             keys[i], had, has);
    }
    return 0;
}

int run_wish_resume(struct run_wish *wish, struct keyvalues *earlier, struct error *error)
{
    if (run_directory_check(wish->resume, error) != 0)
        return EXIT_FAILED;
    char *const path = run_directory_file(wish->resume, "machine.csv");
    const int result = keyvalues_load(path, earlier, error);
    free(path);
    if (result != 0)
        return EXIT_FAILED;
    const char *const seed = keyvalues_get(earlier, "run.seed");
    const char *const allocators = keyvalues_get(earlier, "run.allocators");
    const char *const baseline = keyvalues_get(earlier, "run.baseline");
    if (seed == NULL || allocators == NULL || baseline == NULL) {
        error_set(error, "%s/machine.csv does not tell seed, allocators and baseline",
                  wish->resume);
        return EXIT_FAILED;
    }
    char asked_seed[24];
    snprintf(asked_seed, sizeof asked_seed, "%" PRIu64, wish->seed);
    if (check_same("--allocators", wish->allocators, allocators, error) != 0 ||
        check_same("--baseline", wish->baseline, baseline, error) != 0 ||
        check_same("--seed", wish->seed != RUN_WISH_SEED ? asked_seed : NULL, seed, error) != 0)
        return EXIT_USAGE;
    const char *const trace = keyvalues_get(earlier, "run.trace");
    if (trace != NULL && *trace != '\0')
        wish->trace = wish->trace != NULL ? wish->trace : trace;
    wish->seed = strtoull(seed, NULL, 10);
    wish->baseline = baseline;
    if (*allocators != '\0')
        wish->allocators = allocators;
    return EXIT_DONE;
}

/* Debian's valgrind is a shell script in front of the program: a preload is not meant for a shell.
 */
static char *find_valgrind(void)
{
    char *const program = program_find("valgrind.bin");
    return program != NULL ? program : program_find("valgrind");
}

int run_setup_open(struct run_setup *setup, const struct run_wish *wish,
                   const struct operands *patterns, const struct keyvalues *earlier,
                   const char *command, struct error *error)
{
    setup->programs = paths_programs(error);
    if (setup->programs == NULL)
        return EXIT_FAILED;
    setup->count_library = paths_count_library(setup->programs, error);
    if (setup->count_library == NULL || plan_discover(setup->programs, &setup->plan, error) != 0)
        return EXIT_FAILED;
    if (plan_select(&setup->plan, patterns->items, patterns->count, error) != 0 ||
        (wish->threads.count > 0 &&
         plan_select_threads(&setup->plan, wish->threads.items, wish->threads.count, error) != 0) ||
        plan_set_trace(&setup->plan, wish->trace != NULL, error) != 0 ||
        allocators_resolve(wish->allocators, &setup->allocators, error) != 0)
        return EXIT_USAGE;
    if (wish->trace != NULL && given_trace_read(wish->trace, &setup->trace, error) != 0)
        return EXIT_FAILED;
    if (wish->instructions)
        setup->valgrind = find_valgrind();
    name_missing(&setup->allocators);
    if (choose_baseline(setup, wish->baseline, error) != 0)
        return wish->baseline != NULL ? EXIT_USAGE : EXIT_FAILED;
    if (wish->cpu >= 0 && !facts_may_use_cpu(wish->cpu)) {
        error_set(error, "--cpu %d: there is no such CPU, or this process may not run on it",
                  wish->cpu);
        return EXIT_USAGE;
    }
    add_controls(&setup->plan);
    setup->cpu_count = facts_order_cpus(wish->cpu, setup->cpus, BENCH_COUNT(setup->cpus));
    setup->directory = wish->resume != NULL ? check_strdup(wish->resume)
                                            : run_directory_make(wish->out, "results", error);
    if (setup->directory == NULL)
        return EXIT_FAILED;
    collect_facts(setup, wish, command);
    if (check_same_machine(earlier, &setup->facts, error) != 0)
        return EXIT_FAILED;
    return run_setup_write_facts(setup, error) == 0 ? EXIT_DONE : EXIT_FAILED;
}

void run_setup_close(struct run_setup *setup)
{
    plan_free(&setup->plan);
    allocators_free(&setup->allocators);
    keyvalues_free(&setup->facts);
    free(setup->programs);
    free(setup->count_library);
    free(setup->valgrind);
    free(setup->directory);
    given_trace_free(&setup->trace);
}
