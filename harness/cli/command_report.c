/* allocost report DIR...: a run, or several side by side, as one page of HTML. */
#include "bench.h"
#include "cli/command.h"
#include "cli/comparing.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "data/claims.h"
#include "data/compare.h"
#include "data/figure_order.h"
#include "data/file.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/recorded.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"
#include "report/report.h"
#include "run/run_directory.h"
#include "run/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A run as it was read. */
struct source {
    struct summary summary;
    struct keyvalues machine;
};

/* ---- Reading ---- */

/* Says why there is no summary. Returns -1. */
static int refuse(const char *directory, const char *summary, struct error *error)
{
    struct stat status;
    const int why = errno;
    if (stat(directory, &status) != 0)
        return error_set_errno(error, "%s", directory);
    if (!S_ISDIR(status.st_mode))
        return error_set(error, "%s is no directory: name the directory of a run", directory);
    char *const samples = run_directory_file(directory, "samples.csv");
    const bool is_run = access(samples, F_OK) == 0;
    free(samples);
    if (why == ENOENT && !is_run)
        return error_set(error, "%s holds neither samples.csv nor summary.csv: it is no run",
                         directory);
    errno = why;
    error_set_errno(error, "%s", summary);
    if (why == ENOENT) {
        const struct error reason = *error;
        error_set(error, "%s; `allocost summarize %s` writes it", reason.text, directory);
    }
    return -1;
}

static int load(const char *directory, struct source *source, struct error *error)
{
    char *const summary = run_directory_file(directory, "summary.csv");
    char *const metrics = run_directory_file(directory, "metrics.csv");
    char *const machine = run_directory_file(directory, "machine.csv");
    int failed = access(summary, R_OK) == 0 ? 0 : refuse(directory, summary, error);
    if (failed == 0)
        failed = summary_load(summary, &source->summary, error);
    if (failed == 0 && access(metrics, F_OK) == 0)
        failed = metrics_load(metrics, &source->summary, error);
    if (failed == 0 && access(machine, F_OK) == 0)
        failed = keyvalues_load(machine, &source->machine, error);
    free(summary);
    free(metrics);
    free(machine);
    return failed;
}

/* ---- A directory for the figures of a comparison ---- */

static char *make_temporary(struct error *error)
{
    const char *const where = getenv("TMPDIR");
    char *const path =
        check_format("%s/allocost-report-XXXXXX", where != NULL && *where == '/' ? where : "/tmp");
    if (mkdtemp(path) != NULL)
        return path;
    error_set_errno(error, "cannot make %s", path);
    free(path);
    return NULL;
}

/* Removes it with the figures in it, and frees its name. */
static void remove_temporary(char *path)
{
    char *const figures = check_format("%s/figures", path);
    DIR *const directory = opendir(figures);
    if (directory != NULL) {
        for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
            (void)unlinkat(dirfd(directory), entry->d_name, 0); /* fails for "." and ".." */
        closedir(directory);
    }
    (void)rmdir(figures);
    (void)rmdir(path);
    free(figures);
    free(path);
}

/* ---- Writing ---- */

/* Writes the page into the file, whole or not at all. Returns an exit code. */
static int write_page(const struct report *report, const char *path, struct error *error)
{
    struct report_troubles troubles = {.talk = stderr};
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const file = open_memstream(&text, &size_bytes);
    CHECK(file != NULL);
    report_write(file, report, &troubles);
    CHECK(fclose(file) == 0);
    int code = EXIT_FAILED;
    if (stop_requested() != 0)
        code = 128 + stop_requested();
    else if (file_replace(path, text, size_bytes, error) == 0)
        code = troubles.left_out > 0 ? EXIT_INCOMPLETE : EXIT_DONE;
    free(text);
    if (code == EXIT_DONE || code == EXIT_INCOMPLETE)
        fprintf(stderr, "the report is in %s\n", path);
    return code;
}

