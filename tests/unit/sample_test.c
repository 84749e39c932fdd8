/* samples.csv: what is written is read, a full disk and a crash cost no row that was there. */
#include "check.h"
#include "data/sample.h"
#include "data/text.h"
#include "error.h"
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const char header[] =
    "round,rep,scenario,variant,storage,param,value,threads,allocator,iterations,ns_per_op,"
    "cpu_ns_per_op,core_ghz,checksum,status,detail,ops_per_s\n";

/* As it was before there was a throughput. */
static const char older_header[] =
    "round,rep,scenario,variant,storage,param,value,threads,allocator,iterations,ns_per_op,"
    "cpu_ns_per_op,core_ghz,checksum,status,detail\n";

static struct sample sample_of(unsigned round, const char *allocator)
{
    return (struct sample){
        .round = round,
        .rep = 1,
        .cell = {"return_pointer", "malloc", "heap", "size", "64", 1, allocator},
        .iterations = 1000000,
        .ns_per_op = 5.123456789012,
        .cpu_ns_per_op = (double)NAN,
        .core_ghz = 3.5,
        .checksum = UINT64_MAX,
        .has_checksum = true,
        .status = SAMPLE_OK,
        .detail = "",
        .ops_per_s = 195312500.25,
    };
}

static void test_exact_text(void)
{
    const char *const path = scratch_path("exact.csv");
    struct sample rows[2] = {sample_of(1, "glibc"), sample_of(2, "a,\"b\"\n$(rm)")};
    rows[1].rep = 0;
    rows[1].iterations = 0;
    rows[1].ns_per_op = rows[1].core_ghz = rows[1].ops_per_s = (double)NAN;
    rows[1].has_checksum = false;
    rows[1].status = SAMPLE_FAILED;
    rows[1].detail = "killed by signal 11, core dumped";
    struct sample_writer *const writer = sample_writer_open(path, false, NULL);
    EXPECT_INT(sample_writer_append(writer, rows, 2, NULL), 0);
    sample_writer_close(writer);
    char expected[600];
    snprintf(expected, sizeof expected, "%s%s%s", header,
             "1,1,return_pointer,malloc,heap,size,64,1,glibc,1000000,5.12345679,,3.5,"
             "18446744073709551615,ok,,195312500\n",
             "2,0,return_pointer,malloc,heap,size,64,1,\"a,\"\"b\"\"\n$(rm)\",,,,,,failed,"
             "\"killed by signal 11, core dumped\",\n");
    EXPECT_STR(scratch_read(path), expected);

    struct samples loaded;
    EXPECT_INT(samples_load(path, &loaded, NULL), 0);
    EXPECT_INT(loaded.count, 2);
    EXPECT_STR(loaded.rows[0].cell.value, "64");
    EXPECT_NEAR(loaded.rows[0].ns_per_op, 5.12345679, 0);
    EXPECT(isnan(loaded.rows[0].cpu_ns_per_op));
    EXPECT_NEAR(loaded.rows[0].ops_per_s, 195312500, 0);
    EXPECT(isnan(loaded.rows[1].ops_per_s));
    EXPECT(loaded.rows[0].checksum == UINT64_MAX && loaded.rows[0].has_checksum);
    EXPECT_STR(loaded.rows[1].cell.allocator, "a,\"b\"\n$(rm)");
    EXPECT_STR(loaded.rows[1].detail, rows[1].detail);
    EXPECT_INT(loaded.rows[1].status, SAMPLE_FAILED);
    EXPECT(!loaded.rows[1].has_checksum);
    EXPECT(loaded.rows[0].cell.scenario == loaded.rows[1].cell.scenario);
    for (unsigned i = 0; i < 100; i++) { /* a loaded list can grow */
        const struct sample more = sample_of(i + 3, "x");
        samples_add(&loaded, &more);
    }
    EXPECT_INT(loaded.count, 102);
    EXPECT(loaded.rows[101].cell.scenario == loaded.rows[0].cell.scenario);
    samples_free(&loaded);
}

/* Loads a header of earlier versions and the text; returns the message from the line number on, or
 * "". */
static const char *complaint(const char *text)
{
    static struct error error;
    char whole[2048];
    const int size = snprintf(whole, sizeof whole, "%s%s", older_header, text);
    struct samples samples;
    error.text[0] = '\0';
    const int failed =
        samples_load(scratch_write("bad.csv", whole, (size_t)size), &samples, &error);
    if (!failed) {
        samples_free(&samples);
        return "";
    }
    EXPECT(samples.rows == NULL && samples.text == NULL);
    const char *const place = strstr(error.text, "bad.csv:");
    return place != NULL ? place + strlen("bad.csv:") : error.text;
}

