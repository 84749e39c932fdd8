/*
 * The ways to make a slice that slice_make compares: each makes one of n elements, has it written
 * and read, and gives it back. Every way is a body over the constant that says how much is touched.
 */
#ifndef ALLOCOST_SLICE_MAKE_WAYS_H
#define ALLOCOST_SLICE_MAKE_WAYS_H

#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "pool.h"

/* The subject: lengths that the compiler does not know, in the frame. */
#pragma GCC diagnostic ignored "-Wvla"

enum {
    WORD = sizeof(uint64_t), /* bytes of an element */
    ALIGNMENT = 16,          /* as malloc's on both architectures */
    KIB = 1024,
    /* Around Go's limits for a slice in the frame: 64 KiB of `make`, 128 KiB of a variable. */
    SIZE_MAX_BYTES = 128 * KIB + WORD
};

enum touch { NONE, FIRST, ALL }; /* which elements are written and read */

struct state {
    uint64_t seed;                  /* value of the first element of the first slice */
    struct pool pool;               /* of the longest slices of the cell */
    struct arena arena;             /* with room for one of them */
    uint32_t lengths[BENCH_INPUTS]; /* elements of each slice, at least 1 */
};

void slice_make_fill(uint64_t *slice, size_t length, uint64_t value);
OPAQUE void slice_make_fill(uint64_t *slice, size_t length, uint64_t value)
{
    for (size_t i = 0; i < length; i++)
        slice[i] = value + i;
}

uint64_t slice_make_sum(const uint64_t *slice, size_t length);
OPAQUE uint64_t slice_make_sum(const uint64_t *slice, size_t length)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += slice[i];
    return sum;
}

/* The work, the same in every storage. Under NONE nothing is read: the value is the caller's. */
BODY uint64_t use(enum touch touch, uint64_t *slice, size_t length, uint64_t value)
{
    HIDE(slice); /* or the check for NULL vanishes where the slice is in the frame */
    bench_require(slice);
    if (touch == FIRST)
        slice[0] = value;
    if (touch == ALL)
        slice_make_fill(slice, length, value);
    KEEP_PTR(slice);
    if (touch == ALL)
        return slice_make_sum(slice, length);
    return touch == FIRST ? slice[0] : value;
}

BODY uint64_t in_null(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    (void)touch;
    (void)state;
    KEEP_VAL(length);
    return value;
}

BODY uint64_t in_fixed_cap(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    (void)state;
    _Alignas(ALIGNMENT) uint64_t slice[SIZE_MAX_BYTES / WORD];
    return use(touch, slice, length, value);
}

BODY uint64_t in_vla(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    (void)state;
    uint64_t slice[length];
    return use(touch, slice, length, value);
}

BODY uint64_t in_alloca(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    (void)state;
    return use(touch, __builtin_alloca(length * WORD), length, value);
}

BODY uint64_t in_malloc(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    (void)state;
    uint64_t *const slice = malloc(length * WORD);
    const uint64_t sum = use(touch, slice, length, value);
    free(slice);
    return sum;
}

BODY uint64_t in_calloc(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    (void)state;
    uint64_t *const slice = calloc(length, WORD);
    const uint64_t sum = use(touch, slice, length, value);
    free(slice);
    return sum;
}

BODY uint64_t in_pool(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    uint64_t *const slice = pool_get(&state->pool);
    const uint64_t sum = use(touch, slice, length, value);
    pool_put(&state->pool, slice);
    return sum;
}

BODY uint64_t in_arena(enum touch touch, struct state *state, size_t length, uint64_t value)
{
    const struct arena_mark mark = arena_mark(&state->arena);
    uint64_t *const slice = arena_alloc(&state->arena, length * WORD, ALIGNMENT);
    const uint64_t sum = use(touch, slice, length, value);
    arena_release(&state->arena, mark);
    return sum;
}

/* A small buffer in the frame, and the heap for what is longer. */
#define DEFINE_SBO(bytes)                                                                \
    BODY uint64_t in_sbo##bytes(enum touch touch, struct state *state, size_t length,    \
                                uint64_t value)                                          \
    {                                                                                    \
        (void)state;                                                                     \
        _Alignas(ALIGNMENT) uint64_t small[(bytes) / WORD];                              \
        uint64_t *const slice = length > (bytes) / WORD ? malloc(length * WORD) : small; \
        const uint64_t sum = use(touch, slice, length, value);                           \
        if (slice != small)                                                              \
            free(slice);                                                                 \
        return sum;                                                                      \
    }

DEFINE_SBO(32)
DEFINE_SBO(64)
DEFINE_SBO(256)

#endif
