#include "data/shift.h"

#include "error.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Above this the exact distribution takes milliseconds, and differs from the normal one by nothing
 * that is seen. */
enum { EXACT_DIFFERENCES = 2500 };

/* Rounding in 1 - level must not cost a rank whose coverage is the level exactly. */
static const double LEVEL_SLACK = 1e-12;

/*
 * The largest rank from the exact distribution. Of the count + base_count places in the common
 * order the smaller group takes some, each set of places with the same probability; U is the sum
 * over its members of how many of the other group stand before. ways[j][u] counts the sets of j
 * places so far with that sum: a place is taken as the next member or not.
 */
static size_t exact_rank(size_t fewer, size_t more, double tail)
{
    const size_t sums = fewer * more / 2 + 1; /* the distribution is symmetric */
    double *const ways = check_alloc((fewer + 1) * sums, sizeof *ways);
    ways[0] = 1;
    double all = 1;
    for (size_t place = 1; place <= fewer + more; place++) {
        for (size_t j = place < fewer ? place : fewer; j >= 1; j--) {
            const size_t before = place - j; /* of the other group */
            for (size_t u = before; u < sums && before <= more; u++)
                ways[j * sums + u] += ways[(j - 1) * sums + u - before];
        }
        if (place > more)
            all *= (double)place / (double)(place - more);
    }
    size_t rank = 0;
    double sum = 0;
    for (size_t u = 0; u < sums; u++, rank++) {
        sum += ways[fewer * sums + u];
        if (sum / all > tail)
            break;
    }
    free(ways);
    return rank;
}

static size_t normal_rank(size_t count, size_t base_count, double tail)
{
    const double n = (double)count, m = (double)base_count;
    const double mean = n * m / 2, deviation = sqrt(n * m * (n + m + 1) / 12);
    /* Twice the tail is erfc of the distance over the root of 2: found by halving the range. */
    double near = 0, far = 40;
    for (int step = 0; step < 100; step++) {
        const double middle = (near + far) / 2;
        if (erfc(middle / sqrt(2)) / 2 > tail)
            near = middle;
        else
            far = middle;
    }
    /* P(U <= u) with the correction for continuity. */
    const double most = mean - far * deviation - 0.5;
    return most < 0 ? 0 : (size_t)most + 1;
}

size_t shift_rank(size_t count, size_t base_count, double level)
{
    CHECK(level > 0 && level < 1);
    if (count == 0 || base_count == 0)
        return 0;
    const size_t fewer = count < base_count ? count : base_count;
    const size_t more = count + base_count - fewer;
    const double tail = (1 - level) / 2 + LEVEL_SLACK;
    return more <= EXACT_DIFFERENCES / fewer ? exact_rank(fewer, more, tail)
                                             : normal_rank(count, base_count, tail);
}

/* The groups, as logarithms that ascend. */
struct groups {
    const double *logs;
    size_t count;
    const double *bases;
    size_t base_count;
};

/* How many differences are at most `limit`: a walk along the border of those that are, in a matrix
 * whose rows and columns ascend. */
static size_t count_up_to(const struct groups *groups, double limit)
{
    size_t total = 0, below = 0;
    for (size_t b = 0; b < groups->base_count; b++) {
        while (below < groups->count && groups->logs[below] - groups->bases[b] <= limit)
            below++;
        total += below;
    }
    return total;
}

/* Doubles as whole numbers in the same order: those of IEEE 754, the negative ones turned over. */
static int64_t to_order(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_order(int64_t order)
{
    const int64_t bits = order < 0 ? INT64_MIN - order : order;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The difference of that rank, from 1, in ascending order: the least double that so many
 * differences do not exceed, found by halving. */
static double difference_at(const struct groups *groups, size_t rank)
{
    int64_t low = to_order(groups->logs[0] - groups->bases[groups->base_count - 1]);
    int64_t high = to_order(groups->logs[groups->count - 1] - groups->bases[0]);
    while (low < high) {
        const int64_t middle = (int64_t)((uint64_t)low + ((uint64_t)high - (uint64_t)low) / 2);
        if (count_up_to(groups, from_order(middle)) >= rank)
            high = middle;
        else
            low = middle + 1;
    }
    return from_order(low);
}

double shift_ratio_low(const double *logs, size_t count, const double *base_logs, size_t base_count,
                       size_t rank)
{
    const struct groups groups = {logs, count, base_logs, base_count};
    return rank > 0 ? exp(difference_at(&groups, rank)) : (double)NAN;
}

struct stats_interval shift_ratio(const double *logs, size_t count, const double *base_logs,
                                  size_t base_count, size_t rank)
{
    CHECK(count > 0 && base_count > 0);
    const struct groups groups = {logs, count, base_logs, base_count};
    const size_t differences = count * base_count;
    CHECK(2 * rank <= differences + 1);
    struct stats_interval interval = {.low = (double)NAN, .high = (double)NAN};
    const double middle = difference_at(&groups, (differences + 1) / 2);
    interval.median = differences % 2 == 1
                          ? exp(middle)
                          : exp((middle + difference_at(&groups, differences / 2 + 1)) / 2);
    if (rank > 0) {
        interval.low = exp(difference_at(&groups, rank));
        interval.high = exp(difference_at(&groups, differences + 1 - rank));
    }
    return interval;
}
