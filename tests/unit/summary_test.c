/* From rows to the summary: processes, failures, checksums, counts, order, and the file. */
#include "check.h"
#include "data/counts.h"
#include "data/sample.h"
#include "data/summary.h"
#include "error.h"
#include "scratch.h"
#include "synthetic.h"

static struct summary summarize(struct samples *samples, const struct counts *counts)
{
    struct summary summary;
    EXPECT_INT(summary_compute(samples, counts, NULL, &summary, NULL), 0);
    samples_free(samples);
    return summary;
}

static void add(struct samples *samples, struct sample row)
{
    samples_add(samples, &row);
}

static void test_processes(void)
{
    struct samples samples = {0};
    /* Median of the repetitions, then of the processes: rounds 10, 20, ... 60. */
    for (unsigned round = 6; round >= 1; round--)
        synthetic_process(&samples, round, "malloc", "heap", "glibc", 10 * round, SAMPLE_OK);
    /* Set aside as noisy and measured again: the later one counts, in rounds 1 and 2. */
    synthetic_process(&samples, 1, "again", "heap", "glibc", 99, SAMPLE_NOISY);
    synthetic_process(&samples, 1, "again", "heap", "glibc", 10, SAMPLE_OK);
    synthetic_process(&samples, 2, "again", "heap", "glibc", 70, SAMPLE_OK);
    synthetic_process(&samples, 2, "again", "heap", "glibc", 20, SAMPLE_OK);
    synthetic_process(&samples, 3, "again", "heap", "glibc", 99, SAMPLE_NOISY);
    /* Two processes of one repetition each. */
    for (int process = 1; process <= 2; process++)
        add(&samples, synthetic_row(1, "single", "heap", "glibc", 10 * process));
    /* Never quiet. */
    synthetic_process(&samples, 1, "noisy", "heap", "glibc", 10, SAMPLE_NOISY);
    synthetic_process(&samples, 1, "noisy", "heap", "glibc", 30, SAMPLE_NOISY);
    synthetic_process(&samples, 2, "noisy", "heap", "glibc", 40, SAMPLE_NOISY);
    struct summary summary = summarize(&samples, NULL);
    const struct summary_row *row = synthetic_find(&summary, "malloc", "glibc");
    EXPECT_INT(row->samples, 6);
    EXPECT_NEAR(row->ns_median, 35, 1e-12);
    EXPECT_NEAR(row->ns_low, 10, 1e-12); /* ranks 1 and 6 of 6 */
    EXPECT_NEAR(row->ns_high, 60, 1e-12);
    EXPECT_NEAR(row->ns_min, 10, 1e-12);
    EXPECT(isnan(row->ratio) && isnan(row->allocs_per_op) && isnan(row->instructions_per_op));
    row = synthetic_find(&summary, "again", "glibc");
    EXPECT_INT(row->samples, 2);
    EXPECT_NEAR(row->ns_median, 15, 1e-12);
    EXPECT(isnan(row->ns_low) && isnan(row->ns_high));
    EXPECT_INT(row->status, SAMPLE_OK);
    row = synthetic_find(&summary, "single", "glibc");
    EXPECT_INT(row->samples, 1);
    EXPECT_NEAR(row->ns_median, 20, 1e-12);
    row = synthetic_find(&summary, "noisy", "glibc");
    EXPECT_INT(row->status, SAMPLE_NOISY);
    EXPECT_STR(row->note, "the core clock deviates");
    EXPECT_INT(row->samples, 2);
    EXPECT_NEAR(row->ns_median, 35, 1e-12);
    summary_free(&summary);
}

/* Single repetitions of a process may be noisy: the others stand for it. */
static void test_mixed_process(void)
{
    static const struct {
        double ns;
        enum sample_status status;
    } repetitions[] = {
        {90, SAMPLE_NOISY}, {11, SAMPLE_OK}, {95, SAMPLE_NOISY}, {13, SAMPLE_OK}, {12, SAMPLE_OK}};
    struct samples samples = {0};
    for (unsigned i = 0; i < 5; i++) {
        struct sample row = synthetic_row(1, "malloc", "heap", "glibc", repetitions[i].ns);
        row.rep = i + 1;
        row.status = repetitions[i].status;
        samples_add(&samples, &row);
    }
    struct summary summary = summarize(&samples, NULL);
    const struct summary_row *const row = synthetic_find(&summary, "malloc", "glibc");
    EXPECT_INT(row->samples, 1);
    EXPECT_NEAR(row->ns_median, 12, 1e-12);
    EXPECT_INT(row->status, SAMPLE_OK);
    EXPECT_STR(row->note, "");
    summary_free(&summary);
}

