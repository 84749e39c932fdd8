/* instructions.csv, and how its numbers reach the summary. */
#include "check.h"
#include "data/instructions.h"
#include "data/summary.h"
#include "error.h"
#include "scratch.h"
#include "synthetic.h"

#define HEADER                                                                                    \
    "scenario,variant,storage,param,value,threads,allocator,source,iterations,instructions_once," \
    "instructions_twice,status,detail\n"

/* A row of the scenario of the synthetic samples. */
static struct instruction_row make_row(const char *variant, const char *allocator,
                                       enum instruction_source source, uint64_t once,
                                       uint64_t twice)
{
    return (struct instruction_row){
        .cell = {"scenario", variant, "heap", "", "", 1, allocator},
        .source = source,
        .iterations = 100,
        .once = once,
        .twice = twice,
        .status = SAMPLE_OK,
        .detail = "",
    };
}

static void test_round_trip(void)
{
    const char *const path = scratch_path("instructions.csv");
    const struct instruction_row first = make_row("malloc", "glibc", INSTRUCTIONS_PERF, 3007, 6007);
    struct instruction_row second = make_row("calloc", "", INSTRUCTIONS_VALGRIND, 0, 0);
    second.status = SAMPLE_FAILED;
    second.detail = "a \"reason\", with commas";
    struct instruction_writer *writer = instruction_writer_open(path, false, NULL);
    EXPECT_INT(instruction_writer_append(writer, &first, NULL), 0);
    instruction_writer_close(writer);
    writer = instruction_writer_open(path, true, NULL);
    EXPECT_INT(instruction_writer_append(writer, &second, NULL), 0);
    instruction_writer_close(writer);
    EXPECT_STR(scratch_read(path),
               HEADER "scenario,malloc,heap,,,1,glibc,perf,100,3007,6007,ok,\n"
                      "scenario,calloc,heap,,,1,,valgrind,100,0,0,failed,\"a \"\"reason\"\", with "
                      "commas\"\n");
    struct instructions list;
    EXPECT_INT(instructions_load(path, &list, NULL), 0);
    EXPECT_INT(list.count, 2);
    EXPECT_INT(list.rows[0].source, INSTRUCTIONS_PERF);
    EXPECT_NEAR(instructions_per_op(&list.rows[0]), 30, 0);
    EXPECT_INT(list.rows[1].source, INSTRUCTIONS_VALGRIND);
    EXPECT_STR(list.rows[1].detail, second.detail);
    EXPECT(isnan(instructions_per_op(&list.rows[1])));
    instructions_free(&list);
}

static void expect_refused(const char *rows, const char *message)
{
    char text[1024];
    const int length = snprintf(text, sizeof text, HEADER "%s", rows);
    const char *const path = scratch_write("bad.csv", text, (size_t)length);
    struct instructions list;
    struct error error = {""};
    EXPECT_INT(instructions_load(path, &list, &error), -1);
    EXPECT_STR(strstr(error.text, "bad.csv"), message);
    EXPECT(list.rows == NULL);
}

static void test_bad_rows(void)
{
    expect_refused("s,v,heap,,,1,glibc,guess,1,2,3,ok,\n",
                   "bad.csv:2:20: `guess` is none of: valgrind, perf");
    expect_refused("s,v,heap,,,1,glibc,perf,1,2.5,3,ok,\n",
                   "bad.csv:2:27: `2.5` is no whole number");
    expect_refused("s,v,heap,,,1,glibc,perf,1,3,2,ok,\n",
                   "bad.csv:2:29: twice the iterations took fewer instructions");
}

/* Samples of some cells, and what was counted of them. */
static struct summary summarize(const struct instructions *list)
{
    struct samples samples = {0};
    for (unsigned round = 1; round <= 6; round++) {
        synthetic_process(&samples, round, "malloc", "heap", "glibc", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "malloc", "heap", "other", 10, SAMPLE_OK);
        synthetic_process(&samples, round, "calloc", "heap", "glibc", 10, SAMPLE_OK);
    }
    struct sample failed = synthetic_row(1, "crash", "heap", "glibc", (double)NAN);
    failed.status = SAMPLE_FAILED;
    failed.detail = "crashed";
    samples_add(&samples, &failed);
    struct summary summary;
    EXPECT_INT(summary_compute(&samples, NULL, NULL, &summary, NULL), 0);
    samples_free(&samples);
    summary_add_instructions(&summary, list);
    return summary;
}

static double found(const struct summary *summary, const char *variant, const char *allocator)
{
    return synthetic_find(summary, variant, allocator)->instructions_per_op;
}

static void test_summary(void)
{
    struct instructions list = {0};
    struct summary summary = summarize(&list);
    EXPECT(isnan(found(&summary, "malloc", "glibc")));
    summary_free(&summary);

    /* The CPU's numbers, while there are no others. */
    struct instruction_row rows[] = {
        make_row("malloc", "glibc", INSTRUCTIONS_PERF, 1000, 2100),
        make_row("calloc", "glibc", INSTRUCTIONS_PERF, 1000, 2200),
        make_row("crash", "glibc", INSTRUCTIONS_PERF, 1000, 2200),
        make_row("absent", "glibc", INSTRUCTIONS_PERF, 1000, 2200),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        instructions_add(&list, &rows[i]);
    struct instruction_row row = make_row("calloc", "glibc", INSTRUCTIONS_VALGRIND, 0, 0);
    row.status = SAMPLE_FAILED;
    instructions_add(&list, &row);
    summary = summarize(&list);
    EXPECT_NEAR(found(&summary, "malloc", "glibc"), 11, 0);
    EXPECT_NEAR(found(&summary, "calloc", "glibc"), 12, 0);
    EXPECT(isnan(found(&summary, "malloc", "other")));
    EXPECT(isnan(found(&summary, "crash", "glibc"))); /* a failed row has no numbers */
    summary_free(&summary);

    /* One count of valgrind, and all are valgrind's: two sources are not mixed. */
    row = make_row("malloc", "glibc", INSTRUCTIONS_VALGRIND, 1000, 2500);
    instructions_add(&list, &row);
    row = make_row("malloc", "glibc", INSTRUCTIONS_VALGRIND, 1000, 2550); /* the later is right */
    instructions_add(&list, &row);
    summary = summarize(&list);
    EXPECT_NEAR(found(&summary, "malloc", "glibc"), 15.5, 0);
    EXPECT(isnan(found(&summary, "calloc", "glibc")));
    summary_free(&summary);
    instructions_free(&list);
}

int main(void)
{
    test_round_trip();
    test_bad_rows();
    test_summary();
    return check_result();
}
