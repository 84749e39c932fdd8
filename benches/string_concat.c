/*
 * Question: what does it cost to make one string of several?
 * Variants: strcat_stack, strcat into an array of the frame, which looks for the end of what is
 *           there each time; stpcpy_stack, stpcpy_malloc and stpcpy_arena, the lengths summed up
 *           first, then stpcpy into the frame, into a block or into memory of an arena of exactly
 *           that size; growing_malloc, a new block for each piece but the first, as `s = s + p`
 *           makes one; growing_realloc, one block that is made larger for each. ready: the string
 *           is there already and is only read. The number behind `pieces` is that of the strings.
 *           null: no string.
 * Timed:    making the string of pieces of `length` characters each, a reader that finds its end
 *           and reads all of it, giving it back.
 * Not timed: drawing the pieces.
 * Expect:   one malloc of the exact size for stpcpy_malloc; one less than there are pieces for
 *           growing_malloc, which also copies what is there again; one and the other reallocs for
 *           growing_realloc; none for the others.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    PIECES_MAX = 8,
    LENGTH_MAX = 256, /* characters of a piece; each length is a multiple of a word */
    TEXT_MAX = PIECES_MAX * LENGTH_MAX + 1,
    TEXTS = 64 /* different pieces: few enough for the first cache */
};

struct state {
    size_t length; /* of each piece */
    struct arena arena;
    const char *pieces[TEXTS + PIECES_MAX]; /* the last ones are the first again */
    char texts[TEXTS * (LENGTH_MAX + 1)];
    char ready[TEXT_MAX]; /* the first pieces, as many as the variant has */
};

/* The length, and each word by its place, so that an exchange of two shows. */
uint64_t string_concat_read(const char *text);
OPAQUE uint64_t string_concat_read(const char *text)
{
    const size_t length = strlen(text);
    uint64_t sum = length;
    for (size_t i = 0; i < length / WORD; i++) {
        uint64_t word;
        memcpy(&word, text + i * WORD, WORD);
        sum += word * (2 * i + 1);
    }
    return sum;
}

/* Nothing is known of it, not even what an earlier strlen found out. */
BODY const char *piece_at(const char *const *pieces, size_t index)
{
    const char *piece = pieces[index];
    HIDE(piece);
    return piece;
}

BODY size_t length_of(const char *const *pieces, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += strlen(piece_at(pieces, i));
    return length;
}

BODY void join(char *text, const char *const *pieces, size_t count)
{
    char *end = text;
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, piece_at(pieces, i));
}

/* ---- One string, one way a function ---- */

BODY uint64_t strcat_stack(struct state *state, const char *const *pieces, size_t count)
{
    (void)state;
    char text[TEXT_MAX];
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        KEEP_PTR(text); /* or its length is known */
        strcat(text, piece_at(pieces, i));
    }
    return string_concat_read(text);
}

BODY uint64_t stpcpy_stack(struct state *state, const char *const *pieces, size_t count)
{
    (void)state;
    char text[TEXT_MAX];
    if (length_of(pieces, count) >= sizeof text)
        abort();
    join(text, pieces, count);
    return string_concat_read(text);
}

BODY uint64_t stpcpy_malloc(struct state *state, const char *const *pieces, size_t count)
{
    (void)state;
    char *const text = malloc(length_of(pieces, count) + 1);
    bench_require(text);
    join(text, pieces, count);
    const uint64_t sum = string_concat_read(text);
    free(text);
    return sum;
}

BODY uint64_t stpcpy_arena(struct state *state, const char *const *pieces, size_t count)
{
    const struct arena_mark mark = arena_mark(&state->arena);
    char *const text = arena_alloc(&state->arena, length_of(pieces, count) + 1, 1);
    bench_require(text);
    join(text, pieces, count);
    const uint64_t sum = string_concat_read(text);
    arena_release(&state->arena, mark);
    return sum;
}

/* The first two pieces, of which the first is `length` characters. Adds the second's to it. */
BODY char *first_two(const char *const *pieces, size_t *length)
{
    const char *const second = piece_at(pieces, 1);
    const size_t first_length = *length, second_length = strlen(second);
    char *const text = malloc(first_length + second_length + 1);
    bench_require(text);
    memcpy(text, piece_at(pieces, 0), first_length);
    memcpy(text + first_length, second, second_length + 1);
    *length += second_length;
    return text;
}