static void test_pairing(void)
{
    struct samples samples = {0};
    /* Rounds double the time of both; `other` misses round 3, its ratio is 2 wherever both are. */
    for (unsigned round = 1; round <= 9; round++) {
        const double base = ldexp(1, (int)round);
        synthetic_process(&samples, round, "malloc", "heap", "other", 2 * base,
                          round == 3 ? SAMPLE_NOISY : SAMPLE_OK);
        synthetic_process(&samples, round, "malloc", "heap", "glibc", base, SAMPLE_OK);
        synthetic_process(&samples, round, "lone", "heap", "other", base, SAMPLE_OK);
        synthetic_process(&samples, round, "loud", "heap", "glibc", base, SAMPLE_NOISY);
        synthetic_process(&samples, round, "loud", "heap", "other", 3 * base, SAMPLE_OK);
        synthetic_process(&samples, round, "plain", "stack", "", base, SAMPLE_OK);
    }
    struct summary summary = summarize(&samples, NULL);
    EXPECT_STR(summary.baseline, "glibc"); /* though the other came first */
    const struct summary_row *row = synthetic_find(&summary, "malloc", "other");
    EXPECT_INT(row->samples, 8);
    EXPECT_NEAR(row->ratio, 2, 1e-12);
    EXPECT_NEAR(row->ratio_low, 2, 1e-12);
    EXPECT_NEAR(row->ratio_high, 2, 1e-12);
    EXPECT_INT(row->verdict, SUMMARY_SLOWER);
    row = synthetic_find(&summary, "loud", "other"); /* the baseline was never quiet */
    EXPECT_NEAR(row->ratio, 3, 1e-12);
    EXPECT_INT(row->verdict, SUMMARY_UNRESOLVED);
    EXPECT(isnan(synthetic_find(&summary, "lone", "other")->ratio));
    EXPECT_INT(synthetic_find(&summary, "lone", "other")->verdict, SUMMARY_NO_VERDICT);
    EXPECT(isnan(synthetic_find(&summary, "plain", "")->ratio));
    EXPECT_INT(synthetic_find(&summary, "plain", "")->verdict, SUMMARY_NO_VERDICT);
    summary_free(&summary);
}

static void test_baseline(void)
{
    struct samples samples = {0};
    add(&samples, synthetic_row(1, "plain", "stack", "", 1));
    add(&samples, synthetic_row(1, "malloc", "heap", "first", 1));
    add(&samples, synthetic_row(1, "malloc", "heap", "second", 3));
    struct summary summary;
    struct error error = {""};
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, &error), 0);
    EXPECT_STR(summary.baseline, "first");
    EXPECT_NEAR(synthetic_find(&summary, "malloc", "second")->ratio, 3, 1e-12);
    summary_free(&summary);
    const struct summary_options second = {.baseline = "second"};
    EXPECT_INT(summary_compute(&samples, NULL, &second, &summary, &error), 0);
    EXPECT_NEAR(synthetic_find(&summary, "malloc", "first")->ratio, 1 / 3.0, 1e-12);
    EXPECT(isnan(synthetic_find(&summary, "malloc", "second")->ratio));
    summary_free(&summary);
    const struct summary_options absent = {.baseline = "absent"};
    EXPECT_INT(summary_compute(&samples, NULL, &absent, &summary, &error), 0);
    EXPECT_STR(summary.baseline, "absent");
    EXPECT(isnan(synthetic_find(&summary, "malloc", "second")->ratio));
    EXPECT_NEAR(synthetic_find(&summary, "malloc", "second")->ns_median, 3, 1e-12);
    EXPECT_INT(synthetic_find(&summary, "malloc", "second")->verdict, SUMMARY_NO_VERDICT);
    summary_free(&summary);
    samples_free(&samples);
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, &error), 0);
    EXPECT_INT(summary.count, 0);
    EXPECT_STR(summary.baseline, "");
    summary_free(&summary);
}

