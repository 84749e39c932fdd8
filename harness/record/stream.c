#include "record/stream.h"
#include "front/front.h"
#include "record/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char file_path[PATH_MAX];
static uint8_t buffer[RECORD_BUFFER_BYTES];
static uint8_t *buffer_at = buffer;
static uint64_t checksum;

static void say(const char *text)
{
    (void)!syscall(SYS_write, STDERR_FILENO, text, strlen(text));
}

/* Says what became of the file. Returns false. */
static bool fail(void)
{
    const char *const why = strerrordesc_np(errno);
    say(front_name);
    say(": ");
    say(file_path);
    say(": ");
    say(why != NULL ? why : "unknown error");
    say("; recording ends here\n");
    return false;
}

/* Appends; the file is there already. */
static bool write_out(const uint8_t *bytes, size_t count)
{
    const long fd = syscall(SYS_openat, AT_FDCWD, file_path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    if (fd < 0)
        return fail();
    while (count > 0) {
        const long written = syscall(SYS_write, fd, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            (void)fail();
            (void)syscall(SYS_close, fd);
            return false;
        }
        bytes += written;
        count -= (size_t)written;
    }
    (void)syscall(SYS_close, fd);
    return true;
}

static bool flush(void)
{
    const size_t count = (size_t)(buffer_at - buffer);
    checksum = trace_checksum(checksum, buffer, count);
    buffer_at = buffer;
    return write_out(buffer, count);
}

bool stream_begin(const char *path)
{
    const size_t length = strlen(path);
    if (length >= sizeof file_path)
        return false;
    memcpy(file_path, path, length + 1);
    const long fd = syscall(SYS_openat, AT_FDCWD, file_path, O_WRONLY | O_TRUNC | O_CLOEXEC, 0);
    if (fd < 0)
        return fail();
    (void)syscall(SYS_close, fd);
    checksum = TRACE_CHECKSUM_START;
    memcpy(buffer, TRACE_MAGIC, TRACE_MAGIC_BYTES);
    buffer_at = buffer + TRACE_MAGIC_BYTES;
    return flush(); /* so that a program that crashes soon has left a trace */
}

uint8_t *stream_room(void)
{
    if (buffer_at + TRACE_EVENT_MOST > buffer + sizeof buffer && !flush())
        return NULL;
    return buffer_at;
}

void stream_advance(uint8_t *end)
{
    buffer_at = end;
}

bool stream_end(void)
{
    if (!flush())
        return false;
    uint8_t last[TRACE_CHECKSUM_BYTES];
    (void)trace_put_checksum(last, checksum);
    return write_out(last, sizeof last);
}
