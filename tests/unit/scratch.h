/*
 * A directory that a test may fill: it is made on first use and removed with its files at exit.
 */
#ifndef ALLOCOST_TEST_SCRATCH_H
#define ALLOCOST_TEST_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_directory[256];
static pid_t scratch_owner; /* a forked child leaves the directory alone */

static inline void scratch_remove(void)
{
    if (getpid() != scratch_owner)
        return;
    DIR *const directory = opendir(scratch_directory);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", scratch_directory, entry->d_name);
        (void)unlink(path);
    }
    if (directory != NULL)
        closedir(directory);
    (void)rmdir(scratch_directory);
}

/* Path of a file in the directory. Valid for the next seven calls. */
static inline const char *scratch_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    if (scratch_directory[0] == '\0') {
        const char *const base = getenv("TMPDIR");
        snprintf(scratch_directory, sizeof scratch_directory, "%s/allocost-test-XXXXXX",
                 base != NULL ? base : "/tmp");
        if (mkdtemp(scratch_directory) == NULL)
            abort();
        scratch_owner = getpid();
        atexit(scratch_remove);
    }
    char *const path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch_directory, name);
    return path;
}

/* Writes bytes to the file; returns its path. */
static inline const char *scratch_write(const char *name, const char *content, size_t size_bytes)
{
    const char *const path = scratch_path(name);
    FILE *const file = fopen(path, "wb");
    if (file == NULL || fwrite(content, 1, size_bytes, file) != size_bytes || fclose(file) != 0)
        abort();
    return path;
}

/* The content of a file, terminated; valid until the next call. "(none)" when it is not there. */
static inline const char *scratch_read(const char *path)
{
    static char content[1 << 20];
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return "(none)";
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    fclose(file);
    return content;
}

/* How many files there are in the directory. */
static inline unsigned scratch_count(void)
{
    unsigned count = 0;
    DIR *const directory = opendir(scratch_directory);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    if (directory != NULL)
        closedir(directory);
    return count;
}

#endif