/* Compares the runs, draws what differs, and writes the page. Returns an exit code. */
static int write_comparison(struct report *report, const struct recorded_run *recorded,
                            const char *path, struct error *error)
{
    struct comparison comparison;
    comparison_make(recorded, report->run_count, &comparison);
    int code = EXIT_FAILED;
    char *temporary = NULL;
    if (comparison.shared == 0)
        error_set(error, "%s has no cell in common with any other: there is nothing to compare",
                  recorded[0].directory);
    else
        temporary = make_temporary(error);
    if (temporary != NULL) {
        size_t drawn = 0;
        const int draw_code = comparing_draw(temporary, &comparison, "report", &drawn);
        report->comparison = &comparison;
        report->comparison_directory = temporary;
        code = write_page(report, path, error);
        if (code == EXIT_DONE)
            code = draw_code;
        remove_temporary(temporary);
    }
    comparison_free(&comparison);
    return code;
}

static int write_report(const struct operands *directories, struct report *report, const char *out,
                        struct error *error)
{
    if (directories->count == 1) {
        char *const path = out != NULL ? check_strdup(out)
                                       : run_directory_file(directories->items[0], "report.html");
        const int code = write_page(report, path, error);
        free(path);
        return code;
    }
    struct text_pool *const text = text_pool_new();
    struct recorded_run *const recorded = check_alloc(directories->count, sizeof *recorded);
    int code = EXIT_FAILED;
    if (comparing_load(directories, text, recorded, error) == 0)
        code = write_comparison(report, recorded, out, error);
    for (size_t i = 0; i < directories->count; i++)
        recorded_free(&recorded[i]);
    free(recorded);
    text_pool_free(text);
    return code;
}

static int make_report(const struct operands *directories, const char *out, struct error *error)
{
    const size_t count = directories->count;
    if (count == 0) {
        error_set(error, "name the directory of a run: allocost report DIR...");
        return EXIT_USAGE;
    }
    if (count > 1 && out == NULL) {
        error_set(error, "a report of several runs needs a place: --out FILE");
        return EXIT_USAGE;
    }
    if (comparing_check_distinct(directories, error) != 0)
        return EXIT_USAGE;
    struct source *const sources = check_alloc(count, sizeof *sources);
    struct report_run *const runs = check_alloc(count, sizeof *runs);
    struct claims claims;
    const int has_claims = claims_load(paths_claims(), &claims, error) == 0;
    if (!has_claims)
        fprintf(stderr, "allocost report: the claims are left out: %s\n", error->text);
    *error = (struct error){.text = ""};
    struct figure_order order;
    figure_order_load(paths_scripts(), &order);
    int code = EXIT_DONE;
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        code = load(directories->items[i], &sources[i], error) == 0 ? EXIT_DONE : EXIT_FAILED;
        runs[i] = (struct report_run){.directory = directories->items[i],
                                      .summary = &sources[i].summary,
                                      .machine = &sources[i].machine};
    }
    if (code == EXIT_DONE) {
        struct report report = {.runs = runs,
                                .run_count = count,
                                .claims = has_claims ? &claims : NULL,
                                .order = &order,
                                .version = ALLOCOST_VERSION};
        code = write_report(directories, &report, out, error);
    }
    for (size_t i = 0; i < count; i++) {
        summary_free(&sources[i].summary);
        keyvalues_free(&sources[i].machine);
    }
    claims_free(&claims);
    figure_order_free(&order);
    free(sources);
    free(runs);
    return code == EXIT_DONE && !has_claims ? EXIT_INCOMPLETE : code;
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands directories;
    const char *out = NULL;
    const struct option_spec specs[] = {
        {"out", OPTION_TEXT, &out, "FILE", "the page; DIR/report.html for one run"},
    };
    const int parsed = options_parse(argc, argv, specs, BENCH_COUNT(specs), &directories, &error);
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts(
            "allocost report DIR...\n\n"
            "Writes a run as one page of HTML that needs nothing else: findings, figures, tables,\n"
            "the machine and the method. With several runs, how they compare, and each of them.\n");
        options_print(specs, BENCH_COUNT(specs));
        code = EXIT_DONE;
    } else if (parsed == 0) {
        stop_install();
        code = make_report(&directories, out, &error);
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost report: %s\n", error.text);
    free(directories.items);
    return code;
}

const struct command command_report = {
    .name = "report",
    .operands = "DIR...",
    .help = "a page of HTML to hand on: findings, figures, tables",
    .run = run,
};
