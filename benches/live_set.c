/*
 * Question: what does a block of 64 bytes cost that is one of many?
 * Variants: malloc; pool; arena, whose blocks are released all together. `live` blocks are got,
 *           then all are given back: _lifo, the youngest first; _fifo, the oldest first; _every8,
 *           each eighth in the order of their age, then each eighth of the others, until there is
 *           none; _random, in random order. null: no block.
 * Timed:    getting all blocks, writing the first word of each; then for each, in the order of
 *           release, reading that word and giving the block back. An operation is all of that.
 * Not timed: making the pool and the arena, and the order, which comes from a table in all
 *           variants. In the setup as many blocks are held once, all their words are written and
 *           read back, so that no two of them share a byte.
 * Expect:   `live` mallocs of 64 bytes and as many frees an operation for malloc, none for pool and
 *           arena. An allocator that links its free blocks through themselves, as the pool does,
 *           hands them out in the order in which they came back: after a random one each get and
 *           each put reads a cache line that is nowhere near the last, and the cost grows with the
 *           number of blocks. arena_random reads in the same order and links nothing: the
 *           difference is the links. A block whose word another one has overwritten shows in the
 *           checksum.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"

enum {
    SIZE_BYTES = 64,
    WORD = sizeof(uint64_t),
    WORDS = SIZE_BYTES / WORD,
    ALIGNMENT = 16, /* as malloc's on both architectures */
    EVERY = 8,
    /* Blocks. Under AddressSanitizer each costs ten times as much. */
    LARGE_MOST = POOL_ASAN ? 512 : 262144,
    LARGEST_MOST = POOL_ASAN ? 4096 : 1048576
};

enum source { MALLOC, POOL, ARENA };
enum order { LIFO, FIFO, EVERY_8, RANDOM };

struct state {
    uint64_t seed;
    size_t live;       /* blocks; a power of two */
    size_t places;     /* of the order: whole orders of `live`, one after the other */
    uint64_t **blocks; /* as they were got */
    uint32_t *order;   /* indices into blocks */
    struct pool pool;
    struct arena arena;
};

BODY uint64_t *get(enum source source, struct state *state)
{
    uint64_t *const block = source == MALLOC ? malloc(SIZE_BYTES)
                            : source == POOL ? pool_get(&state->pool)
                                             : arena_alloc(&state->arena, SIZE_BYTES, ALIGNMENT);
    bench_require(block);
    return block;
}

BODY void put(enum source source, struct state *state, uint64_t *block)
{
    if (source == MALLOC)
        free(block);
    if (source == POOL)
        pool_put(&state->pool, block);
}

BODY uint64_t loop(enum source source, void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t seed = state->seed;
    const size_t live = state->live, mask = state->places - 1;
    uint64_t **const blocks = state->blocks;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct arena_mark mark = {0};
        if (source == ARENA)
            mark = arena_mark(&state->arena);
        for (size_t j = 0; j < live; j++) {
            uint64_t *const block = get(source, state);
            block[0] = seed + i + 3 * j;
            KEEP_PTR(block); /* and the pool is in memory again */
            blocks[j] = block;
        }
        const uint32_t *const order = state->order + (i * live & mask);
        for (size_t j = 0; j < live; j++) {
            uint64_t *const block = blocks[order[j]];
            KEEP_PTR(block);
            sum += block[0];
            put(source, state, block);
        }
        if (source == ARENA)
            arena_release(&state->arena, mark);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    return null_loop(((const struct state *)state)->seed, iterations);
}

static uint64_t run_malloc(void *state, uint64_t iterations)
{
    return loop(MALLOC, state, iterations);
}

static uint64_t run_pool(void *state, uint64_t iterations)
{
    return loop(POOL, state, iterations);
}

static uint64_t run_arena(void *state, uint64_t iterations)
{
    return loop(ARENA, state, iterations);
}

/* The largest sets where they tell most; the time of each is that of all its blocks. */
#define DEFINE_CHOICE(label, run, most)         \
    static bench_run *label##_for(int64_t live) \
    {                                           \
        return live <= (most) ? run : NULL;     \
    }

DEFINE_CHOICE(malloc_large, run_malloc, LARGE_MOST)
DEFINE_CHOICE(malloc_largest, run_malloc, LARGEST_MOST)
DEFINE_CHOICE(pool_large, run_pool, LARGE_MOST)
DEFINE_CHOICE(pool_largest, run_pool, LARGEST_MOST)
DEFINE_CHOICE(arena_large, run_arena, LARGE_MOST)
DEFINE_CHOICE(arena_largest, run_arena, LARGEST_MOST)

/* ---- Setup ---- */

/* One order of `live` places. */
static void fill_order(enum order order, uint32_t *places, size_t live, uint64_t *random)
{
    size_t place = 0;
    const size_t step = order == EVERY_8 ? EVERY : 1;
    for (size_t first = 0; first < step; first++)
        for (size_t j = first; j < live; j += step)
            places[place++] = (uint32_t)(order == LIFO ? live - 1 - j : j);
    for (size_t left = live; order == RANDOM && left > 1; left--) { /* Fisher and Yates */
        const size_t other = (size_t)(bench_random(random) % left);
        const uint32_t moved = places[left - 1];
        places[left - 1] = places[other];
        places[other] = moved;
    }
}

