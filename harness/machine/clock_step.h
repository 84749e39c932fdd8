/*
 * In which steps the monotonic clock advances, and what a reading of it costs.
 */
#ifndef ALLOCOST_CLOCK_STEP_H
#define ALLOCOST_CLOCK_STEP_H

#include <stddef.h>
#include <stdint.h>

/* The clock as it was found. */
struct clock_step {
    double step_ns;    /* 1 when it is finer than what can be told */
    double reading_ns; /* one reading */
};

/* Measures both in some milliseconds. Cannot fail. */
struct clock_step clock_step_measure(void);

/*
 * The step of a clock from differences between readings that were some time apart, in ns, which it
 * sorts: the distance between neighbours among the values that occur. A value may be off by 1,
 * since the clock's own steps need not be whole. 1 when the values lie as close as that to one
 * another, or when there are none. Cannot fail.
 */
double clock_step_of(uint64_t *differences_ns, size_t count);

#endif
