/*
 * The loop whose instructions are counted, written by hand. A file of its own: the same machine
 * code is called by main and by the library.
 */
#include "harness_cost_kernel.h"

#include "keep.h"

void kernel(void *user, int64_t iterations)
{
    uint64_t *const result = user;
    uint64_t sum = *result;
    for (int64_t i = 0; i < iterations; i++) {
        sum += (uint64_t)i;
        KEEP_VAL(sum);
    }
    *result = sum;
}
