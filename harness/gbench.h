/*
 * A C API for Google Benchmark, from 1.7.1 on: benchmarks written in C, with plain C loops.
 *
 *     static void copy(void *user, int64_t iterations)
 *     {
 *         for (int64_t i = 0; i < iterations; i++)
 *             ...
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         bm_initialize(&argc, argv);
 *         bm_register_loop("copy", copy, NULL);
 *         return bm_run_specified_benchmarks(NULL, NULL) > 0 ? 0 : 1;
 *     }
 *
 * Link with -lbenchmark, -lpthread and the C++ library. The barriers that keep the compiler from
 * removing what is measured are in keep.h.
 *
 * A run is one call of the benchmark's function with one iteration count. Unless the count is
 * fixed, the library makes runs of growing length until one is long enough; each repetition then is
 * one more run of that length. Only repetitions are reported.
 *
 * A broken rule (a count of 0, iterations together with a minimal time, a NULL name) prints what
 * was broken and aborts. Register, configure and run from one thread. Functions called with a state
 * may run in the benchmark's threads, each with the state it was given. Strings are copied.
 */
#ifndef ALLOCOST_GBENCH_H
#define ALLOCOST_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bm_state bm_state; /* one thread of one run; valid until its function returns */
typedef struct bm_benchmark bm_benchmark; /* a registration; valid until bm_clear_registered */
typedef struct bm_reporter bm_reporter;   /* who receives the results */

/* --- Program ------------------------------------------------------------------------------- */

/*
 * Takes the library's flags (--benchmark_...) out of the arguments; argv[0] must stay valid. A
 * minimal time is understood with and without the suffix s, whatever the library's version. --help
 * and a wrong value print the usage and exit.
 */
void bm_initialize(int *argc, char **argv);

/* Names on stderr every argument that bm_initialize left. Returns whether there was one. */
bool bm_report_unrecognized_arguments(int argc, char **argv);

/*
 * Call it before bm_initialize, so that the library need not find out the CPU's clock: where the
 * kernel does not tell it, that takes one second in every process. `hz` is at least 1000; it is
 * printed with the results and enters none.
 */
void bm_set_clock_hz(double hz);

/* Adds a line to the context that the library's own reporters print. Each key once. */
void bm_add_context(const char *key, const char *value);

/*
 * Runs what `filter` (a regular expression over full names, '-' in front negates; NULL: as
 * --benchmark_filter says) selects, and hands the results to `reporter` (NULL: as
 * --benchmark_format says). Returns how many benchmarks were selected, 0 also for a filter that is
 * no regular expression. With --benchmark_list_tests it prints their names instead. May be called
 * several times.
 */
size_t bm_run_specified_benchmarks(const char *filter, bm_reporter *reporter);

/* Calls `name` with each full name that bm_run_specified_benchmarks would run. Returns how many. */
typedef void bm_name_fn(const char *full_name, void *user);
size_t bm_list(const char *filter, bm_name_fn *name, void *user);

/* Forgets all registrations. */
void bm_clear_registered(void);

/* The library's version, such as "1.9.0"; "1.7" or "1.8" where more is not known. Never NULL. */
const char *bm_library_version(void);

/* What differs between builds of the library, as bits of one word. Finds out the CPU's clock. */
enum bm_caps {
    BM_CAP_DEBUG_BUILD = 1,  /* the library checks its invariants; the timed loop is not its code */
    BM_CAP_SKIP_MESSAGE = 2, /* its own reporters tell a skip from an error (1.8.0) */
};
unsigned bm_library_caps(void);

/* --- Registration -------------------------------------------------------------------------- */

/* The timed part is the whole function, called once by each thread of a run: a plain loop. */
typedef void bm_loop_fn(void *user, int64_t iterations);
bm_benchmark *bm_register_loop(const char *name, bm_loop_fn *loop, void *user);

/*
 * Full control: called once by each thread of a run, the timed part is the loop over BM_LOOP or
 * bm_keep_running_batch inside. Must run that loop to its end or skip. Never leave it by longjmp.
 */
