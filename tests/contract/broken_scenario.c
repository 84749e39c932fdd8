/*
 * A scenario that breaks every rule of the contract, each in a variant of its own, beside two
 * variants that keep them all. The contract test of it must name every fault and neither of those.
 */
#include "bench.h"
#include "keep.h"

#include <math.h>

enum { BLOCK_BYTES = 16 };

static uint64_t calls; /* of the variant that remembers them */

static uint64_t run_heap(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = malloc(BLOCK_BYTES);
        bench_require(block);
        *block = i;
        KEEP_PTR(block);
        sum += *block;
        free(block);
    }
    return sum;
}

static uint64_t run_nothing(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += i;
        KEEP_VAL(sum);
    }
    return sum;
}

static uint64_t run_extra_alloc(void *state, uint64_t iterations)
{
    void *const block = malloc(BLOCK_BYTES);
    KEEP_PTR(block);
    free(block);
    return run_heap(state, iterations);
}

static uint64_t run_wrong_bytes(void *state, uint64_t iterations)
{
    for (uint64_t i = 0; i < iterations; i++) {
        void *const block = malloc(2 * BLOCK_BYTES);
        KEEP_PTR(block);
        free(block);
    }
    return run_nothing(state, iterations);
}

static uint64_t run_extra_realloc(void *state, uint64_t iterations)
{
    void *block = malloc(BLOCK_BYTES);
    KEEP_PTR(block);
    block = realloc(block, 2 * BLOCK_BYTES);
    KEEP_PTR(block);
    free(block);
    return run_nothing(state, iterations);
}

static uint64_t run_leak(void *state, uint64_t iterations)
{
    for (uint64_t i = 0; i < iterations; i++) {
        void *const block = malloc(BLOCK_BYTES);
        KEEP_PTR(block);
    }
    return run_nothing(state, iterations);
}

static uint64_t run_wrong_sum(void *state, uint64_t iterations)
{
    return run_nothing(state, iterations) + 1;
}

static uint64_t run_remembering(void *state, uint64_t iterations)
{
    return run_nothing(state, iterations) + calls++;
}

static uint64_t run_crash(void *state, uint64_t iterations)
{
    if (getenv("BROKEN_CRASH") != NULL)
        abort();
    return run_nothing(state, iterations);
}

static bench_run *run_for_any(int64_t value)
{
    (void)value;
    return run_nothing;
}

static struct bench_counts expect_pair(const void *state, uint64_t iterations)
{
    (void)state;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * BLOCK_BYTES};
}

static struct bench_counts expect_leak(const void *state, uint64_t iterations)
{
    (void)state;
    return (struct bench_counts){.allocs = iterations, .bytes = iterations * BLOCK_BYTES};
}

static struct bench_counts expect_one_pair(const void *state, uint64_t iterations)
{
    (void)iterations;
    return expect_pair(state, 1);
}

static uint64_t observe_heap(void *state, uint64_t iterations, struct bench_metrics *metrics)
{
    bench_metric_add(metrics, "iterations", "count", (double)iterations);
    return run_heap(state, iterations);
}

static uint64_t observe_more(void *state, uint64_t iterations, struct bench_metrics *metrics)
{
    bench_metric_add(metrics, "iterations", "count", (double)iterations);
    return run_extra_alloc(state, iterations);
}

static uint64_t observe_other(void *state, uint64_t iterations, struct bench_metrics *metrics)
{
    bench_metric_add(metrics, "Iterations", "count", 1);
    bench_metric_add(metrics, "throughput", "count", 1);
    bench_metric_add(metrics, "bytes", "", 1);
    bench_metric_add(metrics, "infinite", "count", HUGE_VAL);
    bench_metric_add(metrics, "bytes", "count", 1);
    return run_heap(state, iterations) + 1;
}

static uint64_t observe_nothing(void *state, uint64_t iterations, struct bench_metrics *metrics)
{
    static unsigned times;
    if (times++ % 2 > 0)
        bench_metric_add(metrics, "now", "count", 1);
    return run_heap(state, iterations);
}

static void *setup_leak(const struct bench_cell *cell, const char **skip)
{
    (void)cell;
    (void)skip;
    void *const block = malloc(BLOCK_BYTES);
    KEEP_PTR(block);
    return block;
}

static void teardown_nothing(void *state)
{
    (void)state;
}

#define HEAP .storage = BENCH_HEAP, .unswept = true
#define PAIR HEAP, BENCH_CALLS("malloc free"), .expect = expect_pair
#define STACK .storage = BENCH_STACK, .unswept = true

