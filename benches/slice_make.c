/*
 * Question: what does it cost to make a slice of n elements, when n is known early, late or never?
 * Variants: fixed, an array in the frame whose length is a constant of the code; fixed_zeroed, the
 *           same with zeros in it, as Go has it; fixed_cap, one in the frame for the longest slice
 *           there is; vla; alloca; sbo32, 64 and 256, so many bytes in the frame and malloc for
 *           what does not fit (32 is Go's since 1.25, but for the zeros); malloc; calloc, which
 *           zeroes as Go's make does; pool, of objects of `size`; arena, back to a mark.
 *           _none, _first, _all: how many elements are written and read. _uniform and _zipf: n is
 *           drawn for each slice from 1 to the `size`, any as often as another, or k with a
 *           probability in proportion to 1/k; else all have the `size`. _never_threaded: in a
 *           process that has had one thread only. null: the lengths and no slice.
 * Timed:    an opaque call makes the slice, writes and reads it, and gives it back. One opaque
 *           function writes all elements and another reads them, the same ones in every variant.
 *           A call for each slice, as the memory of alloca is kept until the function returns; that
 *           of a VLA until its block ends, which here is the same moment and the same code.
 * Not timed: drawing the lengths, making the pool and the arena. The stack and the heap have been
 *           used before: no page is touched for the first time.
 * Expect:   one malloc or calloc and one free of n elements for malloc and calloc; for sbo as many
 *           as there are slices longer than what is in the frame; none for the others. Frames cost
 *           nothing up to the largest, as the build has no stack clash protection; zeros cost by
 *           the byte. Where the length decides between frame and heap and is drawn, the branch is
 *           mispredicted.
 */
#include "bench.h"
#include "keep.h"
#include "slice_make_ways.h"

typedef uint64_t maker(struct state *state, size_t length, uint64_t value);

BODY uint64_t loop(maker *make, void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t seed = state->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += make(state, state->lengths[i % BENCH_INPUTS], seed + i);
    return sum;
}

