#include "perf_counter.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What read gives for the format that is asked for below. */
struct reading {
    uint64_t value;
    uint64_t enabled_ns; /* that it was to count */
    uint64_t running_ns; /* that it did count */
};

static const char *explain(int cause)
{
    switch (cause) {
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        return "the CPU shows no counter of instructions, as most virtual machines do not";
    case EACCES:
    case EPERM:
        return "not permitted; sysctl kernel.perf_event_paranoid=2, or in a container the right "
               "to call perf_event_open";
    case ENOSYS:
        return "this kernel has no perf_event_open";
    default:
        return strerror(cause);
    }
}

static int fail(char *why, size_t room, const char *what, int cause)
{
    snprintf(why, room, "%s: %s", what, explain(cause));
    return -1;
}

int perf_counter_open(struct perf_counter *counter, char *why, size_t room)
{
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
    attributes.disabled = 1;
    attributes.inherit = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    const long fd =
        syscall(SYS_perf_event_open, &attributes, 0, -1, -1, (unsigned long)PERF_FLAG_FD_CLOEXEC);
    *counter = (struct perf_counter){.fd = (int)fd};
    return fd >= 0 ? 0 : fail(why, room, "perf_event_open", errno);
}

void perf_counter_close(struct perf_counter *counter)
{
    close(counter->fd);
    *counter = (struct perf_counter){.fd = -1};
}

static int take_reading(const struct perf_counter *counter, struct reading *reading)
{
    const ssize_t got = read(counter->fd, reading, sizeof *reading);
    if (got >= 0 && got != (ssize_t)sizeof *reading)
        errno = EIO;
    return got == (ssize_t)sizeof *reading ? 0 : -1;
}

int perf_counter_start(struct perf_counter *counter, char *why, size_t room)
{
    /* Not set to 0 instead: what threads that have ended counted would stay. */
    struct reading reading;
    if (take_reading(counter, &reading) != 0 || ioctl(counter->fd, PERF_EVENT_IOC_ENABLE, 0) != 0)
        return fail(why, room, "cannot start the CPU's counter", errno);
    counter->before = reading.value;
    return 0;
}

int perf_counter_stop(struct perf_counter *counter, uint64_t *instructions, char *why, size_t room)
{
    struct reading reading;
    if (ioctl(counter->fd, PERF_EVENT_IOC_DISABLE, 0) != 0 || take_reading(counter, &reading) != 0)
        return fail(why, room, "cannot read the CPU's counter", errno);
    if (reading.running_ns != reading.enabled_ns) {
        snprintf(why, room, "others use the CPU's counters: it counted a part of the time only");
        return -1;
    }
    *instructions = reading.value - counter->before;
    return 0;
}
