/*
 * Question: what does it cost to return an error, by how often there is one?
 * Variants: errno_int, a number, whose text the caller looks up; sentinel_ptr, the address of a
 *           static object; struct_value, number and text in two registers; tls_last_error, a flag,
 *           the rest in thread-local storage; heap_error, an object from malloc; pool_error, one
 *           from a pool; heap_wrapped1 to 4, a chain of so many objects, each with a text of its
 *           own that is made of a number and the text before, both from malloc; arena_wrapped1 to
 *           4, the same in an arena that is released when the error has been read. null: the
 *           inputs and no call.
 * Timed:    four functions, each of which calls the next; the last fails or not, the others pass
 *           the error on, or wrap it while the chain is not as long as it is to be; the caller
 *           reads the error (number and first letter of the text, of each object of a chain) and
 *           gives it back, or takes the result.
 * Not timed: drawing the inputs: failure_percent of them fail (of 65536, rounded down), in
 *           random order.
 * Expect:   no allocation where nothing fails. For each failure one malloc of 16 bytes for
 *           heap_error and 2 for each object of a chain, as many frees, none for the others. At 10
 *           percent the branches are mispredicted, at 0 and 100 they are not.
 */
#include "error_return_kinds.h"

/* ---- The four functions and the loop of each kind ---- */

#define CALL(kind, number) \
    kind error_return_##kind##_##number(struct state *state, uint64_t input, uint64_t *result)

#define DEFINE_NEXT(kind, number, called)                                        \
    CALL(kind, number);                                                          \
    OPAQUE CALL(kind, number)                                                    \
    {                                                                            \
        const kind error = error_return_##kind##_##called(state, input, result); \
        if (FAILED_##kind(error))                                                \
            return error;                                                        \
        *result = 3 * *result + input;                                           \
        return NONE_##kind;                                                      \
    }

#define DEFINE_KIND(kind)                                                                 \
    CALL(kind, 1);                                                                        \
    OPAQUE CALL(kind, 1)                                                                  \
    {                                                                                     \
        if (input & fails)                                                                \
            return make_##kind(state, input);                                             \
        *result = input;                                                                  \
        return NONE_##kind;                                                               \
    }                                                                                     \
    DEFINE_NEXT(kind, 2, 1)                                                               \
    DEFINE_NEXT(kind, 3, 2)                                                               \
    DEFINE_NEXT(kind, 4, 3)                                                               \
    static uint64_t run_##kind(void *opaque, uint64_t iterations)                         \
    {                                                                                     \
        struct state *const state = opaque;                                               \
        uint64_t sum = 0;                                                                 \
        for (uint64_t i = 0; i < iterations; i++) {                                       \
            KEEP_PTR(state);                                                              \
            uint64_t result;                                                              \
            const kind error =                                                            \
                error_return_##kind##_4(state, state->inputs[i % BENCH_INPUTS], &result); \
            sum += FAILED_##kind(error) ? take_##kind(state, error) : result;             \
        }                                                                                 \
        return sum;                                                                       \
    }

DEFINE_KIND(errno_int)
DEFINE_KIND(sentinel_ptr)
DEFINE_KIND(struct_value)
DEFINE_KIND(tls_last_error)
DEFINE_KIND(heap_error)
DEFINE_KIND(pool_error)

#define DEFINE_WRAPPED_NEXT(label, home, depth, number, called)                                \
    wrapped_call error_return_##label##depth##_##number;                                       \
    OPAQUE struct wrapped *error_return_##label##depth##_##number(                             \
        struct state *state, uint64_t input, uint64_t *result)                                 \
    {                                                                                          \
        return go_on(home, (number) <= (depth), error_return_##label##depth##_##called, state, \
                     input, result);                                                           \
    }

#define DEFINE_WRAPPED(label, home, depth)                                                      \
    wrapped_call error_return_##label##depth##_1;                                               \
    OPAQUE struct wrapped *error_return_##label##depth##_1(struct state *state, uint64_t input, \
                                                           uint64_t *result)                    \
    {                                                                                           \
        return start(home, state, input, result);                                               \
    }                                                                                           \
    DEFINE_WRAPPED_NEXT(label, home, depth, 2, 1)                                               \
    DEFINE_WRAPPED_NEXT(label, home, depth, 3, 2)                                               \
    DEFINE_WRAPPED_NEXT(label, home, depth, 4, 3)                                               \
    static uint64_t run_##label##depth(void *state, uint64_t iterations)                        \
    {                                                                                           \
        return loop_wrapped(home, error_return_##label##depth##_4, state, iterations);          \
    }

DEFINE_WRAPPED(heap_wrapped, HEAP, 1)
DEFINE_WRAPPED(heap_wrapped, HEAP, 2)
DEFINE_WRAPPED(heap_wrapped, HEAP, 3)
DEFINE_WRAPPED(heap_wrapped, HEAP, 4)
DEFINE_WRAPPED(arena_wrapped, ARENA, 1)
DEFINE_WRAPPED(arena_wrapped, ARENA, 2)
DEFINE_WRAPPED(arena_wrapped, ARENA, 3)
DEFINE_WRAPPED(arena_wrapped, ARENA, 4)

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += state->inputs[i % BENCH_INPUTS];
        KEEP_VAL(sum);
    }
    return sum;
}

