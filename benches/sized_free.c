/*
 * Question: what does it save to tell the size of a block when it is given back?
 * Variants: plain, free; sized, the function of the allocator that also takes the size: free_sized
 *           of C23, sdallocx (jemalloc), mi_free_size (mimalloc) or tc_free_sized (tcmalloc).
 *           _hot: each block is given back before the next is got. _batch: BATCH blocks are got,
 *           then given back in random order, up to BATCH_MOST bytes each, so that what the
 *           allocator knows of a block is no longer at hand. null: no block.
 * Timed:    getting a block of `size` bytes, writing its first word, reading it, giving it back.
 * Not timed: finding the function, and the order. An allocator without one is skipped.
 * Expect:   one malloc of `size` bytes an iteration and one free. Where calls are counted, sized
 *           goes by free_sized, which the counting library has for every allocator. Without the
 *           size an allocator must look up which class a block is of.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"

#include <dlfcn.h>
#include <string.h>

enum {
    BATCH = 4096,     /* a divisor of BENCH_INPUTS */
    BATCH_MOST = 1024 /* bytes of a block: there are many */
};

enum way { PLAIN, SIZED, SIZED_WITH_FLAGS };

struct state {
    uint64_t seed;
    size_t size;
    void (*sized)(void *block, size_t size);
    void (*with_flags)(void *block, size_t size, int flags); /* or NULL; then sized is set */
    uint64_t *blocks[BATCH];
    uint32_t order[BENCH_INPUTS]; /* whole orders of a batch, one after the other */
};

BODY uint64_t *get(size_t size, uint64_t value)
{
    uint64_t *const block = malloc(size);
    bench_require(block);
    block[0] = value;
    KEEP_PTR(block);
    return block;
}

/* Reads the block and gives it back. */
BODY uint64_t put(enum way way, const struct state *state, uint64_t *block, size_t size)
{
    const uint64_t value = block[0];
    if (way == PLAIN)
        free(block);
    else if (way == SIZED)
        state->sized(block, size);
    else
        state->with_flags(block, size, 0);
    return value;
}

BODY uint64_t loop_hot(enum way way, const struct state *state, uint64_t iterations)
{
    const size_t size = state->size;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += put(way, state, get(size, state->seed + i), size);
    return sum;
}

/* The last batch may be a smaller one: its order leaves out what there is not. */
BODY uint64_t loop_batch(enum way way, struct state *state, uint64_t iterations)
{
    const size_t size = state->size;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i += BATCH) {
        const uint64_t count = iterations - i < BATCH ? iterations - i : BATCH;
        for (uint64_t j = 0; j < count; j++)
            state->blocks[j] = get(size, state->seed + i + j);
        const uint32_t *const order = state->order + (i & (BENCH_INPUTS - 1));
        for (uint64_t j = 0; j < BATCH; j++)
            if (order[j] < count)
                sum += put(way, state, state->blocks[order[j]], size);
    }
    return sum;
}

static uint64_t run_plain_hot(void *state, uint64_t iterations)
{
    return loop_hot(PLAIN, state, iterations);
}

static uint64_t run_plain_batch(void *state, uint64_t iterations)
{
    return loop_batch(PLAIN, state, iterations);
}

static uint64_t run_sized_hot(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    return state->with_flags != NULL ? loop_hot(SIZED_WITH_FLAGS, state, iterations)
                                     : loop_hot(SIZED, state, iterations);
}

static uint64_t run_sized_batch(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    return state->with_flags != NULL ? loop_batch(SIZED_WITH_FLAGS, state, iterations)
                                     : loop_batch(SIZED, state, iterations);
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    return null_loop(((const struct state *)state)->seed, iterations);
}

static bench_run *plain_batch_for(int64_t size)
{
    return size <= BATCH_MOST ? run_plain_batch : NULL;
}

static bench_run *sized_batch_for(int64_t size)
{
    return size <= BATCH_MOST ? run_sized_batch : NULL;
}

/* ---- Setup ---- */

/* Sets how the allocator gives back by size. Returns false when it has no way. */
static bool find_sized(struct state *state)
{
    static const char *const names[] = {"free_sized", "mi_free_size", "tc_free_sized"};
    void *function = NULL;
    for (size_t i = 0; i < BENCH_COUNT(names) && function == NULL; i++)
        function = dlsym(RTLD_DEFAULT, names[i]);
    memcpy(&state->sized, &function, sizeof function);
    if (function != NULL)
        return true;
    function = dlsym(RTLD_DEFAULT, "sdallocx");
    memcpy(&state->with_flags, &function, sizeof function);
    return function != NULL;
}

/* Random orders, by Fisher and Yates. */
static void fill_order(struct state *state)
{
    uint64_t random = state->seed;
    for (size_t place = 0; place < BENCH_INPUTS; place++)
        state->order[place] = (uint32_t)(place % BATCH);
    for (size_t first = 0; first < BENCH_INPUTS; first += BATCH)
        for (size_t left = BATCH; left > 1; left--) {
            uint32_t *const last = state->order + first + left - 1;
            uint32_t *const other = state->order + first + bench_random(&random) % left;
            const uint32_t moved = *last;
            *last = *other;
            *other = moved;
        }
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->size = (size_t)cell->value;
    fill_order(state);
    return state;
}

static void *setup_sized(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    if (find_sized(state))
        return state;
    *skip = "the allocator has no release by size";
    bench_unmap(state, sizeof *state);
    return NULL;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

static struct bench_counts expect_pairs(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->size};
}

static const struct bench_value sizes[] = {
    {16, BENCH_EXTENDED},   {64, BENCH_DEFAULT},    {256, BENCH_EXTENDED},
    {1024, BENCH_EXTENDED}, {8192, BENCH_EXTENDED},
};

#define HEAP .storage = BENCH_HEAP, .teardown = teardown, .expect = expect_pairs

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {.name = "plain_hot",
     HEAP,
     .run = run_plain_hot,
     .setup = setup,
     BENCH_CALLS("malloc free"),
     .tier = BENCH_EXTENDED},
    {.name = "plain_batch",
     HEAP,
     .run_for = plain_batch_for,
     .setup = setup,
     BENCH_CALLS("malloc free")},
    {.name = "sized_hot",
     HEAP,
     .run = run_sized_hot,
     .setup = setup_sized,
     BENCH_CALLS("malloc"), /* the other one by its address */
     .tier = BENCH_EXTENDED},
    {.name = "sized_batch",
     HEAP,
     .run_for = sized_batch_for,
     .setup = setup_sized,
     BENCH_CALLS("malloc")},
};

const struct bench_scenario bench_scenario = {
    .name = "sized_free",
    .question = "What does it save to tell the size of a block when it is given back?",
    .touch = "the first word, written when got, read when given back",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
