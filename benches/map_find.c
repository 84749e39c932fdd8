/*
 * Question: what does a lookup in a map cost, by what its entries are made of?
 * Variants: open_malloc, a table with open addressing and linear probing, half full, on the heap;
 *           chained_malloc, chained_pool and chained_arena, a table with as many chains as entries
 *           and a node of 24 bytes for each entry: table and nodes from malloc; nodes from a pool
 *           and the table from an arena; both from the arena. _hit50: half of the keys that are
 *           looked up are not in the map, at random. null: the keys alone, read without a map.
 * Timed:    one lookup of a key, and reading its value.
 * Not timed: building and destroying the map of `entries`, drawing and mixing the keys.
 * Expect:   no allocation in the loop. What the allocator still decides is how far nodes lie apart
 *           and in what order, which matters when the map is larger than a cache. The process is
 *           new, so nodes lie in the order of insertion; an old heap would scatter them.
 */
#include "map_state.h"

static uint64_t run_open(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        const uint64_t key = state->wanted[i & (state->inputs - 1)];
        const struct map_slot *const slot = open_find(state->slots, state->bits + 1, key);
        sum += slot != NULL ? slot->value : 1;
    }
    return sum;
}

static uint64_t run_chained(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        const uint64_t key = state->wanted[i & (state->inputs - 1)];
        const struct map_node *const node = chained_find(state->buckets, state->bits, key);
        sum += node != NULL ? node->value : 1;
    }
    return sum;
}

static bench_run *open_for(int64_t entries)
{
    return entries <= MAP_ENTRIES_MOST ? run_open : NULL;
}

static bench_run *chained_for(int64_t entries)
{
    return entries <= MAP_ENTRIES_MOST ? run_chained : NULL;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct map_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        sum += map_value(state->wanted[i & (state->inputs - 1)]);
    }
    return sum;
}

/* ---- Setup: the map ---- */

static void *open_malloc(struct map_state *state)
{
    const unsigned bits = state->bits + 1;
    state->slots = malloc(map_slots_size(bits));
    bench_require(state->slots);
    map_clear(state->slots, map_slots_size(bits));
    for (size_t j = 0; j < state->entries; j++)
        open_put(state->slots, bits, state->keys[j], map_value(state->keys[j]));
    return state;
}

static void *chained(enum map_where where, struct map_state *state)
{
    state->buckets = map_get_buckets(where, state);
    map_build_chained(where, state, state->keys, state->buckets);
    return state;
}

static void *chained_malloc(struct map_state *state)
{
    return chained(MAP_MALLOC, state);
}

static void *chained_pool(struct map_state *state)
{
    return chained(MAP_POOL, state);
}

static void *chained_arena(struct map_state *state)
{
    return chained(MAP_ARENA, state);
}

#define SETUP(name, build, half)                                        \
    static void *name(const struct bench_cell *cell, const char **skip) \
    {                                                                   \
        (void)skip;                                                     \
        return build(map_open(cell, MAP_FIRST_KEYS, half));             \
    }
SETUP(setup_open_malloc, open_malloc, false)
SETUP(setup_open_malloc_hit50, open_malloc, true)
SETUP(setup_chained_malloc, chained_malloc, false)
SETUP(setup_chained_malloc_hit50, chained_malloc, true)
SETUP(setup_chained_pool, chained_pool, false)
SETUP(setup_chained_arena, chained_arena, false)
SETUP(setup_null, , false)

static void teardown_open_malloc(void *opaque)
{
    free(((struct map_state *)opaque)->slots);
    map_close(opaque);
}

static void teardown_chained_malloc(void *opaque)
{
    struct map_state *const state = opaque;
    map_destroy_chained(MAP_MALLOC, state, state->buckets);
    map_close(state);
}

/* ---- The table ---- */

static const struct bench_value values[] = {
    {8, BENCH_EXTENDED},    {256, BENCH_EXTENDED},     {4096, BENCH_EXTENDED},
    {65536, BENCH_DEFAULT}, {1048576, BENCH_EXTENDED},
};

#define ROW(row, where, when) \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .setup = setup_##row

static const struct bench_variant variants[] = {
    {ROW(null, INLINE, DEFAULT), .run = run_null, .teardown = map_close, .unswept = true},
    {ROW(open_malloc, HEAP, EXTENDED), .run_for = open_for, .teardown = teardown_open_malloc},
    {ROW(open_malloc_hit50, HEAP, EXTENDED), .run_for = open_for, .teardown = teardown_open_malloc,
     .work = "hit50"},
    {ROW(chained_malloc, HEAP, DEFAULT), .run_for = chained_for,
     .teardown = teardown_chained_malloc},
    {ROW(chained_malloc_hit50, HEAP, EXTENDED), .run_for = chained_for,
     .teardown = teardown_chained_malloc, .work = "hit50"},
    {ROW(chained_pool, POOL, DEFAULT), .run_for = chained_for, .teardown = map_close},
    {ROW(chained_arena, ARENA, DEFAULT), .run_for = chained_for, .teardown = map_close},
};

const struct bench_scenario bench_scenario = {
    .name = "map_find",
    .question = "What does a lookup in a map cost, by what its entries are made of?",
    .touch = "the key of each entry on the way, and the value that is found",
    .param = "entries",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
