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
#include "arena.h"
#include "bench.h"
#include "intfmt.h"
#include "keep.h"
#include "pool.h"

#include <string.h>

enum {
    CODES = 4,      /* 1 to 4; 0 is none */
    CODE_SHIFT = 8, /* of a failing input's code; below it are bits that are drawn as well */
    DIGITS = 8      /* of the number in a text */
};

static const uint64_t fails = UINT64_C(1) << 63; /* set in an input that fails */

struct failure {
    uint64_t code;
    const char *message;
};

/* An object of a chain. The text is its own. */
struct wrapped {
    uint32_t code;
    uint32_t length; /* of the text, without its terminator */
    char *text;
    struct wrapped *cause; /* that this one wraps; NULL: none */
};

struct state {
    struct pool pool;
    struct arena arena;
    uint64_t inputs[BENCH_INPUTS];
};

static const struct failure failures[CODES + 1] = {
    {0, ""}, {1, "no such file"}, {2, "permission denied"}, {3, "try again"}, {4, "out of range"},
};

static _Thread_local struct failure last_error;

BODY uint64_t code_of(uint64_t input)
{
    return 1 + (input >> CODE_SHIFT) % CODES;
}

BODY uint64_t read_error(uint64_t code, const char *message)
{
    return 5 * code + (unsigned char)message[0];
}

/*
 * ---- Errors of one object or none ----
 *
 * For each kind: its type, what there is without an error, whether there is one, how the last
 * function makes it and how the caller reads it and gives it back.
 */

typedef int errno_int;
#define NONE_errno_int 0
#define FAILED_errno_int(error) ((error) != 0)
BODY errno_int make_errno_int(struct state *state, uint64_t input)
{
    (void)state;
    return (int)code_of(input);
}
BODY uint64_t take_errno_int(struct state *state, errno_int error)
{
    (void)state;
    return read_error((uint64_t)error, failures[error].message);
}

typedef const struct failure *sentinel_ptr;
#define NONE_sentinel_ptr NULL
#define FAILED_sentinel_ptr(error) ((error) != NULL)
BODY sentinel_ptr make_sentinel_ptr(struct state *state, uint64_t input)
{
    (void)state;
    return &failures[code_of(input)];
}
BODY uint64_t take_sentinel_ptr(struct state *state, sentinel_ptr error)
{
    (void)state;
    return read_error(error->code, error->message);
}

typedef struct failure struct_value;
#define NONE_struct_value ((struct failure){0, NULL})
#define FAILED_struct_value(error) ((error).code != 0)
BODY struct_value make_struct_value(struct state *state, uint64_t input)
{
    (void)state;
    return failures[code_of(input)];
}
BODY uint64_t take_struct_value(struct state *state, struct_value error)
{
    (void)state;
    return read_error(error.code, error.message);
}

typedef bool tls_last_error;
#define NONE_tls_last_error false
#define FAILED_tls_last_error(error) (error)
BODY tls_last_error make_tls_last_error(struct state *state, uint64_t input)
{
    (void)state;
    last_error = failures[code_of(input)];
    return true;
}
BODY uint64_t take_tls_last_error(struct state *state, tls_last_error error)
{
    (void)state, (void)error;
    return read_error(last_error.code, last_error.message);
}

typedef struct failure *heap_error;
#define NONE_heap_error NULL
#define FAILED_heap_error(error) ((error) != NULL)
BODY heap_error make_heap_error(struct state *state, uint64_t input)
{
    (void)state;
    struct failure *const error = malloc(sizeof *error);
    bench_require(error);
    *error = failures[code_of(input)];
    return error;
}
BODY uint64_t take_heap_error(struct state *state, heap_error error)
{
    (void)state;
    const uint64_t sum = read_error(error->code, error->message);
    free(error);
    return sum;
}

typedef struct failure *pool_error;
#define NONE_pool_error NULL
#define FAILED_pool_error(error) ((error) != NULL)
BODY pool_error make_pool_error(struct state *state, uint64_t input)
{
    struct failure *const error = pool_get(&state->pool);
    bench_require(error);
    *error = failures[code_of(input)];
    return error;
}
BODY uint64_t take_pool_error(struct state *state, pool_error error)
{
    const uint64_t sum = read_error(error->code, error->message);
    pool_put(&state->pool, error);
    return sum;
}

/* ---- Errors that are chains ---- */

enum home { HEAP, ARENA };

BODY void *get(enum home home, struct state *state, size_t size)
{
    void *const block =
        home == HEAP ? malloc(size) : arena_alloc(&state->arena, size, _Alignof(struct wrapped));
    bench_require(block);
    return block;
}

/* The text: the number of the input, a colon and what there was before. */
BODY struct wrapped *wrap(enum home home, struct state *state, uint64_t input, const char *before,
                          size_t before_length, struct wrapped *cause)
{
    static const char between[2] = ": ";
    struct wrapped *const error = get(home, state, sizeof *error);
    const size_t length = DIGITS + sizeof between + before_length;
    error->code = (uint32_t)code_of(input);
    error->length = (uint32_t)length;
    error->text = get(home, state, length + 1);
    error->cause = cause;
    intfmt_swar(error->text, 10000000 + (int32_t)(input % 90000000));
    memcpy(error->text + DIGITS, between, sizeof between);
    memcpy(error->text + DIGITS + sizeof between, before, before_length + 1);
    return error;
}

typedef struct wrapped *wrapped_call(struct state *state, uint64_t input, uint64_t *result);

BODY struct wrapped *start(enum home home, struct state *state, uint64_t input, uint64_t *result)
{
    if (input & fails) {
        const char *const message = failures[code_of(input)].message;
        return wrap(home, state, input, message, strlen(message), NULL);
    }
    *result = input;
    return NULL;
}

BODY struct wrapped *go_on(enum home home, bool wraps, wrapped_call *call, struct state *state,
                           uint64_t input, uint64_t *result)
{
    struct wrapped *const error = call(state, input, result);
    if (error != NULL)
        return wraps ? wrap(home, state, input, error->text, error->length, error) : error;
    *result = 3 * *result + input;
    return NULL;
}

BODY uint64_t take_wrapped(enum home home, struct wrapped *error)
{
    uint64_t sum = 0;
    while (error != NULL) {
        struct wrapped *const cause = error->cause;
        sum += read_error(error->code, error->text) + error->length;
        if (home == HEAP) {
            free(error->text);
            free(error);
        }
        error = cause;
    }
    return sum;
}

BODY uint64_t loop_wrapped(enum home home, wrapped_call *call, struct state *state,
                           uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or one mark, taken before the loop, serves for all */
        struct arena_mark mark = {0};
        if (home == ARENA)
            mark = arena_mark(&state->arena);
        uint64_t result;
        struct wrapped *const error = call(state, state->inputs[i % BENCH_INPUTS], &result);
        sum += error != NULL ? take_wrapped(home, error) : result;
        if (home == ARENA)
            arena_release(&state->arena, mark);
    }
    return sum;
}

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
