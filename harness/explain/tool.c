#include "explain/tool.h"

#include "clock.h"
#include "error.h"
#include "run/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    POLL_LONGEST_MS = 100,   /* a stop that arrives just before a poll waits no longer */
    OUTPUT_MOST = 256 << 20, /* bytes of a dump or a disassembly that are kept */
    SAID_MOST = 1 << 20,     /* bytes of error messages that are kept */
    PARALLEL_MOST = 8
};

/* ---- Words ---- */

static void words_take(struct words *words, char *word)
{
    words->items = check_realloc(words->items, words->count + 2, sizeof *words->items);
    words->items[words->count++] = word;
    words->items[words->count] = NULL;
}

void words_add(struct words *words, const char *word)
{
    words_take(words, check_strdup(word));
}

void words_addf(struct words *words, const char *format, ...)
{
    va_list arguments;
    char *word = NULL;
    va_start(arguments, format);
    CHECK(vasprintf(&word, format, arguments) >= 0);
    va_end(arguments);
    words_take(words, word);
}

void words_add_all(struct words *words, const struct words *more)
{
    for (size_t i = 0; i < more->count; i++)
        words_add(words, more->items[i]);
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (struct words){.items = NULL};
}

char *tool_find(const char *name)
{
    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0 ? check_strdup(name) : NULL;
    const char *const path = getenv("PATH");
    char *const list = check_strdup(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
    char *found = NULL;
    char *rest = list;
    for (char *entry; found == NULL && (entry = strsep(&rest, ":")) != NULL;) {
        if (*entry != '/') /* empty or relative: whatever lies about in the current directory */
            continue;
        char *const candidate = check_format("%s/%s", entry, name);
        struct stat status;
        if (stat(candidate, &status) == 0 && S_ISREG(status.st_mode) &&
            access(candidate, X_OK) == 0)
            found = candidate;
        else
            free(candidate);
    }
    free(list);
    return found;
}

/* ---- Processes ---- */

/* What a process writes to one of its two streams. */
struct stream {
    int fd; /* negative at its end */
    char *text;
    size_t used, room, most;
};

/* A process that runs. */
struct running {
    pid_t id; /* 0: the place is free */
    struct stream streams[2];
    uint64_t end_ns;
    struct tool_result *result;
};

/* In the child, between fork and exec: only what is safe there. Does not return. */
_Noreturn static void become_tool(char *const argv[], char *const environment[],
                                  const char *directory, int output, int errors)
{
    static const char not_entered[] = "its directory cannot be entered\n";
    static const char not_executed[] = "cannot be executed\n";
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0); /* a terminal's ^C is for us, who then kill it */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    const bool entered = directory == NULL || chdir(directory) == 0;
    if (entered)
        execve(argv[0], argv, environment);
    const ssize_t ignored = entered ? write(STDERR_FILENO, not_executed, sizeof not_executed - 1)
                                    : write(STDERR_FILENO, not_entered, sizeof not_entered - 1);
    (void)ignored;
    _exit(127);
}

/* Ours, in English and without what makes a compiler write where we do not look. */
static char **make_environment(void)
{
    static const char *const left_out[] = {
        "LC_ALL=", "LANGUAGE=", "GCC_COLORS=", "DEPENDENCIES_OUTPUT=", "SUNPRO_DEPENDENCIES=",
        NULL};
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **const environment = check_alloc(count + 2, sizeof *environment);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool keep = true;
        for (size_t j = 0; left_out[j] != NULL; j++)
            keep = keep && strncmp(environ[i], left_out[j], strlen(left_out[j])) != 0;
        if (keep)
            environment[kept++] = environ[i];
    }
    static char english[] = "LC_ALL=C";
    environment[kept++] = english;
    return environment;
}

