/*
 * Question: what does a closure cost, from its creation over its calls to its release?
 * Variants: env_stack, env_heap, env_pool and env_arena, a record of function pointer and captured
 *           words in each storage; env_heap_byref, a record that points to the captured words,
 *           both on the heap, as Go does when a captured variable is assigned to; fat_pointer, the
 *           function pointer and the address of captured words in the frame, passed by value;
 *           fat_word, the same with the one captured word in place of an address; nested_direct, a
 *           nested function of gcc called by its name, and trampoline, the same called through its
 *           address; block_stack, block_copy and block_var, a block of clang in the frame, copied
 *           to the heap, and copied with a captured __block variable; block_global, one that
 *           captures nothing. The number behind `calls` is that of the calls of one closure; rows
 *           that 100 calls would make equal to env_stack's (env_arena, fat_pointer) have 1 and 10.
 *           A trampoline's closure is a function entered anew, one more call; the code of blocks is
 *           clang's, whichever compiler the rest is from.
 * Timed:    capturing `captured_bytes` bytes, the calls through a function that does not know what
 *           it calls (nested_direct: none, it is inlined), reading every captured word in each
 *           call, the release.
 * Not timed: drawing the values that are captured.
 * Expect:   in the frame, pool or arena a few nanoseconds; env_heap one allocation of 8 bytes and
 *           the captured ones, env_heap_byref two, block_copy one of 32 bytes and the captured
 *           ones, block_var two (40, and 24 with the captured ones). A trampoline is code written
 *           to the stack: each new one makes the processor throw away what it had decoded, which
 *           costs more than any allocation here; so may each further call, as chance places the
 *           stack. Code on the stack is asked for when a trampoline is first run, not by the
 *           linker.
 */
#include "closures_ways.h"
#include "executable_stack.h"

/* Compiled with closures_nested.c and closures_blocks.c: 1. */
#ifndef CLOSURES_NESTED
#define CLOSURES_NESTED 0
#endif
#ifndef CLOSURES_BLOCKS
#define CLOSURES_BLOCKS 0
#endif

/* ---- One loop for each way, number of bytes and number of calls ---- */

#define LOOP(way, bytes, calls)                                                     \
    static uint64_t way##_calls##calls##_##bytes(void *opaque, uint64_t iterations) \
    {                                                                               \
        struct closures_state *const state = opaque;                                \
        uint64_t sum = 0;                                                           \
        for (uint64_t i = 0; i < iterations; i++) {                                 \
            KEEP_PTR(state); /* or the pool's and the arena's stay in registers */  \
            sum += way(state, &state->inputs[i % BENCH_INPUTS], bytes, calls);      \
        }                                                                           \
        return sum;                                                                 \
    }
#define LOOP_1(way, bytes) LOOP(way, bytes, 1)
#define LOOP_10(way, bytes) LOOP(way, bytes, 10)
#define LOOP_100(way, bytes) LOOP(way, bytes, 100)
#define LOOPS(way, calls)            \
    CLOSURE_SIZES(LOOP_##calls, way) \
    static CLOSURE_PICK(way##_calls##calls)

LOOPS(env_stack, 1)
LOOPS(env_stack, 10)
LOOPS(env_stack, 100)
LOOPS(env_heap, 1)
LOOPS(env_heap, 10)
LOOPS(env_heap, 100)
LOOPS(env_heap_byref, 1)
LOOPS(env_heap_byref, 10)
LOOPS(env_heap_byref, 100)
LOOPS(env_pool, 1)
LOOPS(env_pool, 10)
LOOPS(env_pool, 100)
LOOPS(env_arena, 1)
LOOPS(env_arena, 10)
LOOPS(fat_pointer, 1)
LOOPS(fat_pointer, 10)

static uint64_t fat_word_calls1_8(void *opaque, uint64_t iterations)
{
    const struct closures_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        const uint64_t *const from = &state->inputs[i % BENCH_INPUTS];
        sum += call_fat((struct fat){fat_one_word, from[1]}, from, 1);
    }
    return sum;
}

/* More than one word does not fit. */
static bench_run *fat_word_calls1(int64_t bytes)
{
    return bytes == sizeof(uint64_t) ? fat_word_calls1_8 : NULL;
}

static uint64_t null(void *opaque, uint64_t iterations)
{
    const struct closures_state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += state->inputs[i % BENCH_INPUTS];
        KEEP_VAL(sum);
    }
    return sum;
}

