#include "clock_step.h"

#include "clock.h"
#include "keep.h"

#include <stdlib.h>

enum {
    READINGS = 8192,
    DELAYS = 61,    /* different waits between readings, so that many multiples of a step occur */
    MOST_NS = 2000, /* a longer difference is that of an interruption */
    BATCHES = 16,
    BATCH = 256
};

static int compare(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* The mean of those within a quarter of their median: others are multiples, where some did not
 * occur. */
static double usual_distance(uint64_t *distances, size_t count)
{
    qsort(distances, count, sizeof *distances, compare);
    const uint64_t median = distances[count / 2];
    uint64_t sum = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        if (4 * distances[i] >= 3 * median && 4 * distances[i] <= 5 * median) {
            sum += distances[i];
            used++;
        }
    return (double)sum / (double)used;
}

/*
 * Values that differ by 1 or 2 are one value with its rounding. A group that spans more than 3 is
 * a clock whose steps are no larger than its unit.
 */
double clock_step_of(uint64_t *differences_ns, size_t count)
{
    enum { MOST_GROUPS = 64, NEIGHBOUR = 2, ROUNDING = 3 };
    uint64_t distances[MOST_GROUPS];
    size_t distance_count = 0;
    qsort(differences_ns, count, sizeof *differences_ns, compare);
    size_t first = 0;         /* of the group */
    uint64_t last_middle = 0; /* of the group before, doubled */
    for (size_t i = 1; i <= count && distance_count < MOST_GROUPS; i++) {
        if (i < count && differences_ns[i] - differences_ns[i - 1] <= NEIGHBOUR)
            continue;
        if (differences_ns[i - 1] - differences_ns[first] > ROUNDING)
            return 1.0;
        const uint64_t middle = differences_ns[i - 1] + differences_ns[first];
        if (first > 0)
            distances[distance_count++] = middle - last_middle;
        last_middle = middle;
        first = i;
    }
    return distance_count > 0 ? usual_distance(distances, distance_count) / 2.0 : 1.0;
}

static double read_cost_ns(void)
{
    uint64_t best_ns = UINT64_MAX;
    for (int batch = 0; batch < BATCHES; batch++) {
        const uint64_t start_ns = clock_now_ns();
        for (int i = 0; i < BATCH; i++)
            KEEP_VAL(clock_now_ns());
        const uint64_t elapsed_ns = clock_now_ns() - start_ns;
        best_ns = elapsed_ns < best_ns ? elapsed_ns : best_ns;
    }
    return (double)best_ns / (BATCH + 1);
}

struct clock_step clock_step_measure(void)
{
    static uint64_t differences_ns[READINGS];
    size_t count = 0;
    for (unsigned i = 0; i < READINGS; i++) {
        const uint64_t start_ns = clock_now_ns();
        for (unsigned wait = i % DELAYS; wait > 0; wait--)
            KEEP_VAL(wait);
        const uint64_t difference_ns = clock_now_ns() - start_ns;
        if (difference_ns <= MOST_NS)
            differences_ns[count++] = difference_ns;
    }
    return (struct clock_step){clock_step_of(differences_ns, count), read_cost_ns()};
}
