/*
 * The structs that are passed and returned: their sizes, the one that is there to be copied, and
 * one inclusion of a file for each size.
 *
 *     #define SIZED_FILE "pass_struct_sized.h"
 *     #include "struct_sizes.h"
 *
 * includes SIZED_FILE once for each size, with SIZE (in bytes) and SIZED(name), which is the name
 * with the size behind it.
 *
 * The sizes are where compilers change their method: registers up to 16 bytes, vector moves, `rep
 * movsq` from 257 (gcc) or 129 bytes (clang), a call of memcpy above 8192 (gcc). 257 to 263 are
 * not multiples of a word; they tell a step at 257 from a step at 264.
 */
#ifndef ALLOCOST_STRUCT_SIZES_H
#define ALLOCOST_STRUCT_SIZES_H

#include "bench.h"

/* X(argument, bytes, tier) for each size. */
#define STRUCT_SIZES(X, argument)      \
    X(argument, 8, BENCH_EXTENDED)     \
    X(argument, 16, BENCH_KEY)         \
    X(argument, 24, BENCH_EXTENDED)    \
    X(argument, 32, BENCH_EXTENDED)    \
    X(argument, 48, BENCH_EXTENDED)    \
    X(argument, 64, BENCH_KEY)         \
    X(argument, 96, BENCH_EXTENDED)    \
    X(argument, 128, BENCH_DEFAULT)    \
    X(argument, 192, BENCH_EXTENDED)   \
    X(argument, 256, BENCH_KEY)        \
    X(argument, 257, BENCH_EXTENDED)   \
    X(argument, 258, BENCH_EXTENDED)   \
    X(argument, 259, BENCH_EXTENDED)   \
    X(argument, 260, BENCH_EXTENDED)   \
    X(argument, 261, BENCH_EXTENDED)   \
    X(argument, 262, BENCH_EXTENDED)   \
    X(argument, 263, BENCH_EXTENDED)   \
    X(argument, 264, BENCH_DEFAULT)    \
    X(argument, 512, BENCH_EXTENDED)   \
    X(argument, 1024, BENCH_KEY)       \
    X(argument, 2048, BENCH_EXTENDED)  \
    X(argument, 4096, BENCH_DEFAULT)   \
    X(argument, 8192, BENCH_EXTENDED)  \
    X(argument, 16384, BENCH_EXTENDED) \
    X(argument, 65536, BENCH_EXTENDED)

#define STRUCT_SIZE_VALUE(unused, size, tier) {size, tier},
static const struct bench_value struct_size_values[] = {STRUCT_SIZES(STRUCT_SIZE_VALUE, 0)};

/* run_for of a variant: static bench_run *pick_<variant>(int64_t size). */
#define STRUCT_SIZE_CASE(variant, size, tier) \
    case size:                                \
        return run_##variant##_##size;
#define STRUCT_SIZE_PICK(variant)                   \
    static bench_run *pick_##variant(int64_t value) \
    {                                               \
        switch (value) {                            \
            STRUCT_SIZES(STRUCT_SIZE_CASE, variant) \
        default:                                    \
            return NULL;                            \
        }                                           \
    }

#define SIZED_JOIN(name, size) name##_##size
#define SIZED_EXPAND(name, size) SIZED_JOIN(name, size)
#define SIZED(name) SIZED_EXPAND(name, SIZE)

/* What every variant is given. Mapped, not from an allocator. */
struct struct_source {
    uint64_t inputs[BENCH_INPUTS]; /* one for each iteration */
    uint64_t first_word;           /* of the object */
    void *object;                  /* one struct of the size; random words */
    size_t object_size;            /* bytes */
    void *pages;                   /* that the object lives in */
    size_t pages_size;             /* bytes */
};

enum { STRUCT_OFFSET_STEP = 64, STRUCT_OFFSETS = 16 }; /* places of the object in its first page */

/*
 * Fills a source that is all zeros. The object starts a multiple of STRUCT_OFFSET_STEP bytes,
 * chosen by the seed, behind the start of a page: a copy between places that are equal modulo a
 * page can be slow, and no seed shall decide that for good.
 */
static inline void struct_source_map(struct struct_source *source, const struct bench_cell *cell)
{
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        source->inputs[i] = bench_random(&random);
    source->object_size = cell->value > 0 ? (size_t)cell->value : sizeof(uint64_t);
    source->pages_size = source->object_size + STRUCT_OFFSET_STEP * STRUCT_OFFSETS;
    source->pages = bench_map(source->pages_size);
    source->object =
        (char *)source->pages + STRUCT_OFFSET_STEP * (bench_random(&random) % STRUCT_OFFSETS);
    uint64_t *const words = source->object;
    for (size_t i = 0; i < source->object_size / sizeof *words; i++)
        words[i] = bench_random(&random);
    source->first_word = words[0];
}

/* Gives back what struct_source_map mapped. */
static inline void struct_source_unmap(struct struct_source *source)
{
    bench_unmap(source->pages, source->pages_size);
}

/* Counts of a variant that takes one object an iteration from the heap and gives it back. */
static inline struct bench_counts struct_source_expect(const struct struct_source *source,
                                                       uint64_t iterations)
{
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * source->object_size};
}

#endif

#ifdef SIZED_FILE
#define SIZE 8
#include SIZED_FILE
#undef SIZE
#define SIZE 16
#include SIZED_FILE
#undef SIZE
#define SIZE 24
#include SIZED_FILE
#undef SIZE
#define SIZE 32
#include SIZED_FILE
#undef SIZE
#define SIZE 48
#include SIZED_FILE
#undef SIZE
#define SIZE 64
#include SIZED_FILE
#undef SIZE
#define SIZE 96
#include SIZED_FILE
#undef SIZE
#define SIZE 128
#include SIZED_FILE
#undef SIZE
#define SIZE 192
#include SIZED_FILE
#undef SIZE
#define SIZE 256
#include SIZED_FILE
#undef SIZE
#define SIZE 257
#include SIZED_FILE
#undef SIZE
#define SIZE 258
#include SIZED_FILE
#undef SIZE
#define SIZE 259
#include SIZED_FILE
#undef SIZE
#define SIZE 260
#include SIZED_FILE
#undef SIZE
#define SIZE 261
#include SIZED_FILE
#undef SIZE
#define SIZE 262
#include SIZED_FILE
#undef SIZE
#define SIZE 263
#include SIZED_FILE
#undef SIZE
#define SIZE 264
#include SIZED_FILE
#undef SIZE
#define SIZE 512
#include SIZED_FILE
#undef SIZE
#define SIZE 1024
#include SIZED_FILE
#undef SIZE
#define SIZE 2048
#include SIZED_FILE
#undef SIZE
#define SIZE 4096
#include SIZED_FILE
#undef SIZE
#define SIZE 8192
#include SIZED_FILE
#undef SIZE
#define SIZE 16384
#include SIZED_FILE
#undef SIZE
#define SIZE 65536
#include SIZED_FILE
#undef SIZE
#undef SIZED_FILE
#endif
