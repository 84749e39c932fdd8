/*
 * Question: how long does a call of malloc or free take at worst?
 * Variants: by the sizes of the objects. fixed_64: 64 bytes; uniform_1k: 16 to 1024 bytes, each as
 *           likely; octaves_32k: 16 bytes to 32 KiB, each octave as likely (not with the largest
 *           number of live objects, for they would be 180 MB). `live_objects` are live throughout;
 *           the next 16 to be replaced are drawn at random. null: no object.
 * Timed:    for each object: reading its first word, free, malloc of the next size, writing the
 *           first word. In batches of 16: all are freed, then all are allocated.
 * Not timed: allocating the live objects, drawing sizes and victims.
 * Observed: the same, with a reading of the clock before the 16 frees, between them and the 16
 *           mallocs, and behind: two histograms of times of 16 calls. Not of single calls, of which
 *           many are shorter than what the clock can tell. In a time of 16 calls one long one (a
 *           refill, a flush, memory from the kernel) is seen whole; the time of one reading is in
 *           it. Interrupts and other processes are in the tail, too: it is what a program sees.
 *           A percentile is told when five times or more lie beyond it.
 * Not told: what made a batch long. A refill or a flush of a thread cache happens within the
 *           allocator and leaves no sign that all allocators have in common. What the kernel does
 *           (page faults, brk, mmap) could be counted, but only by further calls of the kernel
 *           around each batch: they take longer than most batches do, and leave caches and branch
 *           predictors in another state, so that the tail would be that of another program.
 * Expect:   one malloc and one free an operation, of the sizes drawn. What is freed was read just
 *           before: it is in the cache.
 */
#include "bench.h"
#include "histogram.h"
#include "keep.h"
#include "null_loop.h"

#include <string.h>
#include <time.h>

enum {
    BATCH = 16,
    CLOCK_READINGS = 4096, /* to find what the clock can tell */
    QUANTUM_MOST = 256,    /* ns; a longer step is found as the smallest difference */
    MULTIPLE_WIDEST = 4,   /* ns over which rounding spreads one multiple of the step */
    OBSERVED = 1 << 20,    /* operations: enough batches for five beyond 99.99 % */
    BEYOND = 5,            /* times that make a percentile worth telling */
    LIVE_MOST_OCTAVES = 4096
};

enum mix { FIXED_64, UNIFORM_1K, OCTAVES_32K };

struct state {
    uint64_t seed;
    size_t live;
    uint64_t **objects; /* of so many */
    struct histogram of_malloc;
    struct histogram of_free;
    uint32_t victims[BENCH_INPUTS]; /* those of a batch differ from each other */
    uint32_t sizes[BENCH_INPUTS];
};

BODY uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What the object in that place holds, however often it was replaced. */
BODY uint64_t stamp(const struct state *state, uint32_t place)
{
    return state->seed + 3 * (uint64_t)place;
}

BODY void fill(const struct state *state, uint32_t place)
{
    uint64_t *const object = state->objects[place];
    bench_require(object);
    object[0] = stamp(state, place);
    KEEP_PTR(object);
}

/* Replaces the objects of a batch; returns the sum of what they held. */
BODY uint64_t replace(struct state *state, uint64_t first, unsigned count, bool observed)
{
    const uint32_t *const victims = state->victims + first % BENCH_INPUTS;
    const uint32_t *const sizes = state->sizes + first % BENCH_INPUTS;
    uint64_t **const objects = state->objects;
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += objects[victims[i]][0];
    const uint64_t start_ns = observed ? now_ns() : 0;
    for (unsigned i = 0; i < count; i++)
        free(objects[victims[i]]);
    const uint64_t freed_ns = observed ? now_ns() : 0;
    for (unsigned i = 0; i < count; i++)
        objects[victims[i]] = malloc(sizes[i]);
    if (observed && count == BATCH) {
        histogram_record(&state->of_malloc, now_ns() - freed_ns);
        histogram_record(&state->of_free, freed_ns - start_ns);
    }
    for (unsigned i = 0; i < count; i++)
        fill(state, victims[i]);
    return sum;
}

