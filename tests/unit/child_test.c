/*
 * Worker processes: how each way to end is told, what is stopped with them, and what they get of
 * the driver. The workers are small shell scripts, or this program again.
 */
#include "check.h"
#include "error.h"
#include "in_child.h"
#include "run/child.h"
#include "run/stop.h"
#include "scratch.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#define SECOND UINT64_C(1000000000)

/* Fields of the lines that arrived, joined: "word|field|field;word;". */
struct heard {
    char text[4096];
    size_t used;
};

static void hear(char *const fields[], size_t count, void *user)
{
    struct heard *const heard = user;
    for (size_t i = 0; i < count; i++) {
        const int added = snprintf(heard->text + heard->used, sizeof heard->text - heard->used,
                                   "%s%s", fields[i], i + 1 < count ? "|" : ";");
        heard->used += (size_t)added;
        if (heard->used >= sizeof heard->text)
            abort();
    }
}

static struct heard heard;
static struct child_result result;

static void run_request(const struct child_request *request)
{
    struct error error = {.text = ""};
    heard = (struct heard){.used = 0};
    EXPECT_INT(child_run(request, hear, &heard, &result, &error), 0);
    EXPECT_STR(error.text, "");
    EXPECT(result.elapsed_ns > 0);
    EXPECT_INT(result.done, result.reason[0] == '\0');
}

static const char *const no_arguments[] = {NULL};

/* An executable file with this text behind the line that names the shell. */
static const char *make_script(const char *body)
{
    static unsigned number;
    char name[32];
    snprintf(name, sizeof name, "worker%u", number++);
    char *const text = check_format("#!/bin/sh\n%s\n", body);
    const char *const path = scratch_write(name, text, strlen(text));
    free(text);
    if (chmod(path, 0755) != 0)
        abort();
    return path;
}

static void run_script(const char *body, uint64_t limit_ns)
{
    const struct child_request request = {
        .program = make_script(body), .arguments = no_arguments, .limit_ns = limit_ns};
    run_request(&request);
}

/* Runs the script and returns why it is not done, empty when it is. */
static const char *reason_of(const char *body)
{
    run_script(body, 60 * SECOND);
    EXPECT(!result.timed_out);
    return result.reason;
}

static void test_done(void)
{
    run_script("printf 'one\\ttwo words\\tthr\\\\tee\\nnext\\ndone\\n' >&3", 60 * SECOND);
    EXPECT(result.done && !result.timed_out);
    EXPECT_STR(result.reason, "");
    EXPECT_STR(heard.text, "one|two words|thr\tee;next;");
    /* A line may arrive in pieces, and `done` may be followed by talk. */
    run_script("printf on >&3; sleep 0.05; printf 'e\\tt' >&3; sleep 0.05; printf 'wo\\ndone\\n' "
               ">&3; echo warning >&2",
               60 * SECOND);
    EXPECT(result.done);
    EXPECT_STR(heard.text, "one|two;");
    /* More of standard error than a pipe holds. */
    EXPECT_STR(
        reason_of("i=0; while [ $i -lt 3000 ]; do echo 'a line of fifty bytes, more or less, "
                  "on stderr' >&2; i=$((i + 1)); done; echo done >&3"),
        "");
}

static void test_arguments(void)
{
    static const char *const arguments[] = {"measure", "--variant=a b", "", "$HOME", NULL};
    const struct child_request request = {
        .program = make_script("for a in \"$@\"; do printf 'argument\\t%s\\n' \"$a\" >&3; done; "
                               "echo done >&3"),
        .arguments = arguments,
        .limit_ns = 60 * SECOND};
    run_request(&request);
    EXPECT_STR(heard.text, "argument|measure;argument|--variant=a b;argument|;argument|$HOME;"
                           "argument|--fd=3;");
}

