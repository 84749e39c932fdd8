#include "data/append.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct append_file {
    int fd;
    char *path;       /* for messages */
    off_t size_bytes; /* of the whole records in the file */
};

/* Writes all of it; one write(2) unless the system takes less. Returns 0, or -1 with errno. */
static int write_whole(int fd, const char *text, size_t size_bytes)
{
    while (size_bytes > 0) {
        const ssize_t written = write(fd, text, size_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        size_bytes -= (size_t)written;
    }
    return 0;
}

/* Reads up to `size_bytes`, less only at the end of the file. Returns -1 with errno. */
static ssize_t read_block(int fd, char *block, size_t size_bytes)
{
    size_t filled = 0;
    while (filled < size_bytes) {
        const ssize_t got = read(fd, block + filled, size_bytes - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        filled += (size_t)got;
    }
    return (ssize_t)filled;
}

/* Finds where the last whole record ends: behind a newline that no quote encloses. */
static int find_whole_records(struct append_file *file, struct error *error)
{
    char block[16384];
    off_t offset = 0;
    bool quoted = false;
    file->size_bytes = 0;
    if (lseek(file->fd, 0, SEEK_SET) != 0)
        return error_set_errno(error, "%s", file->path);
    for (;;) {
        const ssize_t got = read_block(file->fd, block, sizeof block);
        if (got < 0)
            return error_set_errno(error, "%s", file->path);
        if (got == 0)
            return 0;
        for (ssize_t i = 0; i < got; i++) {
            if (block[i] == '"')
                quoted = !quoted;
            else if (block[i] == '\n' && !quoted)
                file->size_bytes = offset + i + 1;
        }
        offset += got;
    }
}

/* Makes an existing file one that ends in a whole record, or an empty one when it holds none. */
static int mend(struct append_file *file, const char *header, size_t header_bytes,
                struct error *error)
{
    char *const start = check_alloc(header_bytes, 1);
    const ssize_t got = read_block(file->fd, start, header_bytes);
    const bool same = got >= 0 && memcmp(start, header, (size_t)got) == 0;
    free(start);
    if (got < 0)
        return error_set_errno(error, "%s", file->path);
    if (!same)
        return error_set(error, "%s:1:1: not the header that this version writes", file->path);
    if (find_whole_records(file, error) != 0)
        return -1;
    if (ftruncate(file->fd, file->size_bytes) != 0)
        return error_set_errno(error, "%s", file->path);
    return 0;
}

/* Opens, locks and mends. Returns 0, or -1 with a message; then the descriptor may be open. */
static int prepare(struct append_file *file, const char *header, size_t header_bytes, bool resume,
                   struct error *error)
{
    const int only_new = resume ? 0 : O_EXCL;
    file->fd = open(file->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | only_new, 0666);
    if (file->fd < 0)
        return error_set_errno(error, "%s", file->path);
    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return error_set(error, "%s: another process is writing it", file->path);
    if (resume && mend(file, header, header_bytes, error) != 0)
        return -1;
    if (file->size_bytes == 0)
        return append_records(file, header, header_bytes, error);
    return 0;
}

struct append_file *append_open(const char *path, const char *header, size_t header_bytes,
                                bool resume, struct error *error)
{
    struct append_file *const file = check_alloc(1, sizeof *file);
    file->path = check_strdup(path);
    if (prepare(file, header, header_bytes, resume, error) != 0) {
        if (file->fd >= 0 && !resume)
            (void)unlink(path);
        append_close(file);
        return NULL;
    }
    return file;
}

int append_records(struct append_file *file, const char *records, size_t size_bytes,
                   struct error *error)
{
    CHECK(size_bytes == 0 || records[size_bytes - 1] == '\n');
    if (write_whole(file->fd, records, size_bytes) == 0 && fdatasync(file->fd) == 0) {
        file->size_bytes += (off_t)size_bytes;
        return 0;
    }
    error_set_errno(error, "%s", file->path);
    if (ftruncate(file->fd, file->size_bytes) != 0)
        return error_wrap(error, "the last record may be cut short");
    return -1;
}

void append_close(struct append_file *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    free(file->path);
    free(file);
}
