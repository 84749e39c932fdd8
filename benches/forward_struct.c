/*
 * Question: what does it cost to hand a struct down through d calls, by value and by pointer?
 * Variants: val, by value; ptr, its address; ptr_copy, its address, and the last function copies
 *           the struct before it reads it: one copy for all hops. Each function on the way adds one
 *           to what the next returns, so that it has something left to do after the call. val_tail
 *           and ptr_tail: it adds one to the other argument and returns what the next returns, so
 *           that the call is its last act. The number is the size of the struct. null: no call.
 * Timed:    `hops` calls, one inside the other, of opaque functions; two loads in the last.
 * Not timed: filling the struct, which stays in the cache.
 * Expect:   val copies the struct at each hop, so hops times size; ptr copies nothing, ptr_copy
 *           once. Up to 16 bytes travel in registers, by value too. In tail position gcc and clang
 *           turn the call into a jump: then val_tail copies once as well, in the first call, as the
 *           struct lies on the stack where each later function wants it (where the machine's
 *           calling convention passes large structs on the stack itself, as on x86-64).
 */
#include "bench.h"
#include "keep.h"
#include "struct_sizes.h"

/*
 * One function of a way and the loop that calls it first: it takes the struct as that type, which
 * the loop makes of its pointer by the expression `handed`, and returns `result`.
 */
#define FORWARD_FUNCTION(way, hops, type, handed, result)                                   \
    uint64_t SIZED(forward_##way##_##hops)(type object, uint64_t x);                        \
    OPAQUE uint64_t SIZED(forward_##way##_##hops)(type object, uint64_t x)                  \
    {                                                                                       \
        return result;                                                                      \
    }                                                                                       \
    static uint64_t SIZED(run_##way##_##hops)(void *opaque, uint64_t iterations)            \
    {                                                                                       \
        const struct struct_source *const source = opaque;                                  \
        const struct SIZED(object) *const object = source->object;                          \
        uint64_t sum = 0;                                                                   \
        for (uint64_t i = 0; i < iterations; i++)                                           \
            sum += SIZED(forward_##way##_##hops)(handed, source->inputs[i % BENCH_INPUTS]); \
        return sum;                                                                         \
    }

#define FORWARD_CHOICE(way)                                                            \
    static bench_run *SIZED(way##_for)(int64_t hops)                                   \
    {                                                                                  \
        static bench_run *const runs[] = {SIZED(run_##way##_1), SIZED(run_##way##_2),  \
                                          SIZED(run_##way##_3), SIZED(run_##way##_4),  \
                                          SIZED(run_##way##_5), SIZED(run_##way##_6),  \
                                          SIZED(run_##way##_7), SIZED(run_##way##_8)}; \
        return hops >= 1 && hops <= 8 ? runs[hops - 1] : NULL;                         \
    }

#define SIZE 16
#include "forward_struct_sized.h"
#undef SIZE
#define SIZE 64
#include "forward_struct_sized.h"
#undef SIZE
#define SIZE 256
#include "forward_struct_sized.h"
#undef SIZE
#define SIZE 4096
#include "forward_struct_sized.h"
#undef SIZE

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    const uint64_t *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += object[0] + source->inputs[i % BENCH_INPUTS];
        KEEP_VAL(sum);
    }
    return sum;
}

static void *make_source(const struct bench_cell *cell, size_t size)
{
    struct struct_source *const source = bench_map(sizeof *source);
    const struct bench_cell sized = {
        .value = (int64_t)size, .seed = cell->seed, .threads = cell->threads};
    struct_source_map(source, &sized);
    return source;
}

#define DEFINE_SETUP(size)                                                      \
    static void *setup_##size(const struct bench_cell *cell, const char **skip) \
    {                                                                           \
        (void)skip;                                                             \
        return make_source(cell, size);                                         \
    }

DEFINE_SETUP(16)
DEFINE_SETUP(64)
DEFINE_SETUP(256)
DEFINE_SETUP(4096)

static void teardown(void *opaque)
{
    struct struct_source *const source = opaque;
    struct_source_unmap(source);
    bench_unmap(source, sizeof *source);
}

static const struct bench_value hops[] = {
    {1, BENCH_DEFAULT},  {2, BENCH_EXTENDED}, {3, BENCH_EXTENDED}, {4, BENCH_DEFAULT},
    {5, BENCH_EXTENDED}, {6, BENCH_EXTENDED}, {7, BENCH_EXTENDED}, {8, BENCH_KEY},
};

#define ROW(way, size, when)                                                             \
    {                                                                                    \
        .name = #way "_" #size, .storage = BENCH_STACK, .run_for = way##_for_##size,     \
        .setup = setup_##size, .teardown = teardown, .work = "of " #size, .tier = (when) \
    }

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup_16,
     .teardown = teardown,
     .unswept = true},
    ROW(val, 16, BENCH_DEFAULT),
    ROW(val, 64, BENCH_KEY),
    ROW(val, 256, BENCH_DEFAULT),
    ROW(val, 4096, BENCH_DEFAULT),
    ROW(ptr, 16, BENCH_EXTENDED),
    ROW(ptr, 64, BENCH_KEY),
    ROW(ptr, 256, BENCH_EXTENDED),
    ROW(ptr, 4096, BENCH_EXTENDED),
    ROW(ptr_copy, 16, BENCH_EXTENDED),
    ROW(ptr_copy, 64, BENCH_EXTENDED),
    ROW(ptr_copy, 256, BENCH_DEFAULT),
    ROW(ptr_copy, 4096, BENCH_DEFAULT),
    ROW(val_tail, 16, BENCH_EXTENDED),
    ROW(val_tail, 64, BENCH_EXTENDED),
    ROW(val_tail, 256, BENCH_DEFAULT),
    ROW(val_tail, 4096, BENCH_EXTENDED),
    ROW(ptr_tail, 16, BENCH_EXTENDED),
    ROW(ptr_tail, 64, BENCH_DEFAULT),
    ROW(ptr_tail, 256, BENCH_EXTENDED),
    ROW(ptr_tail, 4096, BENCH_EXTENDED),
};

const struct bench_scenario bench_scenario = {
    .name = "forward_struct",
    .question = "What does it cost to hand a struct down through several calls?",
    .touch = "first and last word, read by the last function; val copies the whole object at each "
             "hop, ptr_copy once",
    .param = "hops",
    .values = hops,
    .value_count = BENCH_COUNT(hops),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