static void test_failures(void)
{
    EXPECT_STR(reason_of("exit 7"), "exit code 7");
    EXPECT_STR(reason_of("echo done >&3; exit 7"), "exit code 7");
    EXPECT_STR(reason_of("exit 0"), "ended without its last line");
    EXPECT_STR(reason_of("kill -SEGV $$"), "killed by signal 11 (Segmentation fault)");
    EXPECT_STR(
        reason_of("echo done >&3; kill -ABRT $$"),
        "killed by signal 6 (Aborted), without a word, as where malloc returns NULL or a block "
        "loses what was in it");
    EXPECT_STR(reason_of("printf 'fail\\tno such\\\\tcell\\n' >&3; echo talk >&2; exit 1"),
               "no such\tcell");
    EXPECT_STR(reason_of("printf 'fail\\tanyway\\n' >&3; echo done >&3"), "anyway");
    /* The last line of standard error tells why, also when its end is missing. */
    EXPECT_STR(reason_of("echo first >&2; echo last >&2; exit 3"), "exit code 3: last");
    EXPECT_STR(reason_of("echo first >&2; echo >&2; exit 3"), "exit code 3: first");
    EXPECT_STR(reason_of("echo first >&2; printf 'no newline' >&2; exit 3"),
               "exit code 3: no newline");
    EXPECT_STR(reason_of("echo 'malloc: corrupt' >&2; kill -ABRT $$"),
               "killed by signal 6 (Aborted): malloc: corrupt");
}

static void test_garbage(void)
{
    const char *const unreadable = "sent a line that cannot be read";
    EXPECT_STR(reason_of("printf 'bad\\\\escape\\ndone\\n' >&3"), unreadable);
    EXPECT_STR(reason_of("i=0; while [ $i -lt 30 ]; do printf 'x\\t' >&3; i=$((i + 1)); done; "
                         "printf '\\ndone\\n' >&3"),
               unreadable);
    /* A line that is longer than any that a worker sends; what is behind it is read. */
    EXPECT_STR(
        reason_of("head -c 40000 /dev/zero | tr '\\0' x >&3; printf '\\nnext\\tline\\ndone\\n' "
                  ">&3"),
        unreadable);
    EXPECT_STR(heard.text, "next|line;");
    /* A line cut short is none. */
    EXPECT_STR(reason_of("printf 'one\\ntw' >&3"), unreadable);
    EXPECT_STR(heard.text, "one;");
    EXPECT_STR(reason_of("printf done >&3"), unreadable);
    /* A long last line of standard error is cut, not lost. */
    const char *const reason = reason_of("head -c 40000 /dev/zero | tr '\\0' y >&2; exit 4");
    EXPECT(strncmp(reason, "exit code 4: yyyyyyyy", 21) == 0);
    EXPECT(strlen(reason) < sizeof result.reason);
    EXPECT(strchr(reason, '\n') == NULL);
    EXPECT_STR(reason_of("head -c 40000 /dev/zero | tr '\\0' y >&2; echo >&2; echo z >&2; exit 4"),
               "exit code 4: z");
}

static void test_not_startable(void)
{
    struct child_request request = {
        .program = scratch_path("nowhere"), .arguments = no_arguments, .limit_ns = 60 * SECOND};
    run_request(&request);
    EXPECT(!result.done);
    EXPECT_STR(result.reason, "exit code 127: cannot be executed");
    request.program = scratch_write("no_program", "text", 4);
    run_request(&request);
    EXPECT_STR(result.reason, "exit code 127: cannot be executed");
}

/* The number that a script wrote into a file of the scratch directory; waits for it. */
static pid_t read_id(const char *name)
{
    for (int i = 0; i < 1000; i++) {
        const long id = strtol(scratch_read(scratch_path(name)), NULL, 10);
        if (id > 0)
            return (pid_t)id;
        usleep(10000);
    }
    return -1;
}

/* The letter of the process's state (proc(5)), or 0 when there is no such process. */
static char state_of(pid_t id)
{
    char path[64];
    char stat[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)id);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd >= 0 ? read(fd, stat, sizeof stat - 1) : 0;
    if (fd >= 0)
        close(fd);
    stat[got > 0 ? got : 0] = '\0';
    const char *const name_end = strrchr(stat, ')');
    return name_end != NULL ? name_end[2] : '\0';
}

/* Whether the process ends within some seconds; one that nobody waits for has ended too. */
static bool is_gone(pid_t id)
{
    for (int i = 0; i < 500; i++) {
        const char state = state_of(id);
        if (state == '\0' || state == 'Z' || state == 'X')
            return true;
        usleep(10000);
    }
    return false;
}

