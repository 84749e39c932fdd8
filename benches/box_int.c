/*
 * Question: what does it cost to box an integer, when a share of the integers is small?
 * Variants: inline_word, the value in the data word; tagged_ptr, one word whose lowest bit tells;
 *           stack_temp, behind an address in the caller's frame; go_convt64, in a table of the
 *           values below 256, else in 8 bytes from malloc, as Go does; always_malloc, pool and
 *           arena, in 8 bytes for any value; intern_hash, in the slot of an open-addressing table
 *           that holds every input. _sorted: small values come before large ones in each run of
 *           SORTED_RUN inputs, else their order is random; given where the code branches on the
 *           value. _retained1k: each box lives until as many younger ones exist (in the arena:
 *           until as many are full), else until it is read. null: the inputs and no box.
 * Timed:    an opaque call boxes a value, another checks the type and reads it, then the box is
 *           released.
 * Not timed: the inputs (exactly small_percent of them are below 256, the others are drawn from
 *           LARGE_VALUES distinct ones of 62 bits), and filling the intern table.
 * Expect:   go_convt64 makes one malloc of 8 bytes for each value of 256 and above, and as many
 *           frees; always_malloc one for each value; the others none. At 50 percent in random
 *           order go_convt64 mispredicts every second value.
 */
#include "arena.h"
#include "bench.h"
#include "box.h"
#include "keep.h"
#include "pool.h"

enum {
    LARGE_VALUES = 4096,
    INTERN_BITS = 13, /* slots for about twice the distinct inputs */
    INTERN_SLOTS = 1 << INTERN_BITS,
    RETAINED = 1024,
    SORTED_RUN = 4096, /* long for a predictor, short for a share that any iteration count meets */
    BOX_BYTES_EACH = sizeof(uint64_t)
};

static const uint64_t intern_empty = UINT64_MAX; /* no input is that large */

enum how { INLINE_WORD, STACK_TEMP, CONVT64, MALLOC, POOL, ARENA, INTERN };

struct state {
    struct pool pool;
    struct arena arena;
    struct box ring[RETAINED];     /* boxes that live between two iterations, or all zero */
    uint64_t intern[INTERN_SLOTS]; /* a value, or intern_empty */
    uint64_t values[BENCH_INPUTS];
};

/* The slot that holds the value or is to hold it. Linear probing, Fibonacci hashing (Knuth 6.4). */
BODY uint64_t *find_slot(uint64_t *table, uint64_t value)
{
    size_t slot = (value * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - INTERN_BITS);
    while (table[slot] != value && table[slot] != intern_empty)
        slot = (slot + 1) & (INTERN_SLOTS - 1);
    return &table[slot];
}

/* The inside of every function that boxes. `where` is the state, or the caller's temporary. */
BODY struct box make(enum how how, void *where, uint64_t value)
{
    struct state *const state = where;
    uint64_t *home = NULL;
    switch (how) {
    case INLINE_WORD:
        return box_inline_int((int64_t)value);
    case STACK_TEMP:
        home = where;
        break;
    case CONVT64:
        if (value < BOX_SMALL_INTS)
            return box_pointer(&box_type_int, box_small_int(value));
        home = malloc(BOX_BYTES_EACH);
        break;
    case MALLOC:
        home = malloc(BOX_BYTES_EACH);
        break;
    case POOL:
        home = pool_get(&state->pool);
        break;
    case ARENA:
        home = arena_alloc(&state->arena, BOX_BYTES_EACH, BOX_BYTES_EACH);
        break;
    case INTERN:
        home = find_slot(state->intern, value);
        if (*home == intern_empty)
            home = NULL;
        bench_require(home);
        return box_pointer(&box_type_int, home);
    }
    bench_require(home);
    *home = value;
    return box_pointer(&box_type_int, home);
}

BODY void release(enum how how, struct state *state, struct box box)
{
    void *const home = box.word.pointer;
    if (how == MALLOC || (how == CONVT64 && !box_is_small_int(home)))
        free(home);
    else if (how == POOL)
        pool_put(&state->pool, home);
}

/* The value of a box: the type is checked, as a type assertion does. */
uint64_t box_int_load(struct box box);
OPAQUE uint64_t box_int_load(struct box box)
{
    if (box.type != &box_type_int)
        abort();
    return *(const uint64_t *)box.word.pointer;
}

uint64_t box_int_inline(struct box box);
OPAQUE uint64_t box_int_inline(struct box box)
{
    if (box.type != &box_type_inline_int)
        abort();
    return box.word.bits;
}

typedef struct box boxer(void *where, uint64_t value);

BODY uint64_t loop(enum how how, boxer *box_up, struct state *state, uint64_t iterations)
{
    uint64_t temp;
    void *const where = how == STACK_TEMP ? (void *)&temp : (void *)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or one mark, taken before the loop, serves for all */
        struct arena_mark mark = {0};
        if (how == ARENA)
            mark = arena_mark(&state->arena);
        const struct box box = box_up(where, state->values[i & (BENCH_INPUTS - 1)]);
        KEEP_PTR(box.word.pointer);
        sum += how == INLINE_WORD ? box_int_inline(box) : box_int_load(box);
        release(how, state, box);
        if (how == ARENA)
            arena_release(&state->arena, mark);
    }
    return sum;
}

