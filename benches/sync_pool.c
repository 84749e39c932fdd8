/*
 * Question: what does a pool cost that several threads share, beside one that they do not?
 * Variants: freelist_inline, a pool of the thread's own, and freelist_call, the same behind calls;
 *           tls_magazine, two magazines a thread and a depot, found through thread-local storage;
 *           magazine, the same by a handle; victim, the structure of Go's sync.Pool, without ticks;
 *           mutex, one free list behind a lock; treiber, one stack without a lock; malloc;
 *           put_slice_header, victim with buffers whose pointer, length and capacity go into a new
 *           box of 24 bytes at each put, as Go does when a slice becomes an `any`.
 *           _depth8 and _depth64: as many objects are held at a time. _reset: all of the object is
 *           zeroed, as a user resets a buffer. _apart: one thread gets, another one puts. null: no
 *           object; null_apart: what two threads pay for the ring between them.
 * Timed:    getting an object, writing its first and last word, reading both, and putting it back.
 * Not timed: making the pools and their threads' caches, and the box that put_slice_header begins
 *           with. All objects come from slabs that are there after the warm-up.
 * Expect:   one malloc and one free of `size` bytes an iteration for malloc; of 24 bytes for
 *           put_slice_header; none for the others, on any number of threads.
 */
#include "bench.h"
#include "keep.h"
#include "sync_pool_ways.h"

#include <string.h>

enum { WORD = sizeof(uint64_t), ALIGNMENT = 16 /* as malloc's on both architectures */ };

BODY void fill(uint64_t *object, size_t size, bool reset, uint64_t value)
{
    if (reset) {
        KEEP_PTR(object); /* or malloc and zeros become calloc */
        memset(__builtin_assume_aligned(object, ALIGNMENT), 0, size);
    }
    object[0] = value;
    object[size / WORD - 1] = 3 * value;
}

BODY uint64_t read_back(const uint64_t *object, size_t size)
{
    KEEP_PTR(object);
    return object[0] + object[size / WORD - 1];
}

BODY uint64_t loop(enum how how, size_t size, bool reset, void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t first = state->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        uint64_t *const object = get(how, size, state);
        fill(object, size, reset, first + i);
        sum += read_back(object, size);
        put(how, size, state, object);
    }
    return sum;
}

/* `depth` objects are got, then each is read and put, the oldest first. */
BODY uint64_t loop_held(enum how how, size_t size, void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t first = state->first, depth = state->depth;
    uint64_t **const held = state->held;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i += depth) {
        const uint64_t count = iterations - i < depth ? iterations - i : depth;
        for (uint64_t j = 0; j < count; j++) {
            held[j] = get(how, size, state);
            fill(held[j], size, false, first + i + j);
        }
        for (uint64_t j = 0; j < count; j++) {
            sum += read_back(held[j], size);
            put(how, size, state, held[j]);
        }
    }
    return sum;
}

BODY uint64_t loop_apart(enum how how, size_t size, void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    struct spsc_ring *const ring = state->shared->ring;
    uint64_t sum = 0;
    if (!state->receives)
        for (uint64_t i = 0; i < iterations; i++) {
            uint64_t *const object = get(how, size, state);
            if (how != NOWHERE)
                fill(object, size, false, state->first + i);
            uint64_t **const slot = spsc_ring_reserve_wait(ring, sizeof *slot);
            *slot = object;
            spsc_ring_publish(ring);
        }
    else
        for (uint64_t i = 0; i < iterations; i++) {
            uint64_t *const *const slot = spsc_ring_peek_wait(ring, sizeof *slot);
            uint64_t *const object = *slot;
            spsc_ring_release(ring);
            sum += read_back(object, size);
            put(how, size, state, object);
        }
    return sum;
}

/* The sizes, each a constant of the code. */
#define EACH_SIZE(macro, ...) \
    macro(64, __VA_ARGS__) macro(1024, __VA_ARGS__) macro(16384, __VA_ARGS__)

/* Which loop of a variant is for this size. */
#define CHOICE(bytes, label) \
    if (size == (bytes))     \
        return run_##label##_##bytes;

#define DEFINE_CELL(size, label, call)                                     \
    static uint64_t run_##label##_##size(void *state, uint64_t iterations) \
    {                                                                      \
        return call;                                                       \
    }

#define DEFINE_CHOICE(label)                    \
    static bench_run *label##_for(int64_t size) \
    {                                           \
        EACH_SIZE(CHOICE, label)                \
        return NULL;                            \
    }

#define DEFINE_ONE(size, label, how) \
    DEFINE_CELL(size, label, loop(how, size, false, state, iterations))
