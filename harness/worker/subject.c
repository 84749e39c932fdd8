#include "subject.h"

#include "clock.h"
#include "crew.h"
#include "error.h"
#include "keep.h"
#include "provider.h"
#include "wire.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { CHUNK_NS = 500000 }; /* of warm-up between two looks at the clock */

/* How much two readings of the core clock may differ for it to count as settled. */
static const double clock_settled = 0.01;

int subject_fail(const struct worker_request *request, const char *message)
{
    const char *const fields[] = {message};
    wire_send(request->fd, "fail", fields, 1);
    return 1;
}

int subject_send_provider(const struct worker_request *request)
{
    struct provider provider;
    provider_query(&provider);
    /* Not as one format: a path may hold anything, tabs included. */
    const char *const fields[] = {provider.path, provider.version, provider.is_libc ? "1" : "0",
                                  provider.counted ? "1" : "0"};
    return wire_send(request->fd, "provider", fields, 4);
}

static void *do_nothing(void *unused)
{
    return unused;
}

void subject_become_threaded(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

int subject_open(const struct worker_request *request, struct subject *subject, bool *skipped)
{
    *skipped = false;
    *subject = (struct subject){.request = request, .sent = true};
    if (subject_send_provider(request) != 0)
        return 1;
    if (!registry_find(request->variant, request->value, request->threads, &subject->cell)) {
        subject_fail(request, "there is no such variant or value, or not on so many threads");
        return 2;
    }
    const struct bench_variant *const variant = subject->cell.variant;
    if (!variant->never_threaded)
        subject_become_threaded();
    const struct bench_cell wanted = {.value = subject->cell.value,
                                      .seed = request->seed,
                                      .threads = request->threads,
                                      .trace = request->trace != NULL ? &subject->trace.ops : NULL};
    const char *skip = variant->skip;
    struct error error = {.text = ""};
    if (variant->trace == BENCH_TRACE_GIVEN && request->trace != NULL &&
        trace_load(request->trace, &subject->trace, &error) != 0)
        return subject_fail(request, error.text);
    if (skip == NULL)
        subject->crew = crew_open(variant, subject->cell.run, &wanted, &skip);
    if (skip == NULL)
        return 0;
    *skipped = true;
    const char *const fields[] = {skip};
    return wire_send(request->fd, "skip", fields, 1) != 0 ||
                   wire_send(request->fd, "done", NULL, 0) != 0
               ? 1
               : 0;
}

void subject_close(struct subject *subject)
{
    crew_close(subject->crew);
    trace_free(&subject->trace);
    free(subject->repetitions);
}

/* The same as subject_time; *ghz is the core clock when several threads ran, and left alone when
 * the caller's did. */
static uint64_t time_run(struct subject *subject, uint64_t iterations, double *ghz)
{
    struct crew_timing timing = {.span_ns = 0};
    const uint64_t start_ns = clock_now_ns();
    const uint64_t checksum = crew_run(subject->crew, iterations, &timing);
    KEEP_VAL(checksum);
    if (subject->cell.threads == 1)
        return clock_now_ns() - start_ns;
    *ghz = timing.ghz;
    return timing.span_ns;
}

uint64_t subject_time(struct subject *subject, uint64_t iterations)
{
    double ghz;
    return time_run(subject, iterations, &ghz);
}

uint64_t subject_warm_up(struct subject *subject)
{
    const struct worker_request *const request = subject->request;
    const uint64_t start_ns = clock_now_ns();
    uint64_t chunk = 1;
    double last_ghz = 0.0;
    for (;;) {
        double ghz = 0.0;
        const uint64_t elapsed_ns = time_run(subject, chunk, &ghz);
        if (elapsed_ns < CHUNK_NS / 2 && chunk < SUBJECT_ITERATIONS_MOST / 2)
            chunk *= 2;
        const uint64_t spent_ns = clock_now_ns() - start_ns;
        if (spent_ns >= request->warmup_longest_ns)
            break;
        if (spent_ns < request->warmup_ns)
            continue;
        if (subject->cell.threads == 1)
            ghz = clock_core_ghz();
        const bool settled = fabs(ghz - last_ghz) <= clock_settled * ghz &&
                             ghz >= request->clock_ghz * (1.0 - 2 * clock_settled);
        if (settled)
            break;
        last_ghz = ghz;
    }
    subject->warmup_ns = clock_now_ns() - start_ns;
    return chunk;
}