static void test_time_out(void)
{
    char body[1024];
    snprintf(body, sizeof body,
             "trap '' TERM INT HUP\nsleep 600 & echo $! >%s.new; mv %s.new %s\n"
             "echo 'still here' >&2\nprintf 'one\\n' >&3\nsleep 600",
             scratch_path("sleeper"), scratch_path("sleeper"), scratch_path("sleeper"));
    run_script(body, SECOND / 2);
    EXPECT(result.timed_out && !result.done);
    EXPECT(strncmp(result.reason, "no answer within ", 17) == 0);
    EXPECT(strstr(result.reason, ": still here") != NULL);
    EXPECT(result.elapsed_ns >= SECOND / 2);
    EXPECT_STR(heard.text, "one;");
    EXPECT(is_gone(read_id("sleeper"))); /* the whole group, not the worker alone */

    /* One that closes its streams, and then goes on. */
    run_script("echo done >&3\nexec 2>&- 3>&-\nsleep 600", SECOND / 2);
    EXPECT(result.timed_out && !result.done);
    /* One that is gone, while another process holds its streams. */
    run_script("echo done >&3\nsleep 600 &", SECOND / 2);
    EXPECT(result.timed_out && !result.done);
    /* A flood of lines does not put the limit off. */
    run_script("while :; do echo line >&2; done", SECOND / 2);
    EXPECT(result.timed_out && !result.done);
}

/* What a worker that is done leaves behind would disturb those that follow. */
static void test_nothing_is_left(void)
{
    char body[512];
    snprintf(body, sizeof body, "sleep 600 2>&- 3>&- & echo $! >%s\necho done >&3",
             scratch_path("left"));
    run_script(body, 60 * SECOND);
    EXPECT(result.done && !result.timed_out);
    EXPECT(is_gone(read_id("left")));
}

static void test_environment(void)
{
    static const char *const ours[] = {"MALLOC_ARENA_MAX",   "MALLOC_CONF", "GLIBC_TUNABLES",
                                       "MIMALLOC_VERBOSE",   "LD_PRELOAD",  "LD_AUDIT",
                                       "BENCHMARK_FILTER",   "LC_NUMERIC",  "HOME",
                                       "TCMALLOC_STACKTRACE"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        setenv(ours[i], "1", 1);
    setenv("LD_LIBRARY_PATH", "/nowhere/lib", 1);
    static const char *const sanitizers[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                                             "LSAN_OPTIONS"};
    for (size_t i = 0; i < sizeof sanitizers / sizeof *sanitizers; i++)
        unsetenv(sanitizers[i]);
    const char *const script =
        make_script("tr '\\0' '\\n' </proc/$$/environ | sort >&3; echo done >&3");
    struct child_request request = {
        .program = script, .arguments = no_arguments, .limit_ns = 60 * SECOND};
    run_request(&request);
    EXPECT_STR(heard.text, "LC_ALL=C;LD_LIBRARY_PATH=/nowhere/lib;");
    request.preload = "";
    run_request(&request);
    EXPECT_STR(heard.text, "LC_ALL=C;LD_LIBRARY_PATH=/nowhere/lib;");
    request.preload = "libc.so.6";
    run_request(&request);
    EXPECT_STR(heard.text, "LC_ALL=C;LD_LIBRARY_PATH=/nowhere/lib;LD_PRELOAD=libc.so.6;");
    unsetenv("LD_LIBRARY_PATH");
    setenv("TSAN_OPTIONS", "x=1", 1);
    setenv("ASAN_OPTIONS", "y=2", 1);
    request.preload = NULL;
    run_request(&request);
    EXPECT_STR(heard.text, "ASAN_OPTIONS=y=2;LC_ALL=C;TSAN_OPTIONS=x=1;");
    unsetenv("TSAN_OPTIONS");
    unsetenv("ASAN_OPTIONS");
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        unsetenv(ours[i]);
}

/* This program as a worker: what it finds in its process, one line a thing. */
static int describe_process(void)
{
    for (int fd = 0; fd < 1024; fd++) {
        struct stat status;
        if (fstat(fd, &status) != 0)
            continue;
        const bool null = S_ISCHR(status.st_mode) && major(status.st_rdev) == 1 &&
                          minor(status.st_rdev) == 3; /* of /dev/null; null(4) */
        dprintf(3, "fd\t%d\t%s\n", fd, null ? "null" : S_ISFIFO(status.st_mode) ? "pipe" : "other");
    }
    static const int signals[] = {SIGINT, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < 3; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) != 0 || action.sa_handler != SIG_DFL)
            dprintf(3, "signal\t%d\n", signals[i]);
    }
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == 1)
        dprintf(3, "pinned\n");
    if (getpgrp() == getpid())
        dprintf(3, "leader\n");
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0)
        dprintf(3, "no core\n");
    dprintf(3, "done\n");
    return 0;
}

