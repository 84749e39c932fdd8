/*
 * A directory tree that a test may fill, such as a crafted /sys; removed with all in it at exit.
 */
#ifndef ALLOCOST_TEST_TREE_H
#define ALLOCOST_TEST_TREE_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tree_root_directory[256];

static inline int tree_remove_one(const char *path, const struct stat *status, int type,
                                  struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static inline void tree_remove(void)
{
    nftw(tree_root_directory, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The tree's directory, without a slash at its end; made on first use, with links resolved. */
static inline const char *tree_root(void)
{
    if (tree_root_directory[0] == '\0') {
        const char *const base = getenv("TMPDIR");
        char *const real = realpath(base != NULL ? base : "/tmp", NULL);
        if (real == NULL)
            abort();
        snprintf(tree_root_directory, sizeof tree_root_directory, "%s/allocost-tree-XXXXXX", real);
        free(real);
        if (mkdtemp(tree_root_directory) == NULL)
            abort();
        atexit(tree_remove);
    }
    return tree_root_directory;
}

/* The path of a name in the tree, its directories made. Valid for the next seven calls. */
static inline char *tree_path(const char *name)
{
    static char paths[8][1024];
    static unsigned next;
    char *const path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", tree_root(), name);
    for (char *slash = path + strlen(tree_root()) + 1; (slash = strchr(slash, '/')) != NULL;
         *slash++ = '/') {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            abort();
    }
    return path;
}

/* Writes bytes to a file of the tree; returns its path. */
static inline char *tree_write_bytes(const char *name, const void *content, size_t size_bytes)
{
    char *const path = tree_path(name);
    (void)unlink(path); /* a file that is cut and written again is flushed to the disk by ext4 */
    FILE *const file = fopen(path, "wb");
    if (file == NULL || fwrite(content, 1, size_bytes, file) != size_bytes || fclose(file) != 0)
        abort();
    return path;
}

static inline char *tree_write(const char *name, const char *content)
{
    return tree_write_bytes(name, content, strlen(content));
}

#endif
