/* What a run would tell, from trials whose noise is known. */
#include "check.h"
#include "data/resolution.h"
#include "data/sample.h"
#include "data/stats.h"
#include "data/summary.h"
#include "synthetic.h"

#include <stdbool.h>

static const double none = (double)NAN;

/* Adds a pair: the allocator at 10 ns, and itself again at 10 e^log_ratio. */
static void add_pair(struct samples *samples, unsigned round, const char *variant,
                     const char *storage, double log_ratio, enum sample_status status)
{
    synthetic_process(samples, round, variant, storage, "glibc", 10.0, SAMPLE_OK);
    synthetic_process(samples, round, variant, storage, "again", 10.0 * exp(log_ratio), status);
}

/* A trial of one cell and one control, that are apart by +-a in turn. */
static struct samples alternate(unsigned rounds, double cell, double control)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= rounds; round++) {
        const double sign = round % 2 == 0 ? 1 : -1;
        add_pair(&samples, round, "heap", "heap", sign * cell, SAMPLE_OK);
        add_pair(&samples, round, "stack", "stack", sign * control, SAMPLE_OK);
    }
    return samples;
}

static struct resolution find(const struct samples *samples, unsigned trial_rounds, double rounds,
                              size_t compared)
{
    const struct resolution_run run = {.rounds = rounds, .compared_count = compared};
    struct resolution found;
    resolution_find(samples, "glibc", trial_rounds, &run, &found);
    return found;
}

/* No noise: nothing but the least difference that a verdict needs. */
static void test_silence(void)
{
    struct samples samples = alternate(20, 0, 0);
    const struct resolution found = find(&samples, 20, 12, 5);
    EXPECT_INT(found.cells, 1);
    EXPECT_INT(found.controls, 1);
    EXPECT_INT(found.pairs, 12);
    EXPECT_NEAR(found.yield, 1, 0);
    EXPECT_NEAR(found.noise_floor, 0, 0);
    EXPECT_NEAR(found.half, 0.01, 1e-9);
    EXPECT_NEAR(found.most, 0.01, 1e-9);
    EXPECT_NEAR(found.reach_half, 0, 0);
    EXPECT_NEAR(found.reach_most, 0, 0);
    samples_free(&samples);
}

/*
 * Of 12 pairs of -a and +a, the second lowest is -a but for one draw in 300. The median is -a, 0 or
 * +a with 0.387, 0.226 and 0.387. A difference is told in half of the cells from a on, as the
 * interval says; in nine of ten only when it exceeds what a threshold and a median at -a ask for.
 */
static void test_two_values(void)
{
    struct samples samples = alternate(20, 0.05, 0);
    const struct resolution found = find(&samples, 20, 12, 5);
    EXPECT_NEAR(found.reach_half, expm1(0.05), 1e-9); /* from -a to +a */
    EXPECT_NEAR(found.reach_most, expm1(0.05), 1e-9);
    EXPECT_NEAR(found.half, expm1(0.05), 1e-9);
    EXPECT_NEAR(found.most, 1.01 * exp(0.05) - 1, 1e-9);
    samples_free(&samples);
}

/* Which of the two is called the other one is arbitrary: pairs apart to one side are as the above.
 */
static void test_one_side(void)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= 20; round++) {
        add_pair(&samples, round, "heap", "heap", 0.05, SAMPLE_OK);
        add_pair(&samples, round, "stack", "stack", 0, SAMPLE_OK);
    }
    struct resolution found = find(&samples, 20, 12, 5);
    EXPECT_NEAR(found.half, expm1(0.05), 1e-9);
    EXPECT_NEAR(found.most, 1.01 * exp(0.05) - 1, 1e-9);
    /* Beside two cells without noise the larger difference is that of 0.387 / 3 of the draws, if
     * faster and slower both count. */
    for (unsigned round = 1; round <= 20; round++) {
        add_pair(&samples, round, "silent", "heap", 0, SAMPLE_OK);
        add_pair(&samples, round, "silent too", "heap", 0, SAMPLE_OK);
    }
    found = find(&samples, 20, 12, 5);
    EXPECT_NEAR(found.half, 0.01, 1e-9);
    EXPECT_NEAR(found.most, 1.01 * exp(0.05) - 1, 1e-9);
    samples_free(&samples);
}

/* A floor that the controls make: of 12 pairs the median is at the end in 77 of 100 draws, and the
 * 95th percentile of its distance is a. */
static void test_floor(void)
{
    struct samples samples = alternate(20, 0, 0.04);
    const struct resolution found = find(&samples, 20, 12, 5);
    EXPECT_NEAR(found.noise_floor, expm1(0.04), 1e-9);
    EXPECT_NEAR(found.half, expm1(0.04), 1e-9);
    EXPECT_NEAR(found.most, expm1(0.04), 1e-9);
    samples_free(&samples);
}

