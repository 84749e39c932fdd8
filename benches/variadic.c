/*
 * Question: what does it cost to pass any number of integers to one function?
 * Variants: direct, a function for each number of arguments; c_varargs, a C variadic function;
 *           tagged_union, an array of tagged values in the caller's frame; any_stack, an array of
 *           boxes (type word, data word) in the frame that point to integers in the frame;
 *           any_malloc, the same with each integer in a block of the heap; any_malloc_slice, the
 *           array in a block too, as a slice of `any` that escapes has it.
 * Timed:    packing `args` integers, the call of an opaque function that adds them, releasing.
 * Not timed: nothing but drawing the integers.
 * Expect:   C's variadic call boxes nothing: its cost is that of spilling the argument registers.
 *           Boxes in the frame cost a few stores. On the heap each argument costs a malloc and a
 *           free: `args` allocations of 8 bytes, and one of 16 times `args` for the slice.
 */
#include "bench.h"
#include "box.h"
#include "keep.h"

#include <stdarg.h>

enum { ARGS_MAX = 8 };

struct state {
    int64_t inputs[BENCH_INPUTS + ARGS_MAX]; /* iteration i passes those from i % BENCH_INPUTS on */
    uint64_t args;                           /* how many an iteration passes */
};

/* ---- What is called ---- */

uint64_t variadic_sum1(int64_t a);
uint64_t variadic_sum2(int64_t a, int64_t b);
uint64_t variadic_sum3(int64_t a, int64_t b, int64_t c);
uint64_t variadic_sum4(int64_t a, int64_t b, int64_t c, int64_t d);
uint64_t variadic_sum5(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e);
uint64_t variadic_sum6(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f);
uint64_t variadic_sum7(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g);
uint64_t variadic_sum8(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g,
                       int64_t h);
uint64_t variadic_sum_varargs(unsigned count, ...);
uint64_t variadic_sum_unions(const struct box_union *values, size_t count);
uint64_t variadic_sum_boxes(const struct box *values, size_t count);

OPAQUE uint64_t variadic_sum1(int64_t a)
{
    return (uint64_t)a;
}

OPAQUE uint64_t variadic_sum2(int64_t a, int64_t b)
{
    return (uint64_t)(a + b);
}

OPAQUE uint64_t variadic_sum3(int64_t a, int64_t b, int64_t c)
{
    return (uint64_t)(a + b + c);
}

OPAQUE uint64_t variadic_sum4(int64_t a, int64_t b, int64_t c, int64_t d)
{
    return (uint64_t)(a + b + c + d);
}

OPAQUE uint64_t variadic_sum5(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e)
{
    return (uint64_t)(a + b + c + d + e);
}

OPAQUE uint64_t variadic_sum6(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f)
{
    return (uint64_t)(a + b + c + d + e + f);
}

OPAQUE uint64_t variadic_sum7(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f,
                              int64_t g)
{
    return (uint64_t)(a + b + c + d + e + f + g);
}

OPAQUE uint64_t variadic_sum8(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f,
                              int64_t g, int64_t h)
{
    return (uint64_t)(a + b + c + d + e + f + g + h);
}

OPAQUE uint64_t variadic_sum_varargs(unsigned count, ...)
{
    va_list values;
    va_start(values, count);
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += (uint64_t)va_arg(values, int64_t);
    va_end(values);
    return sum;
}

OPAQUE uint64_t variadic_sum_unions(const struct box_union *values, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        switch (values[i].kind) {
        case BOX_INT:
            sum += (uint64_t)values[i].as.integer;
            break;
        case BOX_REAL:
            sum += (uint64_t)values[i].as.real;
            break;
        default:
            abort();
        }
    return sum;
}

OPAQUE uint64_t variadic_sum_boxes(const struct box *values, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (values[i].type == &box_type_int)
            sum += (uint64_t) * (const int64_t *)values[i].word.pointer;
        else if (values[i].type == &box_type_inline_int)
            sum += (uint64_t)values[i].word.integer;
        else
            abort();
    }
    return sum;
}

/* ---- How it is called ---- */

