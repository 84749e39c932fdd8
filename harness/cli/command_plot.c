/* allocost plot DIR: the figures again from summary.csv. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/results.h"
#include "error.h"
#include "run/run_directory.h"
#include "run/stop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands operands;
    const int parsed = options_parse(argc, argv, NULL, 0, &operands, &error);
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts("allocost plot DIR\n\nDraws DIR/figures again from DIR/summary.csv.");
        code = EXIT_DONE;
    } else if (parsed != 0) {
        fprintf(stderr, "allocost plot: %s\n", error.text);
    } else if (operands.count != 1) {
        fputs("allocost plot: name one directory of a run: allocost plot DIR\n", stderr);
    } else {
        const char *const directory = operands.items[0];
        char *const summary = run_directory_file(directory, "summary.csv");
        if (access(summary, R_OK) != 0) {
            const bool missing = errno == ENOENT;
            error_set_errno(&error, "%s", summary);
            fprintf(stderr, "allocost plot: %s%s\n", error.text,
                    missing ? "; `allocost summarize DIR` writes it" : "");
            code = EXIT_FAILED;
        } else {
            stop_install();
            code = results_plot(directory);
        }
        free(summary);
    }
    free(operands.items);
    return code;
}

const struct command command_plot = {
    .name = "plot",
    .operands = "DIR",
    .help = "the figures again from summary.csv",
    .run = run,
};
