/*
 * Question: what does a block cost, by its size?
 * Variants: malloc_untouched, a block whose bytes nobody looks at; malloc_first, its first word;
 *           malloc_page, one word in each 4096 bytes of it, where there are more; malloc_all, every
 *           byte, by memset; pool_first, the first word of an object of a pool of that size.
 *           null: no block.
 * Timed:    getting a block of `size` bytes, writing what is touched, reading it back (all: the
 *           first word and the last), giving the block back.
 * Not timed: making the pool. In the setup one block of the size is looked at: it must be aligned
 *           to 16 bytes, or to 8 when it is smaller than 16, and must hold as many bytes as were
 *           asked for by the allocator's own account.
 * Expect:   one malloc and one free of `size` bytes an iteration; none for pool_first. Each
 *           allocator has steps at sizes of its own: the end of its thread cache (1032 bytes in
 *           glibc before 2.42, 32 KiB in jemalloc, 256 KiB in tcmalloc), and the size from which
 *           blocks are of whole pages that go back to the kernel, so that each one touched is a
 *           page fault again. In glibc 131049 bytes are the first to be a mapping of their own, yet
 *           only once: when that is freed, the limit becomes its size. Four sizes in each power of
 *           two, and both sides of these steps, for malloc_first; the others have one in each.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"

#include <dlfcn.h>
#include <malloc.h>
#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16, /* of malloc on both architectures, of blocks that large */
    PAGE = 4096,    /* the smallest of both architectures */
    /* Under AddressSanitizer each large block is a mapping of its own, and its bytes are marked. */
    SIZE_MOST = POOL_ASAN ? 65536 : 4 << 20
};

enum touch { UNTOUCHED, FIRST, PAGES, ALL };

struct state {
    uint64_t seed;
    size_t size;
    struct pool pool;
};

/* Words at any byte: the sizes are no multiples of 8. */
BODY void write_word(char *at, uint64_t value)
{
    memcpy(at, &value, WORD);
}

BODY uint64_t read_word(const char *at)
{
    uint64_t value;
    memcpy(&value, at, WORD);
    return value;
}

BODY uint64_t use(enum touch touch, char *block, size_t size, uint64_t value)
{
    bench_require(block);
    if (touch == FIRST)
        write_word(block, value);
    for (size_t at = 0; touch == PAGES && at + WORD <= size; at += PAGE)
        write_word(block + at, value + at);
    if (touch == ALL)
        memset(block, (int)value, size);
    KEEP_PTR(block);
    if (touch == UNTOUCHED)
        return value;
    uint64_t sum = touch == PAGES ? 0 : read_word(block);
    for (size_t at = 0; touch == PAGES && at + WORD <= size; at += PAGE)
        sum += read_word(block + at);
    return touch == ALL ? sum + read_word(block + size - WORD) : sum;
}

BODY uint64_t loop_malloc(enum touch touch, const struct state *state, uint64_t iterations)
{
    const uint64_t seed = state->seed;
    const size_t size = state->size;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        char *const block = malloc(size);
        sum += use(touch, block, size, seed + i);
        free(block);
    }
    return sum;
}

static uint64_t run_malloc_untouched(void *state, uint64_t iterations)
{
    return loop_malloc(UNTOUCHED, state, iterations);
}

static uint64_t run_malloc_first(void *state, uint64_t iterations)
{
    return loop_malloc(FIRST, state, iterations);
}

static uint64_t run_malloc_page(void *state, uint64_t iterations)
{
    return loop_malloc(PAGES, state, iterations);
}

static uint64_t run_malloc_all(void *state, uint64_t iterations)
{
    return loop_malloc(ALL, state, iterations);
}

static uint64_t run_pool_first(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t seed = state->seed;
    const size_t size = state->size;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or the pool's head stays in a register */
        char *const object = pool_get(&state->pool);
        sum += use(FIRST, object, size, seed + i);
        pool_put(&state->pool, object);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    return null_loop(((const struct state *)state)->seed, iterations);
}

/* ---- The sizes ---- */

/* Four in each power of two. */
#define OCTAVE(base)                                                                              \
    {(base), BENCH_EXTENDED}, {(base) / 4 * 5, BENCH_EXTENDED}, {(base) / 4 * 6, BENCH_EXTENDED}, \
    {                                                                                             \
        (base) / 4 * 7, BENCH_EXTENDED                                                            \
    }
