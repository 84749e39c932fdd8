/* Which repetitions are believed: the median clock, the tolerance on both sides, the reasons. */
#include "check.h"
#include "run/noise.h"

static struct noise_clock clock_of(const double *ghz, size_t count)
{
    struct noise_clock clock = {.count = 0};
    for (size_t i = 0; i < count; i++)
        noise_clock_add(&clock, ghz[i]);
    return clock;
}

#define MEDIAN(...) \
    median_of((const double[]){__VA_ARGS__}, sizeof(const double[]){__VA_ARGS__} / sizeof(double))

static double median_of(const double *ghz, size_t count)
{
    const struct noise_clock clock = clock_of(ghz, count);
    return noise_clock_median(&clock);
}

static void test_median(void)
{
    const struct noise_clock none = {.count = 0};
    EXPECT(noise_clock_median(&none) == 0.0);
    EXPECT(fabs(MEDIAN(2.8) - 2.8) <= 0.001);
    EXPECT(fabs(MEDIAN(2.8, 3.1, 1.2) - 2.8) <= 0.001);
    EXPECT(fabs(MEDIAN(3.1, 2.8, 3.1, 1.2, 3.1) - 3.1) <= 0.001);
    const double of_four = MEDIAN(1.0, 2.0, 3.0, 4.0);
    EXPECT(of_four >= 2.0 && of_four <= 3.0);
    /* What is no clock is passed over. */
    EXPECT(MEDIAN((double)NAN, 0.0, -1.0, (double)INFINITY) == 0.0);
    EXPECT(fabs(MEDIAN((double)NAN, 2.5, -1.0, 0.0) - 2.5) <= 0.001);
    EXPECT(fabs(MEDIAN(2.5, 1e300, 2.5) - 2.5) <= 0.001);
    /* A quarter of slow readings does not move it. */
    struct noise_clock clock = {.count = 0};
    for (int i = 0; i < 1000; i++)
        noise_clock_add(&clock, i % 4 == 0 ? 1.5 : 3.0);
    EXPECT_INT(clock.count, 1000);
    EXPECT(fabs(noise_clock_median(&clock) - 3.0) <= 0.001);
}

/* A clock that has changed to stay is the usual one after half a window, and not before. */
static void test_change(void)
{
    struct noise_clock clock = {.count = 0};
    for (int i = 0; i < 10 * NOISE_WINDOW; i++)
        noise_clock_add(&clock, 3.65);
    for (int i = 0; i < NOISE_WINDOW / 2 - 1; i++)
        noise_clock_add(&clock, 3.43);
    EXPECT(noise_clock_median(&clock) == 3.65);
    noise_clock_add(&clock, 3.43);
    noise_clock_add(&clock, 3.43);
    EXPECT(noise_clock_median(&clock) == 3.43);
}

static const char *judge(double ghz, double median_ghz, long switches, uint64_t ticks)
{
    static char reason[128];
    strcpy(reason, "untouched");
    return noise_judge(ghz, median_ghz, switches, ticks, reason, sizeof reason);
}

static void test_clock_tolerance(void)
{
    EXPECT(judge(3.0, 3.0, 0, 0) == NULL);
    EXPECT(judge(3.0 * 1.0299, 3.0, 0, 0) == NULL);
    EXPECT(judge(3.0 * 0.9701, 3.0, 0, 0) == NULL);
    EXPECT_STR(judge(3.0 * 1.0301, 3.0, 0, 0), "core clock 3.09 GHz, of late 3.00");
    EXPECT_STR(judge(3.0 * 0.9699, 3.0, 0, 0), "core clock 2.91 GHz, of late 3.00");
    EXPECT(judge(0.0, 3.0, 0, 0) != NULL);
    EXPECT(judge((double)NAN, 3.0, 0, 0) != NULL); /* a clock that nobody read is not believed */
    /* Without a median there is nothing to judge the clock by. */
    EXPECT(judge(1.0, 0.0, 0, 0) == NULL);
    EXPECT(judge(9.0, 0.0, 0, 0) == NULL);
}

static void test_disturbances(void)
{
    EXPECT_STR(judge(3.0, 3.0, 1, 0), "1 involuntary context switches");
    EXPECT_STR(judge(3.0, 0.0, 12, 0), "12 involuntary context switches");
    EXPECT_STR(judge(3.0, 3.0, 0, 2), "the hypervisor took the CPU for 2 ticks");
    /* What took the core away says more than what followed from it. */
    EXPECT_STR(judge(2.0, 3.0, 5, 1), "the hypervisor took the CPU for 1 ticks");
    EXPECT_STR(judge(2.0, 3.0, 5, 0), "5 involuntary context switches");
    char small[12];
    EXPECT_STR(noise_judge(3.0, 3.0, 1, 0, small, sizeof small), "1 involunta");
}

int main(void)
{
    test_median();
    test_change();
    test_clock_tolerance();
    test_disturbances();
    return check_result();
}
