#include "record/stream.h"
#include "front/front.h"
#include "record/record.h"
#include "trace/trace_checksum.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char file_path[PATH_MAX];
static uint8_t buffer[RECORD_BUFFER_BYTES];
static uint8_t *buffer_at = buffer;
static size_t on_file; /* bytes of the buffer that are there already */
static struct trace_checksum checksum;

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

/* What the checksum has no whole stripe of stays in the buffer too. */
static bool flush(void)
{
    const size_t count = (size_t)(buffer_at - buffer);
    const size_t rest = count % TRACE_STRIPE_BYTES;
    const bool written = write_out(buffer + on_file, count - on_file);
    trace_checksum_add(&checksum, buffer, count - rest);
    memmove(buffer, buffer + count - rest, rest);
    buffer_at = buffer + rest;
    on_file = rest;
    return written;
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
    checksum = trace_checksum_begin();
    on_file = 0;
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
    (void)trace_put_checksum(last, trace_checksum_end(&checksum, buffer, on_file));
    return write_out(last, sizeof last);
}