typedef void bm_fn(bm_state *state, void *user);
bm_benchmark *bm_register(const char *name, bm_fn *fn, void *user);

/* --- Configuration: each function returns the benchmark ------------------------------------- */

/* One more benchmark of this name with these arguments; every call has the same number of them. */
bm_benchmark *bm_arg(bm_benchmark *benchmark, int64_t value);
bm_benchmark *bm_args(bm_benchmark *benchmark, const int64_t *values, size_t count);
/* One for start, every power of the multiplier (8 if not set before) between, and limit. */
bm_benchmark *bm_range(bm_benchmark *benchmark, int64_t start, int64_t limit);
bm_benchmark *bm_range_multiplier(bm_benchmark *benchmark, int multiplier);
bm_benchmark *bm_dense_range(bm_benchmark *benchmark, int64_t start, int64_t limit, int step);
bm_benchmark *bm_arg_names(bm_benchmark *benchmark, const char *const *names, size_t count);

/* The unit that the library's own reporters print; a bm_run is always in nanoseconds. */
enum bm_unit { BM_NS, BM_US, BM_MS, BM_S };
bm_benchmark *bm_unit(bm_benchmark *benchmark, enum bm_unit unit);

/*
 * Length of a run: exactly `count` iterations in each thread, or at least this time (without
 * either: --benchmark_min_time). A warm-up time sets a minimal time of 0.5 s if there is none.
 */
bm_benchmark *bm_iterations(bm_benchmark *benchmark, int64_t count);
bm_benchmark *bm_min_time(bm_benchmark *benchmark, double seconds);
bm_benchmark *bm_min_warmup_time(bm_benchmark *benchmark, double seconds);

bm_benchmark *bm_repetitions(bm_benchmark *benchmark, int count);
/* From the second repetition on, report mean, median, deviation and variation only. */
bm_benchmark *bm_report_aggregates_only(bm_benchmark *benchmark);

/* Wall time decides how long a run is, and is what rates are divided by; else CPU time does. */
bm_benchmark *bm_use_real_time(bm_benchmark *benchmark);
/* Wall time is what bm_set_iteration_time says. The run's length has no limit by the clock. */
bm_benchmark *bm_use_manual_time(bm_benchmark *benchmark);
/* CPU time is that of the whole process. */
bm_benchmark *bm_measure_process_cpu_time(bm_benchmark *benchmark);

/*
 * One more benchmark of this name with this number of threads. The caller is thread 0, the others
 * are new in each run; from then on the process has been multi-threaded, which some allocators
 * never forget.
 */
bm_benchmark *bm_threads(bm_benchmark *benchmark, int count);
bm_benchmark *bm_thread_range(bm_benchmark *benchmark, int min, int max);

/*
 * Called around every run, outside the timed part, once for all threads, by thread 0: before any
 * thread enters the benchmark's function, and after all have left it. A setup that skips keeps the
 * function from being called; the teardown is called all the same.
 */
bm_benchmark *bm_setup(bm_benchmark *benchmark, bm_fn *hook, void *user);
bm_benchmark *bm_teardown(bm_benchmark *benchmark, bm_fn *hook, void *user);

/* --- Inside a benchmark -------------------------------------------------------------------- */

/*
 * `while (bm_keep_running_batch(state, n)) ...n iterations...`: starts the clock at the first call,
 * stops it at the one that returns false. With n = bm_max_iterations(state) the body runs once. Not
 * to be called once per iteration: a call costs more than what is measured.
 */
bool bm_keep_running_batch(bm_state *state, int64_t n);
int64_t bm_max_iterations(const bm_state *state);

/*
 * `BM_LOOP(state, i) { ... }`: the same as a loop of i from 0 to the number of iterations, compiled
 * where it stands, with nothing called in it. Leaving it by break or return is reported as an
 * error.
 */
#define BM_LOOP(state, i)                                                                 \
    for (int64_t bm_end_ = bm_max_iterations(state), i = 0;                               \
         bm_keep_running_batch((state), bm_end_); bm_loop_done_((state), (i) == bm_end_)) \
        for ((i) = 0; (i) < bm_end_; (i)++)
