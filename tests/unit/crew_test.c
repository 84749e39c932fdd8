/* The threads of a cell: who sets up what and when, that they run together, and what they say. */
#include "check.h"
#include "worker/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MOST = 8 };

/* What was called, in order: a letter and the thread's number each. */
static char calls[256];
static pthread_t thread_of[MOST]; /* that set up the state of this number */
static unsigned setups;
static int shared_object;
static unsigned skip_on; /* the setup of this thread skips */

static void note(char what, unsigned thread)
{
    const size_t used = strlen(calls);
    snprintf(calls + used, sizeof calls - used, "%c%u ", what, thread);
}

static void *setup_shared(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    EXPECT(cell->shared == NULL);
    note('S', cell->thread);
    return &shared_object;
}

static void teardown_shared(void *shared)
{
    EXPECT(shared == &shared_object);
    note('T', 0);
}

static struct bench_cell states[MOST];

static void *setup(const struct bench_cell *cell, const char **skip)
{
    EXPECT(cell->shared == &shared_object);
    EXPECT_INT(cell->thread, setups++);
    note('s', cell->thread);
    thread_of[cell->thread] = pthread_self();
    if (cell->thread + 1 == skip_on)
        *skip = "not here";
    states[cell->thread] = *cell;
    return &states[cell->thread];
}

static void teardown(void *state)
{
    const struct bench_cell *const cell = state;
    EXPECT(pthread_equal(thread_of[cell->thread], pthread_self()));
    note('t', cell->thread);
}

/* Every thread waits in each iteration for all the others: it only ends when all run. */
static atomic_uint met;

static uint64_t run_meeting(void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    for (uint64_t i = 0; i < iterations; i++) {
        const unsigned goal = (atomic_fetch_add(&met, 1) / cell->threads + 1) * cell->threads;
        while (atomic_load(&met) < goal)
            sched_yield();
    }
    return (uint64_t)cell->value + cell->seed * cell->thread +
           !pthread_equal(thread_of[cell->thread], pthread_self());
}

static struct bench_counts expect(const void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    return (struct bench_counts){.allocs = iterations,
                                 .reallocs = cell->thread,
                                 .frees = 2 * iterations,
                                 .bytes = iterations * cell->thread};
}

static const struct bench_variant variant = {.name = "meeting",
                                             .run = run_meeting,
                                             .setup = setup,
                                             .teardown = teardown,
                                             .setup_shared = setup_shared,
                                             .teardown_shared = teardown_shared,
                                             .threaded = true,
                                             .expect = expect,
                                             .expect_at_most = true};

static struct crew *open_crew(const struct bench_variant *of, unsigned threads, const char **skip)
{
    const struct bench_cell cell = {.value = 10000, .seed = 100, .threads = threads};
    calls[0] = '\0';
    setups = 0;
    *skip = NULL;
    atomic_store(&met, 0);
    return crew_open(of, run_meeting, &cell, skip);
}

static void test_threads(void)
{
    const char *skip;
    struct crew *const crew = open_crew(&variant, 3, &skip);
    EXPECT_STR(calls, "S0 s0 s1 s2 ");
    for (unsigned i = 0; i < 3; i++) {
        EXPECT(!pthread_equal(thread_of[i], pthread_self()));
        EXPECT(crew_state(crew, i) == &states[i]);
        EXPECT(i == 0 || !pthread_equal(thread_of[i], thread_of[0]));
    }
    struct crew_timing timing;
    for (unsigned i = 0; i < 20; i++)
        EXPECT_INT(crew_run(crew, 50, &timing), 30000 + 100 * (0 + 1 + 2));
    EXPECT_INT(atomic_load(&met), 20 * 50 * 3);
    EXPECT_INT(crew_run(crew, 1, NULL), 30300);
    /* A thread's own time is no longer than the time of all. */
    EXPECT(timing.span_ns > 0);
    EXPECT(timing.ns_per_iteration > 0 &&
           timing.ns_per_iteration * 50 <= (double)timing.span_ns * (1 + 1e-9));
    EXPECT(timing.cpu_ns_per_iteration > 0);
    EXPECT(timing.ghz > 0.1 && timing.ghz < 10);
    EXPECT(timing.involuntary_switches >= 0);

    const struct bench_counts counts = crew_expect(crew, 50);
    EXPECT(counts.allocs == 150 && counts.reallocs == 3 && counts.frees == 300);
    EXPECT(counts.bytes == 150);
    EXPECT(crew_expect_at_most(crew));
    EXPECT_INT(crew_operations(crew, 50), 150);
    crew_close(crew);
    EXPECT_STR(calls, "S0 s0 s1 s2 t2 t1 t0 T0 ");
}

