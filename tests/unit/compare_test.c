/* Comparisons of runs whose answer is known. */
#include "check.h"
#include "data/compare.h"
#include "data/stats.h"
#include "data/text.h"
#include "error.h"
#include "scratch.h"
#include "synthetic.h"

enum { CONTROLS = 40, POOLS = 10, HEAP = 60, ROUNDS = 11, CELLS = CONTROLS + HEAP };

/* How the times of a run come about. */
struct model {
    double factor;      /* of the heap cells */
    double drift;       /* of all cells */
    double noise;       /* deviation of a process, relative */
    double cell_noise;  /* of a cell in a run, as layout makes it */
    double noise_floor; /* as machine.csv says */
    const char *cpu;    /* NULL: the usual one */
    const char *commit; /* likewise */
    unsigned first;     /* of the cells, from here on */
    double pool_factor; /* 0: 1 */
    bool only_summary;  /* no samples */
    unsigned rounds;    /* 0: the usual number */
};

static struct recorded_run make_run(const struct model *model, struct text_pool *text,
                                    uint64_t seed)
{
    const unsigned rounds = model->rounds > 0 ? model->rounds : ROUNDS;
    struct recorded_run run = {.directory = "run",
                               .cells = check_alloc(CELLS, sizeof *run.cells),
                               .count = CELLS,
                               .logs = check_alloc(CELLS * rounds, sizeof *run.logs),
                               .has_samples = !model->only_summary,
                               .has_machine = true,
                               .noise_floor = model->noise_floor};
    keyvalues_set(&run.machine, "cpu.model", model->cpu != NULL ? model->cpu : "CPU");
    keyvalues_set(&run.machine, "build.compiler", "gcc 1");
    keyvalues_set(&run.machine, "build.flags", "-O2");
    keyvalues_set(&run.machine, "build.commit", model->commit != NULL ? model->commit : "c1");
    for (unsigned c = 0; c < CELLS; c++) {
        char variant[16];
        snprintf(variant, sizeof variant, "v%u", model->first + c);
        const bool heap = c >= CONTROLS;
        const bool pool = c < POOLS;
        const double pool_factor = pool && model->pool_factor > 0 ? model->pool_factor : 1;
        struct recorded_cell *const cell = &run.cells[c];
        cell->cell = (struct cell){text_intern(text, "scenario"),
                                   text_intern(text, variant),
                                   text_intern(text, heap   ? "heap"
                                                     : pool ? "pool"
                                                            : "stack"),
                                   text_intern(text, ""),
                                   text_intern(text, ""),
                                   1,
                                   text_intern(text, heap ? "jemalloc" : "")};
        cell->status = SAMPLE_OK;
        cell->detail = text_intern(text, "");
        cell->samples = rounds;
        double *const logs = run.logs + c * rounds;
        const double centre = log(10 * model->drift * (heap ? model->factor : pool_factor)) +
                              model->cell_noise * synthetic_normal(&seed);
        for (unsigned r = 0; r < rounds; r++)
            logs[r] = centre + model->noise * synthetic_normal(&seed);
        const struct stats_interval interval = stats_median_interval(logs, rounds, SUMMARY_LEVEL);
        cell->ns_median = exp(interval.median);
        cell->ns_low = exp(interval.low);
        cell->ns_high = exp(interval.high);
        cell->logs = model->only_summary ? NULL : logs;
    }
    return run;
}

/* What became of the heap cells, over several pairs of runs, and of the last comparison. */
struct outcome {
    size_t verdicts[5];
    size_t controls_told;
    size_t confirmed; /* above 5 % */
    size_t too_few;
    struct compare_run against;
};

static struct outcome compare_models(const struct model *base, const struct model *other,
                                     unsigned pairs)
{
    struct outcome outcome = {.controls_told = 0};
    for (uint64_t pair = 0; pair < pairs; pair++) {
        struct text_pool *const text = text_pool_new();
        struct recorded_run runs[2] = {make_run(base, text, 2 * pair + 1),
                                       make_run(other, text, 1000 + 2 * pair)};
        struct comparison comparison;
        comparison_make(runs, 2, &comparison);
        for (size_t i = 0; i < comparison.row_count; i++) {
            const struct compare_row *const row = &comparison.rows[i];
            if (strcmp(row->cell.storage, "heap") == 0)
                outcome.verdicts[row->ratios[1].verdict]++;
            else
                outcome.controls_told += row->told;
        }
        const struct compare_slowdowns slow = comparison_slowdowns(&comparison, 0.05);
        outcome.confirmed += slow.count;
        outcome.too_few += slow.too_few;
        free(slow.items);
        outcome.against = comparison.against[1];
        comparison_free(&comparison);
        for (unsigned r = 0; r < 2; r++)
            recorded_free(&runs[r]);
        text_pool_free(text);
    }
    return outcome;
}