static void test_process(void)
{
    int leaks[3];
    for (size_t i = 0; i < 3; i++)
        leaks[i] = open("/dev/zero", O_RDONLY); /* without O_CLOEXEC, as a shell's may be */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    static const char *const arguments[] = {"describe_process", NULL};
    cpu_set_t ours;
    CPU_ZERO(&ours);
    sched_getaffinity(0, sizeof ours, &ours);
    size_t cpu = 0;
    while (!CPU_ISSET(cpu, &ours))
        cpu++;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    const struct child_request request = {
        .program = "/proc/self/exe", .arguments = arguments, .cpus = &one, .limit_ns = 60 * SECOND};
    run_request(&request);
    EXPECT_STR(result.reason, "");
    EXPECT_STR(heard.text, "fd|0|null;fd|1|null;fd|2|pipe;fd|3|pipe;pinned;leader;no core;");

    /* A process that cannot be where it is said to be is none. */
    struct child_request nowhere = request;
    cpu_set_t last;
    CPU_ZERO(&last);
    CPU_SET(CPU_SETSIZE - 1, &last);
    nowhere.cpus = &last;
    if (sysconf(_SC_NPROCESSORS_CONF) < CPU_SETSIZE) {
        run_request(&nowhere);
        EXPECT(!result.done);
        EXPECT(strstr(result.reason, "cannot be pinned") != NULL);
    }
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);

    /* The same when the pipes of the driver have the very numbers that the worker needs. */
    int kept[4];
    for (int fd = 0; fd < 4; fd++) {
        kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        close(fd);
    }
    struct error error = {.text = ""};
    heard = (struct heard){.used = 0};
    const int code = child_run(&request, hear, &heard, &result, &error);
    for (int fd = 0; fd < 4; fd++) {
        close(fd);
        if (kept[fd] >= 0) {
            dup2(kept[fd], fd);
            close(kept[fd]);
        }
    }
    EXPECT_INT(code, 0);
    EXPECT_STR(result.reason, "");
    EXPECT_STR(heard.text, "fd|0|null;fd|1|null;fd|2|pipe;fd|3|pipe;pinned;leader;no core;");
    for (size_t i = 0; i < 3; i++)
        close(leaks[i]);
}

static void test_own_descriptors(void)
{
    const int before = open("/dev/null", O_RDONLY);
    close(before);
    run_script("echo done >&3", 60 * SECOND);
    run_script("exit 1", 60 * SECOND);
    const int after = open("/dev/null", O_RDONLY);
    EXPECT_INT(after, before); /* the lowest free one is still the same */
    close(after);
}

/* A driver with a sleeping worker. */
static int drive_sleeper(void)
{
    char body[512];
    snprintf(body, sizeof body, "echo $$ >%s; exec sleep 600", scratch_path("orphan"));
    run_script(body, 600 * SECOND);
    return 0;
}

static void test_dies_with_the_driver(void)
{
    scratch_path("make the directory before there are two processes");
    fflush(NULL);
    const pid_t driver = fork();
    if (driver == 0)
        _exit(drive_sleeper());
    const pid_t worker = read_id("orphan");
    EXPECT(worker > 0);
    kill(driver, SIGKILL);
    waitpid(driver, NULL, 0);
    EXPECT(is_gone(worker));
}

/* A worker whose driver is asked to stop. */
static int drive_stop(void)
{
    stop_install();
    char body[512];
    snprintf(body, sizeof body, "echo $$ >%s; kill -TERM $PPID; sleep 600",
             scratch_path("stopped"));
    run_script(body, 600 * SECOND);
    EXPECT(!result.done && !result.timed_out);
    EXPECT_STR(result.reason, "stopped");
    EXPECT_INT(stop_requested(), SIGTERM);
    EXPECT(result.elapsed_ns < 60 * SECOND);
    return check_failures == 0 ? 0 : 1;
}

static void test_stop(void)
{
    const struct child_end end = run_in_child(drive_stop);
    EXPECT(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0);
    EXPECT_STR(end.text, "");
    EXPECT(is_gone(read_id("stopped")));
    EXPECT_INT(stop_requested(), 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "describe_process") == 0)
        return describe_process();
    test_done();
    test_arguments();
    test_failures();
    test_garbage();
    test_not_startable();
    test_time_out();
    test_nothing_is_left();
    test_environment();
    test_process();
    test_own_descriptors();
    test_dies_with_the_driver();
    test_stop();
    return check_result();
}
