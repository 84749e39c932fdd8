/* The table: what a person must find in it, and what must not reach a terminal. */
#include "check.h"
#include "data/counts.h"
#include "data/keyvalue.h"
#include "data/sample.h"
#include "data/summary.h"
#include "data/table.h"
#include "synthetic.h"

#include <stdbool.h>

/* The table as text; valid until the next call. */
static const char *print(const struct summary *summary, const struct keyvalues *machine, bool color)
{
    static char *text;
    size_t size_bytes;
    free(text);
    text = NULL;
    FILE *const stream = open_memstream(&text, &size_bytes);
    table_print(stream, summary, machine, color);
    fclose(stream);
    return text;
}

static bool has(const char *text, const char *part)
{
    const bool found = strstr(text, part) != NULL;
    if (!found)
        fprintf(stderr, "not in the table: %s\n%s\n", part, text);
    return found;
}

/* The longest line of a text, in bytes. */
static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] == '\n');
    }
    return longest;
}

static void add_failed(struct samples *samples, const char *variant, const char *allocator,
                       enum sample_status status, const char *detail)
{
    struct sample row = synthetic_row(1, variant, "heap", allocator, (double)NAN);
    row.status = status;
    row.detail = detail;
    samples_add(samples, &row);
}

/* A run with one of everything, under the given number of allocators. */
static struct summary make_run(unsigned allocators)
{
    struct samples samples = {0};
    struct counts counts = {0};
    static const char *const names[] = {"glibc",     "jemalloc", "mimalloc",       "tcmalloc",
                                        "tbbmalloc", "scudo",    "a\033[31m\nname"};
    for (unsigned round = 1; round <= 10; round++) {
        for (unsigned a = 0; a < allocators; a++) {
            synthetic_process(&samples, round, "empty", "inline", names[a], 0.3, SAMPLE_OK);
            synthetic_process(&samples, round, "stack", "stack", names[a], 0.3, SAMPLE_OK);
            synthetic_process(&samples, round, "malloc", "heap", names[a], 10 - a, SAMPLE_OK);
            synthetic_process(&samples, round, "calloc", "heap", names[a], 100 + 20 * a, SAMPLE_OK);
            synthetic_process(&samples, round, "equal", "heap", names[a], 1234.5, SAMPLE_OK);
            synthetic_process(&samples, round, "loud", "heap", names[a], 5, SAMPLE_NOISY);
        }
    }
    add_failed(&samples, "crash", "glibc", SAMPLE_FAILED, "killed by signal 11\033[2J");
    add_failed(&samples, "crash2", "glibc", SAMPLE_FAILED, "killed by signal 11\033[2J");
    add_failed(&samples, "blocks", "glibc", SAMPLE_SKIPPED, "needs clang");
    const struct count_row counted = {.cell = {"scenario", "malloc", "heap", "", "", 1, "glibc"},
                                      .iterations = 10,
                                      .allocs = 20,
                                      .frees = 15,
                                      .bytes = 1000,
                                      .status = SAMPLE_OK,
                                      .detail = ""};
    counts_add(&counts, &counted);
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, &counts, NULL, &summary, NULL), 0);
    samples_free(&samples);
    counts_free(&counts);
    return summary;
}

