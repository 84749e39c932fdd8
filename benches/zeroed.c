/*
 * Question: who zeroes memory for the least, and when is it not zeroed at all?
 * Variants: calloc; malloc_memset, with a barrier between the two, or they become calloc; mmap, new
 *           pages from the kernel for each block, and munmap. _two: the first word and the last are
 *           used; _all: each word is. null: no block.
 * Timed:    getting a block of `size` bytes that are zero; reading the words that are used, which
 *           must be zero, and writing a number that is not into each; giving the block back.
 * Not timed: nothing; the check for zeros is in the clock, the same code in all variants.
 * Expect:   one allocation of `size` bytes an iteration and one free; none for mmap. What was
 *           written makes a block that comes again one that must be zeroed again: one that was not
 *           shows in the checksum. An allocator that gives large blocks back to the kernel has
 *           zeros from there and need not write any: calloc_two touches two pages of a block, and
 *           is faster than memset by its size. calloc_all pays for that by a page fault for each
 *           page, as mmap does, where malloc_memset has the pages of the last block.
 */
#include "bench.h"
#include "keep.h"
#include "pool.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16, /* as malloc's on both architectures */
    /* Under AddressSanitizer each large block is a mapping of its own, and its bytes are marked. */
    ALL_MOST = POOL_ASAN ? 262144 : 16 << 20, /* bytes where all are used */
    TWO_MOST = POOL_ASAN ? 262144 : 64 << 20
};

enum source { CALLOC, MALLOC, MMAP };

struct state {
    uint64_t seed;
    size_t size;
};

/* Reads and then overwrites all words. Returns their sum, 0 for zeros. */
uint64_t zeroed_use_all(uint64_t *words, size_t count, uint64_t value);
OPAQUE uint64_t zeroed_use_all(uint64_t *words, size_t count, uint64_t value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += words[i];
    for (size_t i = 0; i < count; i++)
        words[i] = value;
    return sum;
}

BODY uint64_t *get(enum source source, size_t size)
{
    if (source == CALLOC)
        return calloc(1, size);
    if (source == MMAP) {
        void *const pages =
            mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return pages == MAP_FAILED ? NULL : pages;
    }
    uint64_t *const block = malloc(size);
    bench_require(block);
    KEEP_PTR(block); /* or malloc and zeros become calloc */
    return memset(__builtin_assume_aligned(block, ALIGNMENT), 0, size);
}

BODY uint64_t loop(enum source source, bool all, void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const size_t size = state->size, last = size / WORD - 1;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const uint64_t value = (state->seed + i) | 1;
        uint64_t *const block = get(source, size);
        bench_require(block);
        KEEP_PTR(block);
        if (all) {
            sum += zeroed_use_all(block, last + 1, value);
        } else {
            sum += block[0] + block[last];
            block[0] = block[last] = value;
        }
        KEEP_PTR(block);
        sum += block[0] + block[last];
        if (source == MMAP)
            bench_unmap(block, size);
        else
            free(block);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    const uint64_t seed = ((const struct state *)state)->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += 2 * ((seed + i) | 1);
        KEEP_VAL(sum);
    }
    return sum;
}

#define DEFINE_VARIANT(label, source, all, most)                  \
    static uint64_t run_##label(void *state, uint64_t iterations) \
    {                                                             \
        return loop(source, all, state, iterations);              \
    }                                                             \
    static bench_run *label##_for(int64_t size)                   \
    {                                                             \
        return size <= (most) ? run_##label : NULL;               \
    }

DEFINE_VARIANT(calloc_two, CALLOC, false, TWO_MOST)
DEFINE_VARIANT(calloc_all, CALLOC, true, ALL_MOST)
DEFINE_VARIANT(malloc_memset_two, MALLOC, false, TWO_MOST)
DEFINE_VARIANT(malloc_memset_all, MALLOC, true, ALL_MOST)
DEFINE_VARIANT(mmap_two, MMAP, false, TWO_MOST)
DEFINE_VARIANT(mmap_all, MMAP, true, ALL_MOST)

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

static struct bench_counts expect_pairs(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->size};
}

static const struct bench_value sizes[] = {
    {64, BENCH_EXTENDED},       {256, BENCH_EXTENDED},      {1024, BENCH_EXTENDED},
    {4096, BENCH_EXTENDED},     {16384, BENCH_EXTENDED},    {65536, BENCH_EXTENDED},
    {262144, BENCH_EXTENDED},   {1048576, BENCH_DEFAULT},   {4194304, BENCH_EXTENDED},
    {16777216, BENCH_EXTENDED}, {67108864, BENCH_EXTENDED},
};

#define ROW(label, where) \
    .name = #label, .storage = (where), .run_for = label##_for, .setup = setup, .teardown = teardown
#define PAIRS(list) .expect = expect_pairs, BENCH_CALLS(list)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {ROW(calloc_two, BENCH_HEAP), PAIRS("calloc free")},
    {ROW(malloc_memset_two, BENCH_HEAP), PAIRS("malloc free")},
    {ROW(mmap_two, BENCH_ARENA)},
    {ROW(calloc_all, BENCH_HEAP), PAIRS("calloc free"), .tier = BENCH_EXTENDED},
    {ROW(malloc_memset_all, BENCH_HEAP), PAIRS("malloc free"), .tier = BENCH_EXTENDED},
    {ROW(mmap_all, BENCH_ARENA), .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "zeroed",
    .question = "Who zeroes memory for the least, and when is it not zeroed at all?",
    .touch = "the words that the variant's name says, read, then written; two of them, read again",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 1,
};