BODY uint64_t growing_malloc(struct state *state, const char *const *pieces, size_t count)
{
    (void)state;
    size_t length = strlen(piece_at(pieces, 0));
    char *text = first_two(pieces, &length);
    for (size_t i = 2; i < count; i++) {
        const char *const piece = piece_at(pieces, i);
        const size_t piece_length = strlen(piece);
        char *const longer = malloc(length + piece_length + 1);
        bench_require(longer);
        memcpy(longer, text, length);
        memcpy(longer + length, piece, piece_length + 1);
        free(text);
        text = longer;
        length += piece_length;
    }
    const uint64_t sum = string_concat_read(text);
    free(text);
    return sum;
}

BODY uint64_t growing_realloc(struct state *state, const char *const *pieces, size_t count)
{
    (void)state;
    size_t length = strlen(piece_at(pieces, 0));
    char *text = first_two(pieces, &length);
    for (size_t i = 2; i < count; i++) {
        const char *const piece = piece_at(pieces, i);
        const size_t piece_length = strlen(piece);
        text = realloc(text, length + piece_length + 1);
        bench_require(text);
        memcpy(text + length, piece, piece_length + 1);
        length += piece_length;
    }
    const uint64_t sum = string_concat_read(text);
    free(text);
    return sum;
}

BODY uint64_t ready(struct state *state, const char *const *pieces, size_t count)
{
    (void)pieces, (void)count;
    return string_concat_read(state->ready);
}

/* ---- One loop for each way and number of pieces ---- */

#define LOOP(way, count)                                                         \
    static uint64_t run_##way##_pieces##count(void *opaque, uint64_t iterations) \
    {                                                                            \
        struct state *const state = opaque;                                      \
        uint64_t sum = 0;                                                        \
        for (uint64_t i = 0; i < iterations; i++) {                              \
            KEEP_PTR(state); /* or the arena's stays in registers */             \
            sum += way(state, &state->pieces[i % TEXTS], count);                 \
        }                                                                        \
        return sum;                                                              \
    }

LOOP(strcat_stack, 2)
LOOP(strcat_stack, 4)
LOOP(strcat_stack, 8)
LOOP(stpcpy_stack, 2)
LOOP(stpcpy_stack, 4)
LOOP(stpcpy_stack, 8)
LOOP(stpcpy_malloc, 2)
LOOP(stpcpy_malloc, 4)
LOOP(stpcpy_malloc, 8)
LOOP(stpcpy_arena, 2)
LOOP(stpcpy_arena, 4)
LOOP(stpcpy_arena, 8)
LOOP(growing_malloc, 2)
LOOP(growing_malloc, 4)
LOOP(growing_malloc, 8)
LOOP(growing_realloc, 4)
LOOP(growing_realloc, 8)
LOOP(ready, 2)
LOOP(ready, 4)
LOOP(ready, 8)

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += (unsigned char)*state->pieces[i % TEXTS];
        KEEP_VAL(sum);
    }
    return sum;
}

/* ---- Setup and counts ---- */

static struct state *make_state(const struct bench_cell *cell, size_t count)
{
    struct state *const state = bench_map(sizeof *state);
    state->length = cell->value > 0 ? (size_t)cell->value : LENGTH_MAX;
    if (arena_init(&state->arena, 0) != 0)
        abort();
    uint64_t random = cell->seed;
    for (size_t i = 0; i < TEXTS; i++) {
        char *const text = &state->texts[i * (state->length + 1)];
        for (size_t j = 0; j < state->length; j++)
            text[j] = (char)('a' + bench_random(&random) % 26);
        text[state->length] = '\0';
        state->pieces[i] = text;
    }
    memcpy(state->pieces + TEXTS, state->pieces, PIECES_MAX * sizeof *state->pieces);
    join(state->ready, state->pieces, count);
    return state;
}

#define DEFINE_SETUP(count)                                                      \
    static void *setup_##count(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        (void)skip;                                                              \
        return make_state(cell, count);                                          \
    }

DEFINE_SETUP(2)
DEFINE_SETUP(4)
DEFINE_SETUP(8)

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

/* Blocks for the first `from` pieces, for one more, and so on up to `to`: the first by malloc. */
static struct bench_counts expect_blocks(const struct state *state, uint64_t iterations,
                                         size_t from, size_t to, bool again_by_realloc)
{
    uint64_t bytes = 0;
    for (size_t pieces = from; pieces <= to; pieces++)
        bytes += pieces * state->length + 1;
    const uint64_t again = iterations * (to - from);
    return (struct bench_counts){.allocs = iterations + (again_by_realloc ? 0 : again),
                                 .reallocs = again_by_realloc ? again : 0,
                                 .frees = iterations + (again_by_realloc ? 0 : again),
                                 .bytes = iterations * bytes};
}

