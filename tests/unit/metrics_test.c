/* metrics.csv: which cells have a throughput, and what it is. */
#include "check.h"
#include "data/metrics.h"
#include "data/sample.h"
#include "data/summary.h"
#include "error.h"
#include "scratch.h"
#include "synthetic.h"

static const char header[] =
    "scenario,variant,storage,param,value,threads,allocator,metric,unit,median,low,high,samples\n";

/* One process of three repetitions with these throughputs. */
static void add_process(struct samples *samples, const char *variant, unsigned threads,
                        unsigned round, const double ops_per_s[3])
{
    for (unsigned i = 0; i < 3; i++) {
        struct sample row = synthetic_row(round, variant, "heap", "glibc", 10);
        row.rep = i + 1;
        row.cell.threads = threads;
        row.ops_per_s = ops_per_s[i];
        samples_add(samples, &row);
    }
}

static struct summary summarize(struct samples *samples)
{
    struct summary summary;
    EXPECT_INT(summary_compute(samples, NULL, NULL, &summary, NULL), 0);
    samples_free(samples);
    return summary;
}

static const struct summary_row *find(const struct summary *summary, const char *variant,
                                      unsigned threads)
{
    for (size_t i = 0; i < summary->count; i++)
        if (strcmp(summary->rows[i].cell.variant, variant) == 0 &&
            summary->rows[i].cell.threads == threads)
            return &summary->rows[i];
    return NULL;
}

/* A run of one variant on one and two threads, one on one thread only, one on two only. */
static struct summary make_summary(void)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= 6; round++) {
        /* The median of a process is 100 times its round. */
        const double spread[3] = {900.0 * round, 100.0 * round, 1.0 * round};
        add_process(&samples, "malloc", 2, round, spread);
        add_process(&samples, "alone", 1, round, spread);
        if (round <= 5)
            add_process(&samples, "malloc", 1, round, spread);
        add_process(&samples, "pair", 2, round, spread);
    }
    /* Files of earlier versions do not tell, and one repetition of this process does not. */
    const double unknown[3] = {5, (double)NAN, 6};
    add_process(&samples, "pair", 2, 7, unknown);
    add_process(&samples, "silent", 2, 1, unknown);
    return summarize(&samples);
}

static void test_throughput(void)
{
    struct summary summary = make_summary();
    const struct summary_row *row = find(&summary, "malloc", 2);
    EXPECT_INT(row->throughput.samples, 6);
    EXPECT_NEAR(row->throughput.median, 350, 1e-12);
    EXPECT_NEAR(row->throughput.low, 100, 1e-12); /* ranks 1 and 6 of 6 */
    EXPECT_NEAR(row->throughput.high, 600, 1e-12);
    row = find(&summary, "malloc", 1);
    EXPECT_INT(row->throughput.samples, 5);
    EXPECT_NEAR(row->throughput.median, 300, 1e-12);
    EXPECT(isnan(row->throughput.low) && isnan(row->throughput.high));
    row = find(&summary, "pair", 2);
    EXPECT_INT(row->samples, 7);
    EXPECT_INT(row->throughput.samples, 6);
    EXPECT_NEAR(row->throughput.median, 350, 1e-12);
    EXPECT_INT(find(&summary, "alone", 1)->throughput.samples, 0);
    EXPECT(isnan(find(&summary, "alone", 1)->throughput.median));
    EXPECT_INT(find(&summary, "silent", 2)->throughput.samples, 0);
    summary_free(&summary);
}

static void test_file(void)
{
    struct summary summary = make_summary();
    const char *const path = scratch_path("metrics.csv");
    EXPECT_INT(metrics_write(&summary, path, NULL), 0);
    char expected[1024];
    snprintf(expected, sizeof expected, "%s%s", header,
             "scenario,malloc,heap,,,1,glibc,throughput,ops_per_s,300,,,5\n"
             "scenario,malloc,heap,,,2,glibc,throughput,ops_per_s,350,100,600,6\n"
             "scenario,pair,heap,,,2,glibc,throughput,ops_per_s,350,100,600,6\n");
    EXPECT_STR(scratch_read(path), expected);

    /* Read back into the summary that was read back. */
    EXPECT_INT(summary_write(&summary, scratch_path("summary.csv"), NULL), 0);
    summary_free(&summary);
    EXPECT_INT(summary_load(scratch_path("summary.csv"), &summary, NULL), 0);
    EXPECT_INT(find(&summary, "malloc", 2)->throughput.samples, 0);
    EXPECT(isnan(find(&summary, "malloc", 2)->throughput.median));
    EXPECT_INT(metrics_load(scratch_path("metrics.csv"), &summary, NULL), 0);
    EXPECT_INT(find(&summary, "malloc", 2)->throughput.samples, 6);
    EXPECT_NEAR(find(&summary, "malloc", 2)->throughput.high, 600, 1e-12);
    EXPECT_NEAR(find(&summary, "malloc", 1)->throughput.median, 300, 1e-12);
    EXPECT(isnan(find(&summary, "malloc", 1)->throughput.low));
    EXPECT_INT(find(&summary, "alone", 1)->throughput.samples, 0);

    /* Other metrics and other cells are not for these rows. */
    snprintf(expected, sizeof expected, "%s%s", header,
             "scenario,malloc,heap,,,2,glibc,resident,bytes,1,,,1\n"
             "scenario,malloc,heap,,,2,jemalloc,throughput,ops_per_s,2,,,1\n"
             "scenario,alone,heap,,,1,glibc,throughput,ops_per_s,3,,,1\n");
    EXPECT_INT(metrics_load(scratch_write("other.csv", expected, strlen(expected)), &summary, NULL),
               0);
    EXPECT_NEAR(find(&summary, "malloc", 2)->throughput.median, 350, 1e-12);
    EXPECT_NEAR(find(&summary, "alone", 1)->throughput.median, 3, 1e-12);

    struct error error = {""};
    snprintf(expected, sizeof expected, "%s%s", header,
             "scenario,malloc,heap,,,2,glibc,throughput,ops_per_s,much,,,1\n");
    EXPECT_INT(metrics_load(scratch_write("bad.csv", expected, strlen(expected)), &summary, &error),
               -1);
    EXPECT_STR(strstr(error.text, "bad.csv"), "bad.csv:2:53: `much` is no number");
    summary_free(&summary);
}

/* Without threads there is a header alone. */
static void test_none(void)
{
    struct samples samples = {0};
    const double some[3] = {1, 2, 3};
    add_process(&samples, "malloc", 1, 1, some);
    struct summary summary = summarize(&samples);
    EXPECT_INT(metrics_write(&summary, scratch_path("none.csv"), NULL), 0);
    EXPECT_STR(scratch_read(scratch_path("none.csv")), header);
    summary_free(&summary);
}

int main(void)
{
    test_throughput();
    test_file();
    test_none();
    return check_result();
}
