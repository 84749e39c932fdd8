/*
 * The table that a run ends with on a terminal.
 */
#ifndef ALLOCOST_TABLE_H
#define ALLOCOST_TABLE_H

#include <stdbool.h>
#include <stdio.h>

struct keyvalues;
struct summary;

/*
 * Prints a block a scenario: its cells, nanoseconds, allocations, frees and bytes an operation, and
 * instructions under the baseline where they were counted; for each allocator the ratio to the
 * baseline and the verdict; below a cell of several threads the operations a second of all of them
 * together; then the noise floor, the verdicts counted, the largest differences, and what failed or
 * was skipped, with the reasons.
 *
 * `machine` may be NULL; of it the keys `cpu.model` and `noise_floor` are used (the latter, when
 * the summary was read from a file, since that does not hold it). `color` allows escape sequences;
 * whether NO_COLOR or a pipe forbids them is for the caller to find out. The width is the
 * terminal's up to 120 columns, 120 where there is none. Marks are UTF-8 when the environment's
 * character set (LC_ALL, LC_CTYPE, LANG) is, else ASCII. Control characters in names are shown as
 * escapes. Errors of the stream are left for the caller's ferror.
 */
void table_print(FILE *stream, const struct summary *summary, const struct keyvalues *machine,
                 bool color);

#endif
