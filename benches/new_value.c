/*
 * Question: what does it cost to get a new value whose fields are all set?
 * Variants: calloc; malloc_literal, malloc and the assignment of a struct with one field named, as
 *           Go's &T{} does it; malloc_fields, malloc and every word assigned by itself;
 *           malloc_memset, malloc and memset, with a barrier between the two;
 *           malloc_memset_plain, without it: both compilers make calloc of it; pool_memset;
 *           stack_zeroed, a variable with an initialiser, as Go's are without one; stack_uninit, a
 *           variable without, of which two words are written. _never_threaded: in a process that
 *           has had one thread only. null: no value.
 * Timed:    getting `size` bytes, setting the first word to a number and all others to zero
 *           (stack_uninit: the last one), reading the first and the last, giving the bytes back.
 * Not timed: making the pool.
 * Expect:   one allocation of exactly `size` bytes an iteration and one free. In Go new(T) and
 *           &T{} are the same; in C calloc and malloc differ, by allocator and size. calloc of
 *           glibc 2.36 does not look into the thread cache, and takes a lock once there has been a
 *           second thread; that of jemalloc 5.3 has the kernel take back and zero the pages of a
 *           block that is too large for its cache (64 KiB). malloc_literal and malloc_memset are
 *           the same code from gcc; both compilers zero up to some 256 bytes by moves, then by
 *           `rep stosq` or a call of memset.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16 /* as malloc's on both architectures */
};

struct state {
    uint64_t seed;
    size_t size;
    struct pool pool;
};

/* ---- To set the first word to the value and the others to zero, one way a macro ---- */

/* The barrier: or gcc makes the zeros before it those of all words but the first. */
#define FIRST_WORD(object, size, value) \
    do {                                \
        KEEP_PTR((object)->words);      \
        (object)->words[0] = (value);   \
    } while (0)

#define LITERAL(object, size, value) (*(object) = (struct object_##size){.words = {value}})

#define MEMSET(object, size, value)                                            \
    do {                                                                       \
        memset(__builtin_assume_aligned((object)->words, ALIGNMENT), 0, size); \
        FIRST_WORD(object, size, value);                                       \
    } while (0)

/* gcc sees malloc behind the pointer itself only. */
#define MEMSET_PLAIN(object, size, value) \
    do {                                  \
        memset(object, 0, size);          \
        FIRST_WORD(object, size, value);  \
    } while (0)

#define FIELDS(object, size, value) set_words((object)->words, (size) / WORD, value)

/* The zero is hidden: or the loop becomes a memset. */
BODY void set_words(uint64_t *words, size_t count, uint64_t value)
{
    uint64_t zero = 0;
    HIDE(zero);
    words[0] = value;
    for (size_t i = 1; i < count; i++)
        words[i] = zero;
}

/* ---- To get the bytes, and to give them back ---- */

#define GET_CALLOC(size, state) calloc(1, size)
#define GET_MALLOC(size, state) malloc(size)
#define GET_POOL(size, state) pool_get(&(state)->pool)
#define PUT_FREE(state, object) free(object)
#define PUT_POOL(state, object) pool_put(&(state)->pool, object)

/* Between malloc and zeros: or they become calloc. */
#define APART(object) KEEP_PTR(object)
#define TOGETHER(object) (void)0

/* The sizes, each a constant of the code. */
#define EACH_SIZE(macro, ...)                                                                      \
    macro(16, __VA_ARGS__) macro(64, __VA_ARGS__) macro(256, __VA_ARGS__) macro(1024, __VA_ARGS__) \
        macro(4096, __VA_ARGS__) macro(16384, __VA_ARGS__) macro(65536, __VA_ARGS__)

#define DEFINE_TYPE(size, ...)         \
    struct object_##size {             \
        uint64_t words[(size) / WORD]; \
    };
EACH_SIZE(DEFINE_TYPE, )

BODY uint64_t read_back(const uint64_t *words, size_t size)
{
    KEEP_PTR(words);
    return words[0] + words[size / WORD - 1];
}

#define DEFINE_LOOP(size, label, get, apart, set, put)                      \
    static uint64_t run_##label##_##size(void *opaque, uint64_t iterations) \
    {                                                                       \
        struct state *const state = opaque;                                 \
        const uint64_t seed = state->seed;                                  \
        uint64_t sum = 0;                                                   \
        for (uint64_t i = 0; i < iterations; i++) {                         \
            KEEP_PTR(state); /* or the pool's stays in registers */         \
            struct object_##size *const object = get(size, state);          \
            bench_require(object);                                          \
            apart(object);                                                  \
            set(object, size, seed + i);                                    \
            sum += read_back(object->words, size);                          \
            put(state, object);                                             \
        }                                                                   \
        return sum;                                                         \
    }

#define DEFINE_STACK_LOOP(size, label, ...)                                 \
    static uint64_t run_##label##_##size(void *opaque, uint64_t iterations) \
    {                                                                       \
        const uint64_t seed = ((const struct state *)opaque)->seed;         \
        uint64_t sum = 0;                                                   \
        for (uint64_t i = 0; i < iterations; i++) {                         \
            __VA_ARGS__(size, seed + i)                                     \
            sum += read_back(object.words, size);                           \
        }                                                                   \
        return sum;                                                         \
    }