static const struct model quiet = {
    .factor = 1, .drift = 1, .noise = 0.003, .cell_noise = 0.001, .noise_floor = 0.01};

static void test_no_difference(void)
{
    const struct outcome got = compare_models(&quiet, &quiet, 20);
    EXPECT(got.verdicts[SUMMARY_SAME] >= 20 * HEAP * 99 / 100);
    EXPECT_INT(got.verdicts[SUMMARY_FASTER] + got.verdicts[SUMMARY_SLOWER], 0);
    EXPECT_INT(got.controls_told, 0);
    EXPECT_INT(got.confirmed, 0);
    EXPECT_INT(got.against.controls, CONTROLS);
    EXPECT(got.against.same_build);
    EXPECT_NEAR(got.against.drift, 1, 0.002);
    EXPECT_NEAR(got.against.needed, 0.01,
                1e-12); /* the 1 % and the floors, not the quiet controls */

    struct model noisy = quiet;
    noisy.noise = 0.1;
    const struct outcome loud = compare_models(&noisy, &noisy, 50);
    /* Of 3000 cells without a difference at most 1 % may be told, with four standard errors. */
    EXPECT(loud.verdicts[SUMMARY_FASTER] + loud.verdicts[SUMMARY_SLOWER] <= 30 + 22);
    EXPECT_INT(loud.confirmed, 0);
}

/* Of many runs the interval of each ratio is wider than of two; of summaries it is from the lowest
 * to the highest; what is told comes first. */
static void test_intervals(void)
{
    struct model slower = quiet;
    slower.factor = 1.2;
    struct text_pool *const text = text_pool_new();
    enum { MANY = 20 };
    struct recorded_run runs[MANY] = {make_run(&quiet, text, 1)};
    for (uint64_t r = 1; r < MANY; r++)
        runs[r] = make_run(&slower, text, 1 + r);
    struct comparison two, many;
    comparison_make(runs, 2, &two);
    comparison_make(runs, MANY, &many);
    size_t wider = 0;
    for (size_t i = 0; i < two.row_count; i++)
        for (size_t j = 0; j < many.row_count; j++)
            if (two.rows[i].cells[1] == many.rows[j].cells[1]) {
                const struct compare_ratio *const narrow = &two.rows[i].ratios[1];
                const struct compare_ratio *const wide = &many.rows[j].ratios[1];
                EXPECT_NEAR(narrow->ratio, wide->ratio, 0);
                wider += wide->low < narrow->low && wide->high > narrow->high;
            }
    EXPECT_INT(wider, CELLS);
    for (size_t i = 0; i < two.row_count; i++)
        EXPECT_INT(two.rows[i].told, i < HEAP);
    comparison_free(&two);
    comparison_free(&many);
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < runs[r].count; i++)
            runs[r].cells[i].logs = NULL;
    comparison_make(runs, 2, &two);
    for (size_t i = 0; i < two.row_count; i++) {
        const struct compare_row *const row = &two.rows[i];
        EXPECT_NEAR(row->ratios[1].low, row->cells[1]->ns_low / row->cells[0]->ns_high, 1e-12);
        EXPECT_NEAR(row->ratios[1].high, row->cells[1]->ns_high / row->cells[0]->ns_low, 1e-12);
    }
    comparison_free(&two);
    for (size_t r = 0; r < MANY; r++)
        recorded_free(&runs[r]);
    text_pool_free(text);
}

