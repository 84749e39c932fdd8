/*
 * One cell in one process: prepared, warmed up, then calibrated, timed or counted.
 *
 * Everything that is sent before the timed loops is sent with the allocator under test in place, as
 * every call of this process goes to it; the harness allocates the same blocks whichever it is.
 */
#include "registry.h"
#include "worker.h"

#include "clock.h"
#include "count/count.h"
#include "error.h"
#include "gbench.h"
#include "instruction_counter.h"
#include "keep.h"
#include "provider.h"
#include "wire.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CHUNK_NS = 500000,             /* of warm-up between two looks at the clock */
    CALIBRATION_LEAST_NS = 300000, /* a shorter loop is not extrapolated from */
    REPETITIONS_MOST = 1000
};

/* How much two readings of the core clock may differ for it to count as settled. */
static const double clock_settled = 0.01;

/* The most that the library accepts: 1e9 up to 1.8.3. */
static const uint64_t iterations_most = 1000000000;

/* One repetition, as it is put together from what the body and the library's reporter know. */
struct repetition {
    double ghz; /* mean of the readings before and behind the timed loop */
    long involuntary_switches;
    uint64_t steal_ticks;
    uint64_t checksum;
};

/* The cell of this process. */
struct subject {
    const struct worker_request *request;
    struct registry_cell cell;
    void *state;
    uint64_t warmup_ns;             /* spent in warm-up */
    struct repetition *repetitions; /* as many as were asked for */
    unsigned done;                  /* of them */
    bool sent;                      /* every line has reached the driver so far */
};

static void *do_nothing(void *unused)
{
    return unused;
}

/*
 * Makes this a process that has had a second thread, as nearly all real ones are: glibc's malloc
 * takes a lock from then on where its thread cache does not serve, for ever.
 */
