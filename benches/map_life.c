/*
 * Question: what does a map cost, by where its table and its entries live?
 * Variants: array_stack, an array in the frame that is searched from its start, for up to 8
 *           entries, as Go has it for small maps; open_stack, open_presized and open_growing, a
 *           table with open addressing and linear probing at most half full: in the frame, with a
 *           size that is a constant of the code; on the heap with its final size; and from 8 slots
 *           on doubled whenever it is half full; chained_malloc, chained_pool and chained_arena, a
 *           table with as many chains as entries (from malloc, from an arena, from the arena) and a
 *           node of 24 bytes for each entry (from malloc, the pool, the arena, which takes all back
 *           at once). _hit50: half of the keys that are looked up are not in the map, at random.
 *           null: one key and one wanted key, read, without a map.
 * Timed:    building a map of `entries`, a lookup for each, in another order, giving all back. Each
 *           insertion looks whether the key is there. Hash and keys are the same for all.
 * Not timed: drawing and mixing the keys, making pool and arena.
 * Expect:   of the heap one block of 32 bytes for each entry with open_presized, blocks of 128, 256
 *           and so on to that size with open_growing, one block of 8 bytes for each entry and one
 *           of 24 for every entry with chained_malloc.
 */
#include "map_state.h"

enum {
    ARRAY_ENTRIES_MAX = 8,                /* Go's: one group of its table */
    GROWING_BITS = 3,                     /* the first table has 8 slots */
    LARGE_MOST = POOL_ASAN ? 4096 : 65536 /* entries */
};

/* ---- An array in the frame ---- */

static uint64_t run_array_stack(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    const size_t entries = state->entries;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const size_t first = map_window(state, i);
        struct map_slot slots[ARRAY_ENTRIES_MAX];
        KEEP_PTR(slots);
        size_t count = 0;
        for (size_t j = 0; j < entries; j++) {
            KEEP_PTR(state);
            const uint64_t key = state->keys[first + j];
            count = array_put(slots, count, key, map_value(key));
        }
        KEEP_PTR(slots);
        for (size_t j = 0; j < entries; j++) {
            KEEP_PTR(state);
            const struct map_slot *const slot = array_find(slots, count, state->wanted[first + j]);
            sum += slot != NULL ? slot->value : 1;
        }
    }
    return sum;
}

static bench_run *array_stack(int64_t entries)
{
    return entries <= ARRAY_ENTRIES_MAX ? run_array_stack : NULL;
}

/* ---- Open addressing ---- */

BODY uint64_t look_up_open(const struct map_state *state, size_t first, size_t entries,
                           const struct map_slot *slots, unsigned bits)
{
    uint64_t sum = 0;
    KEEP_PTR(slots);
    for (size_t j = 0; j < entries; j++) {
        KEEP_PTR(state);
        const struct map_slot *const slot = open_find(slots, bits, state->wanted[first + j]);
        sum += slot != NULL ? slot->value : 1;
    }
    return sum;
}

/* The life of a map whose table has twice as many slots as there will be entries. */
BODY uint64_t life_open(const struct map_state *state, size_t first, size_t entries,
                        struct map_slot *slots, unsigned bits)
{
    bench_require(slots);
    map_clear(slots, map_slots_size(bits));
    for (size_t j = 0; j < entries; j++) {
        KEEP_PTR(state);
        const uint64_t key = state->keys[first + j];
        open_put(slots, bits, key, map_value(key));
    }
    return look_up_open(state, first, entries, slots, bits);
}

/* Entries as powers of two. */
#define STACK_SIZES(X) X(2) X(3) X(4) X(6) X(8) X(10) X(12)

