/* Metrics of two runs beside one another: what is matched, what is told, and the file. */
#include "check.h"
#include "data/compare_metrics.h"
#include "data/metrics.h"
#include "data/recorded.h"
#include "data/term.h"
#include "data/text.h"
#include "error.h"
#include "scratch.h"

#include <stdbool.h>

static const char header[] =
    "scenario,variant,storage,param,value,threads,allocator,metric,unit,median,low,high,samples\n";

/* A run whose metrics.csv is this behind the header; NULL: it has none. */
static struct recorded_run make_run(struct text_pool *text, const char *directory, const char *rows)
{
    struct recorded_run run = {.directory = directory, .has_metrics = rows != NULL};
    if (rows == NULL)
        return run;
    char *const content = check_format("%s%s", header, rows);
    EXPECT_INT(metric_rows_load(scratch_write("metrics.csv", content, strlen(content)), text,
                                &run.metrics, NULL),
               0);
    free(content);
    return run;
}

static const char base_rows[] = "s,grown,heap,,,1,glibc,resident,bytes,1000,990,1010,9\n"
                                "s,shrunk,heap,,,1,glibc,resident,bytes,1000,990,1010,9\n"
                                "s,fixed,heap,,,1,glibc,objects,count,5,5,5,9\n"
                                "s,near,heap,,,1,glibc,resident,bytes,100,90,110,9\n"
                                "s,few,heap,,,1,glibc,resident,bytes,100,,,3\n"
                                "s,sign,heap,,,1,glibc,less,bytes,-4,-5,-3,9\n"
                                "s,risen,heap,,,1,glibc,lazy,bytes,0,0,0,9\n"
                                "s,unit,heap,,,1,glibc,resident,bytes,2048,2048,2048,9\n"
                                "s,gone,heap,,,1,glibc,resident,bytes,7,7,7,9\n"
                                "s,v,heap,size,64,2,glibc,throughput,ops_per_s,4e6,3.9e6,4.1e6,9\n";

static const char other_rows[] = "s,v,heap,size,64,2,glibc,throughput,ops_per_s,2e6,1.9e6,2.1e6,9\n"
                                 "s,grown,heap,,,1,glibc,resident,bytes,1200,1190,1210,9\n"
                                 "s,shrunk,heap,,,1,glibc,resident,bytes,900,880,989,9\n"
                                 "s,fixed,heap,,,1,glibc,objects,count,5,5,5,9\n"
                                 "s,near,heap,,,1,glibc,resident,bytes,300,110,500,9\n"
                                 "s,few,heap,,,1,glibc,resident,bytes,500,400,600,9\n"
                                 "s,sign,heap,,,1,glibc,less,bytes,-2,-2.5,-1,9\n"
                                 "s,risen,heap,,,1,glibc,lazy,bytes,8,7,9,9\n"
                                 "s,unit,heap,,,1,glibc,resident,kib,2,2,2,9\n";

static const struct compare_metric *find(const struct compare_metrics *metrics, const char *variant)
{
    for (size_t i = 0; i < metrics->count; i++)
        if (strcmp(metrics->rows[i].cell.variant, variant) == 0)
            return &metrics->rows[i];
    return NULL;
}

/* Checks the verdict, the ratio and the difference of a variant in the second run. */
static void expect_change(const struct compare_metrics *metrics, const char *variant,
                          const char *verdict, double ratio, double difference)
{
    const struct compare_metric *const row = find(metrics, variant);
    EXPECT(row != NULL);
    const struct compare_metric_change change = compare_metric_change(row->of[1], row->of[0]);
    EXPECT_STR(compare_metric_verdict_name(change.verdict), verdict);
    EXPECT_NEAR(change.ratio, ratio, 1e-12);
    EXPECT_NEAR(change.difference, difference, 1e-9);
}

static void test_verdicts(void)
{
    const double none = (double)NAN;
    struct text_pool *const text = text_pool_new();
    struct recorded_run runs[2] = {make_run(text, "a", base_rows), make_run(text, "b", other_rows)};
    struct compare_metrics metrics;
    compare_metrics_make(runs, 2, &metrics);
    EXPECT_INT(metrics.count, 11); /* one unit is in A only, the other in B only */
    expect_change(&metrics, "grown", "more", 1.2, 200);
    expect_change(&metrics, "shrunk", "less", 0.9, -100);
    expect_change(&metrics, "fixed", "same", 1, 0);
    expect_change(&metrics, "near", "unresolved", 3, 200); /* 110 is in both intervals */
    expect_change(&metrics, "few", "unresolved", 5, 400);
    expect_change(&metrics, "sign", "more", 0.5, 2);
    expect_change(&metrics, "risen", "more", none, 8);
    expect_change(&metrics, "unit", "", none, none);
    expect_change(&metrics, "gone", "", none, none);
    expect_change(&metrics, "v", "less", 0.5, -2e6);

    /* What is told first, the largest factors first; what only one has last. */
    static const char *const order[] = {"risen", "sign",  "v",    "grown", "shrunk", "few",
                                        "near",  "fixed", "unit", "gone",  "unit"};
    for (size_t i = 0; i < metrics.count; i++)
        EXPECT_STR(metrics.rows[i].cell.variant, order[i]);
    compare_metrics_free(&metrics);
    for (size_t i = 0; i < 2; i++)
        recorded_free(&runs[i]);
    text_pool_free(text);
}

