/*
 * Question: up to which size is a struct cheaper to pass by value than by pointer, and than a copy
 *           on the heap?
 * Variants: val_clean, by value from memory that nothing wrote lately; val_hot_field, the same
 *           just after a store to its first word; ptr, the address alone; ptr_malloc_copy and
 *           ptr_pool_copy, the address of a copy of its own that lives on the heap or in a pool
 *           (inlined); val_sum_all and ptr_sum_all, whose callee reads every word; val_cold and
 *           ptr_cold, as val_clean and ptr, but each iteration takes another of many objects, which
 *           together are larger than the caches.
 * Timed:    the copy, the call of an opaque function, one load in it (sum_all: of every word), and
 *           getting and giving back the copy's memory.
 * Not timed: filling the source. It is one object, which stays in the cache (_cold: COLD_BYTES of
 *           them, in random order). The one starts a multiple of 64 bytes, chosen by the seed,
 *           behind the start of a page; the stack's place is random.
 * Expect:   up to 16 bytes travel in registers. Above that the caller copies: vector moves, then
 *           `rep movsq` with its start-up cost from the size where the compiler changes over (257
 *           bytes for gcc 12, 129 for clang 14, both at default flags), so there is a step. A
 *           vector load of bytes that a narrower store just wrote fails to forward from the store
 *           buffer: val_hot_field is much dearer than val_clean in between. From a cold source, ptr
 *           misses the cache once and val once for each line; the misses of one iteration overlap
 *           with those of the next, whose address does not depend on it.
 */
#include "bench.h"
#include "keep.h"
#include "pool.h"
#include "struct_sizes.h"

#include <string.h>

enum { COPY_ALIGNMENT = 16 }; /* of a copy in the pool; as malloc's on both architectures */

enum {
    LINE = 64,                 /* bytes of a cache line */
    COLD_BYTES = 64 << 20,     /* more than the caches that one core of most machines can fill */
    COLD_DISTANCE = 16 * LINE, /* from an object to the next at least: there are not too many */
    PATTERN = 0x5a             /* in every byte of the objects but the first word */
};

/* Many objects whose first word is that of the source. */
struct cold {
    uint32_t order[BENCH_INPUTS]; /* of the objects; those that there are, again and again */
    uint64_t next;                /* where in `order` the next loop goes on */
    size_t distance;              /* bytes from an object to the next: an odd number of lines */
    char *objects;
    size_t size; /* bytes of all; 0: there are none */
};

struct state {
    struct struct_source source; /* first: variants that need no more take only this */
    struct pool pool;            /* of objects of the size */
    struct cold cold;
};

/* The object that iteration i of all loops takes. */
BODY const void *cold_object(const struct cold *cold, uint64_t i)
{
    return cold->objects + cold->order[i % BENCH_INPUTS] * cold->distance;
}

#define SIZED_FILE "pass_struct_sized.h"
#include "struct_sizes.h"

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

STRUCT_SIZE_PICK(val_clean)
STRUCT_SIZE_PICK(val_hot_field)
STRUCT_SIZE_PICK(val_sum_all)
STRUCT_SIZE_PICK(ptr)
STRUCT_SIZE_PICK(val_cold)
STRUCT_SIZE_PICK(ptr_cold)
STRUCT_SIZE_PICK(ptr_sum_all)
STRUCT_SIZE_PICK(ptr_malloc_copy)
STRUCT_SIZE_PICK(ptr_pool_copy)

/* A cold source is slow to prepare, and no step of the compiler's shows in its misses. */
static bool has_cold(int64_t size)
{
    return size == 16 || size == 64 || size == 256 || size == 1024 || size == 4096 || size == 65536;
}

static bench_run *pick_some_val_cold(int64_t size)
{
    return has_cold(size) ? pick_val_cold(size) : NULL;
}

