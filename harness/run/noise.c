#include "run/noise.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void noise_clock_add(struct noise_clock *clock, double ghz)
{
    if (!isfinite(ghz) || ghz <= 0.0)
        return;
    const double mhz = ghz * 1000.0;
    const size_t bin = mhz < NOISE_BINS - 1 ? (size_t)mhz : NOISE_BINS - 1;
    clock->bins[bin]++;
    clock->count++;
}

double noise_clock_median(const struct noise_clock *clock)
{
    size_t below = 0;
    for (size_t bin = 0; clock->count > 0 && bin < NOISE_BINS; bin++) {
        below += clock->bins[bin];
        if (2 * below >= clock->count)
            return ((double)bin + 0.5) / 1000.0;
    }
    return 0.0;
}

const char *noise_judge(double ghz, double median_ghz, long involuntary_switches,
                        uint64_t steal_ticks, char *reason, size_t room)
{
    if (steal_ticks > 0)
        snprintf(reason, room, "the hypervisor took the CPU for %" PRIu64 " ticks", steal_ticks);
    else if (involuntary_switches > 0)
        snprintf(reason, room, "%ld involuntary context switches", involuntary_switches);
    else if (median_ghz > 0.0 && !(fabs(ghz / median_ghz - 1.0) <= NOISE_CLOCK_TOLERANCE))
        snprintf(reason, room, "core clock %.2f GHz, the session's is %.2f", ghz, median_ghz);
    else
        return NULL;
    return reason;
}
