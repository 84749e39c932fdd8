/* Verdicts on synthetic runs whose answer is known. */
#include "check.h"
#include "data/sample.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"
#include "synthetic.h"

enum { ROUNDS = 12, CONTROLS = 6 };

/* How the times of a run come about. */
struct model {
    double noise;         /* deviation of a process, relative */
    double control_noise; /* the same for the control cells */
    double ratio;         /* of the allocator `other` to the baseline */
    double second_mode;   /* what half of the processes are slower by, under both allocators */
    double drift;         /* how much slower each round is than the one before, for all */
    double outlier;       /* factor of one process of `other`, in round 5; 0: none */
    unsigned cells;       /* that call the allocator */
};

static double draw(const struct model *model, double noise, unsigned round, uint64_t *seed)
{
    const double mode = synthetic_uniform(seed) < 0.5 ? 1 + model->second_mode : 1;
    return 10 * mode * pow(1 + model->drift, round) * exp(noise * synthetic_normal(seed));
}

/* Builds a run of two allocators by the model and judges it. */
static struct summary judge(const struct model *model, uint64_t seed)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= ROUNDS; round++) {
        for (unsigned c = 0; c < CONTROLS + model->cells; c++) {
            char name[16];
            snprintf(name, sizeof name, "v%u", c);
            const bool control = c < CONTROLS;
            const double noise = control ? model->control_noise : model->noise;
            const char *const storage = control ? "stack" : "heap";
            const double base = draw(model, noise, round, &seed);
            double other = draw(model, noise, round, &seed);
            if (!control)
                other *= model->ratio * (round == 5 && model->outlier > 0 ? model->outlier : 1);
            synthetic_process(&samples, round, name, storage, "glibc", base, SAMPLE_OK);
            synthetic_process(&samples, round, name, storage, "other", other, SAMPLE_OK);
        }
    }
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    samples_free(&samples);
    return summary;
}

/* Counts the verdicts of the cells that call the allocator, over many runs. */
static void count_verdicts(const struct model *model, unsigned runs, size_t verdicts[5])
{
    memset(verdicts, 0, 5 * sizeof *verdicts);
    for (uint64_t run = 0; run < runs; run++) {
        struct summary summary = judge(model, 1000 * run + 1);
        for (size_t i = 0; i < summary.count; i++)
            if (strcmp(summary.rows[i].cell.storage, "heap") == 0)
                verdicts[summary.rows[i].verdict]++;
        summary_free(&summary);
    }
}

/* Controls that are faster make a floor as those that are slower do. */
static void test_floor_of_both_sides(void)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= 10; round++) {
        synthetic_process(&samples, round, "control", "stack", "glibc", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "control", "stack", "other", 8, SAMPLE_OK);
        synthetic_process(&samples, round, "heap", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "heap", "heap", "other", 12, SAMPLE_OK);
    }
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    EXPECT_INT(summary.control_count, 1);
    EXPECT_NEAR(summary.noise_floor, 0.25, 1e-9);
    EXPECT_INT(synthetic_find(&summary, "heap", "other")->verdict, SUMMARY_SAME);
    summary_free(&summary);
    samples_free(&samples);
}

static void test_no_difference(void)
{
    const struct model quiet = {.noise = 0.002, .control_noise = 0.002, .ratio = 1, .cells = 100};
    size_t verdicts[5];
    count_verdicts(&quiet, 5, verdicts);
    EXPECT_INT(verdicts[SUMMARY_FASTER] + verdicts[SUMMARY_SLOWER], 0);
    EXPECT_INT(verdicts[SUMMARY_SAME], 500);
    EXPECT_INT(verdicts[SUMMARY_NO_VERDICT], 500);
}

/* At most one cell in a hundred, also where the controls are quieter than the cells they stand for.
 */
static void test_false_positives(void)
{
    static const struct model models[] = {
        {.noise = 0.01, .control_noise = 0.01, .ratio = 1, .cells = 100},
        {.noise = 0.05, .control_noise = 0.05, .ratio = 1, .cells = 100},
        {.noise = 0.05, .control_noise = 0.005, .ratio = 1, .cells = 100},
        {.noise = 0.02, .control_noise = 0.02, .ratio = 1, .second_mode = 0.3, .cells = 100},
        {.noise = 0.02, .control_noise = 0.01, .ratio = 1, .drift = 0.05, .cells = 100},
    };
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        size_t verdicts[5];
        count_verdicts(&models[m], 40, verdicts);
        EXPECT_INT(verdicts[SUMMARY_NO_VERDICT], 4000);
        EXPECT(verdicts[SUMMARY_FASTER] + verdicts[SUMMARY_SLOWER] <= 40);
    }
}

