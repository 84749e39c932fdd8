/*
 * A scenario whose variants lie about their machine code, each in its own way, beside four that
 * tell the truth. The gate must name every lie and none of the others.
 */
#include "bench.h"
#include "keep.h"

#include <string.h>

static uint64_t run_heap(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = malloc(sizeof *block);
        bench_require(block);
        *block = i;
        KEEP_PTR(block);
        sum += *block;
        free(block);
    }
    return sum;
}

/* Both compilers remove the pair: nobody looks at the block, not even for NULL. */
static uint64_t run_removed(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = malloc(sizeof *block);
        *block = i;
        sum += *block;
        KEEP_VAL(sum);
        free(block);
    }
    return sum;
}

enum { WORDS = 8 }; /* of one word, clang would make a plain store */

/* Both compilers make one call of the first two. */
static uint64_t run_rewritten(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = malloc(WORDS * sizeof *block);
        memset(block, 0, WORDS * sizeof *block);
        KEEP_PTR(block);
        sum += *block;
        free(block);
    }
    return sum;
}

static uint64_t run_calloc(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = calloc(WORDS, sizeof *block);
        KEEP_PTR(block);
        sum += *block;
        free(block);
    }
    return sum;
}

static uint64_t run_nothing(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += i;
        KEEP_VAL(sum);
    }
    return sum;
}

/* Nothing depends on the loop, so there is none. */
static uint64_t run_loopless(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += i;
    return iterations - 0 * sum;
}

uint64_t lying_helper(const char *text);

OPAQUE uint64_t lying_helper(const char *text)
{
    char *const copy = strdup(text);
    KEEP_PTR(copy);
    free(copy);
    return 1;
}

static uint64_t run_hidden(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += lying_helper("text");
    return sum;
}

static uint64_t run_pointer(void *state, uint64_t iterations)
{
    void *(*resize)(void *, size_t) = realloc;
    HIDE(resize);
    for (uint64_t i = 0; i < iterations; i++)
        state = resize(state, i + 1);
    return iterations;
}

/* What is left of a function when all is removed; the same on x86-64 and AArch64. */
bench_run lying_empty;
__asm__(".text\n.globl lying_empty\n.type lying_empty, @function\nlying_empty:\n\tret\n");

#define STACK .storage = BENCH_STACK, .unswept = true
#define HEAP .storage = BENCH_HEAP, .unswept = true
#define ELIDED(list) .code = BENCH_ELIDED, .code_clang = BENCH_ELIDED, .calls = (list)

static const struct bench_variant variants[] = {
    {.name = "true_heap", HEAP, BENCH_CALLS("malloc free"), .run = run_heap},
    {.name = "true_stack", STACK, .run = run_nothing},
    {.name = "true_elided", HEAP, ELIDED("malloc free"), .run = run_removed},
    {.name = "true_rewritten", HEAP, BENCH_CALLS("malloc>calloc free"), .run = run_rewritten},

    {.name = "undeclared", STACK, .run = run_heap},
    {.name = "too_few", HEAP, BENCH_CALLS("malloc"), .run = run_heap},
    {.name = "too_many", HEAP, BENCH_CALLS("malloc calloc free"), .run = run_heap},
    {.name = "removed", HEAP, BENCH_CALLS("malloc free"), .run = run_removed},
    {.name = "not_removed", HEAP, ELIDED("malloc free"), .run = run_heap},
    {.name = "nothing_to_elide", HEAP, ELIDED("malloc free"), .run = run_nothing},
    {.name = "not_rewritten", HEAP, BENCH_CALLS("malloc>calloc free"), .run = run_heap},
    {.name = "nothing_to_rewrite", HEAP, BENCH_CALLS("malloc>calloc free"), .run = run_calloc},
    {.name = "hidden", HEAP, BENCH_CALLS("free"), .run = run_hidden},
    {.name = "pointer", HEAP, BENCH_CALLS("malloc"), .run = run_pointer},
    {.name = "loopless", STACK, .run = run_loopless},
    {.name = "empty", STACK, .run = lying_empty},
    {.name = "no_such_call", HEAP, BENCH_CALLS("malloc free memcpy"), .run = run_heap},
};

const struct bench_scenario bench_scenario = {
    .name = "lying",
    .question = "Does the gate see that it is lied to?",
    .touch = "eight bytes",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
