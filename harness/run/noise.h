/*
 * Which repetitions are believed: what the core clock was of late, and the rule of what deviates
 * from it.
 *
 * Of late, and not over the whole session: on a shared machine a core may stay at another clock for
 * seconds or minutes, in which everything is measured alike. Only what is measured while it changes
 * is of no use. (Seen on a virtual machine that was at 3.43 or at 3.65 GHz, for 1 to 40 s each:
 * against one median 40 % of a run was set aside, and every process waited for the other clock.)
 */
#ifndef ALLOCOST_NOISE_H
#define ALLOCOST_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* Readings that count as late: those of 30 processes, over half a second. */
enum { NOISE_WINDOW = 150 };

/* The last readings of the core clock. All zero is none. */
struct noise_clock {
    double recent_ghz[NOISE_WINDOW]; /* a ring */
    size_t count;                    /* of all readings that were taken */
};

/* How far a repetition's clock may be from the median of late. */
#define NOISE_CLOCK_TOLERANCE 0.03

/* Takes one reading in GHz; one that is not finite and positive is passed over. */
void noise_clock_add(struct noise_clock *clock, double ghz);

/* The median of the last readings in GHz; 0 when there is none. */
double noise_clock_median(const struct noise_clock *clock);

/*
 * Why a repetition is set aside, or NULL when it is believed. `median_ghz` 0: the clock is not
 * judged. The text is written to `reason`.
 */
const char *noise_judge(double ghz, double median_ghz, long involuntary_switches,
                        uint64_t steal_ticks, char *reason, size_t room);

#endif
