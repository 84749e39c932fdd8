#include "crew.h"

#include "clock.h"
#include "error.h"
#include "trace/trace.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

enum {
    LATE_NS = 20000, /* behind the first start: the thread was kept from its CPU */
    LINE_BYTES = 128 /* no two threads write within one: two lines, for the prefetcher of pairs */
};

/* One thread. Written by the thread itself while it is at work, by the caller otherwise. */
struct member {
    _Alignas(LINE_BYTES) struct crew *crew;
    struct bench_cell cell; /* with its number in it */
    void *state;
    pthread_t thread;
    sem_t wake;
    uint64_t iterations; /* of the run to come; 0: the end */
    uint64_t checksum;
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t cpu_ns;
    long involuntary_switches;
    double ghz;
};

struct crew {
    const struct bench_variant *variant;
    bench_run *run;
    unsigned threads;
    unsigned cpus;
    void *shared;
    struct trace trace; /* the variant's own; empty when it has none */
    const char *skip;   /* of the setup that did not work; NULL */
    struct member *members;
    sem_t back;         /* the caller's: a setup or teardown is done, or a whole run */
    atomic_uint gather; /* who is ready to start, the caller included */
    atomic_uint left;   /* that have not come back from the run */
};

unsigned crew_cpus(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&cpus);
}

bool crew_has(const struct bench_variant *variant, unsigned threads, unsigned cpus)
{
    if (threads == 0)
        return false;
    if (variant->threads > 0)
        return threads == variant->threads;
    if (threads == 1 || !variant->threaded)
        return threads == 1;
    const bool power_of_two = (threads & (threads - 1)) == 0;
    return threads <= 2 * cpus && (power_of_two || threads == cpus || threads == 2 * cpus);
}

static uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static long thread_switches(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

/* Waits until every thread and the caller are here. Who waits gives its CPU away: the caller may
 * need it to go to sleep, and where threads share a CPU so do the others. */
static void wait_for_all(struct crew *crew)
{
    atomic_fetch_add(&crew->gather, 1);
    while (atomic_load(&crew->gather) < crew->threads + 1)
        sched_yield();
}

/* One timed run of one thread. */
static void run_timed(struct member *member)
{
    struct crew *const crew = member->crew;
    const double ghz_before = clock_core_ghz();
    wait_for_all(crew);
    const long switches = thread_switches();
    const uint64_t cpu_start_ns = thread_cpu_ns();
    member->start_ns = clock_now_ns();
    member->checksum = crew->run(member->state, member->iterations);
    member->end_ns = clock_now_ns();
    member->cpu_ns = thread_cpu_ns() - cpu_start_ns;
    member->involuntary_switches = thread_switches() - switches;
    member->ghz = (ghz_before + clock_core_ghz()) / 2;
    if (atomic_fetch_sub(&crew->left, 1) == 1)
        sem_post(&crew->back);
}

/* sem_wait without its one failure, a signal. */
static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        ;
}

static void set_up(struct member *member)
{
    struct crew *const crew = member->crew;
    if (crew->variant->setup != NULL)
        member->state = crew->variant->setup(&member->cell, &crew->skip);
}

static void tear_down(struct member *member)
{
    if (member->crew->variant->teardown != NULL)
        member->crew->variant->teardown(member->state);
}

/* The life of a thread. */
static void *serve(void *argument)
{
    struct member *const member = argument;
    struct crew *const crew = member->crew;
    set_up(member);
    const bool works = crew->skip == NULL;
    sem_post(&crew->back);
    for (;;) {
        wait_for(&member->wake);
        if (member->iterations == 0)
            break;
        run_timed(member);
    }
    if (works)
        tear_down(member);
    return NULL;
}

/* The CPU of a thread: the next one of the process's, from the first again when there is none. */
static cpu_set_t cpu_of(unsigned thread, unsigned cpus)
{
    cpu_set_t allowed, one;
    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return one;
    unsigned skip = thread % cpus;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && skip-- == 0) {
            CPU_SET(cpu, &one);
            break;
        }
    return one;
}

/* Starts the thread and waits until it is set up. */
static void start_member(struct member *member)
{
    struct crew *const crew = member->crew;
    const cpu_set_t cpu = cpu_of(member->cell.thread, crew->cpus);
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    if (CPU_COUNT(&cpu) > 0)
        CHECK(pthread_attr_setaffinity_np(&attributes, sizeof cpu, &cpu) == 0);
    CHECK(sem_init(&member->wake, 0, 0) == 0);
    CHECK(pthread_create(&member->thread, &attributes, serve, member) == 0);
    pthread_attr_destroy(&attributes);
    wait_for(&crew->back);
}

/* Ends the first `count` threads, the last one first. */
static void end_members(struct crew *crew, unsigned count)
{
    while (count-- > 0) {
        struct member *const member = &crew->members[count];
        if (crew->threads == 1) {
            tear_down(member);
            break;
        }
        member->iterations = 0;
        sem_post(&member->wake);
        CHECK(pthread_join(member->thread, NULL) == 0);
        sem_destroy(&member->wake);
    }
}

/* Gives back what is not a thread's. */
static void free_crew(struct crew *crew)
{
    sem_destroy(&crew->back);
    trace_free(&crew->trace);
    bench_unmap(crew->members, crew->threads * sizeof *crew->members);
    bench_unmap(crew, sizeof *crew);
}

