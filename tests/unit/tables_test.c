/* What gnuplot is given of a run. */
#include "plot/tables.h"

#include "data/keyvalue.h"
#include "data/summary.h"
#include "error.h"
#include "plot/shown_order.h"

#include "check.h"
#include "scratch.h"

/* A row of scenario s, variant v, at size 64; the strings must be equal pointers when equal. */
static struct summary_row make_row(const char *storage, const char *allocator, double ns)
{
    return (struct summary_row){.cell = {.scenario = "s",
                                         .variant = "v",
                                         .storage = storage,
                                         .param = "size",
                                         .value = "64",
                                         .threads = 1,
                                         .allocator = allocator},
                                .samples = 3,
                                .ns_median = ns,
                                .ns_low = (double)NAN,
                                .ns_high = (double)NAN,
                                .ns_min = ns,
                                .ratio = (double)NAN,
                                .ratio_low = (double)NAN,
                                .ratio_high = (double)NAN,
                                .allocs_per_op = 1,
                                .instructions_per_op = (double)NAN,
                                .note = "",
                                .throughput = {3, 250e6, (double)NAN, 260e6}};
}

/* A summary of these rows, in the order in which a run without a list is shown. */
static struct summary make_summary(const struct summary_row *rows, size_t count,
                                   const char *baseline)
{
    const struct keyvalues machine = {.rows = NULL};
    struct summary summary = {
        .rows = check_alloc(count, sizeof *rows), .count = count, .baseline = baseline};
    memcpy(summary.rows, rows, count * sizeof *rows);
    shown_order(&summary, &machine);
    return summary;
}

/* Writes the tables of the rows; returns how many cells there are. */
static size_t write_tables(struct summary_row *rows, size_t count, const char *baseline)
{
    struct summary summary = make_summary(rows, count, baseline);
    const struct keyvalues machine = {.rows = NULL};
    struct error error = {.text = ""};
    size_t cells = 99;
    (void)scratch_path("");
    EXPECT_INT(tables_write(&summary, &machine, scratch_directory, &cells, &error), 0);
    EXPECT_STR(error.text, "");
    summary_free(&summary);
    return cells;
}

/* Field `index` of line `line` (0: the header) of a table. */
static const char *field(const char *table, size_t line, size_t index)
{
    static char found[256];
    const char *at = scratch_read(scratch_path(table));
    for (; line > 0 && at != NULL; line--)
        at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL;
    for (; index > 0 && at != NULL; index--)
        at = strchr(at, '\t') != NULL ? strchr(at, '\t') + 1 : NULL;
    snprintf(found, sizeof found, "%.*s", at != NULL ? (int)strcspn(at, "\t\n") : 0,
             at != NULL ? at : "");
    return found;
}

enum { AT_OPS = 20, AT_OPS_LOW, AT_OPS_HIGH };
enum { AT_VALUE = 4, AT_ALLOCATOR = 6, AT_MEDIAN = 8, AT_LOW = 9 };

/* The baseline comes first, then the known ones in their order, with their slots, then others. */
static void test_allocators(void)
{
    struct summary_row rows[] = {make_row("heap", "mine", 4), make_row("heap", "jemalloc", 3),
                                 make_row("heap", "a\"b", 5), make_row("heap", "glibc", 2)};
    EXPECT_INT(write_tables(rows, 4, "jemalloc"), 4);
    EXPECT_STR(field("allocators.tsv", 1, 0), "0");
    EXPECT_STR(field("allocators.tsv", 2, 3), "\\152emalloc");
    EXPECT_STR(field("allocators.tsv", 2, 1), "2");
    EXPECT_STR(field("allocators.tsv", 2, 2), "1");
    EXPECT_STR(field("allocators.tsv", 3, 3), "\\147libc");
    EXPECT_STR(field("allocators.tsv", 3, 1), "1");
    EXPECT_STR(field("allocators.tsv", 3, 2), "0");
    EXPECT_STR(field("allocators.tsv", 4, 3), "\\141\\042b");
    EXPECT_STR(field("allocators.tsv", 5, 3), "\\155ine");
    const long other = strtol(field("allocators.tsv", 4, 1), NULL, 10);
    EXPECT(other > 2);
    EXPECT_INT(strtol(field("allocators.tsv", 5, 1), NULL, 10), other + 1);
    EXPECT_STR(field("cells.tsv", 1, AT_ALLOCATOR), "1");
    EXPECT_STR(field("cells.tsv", 1, AT_MEDIAN), "3");
    EXPECT_STR(field("cells.tsv", 1, AT_LOW), "NaN");
    EXPECT_STR(field("cells.tsv", 0, AT_OPS), "ops_per_s");
    EXPECT_STR(field("cells.tsv", 1, AT_OPS), "250000000");
    EXPECT_STR(field("cells.tsv", 1, AT_OPS_LOW), "NaN");
    EXPECT_STR(field("cells.tsv", 1, AT_OPS_HIGH), "260000000");
    EXPECT_STR(field("cells.tsv", 4, AT_ALLOCATOR), "4");
    EXPECT_STR(field("cells.tsv", 4, AT_MEDIAN), "4");
}