static void test_content(void)
{
    setenv("LC_ALL", "C", 1);
    struct summary summary = make_run(2);
    struct keyvalues machine = {0};
    keyvalues_set(&machine, "cpu.model", "Some CPU\007");
    const char *const text = print(&summary, &machine, false);
    EXPECT(has(text, "Some CPU\\x07\n"));
    EXPECT(has(text, " allocs/op frees/op     B/op\n"));
    EXPECT(strstr(text, "instr/op") == NULL);
    EXPECT(has(text, "\n  malloc           heap                  10.0      9.00   0.90 v         2"
                     "      1.5      100\n"));
    EXPECT(has(text, "0.90 v"));
    EXPECT(has(text, "1.20 ^"));
    EXPECT(has(text, "1.00 ="));
    EXPECT(has(text, "0.30_"));
    EXPECT(has(text, "5.00!"));
    EXPECT(has(text, "Noise floor: 0.0 % (2 controls whose true ratio is 1). A verdict needs more "
                     "than 1.0 %.\n"));
    EXPECT(has(text, "jemalloc against glibc: faster in 1 of 4 cells, slower in 1, same in 1, "
                     "unresolved in 1\n"));
    EXPECT(has(text, "largest gains: scenario/malloc (0.90 times the time)\n"));
    EXPECT(has(text, "largest losses: scenario/calloc (1.20 times the time)\n"));
    EXPECT(has(text, "failed (glibc): killed by signal 11\\x1b[2J: scenario/crash, "
                     "scenario/crash2\n"));
    EXPECT(has(text, "skipped (glibc): needs clang: scenario/blocks\n"));
    EXPECT(has(text, "noisy (jemalloc): the core clock deviates: scenario/loud\n"));
    EXPECT(longest_line(text) <= 120);
    for (const char *at = text; *at != '\0'; at++)
        EXPECT((*at >= ' ' && *at < 127) || *at == '\n');
    keyvalues_free(&machine);
    summary_free(&summary);
}

/* Instructions have a column when there are any, and it is the baseline's. */
static void test_instructions(void)
{
    struct summary summary = make_run(2);
    for (size_t i = 0; i < summary.count; i++) {
        struct summary_row *const row = &summary.rows[i];
        const bool base = strcmp(row->cell.allocator, "glibc") == 0;
        if (strcmp(row->cell.variant, "malloc") == 0)
            row->instructions_per_op = base ? 153 : 91.5454101562;
        else if (strcmp(row->cell.variant, "calloc") == 0)
            row->instructions_per_op = base ? 1535.25 : 7;
        else if (strcmp(row->cell.variant, "stack") == 0 && base)
            row->instructions_per_op = 27.375;
        else if (strcmp(row->cell.variant, "equal") == 0 && !base)
            row->instructions_per_op = 77;
    }
    const char *const text = print(&summary, NULL, false);
    EXPECT(has(text, " allocs/op frees/op     B/op instr/op\n"));
    EXPECT(has(text, "   0.90 v         2      1.5      100      153\n"));
    EXPECT(has(text, "   1.20 ^                                 1535\n"));
    EXPECT(has(text, "                                         27.4\n"));
    EXPECT(strstr(text, " 77\n") == NULL);
    EXPECT(longest_line(text) <= 120);
    summary_free(&summary);
}

static void test_many_allocators(void)
{
    struct summary summary = make_run(7);
    const char *text = print(&summary, NULL, false);
    EXPECT(longest_line(text) <= 120);
    EXPECT(strchr(text, '\033') == NULL);
    EXPECT(has(text, "a\\x1b[31m"));
    EXPECT(has(text, "scudo"));
    text = print(&summary, NULL, true);
    EXPECT(has(text, "\033[32mv\033[0m"));
    EXPECT(has(text, "a\\x1b[31m"));
    setenv("LC_ALL", "en_US.UTF-8", 1);
    text = print(&summary, NULL, false);
    EXPECT(has(text, "0.90 \xe2\x96\xbc"));
    EXPECT(has(text, "1.20 \xe2\x96\xb2"));
    setenv("LC_ALL", "C", 1);
    summary_free(&summary);
}

static void test_little(void)
{
    struct summary summary = {.baseline = "", .noise_floor = (double)NAN};
    EXPECT_STR(print(&summary, NULL, true), "Nothing was measured.\n");
    struct samples samples = {0};
    const struct sample row = synthetic_row(1, "plain", "stack", "", 3);
    samples_add(&samples, &row);
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    const char *const text = print(&summary, NULL, false);
    EXPECT(has(text, "plain"));
    EXPECT(has(text, "3.00"));
    EXPECT(strstr(text, "Noise floor") == NULL); /* nothing is compared */
    summary_free(&summary);
    /* A run that was stopped before the baseline had its turn. */
    const struct sample heap = synthetic_row(1, "malloc", "heap", "other", 3);
    samples_add(&samples, &heap);
    const struct summary_options options = {.baseline = "glibc"};
    EXPECT_INT(summary_compute(&samples, NULL, &options, &summary, NULL), 0);
    EXPECT(has(print(&summary, NULL, false),
               "Nothing is compared: the baseline glibc has no time.\n"));
    summary_free(&summary);
    samples_free(&samples);
}

