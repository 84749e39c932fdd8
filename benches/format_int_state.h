/*
 * What the variants of format_int are given, and what they ask the allocator for.
 */
#ifndef ALLOCOST_FORMAT_INT_STATE_H
#define ALLOCOST_FORMAT_INT_STATE_H

#include "bench.h"
#include "box.h"
#include "pool.h"

#include <stdio.h>
#include <string.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

enum {
    ARGS_MAX = 4,
    DIGITS_MAX = 10,
    PREFIX_LENGTH = 6, /* of "hello " */
    TEXT_MAX = 64,   /* bytes; the longest text is "hello " and four integers, with terminator 50 */
    SMALL_INTS = 100 /* those whose text Go keeps in a table */
};

/* ---- What the C library asks for by itself ---- */

/*
 * asprintf and open_memstream allocate as their library's version likes. The versions below are
 * known: their sources (libio/vasprintf.c, libio/memstream.c and the structs these use) were
 * compared, and 2.36 was counted. On any other library the variants are skipped.
 */
enum libc_known { LIBC_UNKNOWN, LIBC_2_31_TO_2_36, LIBC_2_37_TO_2_42 };

enum {
    ASPRINTF_PROBE_BYTES = 100, /* to 2.36: a block to format into, then one of the text's size;
                                   or the same one cut down, when the text takes half of it */
    MEMSTREAM_FILE_BYTES = 504, /* the stream, its lock and its wide-character part, 64-bit */
    MEMSTREAM_TEXT_BYTES = 8192 /* BUFSIZ; cut down to the text's size on closing */
};

static enum libc_known libc_known(void)
{
#if defined(__GLIBC__) && defined(__LP64__)
    unsigned major, minor;
    if (sscanf(gnu_get_libc_version(), "%u.%u", &major, &minor) != 2 || major != 2)
        return LIBC_UNKNOWN;
    if (minor >= 31 && minor <= 36)
        return LIBC_2_31_TO_2_36;
    if (minor >= 37 && minor <= 42)
        return LIBC_2_37_TO_2_42;
#endif
    return LIBC_UNKNOWN;
}

/* ---- State ---- */

struct state {
    /* Iteration i formats the values from i % BENCH_INPUTS on. */
    int32_t values[BENCH_INPUTS + ARGS_MAX];
    unsigned args;        /* how many of them */
    enum libc_known libc; /* that counts depend on */
    /* By number of arguments. Read from here in the loop, so that no compiler can fold a call. */
    const char *formats[ARGS_MAX + 1];
    const char *string_format; /* "%s%d" */
    const char *prefix;        /* "hello " */
    char sample[TEXT_MAX];     /* a finished text, for the variant that formats nothing */
    size_t sample_length;      /* of it */
    char small[SMALL_INTS][4]; /* text of 0 to 99 */
    struct pool pool;          /* of objects of TEXT_MAX / 2 bytes */
};

static size_t digits_of(int32_t value)
{
    size_t digits = 1;
    while ((value /= 10) != 0)
        digits++;
    return digits;
}

/* ---- Setup ---- */

/* A random value of so many decimal digits, 1 to DIGITS_MAX; not negative. */
static int32_t random_of_digits(uint64_t *random, unsigned digits)
{
    int64_t first = 1;
    for (unsigned i = 1; i < digits; i++)
        first *= 10;
    const int64_t end = digits == DIGITS_MAX ? INT64_C(1) + INT32_MAX : 10 * first;
    if (digits == 1)
        first = 0;
    return (int32_t)(first + (int64_t)(bench_random(random) % (uint64_t)(end - first)));
}

/* Digits 0: between 1 and DIGITS_MAX of them, each number of digits as often as another. */
static void *prepare(const struct bench_cell *cell, unsigned digits, unsigned args)
{
    struct state *const state = bench_map(sizeof *state);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_COUNT(state->values); i++) {
        const unsigned any = 1 + (unsigned)(bench_random(&random) % DIGITS_MAX);
        state->values[i] = random_of_digits(&random, digits != 0 ? digits : any);
    }
    state->args = args;
    state->libc = libc_known();
    state->formats[1] = "hello %d";
    state->formats[2] = "hello %d %d";
    state->formats[3] = "hello %d %d %d";
    state->formats[4] = "hello %d %d %d %d";
    state->string_format = "%s%d";
    state->prefix = "hello ";
    strcpy(state->sample, "hello 12345");
    state->sample_length = strlen(state->sample);
    for (int i = 0; i < SMALL_INTS; i++)
        snprintf(state->small[i], sizeof state->small[i], "%d", i);
    if (pool_init(&state->pool, TEXT_MAX / 2, 1, 0) != 0)
        abort();
    return state;
}

static void *setup_digits(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return prepare(cell, (unsigned)cell->value, 1);
}

static void *setup_random(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return prepare(cell, 0, 1);
}

static void *setup_args2(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return prepare(cell, 0, 2);
}

static void *setup_args3(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return prepare(cell, 0, 3);
}

static void *setup_args4(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    return prepare(cell, 0, 4);
}

