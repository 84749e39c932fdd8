#include "data/file.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_whole(int fd, const char *content, size_t size_bytes)
{
    while (size_bytes > 0) {
        const ssize_t written = write(fd, content, size_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        content += written;
        size_bytes -= (size_t)written;
    }
    return 0;
}

/* A pipe or a device cannot be replaced by a rename: it would be gone. */
static int write_directly(const char *path, const void *content, size_t size_bytes,
                          struct error *error)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, "%s", path);
    if (write_whole(fd, content, size_bytes) != 0) {
        error_set_errno(error, "%s", path);
        close(fd);
        return -1;
    }
    return close(fd) == 0 ? 0 : error_set_errno(error, "%s", path);
}

/* Makes the rename itself last. Some file systems refuse to sync a directory: that is no failure.
 */
static void sync_directory(const char *path)
{
    char *const copy = check_strdup(path);
    const int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(copy);
}

/* Creates a file beside `path` that was not there. Returns its descriptor, or -1 with errno. */
static int create_beside(const char *path, char **name)
{
    for (unsigned attempt = 0;; attempt++) {
        *name = check_format("%s.new-%ld-%u", path, (long)getpid(), attempt);
        const int fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST || attempt == 100)
            return fd;
        free(*name);
    }
}

int file_replace(const char *path, const void *content, size_t size_bytes, struct error *error)
{
    struct stat old;
    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode))
        return write_directly(path, content, size_bytes, error);

    char *name;
    const int fd = create_beside(path, &name);
    if (fd < 0) {
        error_set_errno(error, "%s", path);
        free(name);
        return -1;
    }
    int failed = write_whole(fd, content, size_bytes) != 0 || fsync(fd) != 0;
    if (failed)
        error_set_errno(error, "%s", path);
    if (close(fd) != 0 && !failed)
        failed = error_set_errno(error, "%s", path);
    if (!failed && rename(name, path) != 0)
        failed = error_set_errno(error, "%s", path);
    if (failed)
        (void)unlink(name);
    else
        sync_directory(path);
    free(name);
    return failed ? -1 : 0;
}
