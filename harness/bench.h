/*
 * The contract of a scenario: what one file in benches/ gives to the harness.
 *
 * A scenario asks one question and answers it with several variants that do the same work in
 * different storage. It exports one object, `bench_scenario`, which the linker finds; the harness
 * never names a scenario. The same object file is linked into the program that is measured and into
 * its contract test, so what is proved is what is timed.
 *
 * Rules of a variant's run function:
 *   - the iteration loop is inside it, and nothing of the harness is called in it but the barriers;
 *   - it returns a checksum over values read back through the object, equal for every variant of
 * equal work at equal seed and iterations;
 *   - every random choice is prepared by setup, from the seed, in memory from bench_map;
 *   - it makes exactly the allocator calls that `expect` counts and `calls` names.
 * These rules are checked by the contract and machine-code tests of every scenario.
 */
#ifndef ALLOCOST_BENCH_H
#define ALLOCOST_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Where the measured value lives. The order is the order of the legend in every figure. */
enum bench_storage {
    BENCH_STACK,  /* in a frame, or in the caller's frame */
    BENCH_ARENA,  /* bumped from an arena, released together */
    BENCH_POOL,   /* a fixed-size object of a pool */
    BENCH_HEAP,   /* from the allocator under test */
    BENCH_STATIC, /* in static or thread-local storage */
    BENCH_INLINE  /* nowhere: in a register, or inside the word that would have pointed to it */
};

/* What the machine code reached from run must contain; checked in the linked binary. */
enum bench_code {
    BENCH_CALLS_NOTHING,   /* no allocator function, neither in the source nor in the code */
    BENCH_CALLS_ALLOCATOR, /* each of the functions named in `calls`, and no other */
    BENCH_ELIDED           /* the source calls the allocator, the compiler has removed it */
};

/* How soon a cell is dropped when the time budget is short. */
enum bench_tier {
    BENCH_KEY,     /* measured in every run: the figures cannot do without it */
    BENCH_DEFAULT, /* measured when the default budget is given */
    BENCH_EXTENDED /* measured when a long budget, or everything, is asked for */
};

/* One point of the swept parameter. */
struct bench_value {
    int64_t value;        /* in the unit that the parameter's name says */
    enum bench_tier tier; /* when it is measured */
};

/* One call that a recorded program made to its allocator. */
enum bench_trace_call {
    BENCH_TRACE_MALLOC,
    BENCH_TRACE_CALLOC,
    BENCH_TRACE_REALLOC,
    BENCH_TRACE_REALLOCARRAY,
    BENCH_TRACE_ALIGNED_ALLOC,
    BENCH_TRACE_POSIX_MEMALIGN,
    BENCH_TRACE_MEMALIGN,
    BENCH_TRACE_FREE
};

/* The call, as it is done again. */
struct bench_trace_op {
    uint64_t size;       /* requested bytes, the product of calloc's two; of free: 0 */
    uint32_t slot;       /* where the block is kept: no two live blocks have the same */
    uint8_t call;        /* an enum bench_trace_call */
    uint8_t align_shift; /* binary logarithm of the alignment, where the call has one */
};

/*
 * The allocations of a recorded program, in the order in which it made them, of all its threads.
 * Every block that is got is given back: what the program left is freed by ops at the end.
 */
struct bench_trace {
    const struct bench_trace_op *ops;
    size_t op_count;     /* at least 1 */
    size_t slot_count;   /* as many blocks as live at once */
    uint64_t peak_bytes; /* requested by the blocks that live at once, at their most */
};

/* Which trace a variant gets. */
enum bench_trace_source {
    BENCH_TRACE_NONE,
    BENCH_TRACE_BUILT_IN, /* the one that the variant brings along */
    BENCH_TRACE_GIVEN     /* the one that the user names; there is no cell when none is named */
};

