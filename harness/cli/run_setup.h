/*
 * What a run works with: found, chosen and written down before anything is measured.
 *
 * A function that returns an exit code (cli/command.h) leaves a message when it is another than
 * EXIT_DONE.
 */
#ifndef ALLOCOST_RUN_SETUP_H
#define ALLOCOST_RUN_SETUP_H

#include "allocators.h"
#include "cli/given_trace.h"
#include "cli/options.h"
#include "data/keyvalue.h"
#include "run/plan.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct error;

/* The seed where the user gives none. */
#define RUN_WISH_SEED UINT64_C(1)

/* What the user asked for. */
struct run_wish {
    const char *allocators;       /* NULL: all that are found */
    const char *baseline;         /* NULL: glibc, else the first */
    double budget_s;              /* 0: none */
    unsigned rounds;              /* 0: as many as the budget holds */
    double precision;             /* a share; 0: the intervals stop nothing */
    struct option_counts threads; /* none: cells of any number */
    uint64_t seed;
    const char *trace;  /* NULL: none */
    const char *out;    /* NULL: a new directory below results */
    const char *resume; /* NULL: a new run */
    int cpu;            /* -1: chosen */
    bool all;
    bool instructions;
    bool no_figures;
};

/*
 * For a run that goes on: loads its machine.csv into `earlier`, and takes from it what must not
 * change: seed, allocators, baseline, and the trace unless another path is given. `earlier` is
 * filled also on failure, and must stay as long as the wish. An option that says another thing is
 * an error. Returns an exit code.
 */
int run_wish_resume(struct run_wish *wish, struct keyvalues *earlier, struct error *error);

/* What a run works with. All zero is empty. */
struct run_setup {
    char *programs;      /* owned, as the next two; the directory of the measured programs */
    char *count_library; /* path of the counting interposer */
    char *valgrind;      /* NULL: there is none, or it was not looked for */
    struct plan plan;
    struct allocators allocators;
    struct keyvalues facts; /* of machine.csv */
    char *directory;        /* owned */
    struct given_trace trace;
    const char *baseline;  /* a name of `allocators` */
    int cpus[CPU_SETSIZE]; /* that workers may be pinned to, the best first */
    unsigned cpu_count;
};

/*
 * Finds out what there is, selects the cells that the patterns match, makes the directory, and
 * writes machine.csv. `earlier` is empty but for a run that goes on, whose machine and build must
 * be those of now. What is left out, added or not passed on is told on standard error. Returns an
 * exit code; whatever it is, run_setup_close gives everything back.
 */
int run_setup_open(struct run_setup *setup, const struct run_wish *wish,
                   const struct operands *patterns, const struct keyvalues *earlier,
                   const char *command, struct error *error);
void run_setup_close(struct run_setup *setup);

/* Writes machine.csv again. Returns 0, or -1 with a message. */
int run_setup_write_facts(const struct run_setup *setup, struct error *error);

#endif
