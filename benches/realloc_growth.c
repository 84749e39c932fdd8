/*
 * Question: what does it cost to give a full block another size?
 * Variants: grow_x2, from LEAST_BYTES by doubling to `size`; grow_plus64, by 64 bytes; shrink_half,
 *           from `size` by halving to LEAST_BYTES; ping_pong, from half of `size` to `size` and
 *           back, over and over. _copy: not by realloc, but by malloc, copy of what is to stay and
 *           free. null: no block.
 * Timed:    an operation is a whole growth or a whole shrinking with its malloc and its free, or
 *           once up and down (ping_pong, whose block stays). Each part of a block is filled when it
 *           is new. When the block has grown all of its words are added up; when it has become
 *           smaller its last word is, and in the end the rest.
 * Not timed: nothing; there is no setup.
 * Expect:   one malloc, a realloc for each step and one free, and as many bytes as all the sizes
 *           together; for _copy a malloc and a free for each. A word that was not preserved shows
 *           in the checksum. What differs between allocators is whether a block grows where it is
 *           (at the top of glibc's heap, or by mremap), and whether one that shrinks stays. To grow
 *           by 64 bytes copies bytes in proportion to the square of `size` if each step copies: it
 *           ends at PLUS_MOST bytes.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    LEAST_BYTES = 64,
    STEP_BYTES = 64,
    /* Under AddressSanitizer no block grows where it is, and none comes again soon. */
    PLUS_MOST = POOL_ASAN ? 4096 : 65536,
    SIZE_MOST = POOL_ASAN ? 65536 : 1 << 20
};

enum rule { TIMES_2, PLUS_64, HALF };

struct state {
    uint64_t seed;
    size_t size;
};

/* Sets the words from one byte of the block to another; each is its own. */
void realloc_growth_fill(uint64_t *words, size_t from, size_t to, uint64_t value);
OPAQUE void realloc_growth_fill(uint64_t *words, size_t from, size_t to, uint64_t value)
{
    for (size_t i = from / WORD; i < to / WORD; i++)
        words[i] = value + 3 * i;
}

uint64_t realloc_growth_sum(const uint64_t *words, size_t size);
OPAQUE uint64_t realloc_growth_sum(const uint64_t *words, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size / WORD; i++)
        sum += words[i];
    return sum;
}

BODY size_t next_size(enum rule rule, size_t size)
{
    return rule == TIMES_2 ? 2 * size : rule == PLUS_64 ? size + STEP_BYTES : size / 2;
}

BODY uint64_t *make(size_t size)
{
    uint64_t *const block = malloc(size);
    bench_require(block);
    return block;
}

BODY uint64_t *resize(bool copy, uint64_t *block, size_t old_size, size_t size)
{
    if (!copy) {
        uint64_t *const moved = realloc(block, size);
        bench_require(moved);
        return moved;
    }
    uint64_t *const moved = make(size);
    memcpy(moved, block, old_size < size ? old_size : size);
    free(block);
    return moved;
}

BODY uint64_t loop_grow(bool copy, enum rule rule, const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const size_t end = state->size;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const uint64_t value = state->seed + i;
        size_t size = LEAST_BYTES;
        uint64_t *block = make(size);
        realloc_growth_fill(block, 0, size, value);
        while (size < end) {
            const size_t larger = next_size(rule, size);
            block = resize(copy, block, size, larger);
            realloc_growth_fill(block, size, larger, value);
            size = larger;
        }
        sum += realloc_growth_sum(block, size);
        free(block);
    }
    return sum;
}

BODY uint64_t loop_shrink(bool copy, const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        size_t size = state->size;
        uint64_t *block = make(size);
        realloc_growth_fill(block, 0, size, state->seed + i);
        while (size > LEAST_BYTES) {
            const size_t smaller = next_size(HALF, size);
            block = resize(copy, block, size, smaller);
            size = smaller;
            sum += block[size / WORD - 1];
        }
        sum += realloc_growth_sum(block, size);
        free(block);
    }
    return sum;
}

BODY uint64_t loop_ping_pong(bool copy, const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const size_t large = state->size, small = large / 2;
    uint64_t *block = make(small);
    realloc_growth_fill(block, 0, small, state->seed);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        block = resize(copy, block, small, large);
        realloc_growth_fill(block, small, large, state->seed + i);
        sum += realloc_growth_sum(block, large);
        block = resize(copy, block, large, small);
        sum += block[small / WORD - 1];
    }
    sum += realloc_growth_sum(block, small);
    free(block);
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    return null_loop(((const struct state *)state)->seed, iterations);
}

