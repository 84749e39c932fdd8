/*
 * What the three files of the scenario share. They are three because no compiler knows both of the
 * extensions: closures_nested.c is compiled by gcc, closures_blocks.c by clang, whichever compiles
 * the rest.
 */
#ifndef ALLOCOST_CLOSURES_H
#define ALLOCOST_CLOSURES_H

#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "pool.h"

#include <string.h>

enum { CAPTURED_MAX = 128 }; /* bytes; above it Go captures by reference */

/* X(argument, bytes) for each number of captured bytes. */
#define CLOSURE_SIZES(X, argument) \
    X(argument, 8) X(argument, 16) X(argument, 32) X(argument, 64) X(argument, 128)

/*
 * Iteration i creates a closure that captures the words behind inputs[i % BENCH_INPUTS] and calls
 * it with that word, plus 0, 1, and so on.
 */
struct closures_state {
    uint64_t inputs[BENCH_INPUTS + 1 + CAPTURED_MAX / sizeof(uint64_t)];
    size_t captured_bytes;
    struct pool pool; /* of closures with that much captured */
    struct arena arena;
};

/* What every closure does: its argument and all that it captured, one word after the other. */
BODY uint64_t closures_sum(const uint64_t *words, size_t bytes, uint64_t x)
{
    for (size_t i = 0; i < bytes / sizeof *words; i++) {
        x += words[i];
        KEEP_VAL(x);
    }
    return x;
}

/*
 * Defines bench_run *name(int64_t bytes), which returns the loop name_<bytes>, or NULL for a number
 * of bytes that is none of CLOSURE_SIZES.
 */
#define CLOSURE_PICK_CASE(name, bytes) \
    case bytes:                        \
        return name##_##bytes;
#define CLOSURE_PICK(name)                         \
    bench_run *name(int64_t value)                 \
    {                                              \
        switch (value) {                           \
            CLOSURE_SIZES(CLOSURE_PICK_CASE, name) \
        default:                                   \
            return NULL;                           \
        }                                          \
    }

/* gcc's nested functions; called directly, and through a pointer. */
bench_run *nested_direct_calls1(int64_t bytes);
bench_run *trampoline_calls1(int64_t bytes);
bench_run *trampoline_calls10(int64_t bytes);
bench_run *trampoline_calls100(int64_t bytes);

/* clang's blocks. */
bench_run *block_stack_calls1(int64_t bytes);
bench_run *block_copy_calls1(int64_t bytes);
bench_run *block_copy_calls10(int64_t bytes);
bench_run *block_var_calls1(int64_t bytes);
uint64_t block_global_calls1(void *state, uint64_t iterations);

#endif
