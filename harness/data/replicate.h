/*
 * From rows to replicates: what each process of each cell measured, and what became of the cell.
 */
#ifndef ALLOCOST_REPLICATE_H
#define ALLOCOST_REPLICATE_H

#include "data/sample.h"

#include <stddef.h>
#include <stdint.h>

/* What one process measured: the unit of replication. */
struct replicate {
    unsigned round;
    double ns_per_op;     /* median of its repetitions that count, as the next three */
    double cpu_ns_per_op; /* NaN when one of them has none, as the next */
    double ops_per_s;
    double core_ghz;
    uint64_t iterations; /* of one repetition; 0: not known */
};

/* A cell under one allocator, over all rounds. */
struct replicated_cell {
    struct cell cell;          /* its strings are those of the samples */
    enum sample_status status; /* noisy: no round gave a quiet process */
    const char *detail; /* why it failed or was skipped; a string of the samples, or static */
    size_t first;       /* its replicates, by ascending round; at most one a round */
    size_t count;       /* 0 when it failed or was skipped */
};

/* All cells of a run. All zero is empty. */
struct replicated {
    struct replicated_cell *cells; /* owned */
    size_t count;
    struct replicate *replicates; /* owned; of all cells */
};

/*
 * Finds the cells, in order of scenario and variant as they first appear, value, threads, and
 * allocator as it first appears, and for each:
 *
 *   - a process is a stretch of rows of one round whose repetitions ascend;
 *   - what a process measured is the median of its repetitions that are ok; one without any is
 *     noisy as a whole;
 *   - the replicate of a round is its last process that is not noisy; what is noisy is set aside,
 *     and used only when the cell has nothing else;
 *   - the cell has failed when its last process did, or when one did and no repetition is ok;
 *   - it was skipped when it has nothing else;
 *   - it has failed when one of its checksums is not that of most rows of equal work and
 *     iterations, over all allocators; where no checksum has more than half of the rows, that of
 *     `baseline` counts as right, if it has but one.
 *
 * `baseline` is the samples' string, or NULL. Cannot fail. replicated_free gives everything back.
 */
void replicated_build(const struct samples *samples, const char *baseline,
                      struct replicated *replicated);
void replicated_free(struct replicated *replicated);

/*
 * The times of two cells that can be compared, in ns: those of one round, at one core clock as far
 * as that is known. Writes up to as many as the cell with fewer replicates has, and returns how
 * many. Cannot fail.
 */
size_t replicated_pair(const struct replicated *replicated, size_t cell, size_t base,
                       double *values, double *bases);

#endif
