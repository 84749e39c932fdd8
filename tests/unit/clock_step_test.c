/* The step of clocks that are known, and this one's. */
#include "check.h"
#include "clock_step.h"

enum { COUNT = 4000 };

static uint64_t differences[COUNT];

/* Differences of a clock of `step_ns` whose readings are cut to whole ns, from 20 ns up to 20 +
 * `span` later. */
static double step_of(double step_ns, double span_ns)
{
    for (int i = 0; i < COUNT; i++) {
        /* Two numbers without a common period spread start and length. */
        const double start_ns = fmod(i * 618.034, 100000);
        const double end_ns = start_ns + 20 + fmod(i * 0.7548776, 1) * span_ns;
        const double first = floor(floor(start_ns / step_ns) * step_ns);
        const double last = floor(floor(end_ns / step_ns) * step_ns);
        differences[i] = (uint64_t)(last - first);
    }
    return clock_step_of(differences, COUNT);
}

int main(void)
{
    EXPECT_NEAR(step_of(1, 100), 1, 0);
    EXPECT_NEAR(step_of(2, 100), 1, 0); /* not to be told from rounding */
    EXPECT_NEAR(step_of(10, 100), 10, 0);
    EXPECT_NEAR(step_of(41.6667, 400), 41.6667, 0.02);
    EXPECT_NEAR(step_of(100, 900), 100, 0);
    EXPECT_NEAR(step_of(1000, 5000), 1000, 0);
    EXPECT_NEAR(step_of(4000000, 20000000), 4000000, 0);
    EXPECT_NEAR(step_of(1e9, 100), 1, 0); /* it never advanced */
    EXPECT_NEAR(clock_step_of(differences, 0), 1, 0);
    /* One multiple did not occur: the usual distance counts. */
    uint64_t gap[] = {20, 30, 40, 60, 70, 80, 20, 31, 40};
    EXPECT_NEAR(clock_step_of(gap, sizeof gap / sizeof *gap), 10, 0.02);

    const struct clock_step here = clock_step_measure();
    EXPECT(here.step_ns >= 1 && here.reading_ns > 0);
    return check_result();
}
