/*
 * Question: what does it cost to append n elements to a slice, by how it grows?
 * Variants: presized, malloc of all n before the first append. By realloc, from nothing, to a
 *           capacity that is: x2, twice the last; x1_5, half as much again; x1_25_192, that of Go
 *           since 1.18, twice the last below 256 elements and 1.25 times and 192 above; phi, by the
 *           golden ratio; plus64 and plus1, so many more (plus1 is a realloc to the exact length at
 *           each append). x2_exact, x2 and at the end a realloc to the exact length; x2_copy, x2 by
 *           malloc, copy and free; sbo, x2 from SBO_ELEMENTS in the frame, to the heap where there
 *           are more; arena_extend, x2 in an arena, in place where the slice lies last in it;
 *           mremap, x2 of a mapping of its own, from MAPPED_ELEMENTS. static_buf, memory that is
 *           there and large enough. _interleaved: two slices of n elements each, appended to in
 *           turn, so that what lies behind one is the other. null: no slice.
 * Timed:    n appends, each with the check for room; reading and adding up all elements; giving the
 *           memory back. An operation is all of that.
 * Not timed: making the arena and the buffer, which have been used before. The pages of mremap are
 *           new in each operation, and so are those of an allocator that gives large blocks back.
 * Expect:   as many allocs and reallocs as the capacity takes steps to n, and as many bytes as all
 *           its values together: one alloc and then reallocs, or, for x2_copy, allocs and frees
 *           alone; none for arena_extend, mremap and static_buf. An allocator that extends a block
 *           in place makes small steps cheap, until something lies behind it: _interleaved tells.
 *           plus1 and plus64 copy bytes in proportion to n squared if every step copies: an n for
 *           which that is more than COPIED_MOST_BYTES is left out, and so are two slices that have
 *           more than ELEMENTS_MOST together, and slices that mremap has no need to grow.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "null_loop.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t), /* bytes of an element */
    ALIGNMENT = 16,          /* as malloc's on both architectures */
    SBO_ELEMENTS = 64,
    MAPPED_ELEMENTS = 512, /* a page of 4 KiB; the kernel takes whole pages in any case */
    /* Under AddressSanitizer each step copies to pages that are new: it has less of both. */
    ELEMENTS_MOST = ARENA_ASAN ? 100000 : 1000000,        /* of all slices of one operation */
    COPIED_MOST_BYTES = (ARENA_ASAN ? 32 : 512) * 1048576 /* in it, if each step copies */
};

/* From where a slice grows, and in what. */
enum way { PRESIZED, REALLOC, REALLOC_EXACT, COPY, SBO, ARENA, MAPPED, STATIC };

/* The next capacity. */
enum rule { NEVER, TIMES_2, TIMES_1_5, GO, PHI, PLUS_64, PLUS_1 };

struct state {
    uint64_t seed;
    size_t elements; /* to append to each slice */
    struct arena arena;
    uint64_t *buffer; /* for two slices */
};

/* A slice but for its length, which the loop counts. In registers, as Go has it. */
struct space {
    uint64_t *data;
    size_t capacity; /* elements */
};

BODY size_t next_capacity(enum rule rule, size_t capacity)
{
    enum { GO_THRESHOLD = 256 };
    const size_t doubled = capacity > 0 ? 2 * capacity : 1;
    const size_t least = capacity < 2; /* or one half of so little is nothing */
    switch (rule) {
    case TIMES_2:
        return doubled;
    case TIMES_1_5:
        return capacity + capacity / 2 + least;
    case GO: /* nextslicecap of Go's runtime/slice.go, without the size classes behind it */
        return capacity < GO_THRESHOLD ? doubled : capacity + (capacity + 3 * GO_THRESHOLD) / 4;
    case PHI: /* 40503 / 65536 is the golden ratio less 1 */
        return capacity + capacity * 40503 / 65536 + least;
    case PLUS_64:
        return capacity + 64;
    case PLUS_1:
        return capacity + 1;
    case NEVER:
        break;
    }
    return 0;
}

