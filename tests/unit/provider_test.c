/*
 * Who provides malloc, told by this program about itself when it is started again under every
 * allocator of this machine: alone, behind the counting interposer (its path is the argument),
 * under a path that LD_PRELOAD cannot hold, and under a library that is not there.
 */
#include "allocators.h"
#include "check.h"
#include "error.h"
#include "provider.h"
#include "sanitized.h"
#include "tree.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>

static char own_path[PATH_MAX];

/* What the program says of itself under the preloads: four lines. */
static struct provider ask(const char *preloads)
{
    struct provider told = {0};
    int ends[2];
    char text[PATH_MAX + 256] = "";
    if (pipe(ends) != 0)
        abort();
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        if (*preloads != '\0')
            setenv("LD_PRELOAD", preloads, 1);
        else
            unsetenv("LD_PRELOAD");
        dup2(ends[1], STDOUT_FILENO);
        execl(own_path, own_path, "tell", (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    FILE *const stream = fdopen(ends[0], "r");
    const size_t length = fread(text, 1, sizeof text - 1, stream);
    fclose(stream);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_INT(status, 0);
    text[length] = '\0';
    char *rest = text;
    const char *const path = strsep(&rest, "\n");
    const char *const version = rest != NULL ? strsep(&rest, "\n") : "";
    snprintf(told.path, sizeof told.path, "%s", path);
    snprintf(told.version, sizeof told.version, "%s", version);
    told.is_libc = rest != NULL && rest[0] == '1';
    told.counted = rest != NULL && rest[0] != '\0' && rest[1] == '1';
    return told;
}

static int tell(void)
{
    static struct provider provider;
    provider_query(&provider);
    printf("%s\n%s\n%d%d\n", provider.path, provider.version, provider.is_libc, provider.counted);
    return 0;
}

static void expect_libc(const struct provider *told, bool counted)
{
    EXPECT(told->is_libc);
    EXPECT(told->path[0] == '/' && strstr(told->path, "libc") != NULL);
    EXPECT(strncmp(told->version, "glibc 2.", 8) == 0);
    EXPECT_INT(told->counted, counted);
}

/* What the version of a known allocator looks like: its beginning. */
static const char *version_of(const char *name)
{
    static const char *const versions[][2] = {
        {"jemalloc", ""},     {"mimalloc", ""},   {"tcmalloc_minimal", "gperftools "},
        {"tbbmalloc", "so."}, {"scudo", "LLVM "},
    };
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp(versions[i][0], name) == 0)
            return versions[i][1];
    return "?";
}

static void test_allocator(const struct allocator *allocator, const char *interposer)
{
    char both[2 * PATH_MAX];
    struct error error = {""};
    char *const preload = allocator_preload_path(allocator, tree_root(), &error);
    EXPECT_STR(error.text, "");
    const struct provider alone = ask(preload);
    snprintf(both, sizeof both, "%s %s", interposer, preload);
    const struct provider counted = ask(both);
    if (allocator->path == NULL) {
        expect_libc(&alone, false);
        expect_libc(&counted, true);
    } else {
        EXPECT_STR(alone.path, allocator->path);
        EXPECT_STR(counted.path, allocator->path);
        EXPECT(!alone.is_libc && !alone.counted && counted.counted);
        EXPECT_STR(alone.version, counted.version);
        const char *const version = version_of(allocator->name);
        EXPECT(alone.version[0] != '\0' && strncmp(alone.version, version, strlen(version)) == 0);
        /* Two that number themselves. */
        if (*version == '\0')
            EXPECT(alone.version[0] >= '1' && alone.version[0] <= '9' && alone.version[1] == '.');
    }
    printf("%s: %s, %s\n", allocator->name, alone.path, alone.version);
    free(preload);
}

/* A copy of a library in a place whose path LD_PRELOAD would split and expand. */
static void test_awkward_path(const struct allocator *allocator)
{
    static const char *const names[] = {"with space/l.so", "with:colon/l.so", "with$LIB/l.so"};
    FILE *const file = fopen(allocator->path, "rb");
    static char content[16 << 20];
    const size_t size_bytes = file != NULL ? fread(content, 1, sizeof content, file) : 0;
    EXPECT(size_bytes > 0 && size_bytes < sizeof content);
    fclose(file);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *const path = tree_write_bytes(names[i], content, size_bytes);
        const struct allocator copy = {.name = path, .path = path};
        struct error error = {""};
        char *const preload = allocator_preload_path(&copy, tree_root(), &error);
        EXPECT_STR(error.text, "");
        EXPECT(strcmp(preload, path) != 0);
        const struct provider told = ask(preload);
        EXPECT_STR(told.path, path);
        free(preload);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "tell") == 0)
        return tell();
    if (argc != 2 || realpath("/proc/self/exe", own_path) == NULL)
        return 2;
    if (SANITIZED) {
        /* The sanitizer's malloc is in a shared object (gcc) or in the program (clang). */
        const struct provider told = ask("");
        EXPECT(!told.is_libc);
        EXPECT(strcmp(told.path, PROVIDER_PROGRAM) == 0 || strstr(told.path, "san.so") != NULL);
        return check_result();
    }
    const struct provider plain = ask("");
    expect_libc(&plain, false);
    fputs("one warning of the dynamic linker is wanted here: ", stderr);
    const struct provider missing = ask("/nonexistent/libmissing.so");
    EXPECT_STR(missing.path, plain.path);
    expect_libc(&missing, false);

    struct allocators all;
    struct error error = {""};
    EXPECT_INT(allocators_resolve(NULL, &all, &error), 0);
    const struct allocator *copied = NULL;
    for (size_t i = 0; i < all.count; i++) {
        if (all.items[i].why_not != NULL) {
            printf("%s: not tried: %s\n", all.items[i].name, all.items[i].why_not);
            continue;
        }
        test_allocator(&all.items[i], argv[1]);
        if (copied == NULL)
            copied = all.items[i].path != NULL ? &all.items[i] : NULL;
    }
    if (copied != NULL)
        test_awkward_path(copied);
    allocators_free(&all);
    return check_result();
}