static void add_status(struct samples *samples, unsigned round, const char *variant,
                       enum sample_status status, const char *detail)
{
    struct sample row = synthetic_row(round, variant, "heap", "glibc", (double)NAN);
    row.rep = 0;
    row.iterations = 0;
    row.has_checksum = false;
    row.status = status;
    row.detail = detail;
    samples_add(samples, &row);
}

static void expect_status(const struct summary *summary, const char *variant,
                          enum sample_status status, const char *note)
{
    const struct summary_row *const row = synthetic_find(summary, variant, "glibc");
    EXPECT_INT(row->status, status);
    EXPECT_STR(row->note, note);
    const bool timed = status == SAMPLE_OK || status == SAMPLE_NOISY;
    EXPECT(isnan(row->ns_median) == !timed && isnan(row->ns_min) == !timed);
    EXPECT((row->samples > 0) == timed);
}

static void test_failures(void)
{
    struct samples samples = {0};
    synthetic_process(&samples, 1, "late", "heap", "glibc", 10, SAMPLE_OK);
    add_status(&samples, 2, "late", SAMPLE_FAILED, "killed by signal 11");
    synthetic_process(&samples, 1, "midway", "heap", "glibc", 10, SAMPLE_OK);
    add_status(&samples, 1, "midway", SAMPLE_FAILED, "timed out, \"twice\"");
    add_status(&samples, 1, "mended", SAMPLE_FAILED, "killed");
    synthetic_process(&samples, 1, "mended", "heap", "glibc", 10, SAMPLE_OK);
    add_status(&samples, 1, "early", SAMPLE_FAILED, "killed");
    synthetic_process(&samples, 2, "early", "heap", "glibc", 10, SAMPLE_OK);
    synthetic_process(&samples, 2, "loud", "heap", "glibc", 10, SAMPLE_NOISY);
    add_status(&samples, 1, "loud", SAMPLE_FAILED, "killed");
    add_status(&samples, 1, "skip", SAMPLE_SKIPPED, "needs clang");
    struct summary summary = summarize(&samples, NULL);
    expect_status(&summary, "late", SAMPLE_FAILED, "killed by signal 11");
    expect_status(&summary, "midway", SAMPLE_FAILED, "timed out, \"twice\"");
    expect_status(&summary, "mended", SAMPLE_OK, "");
    expect_status(&summary, "early", SAMPLE_OK, "");
    expect_status(&summary, "loud", SAMPLE_FAILED, "killed");
    expect_status(&summary, "skip", SAMPLE_SKIPPED, "needs clang");
    summary_free(&summary);
}

static void add_checksum(struct samples *samples, unsigned round, const char *variant,
                         const char *allocator, uint64_t iterations, uint64_t checksum)
{
    struct sample row = synthetic_row(round, variant, "heap", allocator, 10);
    row.iterations = iterations;
    row.checksum = checksum;
    samples_add(samples, &row);
}

