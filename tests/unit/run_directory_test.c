/* The directory of a run: made with its parents, never one that holds something. */
#include "check.h"
#include "error.h"
#include "run/run_directory.h"
#include "tree.h"

#include <stdbool.h>
#include <unistd.h>

static struct error error;

static char *make(const char *path)
{
    error.text[0] = '\0';
    return run_directory_make(path, "not used", &error);
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The directory is made, or taken. */
static void expect_made(const char *path)
{
    char *const made = make(path);
    EXPECT_STR(made, path);
    EXPECT_STR(error.text, "");
    EXPECT(is_directory(path));
    free(made);
}

/* It is refused with these words, and nothing was made. */
static void expect_refused(const char *path, const char *words)
{
    char *const made = make(path);
    EXPECT(made == NULL);
    if (strstr(error.text, words) == NULL)
        EXPECT_STR(error.text, words);
    free(made);
}

static void test_named(void)
{
    expect_made(tree_path("plain"));
    expect_made(tree_path("plain")); /* empty as it is */
    char deep[1024];
    snprintf(deep, sizeof deep, "%s/a/b/c", tree_root());
    expect_made(deep);
    snprintf(deep, sizeof deep, "%s/a//d///e/", tree_root());
    expect_made(deep);
    if (chdir(tree_root()) != 0)
        abort();
    expect_made("relative");
    expect_made("./re/lative");

    tree_write("full/.hidden", "x");
    expect_refused(tree_path("full"), "is not empty: name another directory");
    EXPECT(strstr(error.text, "--resume") != NULL);
    tree_write("file", "x");
    expect_refused(tree_path("file"), "file exists and is no directory");
    snprintf(deep, sizeof deep, "%s/file/below/it", tree_root());
    expect_refused(deep, "Not a directory");
    expect_refused("", "No such file or directory");
    expect_refused("/proc/no/run", "cannot make the run directory /proc/no/run: ");
    if (symlink("nowhere", tree_path("dangling")) != 0)
        abort();
    char *const made = make(tree_path("dangling"));
    EXPECT(made == NULL);
    EXPECT(strstr(error.text, "dangling") != NULL);
    EXPECT(strstr(error.text, "is not empty") == NULL);
}

static void test_rights(void)
{
    if (geteuid() == 0) {
        puts("not tested as root: directories that cannot be written to");
        return;
    }
    char *const locked = tree_path("locked");
    if (mkdir(locked, 0500) != 0)
        abort();
    expect_refused(locked, "cannot write into ");
    char below[1100];
    snprintf(below, sizeof below, "%s/run", locked);
    expect_refused(below, "Permission denied");
}

/* Whether the name is <date>T<time>-<host>, of letters that any file system takes. */
static bool is_run_name(const char *name)
{
    const char *const form = "0000-00-00T000000-";
    for (size_t i = 0; i < strlen(form); i++)
        if (form[i] == '0' ? name[i] < '0' || name[i] > '9' : name[i] != form[i])
            return false;
    const char *const host = name + strlen(form);
    return *host != '\0' && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-_.") == strlen(host);
}

static void test_named_by_time(void)
{
    char results[1024];
    snprintf(results, sizeof results, "%s/deep/results", tree_root());
    bool numbered = false;
    /* Three in a row: two of them in one second at least once, on however slow a machine. */
    for (int attempt = 0; attempt < 100 && !numbered; attempt++) {
        char *made[3];
        for (size_t i = 0; i < 3; i++) {
            made[i] = run_directory_make(NULL, results, &error);
            EXPECT(made[i] != NULL && is_directory(made[i]));
            EXPECT(made[i] != NULL && strncmp(made[i], results, strlen(results)) == 0 &&
                   is_run_name(made[i] + strlen(results) + 1));
        }
        for (size_t i = 1; i < 3; i++) {
            EXPECT(strcmp(made[i], made[i - 1]) != 0);
            const size_t length = strlen(made[i - 1]);
            if (strncmp(made[i], made[i - 1], length) == 0) {
                EXPECT_STR(made[i] + length, "-2");
                numbered = true;
            }
        }
        for (size_t i = 0; i < 3; i++)
            free(made[i]);
    }
    EXPECT(numbered);

    /* Nor is one with this name's second taken when it is empty: another run may be about to use
     * it. */
    tree_write("in_the_way", "x");
    snprintf(results, sizeof results, "%s/in_the_way", tree_root());
    EXPECT(run_directory_make(NULL, results, &error) == NULL);
    EXPECT(strstr(error.text, "Not a directory") != NULL);
}

static void test_check(void)
{
    EXPECT_INT(run_directory_check(tree_path("absent"), &error), -1);
    EXPECT(strstr(error.text, "absent: No such file or directory") != NULL);
    EXPECT_INT(run_directory_check(tree_write("a_file", "x"), &error), -1);
    EXPECT(strstr(error.text, "is no directory") != NULL);
    char *const run = tree_path("a_run/samples.csv");
    *strrchr(run, '/') = '\0';
    EXPECT_INT(run_directory_check(run, &error), -1);
    EXPECT(strstr(error.text, "samples.csv") != NULL);
    tree_write("a_run/samples.csv", "round\n");
    EXPECT_INT(run_directory_check(run, &error), 0);
    char *const file = run_directory_file("a/b", "c.csv");
    EXPECT_STR(file, "a/b/c.csv");
    free(file);
}

int main(void)
{
    test_named();
    test_rights();
    test_named_by_time();
    test_check();
    return check_result();
}
