/*
 * Question: how does an allocator scale over threads that share no object?
 * Variants: pair: each thread allocates an object and frees it, again and again; live_64, live_1k:
 *           each keeps so many live, and an iteration puts a new one in the place of one that is
 *           chosen at random; burst_1k: each allocates 1024 and then frees them, the oldest first.
 *           _unpinned: the threads run where the scheduler puts them; else each stays on one CPU.
 *           pool_: the same from a pool that each thread has of its own, which shares nothing.
 *           null: no object.
 * Timed:    getting an object, writing its first and last word, reading both, giving it back. Of
 *           the live ones: also getting the first of them, and giving back those that are left.
 * Not timed: starting the threads, making their pools and the order of the places.
 * Expect:   one malloc and one free of `size` bytes an iteration in each thread; none for pool_.
 */
#include "bench.h"
#include "keep.h"
#include "pool.h"

#include <sched.h>

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16, /* as malloc's on both architectures */
    FEW = 64,
    MANY = 1024 /* more than the usual thread cache keeps of a size */
};

enum how { HEAP, POOL };

/* What the threads share, and only read. */
struct shared {
    cpu_set_t cpus;               /* of the process */
    uint16_t order[BENCH_INPUTS]; /* places, below MANY */
};

/* Made for each thread. */
struct state {
    uint64_t first; /* what the thread's first object is filled with; differs between threads */
    size_t size;
    uint64_t live; /* places in use: a power of two */
    const uint16_t *order;
    struct pool pool;
    uint64_t *held[MANY]; /* all NULL between two runs */
};

/* ---- An object ---- */

BODY uint64_t *get(enum how how, size_t size, struct state *state)
{
    return how == HEAP ? malloc(size) : pool_get(&state->pool);
}

BODY void put(enum how how, struct state *state, uint64_t *object)
{
    if (how == HEAP)
        free(object);
    else
        pool_put(&state->pool, object);
}

BODY void fill(uint64_t *object, size_t size, uint64_t value)
{
    bench_require(object);
    object[0] = value;
    object[size / WORD - 1] = 3 * value;
    KEEP_PTR(object);
}

BODY uint64_t read_back(const uint64_t *object, size_t size)
{
    KEEP_PTR(object);
    return object[0] + object[size / WORD - 1];
}

/* ---- The loops ---- */

BODY uint64_t loop_pair(enum how how, size_t size, struct state *state, uint64_t iterations)
{
    const uint64_t first = state->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        uint64_t *const object = get(how, size, state);
        fill(object, size, first + i);
        sum += read_back(object, size);
        put(how, state, object);
    }
    return sum;
}

BODY uint64_t give_back(enum how how, size_t size, struct state *state, uint64_t **place)
{
    const uint64_t value = read_back(*place, size);
    put(how, state, *place);
    return value;
}

BODY uint64_t loop_live(enum how how, size_t size, struct state *state, uint64_t iterations)
{
    const uint64_t first = state->first, live = state->live;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        uint64_t **const place = &state->held[state->order[i & (BENCH_INPUTS - 1)] & (live - 1)];
        uint64_t *const object = get(how, size, state);
        fill(object, size, first + i);
        if (*place != NULL)
            sum += give_back(how, size, state, place);
        *place = object;
    }
    for (uint64_t i = 0; i < live; i++) {
        if (state->held[i] != NULL)
            sum += give_back(how, size, state, &state->held[i]);
        state->held[i] = NULL;
    }
    return sum;
}

BODY uint64_t loop_burst(enum how how, size_t size, struct state *state, uint64_t iterations)
{
    const uint64_t first = state->first, live = state->live;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i += live) {
        KEEP_PTR(state);
        const uint64_t count = iterations - i < live ? iterations - i : live;
        for (uint64_t j = 0; j < count; j++) {
            state->held[j] = get(how, size, state);
            fill(state->held[j], size, first + i + j);
        }
        for (uint64_t j = 0; j < count; j++) {
            sum += give_back(how, size, state, &state->held[j]);
            state->held[j] = NULL;
        }
    }
    return sum;
}

/* Sizes, each a constant of the code: those of all variants, and one that a thousand of is much. */
#define EACH_SMALL_SIZE(macro, ...) macro(64, __VA_ARGS__) macro(1024, __VA_ARGS__)
#define EACH_SIZE(macro, ...) EACH_SMALL_SIZE(macro, __VA_ARGS__) macro(16384, __VA_ARGS__)

#define CHOICE(bytes, label) \
    if (size == (bytes))     \
        return run_##label##_##bytes;