static void test_checksums(void)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= 3; round++) {
        add_checksum(&samples, round, "agree", "glibc", 100, 7);
        add_checksum(&samples, round, "agree", "a", 100, 7);
        add_checksum(&samples, round, "agree", "b", 200, 8); /* other iterations, other checksum */
        add_checksum(&samples, round, "once", "glibc", 100, 7);
        add_checksum(&samples, round, "once", "a", 100, round == 2 ? 9 : 7);
        add_checksum(&samples, round, "once", "b", 100, 7);
        add_checksum(&samples, round, "tie", "glibc", 100, 7);
        add_checksum(&samples, round, "tie", "a", 100, 9);
        add_checksum(&samples, round, "base", "glibc", 100, 9); /* the majority is against it */
        add_checksum(&samples, round, "base", "a", 100, 7);
        add_checksum(&samples, round, "base", "b", 100, 7);
        add_checksum(&samples, round, "chaos", "glibc", 100, round);
        add_checksum(&samples, round, "chaos", "a", 100, 10 + round);
    }
    struct summary summary = summarize(&samples, NULL);
    static const struct {
        const char *variant, *allocator;
        bool failed;
    } expected[] = {{"agree", "glibc", false}, {"agree", "a", false}, {"agree", "b", false},
                    {"once", "glibc", false},  {"once", "a", true},   {"once", "b", false},
                    {"tie", "glibc", false},   {"tie", "a", true},    {"base", "glibc", true},
                    {"base", "a", false},      {"base", "b", false},  {"chaos", "glibc", true},
                    {"chaos", "a", true}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct summary_row *const row =
            synthetic_find(&summary, expected[i].variant, expected[i].allocator);
        EXPECT_INT(row->status, expected[i].failed ? SAMPLE_FAILED : SAMPLE_OK);
        EXPECT_STR(row->note, expected[i].failed ? "checksum differs" : "");
        EXPECT(isnan(row->ns_median) == expected[i].failed);
        if (expected[i].failed)
            EXPECT_INT(row->verdict, SUMMARY_NO_VERDICT);
    }
    EXPECT(isnan(synthetic_find(&summary, "base", "a")->ratio)); /* there is no baseline left */
    summary_free(&summary);
}

static void test_counts(void)
{
    struct samples samples = {0};
    add(&samples, synthetic_row(1, "malloc", "heap", "glibc", 10));
    add(&samples, synthetic_row(1, "leak", "heap", "glibc", 10));
    add(&samples, synthetic_row(1, "opaque", "heap", "glibc", 10));
    add(&samples, synthetic_row(1, "none", "stack", "glibc", 10));
    struct counts counts = {0};
    struct count_row row = {.cell = {"scenario", "malloc", "heap", "", "", 1, "glibc"},
                            .iterations = 1000,
                            .allocs = 2000,
                            .frees = 1999,
                            .bytes = 64000,
                            .usable_bytes = 72500,
                            .status = SAMPLE_OK,
                            .detail = ""};
    counts_add(&counts, &row);
    row.cell.variant = "opaque"; /* the allocator does not tell what it gave */
    row.usable_bytes = 0;
    counts_add(&counts, &row);
    row.cell.variant = "none";
    row.allocs = row.frees = row.bytes = 0;
    counts_add(&counts, &row);
    row.cell.variant = "leak";
    row.status = SAMPLE_FAILED;
    row.detail = "frees: counted 1999, declared 2000";
    counts_add(&counts, &row);
    row.cell.variant = "unknown";
    counts_add(&counts, &row);
    struct summary summary = summarize(&samples, &counts);
    counts_free(&counts);
    EXPECT_INT(summary.count, 4);
    const struct summary_row *const counted = synthetic_find(&summary, "malloc", "glibc");
    EXPECT_NEAR(counted->allocs_per_op, 2, 0);
    EXPECT_NEAR(counted->frees_per_op, 1.999, 1e-15);
    EXPECT_NEAR(counted->bytes_per_op, 64, 0);
    EXPECT_NEAR(counted->usable_bytes_per_op, 72.5, 0);
    EXPECT_NEAR(synthetic_find(&summary, "opaque", "glibc")->bytes_per_op, 64, 0);
    EXPECT(isnan(synthetic_find(&summary, "opaque", "glibc")->usable_bytes_per_op));
    EXPECT_NEAR(synthetic_find(&summary, "none", "glibc")->usable_bytes_per_op, 0, 0);
    expect_status(&summary, "leak", SAMPLE_FAILED, "frees: counted 1999, declared 2000");
    EXPECT(isnan(synthetic_find(&summary, "leak", "glibc")->allocs_per_op));
    summary_free(&summary);
}

static void add_rounds(struct samples *samples, const char *scenario, const char *variant,
                       const char *value, double ns)
{
    for (unsigned round = 1; round <= 6; round++) {
        struct sample row = synthetic_row(round, variant, "stack", "", ns + round / 100.0);
        row.cell.scenario = scenario;
        row.cell.value = value;
        row.cell.param = *value != '\0' ? "size" : "";
        samples_add(samples, &row);
    }
}

