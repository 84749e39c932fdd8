/* A page as a whole: what is in it, and that nothing in it is taken for markup. */
#include "report/report.h"

#include "check.h"
#include "data/figure_order.h"
#include "data/keyvalue.h"
#include "scratch.h"
#include "svg.h"
#include "synthetic.h"

enum { ROUNDS = 9 };

/* A name with the syntax of HTML, of its attributes, of JavaScript, and of a terminal. */
#define HOSTILE "</script><b x='\"' onclick=evil()>&amp;\n\x1b\xff-->"
#define HOSTILE_HTML \
    "&lt;/script&gt;&lt;b x=&#39;&quot;&#39; onclick=evil()&gt;&amp;amp;\\n\\x1b\\xff--&gt;"

/* A run and the summary of it. */
struct subject {
    struct samples samples;
    struct keyvalues machine;
    struct summary summary;
};

static void make(struct subject *subject)
{
    *subject = (struct subject){.samples = {0}};
    struct samples *const samples = &subject->samples;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        const double wave = round % 2 == 0 ? 1.3 : 0.8;
        synthetic_process(samples, round, "stack", "stack", "glibc", 2, SAMPLE_OK);
        synthetic_process(samples, round, "stack", "stack", HOSTILE, 2, SAMPLE_OK);
        synthetic_process(samples, round, "fast", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(samples, round, "fast", "heap", HOSTILE, 20, SAMPLE_OK);
        synthetic_process(samples, round, "open", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(samples, round, "open", "heap", HOSTILE, 11 * wave, SAMPLE_OK);
        synthetic_process(samples, round, "near", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(samples, round, "near", "heap", HOSTILE, round % 2 == 0 ? 13 : 10.05,
                          SAMPLE_OK);
        synthetic_process(samples, round, "slowest", "heap", HOSTILE, 40, SAMPLE_OK);
        synthetic_process(samples, round, "slowest", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(samples, round, "loud", "heap", "glibc", 30, SAMPLE_NOISY);
        synthetic_process(samples, round, "loud", "heap", HOSTILE, 31, SAMPLE_OK);
    }
    struct sample failed = synthetic_row(1, HOSTILE, "heap", "glibc", 1);
    failed.status = SAMPLE_FAILED;
    failed.ns_per_op = failed.cpu_ns_per_op = (double)NAN;
    failed.detail = "crashed " HOSTILE;
    samples_add(samples, &failed);
    keyvalues_set(&subject->machine, "cpu.model", HOSTILE);
    keyvalues_set(&subject->machine, HOSTILE, HOSTILE);
    keyvalues_set(&subject->machine, "machine.model", "");
    keyvalues_set(&subject->machine, "machine.model.why", "nobody <knows>");
    EXPECT_INT(summary_compute(samples, NULL, NULL, &subject->summary, NULL), 0);
    for (size_t i = 0; i < subject->summary.count; i++)
        if (strcmp(subject->summary.rows[i].cell.variant, "fast") == 0) {
            subject->summary.rows[i].allocs_per_op = 1;
            subject->summary.rows[i].frees_per_op = 0.5;
            subject->summary.rows[i].bytes_per_op = 64;
        }
}

static void free_subject(struct subject *subject)
{
    samples_free(&subject->samples);
    keyvalues_free(&subject->machine);
    summary_free(&subject->summary);
}

static char *write_page_of(const char *directory, const struct subject *subject,
                           const struct figure_order *order, size_t *left_out)
{
    const struct report_run run = {
        .directory = directory, .summary = &subject->summary, .machine = &subject->machine};
    const struct report report = {.runs = &run, .run_count = 1, .order = order, .version = "1"};
    struct report_troubles troubles = {.talk = NULL};
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const file = open_memstream(&text, &size_bytes);
    report_write(file, &report, &troubles);
    fclose(file);
    EXPECT_INT(strlen(text), size_bytes);
    *left_out = troubles.left_out;
    return text;
}

static char *write_page(const struct subject *subject, size_t *left_out)
{
    return write_page_of("/nowhere/" HOSTILE, subject, NULL, left_out);
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what))
        count++;
    return count;
}

static void test_page(void)
{
    struct subject subject;
    size_t left_out = 0;
    make(&subject);
    char *const page = write_page(&subject, &left_out);
    const char *const fault = svg_first_fault(page);
    EXPECT_STR(fault != NULL ? fault : "", "");
    EXPECT_INT(left_out, 0);
    EXPECT(strncmp(page, "<!DOCTYPE html>\n<html lang=\"en\">", 32) == 0);
    EXPECT_INT(count_of(page, "<h1>"), 1);
    EXPECT_INT(count_of(page, "<script>"), 1);
    EXPECT_INT(count_of(page, "</script>"), 1);
    EXPECT_INT(count_of(page, "<b "), 0);
    EXPECT_INT(count_of(page, "\x1b") + count_of(page, "\xff"), 0);
    EXPECT(count_of(page, HOSTILE_HTML) >= 10);
    EXPECT_INT(count_of(page, "<table>"), count_of(page, "<caption>"));
    EXPECT(strstr(page, "There are no figures.") != NULL);
    EXPECT(strstr(page, "unknown: nobody &lt;knows&gt;") != NULL);
    EXPECT(strstr(page, "machine.model.why") == NULL);
    free(page);
    free_subject(&subject);
}

/* Numbers and names in the places of their own. */
static void test_numbers(void)
{
    struct subject subject;
    size_t left_out = 0;
    make(&subject);
    char *const page = write_page(&subject, &left_out);
    EXPECT(strstr(page, "Of 13 rows 1 failed, 0 were skipped and 1 are noisy; 3 comparisons are "
                        "unresolved.") != NULL);
    EXPECT(strstr(page, "scenario/slowest (4.00 times the time), scenario/fast (2.00 times the "
                        "time)") != NULL);
    EXPECT(strstr(page, "no allocator</th><th scope=\"col\" data-by=\"number\">glibc</th>"
                        "<th scope=\"col\" data-by=\"number\">" HOSTILE_HTML "</th>") != NULL);
    EXPECT(strstr(page, "<td>20.0 (2.00 <span class=\"slower\">") != NULL);
    /* One line of both allocators, and a row of each; allocs, frees and bytes. */
    EXPECT_INT(count_of(page, "<td>1</td><td>0.5</td><td>64</td>"), 3);
    EXPECT(strstr(page, "<td>20.0</td><td>20.0 to 20.0</td><td>20.0</td><td>9</td><td>2.00</td>"
                        "<td>2.00 to 2.00</td>") != NULL);
    free(page);
    free_subject(&subject);
}

/* The rows of what is not clear: one for each, with its own reason. */
static void test_unclear(void)
{
    struct subject subject;
    size_t left_out = 0;
    make(&subject);
    char *const page = write_page(&subject, &left_out);
    char *const begin = strstr(page, "<section id=\"unclear\"");
    EXPECT(begin != NULL);
    if (begin != NULL) {
        *strstr(begin, "</section>") = '\0';
        EXPECT_INT(count_of(begin, "<tr><th scope=\"row\">"), 5);
        EXPECT_INT(count_of(begin, "<td class=\"w\">the ratio is within the 1.0 % that a verdict "
                                   "needs, but its interval reaches beyond</td>"),
                   1);
        EXPECT_INT(count_of(begin, ">failed</span></td>"), 1);
        EXPECT_INT(count_of(begin, "<td class=\"w\">crashed " HOSTILE_HTML "</td>"), 1);
        EXPECT_INT(count_of(begin, "<td class=\"w\">the core clock deviates</td>"), 1);
        EXPECT_INT(count_of(begin, "<td class=\"w\">the baseline&#39;s time is noisy</td>"), 1);
        EXPECT_INT(count_of(begin, "<td class=\"w\">the interval of the ratio has 1 in it</td>"),
                   1);
        EXPECT(strstr(begin, "scenario/fast") == NULL);
    }
    free(page);
    free_subject(&subject);
}

/* Whether the page has the figures a, b and z in this order, and no other. */
static bool has_order(const char *page, const char *first, const char *second, const char *third)
{
    const char *const found[] = {strstr(page, first), strstr(page, second), strstr(page, third)};
    return found[0] != NULL && found[1] != NULL && found[2] != NULL && found[0] < found[1] &&
           found[1] < found[2] && count_of(page, "<figure>") == 3;
}

static void test_figure_order(void)
{
    static const char *const names[] = {"b", "z", "a"};
    struct subject subject;
    size_t left_out = 0;
    make(&subject);
    scratch_write("order", "z\nb\n", 4);
    (void)mkdir(scratch_path("figures"), 0755);
    for (int i = 0; i < 3; i++) {
        char name[32];
        char svg[120];
        snprintf(name, sizeof name, "figures/%s.svg", names[i]);
        snprintf(svg, sizeof svg, "<svg viewBox=\"0 0 9 9\"><g><text>Is it %s?</text></g></svg>",
                 names[i]);
        scratch_write(name, svg, strlen(svg));
    }
    struct figure_order order;
    figure_order_load(scratch_directory, &order);
    char *const ordered = write_page_of(scratch_directory, &subject, &order, &left_out);
    EXPECT(has_order(ordered, "Is it z?", "Is it b?", "Is it a?"));
    char *const by_name = write_page_of(scratch_directory, &subject, NULL, &left_out);
    EXPECT(has_order(by_name, "Is it a?", "Is it b?", "Is it z?"));
    EXPECT_INT(left_out, 0);
    free(ordered);
    free(by_name);
    figure_order_free(&order);
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "figures/%s.svg", names[i]);
        (void)unlink(scratch_path(name));
    }
    (void)rmdir(scratch_path("figures"));
    free_subject(&subject);
}

/* Nothing measured, nothing known. */
static void test_empty(void)
{
    struct subject subject = {.samples = {0}};
    size_t left_out = 0;
    EXPECT_INT(summary_compute(&subject.samples, NULL, NULL, &subject.summary, NULL), 0);
    char *const page = write_page(&subject, &left_out);
    EXPECT(svg_first_fault(page) == NULL);
    EXPECT(strstr(page, "Nothing was measured.") != NULL);
    EXPECT(strstr(page, "no machine.csv") != NULL);
    free(page);
    free_subject(&subject);
}

int main(void)
{
    test_page();
    test_numbers();
    test_unclear();
    test_figure_order();
    test_empty();
    return check_result();
}
