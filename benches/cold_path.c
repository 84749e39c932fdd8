/*
 * Question: what does malloc cost a program that did something else in between?
 * Variants: a step is other work, which reads a word of each line of `between_bytes`, in random
 *           order, and then 64 blocks of 64 sizes from 16 to 1024 bytes, which are got, written,
 *           read and given back, from malloc; pool, one for each size, with others in use; arena;
 *           static, blocks that are there. work_only: the other work and no block. exchange_:
 *           blocks of `between_bytes` in all are live, and a step reads 64 of them, gives each
 *           back and gets and writes one of another size in its place; all are visited in a
 *           random order before the first comes again. null: nothing.
 * Timed:    all of it. What the other work takes is not subtracted, for the processor overlaps
 *           both: work_only stands beside the others.
 * Not timed: making the memory of the other work, the live blocks, and all that is random.
 * Expect:   64 mallocs and frees a step for malloc, none for the others; of 33280 bytes where
 *           each size comes once. With few bytes in between, all that is needed stays in the first
 *           cache; with more than a cache holds, a step finds there what came in between: of the
 *           other work, also in place of what malloc keeps for itself; of the other live blocks,
 *           not in place of what malloc uses every time. Data drive out the instructions of malloc
 *           from the second cache on only, and nothing of the branch predictor. The other work
 *           ends at 256 KiB: beyond a second cache it takes so long that 64 blocks vanish in its
 *           noise, and there the live blocks answer.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"

enum {
    WORD = sizeof(uint64_t),
    LINE_BYTES = 64,
    BLOCKS = 64,
    CLASS_BYTES = 16, /* from one size to the next; also the alignment */
    ALL_BYTES = CLASS_BYTES * BLOCKS * (BLOCKS + 1) / 2,
    ORDERS = BENCH_INPUTS / BLOCKS,
    WORK_MOST = 262144,
    PLACE_BYTES = CLASS_BYTES * BLOCKS + CLASS_BYTES /* of a static live block; no power of two */
};

enum source { NOTHING, STATIC, ARENA, POOL, MALLOC };

/* A live block. */
struct slot {
    uint64_t *block;
    unsigned class; /* that it is of */
};

struct state {
    uint64_t seed;
    struct slot *slots; /* NULL where no block stays */
    uint32_t *slot_order;
    size_t slot_count;
    size_t at;    /* in slot_order, where the next run begins */
    char *places; /* of static live blocks; NULL where there are none */
    size_t lines; /* of the other work */
    uint64_t (*between)[LINE_BYTES / WORD];
    uint32_t *line_order;   /* in which they are read */
    size_t offsets[BLOCKS]; /* of a block of each size among the static ones */
    struct arena arena;
    struct pool pools[BLOCKS];
    unsigned char orders[ORDERS][BLOCKS]; /* of the sizes, in a step */
    _Alignas(LINE_BYTES) char blocks[ALL_BYTES];
};

BODY uint64_t work(const struct state *state)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < state->lines; i++)
        sum += state->between[state->line_order[i]][0];
    return sum;
}

BODY size_t size_of(unsigned class)
{
    return CLASS_BYTES * ((size_t) class + 1);
}

BODY void *take(enum source source, struct state *state, unsigned class)
{
    return source == STATIC  ? &state->blocks[state->offsets[class]]
           : source == ARENA ? arena_alloc(&state->arena, size_of(class), CLASS_BYTES)
           : source == POOL  ? pool_get(&state->pools[class])
                             : malloc(size_of(class));
}

BODY void give_back(enum source source, struct state *state, unsigned class, void *block)
{
    if (source == POOL)
        pool_put(&state->pools[class], block);
    else if (source == MALLOC)
        free(block);
}

BODY uint64_t use_blocks(enum source source, struct state *state, const unsigned char *classes,
                         uint64_t value)
{
    uint64_t *held[BLOCKS], sum = 0;
    const struct arena_mark mark = arena_mark(&state->arena);
    for (unsigned i = 0; i < BLOCKS; i++) {
        uint64_t *const block = take(source, state, classes[i]);
        bench_require(block);
        block[0] = value + i;
        block[size_of(classes[i]) / WORD - 1] = 3 * value;
        held[i] = block;
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        KEEP_PTR(held[i]);
        sum += held[i][0] + held[i][size_of(classes[i]) / WORD - 1];
        give_back(source, state, classes[i], held[i]);
    }
    if (source == ARENA)
        arena_release(&state->arena, mark);
    return sum;
}

