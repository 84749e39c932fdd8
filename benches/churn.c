/*
 * Question: what does it cost to replace blocks of mixed sizes at random among 4096 live ones?
 * Variants: by the sizes that are asked for. uniform: from 16 to 4096 bytes, each as likely as the
 *           others. lognormal: half of them below 64 bytes, a standard deviation is a factor of 4.
 *           power: 16 bytes or more, twice the size is half as likely to be exceeded. The last two
 *           end at 65536 bytes. null: the same stamps, in the table of the slots itself.
 * Timed:    choosing a slot from the prepared ones, reading both stamps of its block and comparing
 *           them with what they must be, freeing it; a block of the next prepared size, stamped in
 *           its first and in its last word.
 * Not timed: drawing slots and sizes, the first block of each slot, freeing the last ones.
 * Expect:   one malloc and one free an iteration, 4096 live blocks before and after it.
 */
#include "bench.h"
#include "keep.h"

#include <string.h>

enum { SLOTS = 4096, LEAST = 16, UNIFORM_MOST = 4096, SIZE_MOST = 65536, WORD = sizeof(uint64_t) };

/* What an iteration does. */
struct step {
    uint32_t slot;
    uint32_t size; /* of the block that goes into it */
};

/* A slot's block: what is known of it without looking into it. */
struct slot {
    unsigned char *block;
    size_t size;
};

struct state {
    uint64_t seed;
    struct step steps[BENCH_INPUTS];
    struct slot slots[SLOTS];
    uint64_t stamps[SLOTS][2]; /* of null */
};

/* Different for each slot: a block that two of them have is found out. */
BODY uint64_t stamp_of(uint64_t seed, uint32_t slot)
{
    return seed + slot * UINT64_C(0x9e3779b97f4a7c15);
}

/* A size need not be a multiple of the word. */
BODY void put_word(unsigned char *at, uint64_t word)
{
    memcpy(at, &word, sizeof word);
}

BODY uint64_t get_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

BODY void stamp_block(struct slot *slot, unsigned char *block, size_t size, uint64_t stamp)
{
    bench_require(block);
    put_word(block, stamp);
    put_word(block + size - WORD, ~stamp);
    KEEP_PTR(block);
    slot->block = block;
    slot->size = size;
}

/* Aborts when the words are not those that were written. Returns their sum, for the checksum. */
BODY uint64_t verified(uint64_t first, uint64_t last, uint64_t stamp)
{
    if (__builtin_expect(first != stamp || last != ~stamp, 0))
        abort();
    return first + 3 * last;
}

static uint64_t run(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t seed = state->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct step step = state->steps[i % BENCH_INPUTS];
        struct slot *const slot = &state->slots[step.slot];
        const uint64_t stamp = stamp_of(seed, step.slot);
        sum += verified(get_word(slot->block), get_word(slot->block + slot->size - WORD), stamp);
        free(slot->block);
        stamp_block(slot, malloc(step.size), step.size, stamp);
    }
    return sum;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uint64_t seed = state->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct step step = state->steps[i % BENCH_INPUTS];
        uint64_t *const stamps = state->stamps[step.slot];
        const uint64_t stamp = stamp_of(seed, step.slot);
        sum += verified(stamps[0], stamps[1], stamp);
        stamps[0] = stamp;
        stamps[1] = ~stamp;
        KEEP_PTR(stamps);
    }
    return sum;
}

/* ---- Sizes ---- */

typedef uint32_t draw_size(uint64_t *random);

static uint32_t limited(double size)
{
    return size < LEAST ? LEAST : size > SIZE_MOST ? SIZE_MOST : (uint32_t)size;
}

static uint32_t draw_uniform(uint64_t *random)
{
    return (uint32_t)(LEAST + bench_random(random) % (UNIFORM_MOST - LEAST + 1));
}

/* 2 to the power of x, to within 0.3 %: a parabola between the whole powers. */
static double power_of_two(double x)
{
    const int whole = (int)(x + 64) - 64; /* rounds down */
    const double part = x - whole;
    const double between = 1 + part * (0.6565 + 0.3435 * part);
    return whole >= 0 ? between * (double)(UINT64_C(1) << whole)
                      : between / (double)(UINT64_C(1) << -whole);
}

/* The sum of twelve numbers from 0 to 1, less 6, is normal as far as can be seen here. */
static uint32_t draw_lognormal(uint64_t *random)
{
    double normal = -6;
    for (int i = 0; i < 12; i++)
        normal += (double)(bench_random(random) >> 32) / 4294967296.0;
    return limited(64 * power_of_two(2 * normal));
}

static uint32_t draw_power(uint64_t *random)
{
    return limited(LEAST * 4294967296.0 / ((double)(bench_random(random) >> 32) + 1));
}

/* ---- State ---- */

static struct state *make_state(const struct bench_cell *cell, draw_size *draw)
{
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->steps[i] = (struct step){.slot = bench_random(&random) % SLOTS, .size = LEAST};
    for (size_t i = 0; draw != NULL && i < BENCH_INPUTS; i++)
        state->steps[i].size = draw(&random);
    for (uint32_t i = 0; i < SLOTS; i++) {
        const uint64_t stamp = stamp_of(cell->seed, i);
        state->stamps[i][0] = stamp;
        state->stamps[i][1] = ~stamp;
        const uint32_t size = draw != NULL ? draw(&random) : 0;
        if (draw != NULL)
            stamp_block(&state->slots[i], malloc(size), size, stamp);
    }
    return state;
}

static void *setup_uniform(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, draw_uniform);
}

static void *setup_lognormal(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, draw_lognormal);
}

static void *setup_power(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, draw_power);
}

static void *setup_null(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return make_state(cell, NULL);
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    for (size_t i = 0; i < SLOTS; i++)
        free(state->slots[i].block);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    struct bench_counts counts = {.allocs = iterations, .frees = iterations};
    for (uint64_t i = 0; i < iterations; i++)
        counts.bytes += state->steps[i % BENCH_INPUTS].size;
    return counts;
}

#define ROW(label)                                                             \
    .name = #label, .storage = BENCH_HEAP, .run = run, .setup = setup_##label, \
    .teardown = teardown, .expect = expect, .unswept = true, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup_null,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {ROW(uniform), .tier = BENCH_DEFAULT},
    {ROW(lognormal), .tier = BENCH_EXTENDED},
    {ROW(power), .tier = BENCH_DEFAULT},
};

const struct bench_scenario bench_scenario = {
    .name = "churn",
    .question =
        "What does it cost to replace blocks of mixed sizes at random among 4096 live ones?",
    .touch = "first and last word, written after the malloc, read and compared before the free",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
