/* Output files are whole or not there; facts survive the way through a file. */
#include "check.h"
#include "data/file.h"
#include "data/keyvalue.h"
#include "error.h"
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What a child does under a file size limit, as a full disk: returns its exit code. */
static int in_child(int (*act)(void), rlim_t limit_bytes)
{
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {limit_bytes, limit_bytes};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(act());
    }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int replace_with_much(void)
{
    static char much[100000];
    struct error error = {""};
    const int failed = file_replace(scratch_path("out"), much, sizeof much, &error);
    return failed == -1 && strstr(error.text, "/out: File too large") != NULL ? 42 : 1;
}

static void test_replace(void)
{
    struct error error = {""};
    EXPECT_INT(file_replace(scratch_path("out"), "old\n", 4, &error), 0);
    EXPECT_STR(scratch_read(scratch_path("out")), "old\n");
    EXPECT_INT(file_replace(scratch_path("out"), "newer\n", 6, &error), 0);
    EXPECT_STR(scratch_read(scratch_path("out")), "newer\n");
    EXPECT_INT(in_child(replace_with_much, 5000), 42);
    EXPECT_STR(scratch_read(scratch_path("out")), "newer\n");
    EXPECT_INT(scratch_count(), 1);
}

static void test_where_it_cannot(void)
{
    struct error error = {""};
    EXPECT_INT(file_replace(scratch_path("absent/out"), "x", 1, &error), -1);
    EXPECT(strstr(error.text, "No such file") != NULL);
    EXPECT_INT(file_replace(scratch_path(""), "x", 1, &error), -1);
    EXPECT_INT(file_replace("/dev/null", "x", 1, &error), 0);
    struct stat null;
    EXPECT(stat("/dev/null", &null) == 0 && S_ISCHR(null.st_mode));
    EXPECT_INT(file_replace("/dev/full", "x", 1, &error), -1);
    EXPECT(strstr(error.text, "No space left") != NULL);
    EXPECT_INT(scratch_count(), 1);
}

static void test_keyvalues(void)
{
    struct keyvalues list = {0}, loaded;
    struct error error = {""};
    keyvalues_set(&list, "cpu_model", "Some, \"quoted\"\nCPU");
    keyvalues_set(&list, "governor", "");
    keyvalues_setf(&list, "noise_floor", "%.4f", 0.0125);
    keyvalues_set(&list, "governor", "performance");
    EXPECT_INT(keyvalues_write(&list, scratch_path("machine.csv"), &error), 0);
    EXPECT_INT(keyvalues_load(scratch_path("machine.csv"), &loaded, &error), 0);
    EXPECT_INT(loaded.count, 3);
    EXPECT_STR(keyvalues_get(&loaded, "cpu_model"), "Some, \"quoted\"\nCPU");
    EXPECT_STR(loaded.rows[1].value, "performance");
    EXPECT(keyvalues_get(&loaded, "absent") == NULL);
    EXPECT_NEAR(keyvalues_number(&loaded, "noise_floor"), 0.0125, 1e-12);
    EXPECT(isnan(keyvalues_number(&loaded, "governor")));
    EXPECT(isnan(keyvalues_number(&loaded, "absent")));
    keyvalues_free(&loaded);
    keyvalues_free(&list);
}

static void expect_refused(const char *text, const char *expected)
{
    struct keyvalues list;
    struct error error = {""};
    EXPECT_INT(keyvalues_load(scratch_write("bad.csv", text, strlen(text)), &list, &error), -1);
    EXPECT(list.rows == NULL && list.count == 0);
    EXPECT_STR(strstr(error.text, "bad.csv"), expected);
}

static void test_bad_keyvalues(void)
{
    expect_refused("key,value\na,1\na,2\n", "bad.csv:3:1: key a stands twice");
    expect_refused("key,value\n,1\n", "bad.csv:2:1: the key is empty");
    expect_refused("key,values\n", "bad.csv:1:1: there is no column value");
    expect_refused("key,value\na\n", "bad.csv:2:2: record is too short: it has 1 of 2 fields");
}

int main(void)
{
    test_replace();
    test_where_it_cannot();
    test_keyvalues();
    test_bad_keyvalues();
    return check_result();
}