static void test_twenty_percent(void)
{
    const struct model slower = {.noise = 0.02, .control_noise = 0.02, .ratio = 1.2, .cells = 100};
    const struct model faster = {
        .noise = 0.02, .control_noise = 0.02, .ratio = 1 / 1.2, .drift = 0.1, .cells = 100};
    size_t verdicts[5];
    count_verdicts(&slower, 5, verdicts);
    EXPECT(verdicts[SUMMARY_SLOWER] >= 495);
    EXPECT_INT(verdicts[SUMMARY_FASTER] + verdicts[SUMMARY_SAME], 0);
    count_verdicts(&faster, 5, verdicts); /* the drift is common to both: pairing takes it out */
    EXPECT(verdicts[SUMMARY_FASTER] >= 495);
    EXPECT_INT(verdicts[SUMMARY_SLOWER] + verdicts[SUMMARY_SAME], 0);

    struct summary summary = judge(&slower, 7);
    const struct summary_row *const row = synthetic_find(&summary, "v50", "other");
    EXPECT_NEAR(row->ratio, 1.2, 0.03);
    EXPECT(row->ratio_low < 1.2 * 1.02 && row->ratio_high > 1.2 / 1.02);
    EXPECT_NEAR(row->ns_median, 12, 0.03);
    summary_free(&summary);
}

static void test_two_percent(void)
{
    const struct model quiet = {
        .noise = 0.002, .control_noise = 0.002, .ratio = 1.02, .cells = 100};
    const struct model loud = {.noise = 0.04, .control_noise = 0.04, .ratio = 1.02, .cells = 100};
    const struct model less = {
        .noise = 0.0005, .control_noise = 0.0005, .ratio = 1.008, .cells = 100};
    size_t verdicts[5];
    count_verdicts(&quiet, 5, verdicts);
    EXPECT(verdicts[SUMMARY_SLOWER] >= 495);
    count_verdicts(&loud, 5, verdicts); /* 2 % is within what such a machine shows of nothing */
    EXPECT(verdicts[SUMMARY_UNRESOLVED] >= 450);
    count_verdicts(&less, 5, verdicts); /* certain, and yet below 1 % */
    EXPECT(verdicts[SUMMARY_SAME] >= 490);
    EXPECT_INT(verdicts[SUMMARY_FASTER] + verdicts[SUMMARY_SLOWER], 0);
}

static void test_two_modes_and_outlier(void)
{
    /* Both allocators are 30 % slower in half of their processes: no difference is seen in it. */
    const struct model modes = {
        .noise = 0.005, .control_noise = 0.005, .ratio = 1, .second_mode = 0.3, .cells = 100};
    size_t verdicts[5];
    count_verdicts(&modes, 5, verdicts);
    EXPECT(verdicts[SUMMARY_FASTER] + verdicts[SUMMARY_SLOWER] <= 5);
    /* One process that took five times as long changes no median. */
    const struct model outlier = {
        .noise = 0.002, .control_noise = 0.002, .ratio = 1, .outlier = 5, .cells = 100};
    count_verdicts(&outlier, 5, verdicts);
    EXPECT(verdicts[SUMMARY_SAME] >= 490);
    EXPECT_INT(verdicts[SUMMARY_FASTER] + verdicts[SUMMARY_SLOWER], 0);
}

/* Heap cells with that ratio in every round, controls whose ratios are 1 + their number / 100. */
static struct summary judge_exactly(double ratio, unsigned rounds, unsigned controls)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= rounds; round++) {
        for (unsigned c = 1; c <= controls; c++) {
            char name[16];
            snprintf(name, sizeof name, "c%u", c);
            synthetic_process(&samples, round, name, "pool", "glibc", 10, SAMPLE_OK);
            synthetic_process(&samples, round, name, "pool", "other", 10 * (1 + c / 100.0),
                              SAMPLE_OK);
        }
        synthetic_process(&samples, round, "malloc", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "malloc", "heap", "other", 10 * ratio, SAMPLE_OK);
    }
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    samples_free(&samples);
    return summary;
}

