/*
 * Question: what does it cost to return a pointer to a new object?
 * Variants: by_value, a struct that is returned; out_param, an object in the caller's frame that
 *           the factory fills; static_buf and tls_buf, one buffer for all calls of the program (not
 *           reentrant) or of the thread; malloc; malloc_inlinable, a factory that the compiler sees
 *           into; malloc_never_threaded, malloc in a process that has had one thread only; pool,
 *           inlined into the factory, and pool_call, behind a call as malloc is; arena_mark, taken
 *           back after each object; arena_reset, taken back after RESET_PERIOD objects (so up to
 *           RESET_PERIOD times the size is in use). _zeroed: all of the object is zeroed first, as
 *           Go does with every object, those in the frame too, and C with none. _depth8, 64 and
 *           1024: bursts of as many objects, all of them made before the first is released. null:
 *           no object.
 * Timed:    an opaque factory provides the object and writes its first and last word; the caller
 *           reads both through the pointer and releases the object.
 * Not timed: making the pool, the arena and the list of live objects.
 * Expect:   one malloc and one free an iteration of exactly `size` bytes for malloc, none for the
 *           others; none for malloc_inlinable either, because both compilers delete the pair.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "pool.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16, /* as malloc's on both architectures */
    SIZE_MAX_BYTES = 4096,
    BURST_SIZE_BYTES = 64, /* of the objects of the variants with a depth */
    DEPTH_MAX = 1024,
    RESET_PERIOD = 1024
};

enum how {
    MALLOC,
    MALLOC_ZEROED,
    POOL,
    POOL_ZEROED,
    POOL_CALL,
    ARENA_MARK,
    ARENA_RESET,
    STATIC_BUF,
    TLS_BUF
};

struct state {
    uint64_t seed;
    size_t size;
    size_t depth; /* how many objects a burst makes before it releases them */
    struct pool pool;
    struct arena arena;
    uint64_t *live[DEPTH_MAX]; /* the objects of the burst */
};

static _Alignas(64) uint64_t static_buffer[SIZE_MAX_BYTES / WORD];
static _Alignas(64) _Thread_local uint64_t tls_buffer[SIZE_MAX_BYTES / WORD];

/* The same in every storage. The barrier: or malloc and zeros become calloc. */
BODY void zero(uint64_t *object, size_t size)
{
    KEEP_PTR(object);
    memset(__builtin_assume_aligned(object, ALIGNMENT), 0, size);
}

/* The inside of every factory that returns a pointer. */
BODY uint64_t *make(enum how how, size_t size, struct state *state, uint64_t value)
{
    uint64_t *object = NULL;
    switch (how) {
    case MALLOC:
    case MALLOC_ZEROED:
        object = malloc(size);
        break;
    case POOL:
    case POOL_ZEROED:
        object = pool_get(&state->pool);
        break;
    case POOL_CALL:
        object = pool_get_call(&state->pool);
        break;
    case ARENA_MARK:
    case ARENA_RESET:
        object = arena_alloc(&state->arena, size, ALIGNMENT);
        break;
    case STATIC_BUF:
        object = static_buffer;
        HIDE(object); /* or the check for NULL vanishes */
        break;
    case TLS_BUF:
        object = tls_buffer;
        HIDE(object);
        break;
    }
    bench_require(object);
    if (how == MALLOC_ZEROED || how == POOL_ZEROED)
        zero(object, size);
    object[0] = value;
    object[size / WORD - 1] = 3 * value;
    return object;
}

BODY uint64_t read_back(const uint64_t *object, size_t size)
{
    KEEP_PTR(object);
    return object[0] + object[size / WORD - 1];
}

BODY void release(enum how how, struct state *state, uint64_t *object)
{
    if (how == MALLOC || how == MALLOC_ZEROED)
        free(object);
    else if (how == POOL || how == POOL_ZEROED)
        pool_put(&state->pool, object);
    else if (how == POOL_CALL)
        pool_put_call(&state->pool, object);
}

typedef uint64_t *factory(struct state *state, uint64_t value);

