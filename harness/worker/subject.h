/*
 * The one cell of a worker process: set up, run, warmed up. For the files of this directory only.
 */
#ifndef ALLOCOST_SUBJECT_H
#define ALLOCOST_SUBJECT_H

#include "registry.h"
#include "trace/trace.h"
#include "worker.h"

#include <stdbool.h>
#include <stdint.h>

struct crew;
struct repetition;

/* The cell of this process. */
struct subject {
    const struct worker_request *request;
    struct registry_cell cell;
    struct trace trace; /* the one that the user gives, when the variant wants it */
    struct crew *crew;
    uint64_t warmup_ns;             /* spent in warm-up */
    struct repetition *repetitions; /* as many as were asked for; the measuring pass's */
    unsigned done;                  /* of them */
    bool sent;                      /* every line has reached the driver so far */
};

/* The most iterations that the library accepts: 1e9 up to 1.8.3. */
enum { SUBJECT_ITERATIONS_MOST = 1000000000 };

/* Tells the driver why there is no answer. Returns 1, the process's exit code. */
int subject_fail(const struct worker_request *request, const char *message);

/* Tells the driver who provides malloc. Returns 0, or -1 with errno. */
int subject_send_provider(const struct worker_request *request);

/*
 * Makes this a process that has had a second thread, as nearly all real ones are: glibc's malloc
 * takes a lock from then on where its thread cache does not serve, for ever.
 */
void subject_become_threaded(void);

/*
 * Finds the cell and sets it up. Returns 0 when the subject is ready or, with *skipped, when the
 * cell cannot run here; else the process's exit code; everything is said. A subject that is ready
 * must be closed.
 */
int subject_open(const struct worker_request *request, struct subject *subject, bool *skipped);
void subject_close(struct subject *subject);

/* Runs the cell, and returns the wall time: of several threads from the first start to the last
 * end. */
uint64_t subject_time(struct subject *subject, uint64_t iterations);

/*
 * Runs the cell until the least time has passed and the core clock has settled: two readings in a
 * row agree, and are not below what the session knows. A core that stays slower than the session's
 * is waited for up to the longest time, then measured all the same; the driver sees it in core_ghz.
 * Returns the iterations of a chunk, which takes about half a millisecond.
 */
uint64_t subject_warm_up(struct subject *subject);

#endif
