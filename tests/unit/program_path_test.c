/* Programs are found where PATH says, and only in absolute directories. */
#include "check.h"
#include "program_path.h"
#include "scratch.h"

static void test_found(void)
{
    char *const path = program_find("sh");
    EXPECT(path != NULL && path[0] == '/' && access(path, X_OK) == 0);
    free(path);
    EXPECT(program_find("no-program-has-this-name") == NULL);
}

static void test_directories(void)
{
    const char *const first = scratch_write("tool", "", 0);
    char directory[512];
    snprintf(directory, sizeof directory, "%.*s", (int)(strlen(first) - strlen("/tool")), first);
    char path[1024];
    snprintf(path, sizeof path, "/nowhere:%s", directory);
    setenv("PATH", path, 1);
    EXPECT(program_find("tool") == NULL); /* may not be executed */
    EXPECT_INT(chmod(first, 0700), 0);
    char *const found = program_find("tool");
    EXPECT_STR(found, first);
    free(found);
    /* Relative and empty directories, though the tool is in the current one. */
    EXPECT_INT(chdir(directory), 0);
    setenv("PATH", ".::", 1);
    EXPECT(program_find("tool") == NULL);
    unsetenv("PATH");
    EXPECT(program_find("tool") == NULL);
    char *const usual = program_find("sh");
    EXPECT(usual != NULL);
    free(usual);
}

int main(void)
{
    test_found();
    test_directories();
    return check_result();
}
