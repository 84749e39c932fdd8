/* allocost export DIR --format F: a run in a format that other programs read. */
#include "bench.h"
#include "cli/command.h"
#include "cli/options.h"
#include "data/counts.h"
#include "data/export.h"
#include "data/file.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/observation.h"
#include "data/replicate.h"
#include "data/summary.h"
#include "error.h"
#include "nearest.h"
#include "plot/shown_order.h"
#include "run/run_directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A run, as the formats need it. */
struct source {
    struct samples samples;
    struct counts counts;
    struct observations observations;
    struct keyvalues machine;
    struct summary summary;
    struct replicated replicated;
    struct metric_values observed; /* the strings are the summary's */
    bool has_samples;
};

static void free_source(struct source *source)
{
    samples_free(&source->samples);
    counts_free(&source->counts);
    observations_free(&source->observations);
    free(source->observed.items);
    keyvalues_free(&source->machine);
    summary_free(&source->summary);
    replicated_free(&source->replicated);
}

/* The path of a file of the run; NULL when it is not there. The caller frees it. */
static char *find_file(const char *directory, const char *name)
{
    char *const path = run_directory_file(directory, name);
    if (access(path, F_OK) == 0 || errno != ENOENT)
        return path;
    free(path);
    return NULL;
}

/* The baseline as a string of the samples, or NULL. */
static const char *find_baseline(const struct samples *samples, const char *name)
{
    for (size_t i = 0; i < samples->count; i++)
        if (strcmp(samples->rows[i].cell.allocator, name) == 0)
            return samples->rows[i].cell.allocator;
    return NULL;
}

static int load_samples(const char *path, const char *directory, struct source *source,
                        struct error *error)
{
    char *const counts = find_file(directory, "counts.csv");
    char *const observations = find_file(directory, "observations.csv");
    int failed = samples_load(path, &source->samples, error);
    if (failed == 0 && counts != NULL)
        failed = counts_load(counts, &source->counts, error);
    if (failed == 0 && observations != NULL)
        failed = observations_load(observations, &source->observations, error);
    if (failed == 0) {
        const struct summary_options options = {
            .baseline = keyvalues_get(&source->machine, "run.baseline")};
        failed = summary_compute(&source->samples, counts != NULL ? &source->counts : NULL,
                                 &options, &source->summary, error);
    }
    if (failed == 0) {
        source->has_samples = true;
        shown_order(&source->summary, &source->machine);
        source->observed = metrics_choose(&source->summary, &source->observations);
        metrics_add_observations(&source->summary, &source->observations);
        replicated_build(&source->samples,
                         find_baseline(&source->samples, source->summary.baseline),
                         &source->replicated);
    }
    free(counts);
    free(observations);
    return failed;
}

/* The summary and its metrics, where there is no more of the run. */
static int load_summary(const char *path, const char *directory, struct source *source,
                        struct error *error)
{
    if (summary_load(path, &source->summary, error) != 0)
        return -1;
    shown_order(&source->summary, &source->machine); /* metrics name rows by their place */
    char *const metrics = find_file(directory, "metrics.csv");
    const int failed = metrics != NULL ? metrics_load(metrics, &source->summary, error) : 0;
    free(metrics);
    return failed;
}

static int load(const char *directory, bool needs_samples, struct source *source,
                struct error *error)
{
    char *const machine = find_file(directory, "machine.csv");
    char *const samples = find_file(directory, "samples.csv");
    char *const summary = find_file(directory, "summary.csv");
    int failed = machine != NULL ? keyvalues_load(machine, &source->machine, error) : 0;
    if (failed != 0)
        ;
    else if (samples != NULL)
        failed = load_samples(samples, directory, source, error);
    else if (summary == NULL)
        failed = error_set(error, "%s holds neither samples.csv nor summary.csv: it is no run",
                           directory);
    else if (needs_samples)
        failed = error_set(error,
                           "%s holds no samples.csv, and this format has a line for each process; "
                           "where there is a samples.csv.xz, xz -dk brings it back",
                           directory);
    else
        failed = load_summary(summary, directory, source, error);
    free(machine);
    free(samples);
    free(summary);
    return failed;
}

