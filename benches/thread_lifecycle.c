/*
 * Question: what does a short-lived thread pay for what its allocator keeps for it?
 * Variants: a thread is created, does its work on `objects` objects of 64 bytes and is joined.
 *           static: they are there already, the floor; heap: it allocates all of them, then frees
 *           them, the oldest first; heap_left: it allocates them, and who created it frees them
 *           when it has ended; heap_here: the same work as heap without a thread, called. create: a
 *           thread without an object. null: neither thread nor object.
 * Timed:    pthread_create to pthread_join: making what the allocator has for a thread, getting the
 *           objects, writing the first and last word of each, reading both, giving them back, and
 *           what the end of the thread flushes. One operation is one thread.
 * Not timed: the first thread of the process, whose stack libc keeps for the next ones.
 *           What is timed is the thread that calls run: its wall time has all of it, since it
 *           waits for each thread before it makes the next; its CPU time has not what they used.
 * Expect:   `objects` mallocs and frees of 64 bytes a thread for the three of the heap, counted in
 *           whichever thread they are made; none for the others, nor for the thread itself.
 */
#include "bench.h"
#include "keep.h"

#include <pthread.h>

enum { WORD = sizeof(uint64_t), OBJECT_BYTES = 64, OBJECTS_MOST = 1000 };

enum how { NOTHING, STATIC, HEAP, HEAP_LEFT };

/* What creator and thread share; one of them is at work at any time. */
struct state {
    uint64_t seed;
    uint64_t objects;
    uint64_t first; /* what the thread's first object is filled with */
    uint64_t sum;   /* of what the thread read back */
    uint64_t *held[OBJECTS_MOST];
    unsigned char ground[OBJECTS_MOST * OBJECT_BYTES]; /* static objects */
};

BODY void require(bool done)
{
    if (__builtin_expect(!done, 0))
        abort();
}

/* ---- The work ---- */

BODY void fill(uint64_t *object, uint64_t value)
{
    bench_require(object);
    object[0] = value;
    object[OBJECT_BYTES / WORD - 1] = 3 * value;
    KEEP_PTR(object);
}

BODY uint64_t read_back(const uint64_t *object)
{
    KEEP_PTR(object);
    return object[0] + object[OBJECT_BYTES / WORD - 1];
}

BODY void work(enum how how, struct state *state)
{
    const uint64_t objects = state->objects, first = state->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; how != NOTHING && i < objects; i++) {
        state->held[i] =
            how == STATIC ? (void *)(state->ground + i * OBJECT_BYTES) : malloc(OBJECT_BYTES);
        fill(state->held[i], first + i);
    }
    for (uint64_t i = 0; how != NOTHING && i < objects; i++) {
        sum += read_back(state->held[i]);
        if (how == HEAP)
            free(state->held[i]);
    }
    state->sum = how == NOTHING ? first : sum;
}

#define DEFINE_WORK(label, how)            \
    static void *work_##label(void *state) \
    {                                      \
        work(how, state);                  \
        return NULL;                       \
    }

DEFINE_WORK(nothing, NOTHING)
DEFINE_WORK(static, STATIC)
DEFINE_WORK(heap, HEAP)
DEFINE_WORK(heap_left, HEAP_LEFT)

/* ---- The life of a thread ---- */

BODY void live(void *(*life)(void *), struct state *state)
{
    pthread_t thread;
    require(pthread_create(&thread, NULL, life, state) == 0);
    require(pthread_join(thread, NULL) == 0);
}

BODY uint64_t run(enum how how, void *(*life)(void *), struct state *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        state->first = state->seed + i;
        KEEP_PTR(state);
        if (life != NULL)
            live(life, state);
        else
            work(how, state);
        for (uint64_t j = 0; how == HEAP_LEFT && j < state->objects; j++)
            free(state->held[j]);
        KEEP_PTR(state);
        sum += state->sum;
    }
    return sum;
}

#define DEFINE_RUN(label, how, life)                              \
    static uint64_t run_##label(void *state, uint64_t iterations) \
    {                                                             \
        return run(how, life, state, iterations);                 \
    }

DEFINE_RUN(null, NOTHING, NULL)
DEFINE_RUN(create, NOTHING, work_nothing)
DEFINE_RUN(static, STATIC, work_static)
DEFINE_RUN(heap, HEAP, work_heap)
DEFINE_RUN(heap_left, HEAP_LEFT, work_heap_left)
DEFINE_RUN(heap_here, HEAP, NULL)

/* ---- What is there before the clock starts ---- */

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->objects = (uint64_t)cell->value;
    live(work_nothing, state);
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const uint64_t count = iterations * state->objects;
    return (struct bench_counts){.allocs = count, .frees = count, .bytes = count * OBJECT_BYTES};
}

static const struct bench_value counts[] = {{1, BENCH_EXTENDED},
                                            {10, BENCH_EXTENDED},
                                            {100, BENCH_DEFAULT},
                                            {OBJECTS_MOST, BENCH_EXTENDED}};

#define ROW(label, where, when)                                                                   \
    .name = #label, .storage = (where), .run = run_##label, .setup = setup, .teardown = teardown, \
    .tier = (when)
#define HEAP_ROW(label, when) \
    ROW(label, BENCH_HEAP, when), BENCH_CALLS("malloc free"), .expect = expect

static const struct bench_variant variants[] = {
    {ROW(null, BENCH_INLINE, BENCH_DEFAULT), .unswept = true, .work = "no object"},
    {ROW(create, BENCH_INLINE, BENCH_DEFAULT), .unswept = true, .work = "no object"},
    {ROW(static, BENCH_STATIC, BENCH_DEFAULT)},
    {HEAP_ROW(heap, BENCH_DEFAULT)},
    {HEAP_ROW(heap_left, BENCH_EXTENDED)},
    {HEAP_ROW(heap_here, BENCH_EXTENDED)},
};

const struct bench_scenario bench_scenario = {
    .name = "thread_lifecycle",
    .question = "What does a short-lived thread pay for what its allocator keeps for it?",
    .touch = "first and last word of each of the thread's objects of 64 bytes",
    .param = "objects",
    .values = counts,
    .value_count = BENCH_COUNT(counts),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
