/*
 * The contract test of one scenario: main of contract_<name>, which is linked from the object that
 * is measured. argv[1] is the name the build gives the scenario.
 *
 * Every cell is set up and run for several lengths, twice each, a threaded variant on 1, 2 and 4
 * threads, as on a machine of 2 CPUs. Checksums must be the same both times and over all variants
 * of the same work, allocator calls exactly those declared, and nothing may be left when the cell
 * is torn down. A run that is observed must be like one that is not. The calls are counted by the
 * preloaded interposer; a program built with a sanitizer cannot have it and checks the rest. In a
 * build for debugging a compiler keeps the calls that it removes from what is measured: of a
 * variant that declares them removed only their balance is checked. The last line says what was
 * done; the exit code is 1 when anything was reported.
 */
#include "bench.h"
#include "contract/form.h"
#include "count/count.h"
#include "worker/crew.h"

#include <float.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The build defines it to be 1 for a program with a sanitizer in it. */
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* The same where measured code is compiled for debugging. */
#ifndef FOR_DEBUGGING
#define FOR_DEBUGGING 0
#endif

static const uint64_t seed = 20240229, other_seed = 42;

enum { WARM_UP = 100, FEW = 1000 };

/* Iterations of the first call: fewer where one takes milliseconds. */
static uint64_t warm_up_length(void)
{
    const uint64_t asked_for = bench_scenario.check_iterations;
    return asked_for > 0 && asked_for < WARM_UP ? asked_for : WARM_UP;
}

/* One iteration, one pair, a usual number, and both sides of the inputs' end. */
static const uint64_t lengths[] = {1, 2, FEW, BENCH_INPUTS, BENCH_INPUTS + 1};
enum { LENGTHS = BENCH_COUNT(lengths) };

/*
 * A call that will take longer than this, by the time the last ones took, is left out: the fewer
 * iterations, the longer it may take, but where a scenario says that its operations are slow.
 */
static const double longest_few_ns = 0.2e9, longest_many_ns = 10e6;

/* With a setup that takes longer, it is not made for a call of no length, nor for another seed. */
static const double longest_setup_ns = 5e6;

/* What the machine has, whatever it has: the cells of a threaded variant are the same everywhere.
 */
enum { CPUS = 2 };

/* The first checksum of a work, to which those of other variants are compared. */
struct known_sum {
    const char *work; /* NULL: the common one */
    bool unswept;
    int64_t value;
    unsigned threads;
    uint64_t iterations;
    uint64_t checksum;
    const char *variant; /* that gave it */
};

static struct known_sum *known_sums;
static size_t known_sum_count;

static char where[256];     /* the cell at work, for messages and for a crash */
static bool compares_calls; /* of that cell */
static unsigned cells_run, cells_skipped, cells_seeded;

static void on_crash(int number)
{
    static const char text[] = ": crashed in this cell\n";
    (void)!write(STDERR_FILENO, where, strlen(where));
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    signal(number, SIG_DFL);
    raise(number);
}

static struct count_totals counted(void)
{
    struct count_totals totals = {0};
    if (allocost_count_read != NULL)
        allocost_count_read(&totals);
    return totals;
}

static double read_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double now_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void compare_sum(const struct bench_variant *variant, const struct bench_cell *cell,
                        uint64_t iterations, uint64_t checksum)
{
    for (size_t i = 0; i < known_sum_count; i++) {
        const struct known_sum *const known = &known_sums[i];
        if (known->unswept == variant->unswept && known->value == cell->value &&
            known->threads == cell->threads && known->iterations == iterations &&
            same_text(known->work, variant->work)) {
            if (known->checksum != checksum)
                report(where,
                       "checksum of %" PRIu64 " iterations is %" PRIu64 ", that of %s %" PRIu64,
                       iterations, checksum, known->variant, known->checksum);
            return;
        }
    }
    known_sums = realloc(known_sums, (known_sum_count + 1) * sizeof *known_sums);
    if (known_sums == NULL)
        abort();
    known_sums[known_sum_count++] =
        (struct known_sum){variant->work, variant->unswept, cell->value,  cell->threads,
                           iterations,    checksum,         variant->name};
}

static void compare_count(const char *what, uint64_t iterations, uint64_t actual, uint64_t expected,
                          bool at_most)
{
    if (at_most ? actual > expected : actual != expected)
        report(where, "%" PRIu64 " iterations made %" PRIu64 " %s, declared are %s%" PRIu64,
               iterations, actual, what, at_most ? "at most " : "", expected);
}

static void compare_counts(uint64_t n, const struct count_totals *before,
                           const struct count_totals *after, const struct bench_counts *expected,
                           bool at_most)
{
    if (allocost_count_read == NULL || !compares_calls)
        return;
    compare_count("allocs", n, after->allocs - before->allocs, expected->allocs, at_most);
    compare_count("reallocs", n, after->reallocs - before->reallocs, expected->reallocs, at_most);
    compare_count("frees", n, after->frees - before->frees, expected->frees, at_most);
    compare_count("bytes", n, after->bytes - before->bytes, expected->bytes, at_most);
}

