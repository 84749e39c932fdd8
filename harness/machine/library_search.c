#include "library_search.h"

#include "elf_file.h"
#include "error.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list of directories that grows. */
struct directories {
    char **list;
    size_t count;
};

/* Takes ownership of the text. */
static void add_directory(struct directories *directories, char *directory)
{
    directories->list =
        check_realloc(directories->list, directories->count + 1, sizeof *directories->list);
    directories->list[directories->count++] = directory;
}

/* Splits a variable such as LD_LIBRARY_PATH; an empty part is passed over. */
static void add_variable(struct directories *directories, const char *variable,
                         const char *separators)
{
    const char *const value = getenv(variable);
    if (value == NULL)
        return;
    char *const copy = check_strdup(value);
    char *rest = copy;
    for (char *part = strsep(&rest, separators); part != NULL; part = strsep(&rest, separators))
        if (*part != '\0')
            add_directory(directories, check_strdup(part));
    free(copy);
}

/* The directory that the C library of this process was loaded from, or NULL in a static program. */
static char *libc_directory(void)
{
    Dl_info info;
    const void *const address = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
    if (address == NULL || dladdr(address, &info) == 0 || info.dli_fname == NULL)
        return NULL;
    char *const path = realpath(info.dli_fname, NULL);
    if (path == NULL)
        return NULL;
    *strrchr(path, '/') = '\0';
    return path;
}

static struct directories standard_directories(void)
{
    static const char *const usual[] = {"/usr/local/lib", "/usr/local/lib64", "/lib",
                                        "/usr/lib",       "/lib64",           "/usr/lib64"};
    struct directories directories = {0};
    add_variable(&directories, "ALLOCOST_LIBRARY_PATH", ":");
    add_variable(&directories, "LD_LIBRARY_PATH", ":;");
    char *const libc = libc_directory();
    /* Under multiarch the last part is the triplet, and the other directories have it too. */
    const char *const last = libc != NULL ? strrchr(libc, '/') : NULL;
    if (last != NULL && strchr(last, '-') != NULL) {
        add_directory(&directories, check_format("/usr/local/lib%s", last));
        add_directory(&directories, check_format("/lib%s", last));
        add_directory(&directories, check_format("/usr/lib%s", last));
    }
    if (libc != NULL)
        add_directory(&directories, libc);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        add_directory(&directories, check_strdup(usual[i]));
    return directories;
}

static int by_version_descending(const void *a, const void *b)
{
    return strverscmp(*(char *const *)b, *(char *const *)a);
}

/* The first file of a glob pattern that fits. The reason why one does not is kept in *why. */
static char *search_pattern(const char *pattern, char **why)
{
    glob_t found;
    char *result = NULL;
    if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
        return NULL;
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_version_descending);
    for (size_t i = 0; i < found.gl_pathc && result == NULL; i++) {
        struct error error;
        if (elf_check_allocator(found.gl_pathv[i], &error) == 0) {
            result = realpath(found.gl_pathv[i], NULL);
        } else if (*why == NULL) {
            *why = check_strdup(error.text);
        }
    }
    globfree(&found);
    return result;
}

/* The directory's own wildcards stand for themselves. */
static char *join_pattern(const char *directory, const char *pattern)
{
    char *const joined = check_alloc(2 * strlen(directory) + strlen(pattern) + 2, 1);
    char *end = joined;
    for (; *directory != '\0'; directory++) {
        if (strchr("*?[]\\", *directory) != NULL)
            *end++ = '\\';
        *end++ = *directory;
    }
    *end++ = '/';
    strcpy(end, pattern);
    return joined;
}

/* All patterns in one directory, or, with NULL, those that name their own. */
static char *search_directory(const char *directory, const char *patterns, char **why)
{
    char *const copy = check_strdup(patterns);
    char *rest = copy, *result = NULL;
    for (char *pattern = strsep(&rest, " "); pattern != NULL && result == NULL;
         pattern = strsep(&rest, " ")) {
        const bool absolute = strchr(pattern, '/') != NULL;
        if (absolute != (directory == NULL))
            continue;
        char *const whole = absolute ? check_strdup(pattern) : join_pattern(directory, pattern);
        result = search_pattern(whole, why);
        free(whole);
    }
    free(copy);
    return result;
}

char *library_search(const char *patterns, char **why)
{
    struct directories directories = standard_directories();
    char *result = NULL;
    *why = NULL;
    for (size_t i = 0; i < directories.count; i++) {
        if (result == NULL)
            result = search_directory(directories.list[i], patterns, why);
        free(directories.list[i]);
    }
    free(directories.list);
    if (result == NULL)
        result = search_directory(NULL, patterns, why);
    if (result != NULL) {
        free(*why);
        *why = NULL;
    } else if (*why == NULL) {
        *why = check_format("%.*s was not found", (int)strcspn(patterns, " "), patterns);
    }
    return result;
}
