/* metrics.csv: which cells have a throughput, what it is, and what was observed besides. */
#include "check.h"
#include "data/metrics.h"
#include "data/observation.h"
#include "data/sample.h"
#include "data/summary.h"
#include "error.h"
#include "scratch.h"
#include "synthetic.h"

#define HEADER \
    "scenario,variant,storage,param,value,threads,allocator,metric,unit,median,low,high,samples\n"

static void expect_file(const struct summary *summary, const char *expected)
{
    const char *const path = scratch_path("metrics.csv");
    EXPECT_INT(metrics_write(summary, path, NULL), 0);
    EXPECT_STR(scratch_read(path), expected);
}

/* The summary as its own file holds it: without metrics. */
static void write_and_load(struct summary *summary)
{
    const char *const path = scratch_path("summary.csv");
    EXPECT_INT(summary_write(summary, path, NULL), 0);
    summary_free(summary);
    EXPECT_INT(summary_load(path, summary, NULL), 0);
}

/* Reads a file of these rows into the summary. Returns what that returns. */
static int load_rows(struct summary *summary, const char *text, struct error *error)
{
    return metrics_load(scratch_write("rows.csv", text, strlen(text)), summary, error);
}

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
    expect_file(&summary,
                HEADER "scenario,malloc,heap,,,1,glibc,throughput,ops_per_s,300,,,5\n"
                       "scenario,malloc,heap,,,2,glibc,throughput,ops_per_s,350,100,600,6\n"
                       "scenario,pair,heap,,,2,glibc,throughput,ops_per_s,350,100,600,6\n");

    /* Read back into the summary that was read back. */
    write_and_load(&summary);
    EXPECT_INT(find(&summary, "malloc", 2)->throughput.samples, 0);
    EXPECT(isnan(find(&summary, "malloc", 2)->throughput.median));
    EXPECT_INT(metrics_load(scratch_path("metrics.csv"), &summary, NULL), 0);
    EXPECT_INT(find(&summary, "malloc", 2)->throughput.samples, 6);
    EXPECT_NEAR(find(&summary, "malloc", 2)->throughput.high, 600, 1e-12);
    EXPECT_NEAR(find(&summary, "malloc", 1)->throughput.median, 300, 1e-12);
    EXPECT(isnan(find(&summary, "malloc", 1)->throughput.low));
    EXPECT_INT(find(&summary, "alone", 1)->throughput.samples, 0);

    /* Those of other cells are not for these rows. */
    const char *const others =
        HEADER "scenario,malloc,heap,,,2,jemalloc,throughput,ops_per_s,2,,,1\n"
               "scenario,alone,heap,,,1,glibc,throughput,ops_per_s,3,,,1\n";
    EXPECT_INT(load_rows(&summary, others, NULL), 0);
    EXPECT_NEAR(find(&summary, "malloc", 2)->throughput.median, 350, 1e-12);
    EXPECT_NEAR(find(&summary, "alone", 1)->throughput.median, 3, 1e-12);

    struct error error = {""};
    const char *const bad = HEADER "scenario,malloc,heap,,,2,glibc,throughput,ops_per_s,much,,,1\n";
    EXPECT_INT(load_rows(&summary, bad, &error), -1);
    EXPECT_STR(strstr(error.text, "rows.csv"), "rows.csv:2:53: `much` is no number");
    /* What stands before a broken row is not taken either. */
    const char *const late = HEADER "scenario,malloc,heap,,,2,glibc,throughput,ops_per_s,9,,,1\n"
                                    "scenario,malloc,heap,,,2,glibc,resident,bytes,1,2,3,some\n";
    EXPECT_INT(load_rows(&summary, late, &error), -1);
    EXPECT_STR(strstr(error.text, "rows.csv:3:"), "rows.csv:3:53: `some` is no whole number");
    EXPECT_NEAR(find(&summary, "malloc", 2)->throughput.median, 350, 1e-12);
    EXPECT_INT(summary.metric_count, 0);

    /* The rows may be in any order; those of a cell keep theirs. */
    const char *const mixed = HEADER "scenario,pair,heap,,,2,glibc,b,bytes,1,,,1\n"
                                     "scenario,malloc,heap,,,2,glibc,d,bytes,2,,,1\n"
                                     "scenario,pair,heap,,,2,glibc,a,bytes,3,,,1\n";
    EXPECT_INT(load_rows(&summary, mixed, NULL), 0);
    EXPECT_INT(summary.metric_count, 3);
    EXPECT_STR(summary.metrics[0].metric, "d");
    EXPECT_STR(summary.metrics[1].metric, "b");
    EXPECT_STR(summary.metrics[2].metric, "a");
    EXPECT_INT(metrics_write(&summary, scratch_path("again.csv"), NULL), 0);
    summary_free(&summary);
}

