/*
 * The CPU's counter: where there is one it counts a known loop, where there is none it says why.
 */
#include "check.h"
#include "perf_counter.h"

#include <fcntl.h>
#include <unistd.h>

/* At least two instructions an iteration, whatever the compiler makes of it. */
static void spin(uint64_t iterations)
{
    for (uint64_t i = 0; i < iterations; i++)
        __asm__ volatile("nop");
}

static uint64_t count(struct perf_counter *counter, uint64_t iterations)
{
    char why[256] = "";
    uint64_t instructions = 0;
    EXPECT_INT(perf_counter_start(counter, why, sizeof why), 0);
    spin(iterations);
    EXPECT_INT(perf_counter_stop(counter, &instructions, why, sizeof why), 0);
    EXPECT_STR(why, "");
    return instructions;
}

/* A descriptor that is no counter: every failure is said and none is a number. */
static void test_no_counter(void)
{
    char why[256] = "";
    uint64_t instructions = 7;
    struct perf_counter counter = {.fd = open("/dev/null", O_RDWR)};
    EXPECT_INT(perf_counter_start(&counter, why, sizeof why), -1);
    EXPECT(strncmp(why, "cannot start the CPU's counter: ", 32) == 0);
    EXPECT_INT(perf_counter_stop(&counter, &instructions, why, sizeof why), -1);
    EXPECT(strncmp(why, "cannot read the CPU's counter: ", 31) == 0);
    EXPECT_INT(instructions, 7);
    const int fd = counter.fd;
    perf_counter_close(&counter);
    EXPECT_INT(counter.fd, -1);
    EXPECT_INT(fcntl(fd, F_GETFD), -1);
}

int main(void)
{
    test_no_counter();
    char why[256] = "";
    struct perf_counter counter;
    if (perf_counter_open(&counter, why, sizeof why) != 0) {
        EXPECT_INT(counter.fd, -1);
        EXPECT(strncmp(why, "perf_event_open: ", 17) == 0 && strlen(why) > 17);
        EXPECT(strchr(why, '\n') == NULL);
        printf("no counter here: %s\n", why);
        return check_result();
    }
    enum { ITERATIONS = 1000000 };
    const uint64_t once = count(&counter, ITERATIONS);
    const uint64_t twice = count(&counter, 2 * ITERATIONS);
    EXPECT(once >= 2 * ITERATIONS);
    /* In whole instructions an iteration, but for a few that interrupts add. */
    const double each = (double)(twice - once) / ITERATIONS;
    EXPECT_NEAR(each, round(each), 0.001);
    EXPECT_NEAR((double)count(&counter, ITERATIONS), (double)once, 0.001);
    perf_counter_close(&counter);
    return check_result();
}