BODY uint64_t loop(enum how how, size_t size, factory *create, struct state *state,
                   uint64_t iterations)
{
    const uint64_t seed = state->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or one mark, taken before the loop, serves for all */
        struct arena_mark mark = {0};
        if (how == ARENA_MARK)
            mark = arena_mark(&state->arena);
        uint64_t *const object = create(state, seed + i);
        sum += read_back(object, size);
        release(how, state, object);
        if (how == ARENA_MARK)
            arena_release(&state->arena, mark);
        if (how == ARENA_RESET && i % RESET_PERIOD == RESET_PERIOD - 1)
            arena_reset(&state->arena);
    }
    if (how == ARENA_RESET)
        arena_reset(&state->arena);
    return sum;
}

/*
 * The same in bursts: `depth` objects are made, then each is read and released, the oldest first,
 * as a loop over an array of them does it. The last burst is what is left of the iterations.
 */
BODY uint64_t loop_burst(enum how how, factory *create, struct state *state, uint64_t iterations)
{
    const uint64_t seed = state->seed;
    const uint64_t depth = state->depth;
    uint64_t **const live = state->live;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i += depth) {
        const uint64_t count = iterations - i < depth ? iterations - i : depth;
        for (uint64_t j = 0; j < count; j++)
            live[j] = create(state, seed + i + j);
        for (uint64_t j = 0; j < count; j++) {
            sum += read_back(live[j], BURST_SIZE_BYTES);
            release(how, state, live[j]);
        }
    }
    return sum;
}

/* The sizes, each a constant of the code. */
#define EACH_SIZE(macro, ...)                                                                    \
    macro(16, __VA_ARGS__) macro(24, __VA_ARGS__) macro(64, __VA_ARGS__) macro(256, __VA_ARGS__) \
        macro(1024, __VA_ARGS__) macro(4096, __VA_ARGS__)

/* Which loop of a variant is for this size. */
#define CHOICE(bytes, label) \
    if (size == (bytes))     \
        return run_##label##_##bytes;

#define DEFINE_CHOICE(label)                    \
    static bench_run *label##_for(int64_t size) \
    {                                           \
        EACH_SIZE(CHOICE, label)                \
        return NULL;                            \
    }

/* A factory and its loop, for one size and one storage. */
#define DEFINE_CELL(size, label, how)                                                     \
    factory return_pointer_##label##_##size;                                              \
    OPAQUE uint64_t *return_pointer_##label##_##size(struct state *state, uint64_t value) \
    {                                                                                     \
        return make(how, size, state, value);                                             \
    }                                                                                     \
    static uint64_t run_##label##_##size(void *state, uint64_t iterations)                \
    {                                                                                     \
        return loop(how, size, return_pointer_##label##_##size, state, iterations);       \
    }

#define DEFINE_STORAGE(label, how)     \
    EACH_SIZE(DEFINE_CELL, label, how) \
    DEFINE_CHOICE(label)

DEFINE_STORAGE(malloc, MALLOC)
DEFINE_STORAGE(malloc_zeroed, MALLOC_ZEROED)
DEFINE_STORAGE(pool, POOL)
DEFINE_STORAGE(pool_zeroed, POOL_ZEROED)
DEFINE_STORAGE(pool_call, POOL_CALL)
DEFINE_STORAGE(arena_mark, ARENA_MARK)
DEFINE_STORAGE(arena_reset, ARENA_RESET)
DEFINE_STORAGE(static_buf, STATIC_BUF)
DEFINE_STORAGE(tls_buf, TLS_BUF)

/*
 * The two that return no pointer to storage of their own: a value, and into the caller's frame. A
 * union, because of a struct gcc also writes zeros to the words that the factory leaves alone.
 */
#define DEFINE_FRAME_CELLS(size, ...)                                                    \
    union object_##size {                                                                \
        uint64_t words[(size) / WORD];                                                   \
        unsigned char bytes[size];                                                       \
    };                                                                                   \
    union object_##size return_pointer_by_value_##size(uint64_t value);                  \
    OPAQUE union object_##size return_pointer_by_value_##size(uint64_t value)            \
    {                                                                                    \
        union object_##size object;                                                      \
        object.words[0] = value;                                                         \
        object.words[(size) / WORD - 1] = 3 * value;                                     \
        return object;                                                                   \
    }                                                                                    \
    static uint64_t run_by_value_##size(void *state, uint64_t iterations)                \
    {                                                                                    \
        const uint64_t seed = ((const struct state *)state)->seed;                       \
        uint64_t sum = 0;                                                                \
        for (uint64_t i = 0; i < iterations; i++) {                                      \
            const union object_##size object = return_pointer_by_value_##size(seed + i); \
            sum += read_back(object.words, size);                                        \
        }                                                                                \
        return sum;                                                                      \
    }