/* One thread is the caller's. */
static void test_one(void)
{
    const char *skip;
    struct crew *const crew = open_crew(&variant, 1, &skip);
    EXPECT(pthread_equal(thread_of[0], pthread_self()));
    struct crew_timing untouched = {.span_ns = 5};
    EXPECT_INT(crew_run(crew, 7, &untouched), 10000);
    EXPECT_INT(untouched.span_ns, 5);
    EXPECT_INT(atomic_load(&met), 7);
    EXPECT(!crew_expect_at_most(crew));
    EXPECT(!crew_shares_cpus(crew));
    EXPECT_INT(crew_operations(crew, 50), 50);
    EXPECT_INT(crew_expect(crew, 50).allocs, 50);
    crew_close(crew);
    EXPECT_STR(calls, "S0 s0 t0 T0 ");
}

/* Threads with different parts do an operation together. */
static void test_together(void)
{
    const char *skip;
    struct bench_variant pair = variant;
    pair.threaded = false;
    pair.threads = 2;
    struct crew *const crew = open_crew(&pair, 2, &skip);
    EXPECT_INT(crew_operations(crew, 50), 50);
    EXPECT_INT(crew_run(crew, 3, NULL), 20100);
    crew_close(crew);
}

/* Nothing but run: no state, no counts. */
static uint64_t run_bare(void *state, uint64_t iterations)
{
    return (state == NULL) * iterations;
}

static void test_bare(void)
{
    static const struct bench_variant bare = {.name = "bare", .run = run_bare, .threaded = true};
    const struct bench_cell cell = {.threads = 2};
    const char *skip = NULL;
    struct crew *const crew = crew_open(&bare, run_bare, &cell, &skip);
    EXPECT_INT(crew_run(crew, 21, NULL), 42);
    EXPECT_INT(crew_expect(crew, 21).allocs, 0);
    crew_close(crew);
}

static void test_skip(void)
{
    const char *skip;
    skip_on = 2;
    EXPECT(open_crew(&variant, 3, &skip) == NULL);
    EXPECT_STR(skip, "not here");
    EXPECT_STR(calls, "S0 s0 s1 t0 T0 ");
    skip_on = 1;
    EXPECT(open_crew(&variant, 1, &skip) == NULL);
    EXPECT_STR(calls, "S0 s0 T0 ");
    skip_on = 0;
}

/* Text of the numbers of threads that a variant has. */
static const char *numbers(const struct bench_variant *of, unsigned cpus)
{
    static char text[128];
    text[0] = '\0';
    for (unsigned threads = 0; threads < 300; threads++)
        if (crew_has(of, threads, cpus))
            snprintf(text + strlen(text), sizeof text - strlen(text), "%u ", threads);
    return text;
}

static void test_numbers(void)
{
    const struct bench_variant plain = {.name = "plain"}, pair = {.name = "pair", .threads = 2};
    EXPECT_STR(numbers(&plain, 8), "1 ");
    EXPECT_STR(numbers(&pair, 1), "2 ");
    EXPECT_STR(numbers(&variant, 1), "1 2 ");
    EXPECT_STR(numbers(&variant, 2), "1 2 4 ");
    EXPECT_STR(numbers(&variant, 6), "1 2 4 6 8 12 ");
    EXPECT_STR(numbers(&variant, 64), "1 2 4 8 16 32 64 128 ");
    cpu_set_t cpus;
    EXPECT_INT(sched_getaffinity(0, sizeof cpus, &cpus), 0);
    EXPECT_INT(crew_cpus(), CPU_COUNT(&cpus));
}

/* Each thread has a CPU of its own, as far as there are; more than that share them evenly. */
static int cpu_seen[MOST];
static bool pinned[MOST];

static uint64_t run_where(void *state, uint64_t iterations)
{
    const struct bench_cell *const cell = state;
    cpu_set_t cpus;
    pinned[cell->thread] = sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == 1;
    cpu_seen[cell->thread] = sched_getcpu();
    return iterations;
}

static void test_pinning(void)
{
    const unsigned cpus = crew_cpus(), threads = cpus < MOST / 2 ? 2 * cpus : MOST;
    const struct bench_cell cell = {.threads = threads};
    const char *skip = NULL;
    setups = 0;
    struct crew *const crew = crew_open(&variant, run_where, &cell, &skip);
    crew_run(crew, 1, NULL);
    EXPECT(crew_shares_cpus(crew) == (threads > cpus));
    crew_close(crew);
    for (unsigned i = 0; i < threads; i++) {
        EXPECT(pinned[i]);
        for (unsigned j = 0; j < i; j++)
            EXPECT_INT(cpu_seen[i] == cpu_seen[j], i % cpus == j % cpus);
    }
}

int main(void)
{
    test_threads();
    test_one();
    test_together();
    test_bare();
    test_skip();
    test_numbers();
    test_pinning();
    return check_result();
}
