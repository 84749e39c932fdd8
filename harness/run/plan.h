/*
 * What there is to measure: every bench_<scenario> program beside the driver is asked for its
 * cells.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_PLAN_H
#define ALLOCOST_PLAN_H

#include "bench.h"
#include "data/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* One scenario program. All strings are owned by the plan. */
struct plan_scenario {
    char *program; /* its path */
    char *name;
    char *question;
    char *touch;
    char *param;           /* empty when nothing is swept */
    char *library_version; /* of Google Benchmark, as the program says it */
    char *library_build;   /* debug or release */
};

/* One cell, without its allocator. */
struct plan_cell {
    size_t scenario; /* index into the plan's scenarios */
    struct cell id;  /* allocator empty */
    enum bench_tier tier;
    bool heap;           /* measured under every allocator */
    bool control;        /* likewise, though it calls none */
    bool never_threaded; /* its process never has a second thread */
    bool traced;         /* does what the trace says that the user gives */
    bool selected;
    char *work;
    char *code; /* nothing, calls, elided */
    char *calls;
    uint64_t run_offset; /* of the run function from where the program begins; 0: there is none */
    char *skip;          /* why the build cannot run it; empty when it can */
    uint64_t iterations; /* of the timed loop, frozen by calibration; 0: not yet */
    uint64_t checksum;   /* over the calibration's fixed count, to compare within the work group */
    bool has_checksum;   /* calibrated in this session */
    uint64_t observe_ms; /* that its process takes beside the timing */
    char *failure;       /* why it is measured no more, under any allocator; NULL: it is */
};

/* All scenarios, sorted by name, and all cells in the order of the programs. */
struct plan {
    struct plan_scenario *scenarios;
    size_t scenario_count;
    struct plan_cell *cells;
    size_t cell_count;
    uint64_t start_ns; /* the shortest time in which a program was started, answered and ended */
};

/* Asks every executable `directory`/bench_*. A program that does not answer is an error. */
int plan_discover(const char *directory, struct plan *plan, struct error *error);
void plan_free(struct plan *plan);

/*
 * Selects the cells that any of the patterns matches (all without patterns). A pattern is an
 * extended regular expression, searched in the cell's name and in the same with the storage in the
 * variant's place. A pattern that is none, or that matches no cell, is an error that
 * names the nearest scenario.
 */
int plan_select(struct plan *plan, const char *const *patterns, size_t count, struct error *error);

/*
 * Takes out of the selection the cells of other numbers of threads than these. A number that no
 * selected cell has is an error.
 */
int plan_select_threads(struct plan *plan, const unsigned *threads, size_t count,
                        struct error *error);

/*
 * For a run with a trace that the user gives: the cells that do what it says are measured before
 * all others. Without one they are taken out of the selection; an error when nothing else was in
 * it.
 */
int plan_set_trace(struct plan *plan, bool given, struct error *error);

/*
 * Writes the cell's name, cut to the room: `scenario/variant/param:value`, and behind it
 * `/threads:N` when these are more than one.
 */
void plan_cell_name(const struct plan_cell *cell, char *name, size_t room);

/* How many cells are selected. */
size_t plan_selected(const struct plan *plan);

/* Under how many of `allocators` allocators the cell is measured. */
size_t plan_cell_runs(const struct plan_cell *cell, size_t allocators);

/*
 * Processes in one round over the selected cells up to a tier; one that observes for long counts as
 * many. Cells that the build skips or that
 * failed for all allocators are none.
 */
size_t plan_round_processes(const struct plan *plan, enum bench_tier tier, size_t allocators);

/* The word of a tier: key, default, extended. */
const char *plan_tier_name(enum bench_tier tier);

#endif