EACH_SIZE(DEFINE_FRAME_CELLS, )

/* The factory fills what the caller has in its frame; `prepare` may zero it before. */
#define DEFINE_OUT_PARAM(size, label, prepare)                                               \
    void return_pointer_##label##_##size(union object_##size *object, uint64_t value);       \
    OPAQUE void return_pointer_##label##_##size(union object_##size *object, uint64_t value) \
    {                                                                                        \
        bench_require(object);                                                               \
        prepare(object->words, size);                                                        \
        object->words[0] = value;                                                            \
        object->words[(size) / WORD - 1] = 3 * value;                                        \
    }                                                                                        \
    static uint64_t run_##label##_##size(void *state, uint64_t iterations)                   \
    {                                                                                        \
        const uint64_t seed = ((const struct state *)state)->seed;                           \
        uint64_t sum = 0;                                                                    \
        for (uint64_t i = 0; i < iterations; i++) {                                          \
            _Alignas(ALIGNMENT) union object_##size object;                                  \
            return_pointer_##label##_##size(&object, seed + i);                              \
            sum += read_back(object.words, size);                                            \
        }                                                                                    \
        return sum;                                                                          \
    }

#define NOT_ZEROED(object, size) (void)0
EACH_SIZE(DEFINE_OUT_PARAM, out_param, NOT_ZEROED)
EACH_SIZE(DEFINE_OUT_PARAM, out_param_zeroed, zero)
DEFINE_CHOICE(by_value)
DEFINE_CHOICE(out_param)
DEFINE_CHOICE(out_param_zeroed)

static uint64_t run_malloc_burst(void *state, uint64_t iterations)
{
    return loop_burst(MALLOC, return_pointer_malloc_64, state, iterations);
}

static uint64_t run_pool_burst(void *state, uint64_t iterations)
{
    return loop_burst(POOL, return_pointer_pool_64, state, iterations);
}

/* Without the check for NULL, which alone makes gcc keep the pair. */
static uint64_t run_inlinable(void *state, uint64_t iterations)
{
    const uint64_t seed = ((const struct state *)state)->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const object = malloc(BURST_SIZE_BYTES);
        object[0] = seed + i;
        object[BURST_SIZE_BYTES / WORD - 1] = 3 * (seed + i);
        sum += object[0] + object[BURST_SIZE_BYTES / WORD - 1];
        KEEP_VAL(sum);
        free(object);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    const uint64_t seed = ((const struct state *)state)->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += seed + i + 3 * (seed + i);
        KEEP_VAL(sum);
    }
    return sum;
}

static bench_run *malloc_burst_for(int64_t size)
{
    return size == BURST_SIZE_BYTES ? run_malloc_burst : NULL;
}

static bench_run *pool_burst_for(int64_t size)
{
    return size == BURST_SIZE_BYTES ? run_pool_burst : NULL;
}

static bench_run *inlinable_for(int64_t size)
{
    return size == BURST_SIZE_BYTES ? run_inlinable : NULL;
}

/* One size on each side of glibc's thread cache, where the second thread makes a difference. */
static bench_run *never_threaded_for(int64_t size)
{
    return size == 64 || size == 4096 ? malloc_for(size) : NULL;
}