static void test_bad_rows(void)
{
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,\n"), "");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,"),
               "2:36: record is cut off: no line end behind it");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,1.5,,,,o"),
               "2:34: record is cut off: it has 15 of 16 fields");
    EXPECT_STR(complaint("0,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,\n"),
               "2:1: 0 is not from 1 to 1000000000");
    EXPECT_STR(complaint("1,x,s,v,heap,,,1,glibc,9,1.5,,,,ok,\n"), "2:3: `x` is no whole number");
    EXPECT_STR(complaint("1,1,,v,heap,,,1,glibc,9,1.5,,,,ok,\n"), "2:5: empty");
    EXPECT_STR(complaint("1,1,s,v,heep,,,1,glibc,9,1.5,,,,ok,\n"),
               "2:9: `heep` is none of: nothing, stack, heap, pool, arena, static, inline");
    EXPECT_STR(complaint("1,1,s,v,heap,n,6x,1,glibc,9,1.5,,,,ok,\n"),
               "2:16: `6x` is no whole number");
    EXPECT_STR(complaint("1,1,s,v,heap,,,0,glibc,9,1.5,,,,ok,\n"),
               "2:16: 0 is not from 1 to 65536");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,-9,1.5,,,,ok,\n"),
               "2:24: `-9` is no whole number");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,fast,,,,ok,\n"), "2:26: `fast` is no number");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,,,,,ok,\n"),
               "2:26: a row that is ok needs a time above 0");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,0,,,,noisy,\n"),
               "2:26: a row that is noisy needs a time above 0");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,glibc,9,1.5,,,,okay,\n"),
               "2:33: `okay` is none of: ok, noisy, skipped, failed");
    EXPECT_STR(complaint("1,1,s,v,heap,,,1,\"gli\nbc\",9,1.5,,,,bad,\n"),
               "3:14: `bad` is none of: ok, noisy, skipped, failed");
}

static void test_columns(void)
{
    /* A new column behind the known ones is passed over; a missing one is not. */
    static const char newer[] =
        "round,rep,scenario,variant,storage,param,value,threads,allocator,iterations,ns_per_op,"
        "cpu_ns_per_op,core_ghz,checksum,status,detail,novelty\n"
        "1,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,,7\n";
    struct samples samples;
    struct error error = {""};
    EXPECT_INT(samples_load(scratch_write("n.csv", newer, sizeof newer - 1), &samples, &error), 0);
    EXPECT_INT(samples.count, 1);
    samples_free(&samples);
    char text[512];
    int size = snprintf(text, sizeof text, "%s1,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,\n", older_header);
    EXPECT_INT(samples_load(scratch_write("n.csv", text, (size_t)size), &samples, &error), 0);
    EXPECT(samples.count == 1 && isnan(samples.rows[0].ops_per_s));
    samples_free(&samples);
    size = snprintf(text, sizeof text, "%s1,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,,-2\n", header);
    EXPECT_INT(samples_load(scratch_write("n.csv", text, (size_t)size), &samples, &error), -1);
    EXPECT_STR(strstr(error.text, "n.csv:2:"), "n.csv:2:37: -2 is not from 0 to 1.79769e+308");
    static const char older[] = "round,rep,scenario\n";
    EXPECT_INT(samples_load(scratch_write("o.csv", older, sizeof older - 1), &samples, &error), -1);
    EXPECT_STR(strstr(error.text, "o.csv"), "o.csv:1:1: there is no column variant");
    EXPECT_INT(samples_load(scratch_path("absent.csv"), &samples, &error), -1);
    samples_free(&samples);
}

/* Appends rows until the limit refuses; the last append that failed must have left no trace. */
static int fill_disk(void)
{
    struct error error = {""};
    struct sample_writer *const writer =
        sample_writer_open(scratch_path("full.csv"), false, &error);
    if (writer == NULL)
        return 1;
    const struct sample rows[3] = {sample_of(1, "a"), sample_of(1, "b"), sample_of(1, "c")};
    int appended = 0;
    while (sample_writer_append(writer, rows, 3, &error) == 0 && appended < 100)
        appended++;
    sample_writer_close(writer);
    return strstr(error.text, "full.csv: File too large") != NULL ? appended : 1;
}

