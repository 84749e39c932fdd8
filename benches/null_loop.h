/* The loop of every variant that has no object: what is left of the others without one. */
#ifndef ALLOCOST_NULL_LOOP_H
#define ALLOCOST_NULL_LOOP_H

#include "bench.h"
#include "keep.h"

/* The sum of `first` and the numbers behind it, one an iteration. */
BODY uint64_t null_loop(uint64_t first, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        sum += first + i;
        KEEP_VAL(sum);
    }
    return sum;
}

#endif