/* In place when the slice ends where the arena goes on, else by a copy. */
BODY uint64_t *extend(struct arena *arena, struct space space, size_t capacity)
{
    uint64_t *const end = space.data + space.capacity;
    if (space.capacity > 0 && arena_mark(arena).cursor == (uintptr_t)end &&
        arena_alloc(arena, (capacity - space.capacity) * WORD, WORD) == end)
        return space.data;
    uint64_t *const data = arena_alloc(arena, capacity * WORD, ALIGNMENT);
    bench_require(data);
    if (space.capacity > 0)
        memcpy(data, space.data, space.capacity * WORD);
    return data;
}

BODY uint64_t *remap(struct space space, size_t capacity)
{
    void *const data = space.capacity > 0 ? mremap(space.data, space.capacity * WORD,
                                                   capacity * WORD, MREMAP_MAYMOVE)
                                          : mmap(NULL, capacity * WORD, PROT_READ | PROT_WRITE,
                                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? NULL : data;
}

/* The inside of every function that makes room for more. */
BODY struct space grow(enum way way, enum rule rule, struct space space, struct state *state)
{
    size_t capacity = next_capacity(rule, space.capacity);
    uint64_t *data = NULL;
    if (way == REALLOC || way == REALLOC_EXACT || (way == SBO && space.capacity > SBO_ELEMENTS)) {
        data = realloc(space.data, capacity * WORD);
    } else if (way == COPY || way == SBO) {
        data = malloc(capacity * WORD);
        bench_require(data);
        if (space.capacity > 0)
            memcpy(data, space.data, space.capacity * WORD);
        if (way == COPY)
            free(space.data);
    } else if (way == ARENA) {
        data = extend(&state->arena, space, capacity);
    } else if (way == MAPPED) {
        if (space.capacity == 0)
            capacity = MAPPED_ELEMENTS;
        data = remap(space, capacity);
    }
    bench_require(data);
    return (struct space){data, capacity};
}

BODY struct space start(enum way way, struct state *state, uint64_t *small, size_t which)
{
    const size_t elements = state->elements;
    struct space space = {NULL, 0};
    if (way == PRESIZED)
        space = (struct space){malloc(elements * WORD), elements};
    else if (way == STATIC)
        space = (struct space){state->buffer + which * elements, elements};
    else if (way == SBO)
        space = (struct space){small, SBO_ELEMENTS};
    if (way == PRESIZED || way == STATIC)
        bench_require(space.data);
    return space;
}

uint64_t slice_append_sum(const uint64_t *data, size_t length);
OPAQUE uint64_t slice_append_sum(const uint64_t *data, size_t length)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += data[i];
    return sum;
}

/* Adds a whole slice up and gives it back. */
BODY uint64_t finish(enum way way, struct space space, size_t length, const uint64_t *small)
{
    if (way == REALLOC_EXACT && space.capacity > length) {
        space.data = realloc(space.data, length * WORD);
        bench_require(space.data);
    }
    const uint64_t sum = slice_append_sum(space.data, length);
    if (way == MAPPED)
        bench_unmap(space.data, space.capacity * WORD);
    else if (way != ARENA && way != STATIC && (way != SBO || space.data != small))
        free(space.data);
    return sum;
}

typedef struct space grower(struct space space, struct state *state);

BODY uint64_t loop(enum way way, grower *more, bool two, struct state *state, uint64_t iterations)
{
    const uint64_t seed = state->seed;
    const size_t elements = state->elements;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        uint64_t small_a[SBO_ELEMENTS], small_b[SBO_ELEMENTS];
        KEEP_PTR(state);
        struct arena_mark mark = {0};
        if (way == ARENA)
            mark = arena_mark(&state->arena);
        struct space a = start(way, state, small_a, 0), b = {NULL, 0};
        if (two)
            b = start(way, state, small_b, 1);
        for (size_t j = 0; j < elements; j++) {
            if (__builtin_expect(j == a.capacity, 0))
                a = more(a, state);
            a.data[j] = seed + i + j;
            if (two && __builtin_expect(j == b.capacity, 0))
                b = more(b, state);
            if (two)
                b.data[j] = seed + i - j;
        }
        sum += finish(way, a, elements, small_a);
        if (two)
            sum += finish(way, b, elements, small_b);
        if (way == ARENA)
            arena_release(&state->arena, mark);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    return null_loop(((const struct state *)state)->seed, iterations);
}