static void test_file(void)
{
    struct text_pool *const text = text_pool_new();
    struct recorded_run runs[2] = {
        make_run(text, "a",
                 "s,grown,heap,,,1,glibc,resident,bytes,1000,990,1010,9\n"
                 "s,gone,heap,,,1,glibc,resident,bytes,7,,,2\n"),
        make_run(text, "b", "s,grown,heap,,,1,glibc,resident,bytes,1200,1190,1210,8\n")};
    struct compare_metrics metrics;
    compare_metrics_make(runs, 2, &metrics);
    const char *const path = scratch_path("compare_metrics.csv");
    EXPECT_INT(compare_metrics_write(&metrics, path, NULL), 0);
    EXPECT_STR(scratch_read(path),
               "scenario,variant,storage,param,value,threads,allocator,base,run,metric,unit,"
               "base_samples,samples,base_median,base_low,base_high,median,low,high,ratio,"
               "difference,verdict\n"
               "s,grown,heap,,,1,glibc,a,b,resident,bytes,9,8,1000,990,1010,1200,1190,1210,1.2,"
               "200,more\n"
               "s,gone,heap,,,1,glibc,a,b,resident,bytes,2,,7,,,,,,,,\n");
    compare_metrics_free(&metrics);
    for (size_t i = 0; i < 2; i++)
        recorded_free(&runs[i]);
    text_pool_free(text);
}

/* What a person is told of these runs. The caller frees it. */
static char *print(const struct recorded_run *runs, size_t count, size_t lines)
{
    struct compare_metrics metrics;
    compare_metrics_make(runs, count, &metrics);
    char *shown = NULL;
    size_t size_bytes = 0;
    FILE *const stream = open_memstream(&shown, &size_bytes);
    const struct term term = term_open(stream, false);
    compare_metrics_print(&term, &metrics, lines);
    fclose(stream);
    compare_metrics_free(&metrics);
    return shown;
}

static size_t count_lines(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void test_table(void)
{
    struct text_pool *const text = text_pool_new();
    struct recorded_run runs[3] = {make_run(text, "a", base_rows), make_run(text, "b", other_rows),
                                   make_run(text, "c", NULL)};
    char *shown = print(runs, 2, 40);
    EXPECT(strstr(shown, "resident, bytes") != NULL);
    EXPECT(strstr(shown, "4M   B        2M    0.50 -\n") != NULL);
    EXPECT(strstr(shown, "B to A: 8 metrics compared; in A only 2, in B only 1") != NULL);
    EXPECT_INT(count_lines(shown, "\ns/"), 8);
    EXPECT(strstr(shown, "lines") == NULL);
    free(shown);

    shown = print(runs, 2, 3);
    EXPECT_INT(count_lines(shown, "\ns/"), 3);
    EXPECT(strstr(shown, "; 3 of 8 lines\n") != NULL);
    free(shown);

    /* A run that has none says so, whichever it is; without any there is nothing to say. */
    shown = print(runs, 3, 40);
    EXPECT(strstr(shown, "C has no metrics.csv.") != NULL);
    free(shown);
    shown = print(runs + 1, 2, 40);
    EXPECT(strstr(shown, "B has no metrics.csv.") != NULL);
    EXPECT_INT(count_lines(shown, "\ns/"), 0);
    free(shown);
    const struct recorded_run without[2] = {runs[2], runs[2]};
    shown = print(without, 2, 40);
    EXPECT_STR(shown, "");
    free(shown);
    for (size_t i = 0; i < 3; i++)
        recorded_free(&runs[i]);
    text_pool_free(text);
}

static void test_number(void)
{
    static const struct {
        double value;
        const char *text;
    } known[] = {{0, "0"},        {-0.125, "-0.125"}, {9999, "9999"},      {10000, "10k"},
                 {999960, "1M"},  {123456, "123.5k"}, {4493410, "4.493M"}, {-20480, "-20.48k"},
                 {5e15, "5000T"}, {1.5e9, "1.5G"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[METRICS_NUMBER_BYTES];
        metrics_number(text, known[i].value);
        EXPECT_STR(text, known[i].text);
    }
}

int main(void)
{
    test_verdicts();
    test_file();
    test_table();
    test_number();
    return check_result();
}
