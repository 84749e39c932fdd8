/*
 * Question: what does it cost to hand an object to another thread?
 * Variants: what the sender passes through a ring of 64 slots to a thread that waits for it, and
 *           who releases it. value_16 and value_64: the object itself lies in the slot; heap_child:
 *           malloc, and the receiver frees it; heap_parent: malloc, and the receiver gives it back
 *           through a second ring to the sender, which frees it; pool: the same with a pool that is
 *           the sender's alone, so that it needs no lock. stack_join: an object in the sender's
 *           frame, which the sender may not leave before the receiver says it is done with it;
 *           heap_join: malloc and free around the same. ring, ring_join: a word and no object, the
 *           floors of those without and with a wait. null: a loop on one thread.
 * Timed:    the sender makes an object and writes its first and last word; the receiver reads
 *           both; the object is released. One operation is one object on both threads.
 * Not timed: starting the threads, making the rings and the pool.
 * Expect:   one malloc and one free of 64 bytes an object for the three of the heap, of both
 *           threads together; none for the others.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"
#include "spsc_ring.h"

enum {
    WORD = sizeof(uint64_t),
    OBJECT_BYTES = 64,
    ALIGNMENT = 16, /* as malloc's on both architectures */
    FORTH = 64,     /* slots of the ring to the receiver */
    /*
     * Slots of the ring back. Before each new object the sender takes all that are in it; what may
     * be there next are the FORTH of the other ring, the one in the receiver's hands and the new
     * one: it is never full, and the receiver never waits for the sender.
     */
    BACK = 128
};

enum how {
    RING,
    RING_JOIN,
    VALUE_16,
    VALUE_64,
    HEAP_CHILD,
    HEAP_PARENT,
    HEAP_JOIN,
    POOL,
    STACK_JOIN
};

/* What the two threads share. */
struct exchange {
    struct spsc_ring *forth;
    struct spsc_ring *back;
    struct pool pool;                                /* the sender's */
    _Alignas(SPSC_LINE_BYTES) _Atomic uint64_t done; /* objects that the receiver is done with */
};

struct state {
    uint64_t seed;
    unsigned thread; /* 0 sends, 1 receives */
    struct exchange *exchange;
    uint64_t sent; /* objects that were waited for, ever; the sender's */
};

/* ---- The object ---- */

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

/* ---- The sender ---- */

BODY bool is_value(enum how how)
{
    return how == VALUE_16 || how == VALUE_64;
}

BODY size_t slot_bytes(enum how how)
{
    return how == VALUE_64 ? 64 : how == VALUE_16 ? 16 : WORD;
}

BODY bool joins(enum how how)
{
    return how == RING_JOIN || how == HEAP_JOIN || how == STACK_JOIN;
}

BODY bool comes_back(enum how how)
{
    return how == HEAP_PARENT || how == POOL;
}

/* Passes one word. */
BODY void pass(struct spsc_ring *ring, uint64_t word)
{
    uint64_t *const slot = spsc_ring_reserve_wait(ring, WORD);
    *slot = word;
    spsc_ring_publish(ring);
}

BODY void wait_until_done(struct state *state)
{
    const uint64_t goal = ++state->sent;
    unsigned looks = 0;
    while (atomic_load_explicit(&state->exchange->done, memory_order_acquire) != goal)
        spsc_wait(&looks);
}

/* Releases what has come back; returns how many. */
BODY uint64_t collect(enum how how, struct exchange *exchange)
{
    uint64_t count = 0;
    for (const uintptr_t *slot; (slot = spsc_ring_peek(exchange->back, WORD)) != NULL; count++) {
        void *const object = (void *)*slot;
        spsc_ring_release(exchange->back);
        if (how == POOL)
            pool_put(&exchange->pool, object);
        else
            free(object);
    }
    return count;
}

BODY void send_one(enum how how, struct state *state, uint64_t value)
{
    struct exchange *const exchange = state->exchange;
    _Alignas(ALIGNMENT) uint64_t frame[OBJECT_BYTES / WORD];
    if (how == RING || how == RING_JOIN) {
        pass(exchange->forth, value);
    } else if (is_value(how)) {
        fill(spsc_ring_reserve_wait(exchange->forth, slot_bytes(how)), slot_bytes(how), value);
        spsc_ring_publish(exchange->forth);
    } else {
        uint64_t *const object = how == STACK_JOIN ? frame
                                 : how == POOL     ? pool_get(&exchange->pool)
                                                   : malloc(OBJECT_BYTES);
        fill(object, OBJECT_BYTES, value);
        pass(exchange->forth, (uintptr_t)object);
        if (joins(how))
            wait_until_done(state);
        if (how == HEAP_JOIN)
            free(object);
    }
    if (how == RING_JOIN)
        wait_until_done(state);
}

BODY uint64_t send_all(enum how how, struct state *state, uint64_t iterations)
{
    struct exchange *const exchange = state->exchange;
    const uint64_t seed = state->seed;
    uint64_t out = 0; /* objects that have not come back */
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        if (comes_back(how))
            out += 1 - collect(how, exchange);
        send_one(how, state, seed + i);
    }
    for (unsigned looks = 0; comes_back(how) && out > 0; spsc_wait(&looks))
        out -= collect(how, exchange);
    return 0;
}

