/*
 * Question: how much memory do small objects take, and when is it given back?
 * Variants: released, objects of `size` bytes, TOTAL_BYTES of them together, allocated, written,
 *           held, and freed; by how long after that one looks: at once. after_1s, after_10s: after
 *           1 and 10 s in which nothing happens (64 bytes only). purged: after the allocator was
 *           asked to give back what it does not use, each in its way. null: no object.
 * Timed:    malloc of all objects; writing a word in every 64 bytes of each, and reading the first;
 *           free of all in the order in which they were allocated. One operation is all of that.
 * Not timed: the table of the objects, which is there and written to before.
 * Observed: pages that are resident and of no file, as the kernel counts them: before the first
 *           object of the process, with all live, and in the end, and the address space in use.
 *           What is told is the difference to before. `resident_first` and the overhead are of the
 *           first population of the process, in its warm-up: what the objects take. The others
 *           are of a process that has done the same several times, and does nothing else: there
 *           an allocator may hold free pages beside those of the objects, and how many depends
 *           on how often it was done. (By hand, where one process has many cells, all are of the
 *           first cell only.)
 * Expect:   a malloc and a free for each object.
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "purge.h"
#include "resident.h"

#include <time.h>

enum {
    WORD = sizeof(uint64_t),
    LINE_BYTES = 64,       /* one word is written in so many */
    TOTAL_BYTES = 2097152, /* a page more or less is 0.2 % */
    WAITED_FOR_BYTES = 64, /* the size for which one waits */
    OBSERVED = 2,          /* populations; one alone is a test, which does not wait */
    ONE_S = 1000,
    TEN_S = 10000
};

struct state {
    uint64_t seed;
    size_t size;
    size_t count;
    unsigned wait_ms;
    bool purges;
    struct purge purge;
    struct resident before;
    struct resident first; /* with the first population live */
    bool looked;           /* at the first population */
    uint64_t *objects[];
};

/* ---- One population ---- */

BODY void build(struct state *state)
{
    const size_t size = state->size, count = state->count;
    const uint64_t seed = state->seed;
    for (size_t i = 0; i < count; i++) {
        uint64_t *const object = malloc(size);
        bench_require(object);
        for (size_t word = 0; word < size / WORD; word += LINE_BYTES / WORD)
            object[word] = seed + i;
        KEEP_PTR(object);
        state->objects[i] = object;
    }
}

BODY uint64_t destroy(struct state *state)
{
    const size_t count = state->count;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        KEEP_PTR(state->objects[i]);
        sum += state->objects[i][0];
        free(state->objects[i]);
    }
    return sum;
}

static struct resident look(void)
{
    struct resident now;
    if (!resident_read(&now))
        abort(); /* it could be read in setup */
    return now;
}

/* Once a process, in its warm-up. */
static __attribute__((noinline, cold)) void look_at_first(struct state *state)
{
    state->first = look();
    state->looked = true;
}

static uint64_t run(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        build(state);
        if (__builtin_expect(!state->looked, 0))
            look_at_first(state);
        sum += destroy(state);
    }
    return sum;
}

static bench_run *run_waited_for(int64_t size)
{
    return size == WAITED_FOR_BYTES ? run : NULL;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* ---- What is observed ---- */

static void wait_for(unsigned ms)
{
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    while (nanosleep(&rest, &rest) != 0)
        ;
}

static uint64_t observe(void *opaque, uint64_t iterations, struct bench_metrics *metrics)
{
    struct state *const state = opaque;
    struct resident live = state->before;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        build(state);
        live = look();
        sum += destroy(state);
    }
    if (iterations >= OBSERVED)
        wait_for(state->wait_ms);
    if (state->purges)
        purge_call(&state->purge);
    const struct resident after = look();
    const struct resident *const before = &state->before;
    const double requested = (double)(state->size * state->count);
    const double first = state->first.anonymous - before->anonymous;
    bench_metric_add(metrics, "objects", "count", (double)state->count);
    bench_metric_add(metrics, "requested", "bytes", requested);
    bench_metric_add(metrics, "resident_first", "bytes", first);
    bench_metric_add(metrics, "resident", "bytes", live.anonymous - before->anonymous);
    bench_metric_add(metrics, "mapped", "bytes", live.mapped - before->mapped);
    bench_metric_add(metrics, "overhead_per_object", "bytes",
                     (first - requested) / (double)state->count);
    bench_metric_add(metrics, "resident_after", "bytes", after.anonymous - before->anonymous);
    bench_metric_add(metrics, "lazy_after", "bytes", after.lazy - before->lazy);
    bench_metric_add(metrics, "mapped_after", "bytes", after.mapped - before->mapped);
    return sum;
}