/* ---- Setup and counts ---- */

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct closures_state *const state = bench_map(sizeof *state);
    uint64_t random = cell->seed;
    for (size_t i = 0; i < BENCH_COUNT(state->inputs); i++)
        state->inputs[i] = bench_random(&random);
    state->captured_bytes = (size_t)cell->value;
    if (pool_init(&state->pool, sizeof(struct closure) + state->captured_bytes,
                  _Alignof(struct closure), 0) != 0 ||
        arena_init(&state->arena, 0) != 0)
        abort();
    return state;
}

static void teardown(void *opaque)
{
    struct closures_state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

#if CLOSURES_NESTED
static void *setup_trampoline(const struct bench_cell *cell, const char **skip)
{
    if (!executable_stack_allow(&cell)) {
        *skip = EXECUTABLE_STACK_REFUSED;
        return NULL;
    }
    return setup(cell, skip);
}
#endif

/* One block of the captured bytes and so many more; and another one of a size of its own. */
static struct bench_counts expect_blocks(const void *opaque, uint64_t iterations, size_t more_bytes,
                                         size_t other_bytes)
{
    const struct closures_state *const state = opaque;
    const uint64_t blocks = other_bytes > 0 ? 2 * iterations : iterations;
    return (struct bench_counts){.allocs = blocks,
                                 .frees = blocks,
                                 .bytes = iterations *
                                          (state->captured_bytes + more_bytes + other_bytes)};
}

static struct bench_counts expect_env_heap(const void *state, uint64_t iterations)
{
    return expect_blocks(state, iterations, sizeof(struct closure), 0);
}

static struct bench_counts expect_env_heap_byref(const void *state, uint64_t iterations)
{
    return expect_blocks(state, iterations, 0, sizeof(struct closure) + sizeof(uint64_t));
}

#if CLOSURES_BLOCKS
/*
 * "Block Implementation Specification" of the clang manual: a block begins with isa, flags, a
 * reserved word, the function and a descriptor; a __block variable with isa, the address it was
 * forwarded to, flags and size.
 */
enum { BLOCK_HEADER_BYTES = 32, BLOCK_VARIABLE_HEADER_BYTES = 24 };

static struct bench_counts expect_block_copy(const void *state, uint64_t iterations)
{
    return expect_blocks(state, iterations, BLOCK_HEADER_BYTES, 0);
}

static struct bench_counts expect_block_var(const void *state, uint64_t iterations)
{
    return expect_blocks(state, iterations, BLOCK_VARIABLE_HEADER_BYTES,
                         BLOCK_HEADER_BYTES + sizeof(void *));
}
#endif

/* ---- The table ---- */

static const struct bench_value values[] = {
    {8, BENCH_KEY},       {16, BENCH_EXTENDED}, {32, BENCH_EXTENDED},
    {64, BENCH_EXTENDED}, {128, BENCH_DEFAULT},
};

/* A row: way, calls of each closure, storage, tier. */
#define ROW(way, calls, where, when)                                                \
    .name = #way "_calls" #calls, .storage = BENCH_##where, .work = "calls" #calls, \
    .tier = BENCH_##when
#define PLAIN(way, calls) .run_for = way##_calls##calls, .setup = setup, .teardown = teardown
#define COUNTS(what, list) .expect = expect_##what, BENCH_CALLS(list)
#if CLOSURES_NESTED
#define NESTED(way, calls) PLAIN(way, calls)
#define TRAMPOLINE(way, calls) \
    .run_for = way##_calls##calls, .setup = setup_trampoline, .teardown = teardown
#else
#define NESTED(way, calls)                                                                       \
    .unswept = true, .skip = "built without gcc, whose extension nested functions are; install " \
                             "gcc"
#define TRAMPOLINE(way, calls) NESTED(way, calls)
#endif
#if CLOSURES_BLOCKS
#define BLOCK(way, calls) PLAIN(way, calls)
#define BLOCK_COUNTS(what, list) COUNTS(what, list)
#else
#define NO_BLOCKS                                                                            \
    .unswept = true, .skip = "built without clang or its Blocks runtime; install clang and " \
                             "libblocksruntime-dev"
#define BLOCK(way, calls) NO_BLOCKS
#define BLOCK_COUNTS(what, list)
#endif

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = null,
     .setup = setup,
     .teardown = teardown,
     .work = "no capture",
     .unswept = true},
    {ROW(env_stack, 1, STACK, KEY), PLAIN(env_stack, 1)},
    {ROW(env_stack, 10, STACK, DEFAULT), PLAIN(env_stack, 10)},
    {ROW(env_stack, 100, STACK, DEFAULT), PLAIN(env_stack, 100)},
    {ROW(env_heap, 1, HEAP, KEY), PLAIN(env_heap, 1), COUNTS(env_heap, "malloc free")},
    {ROW(env_heap, 10, HEAP, DEFAULT), PLAIN(env_heap, 10), COUNTS(env_heap, "malloc free")},
    {ROW(env_heap, 100, HEAP, EXTENDED), PLAIN(env_heap, 100), COUNTS(env_heap, "malloc free")},
    {ROW(env_heap_byref, 1, HEAP, KEY), PLAIN(env_heap_byref, 1),
     COUNTS(env_heap_byref, "malloc free")},
    {ROW(env_heap_byref, 10, HEAP, EXTENDED), PLAIN(env_heap_byref, 10),
     COUNTS(env_heap_byref, "malloc free")},
    {ROW(env_heap_byref, 100, HEAP, EXTENDED), PLAIN(env_heap_byref, 100),
     COUNTS(env_heap_byref, "malloc free")},
    {ROW(env_pool, 1, POOL, KEY), PLAIN(env_pool, 1), .control = true},
    {ROW(env_pool, 10, POOL, DEFAULT), PLAIN(env_pool, 10)},
    {ROW(env_pool, 100, POOL, EXTENDED), PLAIN(env_pool, 100)},
    {ROW(env_arena, 1, ARENA, DEFAULT), PLAIN(env_arena, 1)},
    {ROW(env_arena, 10, ARENA, EXTENDED), PLAIN(env_arena, 10)},
    {ROW(fat_pointer, 1, STACK, DEFAULT), PLAIN(fat_pointer, 1)},
    {ROW(fat_pointer, 10, STACK, EXTENDED), PLAIN(fat_pointer, 10)},
    {ROW(fat_word, 1, INLINE, KEY), PLAIN(fat_word, 1), .control = true},
    {ROW(nested_direct, 1, INLINE, DEFAULT), NESTED(nested_direct, 1)},
    {ROW(trampoline, 1, STACK, KEY), TRAMPOLINE(trampoline, 1)},
    {ROW(trampoline, 10, STACK, DEFAULT), TRAMPOLINE(trampoline, 10)},
    {ROW(trampoline, 100, STACK, EXTENDED), TRAMPOLINE(trampoline, 100)},
    {ROW(block_stack, 1, STACK, DEFAULT), BLOCK(block_stack, 1)},
    {ROW(block_copy, 1, HEAP, KEY), BLOCK(block_copy, 1),
     BLOCK_COUNTS(block_copy, "_Block_copy _Block_release")},
    {ROW(block_copy, 10, HEAP, EXTENDED), BLOCK(block_copy, 10),
     BLOCK_COUNTS(block_copy, "_Block_copy _Block_release")},
    {ROW(block_var, 1, HEAP, DEFAULT), BLOCK(block_var, 1),
     BLOCK_COUNTS(block_var, "_Block_copy _Block_release _Block_object_assign "
                             "_Block_object_dispose")},
#if CLOSURES_BLOCKS
    {.name = "block_global_calls1",
     .storage = BENCH_STATIC,
     .run = block_global_calls1,
     .setup = setup,
     .teardown = teardown,
     .work = "no capture",
     .unswept = true,
     .tier = BENCH_DEFAULT},
#else
    {.name = "block_global_calls1", .storage = BENCH_STATIC, .tier = BENCH_DEFAULT, NO_BLOCKS},
#endif
};

const struct bench_scenario bench_scenario = {
    .name = "closures",
    .question = "What does a closure cost, from its creation over its calls to its release?",
    .touch = "writes all captured words once, reads all of them in each call",
    .param = "captured_bytes",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
