/* gcc's nested functions, for the scenario that trampoline.c describes. */
#include "executable_stack.h"
#include "keep.h"
#include "trampoline.h"

typedef uint64_t function(uint64_t x);

/* Whoever calls through a pointer does not know what is behind it. */
static OPAQUE uint64_t apply(function *called, uint64_t x)
{
    return called(x);
}

/* One closure for all calls. Nothing but the calls writes to the frame meanwhile. */
static OPAQUE uint64_t call_one(const struct trampoline_state *state, uint64_t iterations)
{
    const uint64_t captured = state->captured;
    __extension__ uint64_t body(uint64_t x)
    {
        return x + captured;
    }
    function *const called = body;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += apply(called, state->inputs[i % BENCH_INPUTS]);
    return sum;
}

/* One closure for one call: gcc writes the trampoline when this function is entered. */
static OPAQUE uint64_t call_new(const struct trampoline_state *state, uint64_t x)
{
    const uint64_t captured = state->captured;
    __extension__ uint64_t body(uint64_t y)
    {
        return y + captured;
    }
    return apply(body, x);
}

static OPAQUE uint64_t call_many(const struct trampoline_state *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += call_new(state, state->inputs[i % BENCH_INPUTS]);
    return sum;
}

typedef uint64_t loop(const struct trampoline_state *state, uint64_t iterations);

/*
 * Calls the loop with the stack pointer at the offset: what the loop's frame holds moves with it.
 * Two blocks of the same size show how many bytes the compiler adds to each.
 */
static OPAQUE uint64_t run_at_offset(const struct trampoline_state *state, uint64_t iterations,
                                     loop *called)
{
    size_t size = STACK_STEP;
    HIDE(size); /* or the blocks get a fixed place in the frame */
    const uintptr_t first = (uintptr_t)__builtin_alloca(size);
    const uintptr_t second = (uintptr_t)__builtin_alloca(size);
    const uintptr_t added = first - second - STACK_STEP;
    char *const third = __builtin_alloca((second - added - state->offset) % STACK_PERIOD);
    KEEP_PTR(third);
    if (!executable_stack_allow(third) || (uintptr_t)third % STACK_PERIOD != state->offset)
        abort();
    return called(state, iterations);
}

uint64_t trampoline_reused(void *state, uint64_t iterations)
{
    return run_at_offset(state, iterations, call_one);
}

uint64_t trampoline_fresh(void *state, uint64_t iterations)
{
    return run_at_offset(state, iterations, call_many);
}
