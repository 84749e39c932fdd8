/*
 * Question: how much memory is held when objects of one size give way to larger ones?
 * Variants: objects of a size are allocated until LIVE_BYTES are live; then all of them are freed
 *           but one in `keep_every`, and the next size takes their place. comb: 64, then 192 bytes,
 *           and every keep_every-th stays; comb_random: the same, but of each keep_every one drawn
 *           at random stays; phase_change: 64, then 2048 bytes; doubling: 32, 64 and so on to 1024,
 *           after J. M. Robson, "Bounds for some functions concerning dynamic storage allocation",
 *           JACM 21 (1974). null: no object.
 * Timed:    all of that, and freeing what is left in the end; writing a word in every 64 bytes of
 *           each object, and reading the first when it is freed. An operation is all of it.
 * Not timed: the table of the objects, which is there and written to before; drawing who stays.
 * Observed: resident pages of no file beyond those before the first object of the process, at the
 *           end of each phase: the most of them over what is live then. It holds what the allocator
 *           needs for itself, what sizes are rounded up by, and free memory that it keeps. (By
 *           hand, where one process has many cells, it is of the first only.)
 * Expect:   as many mallocs as frees; their number follows from the sizes.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "resident.h"

enum {
    WORD = sizeof(uint64_t),
    LINE_BYTES = 64, /* one word is written in so many */
    /* At the end of each phase, or less than an object fewer. AddressSanitizer takes its time. */
    LIVE_BYTES = ARENA_ASAN ? 262144 : 2097152,
    LEAST_SIZE = 32, /* of the phases */
    OBSERVED = 2     /* times all of it */
};

/* The sizes, one a phase; 0 ends them. */
static const size_t comb[] = {64, 192, 0};
static const size_t phase_change[] = {64, 2048, 0};
static const size_t doubling[] = {LEAST_SIZE, 64, 128, 256, 512, 1024, 0};

struct state {
    uint64_t seed;
    uint64_t every;
    const size_t *sizes;
    struct resident before;
    uint32_t stays[BENCH_INPUTS]; /* which of a group of `every` */
    uint64_t *objects[LIVE_BYTES / LEAST_SIZE];
};

BODY bool is_kept(const struct state *state, uint64_t nth)
{
    const uint64_t every = state->every;
    return nth % every == state->stays[nth / every % BENCH_INPUTS];
}

/* Allocates objects behind the first `count` until enough bytes are live; returns how many. */
BODY size_t grow(struct state *state, size_t count, size_t size, size_t live_bytes)
{
    const size_t more = (LIVE_BYTES - live_bytes) / size;
    for (size_t i = count; i < count + more; i++) {
        uint64_t *const object = malloc(size);
        bench_require(object);
        for (size_t word = 0; word < size / WORD; word += LINE_BYTES / WORD)
            object[word] = state->seed + i;
        KEEP_PTR(object);
        state->objects[i] = object;
    }
    return more;
}

BODY uint64_t read_and_free(uint64_t *object)
{
    KEEP_PTR(object);
    const uint64_t value = object[0];
    free(object);
    return value;
}

static void look(const struct state *state, double *peak)
{
    struct resident now;
    if (!resident_read(&now))
        abort(); /* it could be read in setup */
    if (now.anonymous - state->before.anonymous > *peak)
        *peak = now.anonymous - state->before.anonymous;
}

/* All phases. With `peak`, looks at the end of each; *live_bytes is what is live in the end. */
BODY uint64_t age(struct state *state, double *peak, size_t *live_bytes)
{
    uint64_t sum = 0;
    size_t count = 0, live = 0;
    for (const size_t *size = state->sizes; *size > 0; size++) {
        const size_t first = count, more = grow(state, count, *size, live);
        live += more * *size;
        count += more;
        if (peak != NULL)
            look(state, peak);
        if (size[1] == 0)
            break;
        count = first;
        for (size_t i = 0; i < more; i++) {
            uint64_t *const object = state->objects[first + i];
            if (is_kept(state, i))
                state->objects[count++] = object;
            else
                sum += read_and_free(object);
        }
        live -= (more - (count - first)) * *size;
    }
    *live_bytes = live;
    for (size_t i = 0; i < count; i++)
        sum += read_and_free(state->objects[i]);
    return sum;
}

static uint64_t run(void *state, uint64_t iterations)
{
    uint64_t sum = 0;
    size_t live;
    for (uint64_t i = 0; i < iterations; i++)
        sum += age(state, NULL, &live);
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

static uint64_t observe(void *state, uint64_t iterations, struct bench_metrics *metrics)
{
    uint64_t sum = 0;
    size_t live = 1;
    double peak = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        peak = 0;
        sum += age(state, &peak, &live);
    }
    bench_metric_add(metrics, "live", "bytes", (double)live);
    bench_metric_add(metrics, "resident_peak", "bytes", peak);
    bench_metric_add(metrics, "resident_per_live", "ratio", peak / (double)live);
    return sum;
}

/* ---- What is there before the clock starts ---- */

static void *setup(const struct bench_cell *cell, const char **skip, const size_t *sizes,
                   bool random)
{
    struct state *const state = bench_map(sizeof *state);
    memset(state->objects, 0xff, sizeof state->objects); /* resident from now on */
    state->seed = cell->seed;
    state->every = (uint64_t)cell->value;
    state->sizes = sizes;
    uint64_t seed = cell->seed;
    for (unsigned i = 0; i < BENCH_INPUTS; i++)
        state->stays[i] = random ? (uint32_t)(bench_random(&seed) % state->every) : 0;
    if (!resident_read(&state->before) || !resident_read(&state->before)) {
        bench_unmap(state, sizeof *state);
        *skip = "this kernel does not tell resident memory in /proc/self/smaps_rollup";
        return NULL;
    }
    return state;
}

#define DEFINE_SETUP(label, sizes, random)                                       \
    static void *setup_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        return setup(cell, skip, sizes, random);                                 \
    }

DEFINE_SETUP(comb, comb, false)
DEFINE_SETUP(comb_random, comb, true)
DEFINE_SETUP(phase_change, phase_change, false)
DEFINE_SETUP(doubling, doubling, false)

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    struct bench_counts counts = {0};
    size_t live = 0;
    for (const size_t *size = state->sizes; *size > 0; size++) {
        const size_t more = (LIVE_BYTES - live) / *size;
        counts.allocs += iterations * more;
        counts.bytes += iterations * more * *size;
        for (size_t i = 0; i < more; i++)
            live += is_kept(state, i) ? *size : 0;
    }
    counts.frees = counts.allocs;
    return counts;
}

#define ROW(label, own_work)                                                               \
    {                                                                                      \
        .name = #label, .storage = BENCH_HEAP, .run = run, .setup = setup_##label,         \
        .teardown = teardown, .expect = expect, .work = (own_work), .observe = observe,    \
        .observe_iterations = OBSERVED, BENCH_CALLS("malloc free"), .tier = BENCH_EXTENDED \
    }

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .control = true,
     .tier = BENCH_EXTENDED},
    ROW(comb, "comb"),
    ROW(comb_random, "random"),
    ROW(phase_change, "change"),
    ROW(doubling, "doubling"),
};

static const struct bench_value values[] = {
    {2, BENCH_EXTENDED}, {8, BENCH_EXTENDED}, {64, BENCH_EXTENDED}};

const struct bench_scenario bench_scenario = {
    .name = "fragmentation",
    .question = "How much memory is held when objects of one size give way to larger ones?",
    .touch = "a word in every 64 bytes of each object, written; the first, read",
    .param = "keep_every",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 1,
};