static void test_full_disk(void)
{
    scratch_path("full.csv");
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {2000, 2000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(fill_disk());
    }
    int status = -1;
    waitpid(child, &status, 0);
    const int appended = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    EXPECT(appended > 3 && appended < 100);
    struct samples samples;
    EXPECT_INT(samples_load(scratch_path("full.csv"), &samples, NULL), 0);
    EXPECT_INT(samples.count, 3 * (size_t)appended);
    samples_free(&samples);
    /* The text says it more strictly: no part of the failed rows is there. */
    const char *const text = scratch_read(scratch_path("full.csv"));
    EXPECT(text[strlen(text) - 1] == '\n' && strlen(text) <= 2000);
}

/* Writes `text`, resumes, appends one row, and returns how many rows there are, or -1. */
static int rows_after_resume(const char *text, struct error *error)
{
    const char *const path = scratch_write("resumed.csv", text, strlen(text));
    struct sample_writer *const writer = sample_writer_open(path, true, error);
    if (writer == NULL)
        return -1;
    const struct sample row = sample_of(9, "glibc");
    EXPECT_INT(sample_writer_append(writer, &row, 1, error), 0);
    sample_writer_close(writer);
    struct samples samples;
    EXPECT_INT(samples_load(path, &samples, error), 0);
    const int count = (int)samples.count;
    EXPECT_INT(samples.rows[count - 1].round, 9);
    samples_free(&samples);
    return count;
}

static void test_resume(void)
{
    static const char row[] = "1,1,s,v,heap,,,1,glibc,9,1.5,,,,ok,,\n";
    static const char quoted[] = "1,1,s,v,heap,,,1,glibc,9,1.5,,,,failed,\"one\ntwo\",7\n";
    struct error error = {""};
    char text[2048];
    /* Cut at every byte of two rows, the file holds those that were whole. */
    for (size_t kept = 0; kept <= sizeof row - 1 + sizeof quoted - 1; kept++) {
        snprintf(text, sizeof text, "%s%s%s", header, row, quoted);
        text[sizeof header - 1 + kept] = '\0';
        const int whole = (kept >= sizeof row - 1) + (kept >= sizeof row - 1 + sizeof quoted - 1);
        EXPECT_INT(rows_after_resume(text, &error), whole + 1);
    }
    for (size_t kept = 0; kept < sizeof header; kept += 13) { /* and of its header */
        snprintf(text, sizeof text, "%.*s", (int)kept, header);
        EXPECT_INT(rows_after_resume(text, &error), 1);
    }
    EXPECT_INT(rows_after_resume("some,other,file\n1,2,3\n", &error), -1);
    EXPECT_STR(strstr(error.text, "resumed.csv"),
               "resumed.csv:1:1: not the header that this version writes");
    EXPECT_STR(scratch_read(scratch_path("resumed.csv")), "some,other,file\n1,2,3\n");
}

static void test_opening(void)
{
    struct error error = {""};
    const char *const path = scratch_path("open.csv");
    struct sample_writer *const first = sample_writer_open(path, true, &error);
    EXPECT(first != NULL);
    EXPECT(sample_writer_open(path, false, &error) == NULL);
    EXPECT(strstr(error.text, "File exists") != NULL);
    EXPECT(sample_writer_open(path, true, &error) == NULL);
    EXPECT(strstr(error.text, "another process is writing it") != NULL);
    EXPECT_STR(scratch_read(path), header);
    sample_writer_close(first);
    EXPECT(sample_writer_open(scratch_path("absent/open.csv"), false, &error) == NULL);
    sample_writer_close(NULL);
}

static void test_text_pool(void)
{
    struct text_pool *const pool = text_pool_new();
    char text[8192];
    const char *first[2000];
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "%d", i);
        first[i] = text_intern(pool, text);
    }
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *const longest = text_intern(pool, text);
    EXPECT(longest != text && strcmp(longest, text) == 0);
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "%d", i);
        EXPECT(text_intern(pool, text) == first[i] && strcmp(first[i], text) == 0);
    }
    EXPECT(text_intern(pool, "") == text_intern(pool, ""));
    text_pool_free(pool);
    text_pool_free(NULL);
}

int main(void)
{
    test_exact_text();
    test_bad_rows();
    test_columns();
    test_full_disk();
    test_resume();
    test_opening();
    test_text_pool();
    return check_result();
}