/* The same with RETAINED boxes alive: each is released when its place is needed. */
BODY uint64_t loop_retained(enum how how, boxer *box_up, struct state *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct box *const place = &state->ring[i % RETAINED];
        if (place->type != NULL)
            release(how, state, *place);
        const struct box box = box_up(state, state->values[i & (BENCH_INPUTS - 1)]);
        *place = box;
        KEEP_PTR(box.word.pointer);
        sum += how == INLINE_WORD ? box_int_inline(box) : box_int_load(box);
        if (how == ARENA && i % RETAINED == RETAINED - 1)
            arena_reset(&state->arena);
    }
    for (size_t i = 0; i < RETAINED; i++) {
        if (state->ring[i].type != NULL)
            release(how, state, state->ring[i]);
        state->ring[i] = (struct box){0};
    }
    if (how == ARENA)
        arena_reset(&state->arena);
    return sum;
}

#define DEFINE_VARIANT(label, how)                                 \
    boxer box_int_##label;                                         \
    OPAQUE struct box box_int_##label(void *where, uint64_t value) \
    {                                                              \
        return make(how, where, value);                            \
    }                                                              \
    static uint64_t run_##label(void *state, uint64_t iterations)  \
    {                                                              \
        return loop(how, box_int_##label, state, iterations);      \
    }

#define DEFINE_RETAINED(label, how)                                          \
    static uint64_t run_##label##_retained(void *state, uint64_t iterations) \
    {                                                                        \
        return loop_retained(how, box_int_##label, state, iterations);       \
    }

DEFINE_VARIANT(inline_word, INLINE_WORD)
DEFINE_VARIANT(stack_temp, STACK_TEMP)
DEFINE_VARIANT(go_convt64, CONVT64)
DEFINE_VARIANT(always_malloc, MALLOC)
DEFINE_VARIANT(pool, POOL)
DEFINE_VARIANT(arena, ARENA)
DEFINE_VARIANT(intern_hash, INTERN)
DEFINE_RETAINED(inline_word, INLINE_WORD)
DEFINE_RETAINED(go_convt64, CONVT64)
DEFINE_RETAINED(always_malloc, MALLOC)
DEFINE_RETAINED(pool, POOL)
DEFINE_RETAINED(arena, ARENA)
DEFINE_RETAINED(intern_hash, INTERN)

struct box_tagged box_int_tag(uint64_t value);
OPAQUE struct box_tagged box_int_tag(uint64_t value)
{
    if (!box_tagged_fits((int64_t)value))
        abort();
    return box_tagged_from_int((int64_t)value);
}

uint64_t box_int_untag(struct box_tagged tagged);
OPAQUE uint64_t box_int_untag(struct box_tagged tagged)
{
    if (!box_tagged_is_int(tagged))
        return *(const uint64_t *)box_tagged_pointer(tagged);
    return (uint64_t)box_tagged_int(tagged);
}

static uint64_t run_tagged_ptr(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct box_tagged box = box_int_tag(state->values[i & (BENCH_INPUTS - 1)]);
        KEEP_PTR(box.bits);
        sum += box_int_untag(box);
    }
    return sum;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += state->values[i & (BENCH_INPUTS - 1)];
        KEEP_VAL(sum);
    }
    return sum;
}

/* Variants that do not look at the value have two ends and a middle: a line shows that it is flat.
 */
#define DEFINE_FLAT(label)                                          \
    static bench_run *label##_for(int64_t percent)                  \
    {                                                               \
        return percent == 25 || percent == 75 ? NULL : run_##label; \
    }

DEFINE_FLAT(inline_word)
DEFINE_FLAT(tagged_ptr)
DEFINE_FLAT(stack_temp)
DEFINE_FLAT(always_malloc)
DEFINE_FLAT(pool)
DEFINE_FLAT(arena)
DEFINE_FLAT(intern_hash)
DEFINE_FLAT(inline_word_retained)
DEFINE_FLAT(go_convt64_retained)
DEFINE_FLAT(always_malloc_retained)
DEFINE_FLAT(pool_retained)
DEFINE_FLAT(arena_retained)
DEFINE_FLAT(intern_hash_retained)

