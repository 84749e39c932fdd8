/*
 * A run that was recorded, as what reads several of them needs it: what each process measured, and
 * what is known of the machine.
 */
#ifndef ALLOCOST_RECORDED_H
#define ALLOCOST_RECORDED_H

#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/sample.h"

#include <stdbool.h>
#include <stddef.h>

struct error;
struct text_pool;

/* A cell under one allocator. */
struct recorded_cell {
    struct cell cell; /* strings of the pool that was given */
    enum sample_status status;
    const char *detail; /* why it is not ok; a string of the pool, never NULL */
    size_t samples;     /* processes that the statistics are over; 0: no numbers */
    double ns_median;   /* over the processes; NaN without one */
    double ns_low;      /* its 95 % interval; NaN below 6 processes */
    double ns_high;
    const double *logs; /* of the times in ns, one a process, ascending; NULL: only summarized */
};

/* A run. All zero is empty. */
struct recorded_run {
    const char *directory;       /* the caller's */
    struct recorded_cell *cells; /* owned */
    size_t count;
    double *logs;               /* owned; of all cells */
    bool has_samples;           /* false: there is only summary.csv */
    bool has_machine;           /* false: `machine` is empty */
    struct keyvalues machine;   /* owned */
    bool has_metrics;           /* false: there is no metrics.csv, and `metrics` is empty */
    struct metric_rows metrics; /* owned */
    double noise_floor;         /* as machine.csv has it; NaN: unknown */
};

/*
 * Reads the run: from samples.csv and counts.csv, which may be missing, or, without samples.csv,
 * from summary.csv; and machine.csv and metrics.csv, where they are there. Returns 0, or -1 with a
 * message (error.h) that names file, line and column where there are any; then *run is empty.
 * recorded_free gives everything back; the strings stay the pool's.
 */
int recorded_load(const char *directory, struct text_pool *text, struct recorded_run *run,
                  struct error *error);
void recorded_free(struct recorded_run *run);

/* The value of a fact, or "" when it is not known. */
const char *recorded_fact(const struct recorded_run *run, const char *key);

#endif
