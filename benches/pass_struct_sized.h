/* The variants of pass_struct for one size; see struct_sizes.h. */

#include "struct_object.h"

uint64_t SIZED(pass_value)(struct SIZED(object) object, uint64_t x);
uint64_t SIZED(pass_value_all)(struct SIZED(object) object, uint64_t x);
uint64_t SIZED(pass_pointer)(const struct SIZED(object) * object, uint64_t x);
uint64_t SIZED(pass_pointer_all)(const struct SIZED(object) * object, uint64_t x);

OPAQUE uint64_t SIZED(pass_value)(struct SIZED(object) object, uint64_t x)
{
    return object.words[0] + x;
}

OPAQUE uint64_t SIZED(pass_pointer)(const struct SIZED(object) * object, uint64_t x)
{
    return object->words[0] + x;
}

OPAQUE uint64_t SIZED(pass_value_all)(struct SIZED(object) object, uint64_t x)
{
    for (size_t i = 0; i < SIZE / 8; i++)
        x += object.words[i];
    return x;
}

OPAQUE uint64_t SIZED(pass_pointer_all)(const struct SIZED(object) * object, uint64_t x)
{
    for (size_t i = 0; i < SIZE / 8; i++)
        x += object->words[i];
    return x;
}

static uint64_t SIZED(run_val_clean)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    const struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += SIZED(pass_value)(*object, source->inputs[i % BENCH_INPUTS]);
    return sum;
}

static uint64_t SIZED(run_val_hot_field)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        object->words[0] = source->inputs[i % BENCH_INPUTS];
        sum += SIZED(pass_value)(*object, source->first_word);
    }
    return sum;
}

static uint64_t SIZED(run_val_sum_all)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    const struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += SIZED(pass_value_all)(*object, source->inputs[i % BENCH_INPUTS]);
    return sum;
}

static uint64_t SIZED(run_ptr)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    const struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += SIZED(pass_pointer)(object, source->inputs[i % BENCH_INPUTS]);
    return sum;
}

static uint64_t SIZED(run_ptr_sum_all)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    const struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += SIZED(pass_pointer_all)(object, source->inputs[i % BENCH_INPUTS]);
    return sum;
}

/* The next loop goes on behind where this one ends: a short one again from the start would find its
 * objects in the cache. */
static uint64_t SIZED(run_val_cold)(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const struct struct_source *const source = &state->source;
    const struct cold *const cold = &state->cold;
    const uint64_t first = cold->next;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct SIZED(object) *const object = cold_object(cold, first + i);
        sum += SIZED(pass_value)(*object, source->inputs[i % BENCH_INPUTS]);
    }
    state->cold.next = first + iterations;
    return sum;
}

static uint64_t SIZED(run_ptr_cold)(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const struct struct_source *const source = &state->source;
    const struct cold *const cold = &state->cold;
    const uint64_t first = cold->next;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct SIZED(object) *const object = cold_object(cold, first + i);
        sum += SIZED(pass_pointer)(object, source->inputs[i % BENCH_INPUTS]);
    }
    state->cold.next = first + iterations;
    return sum;
}

static uint64_t SIZED(run_ptr_malloc_copy)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    const struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct SIZED(object) *const copy = malloc(sizeof *copy);
        bench_require(copy);
        *copy = *object;
        sum += SIZED(pass_pointer)(copy, source->inputs[i % BENCH_INPUTS]);
        free(copy);
    }
    return sum;
}

static uint64_t SIZED(run_ptr_pool_copy)(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const struct struct_source *const source = &state->source;
    const struct SIZED(object) *const object = source->object;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state); /* or the compiler knows where the pool left off */
        /* Or gcc does not know of a block of the pool what it knows of one of malloc. */
        struct SIZED(object) *const copy =
            __builtin_assume_aligned(pool_get(&state->pool), COPY_ALIGNMENT);
        bench_require(copy);
        *copy = *object;
        sum += SIZED(pass_pointer)(copy, source->inputs[i % BENCH_INPUTS]);
        pool_put(&state->pool, copy);
    }
    return sum;
}
