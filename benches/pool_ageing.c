/*
 * Question: how often does a pool miss that forgets what lies unused?
 * Variants: victim, which drops what has lain unused over two ticks, as Go's sync.Pool does since
 *           Go 1.13; cleared, which drops all that lies in it at each tick, as it did before. The
 *           load is bursts of 1 to 8 objects that are held at a time, and now and then, one in 128
 *           at random, of 64. _steady: all bursts are of 8. null: no object. A tick comes after
 *           every `tick_period` objects, at the end of a burst; 0: never.
 * Timed:    getting each object, from malloc where the pool has none; writing its first and last
 *           word; reading both and putting it back; the ticks and what they free; in the end, once,
 *           freeing what the pool holds.
 * Not timed: making the pool and the sizes of the bursts.
 * Expect:   one malloc of 1024 bytes a miss, and as many frees. A run begins with an empty pool, so
 *           filling it counts. How many misses there are follows from the sizes of the bursts and
 *           two numbers: how many objects are young, and how many are victims.
 */
#include "bench.h"
#include "keep.h"
#include "victim_pool.h"

#include <errno.h>
#include <stdbool.h>

enum {
    SIZE_BYTES = 1024,
    WORD = sizeof(uint64_t),
    BURST_MOST = 8,
    PEAK = 64,
    PEAK_EVERY = 128 /* bursts, on average */
};

struct state {
    struct victim_pool pool;
    struct victim_cache *cache;
    uint64_t seed;
    uint64_t period; /* objects between two ticks; 0: never */
    bool cleared;    /* a tick drops everything */
    uint64_t *held[PEAK];
    unsigned char bursts[BENCH_INPUTS];
};

/* The run asks malloc itself when the pool has nothing. */
static void *make_none(void *context)
{
    (void)context;
    errno = ENOMEM;
    return NULL;
}

static void drop(void *context, void *object)
{
    (void)context;
    free(object);
}

static const struct object_source source = {.make = make_none, .drop = drop};

static void tick(struct state *state)
{
    victim_pool_tick(&state->pool);
    if (state->cleared)
        victim_pool_tick(&state->pool);
    victim_cache_catch_up(state->cache);
}

static uint64_t run(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    struct victim_cache *const cache = state->cache;
    const uint64_t seed = state->seed, period = state->period;
    uint64_t sum = 0, until_tick = period;
    uint64_t **const held = state->held;
    uint64_t count;
    for (uint64_t i = 0, burst = 0; i < iterations; i += count, burst++) {
        count = state->bursts[burst % BENCH_INPUTS];
        if (count > iterations - i)
            count = iterations - i;
        for (uint64_t j = 0; j < count; j++) {
            uint64_t *object = victim_cache_get(cache);
            if (object == NULL) {
                object = malloc(SIZE_BYTES);
                bench_require(object);
            }
            object[0] = seed + i + j;
            object[SIZE_BYTES / WORD - 1] = 3 * (seed + i + j);
            held[j] = object;
        }
        for (uint64_t j = 0; j < count; j++) {
            KEEP_PTR(held[j]);
            sum += held[j][0] + held[j][SIZE_BYTES / WORD - 1];
            victim_cache_put(cache, held[j]);
        }
        if (period > 0 && count >= until_tick) {
            tick(state);
            until_tick += period;
        }
        until_tick -= count;
    }
    for (void *object; (object = victim_cache_get(cache)) != NULL;)
        free(object);
    return sum;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const uint64_t seed = ((const struct state *)opaque)->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += seed + i + 3 * (seed + i);
        KEEP_VAL(sum);
    }
    return sum;
}

/* The pool as two numbers. */
static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t young = 0, victims = 0, misses = 0, since_tick = 0, count;
    for (uint64_t i = 0, burst = 0; i < iterations; i += count, burst++) {
        count = state->bursts[burst % BENCH_INPUTS];
        if (count > iterations - i)
            count = iterations - i;
        const uint64_t of_young = young < count ? young : count;
        const uint64_t of_victims = victims < count - of_young ? victims : count - of_young;
        misses += count - of_young - of_victims;
        victims -= of_victims;
        young += count - of_young;
        since_tick += count;
        if (state->period > 0 && since_tick >= state->period) {
            since_tick -= state->period;
            victims = state->cleared ? 0 : young;
            young = 0;
        }
    }
    return (struct bench_counts){.allocs = misses, .frees = misses, .bytes = misses * SIZE_BYTES};
}

static struct state *make_state(const struct bench_cell *cell, bool cleared, bool steady)
{
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->period = (uint64_t)cell->value;
    state->cleared = cleared;
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++) {
        const uint64_t bits = bench_random(&random);
        const bool peak = bits >> 32 < (UINT64_C(1) << 32) / PEAK_EVERY;
        state->bursts[i] = (unsigned char)(steady ? BURST_MOST
                                           : peak ? PEAK
                                                  : 1 + bits % BURST_MOST);
    }
    if (victim_pool_init(&state->pool, &source, cell->threads, 0) != 0)
        abort();
    state->cache = victim_cache_open(&state->pool);
    bench_require(state->cache);
    return state;
}

static void *setup_victim(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, false, false);
}

static void *setup_cleared(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, true, false);
}

static void *setup_victim_steady(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, false, true);
}

static void *setup_cleared_steady(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, true, true);
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    victim_pool_destroy(&state->pool);
    bench_unmap(state, sizeof *state);
}

/* From 100000 on a run of the usual length sees few ticks or none. */
static const struct bench_value periods[] = {
    {100, BENCH_DEFAULT},      {300, BENCH_EXTENDED},  {1000, BENCH_DEFAULT},
    {3000, BENCH_EXTENDED},    {10000, BENCH_DEFAULT}, {100000, BENCH_EXTENDED},
    {1000000, BENCH_EXTENDED}, {0, BENCH_DEFAULT},
};

#define ROW(label)                                                             \
    .name = #label, .storage = BENCH_POOL, .run = run, .setup = setup_##label, \
    .teardown = teardown, .expect = expect, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .unswept = true,
     .setup = setup_victim,
     .teardown = teardown,
     .tier = BENCH_DEFAULT},
    {ROW(victim)},
    {ROW(cleared)},
    {ROW(victim_steady)},
    {ROW(cleared_steady)},
};

const struct bench_scenario bench_scenario = {
    .name = "pool_ageing",
    .question = "How often does a pool miss that forgets what lies unused?",
    .touch = "first and last word, written after the get and read before the put",
    .param = "tick_period",
    .values = periods,
    .value_count = BENCH_COUNT(periods),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