/* Inputs that are sorted in runs, and everything that holds boxes. */
static struct state *make_state(const struct bench_cell *cell)
{
    struct state *const state = bench_map(sizeof *state);
    if (pool_init(&state->pool, BOX_BYTES_EACH, BOX_BYTES_EACH, 0) != 0 ||
        arena_init(&state->arena, RETAINED * BOX_BYTES_EACH) != 0)
        abort();
    uint64_t random = cell->seed;
    uint64_t large[LARGE_VALUES];
    for (size_t i = 0; i < LARGE_VALUES; i++)
        large[i] = bench_random(&random) >> 2 | BOX_SMALL_INTS;
    const size_t small_count = SORTED_RUN * (size_t)cell->value / 100;
    for (size_t i = 0; i < BENCH_INPUTS; i++) {
        const uint64_t draw = bench_random(&random);
        const bool small = i % SORTED_RUN < small_count;
        state->values[i] = small ? draw % BOX_SMALL_INTS : large[draw % LARGE_VALUES];
    }
    for (size_t i = 0; i < INTERN_SLOTS; i++)
        state->intern[i] = intern_empty;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        *find_slot(state->intern, state->values[i]) = state->values[i];
    return state;
}

static void *setup_sorted(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell);
}

static void *setup_random(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell);
    uint64_t random = ~cell->seed;
    for (size_t i = BENCH_INPUTS - 1; i > 0; i--) { /* Fisher and Yates */
        const size_t other = bench_random(&random) % (i + 1);
        const uint64_t value = state->values[i];
        state->values[i] = state->values[other];
        state->values[other] = value;
    }
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts pairs(uint64_t count)
{
    return (struct bench_counts){.allocs = count, .frees = count, .bytes = count * BOX_BYTES_EACH};
}

static struct bench_counts expect_all(const void *state, uint64_t iterations)
{
    (void)state;
    return pairs(iterations);
}

static uint64_t count_large(const struct state *state, size_t count)
{
    uint64_t large = 0;
    for (size_t i = 0; i < count; i++)
        large += state->values[i] >= BOX_SMALL_INTS;
    return large;
}

static struct bench_counts expect_large(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return pairs(iterations / BENCH_INPUTS * count_large(state, BENCH_INPUTS) +
                 count_large(state, iterations % BENCH_INPUTS));
}

static const struct bench_value small_percents[] = {
    {0, BENCH_KEY}, {25, BENCH_EXTENDED}, {50, BENCH_KEY}, {75, BENCH_EXTENDED}, {100, BENCH_KEY},
};

#define RANDOM(label, where) \
    .name = (label), .storage = (where), .setup = setup_random, .teardown = teardown
#define SORTED(label, where)                                                          \
    .name = (label), .storage = (where), .setup = setup_sorted, .teardown = teardown, \
    .work = "sorted"
#define PAIRS(count) .expect = (count), BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {RANDOM("null", BENCH_INLINE), .run = run_null, .unswept = true},
    {RANDOM("inline_word", BENCH_INLINE), .run_for = inline_word_for},
    {RANDOM("tagged_ptr", BENCH_INLINE), .run_for = tagged_ptr_for, .tier = BENCH_DEFAULT},
    {RANDOM("stack_temp", BENCH_STACK), .run_for = stack_temp_for},
    {RANDOM("go_convt64", BENCH_HEAP), .run = run_go_convt64, PAIRS(expect_large)},
    {RANDOM("always_malloc", BENCH_HEAP), .run_for = always_malloc_for, PAIRS(expect_all)},
    {RANDOM("pool", BENCH_POOL), .run_for = pool_for},
    {RANDOM("arena", BENCH_ARENA), .run_for = arena_for},
    {RANDOM("intern_hash", BENCH_STATIC), .run_for = intern_hash_for, .tier = BENCH_DEFAULT},
    {SORTED("go_convt64_sorted", BENCH_HEAP), .run = run_go_convt64, PAIRS(expect_large),
     .tier = BENCH_DEFAULT},
    {SORTED("intern_hash_sorted", BENCH_STATIC), .run = run_intern_hash, .tier = BENCH_EXTENDED},
    {RANDOM("go_convt64_retained1k", BENCH_HEAP), .run_for = go_convt64_retained_for,
     PAIRS(expect_large), .tier = BENCH_DEFAULT},
    {SORTED("go_convt64_sorted_retained1k", BENCH_HEAP), .run = run_go_convt64_retained,
     PAIRS(expect_large), .tier = BENCH_EXTENDED},
    {RANDOM("always_malloc_retained1k", BENCH_HEAP), .run_for = always_malloc_retained_for,
     PAIRS(expect_all), .tier = BENCH_EXTENDED},
    {RANDOM("inline_word_retained1k", BENCH_INLINE), .run_for = inline_word_retained_for,
     .tier = BENCH_EXTENDED},
    {RANDOM("pool_retained1k", BENCH_POOL), .run_for = pool_retained_for, .tier = BENCH_DEFAULT},
    {RANDOM("arena_retained1k", BENCH_ARENA), .run_for = arena_retained_for,
     .tier = BENCH_EXTENDED},
    {RANDOM("intern_hash_retained1k", BENCH_STATIC), .run_for = intern_hash_retained_for,
     .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "box_int",
    .question = "What does it cost to box an integer, when a share of the integers is small?",
    .touch = "the 8 bytes of the value, written when boxed, read when unboxed",
    .param = "small_percent",
    .values = small_percents,
    .value_count = BENCH_COUNT(small_percents),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