#define DEFINE_VARIANT(label, most, call)                         \
    static uint64_t run_##label(void *state, uint64_t iterations) \
    {                                                             \
        return call;                                              \
    }                                                             \
    static bench_run *label##_for(int64_t size)                   \
    {                                                             \
        return size <= (most) ? run_##label : NULL;               \
    }

DEFINE_VARIANT(grow_x2, SIZE_MOST, loop_grow(false, TIMES_2, state, iterations))
DEFINE_VARIANT(grow_x2_copy, SIZE_MOST, loop_grow(true, TIMES_2, state, iterations))
DEFINE_VARIANT(grow_plus64, PLUS_MOST, loop_grow(false, PLUS_64, state, iterations))
DEFINE_VARIANT(shrink_half, SIZE_MOST, loop_shrink(false, state, iterations))
DEFINE_VARIANT(shrink_half_copy, SIZE_MOST, loop_shrink(true, state, iterations))
DEFINE_VARIANT(ping_pong, SIZE_MOST, loop_ping_pong(false, state, iterations))
DEFINE_VARIANT(ping_pong_copy, SIZE_MOST, loop_ping_pong(true, state, iterations))

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    *state = (struct state){.seed = cell->seed, .size = (size_t)cell->value};
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

/* What `steps` ask for, which together ask for so many bytes, beside the block at their start. */
static struct bench_counts count_steps(bool copy, uint64_t steps, uint64_t bytes, uint64_t blocks,
                                       uint64_t block_bytes)
{
    return (struct bench_counts){.allocs = blocks + (copy ? steps : 0),
                                 .reallocs = copy ? 0 : steps,
                                 .frees = blocks + (copy ? steps : 0),
                                 .bytes = bytes + blocks * block_bytes};
}

/* Of whole growths or shrinkings, from one size to another. */
static struct bench_counts count_series(bool copy, enum rule rule, size_t from, size_t to,
                                        uint64_t series)
{
    uint64_t steps = 0, bytes = 0;
    for (size_t size = from; size != to; steps++) {
        size = next_size(rule, size);
        bytes += size;
    }
    return count_steps(copy, series * steps, series * bytes, series, from);
}

#define DEFINE_EXPECT(label, counts)                                                   \
    static struct bench_counts expect_##label(const void *opaque, uint64_t iterations) \
    {                                                                                  \
        const size_t size = ((const struct state *)opaque)->size;                      \
        return counts;                                                                 \
    }

DEFINE_EXPECT(grow_x2, count_series(false, TIMES_2, LEAST_BYTES, size, iterations))
DEFINE_EXPECT(grow_x2_copy, count_series(true, TIMES_2, LEAST_BYTES, size, iterations))
DEFINE_EXPECT(grow_plus64, count_series(false, PLUS_64, LEAST_BYTES, size, iterations))
DEFINE_EXPECT(shrink_half, count_series(false, HALF, size, LEAST_BYTES, iterations))
DEFINE_EXPECT(shrink_half_copy, count_series(true, HALF, size, LEAST_BYTES, iterations))
DEFINE_EXPECT(ping_pong,
              count_steps(false, 2 * iterations, iterations *(size + size / 2), 1, size / 2))
DEFINE_EXPECT(ping_pong_copy,
              count_steps(true, 2 * iterations, iterations *(size + size / 2), 1, size / 2))

/* Multiples of STEP_BYTES, and powers of two. */
static const struct bench_value sizes[] = {
    {256, BENCH_EXTENDED},     {1024, BENCH_EXTENDED}, {4096, BENCH_EXTENDED},
    {16384, BENCH_EXTENDED},   {65536, BENCH_DEFAULT}, {262144, BENCH_EXTENDED},
    {1048576, BENCH_EXTENDED},
};

#define HEAP(label, list)                                                          \
    .name = #label, .storage = BENCH_HEAP, .run_for = label##_for, .setup = setup, \
    .teardown = teardown, .expect = expect_##label, BENCH_CALLS(list)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {HEAP(grow_x2, "malloc realloc free")},
    {HEAP(grow_x2_copy, "malloc free"), .tier = BENCH_EXTENDED},
    {HEAP(grow_plus64, "malloc realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(shrink_half, "malloc realloc free"), .work = "shrink", .tier = BENCH_EXTENDED},
    {HEAP(shrink_half_copy, "malloc free"), .work = "shrink", .tier = BENCH_EXTENDED},
    {HEAP(ping_pong, "malloc realloc free"), .work = "ping_pong"},
    {HEAP(ping_pong_copy, "malloc free"), .work = "ping_pong", .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "realloc_growth",
    .question = "What does it cost to give a full block another size?",
    .touch = "every word, written when its part of the block is new, read when the block has grown",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 2,
};
