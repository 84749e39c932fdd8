/*
 * The commands of allocost. Each gets the arguments behind its own name, and returns the exit code.
 */
#ifndef ALLOCOST_COMMAND_H
#define ALLOCOST_COMMAND_H

/* Exit codes, the same for all; 128 + n when signal n ended a run early. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_INCOMPLETE = 3, /* done, but some cells, figures or files failed */
    EXIT_FOUND = 4       /* done, and what --fail-on or --fail-above names was found */
};

/* One command. */
struct command {
    const char *name;
    const char *operands; /* for the help */
    const char *help;     /* one line */
    int (*run)(int argc, char **argv);
};

extern const struct command command_run;
extern const struct command command_list;
extern const struct command command_summarize;
extern const struct command command_plot;
extern const struct command command_explain;
extern const struct command command_doctor;
extern const struct command command_compare;
extern const struct command command_report;
extern const struct command command_export;
extern const struct command command_record;

#endif
