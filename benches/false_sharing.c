/*
 * Question: do two threads that write to objects of their own slow each other down?
 * Variants: where the objects of 8 bytes lie, eight for each thread. adjacent: in static memory
 *           side by side, in turn one of each thread's, so that both cores want the same lines;
 *           padded: all 128 bytes apart, the floor; handed: malloc of all by one thread, which
 *           hands every other one to the other thread (passive false sharing); active: each thread
 *           allocates its own, writes them and frees them, for each operation; passive: as active,
 *           but each has first freed every other one of those that a third thread had allocated,
 *           and may be given them again. active_padded: as active, 128 bytes on a boundary of 128.
 *           null: a loop on one thread.
 * Timed:    each of both threads sets its objects, adds one to each in turn, 256 times in all, each
 *           time in memory, and reads them: that is one operation. handed: malloc, handing over and
 *           free are at both ends of a run of many operations.
 * Not timed: starting the threads.
 * Expect:   sixteen mallocs and frees of 8 bytes an operation for active and passive, as many of
 *           aligned_alloc and 128 bytes for active_padded; sixteen a run for handed; none for the
 *           others.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "spsc_ring.h"

#include <stdatomic.h>

enum {
    THREADS = 2,
    OBJECTS = 8, /* of each: where a line begins between two of them, others still share one */
    OBJECT_BYTES = sizeof(uint64_t),
    APART_BYTES = SPSC_LINE_BYTES, /* no core fetches or owns them together */
    ROUNDS = 32                    /* of writes to all of them */
};

/* What the threads share. */
struct meeting {
    _Alignas(APART_BYTES) _Atomic uint64_t handed; /* runs whose objects are there; thread 0's */
    uint64_t *given[OBJECTS];                      /* thread 1's, of this run */
    _Alignas(APART_BYTES) _Atomic uint64_t done;   /* runs that thread 1 has ended */
    _Alignas(APART_BYTES) uint64_t *before[OBJECTS][THREADS]; /* passive: freed first */
    _Alignas(APART_BYTES) unsigned char ground[OBJECTS * THREADS * APART_BYTES]; /* static ones */
};

/* Made for each thread. */
struct state {
    uint64_t first; /* what its first object is set to; differs between the threads */
    unsigned thread;
    uint64_t *object[OBJECTS]; /* that it writes to */
    uint64_t runs;             /* of handed, ever */
    struct meeting *meeting;
};

/* ---- The writes ---- */

BODY uint64_t write_often(uint64_t *const *object, uint64_t first)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < OBJECTS; i++)
        *object[i] = first + i;
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < OBJECTS; i++) {
            uint64_t *const one = object[i];
            KEEP_PTR(one);
            *one += 1;
        }
    for (unsigned i = 0; i < OBJECTS; i++) {
        const uint64_t *const one = object[i];
        KEEP_PTR(one);
        sum += *one;
    }
    return sum;
}

BODY uint64_t write_same(const struct state *state, uint64_t iterations)
{
    const uint64_t first = state->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += write_often(state->object, first + i);
    return sum;
}

static uint64_t run_static(void *state, uint64_t iterations)
{
    return write_same(state, iterations);
}

/* Freed in the order that lets an allocator give all out again as they were. */
BODY uint64_t hand_and_write(struct state *state, uint64_t iterations)
{
    struct meeting *const meeting = state->meeting;
    for (unsigned i = 0; i < OBJECTS; i++) {
        state->object[i] = malloc(OBJECT_BYTES);
        meeting->given[i] = malloc(OBJECT_BYTES);
        bench_require(state->object[i]);
        bench_require(meeting->given[i]);
    }
    atomic_store_explicit(&meeting->handed, ++state->runs, memory_order_release);
    const uint64_t sum = write_same(state, iterations);
    unsigned looks = 0;
    while (atomic_load_explicit(&meeting->done, memory_order_acquire) != state->runs)
        spsc_wait(&looks);
    for (unsigned i = OBJECTS; i-- > 0;) {
        free(meeting->given[i]);
        free(state->object[i]);
    }
    return sum;
}

BODY uint64_t take_and_write(struct state *state, uint64_t iterations)
{
    struct meeting *const meeting = state->meeting;
    unsigned looks = 0;
    ++state->runs;
    while (atomic_load_explicit(&meeting->handed, memory_order_acquire) != state->runs)
        spsc_wait(&looks);
    for (unsigned i = 0; i < OBJECTS; i++)
        state->object[i] = meeting->given[i];
    const uint64_t sum = write_same(state, iterations);
    atomic_store_explicit(&meeting->done, state->runs, memory_order_release);
    return sum;
}

static uint64_t run_handed(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    return state->thread == 0 ? hand_and_write(state, iterations)
                              : take_and_write(state, iterations);
}