/*
 * What the steps of the capacity ask for in one slice, from `capacity` until it is n: each step a
 * realloc, but the first, which is an alloc, or all of them allocs (copies).
 */
static struct bench_counts count_steps(enum way way, enum rule rule, size_t capacity, size_t n)
{
    struct bench_counts counts = {0};
    bool on_heap = false;
    while (capacity < n) {
        capacity = next_capacity(rule, capacity);
        counts.bytes += capacity * WORD;
        counts.reallocs += on_heap && way != COPY;
        counts.allocs += !on_heap || way == COPY;
        counts.frees += on_heap && way == COPY;
        on_heap = true;
    }
    if (way == REALLOC_EXACT && capacity > n) {
        counts.reallocs++;
        counts.bytes += n * WORD;
    }
    counts.frees += on_heap; /* at the end */
    return counts;
}

/* The same for a loop. */
static struct bench_counts count_loop(enum way way, enum rule rule, const struct state *state,
                                      uint64_t slices)
{
    const size_t n = state->elements;
    struct bench_counts counts = {.allocs = 1, .frees = 1, .bytes = n * WORD};
    if (way != PRESIZED)
        counts = count_steps(way, rule, way == SBO ? SBO_ELEMENTS : 0, n);
    return (struct bench_counts){.allocs = slices * counts.allocs,
                                 .reallocs = slices * counts.reallocs,
                                 .frees = slices * counts.frees,
                                 .bytes = slices * counts.bytes};
}

/* Whether slices of so many elements grow at all, and are not too much to be waited for. */
static bool is_measured(enum way way, enum rule rule, size_t slices, size_t n)
{
    if (slices * n > ELEMENTS_MOST || (way == MAPPED && n <= MAPPED_ELEMENTS))
        return false;
    uint64_t copied = 0; /* if each step copies */
    for (size_t capacity = 0; rule != NEVER && capacity < n;) {
        copied += slices * capacity * WORD;
        if (copied > COPIED_MOST_BYTES)
            return false;
        capacity = next_capacity(rule, capacity);
    }
    return true;
}

/* The function that makes room, its loops over one slice and over two, and what they ask for. */
#define DEFINE_VARIANT(label, way, rule)                                                       \
    grower slice_append_more_##label;                                                          \
    OPAQUE struct space slice_append_more_##label(struct space space, struct state *state)     \
    {                                                                                          \
        return grow(way, rule, space, state);                                                  \
    }                                                                                          \
    static uint64_t run_##label(void *state, uint64_t iterations)                              \
    {                                                                                          \
        return loop(way, slice_append_more_##label, false, state, iterations);                 \
    }                                                                                          \
    static uint64_t run_##label##_interleaved(void *state, uint64_t iterations)                \
    {                                                                                          \
        return loop(way, slice_append_more_##label, true, state, iterations);                  \
    }                                                                                          \
    static bench_run *label##_for(int64_t elements)                                            \
    {                                                                                          \
        return is_measured(way, rule, 1, (size_t)elements) ? run_##label : NULL;               \
    }                                                                                          \
    static bench_run *label##_interleaved_for(int64_t elements)                                \
    {                                                                                          \
        return is_measured(way, rule, 2, (size_t)elements) ? run_##label##_interleaved : NULL; \
    }

#define DEFINE_HEAP_VARIANT(label, way, rule)                                         \
    DEFINE_VARIANT(label, way, rule)                                                  \
    static struct bench_counts expect_##label(const void *state, uint64_t iterations) \
    {                                                                                 \
        return count_loop(way, rule, state, iterations);                              \
    }                                                                                 \
    static struct bench_counts expect_##label##_interleaved(const void *state,        \
                                                            uint64_t iterations)      \
    {                                                                                 \
        return count_loop(way, rule, state, 2 * iterations);                          \
    }

DEFINE_HEAP_VARIANT(presized, PRESIZED, NEVER)
DEFINE_HEAP_VARIANT(x2, REALLOC, TIMES_2)
DEFINE_HEAP_VARIANT(x1_5, REALLOC, TIMES_1_5)
DEFINE_HEAP_VARIANT(x1_25_192, REALLOC, GO)
DEFINE_HEAP_VARIANT(phi, REALLOC, PHI)
DEFINE_HEAP_VARIANT(plus64, REALLOC, PLUS_64)
DEFINE_HEAP_VARIANT(plus1, REALLOC, PLUS_1)
DEFINE_HEAP_VARIANT(x2_exact, REALLOC_EXACT, TIMES_2)
DEFINE_HEAP_VARIANT(x2_copy, COPY, TIMES_2)
DEFINE_HEAP_VARIANT(sbo, SBO, TIMES_2)
DEFINE_VARIANT(arena_extend, ARENA, TIMES_2)
DEFINE_VARIANT(mremap, MAPPED, TIMES_2)
DEFINE_VARIANT(static_buf, STATIC, NEVER)

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->elements = (size_t)cell->value;
    state->buffer = bench_map(2 * (state->elements + 1) * WORD);
    /* All capacities of a doubled slice are less than four times its length, and there are two. */
    if (arena_init(&state->arena, 2 * 4 * (state->elements + 1) * WORD) != 0)
        abort();
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    arena_destroy(&state->arena);
    bench_unmap(state->buffer, 2 * (state->elements + 1) * WORD);
    bench_unmap(state, sizeof *state);
}