/* ---- What is there before the clock starts ---- */

static size_t state_bytes(size_t count)
{
    return sizeof(struct state) + count * sizeof(uint64_t *);
}

static void *setup_waiting(const struct bench_cell *cell, const char **skip, unsigned wait_ms)
{
    const size_t size = (size_t)cell->value, count = TOTAL_BYTES / size;
    struct state *const state = bench_map(state_bytes(count));
    *state = (struct state){.seed = cell->seed, .size = size, .count = count, .wait_ms = wait_ms};
    memset(state->objects, 0xff, count * sizeof *state->objects); /* resident from now on */
    if (!resident_read(&state->before) || !resident_read(&state->before)) {
        bench_unmap(state, state_bytes(count));
        *skip = "this kernel does not tell resident memory in /proc/self/smaps_rollup";
        return NULL;
    }
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    return setup_waiting(cell, skip, 0);
}

static void *setup_1s(const struct bench_cell *cell, const char **skip)
{
    return setup_waiting(cell, skip, ONE_S);
}

static void *setup_10s(const struct bench_cell *cell, const char **skip)
{
    return setup_waiting(cell, skip, TEN_S);
}

static void *setup_purge(const struct bench_cell *cell, const char **skip)
{
    struct purge purge;
    if (!purge_find(&purge)) {
        *skip = "no way is known to ask this allocator for unused memory";
        return NULL;
    }
    struct state *const state = setup(cell, skip);
    if (state != NULL) {
        state->purges = true;
        state->purge = purge;
    }
    return state;
}

static void teardown(void *opaque)
{
    bench_unmap(opaque, state_bytes(((const struct state *)opaque)->count));
}

static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const uint64_t objects = iterations * state->count;
    return (struct bench_counts){
        .allocs = objects, .frees = objects, .bytes = objects * state->size};
}

#define HEAP                                                                           \
    .storage = BENCH_HEAP, .teardown = teardown, .expect = expect, .observe = observe, \
    .observe_iterations = OBSERVED, BENCH_CALLS("malloc free")

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .control = true,
     .tier = BENCH_DEFAULT},
    {.name = "released", HEAP, .run = run, .setup = setup, .tier = BENCH_DEFAULT},
    {.name = "after_1s",
     HEAP,
     .run_for = run_waited_for,
     .setup = setup_1s,
     .observe_ms = ONE_S,
     .tier = BENCH_EXTENDED},
    {.name = "after_10s",
     HEAP,
     .run_for = run_waited_for,
     .setup = setup_10s,
     .observe_ms = TEN_S,
     .tier = BENCH_EXTENDED},
    {.name = "purged", HEAP, .run = run, .setup = setup_purge, .tier = BENCH_EXTENDED},
};

static const struct bench_value values[] = {
    {16, BENCH_EXTENDED},   {64, BENCH_DEFAULT},    {100, BENCH_EXTENDED},  {256, BENCH_EXTENDED},
    {1024, BENCH_EXTENDED}, {4096, BENCH_EXTENDED}, {40000, BENCH_EXTENDED}};

const struct bench_scenario bench_scenario = {
    .name = "footprint",
    .question = "How much memory do small objects take, and when is it given back?",
    .touch = "a word in every 64 bytes of each object, written; the first, read",
    .param = "size",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 1,
};
