/* allocost summarize DIR: summary.csv and claims.md again from samples.csv, and the table. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/results.h"
#include "data/summary.h"
#include "error.h"
#include "run/run_directory.h"

#include <stdio.h>
#include <stdlib.h>

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands operands;
    const int parsed = options_parse(argc, argv, NULL, 0, &operands, &error);
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts("allocost summarize DIR\n\nWrites DIR/summary.csv and DIR/claims.md again from "
             "DIR/samples.csv, and prints the table.");
        code = EXIT_DONE;
    } else if (parsed != 0) {
        fprintf(stderr, "allocost summarize: %s\n", error.text);
    } else if (operands.count != 1) {
        fputs("allocost summarize: name one directory of a run: allocost summarize DIR\n", stderr);
    } else {
        const char *const directory = operands.items[0];
        struct summary summary = {.rows = NULL};
        code = EXIT_DONE;
        if (run_directory_check(directory, &error) != 0 ||
            results_summarize(directory, &summary, &error) != 0 ||
            (code = results_claims(directory, &summary)) == EXIT_FAILED ||
            results_print(directory, &summary, &error) != 0) {
            if (error.text[0] != '\0')
                fprintf(stderr, "allocost summarize: %s\n", error.text);
            code = EXIT_FAILED;
        }
        summary_free(&summary);
    }
    free(operands.items);
    return code;
}

const struct command command_summarize = {
    .name = "summarize",
    .operands = "DIR",
    .help = "summary.csv and claims.md again from samples.csv, and the table",
    .run = run,
};
