#include "cli/comparing.h"

#include "cli/command.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "data/compare.h"
#include "data/recorded.h"
#include "error.h"
#include "plot/compare_tables.h"
#include "plot/plot.h"
#include "run/stop.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

int comparing_check_distinct(const struct operands *directories, struct error *error)
{
    for (size_t i = 0; i < directories->count; i++) {
        struct stat one, other;
        if (stat(directories->items[i], &one) != 0)
            continue; /* said when it is read */
        for (size_t j = 0; j < i; j++)
            if (stat(directories->items[j], &other) == 0 && one.st_dev == other.st_dev &&
                one.st_ino == other.st_ino)
                return error_set(error, "%s and %s are the same directory", directories->items[j],
                                 directories->items[i]);
    }
    return 0;
}

int comparing_load(const struct operands *directories, struct text_pool *text,
                   struct recorded_run *runs, struct error *error)
{
    for (size_t i = 0; i < directories->count; i++)
        if (recorded_load(directories->items[i], text, &runs[i], error) != 0)
            return -1;
    return 0;
}

static bool is_stopped(void)
{
    return stop_requested() != 0;
}

int comparing_draw(const char *directory, const struct comparison *comparison, const char *command,
                   size_t *drawn)
{
    struct error error = {.text = ""};
    struct compare_figures figures;
    compare_figures_choose(comparison, &figures);
    const struct plot_options options = {.directory = directory,
                                         .scripts = paths_scripts(),
                                         .talk = stderr,
                                         .stopped = is_stopped,
                                         .figures = figures.items,
                                         .figure_count = figures.count,
                                         .prepare = compare_tables_write,
                                         .user = &figures};
    const enum plot_outcome outcome = plot_run(&options, drawn, &error);
    compare_figures_free(&figures);
    if (outcome == PLOT_DONE)
        return EXIT_DONE;
    fprintf(stderr, "allocost %s: %s\n", command, error.text);
    return stop_requested() != 0 ? 128 + stop_requested() : EXIT_INCOMPLETE;
}
