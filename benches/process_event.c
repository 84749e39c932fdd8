/*
 * Question: what do 130 needless allocations of 150 cost in one call that handles an event?
 * Variants: malloc, pool (one of each size, inlined), pool_call (behind a call, as malloc is) and
 *           arena (one for what a call keeps, one for what it drops). _150: the event moved to
 *           there, the result, 8 pieces for each of 16 attributes (its copy, its boxed key and
 *           value, a closure's captured words, a list of arguments, a text, a boxed error, a
 *           temporary list) and 20 records; _20: the records only, the event is passed and the
 *           result returned by value, and the pieces are in the frame; stack: the records too.
 *           A function gives back what it made before it returns, the youngest first; _fifo: the
 *           oldest first; _at_end: the pieces not before the whole call returns, the oldest first,
 *           so that 150 blocks are live. _copies4: the event is passed by value through 4
 *           functions. null: no call.
 * Timed:    copying the event to where the call reads it, the call with everything it makes,
 *           fills, has read by functions that do not know where it lives, and gives back.
 * Not timed: drawing the events (their number is small, but no branch depends on them).
 * Expect:   exactly 150 mallocs of 3808 bytes in all and as many frees for malloc_150, 20 of 640
 *           for malloc_20, none for the others; the same checksum for all of them. Time in
 *           proportion to the number, and more a piece with _at_end where a thread cache holds
 *           fewer blocks than are live (7 of a size in glibc 2.36).
 */
#include "event_call.h"

/* ---- An event that was moved to where everything is ---- */

typedef struct result *moved_process(struct state *state, const struct event *event);

BODY struct result *process_moved(enum home home, enum order order, struct state *state,
                                  const struct event *event)
{
    struct result *const result = get(home, state, sizeof *result, &state->kept, NULL);
    process(home, home, order, state, event, result);
    return result;
}

BODY uint64_t loop_moved(enum home home, enum order order, moved_process *call, struct state *state,
                         uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or one mark, taken before the loop, serves for all */
        const struct arena_mark mark = arena_mark(&state->kept);
        struct event *const event = get(home, state, sizeof *event, &state->kept, NULL);
        *event = state->events[i % EVENTS];
        struct result *const result = call(state, event);
        sum += event_read_result(result);
        if (order == LIFO) {
            put(home, state, sizeof *result, result);
            put(home, state, sizeof *event, event);
        } else {
            put(home, state, sizeof *event, event);
            put(home, state, sizeof *result, result);
        }
        if (home == ARENA)
            arena_release(&state->kept, mark);
    }
    return sum;
}

#define DEFINE_MOVED(label, home, order)                                                        \
    moved_process process_event_##label;                                                        \
    OPAQUE struct result *process_event_##label(struct state *state, const struct event *event) \
    {                                                                                           \
        return process_moved(home, order, state, event);                                        \
    }                                                                                           \
    static uint64_t run_##label(void *state, uint64_t iterations)                               \
    {                                                                                           \
        return loop_moved(home, order, process_event_##label, state, iterations);               \
    }

DEFINE_MOVED(malloc_150, MALLOC, LIFO)
DEFINE_MOVED(malloc_150_fifo, MALLOC, FIFO)
DEFINE_MOVED(malloc_150_at_end, MALLOC, AT_END)
DEFINE_MOVED(pool_150, POOL, LIFO)
DEFINE_MOVED(pool_150_fifo, POOL, FIFO)
DEFINE_MOVED(pool_150_at_end, POOL, AT_END)
DEFINE_MOVED(pool_call_150, POOL_CALL, LIFO)
DEFINE_MOVED(arena_150, ARENA, LIFO)
DEFINE_MOVED(arena_150_at_end, ARENA, AT_END)

/* ---- An event and a result that are passed by value ---- */

typedef struct result by_value(struct state *state, struct event event);

BODY uint64_t loop_by_value(by_value *call, struct state *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        const struct result result = call(state, state->events[i % EVENTS]);
        sum += event_read_result(&result);
    }
    return sum;
}

