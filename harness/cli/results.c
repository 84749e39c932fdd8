#include "cli/results.h"

#include "cli/paths.h"
#include "data/claims.h"
#include "data/counts.h"
#include "data/instructions.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/observation.h"
#include "data/summary.h"
#include "data/table.h"
#include "error.h"
#include "plot/plot.h"
#include "plot/shown_order.h"
#include "run/run_directory.h"
#include "run/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Loads a file of the run that may be missing. Returns whether it was there, or -1. */
static int load_optional(const char *directory, const char *name, void *into,
                         int (*load)(const char *path, void *into, struct error *error),
                         struct error *error)
{
    char *const path = run_directory_file(directory, name);
    const int there = access(path, F_OK) == 0;
    const int result = there ? load(path, into, error) : 0;
    free(path);
    return result != 0 ? -1 : there;
}

static int load_counts(const char *path, void *into, struct error *error)
{
    return counts_load(path, into, error);
}

static int load_observations(const char *path, void *into, struct error *error)
{
    return observations_load(path, into, error);
}

static int load_instructions(const char *path, void *into, struct error *error)
{
    return instructions_load(path, into, error);
}

static int load_facts(const char *path, void *into, struct error *error)
{
    return keyvalues_load(path, into, error);
}

static int write_facts(const char *directory, struct keyvalues *facts,
                       const struct summary *summary, struct error *error)
{
    if (isfinite(summary->noise_floor))
        keyvalues_setf(facts, "noise_floor", "%.6g", summary->noise_floor);
    else
        keyvalues_set(facts, "noise_floor", "");
    keyvalues_setf(facts, "noise_floor.controls", "%zu", summary->control_count);
    char *const path = run_directory_file(directory, "machine.csv");
    const int result = keyvalues_write(facts, path, error);
    free(path);
    return result;
}

int results_summarize(const char *directory, struct summary *summary, struct error *error)
{
    struct samples samples;
    struct counts counts = {.rows = NULL};
    struct observations observations = {.rows = NULL};
    struct instructions instructions = {.rows = NULL};
    struct keyvalues facts = {.rows = NULL};
    *summary = (struct summary){.rows = NULL};
    char *const path = run_directory_file(directory, "samples.csv");
    int result = samples_load(path, &samples, error);
    free(path);
    if (result != 0)
        return -1;
    const int has_counts = load_optional(directory, "counts.csv", &counts, load_counts, error);
    const int has_observations =
        has_counts < 0
            ? -1
            : load_optional(directory, "observations.csv", &observations, load_observations, error);
    const int has_instructions =
        has_observations < 0
            ? -1
            : load_optional(directory, "instructions.csv", &instructions, load_instructions, error);
    const int has_facts = has_instructions < 0
                              ? -1
                              : load_optional(directory, "machine.csv", &facts, load_facts, error);
    result = has_facts < 0 ? -1 : 0;
    if (result == 0) {
        const struct summary_options options = {.baseline = keyvalues_get(&facts, "run.baseline")};
        result = summary_compute(&samples, has_counts ? &counts : NULL, &options, summary, error);
    }
    if (result == 0) {
        summary_add_instructions(summary, &instructions);
        shown_order(summary, &facts); /* metrics name rows by their place */
        metrics_add_observations(summary, &observations);
        char *const out = run_directory_file(directory, "summary.csv");
        result = summary_write(summary, out, error);
        free(out);
        char *const metrics = run_directory_file(directory, "metrics.csv");
        if (result == 0)
            result = metrics_write(summary, metrics, error);
        free(metrics);
        if (result == 0 && has_facts)
            result = write_facts(directory, &facts, summary, error);
        if (result != 0)
            summary_free(summary);
    }
    samples_free(&samples);
    counts_free(&counts);
    observations_free(&observations);
    instructions_free(&instructions);
    keyvalues_free(&facts);
    return result;
}

int results_claims(const char *directory, const struct summary *summary)
{
    struct error error = {.text = ""};
    struct claims claims;
    int code = EXIT_INCOMPLETE;
    if (claims_load(paths_claims(), &claims, &error) == 0) {
        char *const path = run_directory_file(directory, "claims.md");
        code = claims_write(&claims, summary, path, &error) == 0 ? EXIT_DONE : EXIT_FAILED;
        free(path);
        claims_free(&claims);
    }
    if (code != EXIT_DONE)
        fprintf(stderr, "allocost: claims.md is not written: %s\n", error.text);
    return code;
}

/* https://no-color.org: set and not empty. A dumb terminal, or one of no kind, has no colours. */
bool results_color(void)
{
    const char *const no_color = getenv("NO_COLOR");
    const char *const kind = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') && kind != NULL &&
           *kind != '\0' && strcmp(kind, "dumb") != 0;
}

int results_print(const char *directory, const struct summary *summary, struct error *error)
{
    struct keyvalues facts = {.rows = NULL};
    const int has_facts = load_optional(directory, "machine.csv", &facts, load_facts, error);
    if (has_facts < 0)
        return -1;
    table_print(stdout, summary, has_facts ? &facts : NULL, results_color());
    keyvalues_free(&facts);
    if (fflush(stdout) != 0 || ferror(stdout))
        return error_set_errno(error, "cannot write the table to standard output");
    return 0;
}

static bool is_stopped(void)
{
    return stop_requested() != 0;
}

int results_plot(const char *directory)
{
    struct error error = {.text = ""};
    const struct plot_options options = {
        .directory = directory, .scripts = paths_scripts(), .talk = stderr, .stopped = is_stopped};
    size_t drawn = 0;
    const enum plot_outcome outcome = plot_run(&options, &drawn, &error);
    if (drawn > 0)
        fprintf(stderr, "%zu %s in %s/figures\n", drawn, drawn == 1 ? "figure" : "figures",
                directory);
    if (outcome == PLOT_DONE)
        return EXIT_DONE;
    fprintf(stderr, "allocost: %s\n", error.text);
    return stop_requested() != 0 ? 128 + stop_requested() : EXIT_INCOMPLETE;
}
