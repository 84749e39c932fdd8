/*
 * Question: what does a walk along a list cost, by where its nodes came from?
 * Variants: array, the nodes of an array in order; array_random, in random order: the floor and the
 *           ceiling; arena, one after the other; malloc_fresh, the same from an allocator that
 *           gave nothing before; malloc and pool, _reused: when all nodes of a list before this
 *           one had been given back in random order; _churned: when half of its nodes, chosen at
 *           random, were given back and replaced, and then the other half. null: no list.
 * Timed:    a node: reading its value and the pointer to the next one.
 * Not timed: making the list, and all that was given back before. A run goes on where the one
 *           before it stopped, round and round, so that it visits all nodes also of a long list.
 * Expect:   no calls in the clock. The list is walked once around before, and has all its nodes.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "pool.h"

enum {
    NODE_BYTES = 64,
    ALIGNMENT = 16, /* as malloc's on both architectures */
    USUAL_LIST = 65536,
    LONG_LIST = 262144,    /* nodes: 16 MiB, more than most L2 caches and many parts of an L3 */
    LONGEST_LIST = 2097152 /* 128 MiB: four times an L3 of 32 MiB */
};

enum source { ARRAY, ARENA, POOL, MALLOC };

struct node {
    struct node *next;
    uint64_t value;
    unsigned char rest[NODE_BYTES - sizeof(struct node *) - sizeof(uint64_t)];
};
_Static_assert(sizeof(struct node) == NODE_BYTES, "a node is a cache line of most machines");

struct state {
    uint64_t seed;
    size_t count;
    const struct node *at; /* where the next run begins */
    struct node **nodes;   /* by their place in the list */
    uint32_t *order;       /* the places, shuffled */
    struct node *array;    /* NULL where there is none */
    struct arena arena;
    struct pool pool;
};

static uint64_t run(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const struct node *node = state->at;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(node);
        sum += node->value;
        node = node->next;
    }
    state->at = node;
    return sum;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        sum += state->seed;
    }
    return sum;
}

static bench_run *for_usual(int64_t count)
{
    return count <= USUAL_LIST ? run : NULL;
}

/* Long lists take long to make: they are for what shows most, and not under a sanitizer. */
static bench_run *for_all(int64_t count)
{
    return count <= USUAL_LIST || !POOL_ASAN ? run : NULL;
}

/* ---- What is there before the clock starts ---- */

static struct node *take(enum source source, struct state *state, size_t place)
{
    struct node *const node = source == ARRAY ? &state->array[place]
                              : source == ARENA
                                  ? arena_alloc(&state->arena, sizeof(struct node), ALIGNMENT)
                              : source == POOL ? pool_get(&state->pool)
                                               : malloc(sizeof(struct node));
    bench_require(node);
    node->value = state->seed;
    return node;
}

static void give_back(enum source source, struct state *state, struct node *node)
{
    if (source == POOL)
        pool_put(&state->pool, node);
    else if (source == MALLOC)
        free(node);
}

/* So many of the shuffled places get new nodes, after all of theirs have been given back. */
static void replace(enum source source, struct state *state, size_t from, size_t count)
{
    const uint32_t *const places = state->order + from;
    for (size_t i = 0; i < count; i++)
        give_back(source, state, state->nodes[places[i]]);
    for (size_t i = 0; i < count; i++)
        state->nodes[places[i]] = take(source, state, places[i]);
}

static void take_all(enum source source, struct state *state)
{
    for (size_t i = 0; i < state->count; i++)
        state->nodes[i] = take(source, state, i);
}

static void give_back_all_shuffled(enum source source, struct state *state)
{
    for (size_t i = 0; i < state->count; i++)
        give_back(source, state, state->nodes[state->order[i]]);
}

/* Closes the list to a ring, and walks along it once. */
static void *link_and_check(struct state *state)
{
    const size_t count = state->count;
    for (size_t i = 0; i < count; i++)
        state->nodes[i]->next = state->nodes[(i + 1) % count];
    const struct node *const first = state->nodes[0], *node = first;
    size_t steps = 0;
    do
        node = node->next;
    while (++steps < count && node != first);
    if (steps != count || node != first)
        abort();
    state->at = first;
    return state;
}