#define DEFINE_EXPECT(count)                                                      \
    static struct bench_counts expect_stpcpy_malloc_##count(const void *state,    \
                                                            uint64_t iterations)  \
    {                                                                             \
        return expect_blocks(state, iterations, count, count, false);             \
    }                                                                             \
    static struct bench_counts expect_growing_malloc_##count(const void *state,   \
                                                             uint64_t iterations) \
    {                                                                             \
        return expect_blocks(state, iterations, 2, count, false);                 \
    }

#define DEFINE_EXPECT_REALLOC(count)                                               \
    static struct bench_counts expect_growing_realloc_##count(const void *state,   \
                                                              uint64_t iterations) \
    {                                                                              \
        return expect_blocks(state, iterations, 2, count, true);                   \
    }

DEFINE_EXPECT(2)
DEFINE_EXPECT(4)
DEFINE_EXPECT(8)
DEFINE_EXPECT_REALLOC(4)
DEFINE_EXPECT_REALLOC(8)

/* ---- The table ---- */

static const struct bench_value lengths[] = {
    {8, BENCH_EXTENDED},   {32, BENCH_KEY},      {64, BENCH_EXTENDED},
    {128, BENCH_EXTENDED}, {256, BENCH_DEFAULT},
};

#define ROW(way, count, where, when)                                                           \
    .name = #way "_pieces" #count, .storage = BENCH_##where, .run = run_##way##_pieces##count, \
    .setup = setup_##count, .teardown = teardown, .work = "pieces" #count, .tier = BENCH_##when
#define READY(count, when)                                                                  \
    .name = "ready_pieces" #count, .storage = BENCH_STATIC, .run = run_ready_pieces##count, \
    .setup = setup_##count, .teardown = teardown, .work = "ready" #count, .tier = BENCH_##when
#define COUNTS(way, count, list) .expect = expect_##way##_##count, BENCH_CALLS(list)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup_2,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    {READY(2, EXTENDED)},
    {READY(4, DEFAULT)},
    {READY(8, EXTENDED)},
    {ROW(strcat_stack, 2, STACK, EXTENDED)},
    {ROW(strcat_stack, 4, STACK, KEY)},
    {ROW(strcat_stack, 8, STACK, EXTENDED)},
    {ROW(stpcpy_stack, 2, STACK, EXTENDED)},
    {ROW(stpcpy_stack, 4, STACK, EXTENDED)},
    {ROW(stpcpy_stack, 8, STACK, EXTENDED)},
    {ROW(stpcpy_arena, 2, ARENA, EXTENDED)},
    {ROW(stpcpy_arena, 4, ARENA, DEFAULT)},
    {ROW(stpcpy_arena, 8, ARENA, EXTENDED)},
    {ROW(stpcpy_malloc, 2, HEAP, EXTENDED), COUNTS(stpcpy_malloc, 2, "malloc free")},
    {ROW(stpcpy_malloc, 4, HEAP, KEY), COUNTS(stpcpy_malloc, 4, "malloc free")},
    {ROW(stpcpy_malloc, 8, HEAP, EXTENDED), COUNTS(stpcpy_malloc, 8, "malloc free")},
    {ROW(growing_malloc, 2, HEAP, EXTENDED), COUNTS(growing_malloc, 2, "malloc free")},
    {ROW(growing_malloc, 4, HEAP, DEFAULT), COUNTS(growing_malloc, 4, "malloc free")},
    {ROW(growing_malloc, 8, HEAP, EXTENDED), COUNTS(growing_malloc, 8, "malloc free")},
    {ROW(growing_realloc, 4, HEAP, EXTENDED), COUNTS(growing_realloc, 4, "malloc realloc free")},
    {ROW(growing_realloc, 8, HEAP, EXTENDED), COUNTS(growing_realloc, 8, "malloc realloc free")},
};

const struct bench_scenario bench_scenario = {
    .name = "string_concat",
    .question = "What does it cost to make one string of several?",
    .touch = "every character of the pieces, read; of the string, written and read",
    .param = "length",
    .values = lengths,
    .value_count = BENCH_COUNT(lengths),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
