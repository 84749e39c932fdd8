#include "run/run_directory.h"

#include "error.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Makes every directory on the way. Returns 0, or -1 with errno; one that exists is fine. */
static int make_parents(const char *path)
{
    char *const copy = check_strdup(path);
    int result = 0;
    char *const second = copy + (*copy != '\0'); /* the root needs no making */
    for (char *slash = second; result == 0 && (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            result = -1;
        *slash = '/';
    }
    const int cause = errno;
    free(copy);
    errno = cause;
    return result;
}

static char *name_run(const char *results)
{
    char host[128] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        strcpy(host, "unknown");
    /* A file name is not the place for what else a host may be called; machine.csv has it whole. */
    for (char *c = host; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("-_.", *c) == NULL)
            *c = '_';
    const time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    char date[32];
    strftime(date, sizeof date, "%Y-%m-%dT%H%M%S", &utc);
    return check_format("%s/%s-%s", results, date, host);
}

static bool is_empty(const char *path)
{
    DIR *const directory = opendir(path);
    if (directory == NULL)
        return false;
    bool empty = true;
    for (const struct dirent *entry; empty && (entry = readdir(directory)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(directory);
    return empty;
}

char *run_directory_make(const char *path, const char *results, struct error *error)
{
    char *directory = path != NULL ? check_strdup(path) : name_run(results);
    /* Two runs that start in one second: the later one gets a number. */
    for (unsigned more = 2;; more++) {
        if (make_parents(directory) == 0 && mkdir(directory, 0777) == 0)
            return directory;
        if (errno != EEXIST || path != NULL)
            break;
        free(directory);
        char *const name = name_run(results);
        directory = check_format("%s-%u", name, more);
        free(name);
    }
    struct stat status;
    if (errno == EEXIST && stat(directory, &status) == 0 && !S_ISDIR(status.st_mode))
        error_set(error, "%s exists and is no directory", directory);
    else if (errno != EEXIST)
        error_set_errno(error, "cannot make the run directory %s", directory);
    else if (!is_empty(directory))
        error_set(error, "%s is not empty: name another directory, or continue a run with --resume",
                  directory);
    else if (access(directory, W_OK | X_OK) != 0)
        error_set_errno(error, "cannot write into %s", directory);
    else
        return directory;
    free(directory);
    return NULL;
}

int run_directory_check(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set_errno(error, "%s", path);
    if (!S_ISDIR(status.st_mode))
        return error_set(error, "%s is no directory: name the directory of a run", path);
    char *const samples = run_directory_file(path, "samples.csv");
    int result = 0;
    if (access(samples, R_OK) != 0)
        result = errno == ENOENT ? error_set(error, "%s holds no samples.csv: it is no run", path)
                                 : error_set_errno(error, "%s", samples);
    free(samples);
    return result;
}

char *run_directory_file(const char *directory, const char *name)
{
    return check_format("%s/%s", directory, name);
}