BODY uint64_t write_own(bool padded, struct state *state, uint64_t iterations)
{
    const uint64_t first = state->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        for (unsigned j = 0; j < OBJECTS; j++) {
            state->object[j] =
                padded ? aligned_alloc(APART_BYTES, APART_BYTES) : malloc(OBJECT_BYTES);
            bench_require(state->object[j]);
        }
        sum += write_often(state->object, first + i);
        for (unsigned j = OBJECTS; j-- > 0;)
            free(state->object[j]);
    }
    return sum;
}

static uint64_t run_own(void *state, uint64_t iterations)
{
    return write_own(false, state, iterations);
}

static uint64_t run_own_padded(void *state, uint64_t iterations)
{
    return write_own(true, state, iterations);
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* ---- What is there before the clock starts ---- */

static void *setup_meeting(const struct bench_cell *cell, const char **skip)
{
    (void)cell;
    (void)skip;
    return bench_map(sizeof(struct meeting));
}

static void *setup_meeting_passive(const struct bench_cell *cell, const char **skip)
{
    struct meeting *const meeting = setup_meeting(cell, skip);
    for (unsigned i = 0; i < OBJECTS * THREADS; i++) {
        uint64_t **const place = &meeting->before[i / THREADS][i % THREADS];
        *place = malloc(OBJECT_BYTES);
        bench_require(*place);
        KEEP_PTR(*place);
    }
    return meeting;
}

static void teardown_meeting(void *shared)
{
    bench_unmap(shared, sizeof(struct meeting));
}

static struct state *make_state(const struct bench_cell *cell, size_t distance_bytes)
{
    struct state *const state = bench_map(sizeof *state);
    *state = (struct state){.first = cell->seed + ((uint64_t)cell->thread << 32),
                            .thread = cell->thread,
                            .meeting = cell->shared};
    for (size_t i = 0; i < OBJECTS; i++)
        state->object[i] =
            (void *)(state->meeting->ground + (i * THREADS + cell->thread) * distance_bytes);
    return state;
}

static void *setup_padded(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, APART_BYTES);
}

static void *setup_adjacent(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, OBJECT_BYTES);
}

static void *setup_passive(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup_padded(cell, skip);
    for (unsigned i = OBJECTS; i-- > 0;)
        free(state->meeting->before[i][cell->thread]);
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

static struct bench_counts pairs_of(uint64_t count, size_t size_bytes)
{
    return (struct bench_counts){.allocs = count, .frees = count, .bytes = count * size_bytes};
}

static struct bench_counts expect_handed(const void *state, uint64_t iterations)
{
    (void)iterations;
    return pairs_of(((const struct state *)state)->thread == 0 ? OBJECTS * THREADS : 0,
                    OBJECT_BYTES);
}

static struct bench_counts expect_own(const void *state, uint64_t iterations)
{
    (void)state;
    return pairs_of(iterations * OBJECTS, OBJECT_BYTES);
}

static struct bench_counts expect_own_padded(const void *state, uint64_t iterations)
{
    (void)state;
    return pairs_of(iterations * OBJECTS, APART_BYTES);
}

#define ROW(label, where, how, prepare, when)                                              \
    .name = #label, .storage = (where), .unswept = true, .run = run_##how, .tier = (when), \
    .setup = setup_##prepare, .teardown = teardown, .teardown_shared = teardown_meeting,   \
    .threads = THREADS
#define MEETING .setup_shared = setup_meeting

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .tier = BENCH_DEFAULT},
    {ROW(padded, BENCH_STATIC, static, padded, BENCH_DEFAULT), MEETING},
    {ROW(adjacent, BENCH_STATIC, static, adjacent, BENCH_DEFAULT), MEETING},
    {ROW(handed, BENCH_HEAP, handed, padded, BENCH_DEFAULT), MEETING, .expect = expect_handed,
     BENCH_CALLS("malloc free")},
    {ROW(active, BENCH_HEAP, own, padded, BENCH_EXTENDED), MEETING, .expect = expect_own,
     BENCH_CALLS("malloc free")},
    {ROW(passive, BENCH_HEAP, own, passive, BENCH_EXTENDED), .setup_shared = setup_meeting_passive,
     .expect = expect_own, BENCH_CALLS("malloc free")},
    {ROW(active_padded, BENCH_HEAP, own_padded, padded, BENCH_EXTENDED), MEETING,
     .expect = expect_own_padded, BENCH_CALLS("aligned_alloc free")},
};

const struct bench_scenario bench_scenario = {
    .name = "false_sharing",
    .question = "Do two threads that write to objects of their own slow each other down?",
    .touch = "eight words, set and raised 32 times each by the thread that has them, then read",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