/* The cell that setup prepares. */
struct bench_cell {
    int64_t value; /* of the swept parameter; 0 for an unswept variant */
    uint64_t seed; /* of every random choice; the same for all variants of a round and of a run, and
                      for all threads: what must differ between them also comes from `thread` */
    unsigned threads; /* that call run at the same time, each with a state of its own; at least 1 */
    unsigned thread;  /* which of them this state is for, from 0 */
    void *shared;     /* what setup_shared returned; NULL without it, and in setup_shared itself */
    const struct bench_trace *trace; /* of a variant that wants one; constant, while the state is */
};

/* Exact totals over all iterations of one run call. */
struct bench_counts {
    uint64_t allocs;   /* calls that return a new block: malloc, calloc, aligned_alloc, ... */
    uint64_t reallocs; /* realloc and reallocarray of a block that existed, to a size above 0 */
    uint64_t frees;    /* free of a block, not of NULL */
    uint64_t bytes;    /* requested by all of those allocs and reallocs */
};

/* The measured function. `iterations` is at least 1. Returns the checksum. */
typedef uint64_t bench_run(void *state, uint64_t iterations);

/* Something that a variant has observed beside its time. */
struct bench_metric {
    const char *name; /* [a-z0-9_]+, unique in the process; but not `throughput` */
    const char *unit; /* [a-z0-9_]+ */
    double value;     /* finite */
};

enum {
    BENCH_METRICS_MOST = 32,  /* of one process */
    BENCH_METRIC_LONGEST = 31 /* bytes of a name or a unit */
};

/* What an observed run fills in; empty before. */
struct bench_metrics {
    struct bench_metric items[BENCH_METRICS_MOST];
    size_t count;
};

/* One way to do the scenario's work. A field that is not set is zero, and zero is the common case.
 */
struct bench_variant {
    const char *name; /* the mechanism, [a-z0-9_]+, unique in the scenario */
    enum bench_storage storage;

    /* Exactly one of the two. run_for returns NULL for a value that the variant does not have. */
    bench_run *run;
    bench_run *(*run_for)(int64_t value);

    /*
     * Prepares the state before the clock starts and returns it. NULL in `setup`: run gets a NULL
     * state. When the variant cannot run on this machine, *skip is set to the reason, a string of
     * static storage, and the return value is ignored. teardown gives everything back, after the
     * clock. Both are called once a thread, by the thread that calls run with the state, so that
     * what a thread keeps for itself is there in both; never two of them at the same time: setup
     * from thread 0 on, teardown in the reverse order.
     */
    void *(*setup)(const struct bench_cell *cell, const char **skip);
    void (*teardown)(void *state);

    /*
     * The same for what the threads share: once before all setups, and once when all threads have
     * torn down their states and ended. NULL: they share nothing.
     */
    void *(*setup_shared)(const struct bench_cell *cell, const char **skip);
    void (*teardown_shared)(void *shared);

    /*
     * On how many threads the cell is measured. Not set: one. `threaded`: the variant has a cell
     * for 1, 2, 4, ... threads up to twice the CPUs that the process may run on, those of more
     * threads than CPUs in the extended tier; each thread does an operation an iteration.
     * `threads`: just so many, which have different parts (0 sends, 1 receives) and together do one
     * operation an iteration. Each thread calls run with the same iterations at the same time, as
     * often as the others; the checksum is the sum of theirs.
     */
    bool threaded;
    unsigned threads;

    /*
     * What the allocator is asked for in `iterations` iterations that start from a state fresh from
     * setup, or from one that ran any number of whole calls of the same length before. NULL:
     * nothing. It is asked once for each thread's state, and the answers are summed: who allocates
     * and who frees may be different threads.
     */
    struct bench_counts (*expect)(const void *state, uint64_t iterations);

    /*
     * The sums of `expect` are bounds that no count exceeds, since how often the allocator is asked
     * depends on which thread comes first. Only for more than one thread: on one they are exact.
     */
    bool expect_at_most;