static struct state *make_state(const struct bench_cell *cell)
{
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->count = cell->value > 0 ? (size_t)cell->value : 1;
    state->nodes = bench_map(state->count * sizeof(struct node *));
    state->order = bench_map(state->count * sizeof(uint32_t));
    uint64_t random = cell->seed;
    for (size_t i = 0; i < state->count; i++) { /* Fisher and Yates, inside out */
        const size_t j = bench_random(&random) % (i + 1);
        state->order[i] = state->order[j];
        state->order[j] = (uint32_t)i;
    }
    if (arena_init(&state->arena, 0) != 0 ||
        pool_init(&state->pool, sizeof(struct node), ALIGNMENT, 0) != 0)
        abort();
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    if (state->array != NULL)
        bench_unmap(state->array, state->count * sizeof(struct node));
    arena_destroy(&state->arena);
    pool_destroy(&state->pool);
    bench_unmap(state->nodes, state->count * sizeof(struct node *));
    bench_unmap(state->order, state->count * sizeof(uint32_t));
    bench_unmap(state, sizeof *state);
}

static void teardown_malloc(void *opaque)
{
    struct state *const state = opaque;
    for (size_t i = 0; i < state->count; i++)
        free(state->nodes[i]);
    teardown(state);
}

static void *make_fresh(enum source source, struct state *state)
{
    take_all(source, state);
    return link_and_check(state);
}

static void *make_reused(enum source source, struct state *state)
{
    take_all(source, state);
    give_back_all_shuffled(source, state);
    return make_fresh(source, state);
}

static void *make_churned(enum source source, struct state *state)
{
    const size_t half = state->count / 2;
    take_all(source, state);
    replace(source, state, 0, half);
    replace(source, state, half, state->count - half);
    return link_and_check(state);
}

static void *make_array(struct state *state)
{
    state->array = bench_map(state->count * sizeof(struct node));
    return make_fresh(ARRAY, state);
}

static void *make_array_random(struct state *state)
{
    state->array = bench_map(state->count * sizeof(struct node));
    for (size_t i = 0; i < state->count; i++)
        state->nodes[i] = take(ARRAY, state, state->order[i]);
    return link_and_check(state);
}

#define SETUP(label, make)                                                       \
    static void *setup_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        (void)skip;                                                              \
        struct state *const state = make_state(cell);                            \
        return make;                                                             \
    }
SETUP(null, state)
SETUP(array, make_array(state))
SETUP(array_random, make_array_random(state))
SETUP(arena, make_fresh(ARENA, state))
SETUP(pool_reused, make_reused(POOL, state))
SETUP(pool_churned, make_churned(POOL, state))
SETUP(malloc_fresh, make_fresh(MALLOC, state))
SETUP(malloc_reused, make_reused(MALLOC, state))
SETUP(malloc_churned, make_churned(MALLOC, state))

/* ---- The table ---- */

static const struct bench_value values[] = {{512, BENCH_EXTENDED},
                                            {8192, BENCH_EXTENDED},
                                            {USUAL_LIST, BENCH_DEFAULT},
                                            {LONG_LIST, BENCH_EXTENDED},
                                            {LONGEST_LIST, BENCH_EXTENDED}};

#define ROW(row, where, when, which, undo)                                            \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run_for = (which), \
    .setup = setup_##row, .teardown = (undo)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .unswept = true,
     .setup = setup_null,
     .teardown = teardown,
     .tier = BENCH_EXTENDED},
    {ROW(array, STATIC, DEFAULT, for_all, teardown)},
    {ROW(array_random, STATIC, DEFAULT, for_all, teardown)},
    {ROW(arena, ARENA, EXTENDED, for_usual, teardown)},
    {ROW(pool_reused, POOL, DEFAULT, for_usual, teardown)},
    {ROW(pool_churned, POOL, EXTENDED, for_usual, teardown)},
    {ROW(malloc_fresh, HEAP, DEFAULT, for_usual, teardown_malloc)},
    {ROW(malloc_reused, HEAP, DEFAULT, for_all, teardown_malloc)},
    {ROW(malloc_churned, HEAP, EXTENDED, for_usual, teardown_malloc)},
};

const struct bench_scenario bench_scenario = {
    .name = "locality",
    .question = "What does a walk along a list cost, by where its nodes came from?",
    .touch = "the first two words of a node of 64 bytes, read",
    .param = "nodes",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