/*
 * Normal noise, drawn evenly. The median of the second largest of 12 is at 0.134 of a uniform
 * distribution from above (beta(2, 11) has its median there), so 1.107 deviations; the threshold is
 * far below.
 */
static void test_normal(void)
{
    enum { ROUNDS = 400 };
    /* Quantiles of the normal distribution by bisection of its distribution function. */
    struct samples samples = {0};
    for (unsigned round = 1; round <= ROUNDS; round++) {
        const double share = (round - 0.5) / ROUNDS;
        double low = -6, high = 6;
        for (int i = 0; i < 60; i++) {
            const double middle = (low + high) / 2;
            *(erfc(-middle / sqrt(2)) / 2 < share ? &low : &high) = middle;
        }
        add_pair(&samples, round, "heap", "heap", 0.1 * low, SAMPLE_OK);
    }
    const struct resolution found = find(&samples, ROUNDS, 12, 5);
    EXPECT_NEAR(log1p(found.half), 0.1107, 0.03);
    EXPECT(found.most > found.half);
    EXPECT_NEAR(found.noise_floor, none, 0);
    /* More rounds resolve more; more allocators, at a stricter level, less. */
    EXPECT(find(&samples, ROUNDS, 24, 5).half < 0.75 * found.half);
    EXPECT(find(&samples, ROUNDS, 12, 40).half > found.half);
    /* The same question has the same answer. */
    EXPECT_NEAR(find(&samples, ROUNDS, 12, 5).most, found.most, 0);
    samples_free(&samples);
}

/* Rounds without a pair are missing in the run too; below 8 pairs there is no interval. */
static void test_lost_rounds(void)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= 20; round++)
        add_pair(&samples, round, "heap", "heap", 0, round <= 10 ? SAMPLE_OK : SAMPLE_NOISY);
    struct resolution found = find(&samples, 20, 16, 1);
    EXPECT_NEAR(found.yield, 0.5, 0);
    EXPECT_INT(found.pairs, 8);
    EXPECT_NEAR(found.half, 0.01, 1e-9);
    found = find(&samples, 20, 15, 1);
    EXPECT_INT(found.pairs, 7);
    EXPECT_NEAR(found.half, none, 0);
    EXPECT_NEAR(found.most, none, 0);
    samples_free(&samples);
}

/* Too few pairs in the trial, a cell that failed, and no trial at all: nothing is said. */
static void test_nothing(void)
{
    struct samples samples = alternate(9, 0, 0);
    struct resolution found = find(&samples, 9, 12, 1);
    EXPECT_INT(found.cells, 0);
    EXPECT_INT(found.controls, 0);
    EXPECT_NEAR(found.most, none, 0);
    EXPECT_NEAR(found.noise_floor, none, 0);
    samples_free(&samples);
    samples = alternate(20, 0, 0);
    add_pair(&samples, 21, "heap", "heap", 0, SAMPLE_FAILED);
    found = find(&samples, 21, 12, 1);
    EXPECT_INT(found.cells, 0);
    EXPECT_INT(found.controls, 1);
    samples_free(&samples);
    samples = (struct samples){0};
    found = find(&samples, 0, 12, 1);
    EXPECT_INT(found.cells, 0);
    EXPECT_NEAR(found.yield, 0, 0);
    EXPECT_NEAR(found.half, none, 0);
    samples_free(&samples);
}

/* Adds a round of `cells` cells and 24 controls, with noise; `again` is slower by a factor. */
static void add_noisy_round(struct samples *samples, unsigned round, unsigned cells, double factor,
                            uint64_t *seed)
{
    static const double deviation = 0.03;
    enum { CONTROLS = 24 };
    for (unsigned i = 0; i < cells + CONTROLS; i++) {
        const bool heap = i < cells;
        char variant[16];
        snprintf(variant, sizeof variant, "v%u", i);
        const double log_ratio = deviation * synthetic_normal(seed) + (heap ? log(factor) : 0);
        add_pair(samples, round, variant, heap ? "heap" : "stack", log_ratio, SAMPLE_OK);
    }
}

/* The share of 200 cells that a run of 12 rounds tells, when all differ by `factor`. */
static double told_share(double factor)
{
    enum { CELLS = 200, RUN_ROUNDS = 12 };
    static const struct summary_options options = {.baseline = "glibc"};
    struct samples samples = {0};
    struct summary summary;
    uint64_t seed = 77;
    for (unsigned round = 1; round <= RUN_ROUNDS; round++)
        add_noisy_round(&samples, round, CELLS, factor, &seed);
    EXPECT_INT(summary_compute(&samples, NULL, &options, &summary, NULL), 0);
    unsigned told = 0;
    for (size_t i = 0; i < summary.count; i++)
        told += summary.rows[i].verdict == SUMMARY_SLOWER;
    summary_free(&summary);
    samples_free(&samples);
    return (double)told / CELLS;
}