static struct state *make_state(const struct bench_cell *cell, size_t depth)
{
    struct state *const state = bench_map(sizeof *state);
    const size_t size = cell->value > 0 ? (size_t)cell->value : BURST_SIZE_BYTES;
    const size_t stride = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    state->seed = cell->seed;
    state->size = size;
    state->depth = depth;
    if (pool_init(&state->pool, size, ALIGNMENT, 0) != 0 ||
        arena_init(&state->arena, RESET_PERIOD * stride) != 0)
        abort();
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, 1);
}

static void *setup_depth8(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, 8);
}

static void *setup_depth64(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, 64);
}

static void *setup_depth1024(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, DEPTH_MAX);
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_pairs(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->size};
}

static const struct bench_value sizes[] = {
    {16, BENCH_KEY},       {24, BENCH_EXTENDED}, {64, BENCH_KEY},
    {256, BENCH_EXTENDED}, {1024, BENCH_KEY},    {4096, BENCH_DEFAULT},
};

#define ROW(label, where) .name = (label), .storage = (where), .setup = setup, .teardown = teardown
#define BURST(label, where, prepare)                                               \
    .name = (label), .storage = (where), .setup = (prepare), .teardown = teardown, \
    .tier = BENCH_DEFAULT
#define PAIRS .expect = expect_pairs, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {ROW("null", BENCH_INLINE), .run = run_null, .unswept = true, .control = true},
    {ROW("by_value", BENCH_STACK), .run_for = by_value_for},
    {ROW("out_param", BENCH_STACK), .run_for = out_param_for, .control = true},
    {ROW("out_param_zeroed", BENCH_STACK), .run_for = out_param_zeroed_for, .tier = BENCH_EXTENDED},
    {ROW("static_buf", BENCH_STATIC), .run_for = static_buf_for, .tier = BENCH_DEFAULT},
    {ROW("tls_buf", BENCH_STATIC), .run_for = tls_buf_for, .tier = BENCH_DEFAULT},
    {ROW("malloc", BENCH_HEAP), .run_for = malloc_for, PAIRS},
    {ROW("malloc_zeroed", BENCH_HEAP), .run_for = malloc_zeroed_for, PAIRS, .tier = BENCH_EXTENDED},
    {ROW("malloc_inlinable", BENCH_HEAP), .run_for = inlinable_for, .code = BENCH_ELIDED,
     .code_clang = BENCH_ELIDED, .calls = "malloc free", .tier = BENCH_DEFAULT},
    {ROW("malloc_never_threaded", BENCH_HEAP), .run_for = never_threaded_for, PAIRS,
     .never_threaded = true, .tier = BENCH_DEFAULT},
    {ROW("pool", BENCH_POOL), .run_for = pool_for, .control = true},
    {ROW("pool_zeroed", BENCH_POOL), .run_for = pool_zeroed_for, .tier = BENCH_EXTENDED},
    {ROW("pool_call", BENCH_POOL), .run_for = pool_call_for},
    {ROW("arena_mark", BENCH_ARENA), .run_for = arena_mark_for, .control = true},
    {ROW("arena_reset", BENCH_ARENA), .run_for = arena_reset_for, .tier = BENCH_DEFAULT},
    {BURST("malloc_depth8", BENCH_HEAP, setup_depth8), .run_for = malloc_burst_for, PAIRS},
    {BURST("malloc_depth64", BENCH_HEAP, setup_depth64), .run_for = malloc_burst_for, PAIRS},
    {BURST("malloc_depth1024", BENCH_HEAP, setup_depth1024), .run_for = malloc_burst_for, PAIRS},
    {BURST("pool_depth8", BENCH_POOL, setup_depth8), .run_for = pool_burst_for},
    {BURST("pool_depth64", BENCH_POOL, setup_depth64), .run_for = pool_burst_for},
    {BURST("pool_depth1024", BENCH_POOL, setup_depth1024), .run_for = pool_burst_for},
};

const struct bench_scenario bench_scenario = {
    .name = "return_pointer",
    .question = "What does it cost to return a pointer to a new object?",
    .touch =
        "first and last word (_zeroed: the whole object), written by the factory; these two words, "
        "read by the caller",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
