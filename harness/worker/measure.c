/*
 * What is asked of one cell in one process: calibrated, timed or counted.
 *
 * Everything that is sent before the timed loops is sent with the allocator under test in place, as
 * every call of this process goes to it; the harness allocates the same blocks whichever it is.
 */
#include "subject.h"
#include "worker.h"

#include "clock.h"
#include "count/count.h"
#include "crew.h"
#include "error.h"
#include "gbench.h"
#include "instruction_counter.h"
#include "keep.h"
#include "wire.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CALIBRATION_LEAST_NS = 300000, /* a shorter loop is not extrapolated from */
    CALIBRATION_TRIES = 2,
    CALIBRATION_TRIES_THREADS = 8,
    REPETITIONS_MOST = 1000,
    /*
     * A repetition of more threads than CPUs lasts so many times longer: the scheduler changes
     * from one to the other every few milliseconds, and threads that ran one behind the other
     * would not be a run of all of them.
     */
    SHARED_CPU_FACTOR = 8,
    /* A loop may take this many times as long under another allocator than under the one that its
     * iterations were found under; more would cost many other cells their time. */
    STRETCH_MOST = 20,
    STRETCH_STEP = 16 /* the loop's length grows by this, in finding out how long it takes */
};

/* One repetition, as it is put together from what the body and the library's reporter know. */
struct repetition {
    double ghz; /* mean of the readings before and behind the timed loop */
    long involuntary_switches;
    uint64_t steal_ticks;
    uint64_t checksum;
};

/*
 * The shortest time of a few calls, so that one interruption does not shorten every later sample;
 * or the first that is too short to be extrapolated from. Of several threads one is interrupted
 * more often than one alone, and with it those that wait for it.
 */
static uint64_t shortest_time(struct subject *subject, uint64_t iterations)
{
    const unsigned tries =
        subject->cell.threads > 1 ? CALIBRATION_TRIES_THREADS : CALIBRATION_TRIES;
    uint64_t shortest_ns = UINT64_MAX;
    for (unsigned i = 0; i < tries && shortest_ns >= CALIBRATION_LEAST_NS; i++) {
        const uint64_t elapsed_ns = subject_time(subject, iterations);
        if (elapsed_ns < shortest_ns)
            shortest_ns = elapsed_ns;
    }
    return shortest_ns;
}

/* What a timed loop is meant to take. */
static uint64_t wanted_ns(const struct subject *subject)
{
    return subject->request->repetition_ns *
           (crew_shares_cpus(subject->crew) ? SHARED_CPU_FACTOR : 1);
}

/*
 * How many of the iterations are affordable under this allocator: all, nearly always. A loop grows
 * until it lasts long enough to be extrapolated from, or is whole.
 */
static uint64_t affordable_iterations(struct subject *subject)
{
    const uint64_t all = subject->request->iterations;
    const uint64_t most_ns = STRETCH_MOST * wanted_ns(subject);
    const uint64_t telling_ns = most_ns / STRETCH_STEP;
    for (uint64_t some = 1; some < all; some *= STRETCH_STEP) {
        if (subject_time(subject, some) < telling_ns)
            continue;
        const uint64_t elapsed_ns = shortest_time(subject, some); /* without an interruption */
        const double affordable = (double)some * (double)most_ns / (double)elapsed_ns;
        if (elapsed_ns >= telling_ns && affordable < (double)all)
            return affordable >= 1.0 ? (uint64_t)affordable : 1;
    }
    return all;
}

