/* Claims: their file, whole and broken; and every verdict on summaries with a known answer. */
#include "check.h"
#include "data/claims.h"
#include "data/summary.h"
#include "error.h"
#include "scratch.h"

#define NONE ((double)NAN)

/* One claim with every kind of outcome: the heap against the stack. */
static const char text[] = "# a comment\n"
                           "\n"
                           "claim B1 The heap is\n"
                           "    dear.\n"
                           "cell stack s/stack/size:64\n"
                           "cell heap  s/malloc/size:64 each\n"
                           "cell base s/malloc/size:64\n"
                           "note A remark.\n"
                           "outcome holds Twice the time at least.\n"
                           "if heap allocs = 1\n"
                           "if stack allocs = 0\n"
                           "if heap/stack ns > 2\n"
                           "outcome only Under some allocator.\n"
                           "  # a comment inside\n"
                           "if some heap/stack ns > 2\n"
                           "if heap allocs = 1\n"
                           "outcome fails It is not.\n"
                           "claim Z9 Something of another language.\n"
                           "outcome untestable There is none in C.\n";

static struct claims load(const char *content)
{
    struct claims claims;
    struct error error = {""};
    EXPECT_INT(claims_load(scratch_write("claims.txt", content, strlen(content)), &claims, &error),
               0);
    EXPECT_STR(error.text, "");
    return claims;
}

static void test_whole(void)
{
    struct claims claims = load(text);
    EXPECT_INT(claims.count, 2);
    const struct claim *const claim = &claims.items[0];
    EXPECT_STR(claim->id, "B1");
    EXPECT_STR(claim->says, "The heap is dear.");
    EXPECT_INT(claim->cell_count, 3);
    EXPECT_STR(claim->cells[1].label, "heap");
    EXPECT_STR(claim->cells[1].name, "s/malloc/size:64");
    EXPECT(claim->cells[1].each && !claim->cells[0].each);
    EXPECT_INT(claim->note_count, 1);
    EXPECT_STR(claim->notes[0], "A remark.");
    EXPECT_INT(claim->outcome_count, 3);
    EXPECT_INT(claim->outcomes[0].condition_count, 3);
    const struct claim_condition *const last = &claim->outcomes[0].conditions[2];
    EXPECT_INT(last->over, 1);
    EXPECT_INT(last->under, 0);
    EXPECT_INT(last->relation, '>');
    EXPECT_NEAR(last->bound, 2, 0);
    EXPECT(!last->some && claim->outcomes[1].conditions[0].some);
    EXPECT(claim->outcomes[0].conditions[0].under == SIZE_MAX);
    EXPECT_INT(claims.items[1].outcomes[0].verdict, CLAIM_UNTESTABLE);
    EXPECT_INT(claims.items[1].cell_count, 0);
    claims_free(&claims);
    EXPECT_INT(claims.count, 0);
}

/* A file of these lines is refused with this message. */
static void expect_refused(const char *content, const char *message)
{
    struct claims claims;
    struct error error = {""};
    const char *const path = scratch_write("bad.txt", content, strlen(content));
    EXPECT_INT(claims_load(path, &claims, &error), -1);
    EXPECT_STR(strstr(error.text, "bad.txt"), message);
    EXPECT(claims.items == NULL && claims.count == 0);
}

/* The same with one line in a claim that is right. */
static void expect_line_refused(const char *line, const char *message)
{
    char content[1024];
    snprintf(content, sizeof content,
             "claim A1 Words.\ncell a s/v/p:1\ncell b s/w each\noutcome holds Words.\n%s\n", line);
    expect_refused(content, message);
}

