/* The variants of return_struct for one size; see struct_sizes.h. */

#include "struct_object.h"

struct SIZED(object) SIZED(make_value)(uint64_t x);
struct SIZED(object) SIZED(copy_value)(const struct SIZED(object) * object);
void SIZED(make_out)(struct SIZED(object) * out, uint64_t x);
struct SIZED(object) * SIZED(make_heap)(uint64_t x);

OPAQUE struct SIZED(object) SIZED(make_value)(uint64_t x)
{
    struct SIZED(object) object = {0};
    object.words[0] = x;
    return object;
}

OPAQUE struct SIZED(object) SIZED(copy_value)(const struct SIZED(object) * object)
{
    return *object;
}

OPAQUE void SIZED(make_out)(struct SIZED(object) * out, uint64_t x)
{
    *out = (struct SIZED(object)){0};
    out->words[0] = x;
}

OPAQUE struct SIZED(object) * SIZED(make_heap)(uint64_t x)
{
    struct SIZED(object) *const object = malloc(sizeof *object);
    bench_require(object);
    KEEP_PTR(object); /* or malloc and zeros become calloc */
    *object = (struct SIZED(object)){0};
    object->words[0] = x;
    return object;
}

static uint64_t SIZED(run_ret)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct SIZED(object) object = SIZED(make_value)(source->inputs[i % BENCH_INPUTS]);
        sum += object.words[0] + source->first_word;
    }
    return sum;
}

static uint64_t SIZED(run_ret_copy)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const struct SIZED(object) object = SIZED(copy_value)(source->object);
        sum += object.words[0] + source->inputs[i % BENCH_INPUTS];
    }
    return sum;
}

static uint64_t SIZED(run_out_param)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct SIZED(object) object;
        SIZED(make_out)(&object, source->inputs[i % BENCH_INPUTS]);
        sum += object.words[0] + source->first_word;
    }
    return sum;
}

static uint64_t SIZED(run_malloc_ret)(void *opaque, uint64_t iterations)
{
    const struct struct_source *const source = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct SIZED(object) *const object = SIZED(make_heap)(source->inputs[i % BENCH_INPUTS]);
        sum += object->words[0] + source->first_word;
        free(object);
    }
    return sum;
}