int worker_calibrate(const struct worker_request *request)
{
    struct subject subject;
    bool skipped;
    const int opened = subject_open(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    uint64_t iterations = subject_warm_up(&subject);
    uint64_t elapsed_ns = shortest_time(&subject, iterations);
    while (elapsed_ns < CALIBRATION_LEAST_NS && iterations < SUBJECT_ITERATIONS_MOST / 2) {
        iterations *= 2;
        elapsed_ns = shortest_time(&subject, iterations);
    }
    const double scale = (double)wanted_ns(&subject) / (double)(elapsed_ns > 0 ? elapsed_ns : 1);
    double wanted = ceil((double)iterations * scale);
    if (wanted < 1.0)
        wanted = 1.0;
    if (wanted > (double)SUBJECT_ITERATIONS_MOST)
        wanted = (double)SUBJECT_ITERATIONS_MOST;
    const double ghz = clock_core_ghz();
    const uint64_t usual =
        subject.cell.threads > 1 ? WORKER_CHECK_ITERATIONS_THREADS : WORKER_CHECK_ITERATIONS;
    const uint64_t asked_for = bench_scenario.check_iterations;
    const uint64_t checksum = crew_run(subject.crew, asked_for > 0 ? asked_for : usual, NULL);
    subject_close(&subject);
    if (wire_sendf(request->fd, "calibrated", "%.0f\t%.9g\t%" PRIu64 "\t%" PRIu64, wanted, ghz,
                   subject.warmup_ns, checksum) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

/* One line of a repetition. */
static int send_repetition(const struct subject *subject, uint64_t iterations, double ns_per_op,
                           double cpu_ns_per_op, double ops_per_s, unsigned index)
{
    const struct repetition *const repetition = &subject->repetitions[index];
    return wire_sendf(subject->request->fd, "rep",
                      "%u\t%" PRIu64 "\t%.17g\t%.17g\t%.9g\t%" PRIu64 "\t%ld\t%" PRIu64 "\t%.17g",
                      index + 1, iterations, ns_per_op, cpu_ns_per_op, repetition->ghz,
                      repetition->checksum, repetition->involuntary_switches,
                      repetition->steal_ticks, ops_per_s);
}

/* One repetition of one thread: called by the library, once each. */
static void timed_body(bm_state *state, void *user)
{
    struct subject *const subject = user;
    bench_run *const run = subject->cell.run;
    void *const data = crew_state(subject->crew, 0);
    const int64_t iterations = bm_max_iterations(state);
    if (subject->done == 0)
        subject_warm_up(subject);
    struct repetition *const repetition = &subject->repetitions[subject->done++];
    struct disturbance before;
    struct disturbance after;
    uint64_t checksum = 0;
    disturbance_read(&before);
    const double ghz_before = clock_core_ghz();
    while (bm_keep_running_batch(state, iterations))
        checksum = run(data, (uint64_t)iterations);
    const double ghz_after = clock_core_ghz();
    disturbance_read(&after);
    *repetition = (struct repetition){
        .ghz = (ghz_before + ghz_after) / 2,
        .involuntary_switches = after.involuntary_switches - before.involuntary_switches,
        .steal_ticks = after.steal_ticks - before.steal_ticks,
        .checksum = checksum,
    };
}

static void receive_run(const struct bm_run *run, void *user)
{
    struct subject *const subject = user;
    if (run->is_aggregate)
        return;
    CHECK(run->repetition_index >= 0 && run->repetition_index < subject->done);
    if (send_repetition(subject, (uint64_t)run->iterations, run->real_ns, run->cpu_ns,
                        1e9 / run->real_ns, (unsigned)run->repetition_index) != 0)
        subject->sent = false;
}

/* The repetitions of one thread: the library's loop and clock. Returns whether all were sent. */
static bool measure_one_thread(struct subject *subject, char *program)
{
    const struct worker_request *const request = subject->request;
    int argc = 1;
    char *argv[] = {program, NULL};
    bm_set_clock_hz((request->clock_ghz > 0.0 ? request->clock_ghz : clock_core_ghz()) * 1e9);
    bm_initialize(&argc, argv);
    bm_benchmark *const benchmark = bm_register(bench_scenario.name, timed_body, subject);
    bm_iterations(benchmark, (int64_t)request->iterations);
    bm_repetitions(benchmark, (int)request->repetitions);
    bm_use_real_time(benchmark);
    const struct bm_reporter_ops ops = {.run = receive_run};
    bm_reporter *const reporter = bm_reporter_new(&ops, subject);
    const size_t count = bm_run_specified_benchmarks(".", reporter);
    bm_reporter_free(reporter);
    return count == 1 && subject->sent;
}

/*
 * The repetitions of several threads. Not through the library: what it calls the time of an
 * iteration is, up to 1.8.5, the wall time over the iterations of all threads, which looks like a
 * speed-up where there is none, and it makes new threads for each run. Each thread has its own
 * clock here; the throughput is that of all, from the first start to the last end. Returns whether
 * all were sent.
 */
static bool measure_threads(struct subject *subject)
{
    const uint64_t iterations = subject->request->iterations;
    const double operations = (double)crew_operations(subject->crew, iterations);
    subject_warm_up(subject);
    for (unsigned i = 0; i < subject->request->repetitions && subject->sent; i++) {
        struct disturbance before;
        struct disturbance after;
        struct crew_timing timing;
        disturbance_read(&before);
        const uint64_t checksum = crew_run(subject->crew, iterations, &timing);
        disturbance_read(&after);
        subject->repetitions[i] = (struct repetition){
            .ghz = timing.ghz,
            /* Threads that share a CPU take it from each other: that is measured, no disturbance.
             */
            .involuntary_switches =
                crew_shares_cpus(subject->crew) ? 0 : timing.involuntary_switches,
            .steal_ticks = after.steal_ticks - before.steal_ticks,
            .checksum = checksum,
        };
        subject->sent = send_repetition(subject, iterations, timing.ns_per_iteration,
                                        timing.cpu_ns_per_iteration,
                                        operations * 1e9 / (double)timing.span_ns, i) == 0;
    }
    return subject->sent;
}

/*
 * Lets the variant look at what it does. The run before leaves the allocator in the state that the
 * observed one goes on from, and says what the checksum must be. Returns 0, or 1 when the driver
 * was told why not, or cannot be reached.
 */
static int observe(const struct subject *subject)
{
    const struct worker_request *const request = subject->request;
    const struct bench_variant *const variant = subject->cell.variant;
    if (variant->observe == NULL)
        return 0;
    const uint64_t iterations = variant->observe_iterations;
    void *const state = crew_state(subject->crew, 0);
    struct bench_metrics metrics = {.count = 0};
    const uint64_t checksum = subject->cell.run(state, iterations);
    if (variant->observe(state, iterations, &metrics) != checksum)
        return subject_fail(request, "the observed run's checksum is not that of the timed one");
    for (size_t i = 0; i < metrics.count; i++)
        if (wire_sendf(request->fd, "metric", "%s\t%s\t%.17g", metrics.items[i].name,
                       metrics.items[i].unit, metrics.items[i].value) != 0)
            return 1;
    return 0;
}

int worker_measure(const struct worker_request *request, char *program)
{
    if (allocost_count_read != NULL)
        return subject_fail(request, "the counting interposer is loaded in a timed pass");
    if (request->iterations == 0 || request->iterations > SUBJECT_ITERATIONS_MOST ||
        request->repetitions == 0 || request->repetitions > REPETITIONS_MOST)
        return subject_fail(request, "iterations or repetitions out of range");
    struct subject subject;
    bool skipped;
    const int opened = subject_open(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    subject.repetitions = check_alloc(request->repetitions, sizeof *subject.repetitions);

    const bool measured = subject.cell.threads == 1 ? measure_one_thread(&subject, program)
                                                    : measure_threads(&subject);
    const int observed = measured ? observe(&subject) : 0;
    const uint64_t warmup_ns = subject.warmup_ns;
    subject_close(&subject);
    if (!measured)
        return subject_fail(request, "not every repetition was run and sent");
    if (observed != 0)
        return observed;
    if (wire_sendf(request->fd, "spent", "%" PRIu64, warmup_ns) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

int worker_count(const struct worker_request *request)
{
    if (allocost_count_read == NULL)
        return subject_fail(request, "the counting interposer is not loaded in the counting pass");
    if (request->iterations == 0)
        return subject_fail(request, "the counting pass needs an iteration count");
    struct subject subject;
    bool skipped;
    const int opened = subject_open(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    const uint64_t iterations = affordable_iterations(&subject);
    /* Once before, so that what is bought for ever at first use (stdio, locale) is not counted. */
    uint64_t checksum = crew_run(subject.crew, iterations, NULL);
    struct count_totals before;
    struct count_totals after;
    allocost_count_read(&before);
    checksum ^= crew_run(subject.crew, iterations, NULL);
    allocost_count_read(&after);
    const struct bench_counts expected = crew_expect(subject.crew, iterations);
    const uint64_t operations = crew_operations(subject.crew, iterations);
    const bool at_most = crew_expect_at_most(subject.crew);
    subject_close(&subject);
    if (checksum != 0)
        return subject_fail(request, "two runs from the same state gave different checksums");
    if (wire_sendf(request->fd, "affordable", "%" PRIu64, iterations) != 0 ||
        wire_sendf(request->fd, "counts",
                   "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                   "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%d",
                   operations, after.allocs - before.allocs, after.reallocs - before.reallocs,
                   after.frees - before.frees, after.bytes - before.bytes,
                   after.usable_bytes - before.usable_bytes, expected.allocs, expected.reallocs,
                   expected.frees, expected.bytes, at_most) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

int worker_instructions(const struct worker_request *request)
{
    if (allocost_count_read != NULL)
        return subject_fail(request, "the counting interposer is loaded in an instruction pass");
    struct subject subject;
    bool skipped;
    const int opened = subject_open(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    struct instruction_counts counts;
    char why[256];
    const int result = instruction_count(subject.cell.run, crew_state(subject.crew, 0),
                                         request->dumps, &counts, why, sizeof why);
    subject_close(&subject);
    if (result != 0)
        return subject_fail(request, why);
    if (wire_sendf(request->fd, "instructions", "%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
                   counts.source, counts.iterations, counts.once, counts.twice) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}
