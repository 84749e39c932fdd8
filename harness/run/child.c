#include "run/child.h"

#include "clock.h"
#include "error.h"
#include "run/stop.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REPORT_FD = 3,        /* where a worker sends its lines */
    LINE_LONGEST = 16384, /* a path of PATH_MAX, escaped, and more */
    ARGUMENTS_MOST = 32,
    ENVIRONMENT_MOST = 24,
    DESCRIPTORS_USUAL = 1024,
    POLL_LONGEST_MS = 250 /* a stop that arrives just before a poll waits no longer */
};

/* Bytes of a pipe, cut into lines. */
struct line_buffer {
    char bytes[LINE_LONGEST];
    size_t used;
    bool overflow; /* a line was too long: its rest is passed over */
};

/* The variables that are passed on: what a library outside the standard places needs to be found,
 * and how a sanitizer behaves. Nothing that an allocator or Google Benchmark reads. */
static const char *const passed_on[] = {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                        "TSAN_OPTIONS", "LSAN_OPTIONS"};

/* Fills `environment`, whose first entries are owned by the caller. Returns how many these are. */
static size_t make_environment(const struct child_request *request,
                               char *environment[ENVIRONMENT_MOST])
{
    const char *const preload = request->preload;
    size_t count = 0;
    environment[count++] = check_strdup("LC_ALL=C");
    if (preload != NULL && *preload != '\0')
        environment[count++] = check_format("LD_PRELOAD=%s", preload);
    for (char *const *setting = request->settings; setting != NULL && *setting != NULL; setting++) {
        CHECK(count < ENVIRONMENT_MOST - 1 - sizeof passed_on / sizeof *passed_on);
        environment[count++] = check_strdup(*setting);
    }
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        const char *const value = getenv(passed_on[i]);
        if (value != NULL)
            environment[count++] = check_format("%s=%s", passed_on[i], value);
    }
    environment[count] = NULL;
    return count;
}

/* Closes the descriptors from `first` on. The driver's own are closed by exec, but it may have
 * inherited others. One call since Linux 5.9; where there is none, or a sandbox forbids it, the
 * usual limit of descriptors is taken for the end. */
static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
#endif
    for (int fd = first; fd < DESCRIPTORS_USUAL; fd++)
        close(fd);
}

/* In the child, between fork and exec: only what is safe there. Does not return. */
_Noreturn static void become_worker(const struct child_request *request, char *const argv[],
                                    char *const environment[], int report, int errors)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0); /* a terminal's ^C is for the driver, which then stops the worker */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    bool pinned = true;
    if (request->cpus != NULL)
        pinned = sched_setaffinity(0, sizeof *request->cpus, request->cpus) == 0;
    /* The pipes may have any numbers, those that are about to be given away included. */
    const int report_above = fcntl(report, F_DUPFD_CLOEXEC, REPORT_FD + 1);
    const int errors_above = fcntl(errors, F_DUPFD_CLOEXEC, REPORT_FD + 1);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(errors_above, STDERR_FILENO);
    dup2(report_above, REPORT_FD);
    close_from(REPORT_FD + 1);
    if (pinned)
        execve(request->program, argv, environment);
    static const char not_executed[] = "cannot be executed\n";
    static const char not_pinned[] = "cannot be pinned to its CPUs\n";
    const ssize_t ignored = pinned ? write(STDERR_FILENO, not_executed, sizeof not_executed - 1)
                                   : write(STDERR_FILENO, not_pinned, sizeof not_pinned - 1);
    (void)ignored;
    _exit(127);
}

