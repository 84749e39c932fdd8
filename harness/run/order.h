/*
 * In which order things are measured: seeded, so that a run can be repeated, and balanced, so that
 * no allocator is always measured first or always behind the same other one.
 */
#ifndef ALLOCOST_ORDER_H
#define ALLOCOST_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Fills order[0..count) with a permutation of 0..count-1 drawn from the seed (Fisher-Yates). */
void order_shuffle(size_t *order, size_t count, uint64_t seed);

/*
 * Fills order[0..count) with one row of a Williams design: over `order_rows(count)` consecutive
 * rows every treatment stands in every place equally often, and behind every other one equally
 * often, so that what one leaves behind (caches, the core's clock) falls on all alike. Williams,
 * "Experimental designs balanced for the estimation of residual effects of treatments", Australian
 * Journal of Scientific Research A 2 (1949).
 */
void order_williams(size_t *order, size_t count, uint64_t row);

/* Rows after which the design is complete: count when it is even, else twice that; 1 for 0 and 1.
 */
size_t order_rows(size_t count);

#endif