/* The trace that the variant gets. False: there is none, with the reason. */
static bool set_trace(struct crew *crew, struct bench_cell *cell, const char **skip)
{
    const struct bench_variant *const variant = crew->variant;
    struct error error = {.text = ""};
    if (variant->trace == BENCH_TRACE_BUILT_IN) {
        CHECK(variant->built_in != NULL);
        const size_t count = (size_t)(variant->built_in_end - variant->built_in);
        if (trace_decode(variant->built_in, count, variant->name, &crew->trace, &error) != 0)
            check_failed(__FILE__, __LINE__, error.text);
        cell->trace = &crew->trace.ops;
    }
    if (variant->trace != BENCH_TRACE_NONE && cell->trace == NULL)
        *skip = "no trace is given: --trace FILE";
    return *skip == NULL;
}

static void tear_down_shared(struct crew *crew)
{
    if (crew->variant->teardown_shared != NULL)
        crew->variant->teardown_shared(crew->shared);
}

struct crew *crew_open(const struct bench_variant *variant, bench_run *run,
                       const struct bench_cell *cell, const char **skip)
{
    struct crew *const crew = bench_map(sizeof *crew); /* not from the allocator under test */
    *crew = (struct crew){
        .variant = variant, .run = run, .threads = cell->threads, .cpus = crew_cpus()};
    crew->members = bench_map(crew->threads * sizeof *crew->members);
    CHECK(sem_init(&crew->back, 0, 0) == 0);
    struct bench_cell own = *cell;
    own.thread = 0;
    own.shared = NULL;
    if (set_trace(crew, &own, skip) && variant->setup_shared != NULL)
        crew->shared = variant->setup_shared(&own, skip);
    if (*skip != NULL) {
        free_crew(crew);
        return NULL;
    }
    own.shared = crew->shared;
    unsigned started = 0;
    while (started < crew->threads && crew->skip == NULL) {
        struct member *const member = &crew->members[started++];
        own.thread = started - 1;
        member->crew = crew;
        member->cell = own;
        if (crew->threads == 1)
            set_up(member);
        else
            start_member(member);
    }
    if (crew->skip == NULL)
        return crew;
    *skip = crew->skip;
    if (crew->threads > 1)
        end_members(crew, started);
    tear_down_shared(crew);
    free_crew(crew);
    return NULL;
}

/* Puts together what the threads found. */
static void sum_up(const struct crew *crew, uint64_t iterations, struct crew_timing *timing)
{
    uint64_t first_ns = UINT64_MAX, last_ns = 0;
    for (unsigned i = 0; i < crew->threads; i++) {
        const struct member *const member = &crew->members[i];
        first_ns = member->start_ns < first_ns ? member->start_ns : first_ns;
        last_ns = member->end_ns > last_ns ? member->end_ns : last_ns;
    }
    *timing = (struct crew_timing){.span_ns = last_ns > first_ns ? last_ns - first_ns : 1};
    const double threads = (double)crew->threads, all = threads * (double)iterations;
    for (unsigned i = 0; i < crew->threads; i++) {
        const struct member *const member = &crew->members[i];
        timing->ns_per_iteration += (double)(member->end_ns - member->start_ns) / all;
        timing->cpu_ns_per_iteration += (double)member->cpu_ns / all;
        timing->ghz += member->ghz / threads;
        timing->involuntary_switches +=
            member->involuntary_switches + (member->start_ns - first_ns > LATE_NS);
    }
}

uint64_t crew_run(struct crew *crew, uint64_t iterations, struct crew_timing *timing)
{
    CHECK(iterations > 0);
    if (crew->threads == 1)
        return crew->run(crew->members->state, iterations);
    atomic_store(&crew->gather, 0);
    atomic_store(&crew->left, crew->threads);
    for (unsigned i = 0; i < crew->threads; i++) {
        crew->members[i].iterations = iterations;
        sem_post(&crew->members[i].wake);
    }
    /* Behind this they start; what remains to be done here is to sleep. */
    atomic_fetch_add(&crew->gather, 1);
    wait_for(&crew->back);
    uint64_t checksum = 0;
    for (unsigned i = 0; i < crew->threads; i++)
        checksum += crew->members[i].checksum;
    if (timing != NULL)
        sum_up(crew, iterations, timing);
    return checksum;
}

void *crew_state(const struct crew *crew, unsigned thread)
{
    CHECK(thread < crew->threads);
    return crew->members[thread].state;
}

struct bench_counts crew_expect(const struct crew *crew, uint64_t iterations)
{
    struct bench_counts sum = {0};
    for (unsigned i = 0; i < crew->threads && crew->variant->expect != NULL; i++) {
        const struct bench_counts one = crew->variant->expect(crew->members[i].state, iterations);
        sum.allocs += one.allocs;
        sum.reallocs += one.reallocs;
        sum.frees += one.frees;
        sum.bytes += one.bytes;
    }
    return sum;
}

bool crew_expect_at_most(const struct crew *crew)
{
    return crew->variant->expect_at_most && crew->threads > 1;
}

uint64_t crew_operations(const struct crew *crew, uint64_t iterations)
{
    return crew->variant->threads > 0 ? iterations : crew->threads * iterations;
}

bool crew_shares_cpus(const struct crew *crew)
{
    return crew->threads > crew->cpus;
}

void crew_close(struct crew *crew)
{
    end_members(crew, crew->threads);
    tear_down_shared(crew);
    free_crew(crew);
}