static enum summary_verdict verdict_of(double ratio, unsigned rounds, unsigned controls)
{
    struct summary summary = judge_exactly(ratio, rounds, controls);
    const enum summary_verdict verdict = synthetic_find(&summary, "malloc", "other")->verdict;
    summary_free(&summary);
    return verdict;
}

static void test_noise_floor(void)
{
    struct summary summary = judge_exactly(1.5, 8, 5);
    EXPECT_NEAR(summary.noise_floor, 0.05, 1e-9); /* the farthest of five */
    EXPECT_INT(summary.control_count, 5);
    EXPECT_INT(summary.compared_count, 1);
    EXPECT_STR(summary.baseline, "glibc");
    /* The yardstick is never slower, but where it is within the floor it says so. */
    EXPECT_INT(synthetic_find(&summary, "c5", "other")->verdict, SUMMARY_SAME);
    EXPECT_INT(synthetic_find(&summary, "c5", "glibc")->verdict, SUMMARY_NO_VERDICT);
    summary_free(&summary);
    summary = judge_exactly(1.5, 8, 40);
    EXPECT_NEAR(summary.noise_floor, 0.38, 1e-9); /* rank 38 of 40 */
    EXPECT_INT(synthetic_find(&summary, "c40", "other")->verdict, SUMMARY_UNRESOLVED);
    summary_free(&summary);
    summary = judge_exactly(1.5, 8, 0);
    EXPECT(isnan(summary.noise_floor));
    EXPECT_INT(summary.control_count, 0);
    summary_free(&summary);
}

static void test_thresholds(void)
{
    EXPECT_INT(verdict_of(1.5, 8, 5), SUMMARY_SLOWER);
    EXPECT_INT(verdict_of(1 / 1.5, 8, 5), SUMMARY_FASTER);
    EXPECT_INT(verdict_of(1.06, 8, 5), SUMMARY_SLOWER);
    EXPECT_INT(verdict_of(1.04, 8, 5), SUMMARY_SAME);
    EXPECT_INT(verdict_of(1 / 1.04, 8, 5), SUMMARY_SAME);
    EXPECT_INT(verdict_of(1 / 1.06, 8, 5), SUMMARY_FASTER); /* symmetric on the log scale */
    EXPECT_INT(verdict_of(1.011, 8, 0), SUMMARY_SLOWER);    /* without controls 1 % */
    EXPECT_INT(verdict_of(1.009, 8, 0), SUMMARY_SAME);
    EXPECT_INT(verdict_of(1.5, 7, 5), SUMMARY_UNRESOLVED); /* 1 - 2 / 2^7 is below 99 % */
}

/*
 * A core whose clock changes to and fro: in the rounds in which it did so between the two, their
 * ratio is that of the clocks and does not count. `apart`: how far the two clocks are.
 */
static struct summary judge_clocks(double apart)
{
    struct samples samples = {.rows = NULL};
    for (unsigned round = 1; round <= 20; round++) {
        const bool changed = round > 8;
        const double factor = changed ? 1 + apart : 1;
        synthetic_process(&samples, round, "malloc", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "malloc", "heap", "other", 10 * factor, SAMPLE_OK);
        for (size_t i = samples.count - 3; i < samples.count; i++)
            samples.rows[i].core_ghz /= factor;
    }
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    samples_free(&samples);
    return summary;
}

static void test_clocks(void)
{
    struct summary summary = judge_clocks(0.06);
    const struct summary_row *row = synthetic_find(&summary, "malloc", "other");
    EXPECT_NEAR(row->ratio, 1, 1e-9);
    EXPECT_INT(row->verdict, SUMMARY_SAME);
    EXPECT_INT(row->samples, 20); /* its own time is over all of them */
    summary_free(&summary);
    /* Within the tolerance the round counts: twelve of twenty are at 1.02. */
    summary = judge_clocks(0.02);
    EXPECT_NEAR(synthetic_find(&summary, "malloc", "other")->ratio, 1.02, 1e-9);
    summary_free(&summary);
}

int main(void)
{
    test_floor_of_both_sides();
    test_no_difference();
    test_false_positives();
    test_twenty_percent();
    test_two_percent();
    test_two_modes_and_outlier();
    test_noise_floor();
    test_thresholds();
    test_clocks();
    return check_result();
}
