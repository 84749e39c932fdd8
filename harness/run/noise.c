#include "run/noise.h"

#include "data/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void noise_clock_add(struct noise_clock *clock, double ghz)
{
    if (isfinite(ghz) && ghz > 0.0)
        clock->recent_ghz[clock->count++ % NOISE_WINDOW] = ghz;
}

double noise_clock_median(const struct noise_clock *clock)
{
    double sorted[NOISE_WINDOW];
    const size_t count = clock->count < NOISE_WINDOW ? clock->count : NOISE_WINDOW;
    memcpy(sorted, clock->recent_ghz, count * sizeof *sorted);
    return count > 0 ? stats_median(sorted, count) : 0.0;
}

const char *noise_judge(double ghz, double median_ghz, long involuntary_switches,
                        uint64_t steal_ticks, char *reason, size_t room)
{
    if (steal_ticks > 0)
        snprintf(reason, room, "the hypervisor took the CPU for %" PRIu64 " ticks", steal_ticks);
    else if (involuntary_switches > 0)
        snprintf(reason, room, "%ld involuntary context switches", involuntary_switches);
    else if (median_ghz > 0.0 && !(fabs(ghz / median_ghz - 1.0) <= NOISE_CLOCK_TOLERANCE))
        snprintf(reason, room, "core clock %.2f GHz, of late %.2f", ghz, median_ghz);
    else
        return NULL;
    return reason;
}
