/*
 * Whether the rows of equal work computed the same.
 */
#ifndef ALLOCOST_CHECKSUM_H
#define ALLOCOST_CHECKSUM_H

#include "data/sample.h"

#include <stddef.h>
#include <stdint.h>

struct replicated_cell;

/* What the judgement writes into a cell's detail. */
#define CHECKSUM_DIFFERS "checksum differs"

/*
 * Judges `count` cells of one scenario, variant, value and thread count under different allocators.
 * The rows of cell c are those numbers[starts[c]] to numbers[starts[c + 1] - 1] of `rows`; only
 * rows that are ok or noisy and have a checksum count. A cell with a row that disagrees has failed,
 * and has no replicates any more; the rule is that of replicated_build. Cannot fail.
 */
void checksum_judge(const struct sample *rows, const uint32_t *numbers, const size_t *starts,
                    size_t count, const char *baseline, struct replicated_cell *cells);

#endif