BODY uint64_t churn(struct state *state, uint64_t iterations, bool observed)
{
    uint64_t sum = 0;
    uint64_t done = 0;
    for (; iterations - done >= BATCH; done += BATCH)
        sum += replace(state, done, BATCH, observed);
    return sum + replace(state, done, (unsigned)(iterations - done), observed);
}

static uint64_t run(void *state, uint64_t iterations)
{
    return churn(state, iterations, false);
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

static bench_run *run_octaves(int64_t live)
{
    return live <= LIVE_MOST_OCTAVES ? run : NULL;
}

/* ---- What is observed ---- */

/*
 * The step in which the clock advances, from how often two readings differ by each of the first
 * QUANTUM_MOST values; the time between them varies. With a step of several ns the differences are
 * its multiples, each with a neighbour or two from rounding to ns: the distance from the peak of a
 * group of neighbours to the next. More than MULTIPLE_WIDEST neighbours are no group: the step is a
 * nanosecond. With fewer than two groups it is the smallest difference there was.
 */
static uint64_t find_quantum(void)
{
    unsigned times[QUANTUM_MOST] = {0};
    uint64_t quantum_ns = UINT64_MAX;
    for (unsigned i = 0; i < CLOCK_READINGS; i++) {
        const uint64_t start_ns = now_ns();
        for (unsigned wait = i % 64; wait > 0; wait--)
            KEEP_VAL(wait);
        const uint64_t step_ns = now_ns() - start_ns;
        if (step_ns < QUANTUM_MOST)
            times[step_ns]++;
        if (step_ns > 0 && step_ns < quantum_ns)
            quantum_ns = step_ns;
    }
    unsigned neighbours = 0, peak = 0, last_peak = QUANTUM_MOST;
    for (unsigned step = 0; step < QUANTUM_MOST; step++) {
        if (times[step] > 0) {
            peak = neighbours == 0 || times[step] > times[peak] ? step : peak;
            if (++neighbours > MULTIPLE_WIDEST)
                return 1;
        } else if (neighbours > 0) {
            if (last_peak < peak && peak - last_peak < quantum_ns)
                quantum_ns = peak - last_peak;
            last_peak = peak;
            neighbours = 0;
        }
    }
    return quantum_ns;
}

static void observe_clock(struct bench_metrics *metrics)
{
    bench_metric_add(metrics, "clock_quantum", "ns", (double)find_quantum());
    const uint64_t start_ns = now_ns();
    uint64_t last_ns = start_ns;
    for (unsigned i = 0; i < CLOCK_READINGS; i++)
        last_ns = now_ns();
    bench_metric_add(metrics, "clock_cost", "ns", (double)(last_ns - start_ns) / CLOCK_READINGS);
}

static const struct {
    double quantile;
    const char *of_malloc;
    const char *of_free;
} percentiles[] = {{0.5, "malloc_p50", "free_p50"},          {0.9, "malloc_p90", "free_p90"},
                   {0.99, "malloc_p99", "free_p99"},         {0.999, "malloc_p99_9", "free_p99_9"},
                   {0.9999, "malloc_p99_99", "free_p99_99"}, {1, "malloc_max", "free_max"}};

static void tell(const struct histogram *histogram, bool frees, struct bench_metrics *metrics)
{
    for (size_t i = 0; i < BENCH_COUNT(percentiles); i++) {
        const double quantile = percentiles[i].quantile;
        const double beyond = (1 - quantile) * (double)histogram->total;
        if (histogram->total > 0 && (beyond >= BEYOND || quantile == 1))
            bench_metric_add(metrics, frees ? percentiles[i].of_free : percentiles[i].of_malloc,
                             "ns_per_16_calls", (double)histogram_quantile(histogram, quantile));
    }
}

static uint64_t observe(void *opaque, uint64_t iterations, struct bench_metrics *metrics)
{
    struct state *const state = opaque;
    memset(&state->of_malloc, 0, sizeof state->of_malloc);
    memset(&state->of_free, 0, sizeof state->of_free);
    observe_clock(metrics);
    const uint64_t sum = churn(state, iterations, true);
    if (state->of_malloc.total != iterations / BATCH || state->of_free.total != iterations / BATCH)
        abort();
    bench_metric_add(metrics, "batches", "count", (double)state->of_malloc.total);
    tell(&state->of_malloc, false, metrics);
    tell(&state->of_free, true, metrics);
    return sum;
}

/* ---- What is there before the clock starts ---- */

static uint32_t draw_size(enum mix mix, uint64_t *random)
{
    if (mix == FIXED_64)
        return 64;
    if (mix == UNIFORM_1K)
        return 16 + (uint32_t)(bench_random(random) % 1009);
    const uint32_t least = 16u << bench_random(random) % 11; /* 16 bytes to 16 KiB */
    return least + (uint32_t)(bench_random(random) % least);
}

static bool is_among(const uint32_t *places, unsigned count, uint32_t place)
{
    for (unsigned i = 0; i < count; i++)
        if (places[i] == place)
            return true;
    return false;
}

/* Sizes, and places no two of which are the same in a batch. */
static void draw(struct state *state, enum mix mix)
{
    uint64_t random = state->seed, random_size = state->seed + 1;
    for (unsigned i = 0; i < BENCH_INPUTS; i++) {
        state->sizes[i] = draw_size(mix, &random_size);
        const unsigned nth = i % BATCH;
        do
            state->victims[i] = (uint32_t)(bench_random(&random) % state->live);
        while (is_among(&state->victims[i - nth], nth, state->victims[i]));
    }
}

static void *setup(const struct bench_cell *cell, enum mix mix)
{
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->live = (size_t)cell->value;
    state->objects = bench_map(state->live * sizeof *state->objects);
    draw(state, mix);
    for (uint32_t place = 0; place < state->live; place++) {
        state->objects[place] = malloc(state->sizes[place % BENCH_INPUTS]);
        fill(state, place);
    }
    return state;
}

#define DEFINE_SETUP(label, mix)                                                 \
    static void *setup_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        (void)skip;                                                              \
        return setup(cell, mix);                                                 \
    }