/* ---- Setup and counts ---- */

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    if (pool_init(&state->pool, sizeof(struct failure), _Alignof(struct failure), 0) != 0 ||
        arena_init(&state->arena, 0) != 0)
        abort();
    uint64_t random = cell->seed;
    const size_t failing = BENCH_INPUTS * (size_t)cell->value / 100;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->inputs[i] = bench_random(&random) >> 1 | (i < failing ? fails : 0);
    for (size_t i = BENCH_INPUTS - 1; i > 0; i--) { /* Fisher and Yates */
        const size_t other = bench_random(&random) % (i + 1);
        const uint64_t input = state->inputs[i];
        state->inputs[i] = state->inputs[other];
        state->inputs[other] = input;
    }
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

/* Adds what the first `count` inputs ask for, `times` times; depth 0: no chain. */
static void add_counts(struct bench_counts *counts, const struct state *state, size_t count,
                       uint64_t times, unsigned depth)
{
    for (size_t i = 0; i < count; i++) {
        if (!(state->inputs[i] & fails))
            continue;
        const uint64_t blocks = depth == 0 ? 1 : 2 * depth;
        counts->allocs += times * blocks;
        counts->frees += times * blocks;
        if (depth == 0)
            counts->bytes += times * sizeof(struct failure);
        size_t length = strlen(failures[code_of(state->inputs[i])].message);
        for (unsigned level = 0; level < depth; level++) {
            length += strlen("12345678: ");
            counts->bytes += times * (sizeof(struct wrapped) + length + 1);
        }
    }
}

static struct bench_counts expect_depth(const struct state *state, uint64_t iterations,
                                        unsigned depth)
{
    struct bench_counts counts = {0};
    add_counts(&counts, state, BENCH_INPUTS, iterations / BENCH_INPUTS, depth);
    add_counts(&counts, state, iterations % BENCH_INPUTS, 1, depth);
    return counts;
}

#define DEFINE_EXPECT(depth)                                                          \
    static struct bench_counts expect_##depth(const void *state, uint64_t iterations) \
    {                                                                                 \
        return expect_depth(state, iterations, depth);                                \
    }

DEFINE_EXPECT(0)
DEFINE_EXPECT(1)
DEFINE_EXPECT(2)
DEFINE_EXPECT(3)
DEFINE_EXPECT(4)

static const struct bench_value failure_percents[] = {
    {0, BENCH_EXTENDED}, {1, BENCH_EXTENDED}, {10, BENCH_DEFAULT}, {100, BENCH_KEY}};

#define ROW(label, where) \
    .name = #label, .storage = (where), .run = run_##label, .setup = setup, .teardown = teardown
#define PAIRS(depth) .expect = expect_##depth, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {ROW(null, BENCH_INLINE), .unswept = true, .tier = BENCH_DEFAULT},
    {ROW(errno_int, BENCH_INLINE), .tier = BENCH_EXTENDED},
    {ROW(sentinel_ptr, BENCH_STATIC)},
    {ROW(struct_value, BENCH_INLINE), .tier = BENCH_DEFAULT},
    {ROW(tls_last_error, BENCH_STATIC), .tier = BENCH_EXTENDED},
    {ROW(heap_error, BENCH_HEAP), PAIRS(0)},
    {ROW(pool_error, BENCH_POOL), .tier = BENCH_DEFAULT},
    {ROW(heap_wrapped1, BENCH_HEAP), .work = "wrapped1", PAIRS(1), .tier = BENCH_EXTENDED},
    {ROW(heap_wrapped2, BENCH_HEAP), .work = "wrapped2", PAIRS(2), .tier = BENCH_DEFAULT},
    {ROW(heap_wrapped3, BENCH_HEAP), .work = "wrapped3", PAIRS(3), .tier = BENCH_EXTENDED},
    {ROW(heap_wrapped4, BENCH_HEAP), .work = "wrapped4", PAIRS(4), .tier = BENCH_EXTENDED},
    {ROW(arena_wrapped1, BENCH_ARENA), .work = "wrapped1", .tier = BENCH_EXTENDED},
    {ROW(arena_wrapped2, BENCH_ARENA), .work = "wrapped2", .tier = BENCH_EXTENDED},
    {ROW(arena_wrapped3, BENCH_ARENA), .work = "wrapped3", .tier = BENCH_EXTENDED},
    {ROW(arena_wrapped4, BENCH_ARENA), .work = "wrapped4", .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "error_return",
    .question = "What does it cost to return an error, by how often there is one?",
    .touch = "the result, written and read by each function; the number and the text of an error, "
             "written when made; number and first letter, read by the caller",
    .param = "failure_percent",
    .values = failure_percents,
    .value_count = BENCH_COUNT(failure_percents),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