void bm_loop_done_(bm_state *state, bool complete);

const char *bm_name(const bm_state *state);               /* as registered */
int64_t bm_range_at(const bm_state *state, size_t index); /* value of an argument */
int bm_thread_index(const bm_state *state);               /* from 0 */
int bm_thread_count(const bm_state *state);
int64_t bm_iterations_done(const bm_state *state);

/* Stop and start this thread's clock in the timed loop, in turns. A pair takes about 0.5 us. */
void bm_pause_timing(bm_state *state);
void bm_resume_timing(bm_state *state);
/* With bm_use_manual_time: adds to the time of the run; one call with the total is enough. */
void bm_set_iteration_time(bm_state *state, double seconds);

/* Text at the end of the row; the last call of any thread counts. */
void bm_set_label(bm_state *state, const char *label);

/*
 * How a counter is finished, by its flags together. Values of all threads are summed first; set it
 * behind the loop.
 */
enum bm_counter_flags {
    BM_COUNTER_PLAIN = 0,
    BM_COUNTER_RATE = 1,                /* divided by the seconds that one thread took */
    BM_COUNTER_AVG_THREADS = 2,         /* divided by the number of threads */
    BM_COUNTER_ITERATION_INVARIANT = 4, /* multiplied by the number of iterations */
    BM_COUNTER_AVG_ITERATIONS = 8,      /* divided by the number of iterations */
    BM_COUNTER_INVERT = 16,             /* its reciprocal, after all of these */
};
void bm_set_counter(bm_state *state, const char *name, double value, unsigned flags);
void bm_set_bytes_processed(bm_state *state, int64_t bytes); /* counter bytes_per_second */
void bm_set_items_processed(bm_state *state, int64_t items); /* counter items_per_second */

/*
 * Gives this run up, with an error or just with a message; before the loop, in it or behind it.
 * Then return: the function is not left by itself. The first message of a run is kept. A benchmark
 * that skips its first repetition skips the others too, in the same words, without being called;
 * one that skips a later repetition skips that alone.
 */
void bm_skip_with_error(bm_state *state, const char *message);
void bm_skip_with_message(bm_state *state, const char *message);
bool bm_skipped(const bm_state *state); /* either has been called with this state */

/* --- Results ------------------------------------------------------------------------------- */

/* A counter, finished. */
struct bm_counter {
    const char *name;
    double value;
};

/* One row: a repetition, or a statistic over the repetitions. Valid during the call. */
struct bm_run {
    const char *name;          /* all parts of the name, as the library prints them */
    const char *function_name; /* as registered */
    const char *args;          /* "size:64/3"; empty without arguments. No string here is NULL */
    int64_t threads;
    int64_t repetition_index; /* from 0; -1 in an aggregate */
    int64_t repetitions;
    bool is_aggregate;          /* all below is a statistic over the repetitions not skipped */
    bool aggregate_is_ratio;    /* real_ns and cpu_ns are fractions of the mean */
    const char *aggregate_name; /* mean, median, stddev, cv; empty in a repetition */
    const char *label;          /* empty without */
    bool skipped;               /* given up; then iterations and times say nothing */
    bool error;                 /* given up with an error */
    const char *message;        /* why; empty when not skipped */
    int64_t iterations;         /* of all threads; in an aggregate the number of repetitions */
    double real_ns;             /* wall time of an iteration in its thread; NaN when skipped */
    double cpu_ns;              /* CPU time of an iteration; NaN when skipped */
    const struct bm_counter *counters; /* in the order of their names */
    size_t counter_count;
};

struct bm_reporter_ops {
    bool (*begin)(void *user); /* before the first run; false: nothing is run. May be NULL */
    void (*run)(const struct bm_run *run, void *user); /* every row, when its benchmark is done */
    void (*end)(void *user);                           /* behind the last row. May be NULL */
};

/* A reporter that hands every row to C. The caller frees it; `ops` is copied. Never NULL. */
bm_reporter *bm_reporter_new(const struct bm_reporter_ops *ops, void *user);
void bm_reporter_free(bm_reporter *reporter);

#ifdef __cplusplus
}
#endif

#endif