/* Starts the worker. Returns its id, or -1 with errno. */
static pid_t start(const struct child_request *request, int report, int errors)
{
    char fd_argument[24];
    snprintf(fd_argument, sizeof fd_argument, "--fd=%d", REPORT_FD);
    char *argv[ARGUMENTS_MOST];
    size_t count = 0;
    argv[count++] = check_strdup(request->program);
    for (const char *const *argument = request->arguments; *argument != NULL; argument++) {
        CHECK(count < ARGUMENTS_MOST - 2);
        argv[count++] = check_strdup(*argument);
    }
    argv[count++] = check_strdup(fd_argument);
    argv[count] = NULL;
    char *environment[ENVIRONMENT_MOST];
    const size_t variables = make_environment(request, environment);
    const pid_t id = fork();
    if (id == 0)
        become_worker(request, argv, environment, report, errors);
    const int cause = errno;
    for (size_t i = 0; i < count; i++)
        free(argv[i]);
    for (size_t i = 0; i < variables; i++)
        free(environment[i]);
    errno = cause;
    return id;
}

/* Receives a line; one that is not whole was too long, or was the last and had no newline. */
typedef void take_line_fn(char *line, bool whole, void *user);

/* Takes what can be read, and calls `take` with each line. Returns false at the end of the stream.
 */
static bool drain(int fd, struct line_buffer *buffer, take_line_fn *take, void *user)
{
    const ssize_t got =
        read(fd, buffer->bytes + buffer->used, sizeof buffer->bytes - 1 - buffer->used);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    if (got == 0) {
        buffer->bytes[buffer->used] = '\0';
        if (buffer->used > 0 && !buffer->overflow)
            take(buffer->bytes, false, user);
        return false;
    }
    buffer->used += (size_t)got;
    char *start = buffer->bytes;
    char *const end = buffer->bytes + buffer->used;
    for (char *newline; (newline = memchr(start, '\n', (size_t)(end - start))) != NULL;
         start = newline + 1) {
        *newline = '\0';
        if (!buffer->overflow)
            take(start, true, user);
        buffer->overflow = false;
    }
    buffer->used = (size_t)(end - start);
    memmove(buffer->bytes, start, buffer->used);
    if (buffer->used == sizeof buffer->bytes - 1) {
        buffer->bytes[buffer->used] = '\0';
        if (!buffer->overflow)
            take(buffer->bytes, false, user);
        buffer->overflow = true;
        buffer->used = 0;
    }
    return true;
}

/* What the lines of one worker have said so far. */
struct listener {
    child_line_fn *line;
    void *user;
    bool done;
    bool garbled;
    char last_error[256]; /* last line of standard error */
    char failure[256];    /* text of a `fail` line */
};

static void take_report(char *line, bool whole, void *user)
{
    struct listener *const listener = user;
    char *fields[WIRE_FIELDS];
    const size_t count = whole ? wire_split(line, fields) : 0;
    if (count == 0)
        listener->garbled = true;
    else if (strcmp(fields[0], "done") == 0)
        listener->done = true;
    else if (strcmp(fields[0], "fail") == 0 && count == 2)
        snprintf(listener->failure, sizeof listener->failure, "%s", fields[1]);
    else
        listener->line(fields, count, listener->user);
}

static void take_error(char *line, bool whole, void *user)
{
    (void)whole;
    struct listener *const listener = user;
    if (*line != '\0')
        snprintf(listener->last_error, sizeof listener->last_error, "%s", line);
}

/* Reads both pipes until they end, the limit is reached or a stop is asked for. Returns whether the
 * limit was reached. */
static bool listen_until(int report, int errors, uint64_t end_ns, struct listener *listener)
{
    struct line_buffer report_lines = {.used = 0};
    struct line_buffer error_lines = {.used = 0};
    struct pollfd polled[2] = {{.fd = report, .events = POLLIN}, {.fd = errors, .events = POLLIN}};
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
        const uint64_t now_ns = clock_now_ns();
        if (now_ns >= end_ns)
            return true;
        if (stop_requested() != 0)
            return false;
        const uint64_t left_ms = (end_ns - now_ns) / 1000000 + 1;
        if (poll(polled, 2, left_ms < POLL_LONGEST_MS ? (int)left_ms : POLL_LONGEST_MS) <= 0)
            continue;
        if (polled[0].revents != 0 && !drain(report, &report_lines, take_report, listener))
            polled[0].fd = -1;
        if (polled[1].revents != 0 && !drain(errors, &error_lines, take_error, listener))
            polled[1].fd = -1;
    }
    return false;
}