static void test_two_percent(void)
{
    struct model slower = quiet;
    slower.factor = 1.02;
    struct outcome got = compare_models(&quiet, &slower, 20);
    EXPECT(got.verdicts[SUMMARY_SLOWER] >= 20 * HEAP * 95 / 100);
    EXPECT_INT(got.verdicts[SUMMARY_FASTER], 0);
    EXPECT_INT(got.confirmed, 0); /* 2 % is no 5 % */
    got = compare_models(&slower, &quiet, 20);
    EXPECT(got.verdicts[SUMMARY_FASTER] >= 20 * HEAP * 95 / 100);

    /* The larger of the two floors counts, whichever run has it. */
    struct model rough = quiet;
    rough.noise_floor = 0.04;
    got = compare_models(&rough, &slower, 5);
    EXPECT_INT(got.verdicts[SUMMARY_SAME], 5 * HEAP);
    EXPECT_NEAR(got.against.needed, 0.04, 1e-12);
    rough.factor = 1.02;
    got = compare_models(&quiet, &rough, 5);
    EXPECT_INT(got.verdicts[SUMMARY_SAME], 5 * HEAP);
}

static void test_twenty_percent(void)
{
    struct model slower = quiet;
    slower.factor = 1.2;
    struct outcome got = compare_models(&quiet, &slower, 10);
    EXPECT_INT(got.verdicts[SUMMARY_SLOWER], 10 * HEAP);
    EXPECT_INT(got.confirmed, 10 * HEAP);
    EXPECT_INT(got.too_few, 0);

    /* With 4 rounds no interval reaches 99 %: nothing is said, and nothing confirmed. */
    slower.rounds = 4;
    struct model short_base = quiet;
    short_base.rounds = 4;
    got = compare_models(&short_base, &slower, 2);
    EXPECT_INT(got.verdicts[SUMMARY_UNRESOLVED], 2 * HEAP);
    EXPECT_INT(got.confirmed, 0);
    EXPECT_INT(got.too_few, 2 * HEAP);

    /* A drift of the whole run does not hide it, and does not count for it. */
    slower = quiet;
    slower.factor = 1.2;
    slower.drift = 1.1;
    got = compare_models(&quiet, &slower, 5);
    EXPECT_INT(got.verdicts[SUMMARY_SLOWER], 5 * HEAP);
    EXPECT_INT(got.confirmed, 5 * HEAP);
    slower.factor = 1.03; /* 13 % in all, 3 % of its own */
    got = compare_models(&quiet, &slower, 5);
    EXPECT_INT(got.confirmed, 0);
}

static void test_drift(void)
{
    struct model later = quiet;
    later.drift = 1.3;
    later.cell_noise = 0;
    struct model steady = quiet;
    steady.cell_noise = 0;
    struct outcome got = compare_models(&steady, &later, 50);
    EXPECT_NEAR(got.against.drift, 1.3, 0.005);
    EXPECT(got.against.needed >= 0.3 && got.against.needed < 0.33);
    /* All cells read 1.3, none of them differs: one in a hundred may be told, with four standard
     * errors. */
    EXPECT(got.verdicts[SUMMARY_SLOWER] <= 30 + 22);
    EXPECT_INT(got.verdicts[SUMMARY_FASTER], 0);
    EXPECT_INT(got.confirmed, 0);

    /* Nor when each cell has moved by itself as well: one is told that moved more than all 40
     * controls, which happens to one in 41; with four standard errors. */
    later.cell_noise = 0.004;
    got = compare_models(&quiet, &later, 50);
    EXPECT(got.verdicts[SUMMARY_SLOWER] <= 73 + 34);
    EXPECT_INT(got.confirmed, 0);

    /* Of another machine the same is no drift. */
    later.cpu = "another";
    got = compare_models(&quiet, &later, 2);
    EXPECT(!got.against.same_machine);
    EXPECT_INT(got.verdicts[SUMMARY_SLOWER], 2 * HEAP);
    EXPECT_INT(got.controls_told, 2 * CONTROLS);
    EXPECT_NEAR(got.against.needed, 0.01, 1e-12);
}