/*
 * Runs once, and compares what the allocator was asked for with what the variant declares. Lowers
 * *fastest_ns to the time it took.
 */
static uint64_t run_counted(struct crew *crew, uint64_t n, double *fastest_ns)
{
    const struct bench_counts expected = crew_expect(crew, n);
    const bool at_most = crew_expect_at_most(crew);
    const struct count_totals before = counted();
    const double start_ns = now_ns();
    struct crew_timing timing = {.span_ns = 0}; /* stays so for one thread */
    const uint64_t checksum = crew_run(crew, n, &timing);
    double elapsed_ns = now_ns() - start_ns;
    const struct count_totals after = counted();
    if (timing.span_ns > 0)
        elapsed_ns = (double)timing.span_ns; /* without the time to wake the threads */
    if (elapsed_ns < *fastest_ns)
        *fastest_ns = elapsed_ns;
    compare_counts(n, &before, &after, &expected, at_most);
    return checksum;
}

/* Sets up, runs so often and tears down. False with a reason when the variant cannot run here. Sets
 * *setup_ns to what the setup took. */
static bool run_plain(const struct bench_variant *variant, bench_run *run,
                      const struct bench_cell *cell, uint64_t n, uint64_t *checksum,
                      double *setup_ns, const char **skip)
{
    const double start_ns = now_ns();
    struct crew *const crew = crew_open(variant, run, cell, skip);
    *setup_ns = now_ns() - start_ns;
    if (crew == NULL)
        return false;
    if (n > 0)
        *checksum = crew_run(crew, n, NULL);
    crew_close(crew);
    return true;
}

static void check_balance(const struct count_totals *before, const char *after_what)
{
    const struct count_totals now = counted();
    const uint64_t allocs = now.allocs - before->allocs, frees = now.frees - before->frees;
    if (allocs != frees)
        report(where, "%s: %" PRIu64 " allocs, but %" PRIu64 " frees after teardown", after_what,
               allocs, frees);
}

/* Both calls of one length. Returns the time of the faster one, in ns. */
static double check_length(struct crew *crew, uint64_t n, uint64_t *checksum)
{
    double fastest_ns = DBL_MAX;
    *checksum = run_counted(crew, n, &fastest_ns);
    const uint64_t again = run_counted(crew, n, &fastest_ns);
    if (again != *checksum)
        report(where,
               "the second call of %" PRIu64 " iterations gives %" PRIu64 ", the first %" PRIu64, n,
               again, *checksum);
    return fastest_ns;
}

/* All lengths, with one setup: a call leaves its state as it found it. Those that would take too
 * long are left out, and *known says which were not. */
static void check_lengths(const struct bench_variant *variant, bench_run *run,
                          const struct bench_cell *cell, uint64_t *sums, bool *known)
{
    const char *skip = NULL;
    const struct count_totals before = counted();
    struct crew *const crew = crew_open(variant, run, cell, &skip);
    if (crew == NULL) {
        report(where, "the setup worked before, and now it does not: %s", skip);
        return;
    }
    double ns_per_iteration = 0;
    for (size_t i = 0; i < LENGTHS; i++) {
        const bool is_few = lengths[i] <= FEW && warm_up_length() == WARM_UP;
        const double limit_ns = is_few ? longest_few_ns : longest_many_ns;
        if (ns_per_iteration * (double)lengths[i] > limit_ns ||
            (SANITIZED && lengths[i] == BENCH_INPUTS)) /* slow; one more iteration finds as much */
            continue;
        ns_per_iteration = check_length(crew, lengths[i], &sums[i]) / (double)lengths[i];
        known[i] = true;
    }
    crew_close(crew);
    check_balance(&before, "all calls");
}

static bool same_metrics(const struct bench_metrics *a, const struct bench_metrics *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++)
        same = same_text(a->items[i].name, b->items[i].name) &&
               same_text(a->items[i].unit, b->items[i].unit);
    return same;
}