static int launch(const struct words *words, const char *directory, unsigned limit_s,
                  struct tool_result *result, struct running *place, struct error *error)
{
    int output[2], errors[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        return error_set_errno(error, "cannot make a pipe");
    if (pipe2(errors, O_CLOEXEC) != 0) {
        error_set_errno(error, "cannot make a pipe");
        close(output[0]);
        close(output[1]);
        return -1;
    }
    char **const environment = make_environment();
    const pid_t id = fork();
    if (id == 0)
        become_tool(words->items, environment, directory, output[1], errors[1]);
    if (id < 0)
        error_set_errno(error, "cannot start %s", words->items[0]);
    free(environment);
    close(output[1]);
    close(errors[1]);
    if (id < 0) {
        close(output[0]);
        close(errors[0]);
        return -1;
    }
    *result = (struct tool_result){.exit_code = -1};
    *place = (struct running){
        .id = id,
        .streams = {{.fd = output[0], .most = OUTPUT_MOST}, {.fd = errors[0], .most = SAID_MOST}},
        .end_ns = clock_now_ns() + limit_s * UINT64_C(1000000000),
        .result = result};
    return 0;
}

/* Reads what there is. What is beyond the most is read and dropped. */
static void drain(struct stream *stream)
{
    static char bytes[1 << 16];
    const ssize_t got = read(stream->fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        close(stream->fd);
        stream->fd = -1;
        return;
    }
    size_t size = (size_t)got;
    if (size > stream->most - stream->used)
        size = stream->most - stream->used;
    if (stream->used + size + 1 > stream->room) {
        stream->room = 2 * (stream->used + size + 1);
        stream->text = check_realloc(stream->text, stream->room, 1);
    }
    memcpy(stream->text + stream->used, bytes, size);
    stream->used += size;
}

/* The stream's text as a string: a byte of zero in it becomes a question mark. */
static char *finish_text(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    if (stream->text == NULL)
        return check_strdup("");
    for (size_t i = 0; i < stream->used; i++)
        if (stream->text[i] == '\0')
            stream->text[i] = '?';
    stream->text[stream->used] = '\0';
    return stream->text;
}

/* Ends what is past its time, and takes what has ended. Returns whether the place is free. */
static bool look_after(struct running *place)
{
    if (place->id == 0)
        return true;
    const bool late = clock_now_ns() >= place->end_ns;
    if (late || stop_requested() != 0) {
        kill(-place->id, SIGKILL);
        kill(place->id, SIGKILL);
    } else if (place->streams[0].fd >= 0 || place->streams[1].fd >= 0) {
        return false;
    }
    int status = 0;
    while (waitpid(place->id, &status, 0) < 0 && errno == EINTR)
        if (stop_requested() != 0) {
            kill(-place->id, SIGKILL);
            kill(place->id, SIGKILL);
        }
    place->result->exit_code = WIFEXITED(status)
                                   ? WEXITSTATUS(status)
                                   : 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    place->result->timed_out = late;
    place->result->output = finish_text(&place->streams[0]);
    place->result->said = finish_text(&place->streams[1]);
    place->id = 0;
    return true;
}

static void wait_for(struct running *places, size_t parallel)
{
    struct pollfd polled[2 * PARALLEL_MOST];
    for (size_t i = 0; i < parallel; i++)
        for (size_t j = 0; j < 2; j++)
            polled[2 * i + j] = (struct pollfd){
                .fd = places[i].id != 0 ? places[i].streams[j].fd : -1, .events = POLLIN};
    if (poll(polled, 2 * parallel, POLL_LONGEST_MS) <= 0)
        return;
    for (size_t i = 0; i < parallel; i++)
        for (size_t j = 0; j < 2; j++)
            if (polled[2 * i + j].fd >= 0 && polled[2 * i + j].revents != 0)
                drain(&places[i].streams[j]);
}

int tool_run_all(const struct words *commands, size_t count, const char *directory, size_t parallel,
                 unsigned limit_s, struct tool_result *results, struct error *error)
{
    struct running places[PARALLEL_MOST] = {{.id = 0}};
    if (parallel > PARALLEL_MOST)
        parallel = PARALLEL_MOST;
    for (size_t i = 0; i < count; i++)
        results[i] = (struct tool_result){.exit_code = -1};
    int code = 0;
    size_t next = 0;
    for (bool busy = true; busy;) {
        busy = false;
        for (size_t i = 0; i < parallel; i++) {
            if (look_after(&places[i]) && next < count && code == 0 && stop_requested() == 0) {
                code =
                    launch(&commands[next], directory, limit_s, &results[next], &places[i], error);
                next++;
            }
            busy = busy || places[i].id != 0;
        }
        if (busy)
            wait_for(places, parallel);
    }
    return code;
}

int tool_run(const struct words *words, const char *directory, unsigned limit_s,
             struct tool_result *result, struct error *error)
{
    const int code = tool_run_all(words, 1, directory, 1, limit_s, result, error);
    if (code == 0 && result->output == NULL) { /* a stop came before the start */
        result->output = check_strdup("");
        result->said = check_strdup("");
    }
    return code;
}

void tool_result_free(struct tool_result *result)
{
    free(result->output);
    free(result->said);
    *result = (struct tool_result){.exit_code = -1};
}