static const struct bench_value elements[] = {
    {8, BENCH_EXTENDED},     {100, BENCH_EXTENDED},   {1000, BENCH_KEY},
    {10000, BENCH_EXTENDED}, {100000, BENCH_DEFAULT}, {1000000, BENCH_EXTENDED},
};

#define ROW(label, where) \
    .name = #label, .storage = (where), .run_for = label##_for, .setup = setup, .teardown = teardown
#define HEAP(label, functions) \
    ROW(label, BENCH_HEAP), .expect = expect_##label, BENCH_CALLS(functions)
#define TWO .work = "interleaved"

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .setup = setup,
     .teardown = teardown,
     .unswept = true},
    {ROW(static_buf, BENCH_STATIC)},
    {ROW(static_buf_interleaved, BENCH_STATIC), TWO, .tier = BENCH_DEFAULT},
    {HEAP(presized, "malloc free"), .tier = BENCH_EXTENDED},
    {HEAP(presized_interleaved, "malloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(x2, "realloc free")},
    {HEAP(x2_interleaved, "realloc free"), TWO, .tier = BENCH_DEFAULT},
    {HEAP(x1_5, "realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(x1_5_interleaved, "realloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(x1_25_192, "realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(x1_25_192_interleaved, "realloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(phi, "realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(phi_interleaved, "realloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(plus64, "realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(plus64_interleaved, "realloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(plus1, "realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(plus1_interleaved, "realloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(x2_exact, "realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(x2_exact_interleaved, "realloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(x2_copy, "malloc free"), .tier = BENCH_EXTENDED},
    {HEAP(x2_copy_interleaved, "malloc free"), TWO, .tier = BENCH_EXTENDED},
    {HEAP(sbo, "malloc realloc free"), .tier = BENCH_EXTENDED},
    {HEAP(sbo_interleaved, "malloc realloc free"), TWO, .tier = BENCH_EXTENDED},
    {ROW(arena_extend, BENCH_ARENA), .tier = BENCH_DEFAULT},
    {ROW(arena_extend_interleaved, BENCH_ARENA), TWO, .tier = BENCH_DEFAULT},
    {ROW(mremap, BENCH_ARENA), .tier = BENCH_EXTENDED},
    {ROW(mremap_interleaved, BENCH_ARENA), TWO, .tier = BENCH_EXTENDED},
};

const struct bench_scenario bench_scenario = {
    .name = "slice_append",
    .question = "What does it cost to append n elements to a slice, by how it grows?",
    .touch = "every element, written when appended, read at the end",
    .param = "elements",
    .values = elements,
    .value_count = BENCH_COUNT(elements),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 2,
};