static void test_broken(void)
{
    expect_refused("", "bad.txt:1: there is no claim in it");
    expect_refused("# nothing\n", "bad.txt:1: there is no claim in it");
    expect_refused("cell a s/v\n", "bad.txt:1: 'cell' before the first claim");
    expect_refused("\n\nclam A1 Words.\n",
                   "bad.txt:3: 'clam' is none of: claim, cell, note, outcome, if");
    expect_refused("claim a1 Words.\n",
                   "bad.txt:1: 'a1' is no id of a claim: capital letters and digits");
    expect_refused("claim A1\n", "bad.txt:1: there is no sentence");
    expect_refused("claim A1 W.\n", "bad.txt:1: claim A1 before this line has no outcome");
    expect_refused("claim A1 W.\nclaim A2 W.\n",
                   "bad.txt:2: claim A1 before this line has no outcome");
    expect_refused("claim A1 W.\noutcome fails W.\nclaim A1 W.\n",
                   "bad.txt:3: claim A1 stands twice");
    expect_refused("claim A1 W.\nif a ns > 1\n",
                   "bad.txt:2: a condition belongs to an outcome: there is none before it");
    expect_refused("claim A1 W.\ncell a s/v\noutcome holds W.\nif a ns > 1\n",
                   "bad.txt:4: the last outcome of claim A1 has conditions: what if they do not "
                   "hold?");
    expect_refused("claim A1 W.\noutcome holds W.\noutcome fails W.\n",
                   "bad.txt:3: an outcome of claim A1 is never reached: one before it has no "
                   "conditions");
    expect_refused("claim A1 W.\tW.\n", "bad.txt:1: a tab, a carriage return or a NUL byte");
    expect_refused("claim A1 W.\r\n", "bad.txt:1: a tab, a carriage return or a NUL byte");
    expect_line_refused("outcome maybe Words.",
                        "bad.txt:5: 'maybe' is no verdict: holds, only, fails, untestable");
    expect_line_refused("outcome holds", "bad.txt:5: there is no sentence");
    expect_line_refused("note", "bad.txt:5: there is no sentence");
    expect_line_refused("cell a s/v", "bad.txt:5: cell a stands twice");
    expect_line_refused("cell A s/v", "bad.txt:5: 'A' is no label of a cell");
    static const char *const names[] = {"s", "s/", "/v", "s/v/", "s/v/p", "s//p:1", "s/v/P:1", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[64], message[128];
        snprintf(line, sizeof line, "cell c %s", names[i]);
        snprintf(message, sizeof message,
                 "bad.txt:5: '%s' is no name of a cell: scenario/variant/param:value", names[i]);
        expect_line_refused(line, message);
    }
    expect_line_refused("cell c s/v every", "bad.txt:5: 'every' behind a cell; only `each` may be "
                                            "there");
    expect_line_refused("cell c s/v each more", "bad.txt:5: too many words");
    expect_line_refused("if c ns > 1", "bad.txt:5: claim A1 has no cell 'c'");
    expect_line_refused("if a/c ns > 1", "bad.txt:5: claim A1 has no cell 'c'");
    expect_line_refused("if a/ ns > 1", "bad.txt:5: claim A1 has no cell ''");
    expect_line_refused("if a time > 1",
                        "bad.txt:5: 'time' is no quantity: ns, allocs, frees, bytes");
    expect_line_refused("if a ns >= 1", "bad.txt:5: '>=' is no relation: <, >, =");
    expect_line_refused("if a ns", "bad.txt:5: '' is no relation: <, >, =");
    expect_line_refused("if a ns = 1", "bad.txt:5: a time is never exactly a number: use < and >");
    expect_line_refused("if a/b allocs > 1", "bad.txt:5: a quotient is for ns only");
    static const char *const numbers[] = {"-1", "1e3", "nan", "x", ".", "1.2.3", ""};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char line[64], message[128];
        snprintf(line, sizeof line, "if a ns > %s", numbers[i]);
        snprintf(message, sizeof message, "bad.txt:5: '%s' is no number", numbers[i]);
        expect_line_refused(line, message);
    }
    expect_line_refused("if a ns > 1 2", "bad.txt:5: too many words");
    struct claims claims;
    struct error error = {""};
    EXPECT_INT(claims_load(scratch_path("absent.txt"), &claims, &error), -1);
    EXPECT(strstr(error.text, "absent.txt: No such file or directory") != NULL);
}

