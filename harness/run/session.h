/*
 * A run: every selected cell, under every allocator, in rounds of fresh processes, until the time
 * is up.
 */
#ifndef ALLOCOST_SESSION_H
#define ALLOCOST_SESSION_H

#include "allocators.h"
#include "run/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct keyvalues;

/* How a run is to go. */
struct session_options {
    const char *directory;     /* the run's, made already */
    const char *count_library; /* path of the counting interposer */
    const char *baseline;      /* name of a usable allocator of the list */
    double budget_s;           /* wall time for everything; 0: as long as the rounds take */
    double reserve_s;          /* of it, kept for what the caller does afterwards */
    unsigned rounds;           /* 0: as many as the budget holds */
    double precision;          /* end when every ratio's interval is within +- this; 0: do not */
    bool all;                  /* every tier, whatever the budget */
    bool resume;               /* the directory holds a run, which goes on */
    bool instructions;         /* count them too, behind the rounds and beside the budget */
    const char *valgrind;      /* its path; NULL: there is none */
    uint64_t seed;
    const char *trace;     /* path of the one that the user gives; NULL: none */
    uint64_t trace_events; /* calls in it */
    const int *cpus;    /* that workers are pinned to: as many of the first as they have threads */
    unsigned cpu_count; /* of them; 0: workers are not pinned */
};

/* What came out of it. */
struct session_result {
    unsigned rounds;      /* that were complete */
    size_t samples;       /* processes that were measured and believed */
    size_t noisy;         /* processes set aside */
    size_t failed;        /* cells times allocators that failed */
    size_t uncounted;     /* cells times allocators whose instructions were asked for in vain */
    int stop_signal;      /* SIGINT or SIGTERM when the run was stopped early; 0 */
    const char *ended;    /* budget, rounds, precision, signal, nothing (left to measure) */
    double wall_s;        /* of the session */
    double worker_s;      /* of it, inside workers' warm-up and timed parts */
    double rounds_s;      /* of it, in the rounds */
    double start_cost_ns; /* of a process that does next to nothing */
};

/*
 * Measures. `plan` has its selection made, and gets its iteration counts; allocators that do not
 * answer or do not serve malloc are marked with why_not, and their cells fail. `facts` is what
 * machine.csv will hold: the session adds what it did. samples.csv, counts.csv and instructions.csv
 * in the directory hold every finished sample at any moment. Returns 0, also when it was stopped or
 * cells failed, or -1 with a message when it could not go on (a full disk, no usable baseline); the
 * files then hold what was measured.
 */
int session_run(struct plan *plan, struct allocators *allocators,
                const struct session_options *options, struct keyvalues *facts,
                struct session_result *result, struct error *error);

#endif
