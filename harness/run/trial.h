/*
 * A short run of one allocator against itself, for what it says of the machine.
 */
#ifndef ALLOCOST_TRIAL_H
#define ALLOCOST_TRIAL_H

#include "data/resolution.h"
#include "run/session.h"

struct error;

/* How the trial is to go. */
struct trial_options {
    const char *count_library; /* path of the counting interposer */
    double time_s;             /* for all of it */
    size_t allocators;         /* that a default run would compare, the baseline included */
    const int *cpus;           /* as for a session */
    unsigned cpu_count;
};

/* What came out of it. */
struct trial_result {
    struct session_result session; /* the trial's own */
    size_t cells;                  /* that were measured */
    double run_budget_s;           /* of the default run that is spoken of */
    double run_rounds;             /* that it has here */
    size_t run_processes;          /* in one of its rounds */
    struct resolution resolution;  /* what it would tell */
};

/*
 * Measures a few cells of the plan, of the first tier and of one thread: some that call the
 * process's own malloc and some that call no allocator, each in two processes a round that differ
 * in nothing but in name. The run lives in a directory of its own below $TMPDIR, else /tmp, which
 * is gone afterwards, also when SIGINT or SIGTERM ended it (stop.h; session.stop_signal tells). The
 * plan's selection is replaced. Progress and failed cells are told on standard error. Returns 0, or
 * -1 with a message.
 */
int trial_run(struct plan *plan, const struct trial_options *options, struct trial_result *result,
              struct error *error);

#endif