DEFINE_SETUP(fixed_64, FIXED_64)
DEFINE_SETUP(uniform_1k, UNIFORM_1K)
DEFINE_SETUP(octaves_32k, OCTAVES_32K)

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    for (size_t i = 0; i < state->live; i++)
        free(state->objects[i]);
    bench_unmap(state->objects, state->live * sizeof *state->objects);
    bench_unmap(state, sizeof *state);
}

/* An allocation an operation, of the next size. */
static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    const uint64_t rounds = iterations / BENCH_INPUTS, rest = iterations % BENCH_INPUTS;
    struct bench_counts counts = {.allocs = iterations, .frees = iterations};
    for (uint64_t i = 0; i < BENCH_INPUTS; i++)
        counts.bytes += state->sizes[i] * (rounds + (i < rest));
    return counts;
}

#define ROW(label)                                                                           \
    .name = #label, .storage = BENCH_HEAP, .setup = setup_##label, .teardown = teardown,     \
    .expect = expect, .observe = observe, .observe_iterations = OBSERVED, .observe_ms = 300, \
    BENCH_CALLS("malloc free"), .tier = BENCH_EXTENDED

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .control = true,
     .tier = BENCH_EXTENDED},
    {ROW(fixed_64), .run = run},
    {ROW(uniform_1k), .run = run},
    {ROW(octaves_32k), .run_for = run_octaves},
};

static const struct bench_value values[] = {
    {64, BENCH_EXTENDED}, {4096, BENCH_EXTENDED}, {65536, BENCH_EXTENDED}};

const struct bench_scenario bench_scenario = {
    .name = "latency",
    .question = "How long does a call of malloc or free take at worst?",
    .touch = "the first word, read before free and written after malloc",
    .param = "live_objects",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
