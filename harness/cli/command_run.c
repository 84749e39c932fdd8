/* allocost run: measures, summarizes, draws and prints. */
#include "allocators.h"
#include "cli/command.h"
#include "cli/given_trace.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/results.h"
#include "data/keyvalue.h"
#include "data/summary.h"
#include "error.h"
#include "facts.h"
#include "nearest.h"
#include "program_path.h"
#include "run/budget.h"
#include "run/plan.h"
#include "run/run_directory.h"
#include "run/session.h"
#include "run/stop.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Fewer cells of known ratio than this tell too little of the noise: more are added. */
enum { CONTROLS_WANTED = 8 };

static const uint64_t default_seed = 1;

/* What the user asked for. */
struct wish {
    const char *allocators;
    const char *baseline;
    double budget_s;
    unsigned rounds;
    double precision;
    struct option_counts threads;
    uint64_t seed;
    const char *trace;
    const char *out;
    const char *resume;
    int cpu;
    bool all;
    bool instructions;
    bool no_figures;
};

/* What a run works with; each is given back by close_setup. */
struct setup {
    char *programs;
    char *count_library;
    char *valgrind; /* NULL: there is none, or it was not looked for */
    struct plan plan;
    struct allocators allocators;
    struct keyvalues facts;
    char *directory;
    struct given_trace trace;
    const char *baseline;
    int cpus[CPU_SETSIZE]; /* that workers may be pinned to, the best first */
    unsigned cpu_count;
};

static void close_setup(struct setup *setup)
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

/* The allocator to compare with: the one asked for, else glibc where it is in the list, else the
 * first. */
static int choose_baseline(struct setup *setup, const char *wanted, struct error *error)
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
static void record_cpus(const struct setup *setup, struct keyvalues *facts)
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

static void collect_facts(struct setup *setup, const struct wish *wish, char *command)
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

static int write_facts(const struct setup *setup, struct error *error)
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

/* Takes from the run that goes on what must not change: its seed, allocators and baseline. Returns
 * an exit code. */
static int load_earlier(struct wish *wish, struct keyvalues *earlier, struct error *error)
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
        check_same("--seed", wish->seed != default_seed ? asked_seed : NULL, seed, error) != 0)
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

static void record_result(struct keyvalues *facts, const struct session_result *result)
{
    keyvalues_setf(facts, "run.rounds", "%u", result->rounds);
    keyvalues_setf(facts, "run.samples", "%zu", result->samples);
    keyvalues_setf(facts, "run.samples_noisy", "%zu", result->noisy);
    keyvalues_setf(facts, "run.cells_failed", "%zu", result->failed);
    keyvalues_set(facts, "run.ended", result->ended);
    keyvalues_setf(facts, "run.stopped_by", "%s",
                   result->stop_signal != 0 ? sigabbrev_np(result->stop_signal) : "");
    keyvalues_setf(facts, "run.wall_s", "%.1f", result->wall_s);
    keyvalues_setf(facts, "run.worker_s", "%.1f", result->worker_s);
}

/* Whether the time was over before the first sample. */
static bool ran_out(const struct session_result *result)
{
    return result->stop_signal == 0 && result->samples + result->noisy == 0 &&
           strcmp(result->ended, "budget") == 0;
}

/* The run itself, once everything the user said is known to be right. */
static int measure(struct setup *setup, const struct wish *wish, struct error *error)
{
    const bool timed = wish->budget_s > 0.0;
    const struct session_options options = {
        .directory = setup->directory,
        .count_library = setup->count_library,
        .baseline = setup->baseline,
        .budget_s = wish->budget_s,
        .reserve_s = timed ? budget_reserve_s(wish->budget_s) : 0.0,
        .rounds = wish->rounds,
        .precision = wish->precision,
        .all = wish->all,
        .resume = wish->resume != NULL,
        .instructions = wish->instructions,
        .valgrind = setup->valgrind,
        .seed = wish->seed,
        .trace = setup->trace.path,
        .trace_events = setup->trace.totals.events,
        .cpus = setup->cpus,
        .cpu_count = setup->cpu_count,
    };
    struct session_result result;
    const int status =
        session_run(&setup->plan, &setup->allocators, &options, &setup->facts, &result, error);
    if (status != 0)
        result.ended = "error";
    record_result(&setup->facts, &result);
    struct error later = {.text = ""};
    if (write_facts(setup, &later) != 0 && status == 0) {
        *error = later;
        return EXIT_FAILED;
    }
    struct summary summary = {.rows = NULL};
    int code = status == 0 ? EXIT_DONE : EXIT_FAILED;
    if (results_summarize(setup->directory, &summary, &later) != 0) {
        if (status == 0)
            *error = later;
        return EXIT_FAILED;
    }
    if (code == EXIT_DONE && ran_out(&result)) {
        error_set(error,
                  "the budget of %g s was over before anything was measured; give it more, "
                  "or measure fewer cells or allocators",
                  wish->budget_s);
        code = EXIT_FAILED;
    }
    if (code == EXIT_DONE)
        code = results_claims(setup->directory, &summary);
    if (code != EXIT_FAILED && result.stop_signal == 0 && !wish->no_figures) {
        const int drawn = results_plot(setup->directory);
        code = drawn != EXIT_DONE ? drawn : code;
    }
    if (code != EXIT_FAILED && results_print(setup->directory, &summary, error) != 0)
        code = EXIT_FAILED;
    summary_free(&summary);
    if (result.stop_signal != 0)
        fprintf(stderr, "stopped early by SIG%s after %u whole rounds; --resume %s goes on\n",
                sigabbrev_np(result.stop_signal), result.rounds, setup->directory);
    fprintf(stderr, "the run is in %s\n", setup->directory);
    if (result.uncounted > 0)
        fprintf(stderr, "%zu cells times allocators have no instructions\n", result.uncounted);
    if (code == EXIT_DONE && result.failed + result.uncounted > 0)
        code = EXIT_INCOMPLETE;
    return result.stop_signal != 0 && code != EXIT_FAILED ? 128 + result.stop_signal : code;
}

