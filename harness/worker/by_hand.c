#include "registry.h"
#include "worker.h"

#include "error.h"
#include "gbench.h"
#include "provider.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BY_HAND_SEED = 1 }; /* any; fixed, so that two runs by hand do the same work */

static void run_cell(bm_state *state, void *user)
{
    const struct registry_cell *const cell = user;
    if (cell->variant->skip != NULL) {
        bm_skip_with_message(state, cell->variant->skip);
        return;
    }
    const struct bench_cell wanted = {.value = cell->value, .seed = BY_HAND_SEED, .threads = 1};
    const char *skip = NULL;
    void *const data = cell->variant->setup != NULL ? cell->variant->setup(&wanted, &skip) : NULL;
    if (skip != NULL) {
        bm_skip_with_message(state, skip);
        return;
    }
    const int64_t iterations = bm_max_iterations(state);
    uint64_t checksum = 0;
    while (bm_keep_running_batch(state, iterations))
        checksum = cell->run(data, (uint64_t)iterations);
    if (cell->variant->teardown != NULL)
        cell->variant->teardown(data);
    char label[32];
    snprintf(label, sizeof label, "checksum %" PRIu64, checksum);
    bm_set_label(state, label);
}

static void register_cell(const struct registry_cell *cell, void *user)
{
    (void)user;
    struct registry_cell *const kept = check_alloc(1, sizeof *kept); /* until the process ends */
    *kept = *cell;
    char *const name = check_format("%s/%s", bench_scenario.name, cell->variant->name);
    bm_benchmark *const benchmark = bm_register(name, run_cell, kept);
    free(name);
    if (!cell->swept)
        return;
    bm_arg_names(benchmark, &bench_scenario.param, 1);
    bm_arg(benchmark, cell->value);
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