BODY uint64_t run_steps(enum source source, struct state *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        sum += work(state);
        if (source != NOTHING)
            sum += use_blocks(source, state, state->orders[i % ORDERS], state->seed + i);
    }
    return sum;
}

#define DEFINE(label, source)                                     \
    static uint64_t run_##label(void *state, uint64_t iterations) \
    {                                                             \
        return run_steps(source, state, iterations);              \
    }
DEFINE(work_only, NOTHING)
DEFINE(static, STATIC)
DEFINE(arena, ARENA)
DEFINE(pool, POOL)
DEFINE(malloc, MALLOC)

/* ---- Live blocks ---- */

BODY uint64_t *fill(struct state *state, uint64_t *block, unsigned class)
{
    bench_require(block);
    block[0] = state->seed;
    block[size_of(class) / WORD - 1] = 3 * state->seed;
    KEEP_PTR(block);
    return block;
}

BODY uint64_t *take_live(enum source source, struct state *state, size_t place, unsigned class)
{
    return source == STATIC ? (uint64_t *)(void *)(state->places + place * PLACE_BYTES)
                            : take(source, state, class);
}

BODY uint64_t exchange(enum source source, struct state *state, size_t place, unsigned class)
{
    struct slot *const slot = &state->slots[place];
    KEEP_PTR(slot->block);
    const uint64_t sum = slot->block[0] + slot->block[size_of(slot->class) / WORD - 1];
    give_back(source, state, slot->class, slot->block);
    slot->block = fill(state, take_live(source, state, place, class), class);
    slot->class = class;
    return sum;
}

BODY uint64_t run_exchanges(enum source source, struct state *state, uint64_t iterations)
{
    uint64_t sum = 0;
    size_t at = state->at;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        const unsigned char *const classes = state->orders[i % ORDERS];
        for (unsigned j = 0; j < BLOCKS; j++) {
            sum += exchange(source, state, state->slot_order[at], classes[j]);
            at = at + 1 < state->slot_count ? at + 1 : 0;
        }
    }
    state->at = at;
    return sum;
}

#define DEFINE_EXCHANGE(label, source)                                     \
    static uint64_t run_exchange_##label(void *state, uint64_t iterations) \
    {                                                                      \
        return run_exchanges(source, state, iterations);                   \
    }
DEFINE_EXCHANGE(static, STATIC)
DEFINE_EXCHANGE(pool, POOL)
DEFINE_EXCHANGE(malloc, MALLOC)

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

#define UP_TO_MOST(label)                               \
    static bench_run *label##_for(int64_t bytes)        \
    {                                                   \
        return bytes <= WORK_MOST ? run_##label : NULL; \
    }
UP_TO_MOST(work_only)
UP_TO_MOST(static)
UP_TO_MOST(arena)
UP_TO_MOST(pool)
UP_TO_MOST(malloc)

/* ---- What is there before the clock starts ---- */

/* Fisher and Yates, inside out; the place of each number, of one type or the other. */
#define SHUFFLE(places, count, type, random)               \
    for (size_t i_ = 0; i_ < (count); i_++) {              \
        const size_t j_ = bench_random(random) % (i_ + 1); \
        (places)[i_] = (places)[j_];                       \
        (places)[j_] = (type)i_;                           \
    }

/* Some objects of each pool are taken for good, of each another number: slabs begin at pages, and
 * the first objects of all pools would contend for a few places in the caches. */
static void make_pool(struct pool *pool, unsigned class)
{
    if (pool_init(pool, size_of(class), CLASS_BYTES, BLOCKS) != 0)
        abort();
    for (unsigned i = 0; i < class; i++)
        bench_require(pool_get(pool));
}

static struct state *make_state(const struct bench_cell *cell)
{
    struct state *const state = bench_map(sizeof *state);
    uint64_t random = state->seed = cell->seed;
    for (size_t k = 0; k < ORDERS; k++)
        SHUFFLE(state->orders[k], BLOCKS, unsigned char, &random)
    size_t offset = 0;
    for (unsigned k = 0; k < BLOCKS; k++) {
        state->offsets[k] = offset;
        offset += size_of(k);
        make_pool(&state->pools[k], k);
    }
    if (arena_init(&state->arena, ALL_BYTES) != 0)
        abort();
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell);
    state->lines = (size_t)cell->value / LINE_BYTES;
    state->between = bench_map(state->lines * LINE_BYTES);
    state->line_order = bench_map(state->lines * sizeof *state->line_order);
    uint64_t random = cell->seed;
    SHUFFLE(state->line_order, state->lines, uint32_t, &random)
    for (size_t i = 0; i < state->lines; i++)
        state->between[i][0] = cell->seed + i;
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    for (unsigned k = 0; k < BLOCKS; k++)
        pool_destroy(&state->pools[k]);
    arena_destroy(&state->arena);
    if (state->lines > 0) {
        bench_unmap(state->between, state->lines * LINE_BYTES);
        bench_unmap(state->line_order, state->lines * sizeof *state->line_order);
    }
    bench_unmap(state, sizeof *state);
}

