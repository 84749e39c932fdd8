/*
 * Question: what does a call through a trampoline cost, wherever the stack happens to be?
 * Variants: reused, a nested function of gcc whose address was taken once, called again and again;
 *           fresh, one whose address is taken for each call.
 * Values:   `stack_offset` is the stack pointer's distance in bytes from the multiple of 256 below
 *           it, in the frame below which the closure lives; a stack pointer moves in steps of 16
 *           bytes, and the system places each process's stack at random.
 * Timed:    the call through a function that does not know what it calls; fresh: entering and
 *           leaving the function that the closure belongs to, too.
 * Not timed: drawing the values. Asking for permission to run code on the stack is timed, once in
 *           each loop of a millisecond.
 * Expect:   a trampoline is code that was written to the stack. A processor that sees a store into
 *           the cache line of code it runs throws away what it has begun; so fresh costs tens to
 *           hundreds of nanoseconds. So may reused, where each call's return address is stored
 *           into the line that the trampoline is in: that depends on the offset modulo 64 alone.
 *           Elsewhere it costs little more than a call through a pointer.
 */
#include "trampoline.h"

#include "executable_stack.h"
#include "keep.h"

/* Compiled with trampoline_nested.c: 1. */
#ifndef TRAMPOLINE_NESTED
#define TRAMPOLINE_NESTED 0
#endif

static uint64_t null(void *opaque, uint64_t iterations)
{
    const struct trampoline_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += state->inputs[i % BENCH_INPUTS] + state->captured;
        KEEP_VAL(sum);
    }
    return sum;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct trampoline_state *const state = bench_map(sizeof *state);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->inputs[i] = bench_random(&random);
    state->captured = bench_random(&random);
    state->offset = (uintptr_t)cell->value;
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct trampoline_state));
}

#if TRAMPOLINE_NESTED
static void *setup_executable(const struct bench_cell *cell, const char **skip)
{
    if (!executable_stack_allow(&cell)) {
        *skip = EXECUTABLE_STACK_REFUSED;
        return NULL;
    }
    return setup(cell, skip);
}
#define NESTED(loop) .run = (loop), .setup = setup_executable, .teardown = teardown
#else
#define NESTED(loop)                                                                             \
    .unswept = true, .skip = "built without gcc, whose extension nested functions are; install " \
                             "gcc"
#endif

/* The first four differ in the cache line's part that the stack pointer is in; the rest repeat. */
static const struct bench_value values[] = {
    {0, BENCH_KEY},       {16, BENCH_KEY},      {32, BENCH_KEY},      {48, BENCH_KEY},
    {64, BENCH_DEFAULT},  {80, BENCH_DEFAULT},  {96, BENCH_DEFAULT},  {112, BENCH_DEFAULT},
    {128, BENCH_DEFAULT}, {144, BENCH_DEFAULT}, {160, BENCH_DEFAULT}, {176, BENCH_DEFAULT},
    {192, BENCH_DEFAULT}, {208, BENCH_DEFAULT}, {224, BENCH_DEFAULT}, {240, BENCH_DEFAULT},
};

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true},
    {.name = "reused", .storage = BENCH_STACK, NESTED(trampoline_reused)},
    {.name = "fresh", .storage = BENCH_STACK, .tier = BENCH_EXTENDED, NESTED(trampoline_fresh)},
};

const struct bench_scenario bench_scenario = {
    .name = "trampoline",
    .question = "What does a call through a trampoline cost, wherever the stack happens to be?",
    .touch = "reads one captured word in each call",
    .param = "stack_offset",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
