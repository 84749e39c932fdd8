/*
 * gnuplot processes: found, started two at a time, listened to, stopped in time.
 */
#ifndef ALLOCOST_GNUPLOT_H
#define ALLOCOST_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

/* The exit code by which a script says that there is nothing for it to draw. */
enum { GNUPLOT_NOTHING = 77 };

enum { GNUPLOT_ARGUMENTS = 3 }; /* that every script is given */

/* One script to run, and what became of it. */
struct gnuplot_task {
    const char *script;                       /* its path, absolute: gnuplot runs elsewhere */
    const char *arguments[GNUPLOT_ARGUMENTS]; /* ARG1 ... of the script: strings, never code */
    int exit_code;                            /* negative: it was killed or could not be started */
    bool timed_out;                           /* it was killed at the limit */
    bool left_out;                            /* not run, for an earlier one was killed so */
    char said[512]; /* on standard error: its last line that is not blank; empty when none is */
};

/* The path of gnuplot, by PATH; NULL when there is none. The caller frees it. */
char *gnuplot_find(void);

/*
 * Runs all tasks in the directory, `parallel` at a time, and fills in what became of them. A
 * process that is not done after `limit_s` seconds is killed, and no more are started: what hangs
 * once hangs again. When `stopped` (NULL: never asked) says true, all are killed at once; false is
 * returned then, and true otherwise. The environment is empty but for what
 * finds fonts and libraries; no start-up file is read; standard input and output are /dev/null.
 * Cannot fail itself: a process that cannot be started is a task with a negative exit code.
 */
bool gnuplot_run(const char *program, const char *directory, struct gnuplot_task *tasks,
                 size_t count, size_t parallel, unsigned limit_s, bool (*stopped)(void));

#endif