static struct state *make_slots(const struct bench_cell *cell)
{
    struct state *const state = make_state(cell);
    state->slot_count = (size_t)cell->value / (ALL_BYTES / BLOCKS);
    state->slots = bench_map(state->slot_count * sizeof *state->slots);
    state->slot_order = bench_map(state->slot_count * sizeof *state->slot_order);
    uint64_t random = cell->seed;
    SHUFFLE(state->slot_order, state->slot_count, uint32_t, &random)
    return state;
}

BODY void *fill_slots(enum source source, struct state *state)
{
    for (size_t i = 0; i < state->slot_count; i++) {
        struct slot *const slot = &state->slots[i];
        slot->class = state->orders[i / BLOCKS % ORDERS][i % BLOCKS];
        slot->block = fill(state, take_live(source, state, i, slot->class), slot->class);
    }
    return state;
}

static void *setup_exchange_static(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_slots(cell);
    state->places = bench_map(state->slot_count * PLACE_BYTES);
    return fill_slots(STATIC, state);
}

static void *setup_exchange_pool(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return fill_slots(POOL, make_slots(cell));
}

static void *setup_exchange_malloc(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return fill_slots(MALLOC, make_slots(cell));
}

static void teardown_exchange(void *opaque)
{
    struct state *const state = opaque;
    if (state->places != NULL)
        bench_unmap(state->places, state->slot_count * PLACE_BYTES);
    bench_unmap(state->slots, state->slot_count * sizeof *state->slots);
    bench_unmap(state->slot_order, state->slot_count * sizeof *state->slot_order);
    teardown(state);
}

static void teardown_exchange_malloc(void *opaque)
{
    struct state *const state = opaque;
    for (size_t i = 0; i < state->slot_count; i++)
        free(state->slots[i].block);
    teardown_exchange(state);
}

/* ---- The table ---- */

static struct bench_counts expect_blocks(const void *state, uint64_t iterations)
{
    (void)state;
    return (struct bench_counts){.allocs = iterations * BLOCKS,
                                 .frees = iterations * BLOCKS,
                                 .bytes = iterations * ALL_BYTES};
}

/* Less than any first cache; more than most; than none or a few second ones; than most of them;
 * than a core's part of many third ones. */
static const struct bench_value values[] = {
    {4096, BENCH_EXTENDED},    {65536, BENCH_EXTENDED},   {WORK_MOST, BENCH_DEFAULT},
    {2097152, BENCH_EXTENDED}, {8388608, BENCH_EXTENDED},
};

#define ROW(row, where, when)                                                           \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run_for = row##_for, \
    .setup = setup, .teardown = teardown
#define EXCHANGE(row, where, when, undo)                                            \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run = run_##row, \
    .work = "64 exchanges", .setup = setup_##row, .teardown = (undo)
#define ALLOCATES .expect = expect_blocks, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .unswept = true,
     .tier = BENCH_EXTENDED},
    {ROW(work_only, INLINE, DEFAULT), .work = "no block"},
    {ROW(static, STATIC, DEFAULT)},
    {ROW(arena, ARENA, EXTENDED)},
    {ROW(pool, POOL, EXTENDED)},
    {ROW(malloc, HEAP, DEFAULT), ALLOCATES},
    {EXCHANGE(exchange_static, STATIC, DEFAULT, teardown_exchange)},
    {EXCHANGE(exchange_pool, POOL, EXTENDED, teardown_exchange)},
    {EXCHANGE(exchange_malloc, HEAP, DEFAULT, teardown_exchange_malloc), ALLOCATES},
};

const struct bench_scenario bench_scenario = {
    .name = "cold_path",
    .question = "What does malloc cost a program that did something else in between?",
    .touch = "first and last word of each of 64 blocks, and a word of each line of the other work",
    .param = "between_bytes",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = BLOCKS,
};
