/* clang's blocks, for the scenario that closures.c describes. */
#include "closures.h"

#include <Block.h>

typedef uint64_t (^block)(uint64_t x);

/* Whoever calls a block does not know what is in it. */
uint64_t closures_apply_block(block called, uint64_t x);
OPAQUE uint64_t closures_apply_block(block called, uint64_t x)
{
    return called(x);
}

BODY uint64_t call_block(block called, uint64_t x, unsigned calls)
{
    uint64_t sum = 0;
    for (unsigned call = 0; call < calls; call++)
        sum += closures_apply_block(called, x + call);
    return sum;
}

/* A struct for each number of bytes: a block captures variables, not lengths. */
#define CAPTURED(unused, bytes)                   \
    struct captured_##bytes {                     \
        uint64_t words[bytes / sizeof(uint64_t)]; \
    };
CLOSURE_SIZES(CAPTURED, 0)

/* A loop whose iteration has `captured` with the qualifier and calls what `create` makes of it. */
#define BLOCK_LOOP(name, bytes, calls, qualifier, create, release)         \
    static uint64_t name##_##bytes(void *opaque, uint64_t iterations)      \
    {                                                                      \
        const struct closures_state *const state = opaque;                 \
        uint64_t sum = 0;                                                  \
        for (uint64_t i = 0; i < iterations; i++) {                        \
            const uint64_t *const from = &state->inputs[i % BENCH_INPUTS]; \
            qualifier struct captured_##bytes captured;                    \
            memcpy(&captured, from + 1, bytes);                            \
            const block called = create(^(uint64_t x) {                    \
              return closures_sum(captured.words, bytes, x);               \
            });                                                            \
            sum += call_block(called, from[0], calls);                     \
            release(called);                                               \
        }                                                                  \
        return sum;                                                        \
    }

#define ON_STACK(called) (called)
#define NO_RELEASE(called) (void)(called)
#define BLOCK_STACK_1(name, bytes) BLOCK_LOOP(name, bytes, 1, , ON_STACK, NO_RELEASE)
#define BLOCK_COPY_1(name, bytes) BLOCK_LOOP(name, bytes, 1, , Block_copy, Block_release)
#define BLOCK_COPY_10(name, bytes) BLOCK_LOOP(name, bytes, 10, , Block_copy, Block_release)
#define BLOCK_VAR_1(name, bytes) BLOCK_LOOP(name, bytes, 1, __block, Block_copy, Block_release)

CLOSURE_SIZES(BLOCK_STACK_1, block_stack_calls1)
CLOSURE_PICK(block_stack_calls1)
CLOSURE_SIZES(BLOCK_COPY_1, block_copy_calls1)
CLOSURE_PICK(block_copy_calls1)
CLOSURE_SIZES(BLOCK_COPY_10, block_copy_calls10)
CLOSURE_PICK(block_copy_calls10)
CLOSURE_SIZES(BLOCK_VAR_1, block_var_calls1)
CLOSURE_PICK(block_var_calls1)

/* A block that captures nothing is a static object. */
uint64_t block_global_calls1(void *opaque, uint64_t iterations)
{
    const struct closures_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const block called = ^(uint64_t x) {
          return x;
        };
        sum += closures_apply_block(called, state->inputs[i % BENCH_INPUTS]);
    }
    return sum;
}