/* Writes the text into the file, whole or not at all, or to standard output. */
static int put(const char *path, const char *text, size_t size_bytes, struct error *error)
{
    if (path != NULL)
        return file_replace(path, text, size_bytes, error);
    if (fwrite(text, 1, size_bytes, stdout) != size_bytes || fflush(stdout) != 0)
        return error_set_errno(error, "cannot write to standard output");
    return 0;
}

static int export(const char *directory, const struct export_format *format, const char *path,
                  struct error *error)
{
    struct source source = {.has_samples = false};
    int failed = load(directory, format->needs_samples, &source, error);
    if (failed == 0) {
        const struct export_input input = {.summary = &source.summary,
                                           .replicated = &source.replicated,
                                           .machine = &source.machine,
                                           .observed = source.observed.items,
                                           .observed_count = source.observed.count};
        char *text = NULL;
        size_t size_bytes = 0;
        FILE *const file = open_memstream(&text, &size_bytes);
        CHECK(file != NULL);
        format->write(&input, file);
        CHECK(fclose(file) == 0);
        failed = put(path, text, size_bytes, error);
        free(text);
    }
    free_source(&source);
    return failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* The format of that name; NULL with a message. */
static const struct export_format *find_format(const char *name, struct error *error)
{
    size_t count = 0;
    const struct export_format *const formats = export_formats(&count);
    const char **const names = check_alloc(count, sizeof *names);
    const struct export_format *found = NULL;
    for (size_t i = 0; i < count; i++) {
        names[i] = formats[i].name;
        if (name != NULL && strcmp(name, names[i]) == 0)
            found = &formats[i];
    }
    const char *const near = name != NULL ? nearest_word(name, names, count) : NULL;
    if (name == NULL)
        error_set(error, "name a format: --format benchfmt, gbench-json or markdown");
    else if (found == NULL && near != NULL)
        error_set(error, "unknown format '%s'; did you mean '%s'?", name, near);
    else if (found == NULL)
        error_set(error, "unknown format '%s'; there are benchfmt, gbench-json and markdown", name);
    free(names);
    return found;
}

static void print_help(const struct option_spec *specs, size_t spec_count)
{
    puts("allocost export DIR --format FORMAT\n\nWrites a run in a format that other programs "
         "read, on standard output or into a file.\n");
    options_print(specs, spec_count);
    size_t count = 0;
    const struct export_format *const formats = export_formats(&count);
    puts("\nFormats:");
    for (size_t i = 0; i < count; i++)
        printf("  %-26s %s\n", formats[i].name, formats[i].help);
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands operands;
    const char *name = NULL, *out = NULL;
    const struct option_spec specs[] = {
        {"format", OPTION_TEXT, &name, "FORMAT", "benchfmt, gbench-json or markdown"},
        {"out", OPTION_TEXT, &out, "FILE", "instead of standard output"},
    };
    const int parsed = options_parse(argc, argv, specs, BENCH_COUNT(specs), &operands, &error);
    int code = EXIT_USAGE;
    if (parsed == 1) {
        print_help(specs, BENCH_COUNT(specs));
        code = EXIT_DONE;
    } else if (parsed == 0 && operands.count != 1) {
        error_set(&error, "name one directory of a run: allocost export DIR --format FORMAT");
    } else if (parsed == 0) {
        const struct export_format *const format = find_format(name, &error);
        if (format != NULL)
            code = export(operands.items[0], format, out, &error);
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost export: %s\n", error.text);
    free(operands.items);
    return code;
}

const struct command command_export = {
    .name = "export",
    .operands = "DIR",
    .help = "a run for benchstat, for Google Benchmark's compare.py, or as Markdown",
    .run = run,
};
