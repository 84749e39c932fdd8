/*
 * What a bench_<scenario> does when its first argument is a word, and not a flag of Google
 * Benchmark.
 *
 *     bench_x describe                        the scenario and its cells, as lines of the wire
 *     bench_x probe --fd=N --accept --setting=V=X...   who provides malloc in this process
 *     bench_x calibrate|measure|count|instructions --fd=N --variant=V --value=X --threads=T
 *         --seed=S ...
 *
 * Each function returns the process's exit code: 0 done, 1 failed, 2 usage.
 */
#ifndef ALLOCOST_WORKER_H
#define ALLOCOST_WORKER_H

#include <stdbool.h>
#include <stdint.h>

enum { WORKER_SETTINGS_MOST = 8 }; /* of one allocator */

/* What is asked of one process about one cell. */
struct worker_request {
    const char *variant;
    const char *value;          /* decimal, empty when not swept */
    unsigned threads;           /* of the cell */
    uint64_t seed;              /* of every random choice of the scenario */
    uint64_t iterations;        /* of the timed loop; 0: to be calibrated */
    unsigned repetitions;       /* timed loops in this process */
    uint64_t repetition_ns;     /* what a calibrated loop should take */
    uint64_t warmup_ns;         /* least time of untimed loops before the first timed one */
    uint64_t warmup_longest_ns; /* when to stop waiting for the clock to settle */
    double clock_ghz;           /* the core clock of late; 0: not known yet */
    const char *trace;          /* the path of the one that the user gives; NULL: none */
    const char *dumps;          /* the path that callgrind was given; NULL: not under it */
    const char *settings[WORKER_SETTINGS_MOST]; /* VARIABLE=VALUE, to be proved by the probe */
    unsigned setting_count;
    bool accepting; /* the probe tries the allocator out */
    int fd;         /* where the lines go */
};

/* Sends the scenario and its cells. */
int worker_describe(const struct worker_request *request);

/* Sends who provides malloc, and of each setting that it is given what is known of it. Fails an
 * allocator that breaks a promise, when it is to try it out. */
int worker_probe(const struct worker_request *request);

/*
 * Iterations of the checksum that calibration sends: the same for every variant of one thread, and
 * for every one of several, so that the driver can compare variants of equal work, whose timed
 * loops are of different lengths. Threads that wake each other take up to a millisecond for one.
 * A scenario may ask for another number.
 */
enum { WORKER_CHECK_ITERATIONS = 4099, WORKER_CHECK_ITERATIONS_THREADS = 257 };

/* Finds the iteration count that takes repetition_ns, and sends it with that checksum. */
int worker_calibrate(const struct worker_request *request);

/*
 * Warms up, times the repetitions, and sends each: of one thread through Google Benchmark, of
 * several by the clock of each thread. Then sends what the variant observes, if it does.
 */
int worker_measure(const struct worker_request *request, char *program);

/* Runs the cell once under the counting interposer, and sends what it counted. */
int worker_count(const struct worker_request *request);

/* Counts the instructions of the cell's loop, under callgrind or by the CPU, and sends them. */
int worker_instructions(const struct worker_request *request);

/* An ordinary Google Benchmark program over all cells, with all the library's flags. */
int worker_by_hand(int argc, char **argv);

#endif