    /*
     * Does what run does, and looks at it besides: it asks the allocator for the same and returns
     * the same checksum, but takes its time, and fills in what it saw, the same metrics in the same
     * order whenever it is called with the same iterations. Called once a process, behind the timed
     * repetitions and one more call of run, with observe_iterations; in the contract test with
     * fewer, from which it knows that it need not wait for anything.
     * NULL: there is nothing but the time. Only on one thread.
     */
    uint64_t (*observe)(void *state, uint64_t iterations, struct bench_metrics *metrics);
    uint64_t observe_iterations; /* at least 2 with observe */
    unsigned
        observe_ms; /* about how long it takes, waiting included; not set: no time to speak of */

    const char *work;     /* variants of equal work have equal checksums; NULL: the common work */
    enum bench_code code; /* when the scenario is compiled by gcc */
    enum bench_code
        code_clang; /* when by clang; the same enum value must be written twice if equal */
    /*
     * Allocator functions by name, "malloc free"; NULL with CALLS_NOTHING. "malloc>calloc" is a
     * malloc of the source that both compilers make a calloc.
     */
    const char *calls;
    enum bench_tier tier; /* a cell's tier is the later one of its variant's and its value's */
    bool unswept;         /* has no parameter: one cell, param and value are empty */
    bool control;         /* calls no allocator, yet is measured under each: the noise floor */
    enum bench_trace_source trace;     /* what the cell gets to be done again */
    const unsigned char *built_in;     /* the bytes of the trace: a file of `allocost record` */
    const unsigned char *built_in_end; /* behind the last one */
    bool never_threaded;               /* the process must never have had a second thread */
    const char *skip; /* why this build cannot run the variant; then run may be NULL */
};

/* What one file of benches/ exports. */
struct bench_scenario {
    const char *name;     /* the pattern, [a-z0-9_]+: the program is bench_<name> */
    const char *question; /* one sentence that ends in a question mark */
    const char *touch;    /* what of the object each iteration writes and reads, in words */
    const char *param; /* name of the swept parameter, with its unit in the dictionary; or NULL */
    const struct bench_value *values;
    size_t value_count;
    const struct bench_variant *variants;
    size_t variant_count;
    /* By how many iterations a run compares the checksums of its variants before it measures; 0:
     * the usual number, thousands. Few, where one operation takes milliseconds. */
    uint64_t check_iterations;
};

extern const struct bench_scenario bench_scenario;

#define BENCH_COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Both compilers agree on the code of a variant that calls the functions in a list, or nothing. */
#define BENCH_CALLS(list) \
    .code = BENCH_CALLS_ALLOCATOR, .code_clang = BENCH_CALLS_ALLOCATOR, .calls = (list)

/*
 * Memory for a scenario's inputs and tables: whole pages of zeros from the kernel, so that the
 * state of the allocator under test does not depend on them. Aborts when there is none. bench_unmap
 * gives it back, with the same size.
 */
static inline void *bench_map(size_t size_bytes)
{
    void *const block =
        mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        abort();
    return block;
}

static inline void bench_unmap(void *block, size_t size_bytes)
{
    if (munmap(block, size_bytes) != 0)
        abort();
}

/*
 * Next 64 random bits of the generator whose state is *state; any seed will do. Cannot fail.
 * SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 */
static inline uint64_t bench_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Adds a metric. Strings are of static storage. Aborts when there are too many. */
static inline void bench_metric_add(struct bench_metrics *metrics, const char *name,
                                    const char *unit, double value)
{
    if (metrics->count == BENCH_METRICS_MOST)
        abort();
    metrics->items[metrics->count++] =
        (struct bench_metric){.name = name, .unit = unit, .value = value};
}

/* The one way a measured body meets exhausted memory: the same cold call in every storage. */
static inline __attribute__((always_inline)) void bench_require(const void *block)
{
    if (__builtin_expect(block == NULL, 0))
        abort();
}

/* Inputs that a branch predictor cannot learn by heart: a power of two, for use as a mask. */
#define BENCH_INPUTS 65536u

#endif
