/*
 * Question: what does it cost to pass a field's address to a function that may keep it?
 * Variants: by storage, callee and compiler. The object lives on the stack, in a pool, or on the
 *           heap, which is what a compiler that is unsure chooses in Go. The callee gets the field
 *           by value; or its address and is inlined; is static and not inlined; is in another unit;
 *           there with link-time optimisation; is opaque; is called through a pointer; or does keep
 *           the address (retaining). heap_checked: the caller looks for NULL. Each by gcc and by
 *           clang, whichever compiles the rest. null: no object and no call.
 * Timed:    getting the object, writing its field, the call, which reads it, giving the object
 *           back. No variant but heap_checked looks for NULL: the check alone makes gcc keep a
 *           heap object that nobody needs.
 * Not timed: making the pool.
 * Expect:   whether the heap object is kept or removed is the measurement, so each variant declares
 *           what its compiler does and the machine code must show it: one malloc and one free of
 *           `size` bytes an iteration, or neither (then the storage is `inline`, a register). Both
 *           remove it where they see that the callee does not keep the address: by value, inlined,
 *           with link-time optimisation. gcc alone also where the callee is static and not inlined:
 *           it passes the value instead of the address; clang does so from -O3 on. clang alone
 *           removes a checked one. Across units, and through a pointer, neither can know.
 */
#include "may_retain.h"

/* The build defines what of it there is to be 1: the other compiler, units joined by each. */
#ifndef MAY_RETAIN_BOTH
#define MAY_RETAIN_BOTH 0
#endif
#ifndef MAY_RETAIN_LTO_GCC
#define MAY_RETAIN_LTO_GCC 0
#endif
#ifndef MAY_RETAIN_LTO_CLANG
#define MAY_RETAIN_LTO_CLANG 0
#endif

/* 1 when built with -O3. No compiler tells. */
#ifndef MEASURED_AT_O3
#define MEASURED_AT_O3 0
#endif

static uint64_t null(void *opaque, uint64_t iterations)
{
    const uint64_t seed = ((const struct may_retain_state *)opaque)->seed;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += may_retain_mix(seed + i);
        KEEP_VAL(sum);
    }
    return sum;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct may_retain_state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->size = cell->value > 0 ? (size_t)cell->value : sizeof(uint64_t);
    if (pool_init(&state->pool, state->size, _Alignof(uint64_t), 0) != 0)
        abort();
    return state;
}

static void teardown(void *opaque)
{
    struct may_retain_state *const state = opaque;
    pool_destroy(&state->pool);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_object(const void *opaque, uint64_t iterations)
{
    const struct may_retain_state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->size};
}

static const struct bench_value values[] = {
    {8, BENCH_EXTENDED}, {16, BENCH_EXTENDED},  {32, BENCH_EXTENDED},
    {64, BENCH_KEY},     {128, BENCH_EXTENDED}, {256, BENCH_EXTENDED},
};

/* ---- The table: a row is there when its compiler, and what it needs to join units, is ---- */

#define PRESENT(pick) .run_for = (pick), .setup = setup, .teardown = teardown
#define ABSENT(why) .unswept = true, .skip = (why)

#if !defined(__clang__) || MAY_RETAIN_BOTH
#define BY_gcc(pick) PRESENT(pick)
#else
#define BY_gcc(pick) ABSENT("built without gcc; install gcc")
#endif
#if defined(__clang__) || MAY_RETAIN_BOTH
#define BY_clang(pick) PRESENT(pick)
#else
#define BY_clang(pick) ABSENT("built without clang; install clang")
#endif
#if MAY_RETAIN_LTO_GCC
#define BY_lto_gcc(pick) PRESENT(pick)
#else
#define BY_lto_gcc(pick) ABSENT("built without gcc's link-time optimisation; install gcc")
#endif
#if MAY_RETAIN_LTO_CLANG
#define BY_lto_clang(pick) PRESENT(pick)
#else
#define BY_lto_clang(pick) ABSENT("built without clang's link-time optimisation; install clang")
#endif

/* A variant of storage and callee, by a compiler. */
#define ROW(row, by, where, when) \
    .name = #row "_" #by, .storage = BENCH_##where, BY_##by(row##_##by), .tier = BENCH_##when
#define KEPT(row, by, when)                                                           \
    {                                                                                 \
        ROW(row, by, HEAP, when), .expect = expect_object, BENCH_CALLS("malloc free") \
    }
#define REMOVED(row, by, when)                                                        \
    {                                                                                 \
        ROW(row, by, INLINE, when), .code = BENCH_ELIDED, .code_clang = BENCH_ELIDED, \
                                    .calls = "malloc free"                            \
    }
#define NO_HEAP(row, by, where, when) \
    {                                 \
        ROW(row, by, where, when)     \
    }

/* What clang does from -O3 on. */
#if MEASURED_AT_O3
#define KEPT_BELOW_O3 REMOVED
#else
#define KEPT_BELOW_O3 KEPT
#endif

/* What both compilers do, and where the object is not on the heap. */
#define ROWS(by)                                                                                   \
    REMOVED(heap_by_value, by, DEFAULT), REMOVED(heap_inlined, by, DEFAULT),                       \
        REMOVED(heap_other_unit, lto_##by, DEFAULT), KEPT(heap_opaque, by, EXTENDED),              \
        KEPT(heap_pointer, by, EXTENDED), KEPT(heap_retaining, by, EXTENDED),                      \
        NO_HEAP(stack_by_value, by, STACK, EXTENDED), NO_HEAP(stack_inlined, by, STACK, EXTENDED), \
        NO_HEAP(stack_static_noinline, by, STACK, EXTENDED),                                       \
        NO_HEAP(stack_other_unit, by, STACK, DEFAULT),                                             \
        NO_HEAP(stack_other_unit, lto_##by, STACK, EXTENDED),                                      \
        NO_HEAP(stack_opaque, by, STACK, EXTENDED), NO_HEAP(stack_pointer, by, STACK, EXTENDED),   \
        NO_HEAP(stack_retaining, by, STACK, EXTENDED), NO_HEAP(pool_by_value, by, POOL, EXTENDED), \
        NO_HEAP(pool_inlined, by, POOL, EXTENDED),                                                 \
        NO_HEAP(pool_static_noinline, by, POOL, EXTENDED),                                         \
        NO_HEAP(pool_other_unit, lto_##by, POOL, EXTENDED),                                        \
        NO_HEAP(pool_opaque, by, POOL, EXTENDED), NO_HEAP(pool_pointer, by, POOL, EXTENDED),       \
        NO_HEAP(pool_retaining, by, POOL, EXTENDED)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true,
     .tier = BENCH_DEFAULT},
    KEPT(heap_other_unit, gcc, KEY),
    KEPT(heap_other_unit, clang, DEFAULT),
    REMOVED(heap_static_noinline, gcc, KEY),
    KEPT_BELOW_O3(heap_static_noinline, clang, DEFAULT),
    KEPT(heap_checked_inlined, gcc, EXTENDED),
    REMOVED(heap_checked_inlined, clang, EXTENDED),
    NO_HEAP(pool_other_unit, gcc, POOL, DEFAULT),
    NO_HEAP(pool_other_unit, clang, POOL, DEFAULT),
    ROWS(gcc),
    ROWS(clang),
};

const struct bench_scenario bench_scenario = {
    .name = "may_retain",
    .question = "What does it cost to pass a field's address to a function that may keep it?",
    .touch = "one word, written by the caller, read by the callee",
    .param = "size",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