/* Waits for the worker's end; it is killed when it goes on past the limit or a stop, and what it
 * started is killed in any case. Returns its wait status. */
static int reap(pid_t id, uint64_t end_ns, bool kill_now, bool *timed_out)
{
    for (;;) {
        if (kill_now) {
            kill(-id, SIGKILL);
            kill(id, SIGKILL);
        }
        siginfo_t info = {.si_pid = 0};
        const int flags = WEXITED | WNOWAIT | (kill_now ? 0 : WNOHANG);
        if (waitid(P_PID, (id_t)id, &info, flags) != 0 && errno != EINTR)
            return 0;
        if (info.si_pid == id) {
            int status = 0;
            kill(-id, SIGKILL); /* while its number, which is the group's, is still taken */
            waitpid(id, &status, 0);
            return status;
        }
        if (stop_requested() != 0)
            kill_now = true;
        else if (clock_now_ns() >= end_ns)
            *timed_out = kill_now = true;
        else if (!kill_now)
            usleep(200);
    }
}

static void explain(const struct child_request *request, const struct listener *listener,
                    int status, struct child_result *result)
{
    char *const reason = result->reason;
    const size_t room = sizeof result->reason;
    const char *const said = listener->last_error;
    if (result->timed_out)
        snprintf(reason, room, "no answer within %.0f s", (double)request->limit_ns / 1e9);
    else if (stop_requested() != 0)
        snprintf(reason, room, "stopped");
    else if (WIFSIGNALED(status))
        snprintf(reason, room, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (listener->failure[0] != '\0')
        snprintf(reason, room, "%s", listener->failure);
    else if (WEXITSTATUS(status) != 0)
        snprintf(reason, room, "exit code %d", WEXITSTATUS(status));
    else if (listener->garbled)
        snprintf(reason, room, "sent a line that cannot be read");
    else
        snprintf(reason, room, "ended without its last line");
    const size_t used = strlen(reason);
    /* Timed code has no words for what it finds. */
    if (said[0] == '\0' && !result->timed_out && stop_requested() == 0 && WIFSIGNALED(status) &&
        WTERMSIG(status) == SIGABRT)
        snprintf(reason + used, room - used,
                 ", without a word, as where malloc returns NULL or a block loses what was in it");
    if (said[0] != '\0' && listener->failure[0] == '\0' && stop_requested() == 0)
        snprintf(reason + used, room - used, ": %s", said);
}

int child_run(const struct child_request *request, child_line_fn *line, void *user,
              struct child_result *result, struct error *error)
{
    *result = (struct child_result){.done = false};
    const uint64_t start_ns = clock_now_ns();
    int report[2];
    int errors[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return error_set_errno(error, "cannot make a pipe");
    if (pipe2(errors, O_CLOEXEC) != 0) {
        error_set_errno(error, "cannot make a pipe");
        close(report[0]);
        close(report[1]);
        return -1;
    }
    const pid_t id = start(request, report[1], errors[1]);
    if (id < 0)
        error_set_errno(error, "cannot start %s", request->program);
    close(report[1]);
    close(errors[1]);
    if (id >= 0) {
        struct listener listener = {.line = line, .user = user};
        const uint64_t end_ns = start_ns + request->limit_ns;
        result->timed_out = listen_until(report[0], errors[0], end_ns, &listener);
        const bool kill_now = result->timed_out || stop_requested() != 0;
        const int status = reap(id, end_ns, kill_now, &result->timed_out);
        result->done = listener.done && !listener.garbled && listener.failure[0] == '\0' &&
                       !result->timed_out && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!result->done)
            explain(request, &listener, status, result);
    }
    close(report[0]);
    close(errors[0]);
    result->elapsed_ns = clock_now_ns() - start_ns;
    return id < 0 ? -1 : 0;
}