/* 0 to 99, each as often as another. */
static void *setup_small(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = prepare(cell, 1, 1);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_COUNT(state->values); i++)
        state->values[i] = (int32_t)(bench_random(&random) % SMALL_INTS);
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    bench_unmap(state, sizeof *state);
}

/* ---- Skipped where the counts are not known ---- */

static void *skip_unknown_libc(void *opaque, const char **skip)
{
    struct state *const state = opaque;
    if (state->libc != LIBC_UNKNOWN)
        return state;
    teardown(state);
    *skip = "how often this version of the C library allocates in asprintf and open_memstream is "
            "not known (glibc 2.31 to 2.42 are)";
    return NULL;
}

static void *setup_digits_libc(const struct bench_cell *cell, const char **skip)
{
    return skip_unknown_libc(setup_digits(cell, skip), skip);
}

static void *setup_random_libc(const struct bench_cell *cell, const char **skip)
{
    return skip_unknown_libc(setup_random(cell, skip), skip);
}

static void *setup_small_libc(const struct bench_cell *cell, const char **skip)
{
    return skip_unknown_libc(setup_small(cell, skip), skip);
}

static void *setup_args4_libc(const struct bench_cell *cell, const char **skip)
{
    return skip_unknown_libc(setup_args4(cell, skip), skip);
}

/* ---- What an iteration asks for, and all of them ---- */

static void add_block(struct bench_counts *counts, size_t bytes)
{
    counts->allocs++;
    counts->frees++;
    counts->bytes += bytes;
}

/* Bytes of the text with its terminator. */
static size_t text_bytes(const int32_t *values, unsigned args)
{
    size_t bytes = PREFIX_LENGTH + args - 1 + 1;
    for (unsigned i = 0; i < args; i++)
        bytes += digits_of(values[i]);
    return bytes;
}

static void count_result(struct bench_counts *counts, const struct state *state,
                         const int32_t *values)
{
    add_block(counts, text_bytes(values, state->args));
}

static void count_asprintf(struct bench_counts *counts, const struct state *state,
                           const int32_t *values)
{
    const size_t bytes = text_bytes(values, state->args);
    if (state->libc == LIBC_2_31_TO_2_36)
        add_block(counts, ASPRINTF_PROBE_BYTES);
    if (state->libc == LIBC_2_31_TO_2_36 && bytes >= ASPRINTF_PROBE_BYTES / 2) {
        counts->reallocs++;
        counts->bytes += bytes;
    } else {
        add_block(counts, bytes);
    }
}

static void count_memstream(struct bench_counts *counts, const struct state *state,
                            const int32_t *values)
{
    add_block(counts, MEMSTREAM_FILE_BYTES);
    add_block(counts, MEMSTREAM_TEXT_BYTES);
    counts->reallocs++;
    counts->bytes += text_bytes(values, state->args);
}

static void count_boxes(struct bench_counts *counts, const struct state *state,
                        const int32_t *values)
{
    (void)values;
    for (unsigned i = 0; i < state->args; i++)
        add_block(counts, sizeof(int64_t));
}

static void count_boxes_result(struct bench_counts *counts, const struct state *state,
                               const int32_t *values)
{
    count_boxes(counts, state, values);
    count_result(counts, state, values);
}

static void count_go_sprintf(struct bench_counts *counts, const struct state *state,
                             const int32_t *values)
{
    for (unsigned i = 0; i < state->args; i++)
        if (values[i] >= BOX_SMALL_INTS)
            add_block(counts, sizeof(int64_t));
    count_result(counts, state, values);
}

static void count_go_itoa(struct bench_counts *counts, const struct state *state,
                          const int32_t *values)
{
    (void)state;
    if (values[0] >= SMALL_INTS)
        add_block(counts, digits_of(values[0]));
}

static void count_go_itoa_result(struct bench_counts *counts, const struct state *state,
                                 const int32_t *values)
{
    count_go_itoa(counts, state, values);
    count_result(counts, state, values);
}

typedef void count_one(struct bench_counts *counts, const struct state *state,
                       const int32_t *values);

/* A cycle through all inputs as often as it fits, and the rest of one. */
static struct bench_counts count_all(const struct state *state, uint64_t iterations, count_one *one)
{
    struct bench_counts cycle = {0}, rest = {0};
    for (size_t i = 0; i < BENCH_INPUTS; i++) {
        one(&cycle, state, &state->values[i]);
        if (i < iterations % BENCH_INPUTS)
            one(&rest, state, &state->values[i]);
    }
    const uint64_t cycles = iterations / BENCH_INPUTS;
    return (struct bench_counts){.allocs = cycles * cycle.allocs + rest.allocs,
                                 .reallocs = cycles * cycle.reallocs + rest.reallocs,
                                 .frees = cycles * cycle.frees + rest.frees,
                                 .bytes = cycles * cycle.bytes + rest.bytes};
}

#define EXPECT(what)                                                                 \
    static struct bench_counts expect_##what(const void *state, uint64_t iterations) \
    {                                                                                \
        return count_all(state, iterations, count_##what);                           \
    }

EXPECT(result)
EXPECT(asprintf)
EXPECT(memstream)
EXPECT(boxes)
EXPECT(boxes_result)
EXPECT(go_sprintf)
EXPECT(go_itoa)
EXPECT(go_itoa_result)

#endif
