/*
 * What the steps of a session share. For the files of this directory only.
 */
#ifndef ALLOCOST_SESSION_STATE_H
#define ALLOCOST_SESSION_STATE_H

#include "bench.h"
#include "data/counts.h"
#include "data/instructions.h"
#include "data/observation.h"
#include "data/sample.h"
#include "run/child.h"
#include "run/noise.h"
#include "run/progress.h"
#include "run/session.h"

enum {
    REPETITIONS = 5,          /* timed loops in a process; its sample is their median */
    REPETITIONS_BELIEVED = 3, /* of them needed for the process to count */
    ATTEMPTS = 3              /* at a noisy sample in one round */
};

/* One allocator as the session uses it. */
struct session_allocator {
    const struct allocator *allocator;
    char *preload;       /* text for LD_PRELOAD, empty for none */
    char *count_preload; /* the same with the counting interposer in front */
    char **proofs;       /* a probe's arguments that ask for its settings; ends with NULL; NULL:
                            there are none */
    char *version;       /* as its own process says */
    char *path;          /* that provides malloc, as its own process says */
};

/* A cell under an allocator that failed is measured no more. */
struct session {
    struct plan *plan;
    const struct session_options *options;
    struct keyvalues *facts;
    struct session_allocator *allocators; /* the usable ones, baseline first */
    size_t allocator_count;
    bool *failed;                  /* [cell * allocator_count + allocator] */
    bool *counted;                 /* the same, by the counting pass */
    uint64_t *affordable;          /* the same: iterations, as counted; 0: not known yet */
    bool has[INSTRUCTION_SOURCES]; /* who can count instructions here, when that was asked for */
    struct sample_writer *samples;
    struct observation_writer *observations;
    struct count_writer *counts;
    struct noise_clock clock;
    struct progress progress;
    struct session_result *result;
    char *link_directory; /* for preloads whose path LD_PRELOAD cannot hold; NULL: not made yet */
    unsigned round;       /* the one being measured, from 1 */
    uint64_t start_ns;
    uint64_t end_ns; /* of the measuring; UINT64_MAX without a budget */
    uint64_t worker_ns;
    uint64_t retry_ns;      /* spent on measuring noisy samples again */
    double start_cost_ns;   /* of a process that does next to nothing, mean over the allocators */
    uint64_t repetition_ns; /* what a timed loop is calibrated to take */
};

/* One metric that a worker observed. */
struct answer_metric {
    char name[BENCH_METRIC_LONGEST + 1];
    char unit[BENCH_METRIC_LONGEST + 1];
    double value;
};

/* What one worker process said about one cell. */
struct answer {
    char provider[4096];
    char version[128];
    bool is_libc;
    bool has_provider;
    char skip[256];
    char refused[512];  /* why a setting is not in effect; empty: none is refused */
    char unproved[256]; /* why a setting is known to be in the environment only; empty: proved */
    char huge_kib[24];  /* of a large block, in huge pages; empty: not known */
    double calibrated;  /* iterations; 0: it did not say */
    double ghz;         /* beside the calibration */
    uint64_t checksum;  /* of the calibration */
    uint64_t warmup_ns;
    struct count_row counts; /* has_counts */
    bool has_counts;
    uint64_t affordable; /* iterations of the cell that the allocator is fast enough for */
    struct instruction_row instructions; /* has_instructions */
    bool has_instructions;
    struct sample rows[REPETITIONS];
    long involuntary_switches[REPETITIONS];
    uint64_t steal_ticks[REPETITIONS];
    unsigned repetitions;
    struct answer_metric metrics[BENCH_METRICS_MOST];
    size_t metric_count;
    bool malformed;
};

/* How a process about a cell is asked for. */
struct question {
    const char *word;             /* probe, calibrate, measure, count, instructions */
    const struct plan_cell *cell; /* NULL for probe */
    size_t allocator;
    bool counting;          /* with the interposer in front */
    bool proving;           /* the allocator is tried out, and its settings, by a probe */
    const char *const *run; /* program that runs the worker, and its arguments; NULL: none */
    const char *dumps;      /* handed on to the worker; NULL: nothing is */
    uint64_t limit_ns;      /* wall time after which it is killed; 0: that of a sample */
};

/*
 * Asks one process. Returns 0 with *answer filled and *failure empty when it answered, was the
 * right allocator and did what was asked; with the reason in *failure when it was not; -1 with a
 * message when no process could be started. A stop request leaves the failure `stopped`.
 */
int session_ask(struct session *session, const struct question *question, struct answer *answer,
                char *failure, size_t room, bool *timed_out, struct error *error);

/* The cell's index in `failed`, `counted` and `affordable` under an allocator. */
size_t session_slot(const struct session *session, const struct plan_cell *cell, size_t allocator);

/*
 * The cell as it stands in the files. A cell that calls no allocator has none in its name, unless
 * it is a control cell, which tells under which one it was measured.
 */
struct cell session_cell(const struct session *session, const struct plan_cell *cell,
                         size_t allocator);

/*
 * The iterations of the cell's timed loop: those that calibration found, for all allocators; fewer
 * under one that is so much slower that a sample would take as long as many others.
 */
uint64_t session_iterations(const struct session *session, const struct plan_cell *cell,
                            size_t allocator);

/* Whether the cell can be measured and did its work when it was calibrated. */
bool session_comparable(const struct plan_cell *cell);

/* Whether the cell of a file's row is the plan's, whatever the allocator. */
bool session_is_of_cell(const struct cell *id, const struct plan_cell *cell);

/* Gives back what the allocator of a session owns. */
void session_free_allocator(struct session_allocator *allocator);

/* Makes the directory for links, if it is not there yet. Returns 0, or -1 with a message. */
int session_make_link_directory(struct session *session, struct error *error);

/* Writes one row that is no measurement. Returns 0, or -1 with a message. */
int session_note_sample(struct session *session, const struct plan_cell *cell, size_t allocator,
                        enum sample_status status, const char *detail, struct error *error);

/* Marks the cell as failed under the allocator, says so, and writes the row. 0, or -1 with a
 * message. */
int session_fail(struct session *session, const struct plan_cell *cell, size_t allocator,
                 const char *reason, struct error *error);

/* Whether the time is up or a stop was asked for. `next_ns` is what the next step is thought to
 * take. */
bool session_over(const struct session *session, uint64_t next_ns);

/* Finds out who can count instructions, and records it as facts. Cannot fail. */
void session_find_counters(struct session *session);

/*
 * The steps, in this order. Each returns 0, or -1 with a message. session_time_start finds what a
 * process costs on this machine, now.
 */
int session_probe(struct session *session, struct allocators *allocators, struct error *error);
int session_time_start(struct session *session, struct error *error);
int session_calibrate(struct session *session, struct error *error);
int session_count(struct session *session, struct error *error);
int session_rounds(struct session *session, struct error *error);
int session_instructions(struct session *session, struct error *error);

#endif
