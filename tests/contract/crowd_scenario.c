/*
 * A scenario whose cells have several threads, one variant for each way of it. The contract test of
 * it must find nothing; end to end it is measured as any other. With FAULTS it also has variants
 * that the driver must fail: one whose second thread never comes back, one that asks for more than
 * its bound.
 */
#include "bench.h"
#include "keep.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { BLOCK_BYTES = 32, LINE_BYTES = 128 };

/* The state of a thread: its cell, in memory that no allocator knows of. */
static void *setup_cell(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct bench_cell *const state = bench_map(sizeof *state);
    *state = *cell;
    return state;
}

static void teardown_cell(void *state)
{
    bench_unmap(state, sizeof(struct bench_cell));
}

/* Writes and reads the block; no two threads and no two iterations write the same. */
BODY uint64_t use(uint64_t *block, const struct bench_cell *cell, uint64_t i)
{
    bench_require(block);
    *block = cell->seed + 1000 * cell->thread + i;
    KEEP_PTR(block);
    return *block;
}

static uint64_t run_malloc(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = malloc(BLOCK_BYTES);
        sum += use(block, state, i);
        free(block);
    }
    return sum;
}

static uint64_t run_frame(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t block[BLOCK_BYTES / sizeof(uint64_t)];
        sum += use(block, state, i);
    }
    return sum;
}

static struct bench_counts expect_pairs(const void *state, uint64_t iterations)
{
    (void)state;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * BLOCK_BYTES};
}

/* ---- One thread gives, the other takes ---- */

/* A slot for one block. */
struct slot {
    _Alignas(LINE_BYTES) _Atomic(uint64_t *) block; /* NULL: free */
};

static void *setup_slot(const struct bench_cell *cell, const char **skip)
{
    (void)cell;
    (void)skip;
    return bench_map(sizeof(struct slot));
}

static void teardown_slot(void *shared)
{
    bench_unmap(shared, sizeof(struct slot));
}

static uint64_t give(const struct bench_cell *cell, uint64_t iterations)
{
    struct slot *const slot = cell->shared;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *const block = malloc(BLOCK_BYTES);
        use(block, cell, i);
        while (atomic_load_explicit(&slot->block, memory_order_relaxed) != NULL)
            sched_yield();
        atomic_store_explicit(&slot->block, block, memory_order_release);
    }
    return 0;
}

static uint64_t take(const struct bench_cell *cell, uint64_t iterations)
{
    struct slot *const slot = cell->shared;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t *block;
        while ((block = atomic_load_explicit(&slot->block, memory_order_acquire)) == NULL)
            sched_yield();
        sum += *block;
        free(block);
        atomic_store_explicit(&slot->block, NULL, memory_order_release);
    }
    return sum;
}

static uint64_t run_hand_over(void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    return cell->thread == 0 ? give(cell, iterations) : take(cell, iterations);
}

static struct bench_counts expect_half(const void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    struct bench_counts counts = expect_pairs(NULL, iterations);
    if (cell->thread == 0)
        counts.frees = 0;
    else
        counts.allocs = counts.bytes = 0;
    return counts;
}

/* ---- Blocks that are kept for whoever comes next ---- */

/* A list of blocks, linked by their first word. */
struct list {
    pthread_mutex_t mutex;
    uint64_t *first;
};

static void *setup_list(const struct bench_cell *cell, const char **skip)
{
    (void)cell;
    (void)skip;
    struct list *const list = bench_map(sizeof *list);
    pthread_mutex_init(&list->mutex, NULL);
    return list;
}

static void teardown_list(void *shared)
{
    struct list *const list = shared;
    while (list->first != NULL) {
        uint64_t *const block = list->first;
        list->first = (uint64_t *)(uintptr_t)*block;
        free(block);
    }
    pthread_mutex_destroy(&list->mutex);
    bench_unmap(list, sizeof *list);
}

static uint64_t run_list(void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    struct list *const list = cell->shared;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        pthread_mutex_lock(&list->mutex);
        uint64_t *block = list->first;
        if (block != NULL)
            list->first = (uint64_t *)(uintptr_t)*block;
        pthread_mutex_unlock(&list->mutex);
        if (block == NULL)
            block = malloc(BLOCK_BYTES);
        sum += use(block, cell, i);
        pthread_mutex_lock(&list->mutex);
        *block = (uintptr_t)list->first;
        list->first = block;
        pthread_mutex_unlock(&list->mutex);
    }
    return sum;
}

/* On one thread the list is empty once; on more, as often as others have what was in it. */
static struct bench_counts expect_misses(const void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    const struct list *const list = cell->shared;
    if (cell->threads > 1)
        return (struct bench_counts){.allocs = iterations, .bytes = iterations * BLOCK_BYTES};
    const uint64_t misses = list->first == NULL;
    return (struct bench_counts){.allocs = misses, .bytes = misses * BLOCK_BYTES};
}

/* ---- One that does not run, and those that must not ---- */

static void *setup_but_third(const struct bench_cell *cell, const char **skip)
{
    if (cell->thread < 2)
        return setup_cell(cell, skip);
    *skip = "no third thread here";
    return NULL;
}

#ifdef FAULTS
static uint64_t run_hang(void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    while (cell->thread == 1)
        pause();
    return run_frame(state, iterations);
}

static struct bench_counts expect_too_few(const void *state, uint64_t iterations)
{
    return expect_pairs(state, iterations - 1);
}
#endif

#define STATE .unswept = true, .setup = setup_cell, .teardown = teardown_cell
#define PAIRS .storage = BENCH_HEAP, BENCH_CALLS("malloc free"), .expect = expect_pairs

static const struct bench_variant variants[] = {
    {.name = "malloc", STATE, PAIRS, .threaded = true, .run = run_malloc},
    {.name = "frame", STATE, .storage = BENCH_STACK, .threaded = true, .run = run_frame},
    {.name = "frame_alone", STATE, .storage = BENCH_STACK, .run = run_frame},
    {.name = "hand_over",
     STATE,
     .storage = BENCH_HEAP,
     .threads = 2,
     .setup_shared = setup_slot,
     .teardown_shared = teardown_slot,
     .run = run_hand_over,
     .work = "hand over",
     BENCH_CALLS("malloc free"),
     .expect = expect_half},
    {.name = "list",
     STATE,
     .storage = BENCH_HEAP,
     .threaded = true,
     .setup_shared = setup_list,
     .teardown_shared = teardown_list,
     .run = run_list,
     BENCH_CALLS("malloc"),
     .expect = expect_misses,
     .expect_at_most = true},
    {.name = "but_third",
     .unswept = true,
     .storage = BENCH_STACK,
     .threads = 3,
     .setup = setup_but_third,
     .teardown = teardown_cell,
     .run = run_frame},
#ifdef FAULTS
    {.name = "hang", STATE, .storage = BENCH_STACK, .threads = 2, .run = run_hang, .work = "hang"},
    {.name = "over_bound",
     STATE,
     .storage = BENCH_HEAP,
     .threads = 2,
     .run = run_malloc,
     .work = "over",
     BENCH_CALLS("malloc free"),
     .expect = expect_too_few,
     .expect_at_most = true},
#endif
};

const struct bench_scenario bench_scenario = {
    .name = "crowd",
    .question = "What do several threads cost?",
    .touch = "the first word",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