/* Debian's valgrind is a shell script in front of the program: a preload is not meant for a shell.
 */
static char *find_valgrind(void)
{
    char *const program = program_find("valgrind.bin");
    return program != NULL ? program : program_find("valgrind");
}

/* Finds out what there is, and makes the directory. `earlier` is empty but for a run that goes on.
 * Returns an exit code. */
static int prepare(struct setup *setup, struct wish *wish, const struct operands *patterns,
                   const struct keyvalues *earlier, char *command, struct error *error)
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
    return write_facts(setup, error) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static char *join_arguments(int argc, char **argv)
{
    char *text = check_strdup("allocost run");
    for (int i = 0; i < argc; i++) {
        char *const longer = check_format("%s %s", text, argv[i]);
        free(text);
        text = longer;
    }
    return text;
}

static void print_help(const struct option_spec *specs, size_t count)
{
    puts("allocost run [PATTERN...]\n\n"
         "Measures every cell whose name one of the patterns (extended regular expressions)\n"
         "matches, writes a run directory, draws its figures and prints its table. A name is\n"
         "scenario/variant/param:value, with /threads:N behind it for more than one thread; a\n"
         "storage may stand in the variant's place.\n");
    options_print(specs, count);
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands patterns;
    struct wish wish = {.budget_s = 0.0, .seed = default_seed, .cpu = -1};
    const struct option_spec specs[] = {
        {"allocators", OPTION_TEXT, &wish.allocators, "LIST",
         "NAME, NAME=PATH, either with {VARIABLE=VALUE;...} behind it; all that are found"},
        {"baseline", OPTION_TEXT, &wish.baseline, "NAME", "what the others are compared to; glibc"},
        {"budget", OPTION_DURATION, &wish.budget_s, "TIME",
         "for everything; 5m, none with --rounds"},
        {"rounds", OPTION_COUNT, &wish.rounds, "N",
         "stop after so many; as many as the budget holds"},
        {"precision", OPTION_PERCENT, &wish.precision, "SHARE",
         "stop when every interval is within this; never"},
        {"threads", OPTION_COUNTS, &wish.threads, "LIST",
         "cells of these numbers of threads only, such as 1,2,4; all"},
        {"all", OPTION_FLAG, &wish.all, NULL, "cells of every tier, whatever the budget"},
        {"instructions", OPTION_FLAG, &wish.instructions, NULL,
         "count them too, by valgrind; 1.5 s a cell beside the budget"},
        {"seed", OPTION_SEED, &wish.seed, "N", "of every random choice; 1"},
        {"trace", OPTION_TEXT, &wish.trace, "FILE",
         "what `allocost record` wrote, to be done under every allocator; none"},
        {"cpu", OPTION_INDEX, &wish.cpu, "N",
         "pin the measured processes to it, more threads also to others; chosen"},
        {"out", OPTION_TEXT, &wish.out, "DIR", "the run directory; results/<UTC time>-<host>"},
        {"resume", OPTION_TEXT, &wish.resume, "DIR", "go on with the run in it"},
        {"no-figures", OPTION_FLAG, &wish.no_figures, NULL, "draw none"},
    };
    const int parsed = options_parse(argc, argv, specs, BENCH_COUNT(specs), &patterns, &error);
    if (parsed == 1)
        print_help(specs, BENCH_COUNT(specs));
    if (parsed != 0) {
        free(patterns.items);
        if (parsed < 0)
            fprintf(stderr, "allocost run: %s\n", error.text);
        return parsed == 1 ? EXIT_DONE : EXIT_USAGE;
    }
    if (wish.budget_s <= 0.0 && wish.rounds == 0)
        wish.budget_s = BUDGET_DEFAULT_S;
    stop_install();
    struct setup setup = {.programs = NULL};
    struct keyvalues earlier = {.rows = NULL};
    char *const command = join_arguments(argc, argv);
    int code = EXIT_DONE;
    if (wish.resume != NULL && wish.out != NULL) {
        error_set(&error, "--resume goes on in its own directory; leave out --out");
        code = EXIT_USAGE;
    } else if (wish.resume != NULL) {
        code = load_earlier(&wish, &earlier, &error);
    }
    if (code == EXIT_DONE)
        code = prepare(&setup, &wish, &patterns, &earlier, command, &error);
    if (code != EXIT_DONE && stop_requested() != 0) {
        error_set(&error, "stopped by SIG%s before anything was measured",
                  sigabbrev_np(stop_requested()));
        code = 128 + stop_requested();
    }
    if (code == EXIT_DONE)
        code = measure(&setup, &wish, &error);
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost run: %s\n", error.text);
    close_setup(&setup);
    keyvalues_free(&earlier);
    free(command);
    free(patterns.items);
    return code;
}

const struct command command_run = {
    .name = "run",
    .operands = "[PATTERN...]",
    .help = "measures, summarizes, draws and prints",
    .run = run,
};
