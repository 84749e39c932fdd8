/*
 * Question: what does a block cost that is aligned to more than malloc's 16 bytes?
 * Variants: posix_memalign; aligned_alloc, for sizes that are multiples of the alignment; malloc,
 *           which promises 16; malloc_over, malloc of so much more that an aligned block lies in
 *           it; pool, whose objects are aligned to a cache line at most. _size64, _size4096,
 *           _size65536: bytes of the block. null: no block.
 * Timed:    getting the block, taking its address apart: the bits below the alignment, which must
 *           be zero, go into the checksum; writing its first and its last word, reading both, and
 *           giving the block back.
 * Not timed: making the pool.
 * Expect:   one allocation and one free an iteration, of the block's size; malloc_over of that and
 *           the alignment less 16; none for pool. In glibc before 2.38 an alignment of 16 is
 *           malloc, thread cache and all; from 32 on each block is cut from a larger one, and a
 *           block of the thread cache is not looked for.
 */
#include "bench.h"
#include "keep.h"
#include "pool.h"

enum {
    WORD = sizeof(uint64_t),
    MALLOC_ALIGNMENT = 16, /* bytes, on both architectures */
    ALIGNMENT_MOST = 4096
};

enum way { POSIX_MEMALIGN, ALIGNED_ALLOC, MALLOC, MALLOC_OVER, POOL };

struct state {
    uint64_t seed;
    size_t size;
    size_t alignment;
    struct pool pool;
};

/* Returns what is to be given back; *block is the block, or NULL. */
BODY void *get(enum way way, struct state *state, size_t alignment, size_t size, uint64_t **block)
{
    void *whole = NULL;
    if (way == POSIX_MEMALIGN && posix_memalign(&whole, alignment, size) != 0)
        whole = NULL;
    if (way == ALIGNED_ALLOC)
        whole = aligned_alloc(alignment, size);
    if (way == MALLOC)
        whole = malloc(size);
    if (way == MALLOC_OVER)
        whole = malloc(size + alignment - MALLOC_ALIGNMENT);
    if (way == POOL)
        whole = pool_get(&state->pool);
    bench_require(whole);
    /* Up to the next multiple of the alignment, which lies in the block from malloc. */
    char *const start = whole;
    *block = (uint64_t *)(void *)(way == MALLOC_OVER ? start + (-(uintptr_t)start & (alignment - 1))
                                                     : start);
    return whole;
}

BODY uint64_t loop(enum way way, size_t size, void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t seed = state->seed;
    const size_t alignment = state->alignment;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or the pool's head stays in a register */
        uint64_t *block;
        void *const whole = get(way, state, alignment, size, &block);
        uintptr_t address = (uintptr_t)block;
        HIDE(address); /* or the compiler trusts in the alignment */
        block[0] = seed + i;
        block[size / WORD - 1] = 3 * i;
        KEEP_PTR(block);
        sum += block[0] + block[size / WORD - 1] + (address & (alignment - 1));
        if (way == POOL)
            pool_put(&state->pool, whole);
        else
            free(whole);
    }
    return sum;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += state->seed + i + 3 * i;
        KEEP_VAL(sum);
    }
    return sum;
}

static void *make_state(const struct bench_cell *cell, size_t size)
{
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->size = size;
    state->alignment = cell->value > 0 ? (size_t)cell->value : MALLOC_ALIGNMENT;
    const size_t most =
        state->alignment < POOL_ALIGNMENT_MAX ? state->alignment : POOL_ALIGNMENT_MAX;
    if (pool_init(&state->pool, size, most, 0) != 0)
        abort();
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_blocks(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->size};
}

static struct bench_counts expect_over(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    struct bench_counts counts = expect_blocks(opaque, iterations);
    counts.bytes += iterations * (state->alignment - MALLOC_ALIGNMENT);
    return counts;
}

/* A way with blocks of a size, up to an alignment. */
#define DEFINE_VARIANT(label, way, size, most)                                 \
    static uint64_t run_##label##_size##size(void *state, uint64_t iterations) \
    {                                                                          \
        return loop(way, size, state, iterations);                             \
    }                                                                          \
    static bench_run *label##_size##size##_for(int64_t alignment)              \
    {                                                                          \
        return alignment <= (most) ? run_##label##_size##size : NULL;          \
    }

#define DEFINE_SIZE(size, aligned_most)                                             \
    static void *setup_size##size(const struct bench_cell *cell, const char **skip) \
    {                                                                               \
        (void)skip;                                                                 \
        return make_state(cell, size);                                              \
    }                                                                               \
    DEFINE_VARIANT(posix_memalign, POSIX_MEMALIGN, size, ALIGNMENT_MOST)            \
    DEFINE_VARIANT(aligned_alloc, ALIGNED_ALLOC, size, aligned_most)                \
    DEFINE_VARIANT(malloc, MALLOC, size, MALLOC_ALIGNMENT)                          \
    DEFINE_VARIANT(malloc_over, MALLOC_OVER, size, ALIGNMENT_MOST)                  \
    DEFINE_VARIANT(pool, POOL, size, POOL_ALIGNMENT_MAX)

DEFINE_SIZE(64, 64)
DEFINE_SIZE(4096, 4096)
DEFINE_SIZE(65536, 4096)

static const struct bench_value alignments[] = {
    {16, BENCH_EXTENDED},   {32, BENCH_EXTENDED},   {64, BENCH_DEFAULT},
    {128, BENCH_EXTENDED},  {256, BENCH_EXTENDED},  {512, BENCH_EXTENDED},
    {1024, BENCH_EXTENDED}, {2048, BENCH_EXTENDED}, {4096, BENCH_EXTENDED},
};

#define ROW(label, size, where)                                                            \
    .name = #label "_size" #size, .storage = (where), .run_for = label##_size##size##_for, \
    .setup = setup_size##size, .teardown = teardown
#define WAYS(size, first_tier)                                                                  \
    {ROW(posix_memalign, size, BENCH_HEAP), .expect = expect_blocks,                            \
     BENCH_CALLS("posix_memalign free"), .tier = (first_tier)},                                 \
        {ROW(aligned_alloc, size, BENCH_HEAP), .expect = expect_blocks,                         \
         BENCH_CALLS("aligned_alloc free"), .tier = BENCH_EXTENDED},                            \
        {ROW(malloc, size, BENCH_HEAP), .expect = expect_blocks, BENCH_CALLS("malloc free"),    \
         .tier = BENCH_EXTENDED},                                                               \
        {ROW(malloc_over, size, BENCH_HEAP), .expect = expect_over, BENCH_CALLS("malloc free"), \
         .tier = (first_tier)},                                                                 \
    {                                                                                           \
        ROW(pool, size, BENCH_POOL), .tier = (first_tier)                                       \
    }

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup_size64,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    WAYS(64, BENCH_DEFAULT),
    WAYS(4096, BENCH_EXTENDED),
    WAYS(65536, BENCH_EXTENDED),
};

const struct bench_scenario bench_scenario = {
    .name = "aligned",
    .question = "What does a block cost that is aligned to more than malloc's 16 bytes?",
    .touch = "its first and last word, written and read",
    .param = "alignment",
    .values = alignments,
    .value_count = BENCH_COUNT(alignments),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
