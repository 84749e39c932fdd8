/* allocost compare DIR DIR...: runs side by side. */
#include "bench.h"
#include "cli/command.h"
#include "cli/comparing.h"
#include "cli/options.h"
#include "cli/results.h"
#include "data/compare.h"
#include "data/compare_metrics.h"
#include "data/compare_table.h"
#include "data/compare_words.h"
#include "data/differences.h"
#include "data/recorded.h"
#include "data/term.h"
#include "data/text.h"
#include "error.h"
#include "run/run_directory.h"
#include "run/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { USUAL_ROWS = 40 };

/* What the user asked for. */
struct wish {
    const char *out;   /* NULL: nothing is written */
    unsigned rows;     /* of the table */
    double fail_above; /* 0: never */
    bool no_figures;
};

/* All that there is to say. */
struct compared {
    struct comparison times;
    struct compare_metrics metrics;
};

/* Writes the tables into the directory: both, or none. */
static int write_tables(const char *directory, const struct compared *compared, struct error *error)
{
    char *const times = run_directory_file(directory, "compare.csv");
    char *const metrics = run_directory_file(directory, "compare_metrics.csv");
    int failed = comparison_write(&compared->times, times, error);
    if (failed == 0 && (failed = compare_metrics_write(&compared->metrics, metrics, error)) != 0)
        (void)unlink(times);
    free(times);
    free(metrics);
    return failed;
}

/* Writes what was asked for. Returns an exit code. */
static int write_out(const struct compared *compared, const struct wish *wish, struct error *error)
{
    char *const directory = run_directory_make(wish->out, "results", error);
    if (directory == NULL)
        return EXIT_FAILED;
    size_t drawn = 0;
    int code = write_tables(directory, compared, error) == 0 ? EXIT_DONE : EXIT_FAILED;
    if (code == EXIT_FAILED)
        (void)rmdir(directory);
    else if (!wish->no_figures)
        code = comparing_draw(directory, &compared->times, "compare", &drawn);
    if (drawn > 0)
        fprintf(stderr, "%zu %s in %s/figures\n", drawn, drawn == 1 ? "figure" : "figures",
                directory);
    free(directory);
    return code;
}

/* Prints the table, and judges by the limit. Returns an exit code. */
static int print(const struct compared *compared, const struct wish *wish, struct error *error)
{
    const struct comparison *const comparison = &compared->times;
    const struct term term = term_open(stdout, results_color());
    struct differences differences;
    differences_find(comparison->runs, comparison->run_count, &differences);
    compare_table_print(stdout, comparison, &differences, wish->rows, results_color());
    differences_free(&differences);
    compare_metrics_print(&term, &compared->metrics, wish->rows);
    int code = EXIT_DONE;
    if (wish->fail_above > 0) {
        struct compare_slowdowns slowdowns = comparison_slowdowns(comparison, wish->fail_above);
        compare_say_slowdowns(&term, comparison, &slowdowns, wish->fail_above);
        code = slowdowns.count > 0 ? EXIT_FOUND : EXIT_DONE;
        free(slowdowns.items);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        error_set_errno(error, "cannot write the table to standard output");
        code = EXIT_FAILED;
    }
    return code;
}

static int compare(const struct operands *directories, const struct wish *wish, struct error *error)
{
    if (directories->count < 2) {
        error_set(error, "name two directories of runs, or more: allocost compare DIR DIR...");
        return EXIT_USAGE;
    }
    if (comparing_check_distinct(directories, error) != 0)
        return EXIT_USAGE;
    struct text_pool *const text = text_pool_new();
    struct recorded_run *const runs = check_alloc(directories->count, sizeof *runs);
    int code = EXIT_FAILED;
    if (comparing_load(directories, text, runs, error) == 0) {
        struct compared compared;
        comparison_make(runs, directories->count, &compared.times);
        compare_metrics_make(runs, directories->count, &compared.metrics);
        if (compared.times.shared == 0) {
            error_set(error, "%s has no cell in common with any other: there is nothing to compare",
                      directories->items[0]);
        } else {
            const int written = wish->out != NULL ? write_out(&compared, wish, error) : EXIT_DONE;
            code = written != EXIT_FAILED ? print(&compared, wish, error) : EXIT_FAILED;
            if (code == EXIT_DONE)
                code = written;
        }
        comparison_free(&compared.times);
        compare_metrics_free(&compared.metrics);
    }
    for (size_t i = 0; i < directories->count; i++)
        recorded_free(&runs[i]);
    free(runs);
    text_pool_free(text);
    return code;
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands directories;
    struct wish wish = {.rows = USUAL_ROWS};
    const struct option_spec specs[] = {
        {"out", OPTION_TEXT, &wish.out, "DIR", "a new directory for the tables and figures; none"},
        {"rows", OPTION_COUNT, &wish.rows, "N", "of a table at most; 40"},
        {"fail-above", OPTION_PERCENT, &wish.fail_above, "SHARE",
         "exit 4 when a slowdown of more than it is confirmed; of times, never of metrics"},
        {"no-figures", OPTION_FLAG, &wish.no_figures, NULL, "draw none"},
    };
    const int parsed = options_parse(argc, argv, specs, BENCH_COUNT(specs), &directories, &error);
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts(
            "allocost compare DIR DIR...\n\n"
            "Compares runs cell by cell with the first of them: before and after, machine by\n"
            "machine. Says what differs between the machines, and what is not fair. Then what the\n"
            "runs tell of cells besides the time: throughput, and what variants observed.\n");
        options_print(specs, BENCH_COUNT(specs));
        code = EXIT_DONE;
    } else if (parsed == 0) {
        stop_install();
        code = compare(&directories, &wish, &error);
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost compare: %s\n", error.text);
    free(directories.items);
    return code;
}

const struct command command_compare = {
    .name = "compare",
    .operands = "DIR DIR...",
    .help = "runs side by side: before and after, machine by machine",
    .run = run,
};
