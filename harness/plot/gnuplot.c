#include "plot/gnuplot.h"

#include "error.h"
#include "program_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PARALLEL_MOST = 8,
    ENVIRONMENT_MOST = 16,
    KILL_GRACE_MS = 200, /* between two looks whether a process without output has ended */
    TAIL_BYTES = 2048    /* of standard error that are kept: an error is said last */
};

/* What finds fonts, their cache and shared libraries. Nothing that changes what a script does. */
static const char *const passed_on[] = {"HOME",           "XDG_CACHE_HOME",  "XDG_CONFIG_HOME",
                                        "XDG_DATA_HOME",  "FONTCONFIG_FILE", "FONTCONFIG_PATH",
                                        "LD_LIBRARY_PATH"};

/* A process that runs. */
struct running {
    struct gnuplot_task *task; /* NULL: the place is free */
    pid_t id;
    int errors; /* its standard error; negative when that is at its end */
    double end_s;
    char tail[TAIL_BYTES];
    size_t used; /* of tail */
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

char *gnuplot_find(void)
{
    return program_find("gnuplot");
}

/* In the child, between fork and exec: only what is safe there. Does not return. */
_Noreturn static void become_gnuplot(const char *program, const char *directory, char *const argv[],
                                     char *const environment[], int errors)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0); /* a terminal's ^C is for the caller */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    static const char message[] = "cannot be executed\n";
    if (chdir(directory) == 0)
        execve(program, argv, environment);
    const ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(127);
}

/* Starts the process. Returns its id, or -1 with errno. */
static pid_t start(const char *program, const char *directory, const struct gnuplot_task *task,
                   int errors)
{
    char *environment[ENVIRONMENT_MOST];
    size_t variables = 0;
    environment[variables++] = check_strdup("LC_ALL=C.UTF-8");
    environment[variables++] = check_strdup("GNUTERM=dumb"); /* no default that needs a display */
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        if (getenv(passed_on[i]) != NULL)
            environment[variables++] = check_format("%s=%s", passed_on[i], getenv(passed_on[i]));
    environment[variables] = NULL;

    const char *const words[] = {
        "gnuplot",          "--default-settings", "-c", task->script, task->arguments[0],
        task->arguments[1], task->arguments[2],   NULL};
    char *argv[sizeof words / sizeof *words];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[i] = words[i] != NULL ? check_strdup(words[i]) : NULL;

    const pid_t id = fork();
    if (id == 0)
        become_gnuplot(program, directory, argv, environment, errors);
    const int cause = errno;
    for (size_t i = 0; i < variables; i++)
        free(environment[i]);
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
    errno = cause;
    return id;
}

static void launch(const char *program, const char *directory, struct gnuplot_task *task,
                   unsigned limit_s, struct running *place)
{
    task->exit_code = -1;
    task->timed_out = false;
    task->left_out = false;
    task->said[0] = '\0';
    int errors[2];
    if (pipe2(errors, O_CLOEXEC) != 0) {
        snprintf(task->said, sizeof task->said, "cannot make a pipe: %s", strerror(errno));
        return;
    }
    const pid_t id = start(program, directory, task, errors[1]);
    if (id < 0) {
        snprintf(task->said, sizeof task->said, "cannot start %s: %s", program, strerror(errno));
        close(errors[0]);
    } else {
        *place = (struct running){
            .task = task, .id = id, .errors = errors[0], .end_s = now_s() + (double)limit_s};
    }
    close(errors[1]);
}

/* Reads what the process says; keeps the end of it. */
static void listen_to(struct running *place)
{
    char bytes[TAIL_BYTES / 2];
    const ssize_t got = read(place->errors, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        close(place->errors);
        place->errors = -1;
        return;
    }
    const size_t size = (size_t)got;
    const size_t room = sizeof place->tail - 1;
    if (place->used + size > room) {
        const size_t drop = place->used + size - room;
        place->used -= drop;
        memmove(place->tail, place->tail + drop, place->used);
    }
    memcpy(place->tail + place->used, bytes, size);
    place->used += size;
}

/* Keeps the last line that is not blank. */
static void keep_last_line(struct running *place)
{
    place->tail[place->used] = '\0';
    char *rest = place->tail;
    for (char *line; (line = strsep(&rest, "\r\n")) != NULL;)
        if (line[strspn(line, " \t^")] != '\0')
            snprintf(place->task->said, sizeof place->task->said, "%s", line);
}

/* Ends what is past its time and takes what has ended. Returns whether the place is free. */
static bool look_after(struct running *place)
{
    if (place->task == NULL)
        return true;
    const bool late = now_s() >= place->end_s;
    if (late) {
        kill(-place->id, SIGKILL);
        kill(place->id, SIGKILL);
    } else if (place->errors >= 0) {
        return false;
    }
    int status = 0;
    const pid_t got = waitpid(place->id, &status, late ? 0 : WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return false;
    if (got == place->id && WIFEXITED(status) && !late)
        place->task->exit_code = WEXITSTATUS(status);
    place->task->timed_out = late;
    if (got == place->id && WIFSIGNALED(status) && !late && place->used == 0)
        place->used = (size_t)snprintf(place->tail, sizeof place->tail, "killed by signal %d",
                                       WTERMSIG(status));
    if (place->errors >= 0)
        close(place->errors);
    keep_last_line(place);
    place->task = NULL;
    return true;
}

/* Waits until one of them says something, ends its output, or is to be looked after. */
static void wait_for(struct running *places, size_t parallel)
{
    struct pollfd polled[PARALLEL_MOST];
    int wait_ms = KILL_GRACE_MS;
    for (size_t i = 0; i < parallel; i++) {
        polled[i] =
            (struct pollfd){.fd = places[i].task != NULL ? places[i].errors : -1, .events = POLLIN};
        if (places[i].task != NULL && places[i].errors < 0)
            wait_ms = 1; /* its output is at its end, so it ends any moment */
    }
    if (poll(polled, parallel, wait_ms) <= 0)
        return;
    for (size_t i = 0; i < parallel; i++)
        if (polled[i].fd >= 0 && polled[i].revents != 0)
            listen_to(&places[i]);
}

static bool any_timed_out(const struct gnuplot_task *tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tasks[i].timed_out)
            return true;
    return false;
}

bool gnuplot_run(const char *program, const char *directory, struct gnuplot_task *tasks,
                 size_t count, size_t parallel, unsigned limit_s, bool (*stopped)(void))
{
    CHECK(parallel >= 1 && parallel <= PARALLEL_MOST);
    struct running *const places = check_alloc(parallel, sizeof *places);
    for (size_t i = 0; i < parallel; i++)
        places[i].task = NULL;
    size_t next = 0;
    bool stop = false;
    bool busy = true;
    while (busy) {
        stop = stop || (stopped != NULL && stopped());
        busy = false;
        for (size_t i = 0; i < parallel; i++) {
            if (stop)
                places[i].end_s = 0.0;
            while (look_after(&places[i]) && next < count && !stop && !any_timed_out(tasks, next))
                launch(program, directory, &tasks[next++], limit_s, &places[i]);
            busy = busy || places[i].task != NULL;
        }
        if (busy)
            wait_for(places, parallel);
    }
    for (; next < count; next++) {
        tasks[next].exit_code = -1;
        tasks[next].left_out = true;
    }
    free(places);
    return !stop;
}