static const struct bench_variant variants[] = {
    {.name = "honest", PAIR, .run = run_heap},
    {.name = "honest_observed",
     PAIR,
     .run = run_heap,
     .observe = observe_heap,
     .observe_iterations = 3},
    {.name = "honest_stack", STACK, .run = run_nothing},
    {.name = "extra_alloc", PAIR, .run = run_extra_alloc},
    {.name = "wrong_bytes", PAIR, .run = run_wrong_bytes},
    {.name = "extra_realloc",
     HEAP,
     BENCH_CALLS("malloc realloc free"),
     .run = run_extra_realloc,
     .expect = expect_one_pair},
    {.name = "leak", HEAP, BENCH_CALLS("malloc"), .run = run_leak, .expect = expect_leak},
    {.name = "setup_leak",
     STACK,
     .run = run_nothing,
     .setup = setup_leak,
     .teardown = teardown_nothing},
    {.name = "wrong_sum", STACK, .run = run_wrong_sum},
    {.name = "remembering", STACK, .run = run_remembering, .work = "remembering"},
    {.name = "crash", STACK, .run = run_crash},

    {.name = "observed_more",
     PAIR,
     .run = run_heap,
     .observe = observe_more,
     .observe_iterations = 5},
    {.name = "observed_other",
     PAIR,
     .run = run_heap,
     .observe = observe_other,
     .observe_iterations = 5000},
    {.name = "observed_nothing",
     PAIR,
     .run = run_heap,
     .observe = observe_nothing,
     .observe_iterations = 2},
    {.name = "never_observed", PAIR, .run = run_heap, .observe = observe_heap},
    {.name = "observed_crowd",
     PAIR,
     .run = run_heap,
     .threads = 2,
     .observe = observe_heap,
     .observe_iterations = 2,
     .work = "observed crowd"},

    {.name = "Bad-Name", STACK, .run = run_nothing},
    {.name = "twin", STACK, .run = run_nothing},
    {.name = "twin", STACK, .run = run_nothing},
    {.name = "two_runs", STACK, .run = run_nothing, .run_for = run_for_any},
    {.name = "no_run", STACK},
    {.name = "lone_teardown", STACK, .run = run_nothing, .teardown = teardown_nothing},
    {.name = "no_reason", STACK, .skip = ""},
    {.name = "control_heap", PAIR, .run = run_heap, .control = true},
    {.name = "no_calls",
     HEAP,
     .run = run_heap,
     .expect = expect_pair,
     .code = BENCH_CALLS_ALLOCATOR,
     .code_clang = BENCH_CALLS_ALLOCATOR},
    {.name = "calls_nothing", STACK, .run = run_nothing, .calls = "malloc"},
    {.name = "unknown_call",
     HEAP,
     BENCH_CALLS("malloc free memset"),
     .run = run_heap,
     .expect = expect_pair},
    {.name = "unknown_source",
     HEAP,
     BENCH_CALLS("memset>malloc free"),
     .run = run_heap,
     .expect = expect_pair},
    {.name = "double_call",
     HEAP,
     BENCH_CALLS("malloc free malloc"),
     .run = run_heap,
     .expect = expect_pair},
    {.name = "only_gcc",
     HEAP,
     .run = run_heap,
     .expect = expect_pair,
     .code = BENCH_CALLS_ALLOCATOR,
     .calls = "malloc free"},
    {.name = "over_bound",
     HEAP,
     BENCH_CALLS("malloc free"),
     .threads = 2,
     .run = run_extra_alloc,
     .expect = expect_pair,
     .expect_at_most = true,
     .work = "two threads"},
    {.name = "both_threads", STACK, .run = run_nothing, .threaded = true, .threads = 1},
    {.name = "never_and_two",
     STACK,
     .run = run_nothing,
     .never_threaded = true,
     .threads = 2,
     .work = "two of nothing"},
    {.name = "lone_bound", STACK, .run = run_nothing, .expect_at_most = true},
    {.name = "lone_teardown_shared",
     STACK,
     .run = run_nothing,
     .teardown_shared = teardown_nothing},
    {.name = "bad_storage", .storage = (enum bench_storage)99, .unswept = true, .run = run_nothing},
};

static const struct bench_value values[] = {{1, BENCH_KEY}, {2, BENCH_KEY}, {1, BENCH_KEY}};

const struct bench_scenario bench_scenario = {
    .name = "broken",
    .question = "This is no question.",
    .touch = "",
    .param = "Size in Bytes",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