/* One observed value of a variant's process. */
static void observe(struct observations *observations, unsigned round, const char *variant,
                    const char *metric, double value, enum sample_status status)
{
    const struct sample like = synthetic_row(round, variant, "heap", "glibc", 10);
    const struct observation row = {round, like.cell, metric, "bytes", value, status};
    observations_add(observations, &row);
}

/* `quiet` has six quiet processes; `noisy` none; `failed` no time, and what it observed is void. */
static struct summary make_observed(void)
{
    struct samples samples = {0};
    struct observations observations = {0};
    for (unsigned round = 1; round <= 6; round++) {
        synthetic_process(&samples, round, "quiet", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "noisy", "heap", "glibc", 10, SAMPLE_NOISY);
        /* Set aside, then measured again; `last` is seen first, and stands first. */
        observe(&observations, round, "quiet", "resident", 1e9, SAMPLE_NOISY);
        observe(&observations, round, "quiet", "last", -1.0 * round, SAMPLE_OK);
        observe(&observations, round, "quiet", "resident", 100.0 * round, SAMPLE_OK);
        observe(&observations, round, "noisy", "resident", 10.0 * round, SAMPLE_NOISY);
    }
    /* The same round again, as when a run goes on: the later one counts. */
    observe(&observations, 6, "quiet", "last", -60, SAMPLE_OK);
    struct sample failed = synthetic_row(1, "failed", "heap", "glibc", 10);
    failed.status = SAMPLE_FAILED;
    samples_add(&samples, &failed);
    observe(&observations, 1, "failed", "resident", 5, SAMPLE_OK);
    observe(&observations, 1, "unknown", "resident", 5, SAMPLE_OK);
    struct summary summary = summarize(&samples);
    metrics_add_observations(&summary, &observations);
    observations_free(&observations);
    return summary;
}

static void test_observed(void)
{
    static const char expected[] =
        HEADER "scenario,quiet,heap,,,1,glibc,last,bytes,-3.5,-60,-1,6\n"
               "scenario,quiet,heap,,,1,glibc,resident,bytes,350,100,600,6\n"
               "scenario,noisy,heap,,,1,glibc,resident,bytes,35,10,60,6\n";
    struct summary summary = make_observed();
    expect_file(&summary, expected);

    write_and_load(&summary);
    EXPECT_INT(summary.metric_count, 0);
    EXPECT_INT(load_rows(&summary, expected, NULL), 0);
    EXPECT_INT(summary.metric_count, 3);
    EXPECT_STR(summary.metrics[1].metric, "resident");
    EXPECT_STR(summary.metrics[1].unit, "bytes");
    EXPECT_STR(summary.rows[summary.metrics[2].row].cell.variant, "noisy");
    EXPECT_NEAR(summary.metrics[0].low, -60, 0);
    expect_file(&summary, expected);
    summary_free(&summary);
}

/* Without threads there is a header alone. */
static void test_none(void)
{
    struct samples samples = {0};
    const double some[3] = {1, 2, 3};
    add_process(&samples, "malloc", 1, 1, some);
    struct summary summary = summarize(&samples);
    expect_file(&summary, HEADER);
    summary_free(&summary);
}

int main(void)
{
    test_throughput();
    test_file();
    test_observed();
    test_none();
    return check_result();
}
