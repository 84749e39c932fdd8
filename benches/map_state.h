/*
 * What the scenarios about maps share: the keys, what is looked up, and the memory that chains are
 * made of.
 */
#ifndef ALLOCOST_MAP_STATE_H
#define ALLOCOST_MAP_STATE_H

#include "arena.h"
#include "map_kinds.h"
#include "pool.h"

/* Where the table and the nodes of a map with chains live. */
enum map_where {
    MAP_MALLOC,
    MAP_POOL, /* the nodes; the table is in the arena */
    MAP_ARENA
};

/* Entries of the largest map. Under AddressSanitizer each node costs ten times as much. */
enum { MAP_ENTRIES_MOST = POOL_ASAN ? 4096 : 1048576 };

/*
 * What every variant is given. The inputs are parted into windows of as many keys as a map has
 * entries; all numbers of them are powers of two. Mapped, not from an allocator.
 */
struct map_state {
    size_t entries;
    unsigned bits;    /* entries is 2^bits */
    size_t inputs;    /* how many there are: BENCH_INPUTS, or `entries` when that is more */
    uint64_t *keys;   /* all different */
    uint64_t *wanted; /* to be looked up */
    struct pool pool; /* of nodes */
    struct arena arena;
    struct map_slot *slots;    /* an open map that setup built, of 2^(bits + 1) slots */
    struct map_node **buckets; /* a map with chains that setup built, of 2^bits buckets */
};

/* What is wanted, window by window. */
enum map_wanted {
    MAP_OWN_KEYS,  /* the window's own keys, in another order */
    MAP_FIRST_KEYS /* those of the first window, in orders of their own */
};

/* Where the window of iteration i begins. */
BODY size_t map_window(const struct map_state *state, uint64_t i)
{
    return (size_t)(i << state->bits) & (state->inputs - 1);
}

BODY uint64_t map_value(uint64_t key)
{
    return 3 * key;
}

/* Bytes of a table with open addressing. */
BODY size_t map_slots_size(unsigned bits)
{
    return sizeof(struct map_slot) << bits;
}

/* ---- Chains ---- */

BODY struct map_node **map_get_buckets(enum map_where where, struct map_state *state)
{
    const size_t size = sizeof(struct map_node *) << state->bits;
    struct map_node **const buckets =
        where == MAP_MALLOC ? malloc(size)
                            : arena_alloc(&state->arena, size, _Alignof(struct map_node *));
    bench_require(buckets);
    map_clear(buckets, size);
    return buckets;
}

BODY struct map_node *map_get_node(enum map_where where, struct map_state *state)
{
    struct map_node *const node =
        where == MAP_MALLOC ? malloc(sizeof *node)
        : where == MAP_POOL ? pool_get(&state->pool)
                            : arena_alloc(&state->arena, sizeof *node, _Alignof(struct map_node));
    bench_require(node);
    return node;
}

BODY void map_build_chained(enum map_where where, struct map_state *state, const uint64_t *keys,
                            struct map_node **buckets)
{
    const size_t entries = state->entries;
    const unsigned bits = state->bits;
    for (size_t j = 0; j < entries; j++) {
        KEEP_PTR(state); /* or the pool's and the arena's stay in registers */
        struct map_node *const found = chained_find(buckets, bits, keys[j]);
        if (found != NULL)
            found->value = map_value(keys[j]);
        else
            chained_put(buckets, bits, map_get_node(where, state), keys[j], map_value(keys[j]));
    }
}

/* Gives back one by one what an arena takes back together. */
BODY void map_destroy_chained(enum map_where where, struct map_state *state,
                              struct map_node **buckets)
{
    const size_t entries = where != MAP_ARENA ? state->entries : 0;
    for (size_t at = 0; at < entries; at++)
        for (struct map_node *node = buckets[at], *next; node != NULL; node = next) {
            KEEP_PTR(state);
            next = node->next;
            if (where == MAP_MALLOC)
                free(node);
            else
                pool_put(&state->pool, node);
        }
    if (where == MAP_MALLOC)
        free(buckets);
}

/* ---- Setup ---- */

/* Fisher and Yates's shuffle. */
static inline void map_mix(uint64_t *values, size_t count, uint64_t *random)
{
    for (size_t left = count; left > 1; left--) {
        const size_t other = (bench_random(random) >> 32) * left >> 32; /* left is below 2^32 */
        const uint64_t value = values[left - 1];
        values[left - 1] = values[other];
        values[other] = value;
    }
}

/* A key that no other call gives: the generator repeats none of its numbers. */
static inline uint64_t map_new_key(uint64_t *random)
{
    uint64_t key = bench_random(random);
    while (key == 0)
        key = bench_random(random);
    return key;
}

/* Draws all inputs. With `half`, half of what is wanted, at random, is no key. */
static inline struct map_state *map_open(const struct bench_cell *cell, enum map_wanted what,
                                         bool half)
{
    struct map_state *const state = bench_map(sizeof *state);
    state->entries = cell->value > 0 ? (size_t)cell->value : 1;
    while ((size_t)1 << state->bits < state->entries)
        state->bits++;
    state->inputs = state->entries > BENCH_INPUTS ? state->entries : BENCH_INPUTS;
    state->keys = bench_map(state->inputs * sizeof *state->keys);
    state->wanted = bench_map(state->inputs * sizeof *state->wanted);
    uint64_t keys_random = cell->seed, order_random = ~cell->seed;
    for (size_t j = 0; j < state->inputs; j++)
        state->keys[j] = map_new_key(&keys_random);
    for (size_t first = 0; first < state->inputs; first += state->entries) {
        uint64_t *const wanted = state->wanted + first;
        memcpy(wanted, state->keys + (what == MAP_FIRST_KEYS ? 0 : first),
               state->entries * sizeof *wanted);
        map_mix(wanted, state->entries, &order_random);
        for (size_t j = 0; half && j < state->entries; j++)
            if (bench_random(&order_random) % 2 != 0)
                wanted[j] = map_new_key(&keys_random);
    }
    if (pool_init(&state->pool, sizeof(struct map_node), _Alignof(struct map_node), 0) != 0 ||
        arena_init(&state->arena, 0) != 0)
        abort();
    return state;
}

static inline void map_close(void *opaque)
{
    struct map_state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state->keys, state->inputs * sizeof *state->keys);
    bench_unmap(state->wanted, state->inputs * sizeof *state->wanted);
    bench_unmap(state, sizeof *state);
}

#endif
