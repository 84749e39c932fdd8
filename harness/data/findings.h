/*
 * What a summary says, in sentences: the end of the table.
 */
#ifndef ALLOCOST_FINDINGS_H
#define ALLOCOST_FINDINGS_H

#include <stddef.h>

struct summary;
struct summary_row;
struct term;

/* Name of a row's cell without scenario and allocator: `malloc/size:64`. The caller frees it. */
char *findings_cell_name(const struct summary_row *row);

/*
 * Prints the noise floor (NaN: not known), for each allocator how its cells compare to the baseline
 * with the largest differences, and what failed, was skipped or stayed noisy, with the reasons.
 */
void findings_print(const struct term *term, const struct summary *summary, double noise_floor);

#endif
