/* The two clocks and the disturbances: forms and directions, no judgement of how fast anything is.
 */
#include "check.h"
#include "clock.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_time(void)
{
    uint64_t last_ns = clock_now_ns();
    EXPECT(last_ns > 0);
    for (unsigned i = 0; i < 1000; i++) {
        const uint64_t now_ns = clock_now_ns();
        EXPECT(now_ns >= last_ns);
        last_ns = now_ns;
    }
    const uint64_t before_ns = clock_now_ns();
    usleep(2000);
    EXPECT(clock_now_ns() - before_ns >= 2000000);
}

static void test_core_clock(void)
{
    double slowest = 0, fastest = 0;
    for (unsigned i = 0; i < 50; i++) {
        const struct clock_reading reading = clock_read();
        EXPECT(isfinite(reading.ghz_best) && isfinite(reading.ghz_mean));
        EXPECT(reading.ghz_mean > 0 && reading.ghz_mean <= reading.ghz_best);
        /* Wide on purpose: a core under an emulator, or one that has yet to be built. */
        EXPECT(reading.ghz_best > 0.01 && reading.ghz_best < 20);
        slowest = i == 0 || reading.ghz_best < slowest ? reading.ghz_best : slowest;
        fastest = reading.ghz_best > fastest ? reading.ghz_best : fastest;
    }
    EXPECT(fastest / slowest < 100);
    const double ghz = clock_core_ghz();
    EXPECT(ghz > 0.01 && ghz < 20);
}

/* A process that competes with its own child for one CPU is switched away from, sooner or later. */
static void test_switches(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) != 0)
        return;
    unsigned first = 0;
    while (!CPU_ISSET(first, &cpus))
        first++;
    CPU_ZERO(&cpus);
    CPU_SET(first, &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) != 0)
        return;
    struct disturbance before, after;
    disturbance_read(&before);
    const pid_t child = fork();
    if (child == 0) {
        const uint64_t end_ns = clock_now_ns() + 10000000000u;
        while (clock_now_ns() < end_ns && getppid() != 1)
            continue;
        _exit(0);
    }
    EXPECT(child > 0);
    const uint64_t limit_ns = clock_now_ns() + 5000000000u;
    do {
        disturbance_read(&after);
    } while (after.involuntary_switches == before.involuntary_switches &&
             clock_now_ns() < limit_ns);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    EXPECT(after.involuntary_switches > before.involuntary_switches);
    EXPECT(after.steal_ticks >= before.steal_ticks);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    EXPECT(after.involuntary_switches <= usage.ru_nivcsw);
}

/* The steal time of the pinned CPU stands in the kernel's own file; both may grow in between. */
static void test_steal(void)
{
    struct disturbance before, after;
    disturbance_read(&before);
    FILE *const file = fopen("/proc/stat", "r");
    if (file == NULL)
        return;
    char line[512], name[32];
    cpu_set_t cpus;
    unsigned long long total = 0, steal;
    EXPECT_INT(sched_getaffinity(0, sizeof cpus, &cpus), 0);
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned cpu;
        if (sscanf(line, "%31s %*u %*u %*u %*u %*u %*u %*u %llu", name, &steal) == 2 &&
            sscanf(name, "cpu%u", &cpu) == 1 && CPU_ISSET(cpu, &cpus))
            total += steal;
    }
    fclose(file);
    disturbance_read(&after);
    EXPECT(before.steal_ticks <= total && total <= after.steal_ticks);
}

int main(void)
{
    test_time();
    test_core_clock();
    test_steal(); /* over all CPUs */
    test_switches();
    test_steal(); /* over one */
    return check_result();
}