/* ---- The receiver ---- */

BODY uint64_t receive_all(enum how how, struct state *state, uint64_t iterations)
{
    struct exchange *const exchange = state->exchange;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        const uint64_t *const slot = spsc_ring_peek_wait(exchange->forth, slot_bytes(how));
        const uint64_t word = *slot;
        if (is_value(how))
            sum += read_back(slot, slot_bytes(how));
        spsc_ring_release(exchange->forth);
        if (how == RING || how == RING_JOIN)
            sum += word;
        else if (!is_value(how))
            sum += read_back((const uint64_t *)(uintptr_t)word, OBJECT_BYTES);
        if (how == HEAP_CHILD)
            free((void *)(uintptr_t)word);
        else if (comes_back(how))
            pass(exchange->back, word);
        else if (joins(how))
            atomic_store_explicit(&exchange->done, ++state->sent, memory_order_release);
    }
    return sum;
}

#define DEFINE(label, how)                                           \
    static uint64_t run_##label(void *state, uint64_t iterations)    \
    {                                                                \
        struct state *const own = state;                             \
        return own->thread == 0 ? send_all(how, own, iterations)     \
                                : receive_all(how, own, iterations); \
    }

DEFINE(ring, RING)
DEFINE(ring_join, RING_JOIN)
DEFINE(value_16, VALUE_16)
DEFINE(value_64, VALUE_64)
DEFINE(heap_child, HEAP_CHILD)
DEFINE(heap_parent, HEAP_PARENT)
DEFINE(heap_join, HEAP_JOIN)
DEFINE(pool, POOL)
DEFINE(stack_join, STACK_JOIN)

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* ---- What is there before the clock starts ---- */

static struct spsc_ring *make_ring(uint64_t capacity, size_t bytes)
{
    struct spsc_ring *const ring = bench_map(SPSC_RING_BYTES(capacity, bytes));
    spsc_ring_init(ring, capacity);
    return ring;
}

static void *setup_exchange(const struct bench_cell *cell, const char **skip)
{
    (void)cell;
    (void)skip;
    struct exchange *const exchange = bench_map(sizeof *exchange);
    exchange->forth = make_ring(FORTH, OBJECT_BYTES);
    exchange->back = make_ring(BACK, WORD);
    if (pool_init(&exchange->pool, OBJECT_BYTES, ALIGNMENT, 0) != 0)
        abort();
    return exchange;
}

static void teardown_exchange(void *shared)
{
    struct exchange *const exchange = shared;
    pool_destroy(&exchange->pool);
    bench_unmap(exchange->forth, SPSC_RING_BYTES(FORTH, OBJECT_BYTES));
    bench_unmap(exchange->back, SPSC_RING_BYTES(BACK, WORD));
    bench_unmap(exchange, sizeof *exchange);
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    *state = (struct state){.seed = cell->seed, .thread = cell->thread, .exchange = cell->shared};
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

/* The sender's or the receiver's part. */
static struct bench_counts expect_sender(uint64_t iterations)
{
    return (struct bench_counts){.allocs = iterations, .bytes = iterations * OBJECT_BYTES};
}

static struct bench_counts expect_child(const void *state, uint64_t iterations)
{
    const struct state *const own = state;
    return own->thread == 0 ? expect_sender(iterations)
                            : (struct bench_counts){.frees = iterations};
}

static struct bench_counts expect_parent(const void *state, uint64_t iterations)
{
    const struct state *const own = state;
    struct bench_counts counts = {0};
    if (own->thread == 0) {
        counts = expect_sender(iterations);
        counts.frees = iterations;
    }
    return counts;
}

#define ROW(label, where)                                                                  \
    .name = #label, .storage = (where), .unswept = true, .run = run_##label, .threads = 2, \
    .setup = setup, .teardown = teardown, .setup_shared = setup_exchange,                  \
    .teardown_shared = teardown_exchange
#define HEAP(label) ROW(label, BENCH_HEAP), BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .control = true,
     .tier = BENCH_DEFAULT},
    {ROW(ring, BENCH_INLINE), .work = "a word", .tier = BENCH_DEFAULT},
    {ROW(value_16, BENCH_INLINE), .tier = BENCH_DEFAULT},
    {ROW(value_64, BENCH_INLINE), .tier = BENCH_DEFAULT},
    {ROW(pool, BENCH_POOL), .tier = BENCH_DEFAULT},
    {HEAP(heap_parent), .expect = expect_parent, .tier = BENCH_DEFAULT},
    {HEAP(heap_child), .expect = expect_child},
    {ROW(ring_join, BENCH_INLINE), .work = "a word", .tier = BENCH_DEFAULT},
    {ROW(stack_join, BENCH_STACK)},
    {HEAP(heap_join), .expect = expect_parent, .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "hand_off",
    .question = "What does it cost to hand an object to another thread?",
    .touch = "first and last word of 64 bytes (value_16: of 16), written by the sender, read by "
             "the receiver",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
