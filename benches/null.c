/*
 * Question: what does the suite itself cost in an iteration?
 * Variants: empty, a loop whose only work is to add its own index to the checksum.
 * Timed:    the loop.
 * Not timed: everything else; there is no setup.
 * Expect:   one cycle an iteration or less. Every other row contains this much.
 */
#include "bench.h"
#include "null_loop.h"

static uint64_t run_empty(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

static const struct bench_variant variants[] = {
    {.name = "empty", .storage = BENCH_INLINE, .run = run_empty, .unswept = true, .control = true},
};

const struct bench_scenario bench_scenario = {
    .name = "null",
    .question = "What does the suite itself cost in an iteration?",
    .touch = "nothing",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