#define DEFINE_LOOP(label)                                              \
    static uint64_t run_##label(void *state, uint64_t iterations)       \
    {                                                                   \
        return loop_by_value(process_event_##label, state, iterations); \
    }

#define DEFINE_BY_VALUE(label, record_home, order)                                      \
    by_value process_event_##label;                                                     \
    OPAQUE struct result process_event_##label(struct state *state, struct event event) \
    {                                                                                   \
        struct result result;                                                           \
        process(STACK, record_home, order, state, &event, &result);                     \
        return result;                                                                  \
    }                                                                                   \
    DEFINE_LOOP(label)

/* The barriers: or the event is left where it is, and the call is a jump. */
#define DEFINE_HOP(label, next)                                                         \
    by_value process_event_##label;                                                     \
    OPAQUE struct result process_event_##label(struct state *state, struct event event) \
    {                                                                                   \
        KEEP_PTR(&event);                                                               \
        const struct result result = process_event_##next(state, event);                \
        KEEP_PTR(&event);                                                               \
        return result;                                                                  \
    }

#define DEFINE_HOPS(label)                       \
    DEFINE_HOP(label##_copies2, label)           \
    DEFINE_HOP(label##_copies3, label##_copies2) \
    DEFINE_HOP(label##_copies4, label##_copies3) \
    DEFINE_LOOP(label##_copies4)

DEFINE_BY_VALUE(malloc_20, MALLOC, LIFO)
DEFINE_BY_VALUE(malloc_20_fifo, MALLOC, FIFO)
DEFINE_BY_VALUE(pool_20, POOL, LIFO)
DEFINE_BY_VALUE(pool_20_fifo, POOL, FIFO)
DEFINE_BY_VALUE(pool_call_20, POOL_CALL, LIFO)
DEFINE_BY_VALUE(arena_20, ARENA, LIFO)
DEFINE_BY_VALUE(stack, STACK, LIFO)
DEFINE_HOPS(malloc_20)
DEFINE_HOPS(stack)

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += state->events[i % EVENTS].header[0];
        KEEP_VAL(sum);
    }
    return sum;
}

/* ---- Setup and counts ---- */

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    if (pool_init(&state->words1, 1 * WORD, WORD, 0) != 0 ||
        pool_init(&state->words2, 2 * WORD, WORD, 0) != 0 ||
        pool_init(&state->words4, 4 * WORD, WORD, 0) != 0 ||
        pool_init(&state->words8, 8 * WORD, WORD, 0) != 0 ||
        pool_init(&state->whole_events, sizeof(struct event), WORD, 0) != 0 ||
        arena_init(&state->kept, 0) != 0 || arena_init(&state->dropped, 0) != 0)
        abort();
    uint64_t random = cell->seed;
    for (size_t i = 0; i < EVENTS; i++) {
        for (size_t j = 0; j < HEADER_WORDS; j++)
            state->events[i].header[j] = bench_random(&random);
        for (size_t j = 0; j < ATTRIBUTES; j++) {
            state->events[i].attributes[j].key = bench_random(&random);
            state->events[i].attributes[j].value = bench_random(&random);
        }
    }
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->words1);
    pool_destroy(&state->words2);
    pool_destroy(&state->words4);
    pool_destroy(&state->words8);
    pool_destroy(&state->whole_events);
    arena_destroy(&state->kept);
    arena_destroy(&state->dropped);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_20(const void *state, uint64_t iterations)
{
    (void)state;
    return (struct bench_counts){
        .allocs = 20 * iterations, .frees = 20 * iterations, .bytes = 640 * iterations};
}

static struct bench_counts expect_150(const void *state, uint64_t iterations)
{
    (void)state;
    return (struct bench_counts){
        .allocs = 150 * iterations, .frees = 150 * iterations, .bytes = 3808 * iterations};
}

#define ROW(label, where)                                                         \
    .name = #label, .storage = BENCH_##where, .run = run_##label, .setup = setup, \
    .teardown = teardown, .unswept = true
#define PAIRS(count) .expect = expect_##count, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {ROW(null, INLINE), .work = "no call", .tier = BENCH_DEFAULT},
    {ROW(malloc_150, HEAP), PAIRS(150)},
    {ROW(malloc_150_fifo, HEAP), PAIRS(150), .tier = BENCH_EXTENDED},
    {ROW(malloc_150_at_end, HEAP), PAIRS(150), .tier = BENCH_DEFAULT},
    {ROW(malloc_20, HEAP), PAIRS(20), .tier = BENCH_DEFAULT},
    {ROW(malloc_20_fifo, HEAP), PAIRS(20), .tier = BENCH_EXTENDED},
    {ROW(malloc_20_copies4, HEAP), PAIRS(20), .tier = BENCH_EXTENDED},
    {ROW(pool_150, POOL), .tier = BENCH_DEFAULT},
    {ROW(pool_150_fifo, POOL), .tier = BENCH_EXTENDED},
    {ROW(pool_150_at_end, POOL), .tier = BENCH_EXTENDED},
    {ROW(pool_20, POOL), .tier = BENCH_DEFAULT},
    {ROW(pool_20_fifo, POOL), .tier = BENCH_EXTENDED},
    {ROW(pool_call_150, POOL), .tier = BENCH_EXTENDED},
    {ROW(pool_call_20, POOL), .tier = BENCH_EXTENDED},
    {ROW(arena_150, ARENA), .tier = BENCH_DEFAULT},
    {ROW(arena_150_at_end, ARENA), .tier = BENCH_EXTENDED},
    {ROW(arena_20, ARENA), .tier = BENCH_DEFAULT},
    {ROW(stack, STACK), .control = true},
    {ROW(stack_copies4, STACK), .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "process_event",
    .question = "What do 130 needless allocations of 150 cost in one call that handles an event?",
    .touch = "every word of the event, the pieces, the records and the result, written and read",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