static void become_threaded(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static int fail(const struct worker_request *request, const char *message)
{
    const char *const fields[] = {message};
    wire_send(request->fd, "fail", fields, 1);
    return 1;
}

static int send_provider(const struct worker_request *request)
{
    struct provider provider;
    provider_query(&provider);
    /* Not as one format: a path may hold anything, tabs included. */
    const char *const fields[] = {provider.path, provider.version, provider.is_libc ? "1" : "0",
                                  provider.counted ? "1" : "0"};
    return wire_send(request->fd, "provider", fields, 4);
}

/* Returns 0 when the subject is ready, else the process's exit code, everything said. */
static int open_subject(const struct worker_request *request, struct subject *subject,
                        bool *skipped)
{
    *skipped = false;
    *subject = (struct subject){.request = request, .sent = true};
    if (send_provider(request) != 0)
        return 1;
    if (!registry_find(request->variant, request->value, &subject->cell)) {
        fail(request, "there is no such variant or value");
        return 2;
    }
    const struct bench_variant *const variant = subject->cell.variant;
    if (!variant->never_threaded)
        become_threaded();
    const struct bench_cell wanted = {
        .value = subject->cell.value, .seed = request->seed, .threads = 1};
    const char *skip = variant->skip;
    if (skip == NULL && variant->setup != NULL)
        subject->state = variant->setup(&wanted, &skip);
    if (skip == NULL)
        return 0;
    *skipped = true;
    const char *const fields[] = {skip};
    return wire_send(request->fd, "skip", fields, 1) != 0 ||
                   wire_send(request->fd, "done", NULL, 0) != 0
               ? 1
               : 0;
}

static void close_subject(struct subject *subject)
{
    if (subject->cell.variant->teardown != NULL)
        subject->cell.variant->teardown(subject->state);
    free(subject->repetitions);
}

/* Wall time of one call. */
static uint64_t time_run(const struct subject *subject, uint64_t iterations)
{
    const uint64_t start_ns = clock_now_ns();
    const uint64_t checksum = subject->cell.run(subject->state, iterations);
    KEEP_VAL(checksum);
    return clock_now_ns() - start_ns;
}

/*
 * Runs the body until the least time has passed and the core clock has settled: two readings in a
 * row agree, and are not below what the session knows. A core that stays slower than the session's
 * is waited for up to the longest time, then measured all the same; the driver sees it in core_ghz.
 * Returns the iterations of a chunk, which takes about CHUNK_NS.
 */
static uint64_t warm_up(struct subject *subject)
{
    const struct worker_request *const request = subject->request;
    const uint64_t start_ns = clock_now_ns();
    uint64_t chunk = 1;
    double last_ghz = 0.0;
    for (;;) {
        const uint64_t elapsed_ns = time_run(subject, chunk);
        if (elapsed_ns < CHUNK_NS / 2 && chunk < iterations_most / 2)
            chunk *= 2;
        const uint64_t spent_ns = clock_now_ns() - start_ns;
        if (spent_ns >= request->warmup_longest_ns)
            break;
        if (spent_ns < request->warmup_ns)
            continue;
        const double ghz = clock_core_ghz();
        const bool settled = fabs(ghz - last_ghz) <= clock_settled * ghz &&
                             ghz >= request->clock_ghz * (1.0 - 2 * clock_settled);
        if (settled)
            break;
        last_ghz = ghz;
    }
    subject->warmup_ns = clock_now_ns() - start_ns;
    return chunk;
}

int worker_calibrate(const struct worker_request *request)
{
    struct subject subject;
    bool skipped;
    const int opened = open_subject(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    uint64_t iterations = warm_up(&subject);
    uint64_t elapsed_ns = time_run(&subject, iterations);
    while (elapsed_ns < CALIBRATION_LEAST_NS && iterations < iterations_most / 2) {
        iterations *= 2;
        elapsed_ns = time_run(&subject, iterations);
    }
    /* The faster of two, so that one interruption does not shorten every later sample. */
    const uint64_t again_ns = time_run(&subject, iterations);
    if (again_ns < elapsed_ns)
        elapsed_ns = again_ns;
    const double scale = (double)request->repetition_ns / (double)(elapsed_ns > 0 ? elapsed_ns : 1);
    double wanted = ceil((double)iterations * scale);
    if (wanted < 1.0)
        wanted = 1.0;
    if (wanted > (double)iterations_most)
        wanted = (double)iterations_most;
    const double ghz = clock_core_ghz();
    const uint64_t checksum = subject.cell.run(subject.state, WORKER_CHECK_ITERATIONS);
    close_subject(&subject);
    if (wire_sendf(request->fd, "calibrated", "%.0f\t%.9g\t%" PRIu64 "\t%" PRIu64, wanted, ghz,
                   subject.warmup_ns, checksum) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

/* One repetition: called by the library, once each. */
static void timed_body(bm_state *state, void *user)
{
    struct subject *const subject = user;
    bench_run *const run = subject->cell.run;
    void *const data = subject->state;
    const int64_t iterations = bm_max_iterations(state);
    if (subject->done == 0)
        warm_up(subject);
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
    const struct repetition *const repetition = &subject->repetitions[run->repetition_index];
    if (wire_sendf(subject->request->fd, "rep",
                   "%" PRId64 "\t%" PRId64 "\t%.17g\t%.17g\t%.9g\t%" PRIu64 "\t%ld\t%" PRIu64,
                   run->repetition_index + 1, run->iterations, run->real_ns, run->cpu_ns,
                   repetition->ghz, repetition->checksum, repetition->involuntary_switches,
                   repetition->steal_ticks) != 0)
        subject->sent = false;
}

int worker_measure(const struct worker_request *request, char *program)
{
    if (allocost_count_read != NULL)
        return fail(request, "the counting interposer is loaded in a timed pass");
    if (request->iterations == 0 || request->iterations > iterations_most ||
        request->repetitions == 0 || request->repetitions > REPETITIONS_MOST)
        return fail(request, "iterations or repetitions out of range");
    struct subject subject;
    bool skipped;
    const int opened = open_subject(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    subject.repetitions = check_alloc(request->repetitions, sizeof *subject.repetitions);

    int argc = 1;
    char *argv[] = {program, NULL};
    bm_set_clock_hz((request->clock_ghz > 0.0 ? request->clock_ghz : clock_core_ghz()) * 1e9);
    bm_initialize(&argc, argv);
    bm_benchmark *const benchmark = bm_register(bench_scenario.name, timed_body, &subject);
    bm_iterations(benchmark, (int64_t)request->iterations);
    bm_repetitions(benchmark, (int)request->repetitions);
    bm_use_real_time(benchmark);
    const struct bm_reporter_ops ops = {.run = receive_run};
    bm_reporter *const reporter = bm_reporter_new(&ops, &subject);
    const size_t count = bm_run_specified_benchmarks(".", reporter);
    bm_reporter_free(reporter);

    const uint64_t warmup_ns = subject.warmup_ns;
    close_subject(&subject);
    if (count != 1 || !subject.sent)
        return fail(request, "Google Benchmark did not run the cell");
    if (wire_sendf(request->fd, "spent", "%" PRIu64, warmup_ns) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

int worker_count(const struct worker_request *request)
{
    if (allocost_count_read == NULL)
        return fail(request, "the counting interposer is not loaded in the counting pass");
    if (request->iterations == 0)
        return fail(request, "the counting pass needs an iteration count");
    struct subject subject;
    bool skipped;
    const int opened = open_subject(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    /* Once before, so that what is bought for ever at first use (stdio, locale) is not counted. */
    uint64_t checksum = subject.cell.run(subject.state, request->iterations);
    struct count_totals before;
    struct count_totals after;
    allocost_count_read(&before);
    checksum ^= subject.cell.run(subject.state, request->iterations);
    allocost_count_read(&after);
    struct bench_counts expected = {0};
    if (subject.cell.variant->expect != NULL)
        expected = subject.cell.variant->expect(subject.state, request->iterations);
    close_subject(&subject);
    if (checksum != 0)
        return fail(request, "two runs from the same state gave different checksums");
    if (wire_sendf(request->fd, "counts",
                   "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                   "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
                   request->iterations, after.allocs - before.allocs,
                   after.reallocs - before.reallocs, after.frees - before.frees,
                   after.bytes - before.bytes, after.usable_bytes - before.usable_bytes,
                   expected.allocs, expected.reallocs, expected.frees, expected.bytes) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

int worker_instructions(const struct worker_request *request)
{
    if (allocost_count_read != NULL)
        return fail(request, "the counting interposer is loaded in an instruction pass");
    struct subject subject;
    bool skipped;
    const int opened = open_subject(request, &subject, &skipped);
    if (opened != 0 || skipped)
        return opened;
    struct instruction_counts counts;
    char why[256];
    const int result = instruction_count(subject.cell.run, subject.state, request->dumps, &counts,
                                         why, sizeof why);
    close_subject(&subject);
    if (result != 0)
        return fail(request, why);
    if (wire_sendf(request->fd, "instructions", "%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
                   counts.source, counts.iterations, counts.once, counts.twice) != 0 ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}

int worker_probe(const struct worker_request *request)
{
    /* An allocator that cannot serve a few sizes and threads is found out here, once. */
    become_threaded();
    for (size_t size = 1; size <= (size_t)1 << 20; size *= 4) {
        char *const block = malloc(size);
        if (block == NULL)
            return fail(request, "malloc returned NULL");
        block[0] = block[size - 1] = 1;
        KEEP_PTR(block);
        free(block);
    }
    if (send_provider(request) != 0 || wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}