/* The call and its loop, for one way and one touch. */
#define DEFINE_CELL(way, label, touch)                                                        \
    maker slice_make_##way##_##label;                                                         \
    OPAQUE uint64_t slice_make_##way##_##label(struct state *state, size_t n, uint64_t value) \
    {                                                                                         \
        return in_##way(touch, state, n, value);                                              \
    }                                                                                         \
    static uint64_t run_##way##_##label(void *state, uint64_t iterations)                     \
    {                                                                                         \
        return loop(slice_make_##way##_##label, state, iterations);                           \
    }

#define DEFINE_WAY(way)            \
    DEFINE_CELL(way, none, NONE)   \
    DEFINE_CELL(way, first, FIRST) \
    DEFINE_CELL(way, all, ALL)

DEFINE_CELL(null, none, NONE)
DEFINE_WAY(fixed_cap)
DEFINE_WAY(vla)
DEFINE_WAY(alloca)
DEFINE_WAY(sbo32)
DEFINE_WAY(sbo64)
DEFINE_WAY(sbo256)
DEFINE_WAY(malloc)
DEFINE_WAY(calloc)
DEFINE_WAY(pool)
DEFINE_WAY(arena)

/* The lengths in bytes: a macro, as the length of `fixed` is a constant of the code. */
#define EACH_SIZE(macro, ...)                                                                   \
    macro(8, __VA_ARGS__) macro(32, __VA_ARGS__) macro(64, __VA_ARGS__) macro(256, __VA_ARGS__) \
        macro(1024, __VA_ARGS__) macro(1032, __VA_ARGS__) macro(1040, __VA_ARGS__)              \
            macro(4096, __VA_ARGS__) macro(16384, __VA_ARGS__) macro(65528, __VA_ARGS__)        \
                macro(65536, __VA_ARGS__) macro(65544, __VA_ARGS__) macro(131064, __VA_ARGS__)  \
                    macro(131072, __VA_ARGS__) macro(131080, __VA_ARGS__)

/* An array in the frame of so many bytes; `start` is its initialiser, or nothing. */
#define DEFINE_FIXED(size, way, start)                                                    \
    BODY uint64_t in_##way##_##size(enum touch touch, struct state *state, size_t length, \
                                    uint64_t value)                                       \
    {                                                                                     \
        (void)state;                                                                      \
        (void)length;                                                                     \
        _Alignas(ALIGNMENT) uint64_t slice[(size) / WORD] start;                          \
        return use(touch, slice, (size) / WORD, value);                                   \
    }                                                                                     \
    DEFINE_WAY(way##_##size)

#define UNSET
#define ZEROS = {0}
EACH_SIZE(DEFINE_FIXED, fixed, UNSET)
EACH_SIZE(DEFINE_FIXED, fixed_zeroed, ZEROS)

/* Which function of a fixed array is for this size. */
#define CHOICE(bytes, way, label) \
    if (size == (bytes))          \
        return run_##way##_##bytes##_##label;

#define DEFINE_FIXED_FOR(way, label)                    \
    static bench_run *way##_##label##_for(int64_t size) \
    {                                                   \
        EACH_SIZE(CHOICE, way, label)                   \
        return NULL;                                    \
    }

DEFINE_FIXED_FOR(fixed, none)
DEFINE_FIXED_FOR(fixed, first)
DEFINE_FIXED_FOR(fixed, all)
DEFINE_FIXED_FOR(fixed_zeroed, none)
DEFINE_FIXED_FOR(fixed_zeroed, first)
DEFINE_FIXED_FOR(fixed_zeroed, all)

/* One element more than what some small buffer holds: of interest to those with one. */
static bool is_just_beyond(int64_t size)
{
    return size == 32 + WORD || size == 64 + WORD || size == 256 + WORD;
}

static bool is_of_all(int64_t size)
{
    return !is_just_beyond(size);
}

/* Up to where the longest small buffer has long been left, and one that is large. */
static bool is_of_sbo(int64_t size)
{
    return size <= KIB || size == 64 * KIB;
}

/* Drawn lengths have no edge that shows: three sizes show what the draw does. */
static bool is_of_drawn(int64_t size)
{
    return size == 64 || size == KIB || size == 64 * KIB;
}

/* Both sides of the end of glibc's thread cache, up to 2.41. */
static bool is_at_cliff(int64_t size)
{
    return size == KIB + WORD || size == KIB + 2 * WORD;
}

#define DEFINE_FOR(name, function, rule)           \
    static bench_run *name##_for(int64_t size)     \
    {                                              \
        return rule(size) ? run_##function : NULL; \
    }

#define DEFINE_FORS(way, rule)                              \
    DEFINE_FOR(way##_none, way##_none, rule)                \
    DEFINE_FOR(way##_first, way##_first, rule)              \
    DEFINE_FOR(way##_all, way##_all, rule)                  \
    DEFINE_FOR(way##_none_drawn, way##_none, is_of_drawn)   \
    DEFINE_FOR(way##_first_drawn, way##_first, is_of_drawn) \
    DEFINE_FOR(way##_all_drawn, way##_all, is_of_drawn)

DEFINE_FORS(fixed_cap, is_of_all)
DEFINE_FORS(vla, is_of_all)
DEFINE_FORS(alloca, is_of_all)
DEFINE_FORS(sbo32, is_of_sbo)
DEFINE_FORS(sbo64, is_of_sbo)
DEFINE_FORS(sbo256, is_of_sbo)
DEFINE_FORS(malloc, is_of_all)
DEFINE_FORS(calloc, is_of_all)
DEFINE_FORS(pool, is_of_all)
DEFINE_FORS(arena, is_of_all)
DEFINE_FOR(malloc_none_never_threaded, malloc_none, is_at_cliff)
DEFINE_FOR(malloc_first_never_threaded, malloc_first, is_at_cliff)
DEFINE_FOR(malloc_all_never_threaded, malloc_all, is_at_cliff)

static size_t longest(const struct bench_cell *cell)
{
    return cell->value > 0 ? (size_t)cell->value / WORD : 1;
}

static struct state *make_state(const struct bench_cell *cell)
{
    struct state *const state = bench_map(sizeof *state);
    const size_t size = longest(cell) * WORD;
    state->seed = cell->seed;
    if (pool_init(&state->pool, size, ALIGNMENT, 0) != 0 || arena_init(&state->arena, size) != 0)
        abort();
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell);
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->lengths[i] = (uint32_t)longest(cell);
    return state;
}

static void *setup_uniform(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->lengths[i] = (uint32_t)(1 + bench_random(&random) % longest(cell));
    return state;
}

/* By inversion: the first length whose weight, with those before it, is above the draw. */
static void *setup_zipf(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell);
    const size_t count = longest(cell);
    uint64_t *const sums = bench_map(count * sizeof *sums);
    uint64_t total = 0;
    for (size_t k = 1; k <= count; k++)
        sums[k - 1] = total += (UINT64_C(1) << 40) / k;
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++) {
        const uint64_t draw = bench_random(&random) % total;
        size_t low = 0, high = count - 1;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (sums[middle] > draw)
                high = middle;
            else
                low = middle + 1;
        }
        state->lengths[i] = (uint32_t)(low + 1);
    }
    bench_unmap(sums, count * sizeof *sums);
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

/* `times` times the first slices, of which those are on the heap that are longer than the buffer.
 */
static void add_longer(struct bench_counts *counts, const struct state *state, size_t slices,
                       size_t buffer_bytes, uint64_t times)
{
    for (size_t i = 0; i < slices; i++) {
        const uint64_t bytes = state->lengths[i] * (uint64_t)WORD;
        if (bytes > buffer_bytes) {
            counts->allocs += times;
            counts->frees += times;
            counts->bytes += times * bytes;
        }
    }
}

static struct bench_counts expect_longer(const struct state *state, size_t buffer_bytes,
                                         uint64_t iterations)
{
    struct bench_counts counts = {0};
    add_longer(&counts, state, BENCH_INPUTS, buffer_bytes, iterations / BENCH_INPUTS);
    add_longer(&counts, state, iterations % BENCH_INPUTS, buffer_bytes, 1);
    return counts;
}

#define DEFINE_EXPECT(way, buffer_bytes)                                            \
    static struct bench_counts expect_##way(const void *state, uint64_t iterations) \
    {                                                                               \
        return expect_longer(state, buffer_bytes, iterations);                      \
    }

DEFINE_EXPECT(sbo32, 32)
DEFINE_EXPECT(sbo64, 64)
DEFINE_EXPECT(sbo256, 256)
DEFINE_EXPECT(malloc, 0)
DEFINE_EXPECT(calloc, 0)

static const struct bench_value sizes[] = {
    {8, BENCH_EXTENDED},          {32, BENCH_EXTENDED},
    {32 + WORD, BENCH_EXTENDED},  {64, BENCH_KEY},
    {64 + WORD, BENCH_EXTENDED},  {256, BENCH_EXTENDED},
    {256 + WORD, BENCH_EXTENDED}, {1024, BENCH_EXTENDED},
    {1032, BENCH_EXTENDED},       {1040, BENCH_EXTENDED},
    {4096, BENCH_EXTENDED},       {16384, BENCH_EXTENDED},
    {65528, BENCH_EXTENDED},      {65536, BENCH_DEFAULT},
    {65544, BENCH_EXTENDED},      {131064, BENCH_EXTENDED},
    {131072, BENCH_EXTENDED},     {131080, BENCH_EXTENDED},
};

/* Lengths that are all the same; drawn ones. What is read differs where all elements are. */
#define SAME(way, label, where)                                                                  \
    .name = #way "_" #label, .storage = (where), .run_for = way##_##label##_for, .setup = setup, \
    .teardown = teardown
#define DRAWN(way, label, draw, where)                                                           \
    .name = #way "_" #label "_" #draw, .storage = (where), .run_for = way##_##label##_drawn_for, \
    .setup = setup_##draw, .teardown = teardown, .tier = BENCH_EXTENDED

/* All rows of one way, but for the three whose tiers differ from way to way. */
#define DRAWN_ROWS(way, where, ...)                                                                \
    {DRAWN(way, none, uniform, where), __VA_ARGS__}, {DRAWN(way, none, zipf, where), __VA_ARGS__}, \
        {DRAWN(way, first, uniform, where), __VA_ARGS__},                                          \
        {DRAWN(way, first, zipf, where), __VA_ARGS__},                                             \
        {DRAWN(way, all, uniform, where), .work = "all_uniform", __VA_ARGS__},                     \
    {                                                                                              \
        DRAWN(way, all, zipf, where), .work = "all_zipf", __VA_ARGS__                              \
    }
#define SAME_ROWS(way, where, none_tier, first_tier, all_tier, ...)           \
    {SAME(way, none, where), .tier = (none_tier), __VA_ARGS__},               \
        {SAME(way, first, where), .tier = (first_tier), __VA_ARGS__},         \
    {                                                                         \
        SAME(way, all, where), .work = "all", .tier = (all_tier), __VA_ARGS__ \
    }
#define NO_CALLS .calls = NULL
#define ONE_THREAD .never_threaded = true, .tier = BENCH_EXTENDED, HEAP(malloc, "malloc free")
#define HEAP(way, functions) .expect = expect_##way, BENCH_CALLS(functions)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null_none,
     .setup = setup,
     .teardown = teardown,
     .unswept = true},
    SAME_ROWS(fixed, BENCH_STACK, BENCH_EXTENDED, BENCH_KEY, BENCH_DEFAULT, NO_CALLS),
    SAME_ROWS(fixed_zeroed, BENCH_STACK, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED, NO_CALLS),
    SAME_ROWS(fixed_cap, BENCH_STACK, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED, NO_CALLS),
    DRAWN_ROWS(fixed_cap, BENCH_STACK, NO_CALLS),
    SAME_ROWS(vla, BENCH_STACK, BENCH_EXTENDED, BENCH_DEFAULT, BENCH_DEFAULT, NO_CALLS),
    DRAWN_ROWS(vla, BENCH_STACK, NO_CALLS),
    SAME_ROWS(alloca, BENCH_STACK, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED, NO_CALLS),
    DRAWN_ROWS(alloca, BENCH_STACK, NO_CALLS),
    SAME_ROWS(sbo32, BENCH_HEAP, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED,
              HEAP(sbo32, "malloc free")),
    DRAWN_ROWS(sbo32, BENCH_HEAP, HEAP(sbo32, "malloc free")),
    SAME_ROWS(sbo64, BENCH_HEAP, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED,
              HEAP(sbo64, "malloc free")),
    DRAWN_ROWS(sbo64, BENCH_HEAP, HEAP(sbo64, "malloc free")),
    SAME_ROWS(sbo256, BENCH_HEAP, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED,
              HEAP(sbo256, "malloc free")),
    DRAWN_ROWS(sbo256, BENCH_HEAP, HEAP(sbo256, "malloc free")),
    SAME_ROWS(malloc, BENCH_HEAP, BENCH_EXTENDED, BENCH_KEY, BENCH_DEFAULT,
              HEAP(malloc, "malloc free")),
    DRAWN_ROWS(malloc, BENCH_HEAP, HEAP(malloc, "malloc free")),
    {SAME(malloc, none_never_threaded, BENCH_HEAP), ONE_THREAD},
    {SAME(malloc, first_never_threaded, BENCH_HEAP), ONE_THREAD},
    {SAME(malloc, all_never_threaded, BENCH_HEAP), .work = "all", ONE_THREAD},
    SAME_ROWS(calloc, BENCH_HEAP, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED,
              HEAP(calloc, "calloc free")),
    DRAWN_ROWS(calloc, BENCH_HEAP, HEAP(calloc, "calloc free")),
    SAME_ROWS(pool, BENCH_POOL, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED, NO_CALLS),
    DRAWN_ROWS(pool, BENCH_POOL, NO_CALLS),
    SAME_ROWS(arena, BENCH_ARENA, BENCH_EXTENDED, BENCH_EXTENDED, BENCH_EXTENDED, NO_CALLS),
    DRAWN_ROWS(arena, BENCH_ARENA, NO_CALLS),
};

const struct bench_scenario bench_scenario = {
    .name = "slice_make",
    .question = "What does it cost to make a slice of n elements?",
    .touch = "_none: nothing; _first: the first element, written and read; _all: every element, "
             "written and read",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
