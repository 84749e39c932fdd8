/*
 * A clock that is set is the one that the library prints, and no program waits a second for it.
 *
 * Proved where the kernel tells no clock: in a mount namespace of its own, with a /proc/cpuinfo
 * without clock and without /sys/devices/system/cpu. There a program that sets none must wait, or
 * this test would prove nothing. Needs the right to make such a namespace, and is skipped without.
 */
#include "check.h"
#include "gbench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLOCK_PATH "/sys/devices/system/cpu/cpu0/tsc_freq_khz"

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void nothing(void *user, int64_t iterations)
{
    (void)user;
    (void)iterations;
}

/*
 * Runs one benchmark, in a process of its own: the library asks for the clock once. Returns how
 * long that took, in seconds, and in `text` what was printed above the results.
 */
static double run_program(double clock_hz, char *text, size_t size)
{
    FILE *const printed = tmpfile();
    if (printed == NULL)
        abort();
    fflush(NULL);
    const double start_s = now_s();
    const pid_t child = fork();
    if (child == 0) {
        dup2(fileno(printed), STDOUT_FILENO);
        dup2(fileno(printed), STDERR_FILENO);
        char program[] = "clock";
        char *arguments[] = {program, NULL};
        int argument_count = 1;
        if (clock_hz > 0)
            bm_set_clock_hz(clock_hz);
        bm_initialize(&argument_count, arguments);
        bm_iterations(bm_register_loop("nothing", nothing, NULL), 1);
        const size_t selected = bm_run_specified_benchmarks(NULL, NULL);
        fflush(NULL);
        _exit(selected == 1 ? 0 : 1);
    }
    int status = 1;
    EXPECT(waitpid(child, &status, 0) == child);
    const double elapsed_s = now_s() - start_s;
    EXPECT_INT(status, 0);
    rewind(printed);
    text[fread(text, 1, size - 1, printed)] = '\0';
    fclose(printed);
    return elapsed_s;
}

/* What the answer is, and that no other file is answered for. */
static void test_files(void)
{
    char line[64] = "";
    const bool from_kernel = access(CLOCK_PATH, R_OK) == 0;
    FILE *stream = fopen(CLOCK_PATH, "r");
    EXPECT_INT(stream != NULL, from_kernel); /* nothing is set yet */
    if (stream != NULL)
        fclose(stream);
    bm_set_clock_hz(2345e6);
    if (!from_kernel) {
        stream = fopen(CLOCK_PATH, "r");
        EXPECT(stream != NULL);
        EXPECT(fgets(line, sizeof line, stream) != NULL);
        EXPECT_STR(line, "2345000\n");
        EXPECT(fgets(line, sizeof line, stream) == NULL);
        fclose(stream);
    }
    errno = 0;
    EXPECT(fopen(CLOCK_PATH ".not", "r") == NULL);
    EXPECT_INT(errno, ENOENT);
    stream = fopen("/proc/self/stat", "r");
    int pid = 0;
    EXPECT(stream != NULL && fscanf(stream, "%d", &pid) == 1);
    EXPECT_INT(pid, getpid());
    fclose(stream);
}

/* Puts this process where no kernel tells a clock. Returns whether that was permitted. */
static bool enter_clockless_place(void)
{
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    char path[] = "/tmp/cpuinfo.XXXXXX";
    const int fd = mkstemp(path);
    static const char text[] = "processor\t: 0\nmodel name\t: of no clock\n";
    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1)
        return false;
    close(fd);
    const bool done = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                      mount(path, "/proc/cpuinfo", NULL, MS_BIND, NULL) == 0 &&
                      (mount("none", "/sys/devices/system/cpu", "tmpfs", 0, NULL) == 0 ||
                       access("/sys/devices/system/cpu", F_OK) != 0);
    unlink(path);
    return done;
}

int main(void)
{
    fflush(NULL);
    const pid_t child = fork(); /* so that what follows starts with no clock set */
    if (child == 0) {
        test_files();
        _exit(check_result());
    }
    int status = 1;
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT_INT(status, 0);

    if (!enter_clockless_place()) {
        printf("skipped: a mount namespace is not permitted here: %s\n", strerror(errno));
        return check_failures == 0 ? TEST_SKIPPED : EXIT_FAILURE;
    }
    char text[4096];
    const double waiting_s = run_program(0, text, sizeof text);
    EXPECT(waiting_s >= 0.95);
    const double told_s = run_program(2345e6, text, sizeof text);
    EXPECT(told_s < 0.5);
    EXPECT(strstr(text, "X 2345 MHz") != NULL);
    printf("start to end: %.3f s without a clock, %.3f s with one\n", waiting_s, told_s);
    return check_result();
}
