/*
 * Samples with a known answer.
 */
#ifndef ALLOCOST_TEST_SYNTHETIC_H
#define ALLOCOST_TEST_SYNTHETIC_H

#include "data/sample.h"
#include "data/summary.h"

/* A row that is ok; what the test is about is changed in it before it is added. */
struct sample synthetic_row(unsigned round, const char *variant, const char *storage,
                            const char *allocator, double ns_per_op);

/* Adds one process of three repetitions, 2 % around the value. */
void synthetic_process(struct samples *samples, unsigned round, const char *variant,
                       const char *storage, const char *allocator, double ns_per_op,
                       enum sample_status status);

/* Next number, uniform in (0, 1), and normal with mean 0 and deviation 1. */
double synthetic_uniform(uint64_t *seed);
double synthetic_normal(uint64_t *seed);

/* The row of a cell, or NULL. */
const struct summary_row *synthetic_find(const struct summary *summary, const char *variant,
                                         const char *allocator);

#endif
