/* The order in which the allocators of a run are shown, whatever the order of its samples. */
#include "check.h"
#include "data/keyvalue.h"
#include "data/sample.h"
#include "data/summary.h"
#include "error.h"
#include "plot/shown_order.h"
#include "tree.h"

/* A samples.csv of one round, in the order of the names. */
static char *write_samples(const char *const names[], size_t count)
{
    static char text[8192];
    size_t used = (size_t)snprintf(
        text, sizeof text,
        "round,rep,scenario,variant,storage,param,value,threads,allocator,iterations,ns_per_op,"
        "cpu_ns_per_op,core_ghz,checksum,status,detail,ops_per_s\n");
    for (size_t i = 0; i < count; i++)
        for (int value = 0; value < 2; value++)
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "1,1,s,%s,%s,size,%d,1,%s,10,1.5,1.5,3,7,ok,,1e9\n",
                                     *names[i] != '\0' ? "heap_one" : "plain",
                                     *names[i] != '\0' ? "heap" : "stack", 16 << value, names[i]);
    return tree_write("samples.csv", text);
}

/* The summary's allocators with blanks between, and the same of the first cell's rows behind a bar.
 */
static void expect_order(int line, const struct summary *summary, const char *expected)
{
    char text[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < summary->allocator_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s ", summary->allocators[i]);
    used += (size_t)snprintf(text + used, sizeof text - used, "|");
    for (size_t i = 0; i < summary->count; i++)
        if (*summary->rows[i].cell.allocator != '\0' &&
            strcmp(summary->rows[i].cell.value, "32") == 0)
            used += (size_t)snprintf(text + used, sizeof text - used, " %s",
                                     summary->rows[i].cell.allocator);
    check_record(strcmp(text, expected) == 0, __FILE__, line, text);
}

static void load(const char *const names[], size_t count, const char *baseline,
                 struct summary *summary)
{
    struct samples samples;
    struct error error = {""};
    const struct summary_options options = {.baseline = baseline};
    EXPECT_INT(samples_load(write_samples(names, count), &samples, &error), 0);
    EXPECT_STR(error.text, "");
    EXPECT_INT(summary_compute(&samples, NULL, &options, summary, &error), 0);
    samples_free(&samples);
}

/* The same names in every order of the samples, with what machine.csv may say. */
static void test_orders(void)
{
    static const char *const orders[][5] = {{"scudo", "", "mine", "glibc", "jemalloc"},
                                            {"", "jemalloc", "glibc", "mine", "scudo"},
                                            {"mine", "jemalloc", "scudo", "", "glibc"}};
    static const char *const asked[][3] = {
        {"", "glibc", "glibc jemalloc scudo mine | glibc jemalloc scudo mine"},
        {"", "scudo", "scudo glibc jemalloc mine | scudo glibc jemalloc mine"},
        {"mine=/x.so,scudo,jemalloc,glibc", "glibc",
         "glibc mine scudo jemalloc | glibc mine scudo jemalloc"},
        {"scudo,mine=/x.so", "mine", "mine scudo glibc jemalloc | mine scudo glibc jemalloc"},
        {"a list that, cannot {A=, be read", "mine",
         "mine glibc jemalloc scudo | mine glibc jemalloc scudo"},
    };
    for (size_t o = 0; o < 3; o++)
        for (size_t a = 0; a < sizeof asked / sizeof *asked; a++) {
            struct summary summary;
            struct keyvalues machine = {.rows = NULL};
            keyvalues_set(&machine, "run.allocators", asked[a][0]);
            keyvalues_set(&machine, "run.baseline", asked[a][1]);
            load(orders[o], 5, asked[a][1], &summary);
            EXPECT_INT(summary.count, 10);
            shown_order(&summary, &machine);
            expect_order(__LINE__, &summary, asked[a][2]);
            summary_free(&summary);
            keyvalues_free(&machine);
        }
}

/* Read back from its file, a summary has the order of the file; without machine.csv, the project's.
 */
static void test_file(void)
{
    static const char *const names[] = {"scudo", "mine", "jemalloc", ""};
    static const char *const wanted[] = {"jemalloc", "mine"};
    struct summary summary;
    struct error error = {""};
    const struct keyvalues nothing = {.rows = NULL};
    load(names, 4, "scudo", &summary);
    expect_order(__LINE__, &summary, "scudo mine jemalloc | scudo mine jemalloc");
    summary_order(&summary, wanted, 2);
    expect_order(__LINE__, &summary, "scudo jemalloc mine | scudo jemalloc mine");
    char *const path = tree_path("summary.csv");
    EXPECT_INT(summary_write(&summary, path, &error), 0);
    summary_free(&summary);
    EXPECT_INT(summary_load(path, &summary, &error), 0);
    expect_order(__LINE__, &summary, "scudo jemalloc mine | scudo jemalloc mine");
    shown_order(&summary, &nothing);
    expect_order(__LINE__, &summary, "scudo jemalloc mine | scudo jemalloc mine");
    summary_free(&summary);
    const struct keyvalues empty = {.rows = NULL};
    load(names, 0, NULL, &summary);
    shown_order(&summary, &empty);
    EXPECT_INT(summary.count + summary.allocator_count, 0);
    summary_free(&summary);
}

int main(void)
{
    test_orders();
    test_file();
    return check_result();
}