static void test_floor_of_the_machine_file(void)
{
    struct summary summary = make_run(2);
    summary.noise_floor = (double)NAN; /* as after loading */
    summary.control_count = 0;
    struct keyvalues machine = {0};
    keyvalues_set(&machine, "noise_floor", "0.034");
    EXPECT(has(print(&summary, &machine, false),
               "Noise floor: 3.4 %. A verdict needs more than 3.4 %.\n"));
    EXPECT(has(print(&summary, NULL, false), "Noise floor: unknown"));
    keyvalues_free(&machine);
    summary_free(&summary);
}

/* Labels that are cut to the same are told apart by their numbers, and others are left as they are.
 */
static void test_cut_names(void)
{
    static const char *const names[] = {"glibc", "jemalloc{MALLOC_CONF=narenas:1}",
                                        "jemalloc{MALLOC_CONF=narenas:2}", "tcmalloc_minimal"};
    struct samples samples = {0};
    struct summary summary;
    for (size_t i = 0; i < 4; i++) {
        const struct sample row = synthetic_row(1, "malloc", "heap", names[i], 3);
        samples_add(&samples, &row);
    }
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    const char *const text = print(&summary, NULL, false);
    EXPECT(has(text, "jemall~2 is jemalloc{MALLOC_CONF=narenas:1}\n"
                     "jemall~3 is jemalloc{MALLOC_CONF=narenas:2}\n\n"));
    EXPECT(has(text, "   glibc  jemall~2  ratio    jemall~3  ratio "));
    EXPECT(has(text, " tcmalloc~  ratio"));
    summary_free(&summary);
    samples_free(&samples);
}

/* A process on so many threads, that did so many operations a second. */
static void add_threaded(struct samples *samples, unsigned threads, const char *variant,
                         const char *storage, const char *allocator, double ops_per_s)
{
    for (unsigned round = 1; round <= 8; round++) {
        struct sample row = synthetic_row(round, variant, storage, allocator, 50);
        row.cell.threads = threads;
        row.ops_per_s = ops_per_s;
        samples_add(samples, &row);
    }
}

/* What all threads do together stands below the time of one, for cells of several threads only. */
static void test_throughput(void)
{
    struct samples samples = {0};
    add_threaded(&samples, 1, "malloc", "heap", "glibc", 20e6);
    add_threaded(&samples, 4, "malloc", "heap", "glibc", 41.25e6);
    add_threaded(&samples, 4, "malloc", "heap", "jemalloc", 77e6);
    add_threaded(&samples, 4, "stack", "stack", "", 1.5e9);
    add_threaded(&samples, 4, "unknown", "heap", "glibc", (double)NAN);
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    const char *const text = print(&summary, NULL, false);
    EXPECT(has(text, "41.25M"));
    EXPECT(has(text, "1.5G"));
    EXPECT(strstr(text, "20M") == NULL);
    size_t lines = 0;
    for (const char *at = text; (at = strstr(at, "total ops/s")) != NULL; at++)
        lines++;
    EXPECT_INT(lines, 2);
    /* Each stands in its allocator's column. */
    const char *const line = strstr(text, "    total ops/s");
    const char *const title = strstr(text, "\nscenario");
    const char *const value = line != NULL ? strstr(line, "77M") : NULL;
    const char *const name = title != NULL ? strstr(title, "jemalloc") : NULL;
    EXPECT(value != NULL && name != NULL);
    if (value != NULL && name != NULL)
        EXPECT_INT(value + strlen("77M") - line, name + strlen("jemalloc") - (title + 1));
    samples_free(&samples);
    summary_free(&summary);
}

int main(int argc, char **argv)
{
    if (argc > 1) { /* for a person to look at */
        struct summary summary = make_run((unsigned)atoi(argv[1]));
        table_print(stdout, &summary, NULL, argc > 2);
        summary_free(&summary);
        return 0;
    }
    test_content();
    test_instructions();
    test_many_allocators();
    test_little();
    test_cut_names();
    test_floor_of_the_machine_file();
    test_throughput();
    return check_result();
}
