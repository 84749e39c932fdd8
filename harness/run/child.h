/*
 * One worker process: started, listened to, stopped in time.
 */
#ifndef ALLOCOST_CHILD_H
#define ALLOCOST_CHILD_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* What to start, and how. */
struct child_request {
    const char *program;          /* path of the worker */
    const char *const *arguments; /* behind the program's name; ends with NULL. `--fd=N` is added */
    const char *preload;          /* LD_PRELOAD for this process alone; NULL or empty: none */
    char *const *settings; /* VARIABLE=VALUE for this process alone; ends with NULL; NULL: none */
    const cpu_set_t *cpus; /* it may run on these only, or is not started; NULL: on any */
    uint64_t limit_ns;     /* wall time after which it is killed */
};

/* Receives every line the worker sends, split; the fields are valid during the call. */
typedef void child_line_fn(char *const fields[], size_t count, void *user);

/* How it ended. */
struct child_result {
    bool done;           /* it sent `done` and exited with 0 */
    bool timed_out;      /* it was killed at its limit */
    char reason[512];    /* why it is not done, one line; empty when done */
    uint64_t elapsed_ns; /* from before the start to after the end */
};

/*
 * Runs one worker to its end. Its environment is empty but for LD_PRELOAD, the settings, LC_ALL=C
 * and what the dynamic linker and the sanitizers need of ours; its standard input and output are
 * /dev/null, no other file is open in it, and the last line it writes to standard error becomes
 * part of the reason. It dies with the driver, and what it started dies with it.
 *
 * Returns 0 whatever became of the worker, and -1 with a message when none could be started. A stop
 * request (stop.h) kills the worker and returns 0 with done false.
 */
int child_run(const struct child_request *request, child_line_fn *line, void *user,
              struct child_result *result, struct error *error);

#endif