/* Controls that spread, as layouts do, widen the floor. */
static void test_spread(void)
{
    struct model rough = quiet;
    rough.cell_noise = 0.05;
    const struct outcome got = compare_models(&quiet, &rough, 20);
    EXPECT(got.against.spread > 0.05 && got.against.spread < 0.2);
    EXPECT_NEAR(got.against.needed, got.against.spread, 1e-12);
    EXPECT(got.verdicts[SUMMARY_FASTER] + got.verdicts[SUMMARY_SLOWER] <= 20 * HEAP / 10);
    EXPECT_INT(got.controls_told, 0);

    /* Another build on the same machine: the pool's code may be another, that of a stack's cell is
     * a control as before. */
    struct model rebuilt = quiet;
    rebuilt.commit = "c2";
    rebuilt.pool_factor = 1.5;
    const struct outcome other = compare_models(&quiet, &rebuilt, 5);
    EXPECT(other.against.same_machine && !other.against.same_build);
    EXPECT_INT(other.against.controls, CONTROLS - POOLS);
    EXPECT_INT(other.controls_told, 5 * POOLS);
    EXPECT(other.against.needed < 0.02);
    rebuilt.commit = NULL; /* of the same build that is no difference, but a spread */
    const struct outcome same = compare_models(&quiet, &rebuilt, 5);
    EXPECT_INT(same.controls_told, 0);
    EXPECT_NEAR(same.against.needed, 0.5, 0.02);
    struct model dirty = quiet;
    dirty.commit = "c1-dirty";
    EXPECT(!compare_models(&dirty, &dirty, 1).against.same_build);
}

static void test_summaries(void)
{
    struct model base = quiet, slower = quiet;
    base.only_summary = true;
    slower.factor = 1.2;
    const struct outcome got = compare_models(&base, &slower, 5);
    EXPECT_INT(got.verdicts[SUMMARY_SLOWER], 5 * HEAP);
    EXPECT_INT(got.confirmed, 0); /* for that it takes samples */
}

/* Cells that only one run has, and a cell whose storage is another. */
static void test_matching(void)
{
    struct text_pool *const text = text_pool_new();
    struct model later = quiet;
    later.first = 10;
    struct recorded_run runs[3] = {make_run(&quiet, text, 1), make_run(&later, text, 2),
                                   make_run(&quiet, text, 3)};
    runs[2].cells[CONTROLS].status = SAMPLE_FAILED;
    runs[2].cells[CONTROLS].samples = 0;
    runs[2].cells[CONTROLS].detail = text_intern(text, "crashed");
    runs[2].cells[CONTROLS + 1].cell.storage = text_intern(text, "static");
    struct comparison comparison;
    comparison_make(runs, 3, &comparison);
    EXPECT_INT(comparison.against[1].compared, CELLS - 10 - 20); /* 20 are of another storage */
    EXPECT_INT(comparison.against[2].compared, CELLS - 2);
    EXPECT_INT(comparison.row_count, CELLS + 10 + 20 + 1);
    EXPECT_INT(comparison.shared, CELLS - 1);
    size_t told = 0;
    for (size_t i = 1; i < comparison.row_count; i++) {
        const struct compare_row *const row = &comparison.rows[i], *const before = row - 1;
        EXPECT(before->told >= row->told);
        EXPECT(before->told != row->told || before->change >= row->change);
        told += row->told;
    }
    EXPECT(told < comparison.row_count);
    struct error error = {.text = ""};
    const char *const path = scratch_path("compare.csv");
    EXPECT_INT(comparison_write(&comparison, path, &error), 0);
    const char *const csv = scratch_read(path);
    EXPECT(strstr(csv, "failed,crashed\n") != NULL);
    EXPECT(strstr(csv, "only in the base\n") != NULL);
    EXPECT(strstr(csv, "not in the base\n") != NULL);
    comparison_free(&comparison);
    for (unsigned r = 0; r < 3; r++)
        recorded_free(&runs[r]);
    text_pool_free(text);
}

/* Runs that measured nothing. */
static void test_empty(void)
{
    const struct recorded_run runs[2] = {{.directory = "a", .noise_floor = (double)NAN},
                                         {.directory = "b", .noise_floor = (double)NAN}};
    struct comparison comparison;
    comparison_make(runs, 2, &comparison);
    EXPECT_INT(comparison.shared, 0);
    EXPECT_INT(comparison_slowdowns(&comparison, 0.05).count, 0);
    EXPECT(isnan(comparison.against[1].drift));
    comparison_free(&comparison);
}

int main(void)
{
    test_no_difference();
    test_intervals();
    test_two_percent();
    test_twenty_percent();
    test_drift();
    test_spread();
    test_summaries();
    test_matching();
    test_empty();
    return check_result();
}