#define DEFINE_RESET(size, label, how) \
    DEFINE_CELL(size, label##_reset, loop(how, size, true, state, iterations))
#define DEFINE_HELD(size, label, how) \
    DEFINE_CELL(size, label##_held, loop_held(how, size, state, iterations))

#define DEFINE(what, label, how, name) \
    EACH_SIZE(what, label, how)        \
    DEFINE_CHOICE(name)

DEFINE(DEFINE_ONE, freelist_inline, FREELIST_INLINE, freelist_inline)
DEFINE(DEFINE_HELD, freelist_inline, FREELIST_INLINE, freelist_inline_held)
DEFINE(DEFINE_ONE, freelist_call, FREELIST_CALL, freelist_call)
DEFINE(DEFINE_ONE, tls_magazine, TLS_MAGAZINE, tls_magazine)
DEFINE(DEFINE_ONE, magazine, MAGAZINE, magazine)
DEFINE(DEFINE_HELD, magazine, MAGAZINE, magazine_held)
DEFINE(DEFINE_RESET, magazine, MAGAZINE, magazine_reset)
DEFINE(DEFINE_ONE, victim, VICTIM, victim)
DEFINE(DEFINE_HELD, victim, VICTIM, victim_held)
DEFINE(DEFINE_ONE, mutex, MUTEX, mutex)
DEFINE(DEFINE_HELD, mutex, MUTEX, mutex_held)
DEFINE(DEFINE_ONE, treiber, TREIBER, treiber)
DEFINE(DEFINE_HELD, treiber, TREIBER, treiber_held)
DEFINE(DEFINE_ONE, malloc, MALLOC, malloc)
DEFINE(DEFINE_HELD, malloc, MALLOC, malloc_held)
DEFINE(DEFINE_RESET, malloc, MALLOC, malloc_reset)
DEFINE(DEFINE_ONE, put_slice_header, PUT_SLICE_HEADER, put_slice_header)

/* Where what counts is the way of an object's address between two threads, one size is enough. */
#define DEFINE_APART(label, how)                                           \
    DEFINE_CELL(64, label##_apart, loop_apart(how, 64, state, iterations)) \
    static bench_run *label##_apart_for(int64_t size)                      \
    {                                                                      \
        return size == 64 ? run_##label##_apart_64 : NULL;                 \
    }

DEFINE_APART(magazine, MAGAZINE)
DEFINE_APART(victim, VICTIM)
DEFINE_APART(mutex, MUTEX)
DEFINE_APART(treiber, TREIBER)
DEFINE_APART(malloc, MALLOC)

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const uint64_t first = ((const struct state *)opaque)->first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += first + i + 3 * (first + i);
        KEEP_VAL(sum);
    }
    return sum;
}

static uint64_t run_null_apart(void *state, uint64_t iterations)
{
    return loop_apart(NOWHERE, NOWHERE_BYTES, state, iterations);
}

/* ---- Setup ---- */

static size_t size_of(const struct bench_cell *cell)
{
    return cell->value > 0 ? (size_t)cell->value : NOWHERE_BYTES;
}

static void *make_box(void *context)
{
    struct slab_source *const slabs = context;
    struct slice_header *const box = malloc(sizeof *box);
    bench_require(box);
    box->data = object_source_make(&slabs->source);
    bench_require(box->data);
    object_source_taken(&slabs->source, box->data);
    return box;
}

static void drop_box(void *context, void *box)
{
    (void)context;
    free(box);
}

static struct object_source box_source = {.make = make_box, .drop = drop_box};

static void *setup_shared(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct shared *const shared = bench_map(sizeof *shared);
    const size_t size = size_of(cell), held = cell->threads * DEPTH_MAX + RING_SLOTS;
    box_source.context = &shared->slabs;
    if (slab_source_init(&shared->slabs, size, ALIGNMENT) != 0 ||
        magazine_pool_init(&shared->magazines, &shared->slabs.source, 0) != 0 ||
        victim_pool_init(&shared->victims, &shared->slabs.source, cell->threads, 0) != 0 ||
        victim_pool_init(&shared->boxes, &box_source, cell->threads, 0) != 0 ||
        mutex_pool_init(&shared->mutex, size, ALIGNMENT) != 0 ||
        treiber_pool_init(&shared->treiber, size, ALIGNMENT, held) != 0)
        abort();
    shared->ring = bench_map(SPSC_RING_BYTES(RING_SLOTS, sizeof(uint64_t *)));
    spsc_ring_init(shared->ring, RING_SLOTS);
    return shared;
}

static void teardown_shared(void *opaque)
{
    struct shared *const shared = opaque;
    bench_unmap(shared->ring, SPSC_RING_BYTES(RING_SLOTS, sizeof(uint64_t *)));
    treiber_pool_destroy(&shared->treiber);
    mutex_pool_destroy(&shared->mutex);
    victim_pool_destroy(&shared->boxes);
    victim_pool_destroy(&shared->victims);
    magazine_pool_destroy(&shared->magazines);
    slab_source_destroy(&shared->slabs);
    bench_unmap(shared, sizeof *shared);
}

static struct state *make_state(const struct bench_cell *cell, size_t depth)
{
    struct state *const state = bench_map(sizeof *state);
    state->shared = cell->shared;
    state->size = size_of(cell);
    state->depth = depth;
    state->receives = cell->thread == 1;
    state->first = cell->seed + ((uint64_t)cell->thread << 32);
    magazine_cache_open(&state->magazine, &state->shared->magazines);
    state->victim = victim_cache_open(&state->shared->victims);
    state->box = victim_cache_open(&state->shared->boxes);
    bench_require(state->victim);
    bench_require(state->box);
    if (pool_init(&state->freelist, state->size, ALIGNMENT, 0) != 0)
        abort();
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, 1);
}