#define OPEN_STACK(bits)                                                            \
    static uint64_t run_open_stack_##bits(void *opaque, uint64_t iterations)        \
    {                                                                               \
        const struct map_state *const state = opaque;                               \
        uint64_t sum = 0;                                                           \
        for (uint64_t i = 0; i < iterations; i++) {                                 \
            const size_t first = map_window(state, i);                              \
            struct map_slot slots[2 << (bits)];                                     \
            struct map_slot *table = slots;                                         \
            HIDE(table); /* or the check for NULL vanishes */                       \
            sum += life_open(state, first, (size_t)1 << (bits), table, (bits) + 1); \
        }                                                                           \
        return sum;                                                                 \
    }
STACK_SIZES(OPEN_STACK)

#define OPEN_STACK_CASE(bits) \
    case 1 << (bits):         \
        return run_open_stack_##bits;

static bench_run *open_stack(int64_t entries)
{
    switch (entries) {
        STACK_SIZES(OPEN_STACK_CASE)
    default:
        return NULL;
    }
}

static uint64_t run_open_presized(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    const size_t entries = state->entries;
    const unsigned bits = state->bits + 1;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct map_slot *const slots = malloc(map_slots_size(bits));
        sum += life_open(state, map_window(state, i), entries, slots, bits);
        free(slots);
    }
    return sum;
}

/* Puts every entry of a table into a new one of twice the size. Returns that. */
static struct map_slot *grow(struct map_slot *old, unsigned bits)
{
    struct map_slot *const slots = malloc(map_slots_size(bits + 1));
    bench_require(slots);
    map_clear(slots, map_slots_size(bits + 1));
    for (size_t at = 0; at < (size_t)1 << bits; at++)
        if (old[at].key != 0)
            open_put(slots, bits + 1, old[at].key, old[at].value);
    free(old);
    return slots;
}

static uint64_t run_open_growing(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    const size_t entries = state->entries;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const size_t first = map_window(state, i);
        unsigned bits = GROWING_BITS;
        size_t count = 0;
        struct map_slot *slots = malloc(map_slots_size(bits));
        bench_require(slots);
        map_clear(slots, map_slots_size(bits));
        for (size_t j = 0; j < entries; j++) {
            KEEP_PTR(state);
            if (2 * (count + 1) > (size_t)1 << bits)
                slots = grow(slots, bits++);
            const uint64_t key = state->keys[first + j];
            count += open_put(slots, bits, key, map_value(key));
        }
        sum += look_up_open(state, first, entries, slots, bits);
        free(slots);
    }
    return sum;
}

/* ---- Chains ---- */

BODY uint64_t life_chained(enum map_where where, struct map_state *state, uint64_t iterations)
{
    const size_t entries = state->entries;
    const unsigned bits = state->bits;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const size_t first = map_window(state, i);
        const struct arena_mark mark = arena_mark(&state->arena);
        struct map_node **const buckets = map_get_buckets(where, state);
        map_build_chained(where, state, state->keys + first, buckets);
        KEEP_PTR(buckets);
        for (size_t j = 0; j < entries; j++) {
            KEEP_PTR(state);
            const struct map_node *const node =
                chained_find(buckets, bits, state->wanted[first + j]);
            sum += node != NULL ? node->value : 1;
        }
        map_destroy_chained(where, state, buckets);
        if (where != MAP_MALLOC)
            arena_release(&state->arena, mark);
    }
    return sum;
}

static uint64_t run_chained_malloc(void *state, uint64_t iterations)
{
    return life_chained(MAP_MALLOC, state, iterations);
}

static uint64_t run_chained_pool(void *state, uint64_t iterations)
{
    return life_chained(MAP_POOL, state, iterations);
}

static uint64_t run_chained_arena(void *state, uint64_t iterations)
{
    return life_chained(MAP_ARENA, state, iterations);
}

/* The largest maps where they tell most: one life of them is long. */
#define DEFINE_CHOICE(label, kind, most)              \
    static bench_run *label(int64_t entries)          \
    {                                                 \
        return entries <= (most) ? run_##kind : NULL; \
    }