#define VARIABLE_ZEROED(size, value) \
    _Alignas(ALIGNMENT) struct object_##size object = {.words = {value}};

#define VARIABLE_UNINIT(size, value)                 \
    _Alignas(ALIGNMENT) struct object_##size object; \
    object.words[0] = (value);                       \
    object.words[(size) / WORD - 1] = 0;

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

#define DEFINE_WAY(label, ...)                 \
    EACH_SIZE(DEFINE_LOOP, label, __VA_ARGS__) \
    DEFINE_CHOICE(label)

#define DEFINE_STACK_WAY(label, variable)         \
    EACH_SIZE(DEFINE_STACK_LOOP, label, variable) \
    DEFINE_CHOICE(label)

DEFINE_WAY(calloc, GET_CALLOC, TOGETHER, FIRST_WORD, PUT_FREE)
DEFINE_WAY(malloc_literal, GET_MALLOC, APART, LITERAL, PUT_FREE)
DEFINE_WAY(malloc_fields, GET_MALLOC, APART, FIELDS, PUT_FREE)
DEFINE_WAY(malloc_memset, GET_MALLOC, APART, MEMSET, PUT_FREE)
DEFINE_WAY(malloc_memset_plain, GET_MALLOC, TOGETHER, MEMSET_PLAIN, PUT_FREE)
DEFINE_WAY(pool_memset, GET_POOL, APART, MEMSET, PUT_POOL)
DEFINE_STACK_WAY(stack_zeroed, VARIABLE_ZEROED)
DEFINE_STACK_WAY(stack_uninit, VARIABLE_UNINIT)

static uint64_t run_null(void *state, uint64_t iterations)
{
    return null_loop(((const struct state *)state)->seed, iterations);
}

/* Two sizes on each side of what glibc's thread cache takes (1032 bytes before 2.42). */
static bool is_near_cache_end(int64_t size)
{
    return size == 64 || size == 1024 || size == 4096 || size == 16384;
}

static bench_run *calloc_never_threaded_for(int64_t size)
{
    return is_near_cache_end(size) ? calloc_for(size) : NULL;
}

static bench_run *malloc_memset_never_threaded_for(int64_t size)
{
    return is_near_cache_end(size) ? malloc_memset_for(size) : NULL;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->size = cell->value > 0 ? (size_t)cell->value : WORD;
    if (pool_init(&state->pool, state->size, ALIGNMENT, 0) != 0)
        abort();
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_pairs(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->size};
}

static const struct bench_value sizes[] = {
    {16, BENCH_EXTENDED},  {64, BENCH_KEY},         {256, BENCH_EXTENDED},   {1024, BENCH_EXTENDED},
    {4096, BENCH_DEFAULT}, {16384, BENCH_EXTENDED}, {65536, BENCH_EXTENDED},
};

#define ROW(label, where) .name = (label), .storage = (where), .setup = setup, .teardown = teardown
#define PAIRS(list) .expect = expect_pairs, BENCH_CALLS(list)

static const struct bench_variant variants[] = {
    {ROW("null", BENCH_INLINE), .run = run_null, .unswept = true, .tier = BENCH_DEFAULT},
    {ROW("calloc", BENCH_HEAP), .run_for = calloc_for, PAIRS("calloc free")},
    {ROW("malloc_literal", BENCH_HEAP), .run_for = malloc_literal_for, PAIRS("malloc free"),
     .tier = BENCH_EXTENDED},
    {ROW("malloc_fields", BENCH_HEAP), .run_for = malloc_fields_for, PAIRS("malloc free"),
     .tier = BENCH_EXTENDED},
    {ROW("malloc_memset", BENCH_HEAP), .run_for = malloc_memset_for, PAIRS("malloc free"),
     .tier = BENCH_DEFAULT},
    {ROW("malloc_memset_plain", BENCH_HEAP), .run_for = malloc_memset_plain_for,
     PAIRS("malloc>calloc free"), .tier = BENCH_EXTENDED},
    {ROW("calloc_never_threaded", BENCH_HEAP), .run_for = calloc_never_threaded_for,
     PAIRS("calloc free"), .never_threaded = true, .tier = BENCH_EXTENDED},
    {ROW("malloc_memset_never_threaded", BENCH_HEAP), .run_for = malloc_memset_never_threaded_for,
     PAIRS("malloc free"), .never_threaded = true, .tier = BENCH_EXTENDED},
    {ROW("pool_memset", BENCH_POOL), .run_for = pool_memset_for, .tier = BENCH_DEFAULT},
    {ROW("stack_zeroed", BENCH_STACK), .run_for = stack_zeroed_for},
    {ROW("stack_uninit", BENCH_STACK), .run_for = stack_uninit_for, .tier = BENCH_DEFAULT},
};

const struct bench_scenario bench_scenario = {
    .name = "new_value",
    .question = "What does it cost to get a new value whose fields are all set?",
    .touch = "all words, written (stack_uninit: the first and the last); these two, read",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
