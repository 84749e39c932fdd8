#include "instruction_counter.h"

#include "callgrind_dump.h"
#include "keep.h"
#include "perf_counter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define HAS_CALLGRIND 1
#endif
#endif
#ifndef HAS_CALLGRIND
#define HAS_CALLGRIND 0
#endif

/*
 * As many iterations as there are prepared inputs, so that each is met once and what depends on
 * them is exact over all; fewer where that would take callgrind, which executes about a hundred
 * million instructions a second, too long.
 */
static const uint64_t iterations_most = BENCH_INPUTS;
static const uint64_t instructions_enough = UINT64_C(1) << 23;

/* The CPU's counter takes an instruction more for an interrupt: the least of so many is right. */
enum { PERF_ATTEMPTS = 5 };

/*
 * An allocator may tidy up now and then, and by the clock: two differences are not always equal to
 * the last instruction. When they are farther apart than this, the loop does not do the same each
 * time, as one that waits for another thread, and has no number.
 */
static const double repeats_within = 0.001;

/* How one call is counted. */
struct counter {
    bench_run *run;
    void *state;
    const char *dumps; /* NULL: the CPU's counter counts */
    unsigned dump;     /* files that callgrind has written */
    struct perf_counter perf;
    char *why;
    size_t room;
};

#if HAS_CALLGRIND
static bool under_valgrind(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

/* Reads the file that callgrind has just written, and removes it. */
static int read_dump(struct counter *counter, uint64_t *instructions)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.%u", counter->dumps, ++counter->dump);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *text = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0)
        text = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    const int cause = errno;
    if (fd >= 0)
        close(fd);
    if (text == MAP_FAILED) {
        snprintf(counter->why, counter->room, "cannot read callgrind's dump: %s", strerror(cause));
        return -1;
    }
    const char *const wrong = callgrind_dump_read(text, (size_t)status.st_size, instructions);
    munmap(text, (size_t)status.st_size);
    unlink(path);
    if (wrong != NULL)
        snprintf(counter->why, counter->room, "%s", wrong);
    return wrong == NULL ? 0 : -1;
}

static int count_by_callgrind(struct counter *counter, uint64_t iterations, uint64_t *instructions)
{
    CALLGRIND_ZERO_STATS;
    CALLGRIND_START_INSTRUMENTATION;
    const uint64_t checksum = counter->run(counter->state, iterations);
    CALLGRIND_STOP_INSTRUMENTATION;
    KEEP_VAL(checksum);
    CALLGRIND_DUMP_STATS;
    return read_dump(counter, instructions);
}
#else
static bool under_valgrind(void)
{
    return false;
}

static int count_by_callgrind(struct counter *counter, uint64_t iterations, uint64_t *instructions)
{
    (void)counter, (void)iterations, (void)instructions;
    return -1;
}
#endif

static int count_by_perf(struct counter *counter, uint64_t iterations, uint64_t *instructions)
{
    *instructions = UINT64_MAX;
    for (unsigned attempt = 0; attempt < PERF_ATTEMPTS; attempt++) {
        uint64_t counted;
        if (perf_counter_start(&counter->perf, counter->why, counter->room) != 0)
            return -1;
        const uint64_t checksum = counter->run(counter->state, iterations);
        KEEP_VAL(checksum);
        if (perf_counter_stop(&counter->perf, &counted, counter->why, counter->room) != 0)
            return -1;
        if (counted < *instructions)
            *instructions = counted;
    }
    return 0;
}

static int count_call(struct counter *counter, uint64_t iterations, uint64_t *instructions)
{
    return counter->dumps != NULL ? count_by_callgrind(counter, iterations, instructions)
                                  : count_by_perf(counter, iterations, instructions);
}

/* Twice the pair; what the process buys once and for ever is paid by the calls before it. */
static int count_pair(struct counter *counter, struct instruction_counts *counts)
{
    uint64_t iterations = 1;
    for (;;) {
        if (count_call(counter, iterations, &counts->once) != 0)
            return -1;
        if (iterations >= iterations_most || counts->once >= instructions_enough)
            break;
        iterations *= 2;
    }
    counts->iterations = iterations;
    uint64_t differences[2];
    for (size_t i = 0; i < BENCH_COUNT(differences); i++) {
        if (count_call(counter, iterations, &counts->once) != 0 ||
            count_call(counter, 2 * iterations, &counts->twice) != 0)
            return -1;
        differences[i] = counts->twice - counts->once;
    }
    const double change = fabs((double)differences[1] - (double)differences[0]);
    if (counts->twice >= counts->once && change <= repeats_within * (double)differences[0])
        return 0;
    snprintf(counter->why, counter->room,
             "not the same number twice: %" PRIu64 ", then %" PRIu64 " for %" PRIu64 " iterations",
             differences[0], differences[1], iterations);
    return -1;
}

int instruction_count(bench_run *run, void *state, const char *dumps,
                      struct instruction_counts *counts, char *why, size_t room)
{
    struct counter counter = {
        .run = run, .state = state, .dumps = dumps, .perf = {.fd = -1}, .why = why, .room = room};
    *counts = (struct instruction_counts){.source = dumps != NULL ? "valgrind" : "perf"};
    if (dumps != NULL && !under_valgrind()) {
        snprintf(why, room, "%s",
                 HAS_CALLGRIND ? "this process does not run under valgrind"
                               : "built without valgrind's headers: install them, build again");
        return -1;
    }
    if (dumps == NULL && perf_counter_open(&counter.perf, why, room) != 0)
        return -1;
    const int result = count_pair(&counter, counts);
    if (dumps == NULL)
        perf_counter_close(&counter.perf);
    return result;
}