static bench_run *pick_some_ptr_cold(int64_t size)
{
    return has_cold(size) ? pick_ptr_cold(size) : NULL;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    struct_source_map(&state->source, cell);
    if (pool_init(&state->pool, state->source.object_size, COPY_ALIGNMENT, 0) != 0)
        abort();
    return state;
}

/* An odd number of lines between objects: or all first words were in few sets of each cache. */
static void cold_map(struct cold *cold, const struct struct_source *source, uint64_t seed)
{
    const size_t least =
        source->object_size > COLD_DISTANCE ? source->object_size : (size_t)COLD_DISTANCE;
    cold->distance = (((least + LINE - 1) / LINE) | 1) * LINE;
    const size_t count = COLD_BYTES / cold->distance;
    cold->size = count * cold->distance;
    cold->objects = bench_map(cold->size);
    memset(cold->objects, PATTERN, cold->size);
    for (size_t i = 0; i < count; i++)
        memcpy(cold->objects + i * cold->distance, &source->first_word, sizeof source->first_word);
    uint64_t random = ~seed;
    for (size_t i = 0; i < count; i++) { /* Fisher and Yates, from the inside out */
        const size_t other = bench_random(&random) % (i + 1);
        cold->order[i] = cold->order[other];
        cold->order[other] = (uint32_t)i;
    }
    for (size_t i = count; i < BENCH_INPUTS; i++)
        cold->order[i] = cold->order[i - count];
}

static void *setup_cold(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    cold_map(&state->cold, &state->source, cell->seed);
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    if (state->cold.size > 0)
        bench_unmap(state->cold.objects, state->cold.size);
    pool_destroy(&state->pool);
    struct_source_unmap(&state->source);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect_copy(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return struct_source_expect(&state->source, iterations);
}

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true,
     .control = true},
    {.name = "val_clean",
     .storage = BENCH_STACK,
     .run_for = pick_val_clean,
     .setup = setup,
     .teardown = teardown},
    {.name = "val_hot_field",
     .storage = BENCH_STACK,
     .run_for = pick_val_hot_field,
     .setup = setup,
     .teardown = teardown},
    {.name = "val_sum_all",
     .storage = BENCH_STACK,
     .run_for = pick_val_sum_all,
     .setup = setup,
     .teardown = teardown,
     .work = "sum_all",
     .tier = BENCH_DEFAULT},
    {.name = "ptr",
     .storage = BENCH_STACK,
     .run_for = pick_ptr,
     .setup = setup,
     .teardown = teardown},
    {.name = "val_cold",
     .storage = BENCH_STACK,
     .run_for = pick_some_val_cold,
     .setup = setup_cold,
     .teardown = teardown,
     .tier = BENCH_EXTENDED},
    {.name = "ptr_cold",
     .storage = BENCH_STACK,
     .run_for = pick_some_ptr_cold,
     .setup = setup_cold,
     .teardown = teardown,
     .tier = BENCH_EXTENDED},
    {.name = "ptr_sum_all",
     .storage = BENCH_STACK,
     .run_for = pick_ptr_sum_all,
     .setup = setup,
     .teardown = teardown,
     .work = "sum_all",
     .tier = BENCH_DEFAULT},
    {.name = "ptr_malloc_copy",
     .storage = BENCH_HEAP,
     .run_for = pick_ptr_malloc_copy,
     .setup = setup,
     .teardown = teardown,
     .expect = expect_copy,
     BENCH_CALLS("malloc free")},
    {.name = "ptr_pool_copy",
     .storage = BENCH_POOL,
     .run_for = pick_ptr_pool_copy,
     .setup = setup,
     .teardown = teardown},
};

const struct bench_scenario bench_scenario = {
    .name = "pass_struct",
    .question = "Up to which size is a struct cheaper to pass by value than by pointer?",
    .touch = "copies the whole object (ptr: nothing), reads its first word (sum_all: every word)",
    .param = "size",
    .values = struct_size_values,
    .value_count = BENCH_COUNT(struct_size_values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
