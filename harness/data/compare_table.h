/*
 * A comparison of runs on a terminal.
 */
#ifndef ALLOCOST_COMPARE_TABLE_H
#define ALLOCOST_COMPARE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct comparison;
struct differences;

/*
 * Prints which runs there are, what differs between them, why they may not be fair to compare, how
 * each compares to the base as a whole, then at most `rows_most` rows, those that changed most
 * first, the verdicts counted, and what only some runs have or could not be compared. As with the
 * table of a run, `color` allows escape sequences, the width is the terminal's, and names are shown
 * clean. Errors of the stream are left for the caller's ferror.
 */
void compare_table_print(FILE *stream, const struct comparison *comparison,
                         const struct differences *differences, size_t rows_most, bool color);

#endif
