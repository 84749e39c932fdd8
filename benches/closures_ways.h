/*
 * Closures that no compiler knows of: what each way does for one of them, in every storage. For the
 * scenario that closures.c describes, which includes it once.
 */
#ifndef ALLOCOST_CLOSURES_WAYS_H
#define ALLOCOST_CLOSURES_WAYS_H

#include "closures.h"

/* ---- A record of function and captured words ---- */

struct closure {
    uint64_t (*function)(const struct closure *self, uint64_t x);
    uint64_t words[]; /* captured by value */
};

/* Room for a closure in a frame. */
union closure_room {
    struct closure closure;
    unsigned char room[sizeof(struct closure) + CAPTURED_MAX];
};

/* Whoever calls a closure does not know what is in it. */
uint64_t closures_apply(const struct closure *called, uint64_t x);
OPAQUE uint64_t closures_apply(const struct closure *called, uint64_t x)
{
    return called->function(called, x);
}

#define BODY_BY_VALUE(name, bytes)                                         \
    static uint64_t name##_##bytes(const struct closure *self, uint64_t x) \
    {                                                                      \
        return closures_sum(self->words, bytes, x);                        \
    }
CLOSURE_SIZES(BODY_BY_VALUE, by_value)

/* The captured words are elsewhere; the record's one word is their address. */
#define BODY_BY_REFERENCE(name, bytes)                                              \
    static uint64_t name##_##bytes(const struct closure *self, uint64_t x)          \
    {                                                                               \
        return closures_sum((const uint64_t *)(uintptr_t)self->words[0], bytes, x); \
    }
CLOSURE_SIZES(BODY_BY_REFERENCE, by_reference)

#define BODY_CASE(name, bytes) \
    case bytes:                \
        return name##_##bytes;
#define BODY_PICK(name)                                                   \
    BODY uint64_t (*name(size_t bytes))(const struct closure *, uint64_t) \
    {                                                                     \
        switch (bytes) {                                                  \
            CLOSURE_SIZES(BODY_CASE, name)                                \
        default:                                                          \
            return NULL;                                                  \
        }                                                                 \
    }
BODY_PICK(by_value)
BODY_PICK(by_reference)

/* from[0] is the argument, the words behind it are captured. */
BODY void create(struct closure *closure, const uint64_t *from, size_t bytes)
{
    closure->function = by_value(bytes);
    memcpy(closure->words, from + 1, bytes);
}

BODY uint64_t call(const struct closure *closure, const uint64_t *from, unsigned calls)
{
    uint64_t sum = 0;
    for (unsigned call = 0; call < calls; call++)
        sum += closures_apply(closure, from[0] + call);
    return sum;
}

BODY uint64_t env_stack(struct closures_state *state, const uint64_t *from, size_t bytes,
                        unsigned calls)
{
    (void)state;
    union closure_room room;
    create(&room.closure, from, bytes);
    return call(&room.closure, from, calls);
}

BODY uint64_t env_heap(struct closures_state *state, const uint64_t *from, size_t bytes,
                       unsigned calls)
{
    (void)state;
    struct closure *const closure = malloc(sizeof *closure + bytes);
    bench_require(closure);
    create(closure, from, bytes);
    const uint64_t sum = call(closure, from, calls);
    free(closure);
    return sum;
}

BODY uint64_t env_heap_byref(struct closures_state *state, const uint64_t *from, size_t bytes,
                             unsigned calls)
{
    (void)state;
    uint64_t *const variables = malloc(bytes);
    bench_require(variables);
    memcpy(variables, from + 1, bytes);
    struct closure *const closure = malloc(sizeof *closure + sizeof *closure->words);
    bench_require(closure);
    closure->function = by_reference(bytes);
    closure->words[0] = (uintptr_t)variables;
    const uint64_t sum = call(closure, from, calls);
    free(closure);
    free(variables);
    return sum;
}

BODY uint64_t env_pool(struct closures_state *state, const uint64_t *from, size_t bytes,
                       unsigned calls)
{
    struct closure *const closure = pool_get(&state->pool);
    bench_require(closure);
    create(closure, from, bytes);
    const uint64_t sum = call(closure, from, calls);
    pool_put(&state->pool, closure);
    return sum;
}

BODY uint64_t env_arena(struct closures_state *state, const uint64_t *from, size_t bytes,
                        unsigned calls)
{
    const struct arena_mark mark = arena_mark(&state->arena);
    struct closure *const closure =
        arena_alloc(&state->arena, sizeof *closure + bytes, _Alignof(struct closure));
    bench_require(closure);
    create(closure, from, bytes);
    const uint64_t sum = call(closure, from, calls);
    arena_release(&state->arena, mark);
    return sum;
}

/* ---- Function and context as one value of two words ---- */

struct fat {
    uint64_t (*function)(uintptr_t context, uint64_t x);
    uintptr_t context; /* address of the captured words, or the one captured word */
};

uint64_t closures_apply_fat(struct fat called, uint64_t x);
OPAQUE uint64_t closures_apply_fat(struct fat called, uint64_t x)
{
    return called.function(called.context, x);
}

#define BODY_FAT(name, bytes)                                     \
    static uint64_t name##_##bytes(uintptr_t context, uint64_t x) \
    {                                                             \
        return closures_sum((const uint64_t *)context, bytes, x); \
    }
CLOSURE_SIZES(BODY_FAT, fat)

static uint64_t fat_one_word(uintptr_t context, uint64_t x)
{
    return x + context;
}

BODY uint64_t call_fat(struct fat fat, const uint64_t *from, unsigned calls)
{
    uint64_t sum = 0;
    for (unsigned call = 0; call < calls; call++)
        sum += closures_apply_fat(fat, from[0] + call);
    return sum;
}

#define FAT_CASE(name, size)          \
    case size:                        \
        fat.function = name##_##size; \
        break;

BODY uint64_t fat_pointer(struct closures_state *state, const uint64_t *from, size_t bytes,
                          unsigned calls)
{
    (void)state;
    uint64_t captured[CAPTURED_MAX / sizeof(uint64_t)];
    memcpy(captured, from + 1, bytes);
    struct fat fat = {.context = (uintptr_t)captured};
    switch (bytes) {
        CLOSURE_SIZES(FAT_CASE, fat)
    default:
        break;
    }
    return call_fat(fat, from, calls);
}

#endif
