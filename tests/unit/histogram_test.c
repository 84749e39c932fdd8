/* The histogram against values that are sorted. */
#include "check.h"
#include "histogram.h"

#include <stdlib.h>

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *state >> 11;
}

/* Each bucket begins where the last one ends, and no one is wider than one part in STEPS. */
static void test_buckets(void)
{
    uint64_t wrong = 0;
    for (size_t i = 1; i < HISTOGRAM_BUCKETS; i++) {
        const uint64_t low = histogram_upper(i - 1) + 1, high = histogram_upper(i);
        wrong += histogram_bucket(low) != i || histogram_bucket(high) != i;
        wrong += (high - low) * HISTOGRAM_STEPS > low;
    }
    EXPECT_INT(wrong, 0);
    EXPECT_INT(histogram_bucket(0), 0);
    EXPECT_INT(histogram_bucket(127), 127);
    EXPECT_INT(histogram_bucket(128), 128);
    EXPECT_INT(histogram_bucket(129), 128);
    EXPECT_INT(histogram_upper(128), 129);
    EXPECT(histogram_upper(HISTOGRAM_BUCKETS - 1) == (UINT64_C(1) << 41) - 1);
    EXPECT_INT(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

static int compare(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* Ranks are exact; values to one part in STEPS upwards, small ones exactly. */
static void test_quantiles(void)
{
    enum { COUNT = 20000 };
    static struct histogram histogram;
    static uint64_t values[COUNT];
    uint64_t state = 5;
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = next_random(&state) >> next_random(&state) % 50;
        if (values[i] >= UINT64_C(1) << 41)
            values[i] %= UINT64_C(1) << 41;
        histogram_record(&histogram, values[i]);
    }
    qsort(values, COUNT, sizeof *values, compare);
    EXPECT_INT(histogram.total, COUNT);
    EXPECT(histogram.most == values[COUNT - 1]);
    unsigned wrong = 0;
    for (size_t rank = 1; rank <= COUNT; rank++) {
        const uint64_t exact = values[rank - 1];
        const uint64_t told = histogram_quantile(&histogram, ((double)rank - 0.5) / COUNT);
        wrong += told < exact || told - exact > exact / HISTOGRAM_STEPS ||
                 (exact < 2 * HISTOGRAM_STEPS && told != exact);
    }
    EXPECT_INT(wrong, 0);
    EXPECT(histogram_quantile(&histogram, 1) == values[COUNT - 1]);
}

static void test_few(void)
{
    static struct histogram histogram;
    histogram_record(&histogram, 1000003);
    EXPECT_INT(histogram_quantile(&histogram, 0.5), 1000003); /* the most, not the bucket's end */
    histogram_record(&histogram, 7);
    EXPECT_INT(histogram_quantile(&histogram, 0.5), 7);
    EXPECT_INT(histogram_quantile(&histogram, 0.51), 1000003);
    static struct histogram large;
    histogram_record(&large, UINT64_MAX);
    histogram_record(&large, UINT64_MAX - 5);
    EXPECT(histogram_quantile(&large, 1) == histogram_upper(HISTOGRAM_BUCKETS - 1));
    EXPECT(large.most == UINT64_MAX);
}

int main(void)
{
    test_buckets();
    test_quantiles();
    test_few();
    return check_result();
}