#define KIB 1024
#define MIB (1024 * KIB)

static const struct bench_value sizes[] = {
    OCTAVE(8),
    OCTAVE(16),
    {25, BENCH_EXTENDED},
    OCTAVE(32),
    OCTAVE(64),
    OCTAVE(128),
    OCTAVE(256),
    OCTAVE(512),
    OCTAVE(1 * KIB),
    {1032, BENCH_EXTENDED},
    {1033, BENCH_DEFAULT},
    OCTAVE(2 * KIB),
    OCTAVE(4 * KIB),
    OCTAVE(8 * KIB),
    OCTAVE(16 * KIB),
    OCTAVE(32 * KIB),
    {32 * KIB + 1, BENCH_EXTENDED},
    OCTAVE(64 * KIB),
    {131048, BENCH_EXTENDED},
    {131049, BENCH_EXTENDED},
    OCTAVE(128 * KIB),
    OCTAVE(256 * KIB),
    {256 * KIB + 1, BENCH_EXTENDED},
    OCTAVE(512 * KIB),
    {1 * MIB, BENCH_DEFAULT},
    {1 * MIB / 4 * 5, BENCH_EXTENDED},
    {1 * MIB / 4 * 6, BENCH_EXTENDED},
    {1 * MIB / 4 * 7, BENCH_EXTENDED},
    OCTAVE(2 * MIB),
    {4 * MIB, BENCH_EXTENDED},
};

/* One in each power of two. */
static bool is_octave(int64_t size)
{
    return (size & (size - 1)) == 0 && size <= SIZE_MOST;
}

static bench_run *malloc_first_for(int64_t size)
{
    return size <= SIZE_MOST ? run_malloc_first : NULL;
}

static bench_run *malloc_untouched_for(int64_t size)
{
    return is_octave(size) ? run_malloc_untouched : NULL;
}

static bench_run *malloc_page_for(int64_t size)
{
    return is_octave(size) && size > PAGE ? run_malloc_page : NULL;
}

static bench_run *malloc_all_for(int64_t size)
{
    return is_octave(size) ? run_malloc_all : NULL;
}

static bench_run *pool_first_for(int64_t size)
{
    return is_octave(size) ? run_pool_first : NULL;
}

/* ---- Setup ---- */

static const char *object_of(const void *function)
{
    Dl_info info;
    return dladdr(function, &info) != 0 ? info.dli_fname : "";
}

/* Aborts when a block of the size is not what malloc promises. */
static void check_block(size_t size)
{
    char *const block = malloc(size);
    bench_require(block);
    const uintptr_t alignment = size < ALIGNMENT ? WORD : ALIGNMENT;
    if ((uintptr_t)block % alignment != 0)
        abort();
    /* Another library's account of the block says nothing: there may be one in front. */
    void *const usable = dlsym(RTLD_DEFAULT, "malloc_usable_size");
    void *const provider = dlsym(RTLD_DEFAULT, "malloc");
    if (usable != NULL && strcmp(object_of(usable), object_of(provider)) == 0 &&
        malloc_usable_size(block) < size)
        abort();
    free(block);
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

static void *setup_malloc(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    check_block(state->size);
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

#define HEAP                                                                                    \
    .storage = BENCH_HEAP, .setup = setup_malloc, .teardown = teardown, .expect = expect_pairs, \
    BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {.name = "malloc_untouched", .run_for = malloc_untouched_for, HEAP, .tier = BENCH_EXTENDED},
    {.name = "malloc_first", .run_for = malloc_first_for, HEAP},
    {.name = "malloc_page",
     .run_for = malloc_page_for,
     HEAP,
     .work = "pages",
     .tier = BENCH_EXTENDED},
    {.name = "malloc_all", .run_for = malloc_all_for, HEAP, .work = "all", .tier = BENCH_EXTENDED},
    {.name = "pool_first",
     .storage = BENCH_POOL,
     .run_for = pool_first_for,
     .setup = setup,
     .teardown = teardown,
     .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "size_sweep",
    .question = "What does a block cost, by its size?",
    .touch = "what the variant's name says, written and read; of all bytes two words are read",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 64,
};