#define DEFINE_CELL(size, label, loop, how)                                \
    static uint64_t run_##label##_##size(void *state, uint64_t iterations) \
    {                                                                      \
        return loop(how, size, state, iterations);                         \
    }

#define DEFINE(each, label, loop, how)                                              \
    each(DEFINE_CELL, label, loop, how) static bench_run *label##_for(int64_t size) \
    {                                                                               \
        each(CHOICE, label) return NULL;                                            \
    }

DEFINE(EACH_SIZE, pair, loop_pair, HEAP)
DEFINE(EACH_SIZE, live, loop_live, HEAP)
DEFINE(EACH_SMALL_SIZE, live_small, loop_live, HEAP)
DEFINE(EACH_SMALL_SIZE, burst, loop_burst, HEAP)
DEFINE(EACH_SMALL_SIZE, pool_live, loop_live, POOL)
DEFINE(EACH_SMALL_SIZE, pool_burst, loop_burst, POOL)

static uint64_t run_null(void *state, uint64_t iterations)
{
    const uint64_t first = ((const struct state *)state)->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += first + i + 3 * (first + i);
        KEEP_VAL(sum);
    }
    return sum;
}

/* ---- What is there before the clock starts ---- */

/* The first thread of the process is told of all its CPUs; the others are given one each. */
static void *setup_shared(const struct bench_cell *cell, const char **skip)
{
    struct shared *const shared = bench_map(sizeof *shared);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        shared->order[i] = (uint16_t)(bench_random(&random) % MANY);
    if (sched_getaffinity(0, sizeof shared->cpus, &shared->cpus) != 0)
        *skip = "the kernel does not tell on which CPUs the process may run";
    return shared;
}

static void teardown_shared(void *shared)
{
    bench_unmap(shared, sizeof(struct shared));
}

static void *make_state(const struct bench_cell *cell, uint64_t live)
{
    struct state *const state = bench_map(sizeof *state);
    state->first = cell->seed + ((uint64_t)cell->thread << 32);
    state->size = cell->value > 0 ? (size_t)cell->value : WORD;
    state->live = live;
    state->order = ((const struct shared *)cell->shared)->order;
    if (pool_init(&state->pool, state->size, ALIGNMENT, 0) != 0)
        abort();
    return state;
}

static void *setup_few(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, FEW);
}

static void *setup_many(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, MANY);
}

static void *setup_unpinned(const struct bench_cell *cell, const char **skip)
{
    const struct shared *const shared = cell->shared;
    if (sched_setaffinity(0, sizeof shared->cpus, &shared->cpus) != 0)
        *skip = "a thread cannot be given the CPUs of its process";
    return make_state(cell, FEW);
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect(const void *state, uint64_t iterations)
{
    return (struct bench_counts){.allocs = iterations,
                                 .frees = iterations,
                                 .bytes = iterations * ((const struct state *)state)->size};
}

static const struct bench_value sizes[] = {
    {64, BENCH_DEFAULT}, {1024, BENCH_EXTENDED}, {16384, BENCH_EXTENDED}};

#define ROW(label, loop, prepare)                                                    \
    .name = #label, .run_for = loop##_for, .setup = (prepare), .teardown = teardown, \
    .setup_shared = setup_shared, .teardown_shared = teardown_shared, .threaded = true
#define HEAP_ROW(label, loop, prepare) \
    ROW(label, loop, prepare), .storage = BENCH_HEAP, BENCH_CALLS("malloc free"), .expect = expect
#define POOL_ROW(label, loop, prepare) ROW(label, loop, prepare), .storage = BENCH_POOL

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .setup = setup_few,
     .teardown = teardown,
     .setup_shared = setup_shared,
     .teardown_shared = teardown_shared,
     .tier = BENCH_DEFAULT},
    {HEAP_ROW(pair, pair, setup_few), .tier = BENCH_EXTENDED},
    {HEAP_ROW(live_64, live, setup_few)},
    {HEAP_ROW(live_64_unpinned, live_small, setup_unpinned), .tier = BENCH_EXTENDED},
    {HEAP_ROW(live_1k, live_small, setup_many), .tier = BENCH_EXTENDED},
    {HEAP_ROW(burst_1k, burst, setup_many), .tier = BENCH_EXTENDED},
    {POOL_ROW(pool_live_64, pool_live, setup_few), .tier = BENCH_EXTENDED},
    {POOL_ROW(pool_burst_1k, pool_burst, setup_many), .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "thread_scaling",
    .question = "How does an allocator scale over threads that share no object?",
    .touch = "first and last word of each object, written and read by the thread that owns it",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