static void *setup_box(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell, 1);
    victim_cache_put(state->box, victim_cache_get(state->box));
    return state;
}

static void *setup_depth8(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, 8);
}

static void *setup_depth64(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, DEPTH_MAX);
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->freelist);
    victim_cache_close(state->box);
    victim_cache_close(state->victim);
    magazine_cache_close(&state->magazine);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts pairs_of(uint64_t iterations, size_t size_bytes)
{
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * size_bytes};
}

static struct bench_counts expect_objects(const void *state, uint64_t iterations)
{
    return pairs_of(iterations, ((const struct state *)state)->size);
}

static struct bench_counts expect_boxes(const void *state, uint64_t iterations)
{
    (void)state;
    return pairs_of(iterations, sizeof(struct slice_header));
}

static struct bench_counts expect_apart(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    struct bench_counts counts = pairs_of(iterations, state->size);
    if (state->receives)
        counts.allocs = counts.bytes = 0;
    else
        counts.frees = 0;
    return counts;
}

static const struct bench_value sizes[] = {
    {64, BENCH_DEFAULT}, {1024, BENCH_EXTENDED}, {16384, BENCH_EXTENDED}};

#define SHARED \
    .teardown = teardown, .setup_shared = setup_shared, .teardown_shared = teardown_shared
#define ROW(label, where) .name = #label, .storage = (where), .run_for = label##_for, SHARED
#define ALONE(label, where) ROW(label, where), .setup = setup
#define SCALED(label, where) ALONE(label, where), .threaded = true
#define DEPTHS(label, where, ...)                                                           \
    {.name = #label "_depth8",                                                              \
     .storage = (where),                                                                    \
     .run_for = label##_held_for,                                                           \
     SHARED,                                                                                \
     .setup = setup_depth8,                                                                 \
     .tier = BENCH_EXTENDED,                                                                \
     __VA_ARGS__},                                                                          \
    {                                                                                       \
        .name = #label "_depth64", .storage = (where), .run_for = label##_held_for, SHARED, \
        .setup = setup_depth64, .tier = BENCH_EXTENDED, __VA_ARGS__                         \
    }
#define APART(label, where) \
    ROW(label##_apart, where), .setup = setup, .threads = 2, .work = "apart", .tier = BENCH_EXTENDED
#define PAIRS .expect = expect_objects, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .unswept = true,
     .setup = setup,
     SHARED},
    {ALONE(freelist_inline, BENCH_POOL)},
    {ALONE(freelist_call, BENCH_POOL), .tier = BENCH_EXTENDED},
    {SCALED(tls_magazine, BENCH_POOL), .tier = BENCH_EXTENDED},
    {SCALED(magazine, BENCH_POOL)},
    {SCALED(victim, BENCH_POOL)},
    {SCALED(mutex, BENCH_POOL)},
    {SCALED(treiber, BENCH_POOL)},
    {SCALED(malloc, BENCH_HEAP), PAIRS},
    {ROW(put_slice_header, BENCH_HEAP), .setup = setup_box, .expect = expect_boxes,
     BENCH_CALLS("malloc free"), .tier = BENCH_EXTENDED},
    DEPTHS(freelist_inline, BENCH_POOL, .threaded = false),
    DEPTHS(magazine, BENCH_POOL, .threaded = true),
    DEPTHS(victim, BENCH_POOL, .threaded = true),
    DEPTHS(mutex, BENCH_POOL, .threaded = true),
    DEPTHS(treiber, BENCH_POOL, .threaded = true),
    DEPTHS(malloc, BENCH_HEAP, .threaded = true, PAIRS),
    {SCALED(magazine_reset, BENCH_POOL), .tier = BENCH_EXTENDED},
    {SCALED(malloc_reset, BENCH_HEAP), PAIRS, .tier = BENCH_EXTENDED},
    {APART(magazine, BENCH_POOL)},
    {APART(victim, BENCH_POOL)},
    {APART(mutex, BENCH_POOL)},
    {APART(treiber, BENCH_POOL)},
    {APART(malloc, BENCH_HEAP), .expect = expect_apart, BENCH_CALLS("malloc free")},
    {.name = "null_apart",
     .storage = BENCH_INLINE,
     .run = run_null_apart,
     .unswept = true,
     .setup = setup,
     SHARED,
     .threads = 2,
     .work = "ring",
     .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "sync_pool",
    .question = "What does a pool cost that several threads share?",
    .touch = "first and last word (_reset: the whole object), written after the get; these two "
             "words, read before the put",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
