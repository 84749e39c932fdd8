#include "registry.h"
#include "worker.h"

#include "crew.h"
#include "error.h"
#include "gbench.h"
#include "provider.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BY_HAND_SEED = 1 }; /* any; fixed, so that two runs by hand do the same work */

/* Several threads: their own clocks say the time, the library only how many iterations. */
static uint64_t run_threads(bm_state *state, struct crew *crew)
{
    const int64_t iterations = bm_max_iterations(state);
    struct crew_timing timing = {.span_ns = 1};
    uint64_t checksum = 0;
    while (bm_keep_running_batch(state, iterations))
        checksum = crew_run(crew, (uint64_t)iterations, &timing);
    bm_set_iteration_time(state, timing.ns_per_iteration * (double)iterations / 1e9);
    bm_set_counter(state, "ops_per_s",
                   (double)crew_operations(crew, (uint64_t)iterations) * 1e9 /
                       (double)timing.span_ns,
                   BM_COUNTER_PLAIN);
    return checksum;
}

/* What a variant observes stands beside the time as the library's counters. */
static void observe(bm_state *state, const struct bench_variant *variant, void *data)
{
    struct bench_metrics metrics = {.count = 0};
    variant->observe(data, variant->observe_iterations, &metrics);
    for (size_t i = 0; i < metrics.count; i++)
        bm_set_counter(state, metrics.items[i].name, metrics.items[i].value, BM_COUNTER_PLAIN);
}

static void run_cell(bm_state *state, void *user)
{
    const struct registry_cell *const cell = user;
    const struct bench_cell wanted = {
        .value = cell->value, .seed = BY_HAND_SEED, .threads = cell->threads};
    const char *skip = cell->variant->skip;
    struct crew *const crew =
        skip == NULL ? crew_open(cell->variant, cell->run, &wanted, &skip) : NULL;
    if (skip != NULL) {
        bm_skip_with_message(state, skip);
        return;
    }
    uint64_t checksum = 0;
    if (cell->threads > 1) {
        checksum = run_threads(state, crew);
    } else {
        void *const data = crew_state(crew, 0);
        const int64_t iterations = bm_max_iterations(state);
        while (bm_keep_running_batch(state, iterations))
            checksum = cell->run(data, (uint64_t)iterations);
        if (cell->variant->observe != NULL)
            observe(state, cell->variant, data);
    }
    crew_close(crew);
    char label[32];
    snprintf(label, sizeof label, "checksum %" PRIu64, checksum);
    bm_set_label(state, label);
}

/* Its name is that of the driver; the library appends the argument itself where it can. */
static void register_cell(const struct registry_cell *cell, void *user)
{
    (void)user;
    struct registry_cell *const kept = check_alloc(1, sizeof *kept); /* until the process ends */
    *kept = *cell;
    char value[64] = "";
    char threads[32] = "";
    if (cell->threads > 1)
        snprintf(threads, sizeof threads, "/threads:%u", cell->threads);
    if (cell->threads > 1 && cell->swept)
        snprintf(value, sizeof value, "/%s:%" PRId64, bench_scenario.param, cell->value);
    char *const name =
        check_format("%s/%s%s%s", bench_scenario.name, cell->variant->name, value, threads);
    bm_benchmark *const benchmark = bm_register(name, run_cell, kept);
    free(name);
    if (cell->threads > 1) {
        bm_use_manual_time(benchmark);
    } else if (cell->swept) {
        bm_arg_names(benchmark, &bench_scenario.param, 1);
        bm_arg(benchmark, cell->value);
    }
}

int worker_by_hand(int argc, char **argv)
{
    struct provider provider;
    provider_query(&provider);
    bm_initialize(&argc, argv);
    if (bm_report_unrecognized_arguments(argc, argv))
        return 2;
    bm_add_context("malloc", provider.path);
    bm_add_context("malloc_version", provider.version);
    registry_each(register_cell, NULL);
    return bm_run_specified_benchmarks(NULL, NULL) > 0 ? 0 : 1;
}