/* More of anything than there is room for. */
static void test_too_many(void)
{
    static const struct {
        const char *line;
        int most;
        const char *message;
    } cases[] = {
        {"cell c%d s/v\n", CLAIM_CELLS - 2, "claim A1 has more than 16 cells"},
        {"note Words %d.\n", CLAIM_NOTES, "claim A1 has more than 4 notes"},
        {"if a ns > %d\n", CLAIM_CONDITIONS, "an outcome has more than 12 conditions"},
        {"outcome holds Words %d.\n", CLAIM_OUTCOMES - 1, "claim A1 has more than 6 outcomes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char content[2048];
        int used = snprintf(content, sizeof content,
                            "claim A1 W.\ncell a s/v/p:1\ncell b s/w\noutcome holds W.\n");
        for (int n = 0; n <= cases[i].most; n++) {
            char number[64];
            const char *const at = strstr(cases[i].line, "%d");
            snprintf(number, sizeof number, "%.*s%d%s", (int)(at - cases[i].line), cases[i].line, n,
                     at + 2);
            used += snprintf(content + used, sizeof content - (size_t)used, "%s", number);
        }
        char message[128];
        snprintf(message, sizeof message, "bad.txt:%d: %s", 5 + cases[i].most, cases[i].message);
        expect_refused(content, message);
    }
}

/* A row with an interval of 10 % to either side. */
static struct summary_row make_row(const char *variant, const char *storage, const char *allocator,
                                   double ns, double allocs)
{
    return (struct summary_row){
        .cell = {"s", variant, storage, "size", "64", 1, allocator},
        .samples = 10,
        .ns_median = ns,
        .ns_low = 0.9 * ns,
        .ns_high = 1.1 * ns,
        .ns_min = 0.9 * ns,
        .ratio = NONE,
        .ratio_low = NONE,
        .ratio_high = NONE,
        .allocs_per_op = allocs,
        .frees_per_op = allocs,
        .bytes_per_op = 64 * allocs,
        .usable_bytes_per_op = NONE,
        .instructions_per_op = NONE,
        .status = SAMPLE_OK,
        .note = "",
    };
}

/* The rows that the claim above is about; a test changes what it is about. */
enum { STACK, STACK_OTHER, GLIBC, OTHER, ROWS };

struct run {
    struct summary_row rows[ROWS];
    struct summary summary;
};

static void make_run(struct run *run, double glibc_ns, double other_ns)
{
    run->rows[STACK] = make_row("stack", "stack", "glibc", 1, 0);
    run->rows[STACK_OTHER] = make_row("stack", "stack", "other", 50, NONE); /* must not be used */
    run->rows[GLIBC] = make_row("malloc", "heap", "glibc", glibc_ns, 1);
    run->rows[OTHER] = make_row("malloc", "heap", "other", other_ns, 1);
    run->summary = (struct summary){.rows = run->rows, .count = ROWS, .baseline = "glibc"};
}

static enum claim_verdict judge(const struct run *run)
{
    struct claims claims = load(text);
    const struct claim_judgement judgement = claims_judge(&claims.items[0], &run->summary);
    const enum claim_verdict verdict = judgement.verdict;
    const bool said = judgement.outcome != NULL;
    EXPECT(said == (verdict != CLAIM_UNDECIDED && verdict != CLAIM_UNMEASURED));
    EXPECT(said == (judgement.open == NULL));
    EXPECT_INT(claims_judge(&claims.items[1], &run->summary).verdict, CLAIM_UNTESTABLE);
    claims_free(&claims);
    return verdict;
}

static void test_verdicts(void)
{
    struct run run;
    make_run(&run, 10, 5);
    EXPECT_INT(judge(&run), CLAIM_HOLDS);
    make_run(&run, 10, 1.1); /* under one of them only */
    EXPECT_INT(judge(&run), CLAIM_ONLY);
    make_run(&run, 1.5, 1.1); /* 1.5 * 1.1 / 0.9 is 1.83: below 2 with its whole interval */
    EXPECT_INT(judge(&run), CLAIM_FAILS);
    make_run(&run, 10, 2); /* 1.64 to 2.44: the first outcome can be neither true nor false */
    EXPECT_INT(judge(&run), CLAIM_UNDECIDED);
    make_run(&run, 10, 2.5); /* 2.05 to 3.06 */
    EXPECT_INT(judge(&run), CLAIM_HOLDS);
    make_run(&run, 10, 2.44); /* 1.996 to 2.98 */
    EXPECT_INT(judge(&run), CLAIM_UNDECIDED);
    make_run(&run, 1.1, 2); /* false for one, so the first outcome is out; the second is not sure */
    EXPECT_INT(judge(&run), CLAIM_UNDECIDED);
    make_run(&run, 10, 10); /* a count that is not the one: nothing but the last outcome is left */
    run.rows[OTHER].allocs_per_op = 1.0000001;
    EXPECT_INT(judge(&run), CLAIM_FAILS);
}

static void test_what_is_not_there(void)
{
    struct run run;
    /* Too few rounds for intervals, and what is noisy, decide nothing by time, but by counts. */
    make_run(&run, 10, 10);
    run.rows[OTHER].ns_low = run.rows[OTHER].ns_high = NONE;
    EXPECT_INT(judge(&run), CLAIM_UNDECIDED);
    run.rows[OTHER].allocs_per_op = 2;
    EXPECT_INT(judge(&run), CLAIM_FAILS);
    make_run(&run, 10, 10);
    run.rows[STACK].status = SAMPLE_NOISY;
    EXPECT_INT(judge(&run), CLAIM_UNDECIDED);
    /* An allocator that failed in the cell is not among those that are asked. */
    make_run(&run, 10, 1);
    run.rows[OTHER].status = SAMPLE_FAILED;
    run.rows[OTHER].samples = 0;
    EXPECT_INT(judge(&run), CLAIM_HOLDS);
    run.rows[GLIBC].samples = 0;
    EXPECT_INT(judge(&run), CLAIM_UNMEASURED);
    make_run(&run, 10, 10);
    run.rows[GLIBC].allocs_per_op = run.rows[OTHER].allocs_per_op = NONE; /* never counted */
    EXPECT_INT(judge(&run), CLAIM_UNMEASURED);
    make_run(&run, 10, 10);
    run.rows[STACK].cell.value = run.rows[STACK_OTHER].cell.value = "16";
    EXPECT_INT(judge(&run), CLAIM_UNMEASURED);
    run.rows[GLIBC].allocs_per_op = 2; /* decided all the same: no outcome needs the stack now */
    EXPECT_INT(judge(&run), CLAIM_FAILS);
    run.summary.count = 0;
    EXPECT_INT(judge(&run), CLAIM_UNMEASURED);
}

/* Which row stands for a cell. */
static void test_rows(void)
{
    struct run run;
    const struct summary_row *rows[CLAIM_READINGS];
    make_run(&run, 10, 5);
    struct claims claims = load(text);
    const struct claim *const claim = &claims.items[0];
    EXPECT_INT(claims_rows(&claim->cells[0], &run.summary, rows), 1);
    EXPECT(rows[0] == &run.rows[STACK]);
    EXPECT_INT(claims_rows(&claim->cells[1], &run.summary, rows), 2);
    EXPECT(rows[0] == &run.rows[GLIBC] && rows[1] == &run.rows[OTHER]);
    EXPECT_INT(claims_rows(&claim->cells[2], &run.summary, rows), 1);
    EXPECT(rows[0] == &run.rows[GLIBC]);
    run.rows[GLIBC].samples = 0; /* the baseline's, or none */
    EXPECT_INT(claims_rows(&claim->cells[2], &run.summary, rows), 0);
    run.rows[STACK].cell.allocator = run.rows[STACK_OTHER].cell.allocator = "";
    EXPECT_INT(claims_rows(&claim->cells[0], &run.summary, rows), 1);
    EXPECT(rows[0] == &run.rows[STACK]);
    run.rows[STACK].cell.threads = 2; /* another cell */
    EXPECT_INT(claims_rows(&claim->cells[0], &run.summary, rows), 1);
    EXPECT(rows[0] == &run.rows[STACK_OTHER]);

    make_run(&run, 10, 5);
    struct claim_reading readings[CLAIM_READINGS];
    EXPECT_INT(claims_read(claim, &claim->outcomes[0].conditions[2], &run.summary, readings), 2);
    EXPECT_STR(readings[1].allocator, "other");
    EXPECT_NEAR(readings[1].value, 5, 1e-12);
    EXPECT_NEAR(readings[1].low, 4.5 / 1.1, 1e-12);
    EXPECT_NEAR(readings[1].high, 5.5 / 0.9, 1e-12);
    EXPECT_INT(readings[1].truth, CLAIM_TRUE);
    claims_free(&claims);
}

/* A quotient of two cells of the heap is taken under each allocator by itself; and what is below.
 */
static void test_pairs(void)
{
    struct summary_row rows[] = {
        make_row("a", "heap", "glibc", 10, 1), make_row("a", "heap", "other", 100, 1),
        make_row("b", "heap", "glibc", 30, 2), make_row("b", "heap", "other", 300, 2),
        make_row("b", "heap", "third", 1, 2), /* not measured in the other cell */
    };
    const struct summary summary = {.rows = rows, .count = 5, .baseline = "glibc"};
    struct claims claims = load("claim A1 W.\ncell a s/a/size:64 each\ncell b s/b/size:64 each\n"
                                "outcome only W.\nif b/a ns < 1\n"
                                "outcome holds W.\nif b/a ns > 2\nif b/a ns < 4.5\nif b bytes = "
                                "128\nif b frees > 1\nif a frees < 2\n"
                                "outcome fails W.\n");
    EXPECT_INT(claims_judge(&claims.items[0], &summary).verdict, CLAIM_HOLDS);
    struct claim_reading readings[CLAIM_READINGS];
    const struct claim *const claim = &claims.items[0];
    EXPECT_INT(claims_read(claim, &claim->outcomes[0].conditions[0], &summary, readings), 2);
    EXPECT_NEAR(readings[0].value, 3, 1e-12);
    EXPECT_NEAR(readings[1].value, 3, 1e-12);
    EXPECT_INT(readings[0].truth, CLAIM_FALSE);
    claims_free(&claims);
}

static void test_page(void)
{
    struct run run;
    make_run(&run, 10, 5);
    run.rows[OTHER].cell.allocator = "o|th\ner*";
    run.rows[OTHER].instructions_per_op = 91.5454;
    struct claims claims = load(text);
    const char *const path = scratch_path("claims.md");
    EXPECT_INT(claims_write(&claims, &run.summary, path, NULL), 0);
    const char *page = scratch_read(path);
    static const char *const parts[] = {
        "| B1 | The heap is dear. | holds |\n",
        "| Z9 | Something of another language. | not testable in C |\n",
        "\n## B1: holds\n\n> The heap is dear.\n\nTwice the time at least.\n\n",
        "| `s/stack/size:64` |  | 1 | 0.9 to 1.1 | 0 | 0 | 0 |  |\n",
        "| `s/malloc/size:64` | glibc | 10 | 9 to 11 | 1 | 1 | 64 |  |\n",
        "| `s/malloc/size:64` | o\\|th?er\\* | 5 | 4.5 to 5.5 | 1 | 1 | 64 | 91.5 |\n",
        "| allocs of `s/malloc/size:64` | each | 1 |  | \\= 1 | yes |\n",
        "| ns of `s/malloc/size:64` over `s/stack/size:64` | o\\|th?er\\* | 5 | 4.09 to 6.11 | \\> "
        "2 "
        "| yes |\n",
        "\nA remark.\n",
        "\n## Z9: not testable in C\n\n> Something of another language.\n\nThere is none in C.\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const bool there = strstr(page, parts[i]) != NULL;
        if (!there)
            fprintf(stderr, "not in the page: %s\n", parts[i]);
        EXPECT(there);
    }
    make_run(&run, 10, 2);
    run.rows[GLIBC].status = SAMPLE_FAILED;
    run.rows[GLIBC].samples = 0;
    run.rows[GLIBC].note = "killed by signal 11";
    EXPECT_INT(claims_write(&claims, &run.summary, path, NULL), 0);
    page = scratch_read(path);
    EXPECT(strstr(page, "## B1: not decided by this run\n") != NULL);
    EXPECT(strstr(page, "* `s/malloc/size:64` under glibc failed: killed by signal 11.\n") != NULL);
    EXPECT(strstr(page, "| 2 | 1.64 to 2.44 | \\> 2 | not decided |\n") != NULL);
    run.summary.count = 0;
    EXPECT_INT(claims_write(&claims, &run.summary, path, NULL), 0);
    page = scratch_read(path);
    EXPECT(strstr(page, "## B1: not measured in this run\n") != NULL);
    EXPECT(strstr(page, "* `s/stack/size:64` is not in this run.\n") != NULL);
    claims_free(&claims);
}

int main(void)
{
    test_whole();
    test_broken();
    test_too_many();
    test_verdicts();
    test_what_is_not_there();
    test_rows();
    test_pairs();
    test_page();
    return check_result();
}