/* What was observed stands with its cell's columns; the first row is of nothing. */
static void test_metrics(void)
{
    struct summary_row rows[] = {make_row("heap", "glibc", 2), make_row("heap", "jemalloc", 3)};
    struct summary_metric metrics[] = {{0, "p50", "ns", 12.5, (double)NAN, (double)NAN, 3},
                                       {1, "p50", "ns", 14, 13, 15.5, 3}};
    const char *allocators[] = {rows[0].cell.allocator, rows[1].cell.allocator};
    const struct summary summary = {.rows = rows,
                                    .count = 2,
                                    .allocators = allocators,
                                    .allocator_count = 2,
                                    .metrics = metrics,
                                    .metric_count = 2,
                                    .baseline = "glibc"};
    const struct keyvalues machine = {.rows = NULL};
    size_t cells = 0;
    EXPECT_INT(tables_write(&summary, &machine, scratch_directory, &cells, NULL), 0);
    EXPECT_STR(field("metrics.tsv", 0, 9), "metric");
    EXPECT_STR(field("metrics.tsv", 1, 9), "none");
    EXPECT_STR(field("metrics.tsv", 1, 6), "NaN");
    EXPECT_STR(field("metrics.tsv", 2, 3), "64");
    EXPECT_STR(field("metrics.tsv", 2, 5), "1");
    EXPECT_STR(field("metrics.tsv", 2, 6), "12.5");
    EXPECT_STR(field("metrics.tsv", 2, 7), "NaN");
    EXPECT_STR(field("metrics.tsv", 3, 5), "2");
    EXPECT_STR(field("metrics.tsv", 3, 8), "15.5");
    EXPECT_STR(field("metrics.tsv", 3, 10), "\\156s");
    EXPECT_STR(field("metrics.tsv", 4, 0), "");
}

/* A control cell stands there once, without an allocator, as under the baseline. */
static void test_control(void)
{
    struct summary_row rows[] = {make_row("pool", "glibc", 2), make_row("pool", "jemalloc", 3),
                                 make_row("heap", "glibc", 4), make_row("heap", "jemalloc", 5)};
    EXPECT_INT(write_tables(rows, 4, "jemalloc"), 3);
    EXPECT_STR(field("cells.tsv", 1, AT_ALLOCATOR), "0");
    EXPECT_STR(field("cells.tsv", 1, AT_MEDIAN), "3");
    EXPECT_STR(field("cells.tsv", 2, AT_MEDIAN), "5");
    EXPECT_STR(field("cells.tsv", 3, AT_MEDIAN), "4");
}

/* Of a run under one allocator that one is the baseline. */
static void test_single(void)
{
    struct summary_row rows[] = {make_row("pool", "glibc", 2), make_row("heap", "glibc", 4)};
    EXPECT_INT(write_tables(rows, 2, ""), 2);
    EXPECT_STR(field("allocators.tsv", 2, 2), "1");
    EXPECT_STR(field("cells.tsv", 1, AT_ALLOCATOR), "0");
}

/* What failed or was skipped is in no table. */
static void test_left_out(void)
{
    struct summary_row rows[] = {make_row("heap", "glibc", 2), make_row("heap", "jemalloc", 3),
                                 make_row("heap", "mimalloc", (double)NAN),
                                 make_row("stack", "", 7)};
    rows[0].status = SAMPLE_FAILED;
    rows[1].status = SAMPLE_SKIPPED;
    rows[3].status = SAMPLE_NOISY;
    EXPECT_INT(write_tables(rows, 4, "glibc"), 1);
    EXPECT_STR(field("cells.tsv", 1, AT_MEDIAN), "7");
    EXPECT_STR(field("cells.tsv", 2, AT_MEDIAN), "");
    EXPECT_STR(field("allocators.tsv", 2, 0), "");
    EXPECT_STR(field("caption.tsv", 1, 0), "\\040");
}

/* Values are in the order of their numbers, those without one first. */
static void test_order(void)
{
    struct summary_row rows[] = {make_row("stack", "", 1), make_row("stack", "", 2),
                                 make_row("stack", "", 3)};
    rows[0].cell.value = "1024";
    rows[1].cell.value = "64";
    rows[2].cell.value = "";
    EXPECT_INT(write_tables(rows, 3, ""), 3);
    EXPECT_STR(field("cells.tsv", 1, AT_VALUE), "NaN");
    EXPECT_STR(field("cells.tsv", 2, AT_VALUE), "64");
    EXPECT_STR(field("cells.tsv", 3, AT_VALUE), "1024");
}

static void test_caption(void)
{
    struct keyvalues machine = {.rows = NULL};
    keyvalues_set(&machine, "cpu.model", "CPU \"x\"");
    keyvalues_set(&machine, "allocator.jemalloc.version", "5.3.0-0-g54eaed1d8b56b1aa");
    keyvalues_set(&machine, "allocator.tcmalloc_minimal.version", "gperftools 2.10");
    struct summary_row rows[] = {make_row("heap", "jemalloc", 3),
                                 make_row("heap", "tcmalloc_minimal", 3)};
    struct summary summary = make_summary(rows, 2, "");
    size_t cells = 0;
    EXPECT_INT(tables_write(&summary, &machine, scratch_directory, &cells, NULL), 0);
    const char *const line = field("caption.tsv", 1, 0);
    EXPECT(strstr(line, "\\042x\\042") != NULL);
    EXPECT(strstr(line, "jemalloc 5.3.0, tcmalloc_minimal 2.10") != NULL);
    EXPECT(strstr(line, "g54eaed") == NULL);
    summary_free(&summary);
    keyvalues_free(&machine);
}

static void test_unwritable(void)
{
    struct summary_row rows[] = {make_row("heap", "glibc", 2)};
    struct summary summary = make_summary(rows, 1, "");
    const struct keyvalues machine = {.rows = NULL};
    struct error error = {.text = ""};
    size_t cells = 0;
    EXPECT_INT(tables_write(&summary, &machine, "/nonexistent/x", &cells, &error), -1);
    EXPECT(strstr(error.text, "/nonexistent/x") != NULL);
    summary_free(&summary);
}

int main(void)
{
    test_allocators();
    test_metrics();
    test_control();
    test_single();
    test_left_out();
    test_order();
    test_caption();
    test_unwritable();
    return check_result();
}