/* Aborts when two blocks share a word, or one is not aligned. Holds them all, once. */
static void check_blocks(enum source source, struct state *state)
{
    const struct arena_mark mark = arena_mark(&state->arena);
    for (size_t j = 0; j < state->live; j++) {
        uint64_t *const block = state->blocks[j] = get(source, state);
        if ((uintptr_t)block % ALIGNMENT != 0)
            abort();
        for (size_t w = 0; w < WORDS; w++)
            block[w] = j * WORDS + w;
    }
    for (size_t j = 0; j < state->live; j++) {
        for (size_t w = 0; w < WORDS; w++)
            if (state->blocks[j][w] != j * WORDS + w)
                abort();
        put(source, state, state->blocks[j]);
    }
    arena_release(&state->arena, mark);
}

static size_t order_bytes(const struct state *state)
{
    return state->places * sizeof *state->order;
}

static size_t table_bytes(const struct state *state)
{
    return state->live * sizeof *state->blocks;
}

static void *make_state(const struct bench_cell *cell, enum source source, enum order order)
{
    struct state *const state = bench_map(sizeof *state);
    uint64_t random = cell->seed;
    state->seed = cell->seed;
    state->live = cell->value > 0 ? (size_t)cell->value : 1;
    state->places = state->live > BENCH_INPUTS ? state->live : BENCH_INPUTS;
    state->blocks = bench_map(table_bytes(state));
    state->order = bench_map(order_bytes(state));
    for (size_t place = 0; place < state->places; place += state->live)
        fill_order(order, state->order + place, state->live, &random);
    if (pool_init(&state->pool, SIZE_BYTES, ALIGNMENT, 0) != 0 ||
        arena_init(&state->arena, (state->live + 1) * SIZE_BYTES) != 0)
        abort();
    check_blocks(source, state);
    return state;
}

#define DEFINE_SETUP(label, source, order)                                       \
    static void *setup_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        (void)skip;                                                              \
        return make_state(cell, source, order);                                  \
    }

DEFINE_SETUP(malloc_lifo, MALLOC, LIFO)
DEFINE_SETUP(malloc_fifo, MALLOC, FIFO)
DEFINE_SETUP(malloc_every8, MALLOC, EVERY_8)
DEFINE_SETUP(malloc_random, MALLOC, RANDOM)
DEFINE_SETUP(pool_lifo, POOL, LIFO)
DEFINE_SETUP(pool_fifo, POOL, FIFO)
DEFINE_SETUP(pool_every8, POOL, EVERY_8)
DEFINE_SETUP(pool_random, POOL, RANDOM)
DEFINE_SETUP(arena_lifo, ARENA, LIFO)
DEFINE_SETUP(arena_random, ARENA, RANDOM)

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    arena_destroy(&state->arena);
    pool_destroy(&state->pool);
    bench_unmap(state->order, order_bytes(state));
    bench_unmap(state->blocks, table_bytes(state));
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_blocks(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const uint64_t blocks = iterations * state->live;
    return (struct bench_counts){.allocs = blocks, .frees = blocks, .bytes = blocks * SIZE_BYTES};
}

/* Powers of two, each a divisor of the inputs or a multiple. */
static const struct bench_value live[] = {
    {1, BENCH_EXTENDED},      {8, BENCH_EXTENDED},       {64, BENCH_DEFAULT},
    {512, BENCH_EXTENDED},    {4096, BENCH_EXTENDED},    {32768, BENCH_DEFAULT},
    {262144, BENCH_EXTENDED}, {1048576, BENCH_EXTENDED},
};

#define ROW(label, where) \
    .name = #label, .storage = (where), .setup = setup_##label, .teardown = teardown
#define BLOCKS .expect = expect_blocks, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup_arena_lifo,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {ROW(malloc_lifo, BENCH_HEAP), .run_for = malloc_large_for, BLOCKS, .tier = BENCH_EXTENDED},
    {ROW(malloc_fifo, BENCH_HEAP), .run_for = malloc_large_for, BLOCKS, .tier = BENCH_EXTENDED},
    {ROW(malloc_every8, BENCH_HEAP), .run_for = malloc_large_for, BLOCKS, .tier = BENCH_EXTENDED},
    {ROW(malloc_random, BENCH_HEAP), .run_for = malloc_largest_for, BLOCKS},
    {ROW(pool_lifo, BENCH_POOL), .run_for = pool_large_for, .tier = BENCH_EXTENDED},
    {ROW(pool_fifo, BENCH_POOL), .run_for = pool_large_for, .tier = BENCH_EXTENDED},
    {ROW(pool_every8, BENCH_POOL), .run_for = pool_large_for, .tier = BENCH_EXTENDED},
    {ROW(pool_random, BENCH_POOL), .run_for = pool_largest_for},
    {ROW(arena_lifo, BENCH_ARENA), .run_for = arena_large_for, .tier = BENCH_EXTENDED},
    {ROW(arena_random, BENCH_ARENA), .run_for = arena_largest_for, .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "live_set",
    .question = "What does a block of 64 bytes cost that is one of many?",
    .touch = "the first word of each block, written when got, read when given back",
    .param = "live",
    .values = live,
    .value_count = BENCH_COUNT(live),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 1,
};
