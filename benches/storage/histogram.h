/*
 * A histogram of times with a bounded relative error over their whole range, in memory that is
 * there before the first is recorded.
 *
 * The log-linear layout of Gil Tene's HdrHistogram (hdrhistogram.org): values below
 * 2 * HISTOGRAM_STEPS have a bucket each; every octave above is parted into HISTOGRAM_STEPS buckets
 * of equal width. A bucket is told by its upper end, as there, so that a quantile is never too low,
 * and too high by less than one part in HISTOGRAM_STEPS. The largest value is kept exactly.
 *
 * No function fails; none may be called by two threads at once for one histogram.
 */
#ifndef ALLOCOST_HISTOGRAM_H
#define ALLOCOST_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_STEP_BITS = 6,
    HISTOGRAM_STEPS = 1 << HISTOGRAM_STEP_BITS, /* buckets an octave: 1.6 % */
    HISTOGRAM_OCTAVES = 34,                     /* parted so; up to 2^41, half an hour in ns */
    HISTOGRAM_BUCKETS = (HISTOGRAM_OCTAVES + 2) * HISTOGRAM_STEPS
};

/* All zero is empty. */
struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total; /* values recorded */
    uint64_t most;  /* the largest of them */
};

/* The bucket of a value; what is beyond the last octave is in the last one. */
static inline size_t histogram_bucket(uint64_t value)
{
    if (value < 2 * HISTOGRAM_STEPS)
        return (size_t)value;
    const unsigned octave = 63u - (unsigned)__builtin_clzll(value) - HISTOGRAM_STEP_BITS;
    const size_t bucket = octave * HISTOGRAM_STEPS + (size_t)(value >> octave);
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The largest value that a bucket is for. */
static inline uint64_t histogram_upper(size_t bucket)
{
    if (bucket < 2 * HISTOGRAM_STEPS)
        return bucket;
    const size_t octave = bucket / HISTOGRAM_STEPS - 1;
    return ((uint64_t)(bucket - octave * HISTOGRAM_STEPS + 1) << octave) - 1;
}

static inline void histogram_record(struct histogram *histogram, uint64_t value)
{
    histogram->counts[histogram_bucket(value)]++;
    histogram->total++;
    if (value > histogram->most)
        histogram->most = value;
}

/*
 * Quantile by nearest rank: the value of rank ceil(q n) of all n in ascending order, or the upper
 * end of its bucket, or the largest value where that is less. 0 < q <= 1; something must have been
 * recorded.
 */
static inline uint64_t histogram_quantile(const struct histogram *histogram, double q)
{
    const double share = q * (double)histogram->total;
    const uint64_t rank = (uint64_t)share + ((double)(uint64_t)share < share);
    uint64_t below = 0;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        below += histogram->counts[bucket];
        if (below >= rank && histogram_upper(bucket) < histogram->most)
            return histogram_upper(bucket);
        if (below >= rank)
            break;
    }
    return histogram->most;
}

#endif
