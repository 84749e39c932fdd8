/* The loop that is counted; `user` points to a uint64_t that is its result. */
#ifndef ALLOCOST_TEST_HARNESS_COST_KERNEL_H
#define ALLOCOST_TEST_HARNESS_COST_KERNEL_H

#include <stdint.h>

void kernel(void *user, int64_t iterations);

#endif