DEFINE_CHOICE(open_presized, open_presized, MAP_ENTRIES_MOST)
DEFINE_CHOICE(open_presized_hit50, open_presized, LARGE_MOST)
DEFINE_CHOICE(open_growing, open_growing, LARGE_MOST)
DEFINE_CHOICE(chained_malloc, chained_malloc, MAP_ENTRIES_MOST)
DEFINE_CHOICE(chained_malloc_hit50, chained_malloc, LARGE_MOST)
DEFINE_CHOICE(chained_pool, chained_pool, MAP_ENTRIES_MOST)
DEFINE_CHOICE(chained_arena, chained_arena, MAP_ENTRIES_MOST)

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        sum += map_value(state->keys[i & (state->inputs - 1)]) +
               state->wanted[i & (state->inputs - 1)];
    }
    return sum;
}

/* ---- Setup ---- */

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return map_open(cell, MAP_OWN_KEYS, false);
}

static void *setup_hit50(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return map_open(cell, MAP_OWN_KEYS, true);
}

/* ---- Counts: so many blocks of so many bytes in each life ---- */

static struct bench_counts lives(uint64_t iterations, uint64_t blocks, uint64_t bytes)
{
    return (struct bench_counts){
        .allocs = iterations * blocks, .frees = iterations * blocks, .bytes = iterations * bytes};
}

static struct bench_counts expect_presized(const void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    return lives(iterations, 1, map_slots_size(state->bits + 1));
}

/* Tables of 2^GROWING_BITS slots and so on, each twice the one before, to 2^(bits + 1). */
static struct bench_counts expect_growing(const void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    return lives(iterations, state->bits + 2 - GROWING_BITS,
                 map_slots_size(state->bits + 2) - map_slots_size(GROWING_BITS));
}

static struct bench_counts expect_chained(const void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    return lives(iterations, state->entries + 1,
                 state->entries * (sizeof(struct map_node *) + sizeof(struct map_node)));
}

/* ---- The table ---- */

static const struct bench_value values[] = {
    {4, BENCH_EXTENDED},    {8, BENCH_DEFAULT},      {16, BENCH_EXTENDED},
    {64, BENCH_EXTENDED},   {256, BENCH_EXTENDED},   {1024, BENCH_KEY},
    {4096, BENCH_EXTENDED}, {65536, BENCH_EXTENDED}, {1048576, BENCH_EXTENDED},
};

#define ROW(row, where, when) .name = #row, .storage = BENCH_##where, .tier = BENCH_##when
#define FIXED .setup = setup, .teardown = map_close
#define LIVES(kind) .run_for = kind, FIXED
#define LIVES_HIT50(kind) \
    .run_for = kind##_hit50, .setup = setup_hit50, .teardown = map_close, .work = "hit50"
#define BLOCKS(what) .expect = (what), BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {ROW(null, INLINE, DEFAULT), .run = run_null, FIXED, .unswept = true},
    {ROW(array_stack, STACK, DEFAULT), LIVES(array_stack)},
    {ROW(open_stack, STACK, DEFAULT), LIVES(open_stack)},
    {ROW(open_presized, HEAP, DEFAULT), LIVES(open_presized), BLOCKS(expect_presized)},
    {ROW(open_presized_hit50, HEAP, EXTENDED), LIVES_HIT50(open_presized), BLOCKS(expect_presized)},
    {ROW(open_growing, HEAP, EXTENDED), LIVES(open_growing), BLOCKS(expect_growing)},
    {ROW(chained_malloc, HEAP, KEY), LIVES(chained_malloc), BLOCKS(expect_chained)},
    {ROW(chained_malloc_hit50, HEAP, EXTENDED), LIVES_HIT50(chained_malloc),
     BLOCKS(expect_chained)},
    {ROW(chained_pool, POOL, KEY), LIVES(chained_pool)},
    {ROW(chained_arena, ARENA, DEFAULT), LIVES(chained_arena)},
};

const struct bench_scenario bench_scenario = {
    .name = "map_life",
    .question = "What does a map cost, by where its table and its entries live?",
    .touch = "all of each entry, written once and read once, and the whole table, cleared",
    .param = "entries",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 1,
};