/* A run that is observed, twice, behind one that is not: it does the same. */
static void check_observed(const struct bench_variant *variant, bench_run *run,
                           const struct bench_cell *cell)
{
    const char *skip = NULL;
    const struct count_totals start = counted();
    struct crew *const crew = crew_open(variant, run, cell, &skip);
    if (crew == NULL)
        return; /* said before */
    const uint64_t half = variant->observe_iterations / 2, n = half < FEW ? half : FEW;
    void *const state = crew_state(crew, 0);
    const uint64_t checksum = crew_run(crew, n, NULL);
    struct bench_metrics metrics[2] = {{.count = 0}, {.count = 0}};
    for (int i = 0; i < 2; i++) {
        const struct bench_counts expected = crew_expect(crew, n);
        const struct count_totals before = counted();
        const uint64_t observed = variant->observe(state, n, &metrics[i]);
        const struct count_totals after = counted();
        compare_counts(n, &before, &after, &expected, false);
        if (observed != checksum)
            report(where, "observed, %" PRIu64 " iterations give %" PRIu64 ", else %" PRIu64, n,
                   observed, checksum);
    }
    crew_close(crew);
    check_balance(&start, "observed calls");
    check_metrics(where, &metrics[0]);
    if (!same_metrics(&metrics[0], &metrics[1]))
        report(where, "observed a second time, it has other metrics");
}

static void check_cell(const struct bench_variant *variant, int64_t value, unsigned threads)
{
    const uint64_t warm_up = warm_up_length();
    bench_run *const run = variant->run_for != NULL ? variant->run_for(value) : variant->run;
    if (run == NULL)
        return;
    snprintf(where, sizeof where, variant->unswept ? "%s/%s" : "%s/%s/%s:%" PRId64,
             bench_scenario.name, variant->name, bench_scenario.param, value);
    if (threads > 1)
        snprintf(where + strlen(where), sizeof where - strlen(where), "/threads:%u", threads);
    const struct bench_cell cell = {.value = value, .seed = seed, .threads = threads};
    const char *skip = NULL;
    uint64_t first = 0, other = 0;
    double setup_ns;
    /* First uses, such as stdio's buffers, belong to the process and not to the cell. */
    if (!run_plain(variant, run, &cell, warm_up, &first, &setup_ns, &skip)) {
        printf("%s: skipped: %s\n", where, skip);
        cells_skipped++;
        return;
    }
    cells_run++;
    const bool slow_setup = setup_ns > longest_setup_ns;
    if (!slow_setup) {
        const struct count_totals before = counted();
        run_plain(variant, run, &cell, 0, NULL, &setup_ns, &skip);
        check_balance(&before, "no call");
    }

    uint64_t sums[LENGTHS];
    bool known[LENGTHS] = {false};
    check_lengths(variant, run, &cell, sums, known);
    for (size_t i = 0; i < LENGTHS; i++)
        if (known[i])
            compare_sum(variant, &cell, lengths[i], sums[i]);

    if (variant->observe != NULL && variant->observe_iterations > 1 && threads == 1)
        check_observed(variant, run, &cell);

    if (slow_setup)
        return;
    const struct bench_cell reseeded = {.value = value, .seed = other_seed, .threads = threads};
    if (run_plain(variant, run, &reseeded, warm_up, &other, &setup_ns, &skip) && other != first)
        cells_seeded++;
}

static void check_value(const struct bench_variant *variant, int64_t value)
{
    const unsigned most = variant->threads > 0 ? variant->threads : 2 * CPUS;
    for (unsigned threads = 1; threads <= most; threads++)
        if (crew_has(variant, threads, CPUS))
            check_cell(variant, value, threads);
}

/* Whether the variant is one whose calls the compiler removes, where it optimises. */
static bool is_elided(const struct bench_variant *variant)
{
#ifdef __clang__
    return variant->code_clang == BENCH_ELIDED;
#else
    return variant->code == BENCH_ELIDED;
#endif
}

static void check_variant(const struct bench_variant *variant)
{
    compares_calls = !(FOR_DEBUGGING && is_elided(variant));
    if (!compares_calls)
        printf("%s/%s: calls not compared: nothing is removed from code for debugging\n",
               bench_scenario.name, variant->name);
    if (variant->skip != NULL) {
        printf("%s/%s: skipped: %s\n", bench_scenario.name, variant->name, variant->skip);
        cells_skipped++;
    } else if (variant->unswept) {
        check_value(variant, 0);
    } else {
        for (size_t i = 0; i < bench_scenario.value_count; i++)
            check_value(variant, bench_scenario.values[i].value);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: contract_<name> NAME\n");
        return 2;
    }
    if (!SANITIZED && allocost_count_read == NULL) {
        report(argv[1], "the counting interposer is not preloaded");
        return EXIT_FAILURE;
    }
    const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    for (size_t i = 0; !SANITIZED && i < BENCH_COUNT(crashes); i++)
        signal(crashes[i], on_crash);

    check_form(&bench_scenario, argv[1]);
    for (size_t i = 0; i < bench_scenario.variant_count; i++)
        check_variant(&bench_scenario.variants[i]);
    if (cells_run == 0 && cells_skipped == 0)
        report(argv[1], "no cell was run");
    free(known_sums);

    printf("%s: %u cells, %u skipped; the seed changes the checksum of %u; calls %s; %u reports\n",
           argv[1], cells_run, cells_skipped, cells_seeded,
           allocost_count_read != NULL ? "counted" : "not counted", reported());
    return reported() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
