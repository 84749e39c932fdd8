/* counts.csv: exact numbers stay exact. */
#include "check.h"
#include "data/counts.h"
#include "error.h"
#include "scratch.h"

static const struct count_row row = {
    .cell = {"s", "malloc", "heap", "size", "64", 2, "name, with \"all\"\nof it"},
    .iterations = 1000,
    .allocs = UINT64_MAX,
    .reallocs = 9007199254740993, /* 2^53 + 1: no double holds it */
    .frees = 1000,
    .bytes = 64000,
    .usable_bytes = 72000,
    .expected_allocs = 1,
    .expected_reallocs = 2,
    .expected_frees = 3,
    .expected_bytes = 4,
    .status = SAMPLE_FAILED,
    .detail = "frees: counted 1000, declared 3",
    .bound = COUNT_AT_MOST,
};

static void test_round_trip(void)
{
    const char *const path = scratch_path("counts.csv");
    struct count_writer *writer = count_writer_open(path, false, NULL);
    EXPECT_INT(count_writer_append(writer, &row, 1, NULL), 0);
    count_writer_close(writer);
    writer = count_writer_open(path, true, NULL);
    const struct count_row both[2] = {row, row};
    EXPECT_INT(count_writer_append(writer, both, 2, NULL), 0);
    count_writer_close(writer);
    static const char text[] =
        "scenario,variant,storage,param,value,threads,allocator,iterations,allocs,reallocs,frees,"
        "bytes,usable_bytes,expected_allocs,expected_reallocs,expected_frees,expected_bytes,status,"
        "detail,bound\n"
        "s,malloc,heap,size,64,2,\"name, with \"\"all\"\"\nof it\",1000,18446744073709551615,"
        "9007199254740993,1000,64000,72000,1,2,3,4,failed,\"frees: counted 1000, declared "
        "3\",at_most\n";
    EXPECT(strncmp(scratch_read(path), text, sizeof text - 1) == 0);

    struct counts counts;
    EXPECT_INT(counts_load(path, &counts, NULL), 0);
    EXPECT_INT(counts.count, 3);
    const struct count_row *const last = &counts.rows[2];
    EXPECT_STR(last->cell.allocator, row.cell.allocator);
    EXPECT(last->allocs == row.allocs && last->reallocs == row.reallocs);
    EXPECT(last->usable_bytes == 72000 && last->expected_bytes == 4 && last->expected_frees == 3);
    EXPECT_INT(last->status, SAMPLE_FAILED);
    EXPECT_STR(last->detail, row.detail);
    EXPECT_INT(last->bound, COUNT_AT_MOST);
    counts_free(&counts);
}

static void test_bad_rows(void)
{
    static const char text[] =
        "scenario,variant,storage,param,value,threads,allocator,iterations,allocs,reallocs,frees,"
        "bytes,usable_bytes,expected_allocs,expected_reallocs,expected_frees,expected_bytes,status,"
        "detail\n"
        "s,malloc,heap,,,1,glibc,1000,1,0,1.5,0,0,0,0,0,0,ok,\n";
    struct counts counts;
    struct error error = {""};
    const char *const path = scratch_write("bad.csv", text, sizeof text - 1);
    EXPECT_INT(counts_load(path, &counts, &error), -1);
    EXPECT_STR(strstr(error.text, "bad.csv"), "bad.csv:2:34: `1.5` is no whole number");
    EXPECT(counts.rows == NULL);
}

int main(void)
{
    test_round_trip();
    test_bad_rows();
    return check_result();
}
