/*
 * Question: what do the parts cost that every other row is made of?
 * Variants: empty, the loop that adds its index; stack_store, an object of `size` bytes in the
 *           frame whose first and last word are written and read back; call, an opaque call;
 *           icall1, icall4_cyc and icall4_rand, the same calls through a table of pointers to one
 *           target, to four targets in turn, and to four targets in random order; timer, a reading
 *           of the monotonic clock.
 * Timed:    the loop. The three indirect rows run the same code and differ in their table of
 *           targets only, so what lies between them is the branch predictor.
 * Not timed: the table of BENCH_INPUTS target numbers.
 * Expect:   no allocation. empty one cycle, stack_store little more and the same for every size,
 *           call and icall1 a few cycles more, icall4_cyc as icall1 where the predictor keeps a
 *           history, icall4_rand a misprediction in three calls of four.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"

#include <time.h>

enum { TARGETS = 4, WORD = sizeof(uint64_t) };

typedef uint64_t target(uint64_t value);

struct state {
    target *targets[TARGETS];
    uint8_t order[BENCH_INPUTS]; /* which target each call takes */
};

/*
 * Four functions that do the same. Each returns from another distance to the 64-byte boundary that
 * it starts on, as different functions do: the history of a branch predictor may hold no more than
 * low address bits, and with four equal bodies a Zen 5 mispredicts every call of icall4_cyc.
 */
target floor_target0, floor_target1, floor_target2, floor_target3;

OPAQUE uint64_t floor_target0(uint64_t value)
{
    return value;
}

OPAQUE uint64_t floor_target1(uint64_t value)
{
    __asm__ volatile("nop");
    return value;
}

OPAQUE uint64_t floor_target2(uint64_t value)
{
    __asm__ volatile("nop\n\tnop");
    return value;
}

OPAQUE uint64_t floor_target3(uint64_t value)
{
    __asm__ volatile("nop\n\tnop\n\tnop");
    return value;
}

static uint64_t run_empty(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

static uint64_t run_call(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += floor_target0(i);
    return sum;
}

static uint64_t run_icall(void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += state->targets[state->order[i & (BENCH_INPUTS - 1)]](i);
    return sum;
}

static uint64_t run_timer(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        KEEP_PTR(&now);
        sum += i;
    }
    return sum;
}

BODY uint64_t stack_store(uint64_t *object, size_t size, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        object[0] = i;
        object[size / WORD - 1] = 0;
        KEEP_PTR(object);
        sum += object[0] + object[size / WORD - 1];
    }
    return sum;
}

#define DEFINE_STACK_STORE(size)                                             \
    static uint64_t run_stack_store_##size(void *state, uint64_t iterations) \
    {                                                                        \
        (void)state;                                                         \
        uint64_t object[(size) / WORD];                                      \
        return stack_store(object, size, iterations);                        \
    }

DEFINE_STACK_STORE(16)
DEFINE_STACK_STORE(64)
DEFINE_STACK_STORE(4096)

static bench_run *stack_store_for(int64_t size)
{
    switch (size) {
    case 16:
        return run_stack_store_16;
    case 64:
        return run_stack_store_64;
    case 4096:
        return run_stack_store_4096;
    default:
        return NULL;
    }
}

static struct state *make_state(void)
{
    struct state *const state = bench_map(sizeof *state);
    state->targets[0] = floor_target0;
    state->targets[1] = floor_target1;
    state->targets[2] = floor_target2;
    state->targets[3] = floor_target3;
    return state;
}

static void *setup_one(const struct bench_cell *cell, const char **skip)
{
    (void)cell, (void)skip;
    return make_state();
}

static void *setup_cyclic(const struct bench_cell *cell, const char **skip)
{
    (void)cell, (void)skip;
    struct state *const state = make_state();
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->order[i] = (uint8_t)(i % TARGETS);
    return state;
}

static void *setup_random(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state();
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        state->order[i] = (uint8_t)(bench_random(&random) % TARGETS);
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

static const struct bench_value sizes[] = {
    {16, BENCH_DEFAULT}, {64, BENCH_KEY}, {4096, BENCH_DEFAULT}};

#define INLINE(label) .name = (label), .storage = BENCH_INLINE, .unswept = true

static const struct bench_variant variants[] = {
    {INLINE("empty"), .run = run_empty},
    {.name = "stack_store", .storage = BENCH_STACK, .run_for = stack_store_for},
    {INLINE("call"), .run = run_call, .control = true},
    {INLINE("icall1"), .run = run_icall, .setup = setup_one, .teardown = teardown},
    {INLINE("icall4_cyc"), .run = run_icall, .setup = setup_cyclic, .teardown = teardown,
     .tier = BENCH_DEFAULT},
    {INLINE("icall4_rand"), .run = run_icall, .setup = setup_random, .teardown = teardown},
    {INLINE("timer"), .run = run_timer, .tier = BENCH_DEFAULT},
};

const struct bench_scenario bench_scenario = {
    .name = "floor",
    .question = "What do the parts cost that every other row is made of?",
    .touch = "first and last word of the object, where there is one",
    .param = "size",
    .values = sizes,
    .value_count = BENCH_COUNT(sizes),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