/* What is foretold comes true where runs are really judged. */
static void test_comes_true(void)
{
    struct samples samples = {0};
    uint64_t seed = 5;
    for (unsigned round = 1; round <= 60; round++)
        add_noisy_round(&samples, round, 6, 1, &seed);
    const struct resolution found = find(&samples, 60, 12, 1);
    samples_free(&samples);
    EXPECT_INT(found.cells, 6);
    EXPECT_INT(found.controls, 24);
    EXPECT(fabs(told_share(1 + found.half) - 0.5) < 0.12);
    EXPECT(fabs(told_share(1 + found.most) - 0.9) < 0.06);
    EXPECT(told_share(1) < 0.03);
}

/* A run in which nothing differs, of cells of which some are up to four times as noisy as others,
 * and controls of which some are up to twice as noisy; now and then something gets in the way. */
static struct samples make_null_run(unsigned rounds, unsigned cells, unsigned controls,
                                    uint64_t *seed)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= rounds; round++)
        for (unsigned i = 0; i < cells + controls; i++) {
            const bool heap = i < cells;
            const double scale = heap ? 0.02 * (1 + i % 4) : 0.01 * (1 + (i % 4) / 3.0);
            double log_ratio = scale * synthetic_normal(seed);
            if (synthetic_uniform(seed) < 0.05)
                log_ratio += 0.2;
            char variant[16];
            snprintf(variant, sizeof variant, "v%u", i);
            add_pair(&samples, round, variant, heap ? "heap" : "stack", log_ratio, SAMPLE_OK);
        }
    return samples;
}

/* What a run turns out to have: how far its intervals reach, and its floor. */
static void measure_run(unsigned rounds, double *reach_half, double *reach_most,
                        double *noise_floor)
{
    enum { CELLS = 400, CONTROLS = 400 };
    static const struct summary_options options = {.baseline = "glibc"};
    uint64_t seed = 99;
    struct samples samples = make_null_run(rounds, CELLS, CONTROLS, &seed);
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, &options, &summary, NULL), 0);
    double reaches[CELLS];
    size_t count = 0;
    for (size_t i = 0; i < summary.count; i++)
        if (strcmp(summary.rows[i].cell.storage, "heap") == 0 && !isnan(summary.rows[i].ratio_low))
            reaches[count++] = sqrt(summary.rows[i].ratio_high / summary.rows[i].ratio_low) - 1;
    EXPECT_INT(count, CELLS);
    stats_sort(reaches, count);
    *reach_half = stats_quantile_sorted(reaches, count, 0.5);
    *reach_most = stats_quantile_sorted(reaches, count, 0.9);
    *noise_floor = summary.noise_floor;
    summary_free(&summary);
    samples_free(&samples);
}

/* The intervals and the floor come true as well, foretold by trials as short as the usual one. */
static void test_intervals_come_true(void)
{
    enum { TRIALS = 16, TRIAL_ROUNDS = 16, CELLS_OF_A_SORT = 8, RUN_ROUNDS = 20 };
    double half, most, noise_floor;
    measure_run(RUN_ROUNDS, &half, &most, &noise_floor);
    double halves[TRIALS], mosts[TRIALS], floors[TRIALS];
    uint64_t seed = 3;
    for (unsigned i = 0; i < TRIALS; i++) {
        struct samples samples =
            make_null_run(TRIAL_ROUNDS, CELLS_OF_A_SORT, CELLS_OF_A_SORT, &seed);
        const struct resolution found = find(&samples, TRIAL_ROUNDS, RUN_ROUNDS, 1);
        samples_free(&samples);
        EXPECT_INT(found.pairs, RUN_ROUNDS);
        halves[i] = found.reach_half / half;
        mosts[i] = found.reach_most / most;
        floors[i] = found.noise_floor / noise_floor;
    }
    const double half_error = stats_median(halves, TRIALS),
                 most_error = stats_median(mosts, TRIALS),
                 floor_error = stats_median(floors, TRIALS);
    fprintf(stderr, "foretold over found: %.3f %.3f, floor %.3f\n", half_error, most_error,
            floor_error);
    EXPECT(fabs(half_error - 1) < 0.15);
    EXPECT(fabs(most_error - 1) < 0.2);
    EXPECT(fabs(floor_error - 1) < 0.25);
}

int main(void)
{
    test_silence();
    test_two_values();
    test_one_side();
    test_floor();
    test_normal();
    test_lost_rounds();
    test_nothing();
    test_comes_true();
    test_intervals_come_true();
    return check_result();
}
