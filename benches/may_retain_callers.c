/* The callers, and the callees of their own unit, of the scenario that may_retain.c describes. */
#include "may_retain.h"

enum { WORD = sizeof(uint64_t) };

/* X(arguments..., bytes) for each size of the object. */
#define EACH_SIZE(X, ...) \
    X(__VA_ARGS__, 8)     \
    X(__VA_ARGS__, 16) X(__VA_ARGS__, 32) X(__VA_ARGS__, 64) X(__VA_ARGS__, 128) X(__VA_ARGS__, 256)

/* ---- Where the object lives: none of the callers looks for NULL but the one named for it ---- */

BODY uint64_t *get_stack(struct may_retain_state *state, uint64_t *frame, size_t size)
{
    (void)state;
    (void)size;
    return frame;
}

BODY void put_stack(struct may_retain_state *state, uint64_t *object)
{
    (void)state;
    (void)object;
}

BODY uint64_t *get_heap(struct may_retain_state *state, uint64_t *frame, size_t size)
{
    (void)state;
    (void)frame;
    return malloc(size);
}

BODY void put_heap(struct may_retain_state *state, uint64_t *object)
{
    (void)state;
    free(object);
}

BODY uint64_t *get_pool(struct may_retain_state *state, uint64_t *frame, size_t size)
{
    (void)frame;
    (void)size;
    KEEP_PTR(state); /* or the pool's head stays in a register */
    return pool_get(&state->pool);
}

BODY void put_pool(struct may_retain_state *state, uint64_t *object)
{
    pool_put(&state->pool, object);
}

/* The object's last word is the field whose address is passed. */
#define LOOP(storage, callee, size)                                                          \
    static uint64_t run_##storage##_##callee##_##size(void *opaque, uint64_t iterations)     \
    {                                                                                        \
        struct may_retain_state *const state = opaque;                                       \
        const uint64_t seed = state->seed;                                                   \
        uint64_t sum = 0;                                                                    \
        for (uint64_t i = 0; i < iterations; i++) {                                          \
            uint64_t frame[(size) / WORD];                                                   \
            uint64_t *const object = get_##storage(state, frame, size);                      \
            object[(size) / WORD - 1] = seed + i;                                            \
            sum += call_##callee(state, &object[(size) / WORD - 1]);                         \
            KEEP_VAL(sum); /* without a memory clobber, for which gcc would keep the heap */ \
            put_##storage(state, object);                                                    \
        }                                                                                    \
        return sum;                                                                          \
    }

#define CASE(storage, callee, size) \
    case size:                      \
        return run_##storage##_##callee##_##size;

#define STORAGE(storage, callee)                       \
    EACH_SIZE(LOOP, storage, callee)                   \
    bench_run *MADE(storage##_##callee)(int64_t value) \
    {                                                  \
        switch (value) {                               \
            EACH_SIZE(CASE, storage, callee)           \
        default:                                       \
            return NULL;                               \
        }                                              \
    }

#define CALLEE(callee)     \
    STORAGE(heap, callee)  \
    STORAGE(stack, callee) \
    STORAGE(pool, callee)

/* ---- In another unit ---- */

BODY uint64_t call_other_unit(struct may_retain_state *state, const uint64_t *n)
{
    (void)state;
    return MADE(may_retain_read)(n);
}
CALLEE(other_unit)

#ifndef MAY_RETAIN_LTO

/* ---- By value: nothing is left that could be retained ---- */

static __attribute__((noinline)) uint64_t read_value(uint64_t n)
{
    return may_retain_mix(n);
}

BODY uint64_t call_by_value(struct may_retain_state *state, const uint64_t *n)
{
    (void)state;
    return read_value(*n);
}
CALLEE(by_value)

/* ---- Inlined ---- */

BODY uint64_t call_inlined(struct may_retain_state *state, const uint64_t *n)
{
    (void)state;
    return may_retain_mix(*n);
}
CALLEE(inlined)

/* The check that C code usually has. */
BODY uint64_t *get_heap_checked(struct may_retain_state *state, uint64_t *frame, size_t size)
{
    uint64_t *const object = get_heap(state, frame, size);
    bench_require(object);
    return object;
}

BODY void put_heap_checked(struct may_retain_state *state, uint64_t *object)
{
    put_heap(state, object);
}
STORAGE(heap_checked, inlined)

/* ---- Not inlined, but seen ---- */

static __attribute__((noinline)) uint64_t read_seen(const uint64_t *n)
{
    return may_retain_mix(*n);
}

BODY uint64_t call_static_noinline(struct may_retain_state *state, const uint64_t *n)
{
    (void)state;
    return read_seen(n);
}
CALLEE(static_noinline)

/* ---- Not seen ---- */

may_retain_callee MADE(may_retain_read_opaque);
OPAQUE uint64_t MADE(may_retain_read_opaque)(const uint64_t *n)
{
    return may_retain_mix(*n);
}

BODY uint64_t call_opaque(struct may_retain_state *state, const uint64_t *n)
{
    (void)state;
    return MADE(may_retain_read_opaque)(n);
}
CALLEE(opaque)

/* ---- Through a pointer, as by an interface ---- */

static uint64_t read_pointed(const uint64_t *n)
{
    return may_retain_mix(*n);
}

BODY uint64_t call_pointer(struct may_retain_state *state, const uint64_t *n)
{
    (void)state;
    may_retain_callee *callee = read_pointed;
    HIDE(callee);
    return callee(n);
}
CALLEE(pointer)

/* ---- One that does retain; the caller makes it forget before the object is gone ---- */

static __attribute__((noinline)) uint64_t read_and_keep(struct may_retain_state *state,
                                                        const uint64_t *n)
{
    state->kept = n;
    return may_retain_mix(*n);
}

BODY uint64_t call_retaining(struct may_retain_state *state, const uint64_t *n)
{
    const uint64_t mixed = read_and_keep(state, n);
    state->kept = NULL;
    return mixed;
}
CALLEE(retaining)

#endif
