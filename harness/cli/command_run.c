/* allocost run: measures, summarizes, draws and prints. */
#include "bench.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/results.h"
#include "cli/run_setup.h"
#include "data/keyvalue.h"
#include "data/summary.h"
#include "error.h"
#include "run/budget.h"
#include "run/session.h"
#include "run/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
static int measure(struct run_setup *setup, const struct run_wish *wish, struct error *error)
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
    if (run_setup_write_facts(setup, &later) != 0 && status == 0) {
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
    struct run_wish wish = {.budget_s = 0.0, .seed = RUN_WISH_SEED, .cpu = -1};
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
    struct run_setup setup = {.programs = NULL};
    struct keyvalues earlier = {.rows = NULL};
    char *const command = join_arguments(argc, argv);
    int code = EXIT_DONE;
    if (wish.resume != NULL && wish.out != NULL) {
        error_set(&error, "--resume goes on in its own directory; leave out --out");
        code = EXIT_USAGE;
    } else if (wish.resume != NULL) {
        code = run_wish_resume(&wish, &earlier, &error);
    }
    if (code == EXIT_DONE)
        code = run_setup_open(&setup, &wish, &patterns, &earlier, command, &error);
    if (code != EXIT_DONE && stop_requested() != 0) {
        error_set(&error, "stopped by SIG%s before anything was measured",
                  sigabbrev_np(stop_requested()));
        code = 128 + stop_requested();
    }
    if (code == EXIT_DONE)
        code = measure(&setup, &wish, &error);
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost run: %s\n", error.text);
    run_setup_close(&setup);
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
