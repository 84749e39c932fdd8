/*
 * What the files of the scenario share. The callers and the callee of the other unit are compiled
 * by gcc and by clang, whichever compiles the rest, and by each once more as two units that are
 * joined by link-time optimisation (then MAY_RETAIN_LTO is 1).
 */
#ifndef ALLOCOST_MAY_RETAIN_H
#define ALLOCOST_MAY_RETAIN_H

#include "bench.h"
#include "keep.h"
#include "pool.h"

/* A name with the compiler behind it: all that is made is in one program. */
#if defined(__clang__) && defined(MAY_RETAIN_LTO)
#define MADE(name) name##_lto_clang
#elif defined(__clang__)
#define MADE(name) name##_clang
#elif defined(MAY_RETAIN_LTO)
#define MADE(name) name##_lto_gcc
#else
#define MADE(name) name##_gcc
#endif

/* What every variant is given. Mapped, not from an allocator. */
struct may_retain_state {
    uint64_t seed;
    size_t size;          /* bytes of the object */
    const uint64_t *kept; /* by the callee that retains; NULL between two iterations */
    struct pool pool;     /* of objects of that size */
};

/* What every callee computes of the field. */
BODY uint64_t may_retain_mix(uint64_t n)
{
    return n * UINT64_C(0x9e3779b97f4a7c15) ^ n >> 29;
}

typedef uint64_t may_retain_callee(const uint64_t *n);

/* The callee in another unit than its callers, by each compiler and with link-time optimisation. */
may_retain_callee may_retain_read_gcc, may_retain_read_clang;
may_retain_callee may_retain_read_lto_gcc, may_retain_read_lto_clang;

/* The loops, by storage and callee: each returns that of a size, or NULL. */
#define MAY_RETAIN_PICK(made) bench_run *made(int64_t size);
#define MAY_RETAIN_PICKS(callee, compiler)       \
    MAY_RETAIN_PICK(heap_##callee##_##compiler)  \
    MAY_RETAIN_PICK(stack_##callee##_##compiler) \
    MAY_RETAIN_PICK(pool_##callee##_##compiler)
#define MAY_RETAIN_PICKS_OF(compiler)            \
    MAY_RETAIN_PICKS(by_value, compiler)         \
    MAY_RETAIN_PICKS(inlined, compiler)          \
    MAY_RETAIN_PICKS(static_noinline, compiler)  \
    MAY_RETAIN_PICKS(other_unit, compiler)       \
    MAY_RETAIN_PICKS(other_unit, lto_##compiler) \
    MAY_RETAIN_PICKS(opaque, compiler)           \
    MAY_RETAIN_PICKS(pointer, compiler)          \
    MAY_RETAIN_PICKS(retaining, compiler)        \
    MAY_RETAIN_PICK(heap_checked_inlined_##compiler)
MAY_RETAIN_PICKS_OF(gcc)
MAY_RETAIN_PICKS_OF(clang)

#endif
