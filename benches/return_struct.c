/*
 * Question: what does it cost to return a struct by value, by its size?
 * Variants: ret, a local that is zeroed, given one word and returned; out_param, the same into a
 *           struct of the caller's; ret_copy, a copy of one that exists; malloc_ret, the same as
 *           ret in a block from the heap, which the caller frees.
 * Timed:    the call of an opaque function that writes the whole object, and one load of it.
 * Not timed: filling the object that ret_copy copies. It starts a multiple of 64 bytes, chosen by
 *           the seed, behind the start of a page.
 * Expect:   up to 16 bytes come back in registers; above that the caller passes the address of its
 *           own struct, so ret and out_param should cost the same. clang builds the local in
 *           place. So does gcc 12 up to 128 bytes, with a store for each word; above that it
 *           builds the local in its own frame and copies it, which writes twice the bytes. It
 *           zeroes what a pointer leads to with `rep stosq` from 96 bytes on, whose start-up
 *           costs ten nanoseconds: there, ret is cheaper than out_param.
 */
#include "bench.h"
#include "keep.h"
#include "struct_sizes.h"

#define SIZED_FILE "return_struct_sized.h"
#include "struct_sizes.h"

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += source->inputs[i % BENCH_INPUTS] + source->first_word;
        KEEP_VAL(sum);
    }
    return sum;
}

STRUCT_SIZE_PICK(ret)
STRUCT_SIZE_PICK(ret_copy)
STRUCT_SIZE_PICK(out_param)
STRUCT_SIZE_PICK(malloc_ret)

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct struct_source *const source = bench_map(sizeof *source);
    struct_source_map(source, cell);
    return source;
}

static void teardown(void *opaque)
{
    struct struct_source *const source = opaque;
    struct_source_unmap(source);
    bench_unmap(source, sizeof *source);
}

static struct bench_counts expect_heap(const void *opaque, uint64_t iterations)
{
    return struct_source_expect(opaque, iterations);
}

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true},
    {.name = "ret",
     .storage = BENCH_STACK,
     .run_for = pick_ret,
     .setup = setup,
     .teardown = teardown},
    {.name = "ret_copy",
     .storage = BENCH_STACK,
     .run_for = pick_ret_copy,
     .setup = setup,
     .teardown = teardown,
     .tier = BENCH_DEFAULT},
    {.name = "out_param",
     .storage = BENCH_STACK,
     .run_for = pick_out_param,
     .setup = setup,
     .teardown = teardown},
    {.name = "malloc_ret",
     .storage = BENCH_HEAP,
     .run_for = pick_malloc_ret,
     .setup = setup,
     .teardown = teardown,
     .expect = expect_heap,
     BENCH_CALLS("malloc free")},
};

const struct bench_scenario bench_scenario = {
    .name = "return_struct",
    .question = "What does it cost to return a struct by value?",
    .touch = "writes the whole object, reads its first word",
    .param = "size",
    .values = struct_size_values,
    .value_count = BENCH_COUNT(struct_size_values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
