#include "cli/paths.h"

#include "error.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *paths_programs(struct error *error)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) {
        error_set_errno(error, "cannot find out where this program lies: /proc/self/exe");
        return NULL;
    }
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return check_strdup(path);
}

static char *find_library(const char *programs, const char *name, const char *what,
                          struct error *error)
{
    char *const path = check_format("%s/%s", programs, name);
    if (access(path, R_OK) == 0)
        return path;
    error_set_errno(error, "the %s %s cannot be read; build it again", what, path);
    free(path);
    return NULL;
}

char *paths_count_library(const char *programs, struct error *error)
{
    return find_library(programs, "liballocost_count.so", "counting interposer", error);
}

char *paths_record_library(const char *programs, struct error *error)
{
    return find_library(programs, "liballocost_record.so", "recorder", error);
}

/* What the environment names, else what the build does. */
static const char *choose(const char *variable, const char *built)
{
    const char *const named = getenv(variable);
    return named != NULL && *named != '\0' ? named : built;
}

const char *paths_scripts(void)
{
    return choose("ALLOCOST_PLOTS", ALLOCOST_SCRIPTS);
}

const char *paths_claims(void)
{
    return choose("ALLOCOST_CLAIMS", ALLOCOST_CLAIMS_FILE);
}
