/*
 * Which repetitions are believed: the session's usual core clock, and the rule of what deviates
 * from it.
 */
#ifndef ALLOCOST_NOISE_H
#define ALLOCOST_NOISE_H

#include <stddef.h>
#include <stdint.h>

enum { NOISE_BINS = 10000 }; /* of 1 MHz: clocks up to 10 GHz */

/* The core clocks seen so far. All zero is none. */
struct noise_clock {
    uint32_t bins[NOISE_BINS];
    size_t count;
};

/* How far a repetition's clock may be from the session's median: METHOD of the suite, 3 %. */
#define NOISE_CLOCK_TOLERANCE 0.03

/* Takes one reading in GHz; one that is not finite and positive is passed over. */
void noise_clock_add(struct noise_clock *clock, double ghz);

/* The median of all readings in GHz, to 1 MHz; 0 when there is none. */
double noise_clock_median(const struct noise_clock *clock);

/*
 * Why a repetition is set aside, or NULL when it is believed. `median_ghz` 0: the clock is not
 * judged. The text is written to `reason`.
 */
const char *noise_judge(double ghz, double median_ghz, long involuntary_switches,
                        uint64_t steal_ticks, char *reason, size_t room);

#endif