static const char *note_of(const struct summary *summary, const char *scenario, const char *variant,
                           const char *value)
{
    for (size_t i = 0; i < summary->count; i++)
        if (strcmp(summary->rows[i].cell.scenario, scenario) == 0 &&
            strcmp(summary->rows[i].cell.variant, variant) == 0 &&
            strcmp(summary->rows[i].cell.value, value) == 0)
            return summary->rows[i].note;
    return "(no such row)";
}

static void test_at_floor(void)
{
    struct samples samples = {0};
    add_rounds(&samples, "null", "empty", "", 0.3); /* 0.31 to 0.36 */
    add_rounds(&samples, "s", "null", "", 1);       /* 1.01 to 1.06 */
    add_rounds(&samples, "s", "below", "", 0.5);
    add_rounds(&samples, "s", "overlaps", "", 1.04);
    add_rounds(&samples, "s", "above", "", 1.1);
    add_rounds(&samples, "null", "empty", "16", 0.3);
    add_rounds(&samples, "s", "swept", "16", 0.9); /* its scenario's loop, though of no value */
    add_rounds(&samples, "t", "null", "16", 2);    /* its loop depends on the value */
    add_rounds(&samples, "t", "by_value", "16", 2);
    add_rounds(&samples, "t", "by_value", "64", 2);
    add_rounds(&samples, "u", "without", "", 0.35);
    add_rounds(&samples, "u", "dear", "", 0.5);
    for (unsigned round = 1; round <= 6; round++) {
        struct sample row = synthetic_row(round, "threaded", "stack", "", 0.2);
        row.cell.scenario = "u";
        row.cell.threads = 4;
        samples_add(&samples, &row);
    }
    struct summary summary = summarize(&samples, NULL);
    EXPECT_STR(note_of(&summary, "s", "below", ""), "at floor");
    EXPECT_STR(note_of(&summary, "s", "overlaps", ""), "at floor");
    EXPECT_STR(note_of(&summary, "s", "above", ""), "");
    EXPECT_STR(note_of(&summary, "s", "null", ""), "");
    EXPECT_STR(note_of(&summary, "t", "by_value", "16"), "at floor");
    EXPECT_STR(note_of(&summary, "t", "by_value", "64"), "");
    EXPECT_STR(note_of(&summary, "u", "without", ""), "at floor"); /* the suite's own loop */
    EXPECT_STR(note_of(&summary, "u", "dear", ""), "");
    EXPECT_STR(note_of(&summary, "s", "swept", "16"), "at floor");
    EXPECT_STR(note_of(&summary, "u", "threaded", ""), ""); /* there is no loop of 4 threads */
    summary_free(&summary);
}

static void test_order(void)
{
    struct samples samples = {0};
    static const char *const values[] = {"1024", "16", "64"};
    for (unsigned round = 1; round <= 2; round++)
        for (size_t v = 0; v < 3; v++)
            for (size_t a = 0; a < 2; a++) {
                struct sample row = synthetic_row(round, "z", "heap", a > 0 ? "b" : "c", 10);
                row.cell.value = values[v];
                row.cell.param = "size";
                samples_add(&samples, &row);
                row.cell.variant = "a";
                samples_add(&samples, &row);
                row.cell.scenario = "another";
                samples_add(&samples, &row);
            }
    struct summary summary = summarize(&samples, NULL);
    static const char *const expected[] = {"z/16/c",   "z/16/b",   "z/64/c", "z/64/b",
                                           "z/1024/c", "z/1024/b", "a/16/c"};
    EXPECT_INT(summary.count, 18);
    for (size_t i = 0; i < 7; i++) {
        const struct cell *const cell = &summary.rows[i].cell;
        char name[64];
        snprintf(name, sizeof name, "%s/%s/%s", cell->variant, cell->value, cell->allocator);
        EXPECT_STR(name, expected[i]);
    }
    EXPECT_STR(summary.rows[12].cell.scenario, "another");
    summary_free(&summary);
}