BODY uint64_t call_direct(const int64_t *v, unsigned args)
{
    switch (args) {
    case 1:
        return variadic_sum1(v[0]);
    case 2:
        return variadic_sum2(v[0], v[1]);
    case 3:
        return variadic_sum3(v[0], v[1], v[2]);
    case 4:
        return variadic_sum4(v[0], v[1], v[2], v[3]);
    case 5:
        return variadic_sum5(v[0], v[1], v[2], v[3], v[4]);
    case 6:
        return variadic_sum6(v[0], v[1], v[2], v[3], v[4], v[5]);
    case 7:
        return variadic_sum7(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
    default:
        return variadic_sum8(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    }
}

BODY uint64_t call_c_varargs(const int64_t *v, unsigned args)
{
    switch (args) {
    case 1:
        return variadic_sum_varargs(args, v[0]);
    case 2:
        return variadic_sum_varargs(args, v[0], v[1]);
    case 3:
        return variadic_sum_varargs(args, v[0], v[1], v[2]);
    case 4:
        return variadic_sum_varargs(args, v[0], v[1], v[2], v[3]);
    case 5:
        return variadic_sum_varargs(args, v[0], v[1], v[2], v[3], v[4]);
    case 6:
        return variadic_sum_varargs(args, v[0], v[1], v[2], v[3], v[4], v[5]);
    case 7:
        return variadic_sum_varargs(args, v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
    default:
        return variadic_sum_varargs(args, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    }
}

BODY uint64_t call_tagged_union(const int64_t *v, unsigned args)
{
    struct box_union values[ARGS_MAX];
    for (unsigned i = 0; i < args; i++)
        values[i] = box_union_int(v[i]);
    return variadic_sum_unions(values, args);
}

BODY uint64_t call_any_stack(const int64_t *v, unsigned args)
{
    int64_t integers[ARGS_MAX];
    struct box values[ARGS_MAX];
    for (unsigned i = 0; i < args; i++) {
        integers[i] = v[i];
        values[i] = box_pointer(&box_type_int, &integers[i]);
    }
    return variadic_sum_boxes(values, args);
}

/* Boxes in `values`, each integer in a block of its own. */
BODY uint64_t box_and_call(struct box *values, const int64_t *v, unsigned args)
{
    for (unsigned i = 0; i < args; i++) {
        int64_t *const integer = malloc(sizeof *integer);
        bench_require(integer);
        *integer = v[i];
        values[i] = box_pointer(&box_type_int, integer);
    }
    const uint64_t sum = variadic_sum_boxes(values, args);
    for (unsigned i = 0; i < args; i++)
        free(values[i].word.pointer);
    return sum;
}

BODY uint64_t call_any_malloc(const int64_t *v, unsigned args)
{
    struct box values[ARGS_MAX];
    return box_and_call(values, v, args);
}

BODY uint64_t call_any_malloc_slice(const int64_t *v, unsigned args)
{
    struct box *const values = malloc(args * sizeof *values);
    bench_require(values);
    const uint64_t sum = box_and_call(values, v, args);
    free(values);
    return sum;
}

BODY uint64_t call_null(const int64_t *v, unsigned args)
{
    uint64_t sum = 0;
    /* As the callees of the other ways are: an inner loop at run time cost more than a whole call.
     */
#pragma GCC unroll 8
    for (unsigned i = 0; i < args; i++) {
        sum += (uint64_t)v[i];
        KEEP_VAL(sum);
    }
    return sum;
}

/* ---- One loop for each way and number ---- */

#define RUN(way, args)                                                    \
    static uint64_t run_##way##_##args(void *opaque, uint64_t iterations) \
    {                                                                     \
        const struct state *const state = opaque;                         \
        uint64_t sum = 0;                                                 \
        for (uint64_t i = 0; i < iterations; i++)                         \
            sum += call_##way(&state->inputs[i % BENCH_INPUTS], args);    \
        return sum;                                                       \
    }

#define RUNS(way)                                                                              \
    RUN(way, 1)                                                                                \
    RUN(way, 2)                                                                                \
    RUN(way, 3)                                                                                \
    RUN(way, 4)                                                                                \
    RUN(way, 5)                                                                                \
    RUN(way, 6)                                                                                \
    RUN(way, 7)                                                                                \
    RUN(way, 8)                                                                                \
    static bench_run *pick_##way(int64_t args)                                                 \
    {                                                                                          \
        static bench_run *const runs[ARGS_MAX] = {run_##way##_1, run_##way##_2, run_##way##_3, \
                                                  run_##way##_4, run_##way##_5, run_##way##_6, \
                                                  run_##way##_7, run_##way##_8};               \
        return args >= 1 && args <= ARGS_MAX ? runs[args - 1] : NULL;                          \
    }

RUNS(null)
RUNS(direct)
RUNS(c_varargs)
RUNS(tagged_union)
RUNS(any_stack)
RUNS(any_malloc)
RUNS(any_malloc_slice)

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_COUNT(state->inputs); i++)
        state->inputs[i] =
            (int64_t)(bench_random(&random) >> 8); /* eight of them do not overflow */
    state->args = (uint64_t)cell->value;
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

static struct bench_counts expect_malloc(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const uint64_t boxed = iterations * state->args;
    return (struct bench_counts){.allocs = boxed, .frees = boxed, .bytes = boxed * sizeof(int64_t)};
}

static struct bench_counts expect_malloc_slice(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    struct bench_counts counts = expect_malloc(opaque, iterations);
    counts.allocs += iterations;
    counts.frees += iterations;
    counts.bytes += iterations * state->args * sizeof(struct box);
    return counts;
}

static const struct bench_value values[] = {
    {1, BENCH_DEFAULT},  {2, BENCH_EXTENDED}, {3, BENCH_KEY},      {4, BENCH_EXTENDED},
    {5, BENCH_EXTENDED}, {6, BENCH_EXTENDED}, {7, BENCH_EXTENDED}, {8, BENCH_DEFAULT},
};

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run_for = pick_null,
     .setup = setup,
     .teardown = teardown},
    {.name = "direct",
     .storage = BENCH_INLINE,
     .run_for = pick_direct,
     .setup = setup,
     .teardown = teardown},
    {.name = "c_varargs",
     .storage = BENCH_STACK,
     .run_for = pick_c_varargs,
     .setup = setup,
     .teardown = teardown},
    {.name = "tagged_union",
     .storage = BENCH_STACK,
     .run_for = pick_tagged_union,
     .setup = setup,
     .teardown = teardown},
    {.name = "any_stack",
     .storage = BENCH_STACK,
     .run_for = pick_any_stack,
     .setup = setup,
     .teardown = teardown,
     .control = true},
    {.name = "any_malloc",
     .storage = BENCH_HEAP,
     .run_for = pick_any_malloc,
     .setup = setup,
     .teardown = teardown,
     .expect = expect_malloc,
     BENCH_CALLS("malloc free")},
    {.name = "any_malloc_slice",
     .storage = BENCH_HEAP,
     .run_for = pick_any_malloc_slice,
     .setup = setup,
     .teardown = teardown,
     .expect = expect_malloc_slice,
     BENCH_CALLS("malloc free")},
};

const struct bench_scenario bench_scenario = {
    .name = "variadic",
    .question = "What does it cost to pass any number of integers to one function?",
    .touch = "every integer is written where it is passed, and read once by the callee",
    .param = "args",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
