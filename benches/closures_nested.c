/* gcc's nested functions, for the scenario that closures.c describes. */
#include "closures.h"
#include "executable_stack.h"

typedef uint64_t function(uint64_t x);

/* Whoever calls through a pointer does not know what is behind it. */
static OPAQUE uint64_t apply(function *called, uint64_t x)
{
    return called(x);
}

/* ---- Called directly: gcc inlines it, and nothing of a closure is left ---- */

#define NESTED_DIRECT(name, bytes)                                         \
    static uint64_t name##_##bytes(void *opaque, uint64_t iterations)      \
    {                                                                      \
        const struct closures_state *const state = opaque;                 \
        uint64_t captured[bytes / sizeof(uint64_t)];                       \
        __extension__ uint64_t body(uint64_t x)                            \
        {                                                                  \
            return closures_sum(captured, bytes, x);                       \
        }                                                                  \
        uint64_t sum = 0;                                                  \
        for (uint64_t i = 0; i < iterations; i++) {                        \
            const uint64_t *const from = &state->inputs[i % BENCH_INPUTS]; \
            memcpy(captured, from + 1, bytes);                             \
            sum += body(from[0]);                                          \
        }                                                                  \
        return sum;                                                        \
    }

CLOSURE_SIZES(NESTED_DIRECT, nested_direct_calls1)
CLOSURE_PICK(nested_direct_calls1)

/*
 * ---- Called through its address, which is that of a trampoline ----
 *
 * gcc writes the trampoline when the outer function is entered, so one closure is one call of it.
 */

#define TRAMPOLINE(name, bytes, calls)                                      \
    static OPAQUE uint64_t once_##name##_##bytes(const uint64_t *from)      \
    {                                                                       \
        uint64_t captured[bytes / sizeof(uint64_t)];                        \
        __extension__ uint64_t body(uint64_t x)                             \
        {                                                                   \
            return closures_sum(captured, bytes, x);                        \
        }                                                                   \
        memcpy(captured, from + 1, bytes);                                  \
        uint64_t sum = 0;                                                   \
        for (unsigned call = 0; call < calls; call++)                       \
            sum += apply(body, from[0] + call);                             \
        return sum;                                                         \
    }                                                                       \
    static uint64_t name##_##bytes(void *opaque, uint64_t iterations)       \
    {                                                                       \
        const struct closures_state *const state = opaque;                  \
        if (!executable_stack_allow(&state))                                \
            abort();                                                        \
        uint64_t sum = 0;                                                   \
        for (uint64_t i = 0; i < iterations; i++)                           \
            sum += once_##name##_##bytes(&state->inputs[i % BENCH_INPUTS]); \
        return sum;                                                         \
    }

#define TRAMPOLINE_1(name, bytes) TRAMPOLINE(name, bytes, 1)
#define TRAMPOLINE_10(name, bytes) TRAMPOLINE(name, bytes, 10)
#define TRAMPOLINE_100(name, bytes) TRAMPOLINE(name, bytes, 100)

CLOSURE_SIZES(TRAMPOLINE_1, trampoline_calls1)
CLOSURE_PICK(trampoline_calls1)
CLOSURE_SIZES(TRAMPOLINE_10, trampoline_calls10)
CLOSURE_PICK(trampoline_calls10)
CLOSURE_SIZES(TRAMPOLINE_100, trampoline_calls100)
CLOSURE_PICK(trampoline_calls100)