/* Cells that differ in their threads alone are two, and checksums are not compared over them. */
static void test_threads(void)
{
    struct samples samples = {0};
    for (unsigned threads = 4; threads >= 1; threads /= 2) {
        struct sample row = synthetic_row(1, "malloc", "heap", "glibc", 10 * threads);
        row.cell.threads = threads;
        row.checksum = threads;
        samples_add(&samples, &row);
    }
    struct summary summary = summarize(&samples, NULL);
    EXPECT_INT(summary.count, 3);
    for (size_t i = 0; i < summary.count; i++) {
        EXPECT_INT(summary.rows[i].cell.threads, 1 << i);
        EXPECT_NEAR(summary.rows[i].ns_median, 10 * (1 << i), 1e-12);
        EXPECT_INT(summary.rows[i].status, SAMPLE_OK);
    }
    summary_free(&summary);
}

/* The baseline is found again in a file in which it is not the first. */
static void test_loaded_baseline(void)
{
    struct samples samples = {0};
    static const char *const allocators[] = {"a", "b", "glibc", "c"};
    for (size_t i = 0; i < 4; i++) {
        const struct sample row = synthetic_row(1, "malloc", "heap", allocators[i], 10);
        samples_add(&samples, &row);
    }
    struct summary summary = summarize(&samples, NULL), loaded;
    EXPECT_INT(summary_write(&summary, scratch_path("order.csv"), NULL), 0);
    EXPECT_INT(summary_load(scratch_path("order.csv"), &loaded, NULL), 0);
    EXPECT_STR(loaded.baseline, "glibc");
    EXPECT_INT(loaded.compared_count, 3);
    summary_free(&loaded);
    summary_free(&summary);
}

static void test_file(void)
{
    static const char hostile[] = "my,\"lib\"\n$(reboot)";
    struct samples samples = {0};
    for (unsigned round = 1; round <= 8; round++) {
        synthetic_process(&samples, round, "malloc", "heap", "glibc", 4, SAMPLE_OK);
        synthetic_process(&samples, round, "malloc", "heap", hostile, 5, SAMPLE_OK);
    }
    add_status(&samples, 1, "dead", SAMPLE_FAILED, "a, \"b\"\nc");
    struct summary summary = summarize(&samples, NULL);
    const char *const path = scratch_path("summary.csv");
    EXPECT_INT(summary_write(&summary, path, NULL), 0);
    static const char text[] =
        "scenario,variant,storage,param,value,threads,allocator,samples,ns_median,ns_low,ns_high,"
        "ns_min,ratio,ratio_low,ratio_high,verdict,allocs_per_op,frees_per_op,bytes_per_op,"
        "usable_bytes_per_op,instructions_per_op,status,note\n"
        "scenario,malloc,heap,,,1,glibc,8,4,4,4,4,,,,,,,,,,ok,\n"
        "scenario,malloc,heap,,,1,\"my,\"\"lib\"\"\n$(reboot)\",8,5,5,5,5,1.25,1.25,1.25,slower,"
        ",,,,,ok,\n"
        "scenario,dead,heap,,,1,glibc,0,,,,,,,,,,,,,,failed,\"a, \"\"b\"\"\nc\"\n";
    EXPECT(strcmp(scratch_read(path), text) == 0);
    struct summary loaded;
    EXPECT_INT(summary_load(path, &loaded, NULL), 0);
    EXPECT_STR(loaded.baseline, "glibc");
    EXPECT_INT(loaded.compared_count, 1);
    EXPECT_INT(loaded.count, 3);
    EXPECT(isnan(loaded.noise_floor));
    EXPECT_INT(summary_write(&loaded, scratch_path("again.csv"), NULL), 0);
    EXPECT(strcmp(scratch_read(scratch_path("again.csv")), text) == 0);
    summary_free(&loaded);
    summary_free(&summary);

    char bad[sizeof text];
    memcpy(bad, text, sizeof bad);
    memcpy(strstr(bad, "slower"), "lesser", 6);
    struct error error = {""};
    EXPECT_INT(summary_load(scratch_write("bad.csv", bad, sizeof bad - 1), &loaded, &error), -1);
    EXPECT_STR(strstr(error.text, "bad.csv"),
               "bad.csv:4:37: `lesser` is none of: nothing, faster, slower, same, unresolved");
}

int main(void)
{
    test_processes();
    test_mixed_process();
    test_pairing();
    test_baseline();
    test_failures();
    test_checksums();
    test_counts();
    test_at_floor();
    test_order();
    test_threads();
    test_loaded_baseline();
    test_file();
    return check_result();
}
