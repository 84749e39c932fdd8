/*
 * A run as tables that gnuplot reads: fields parted by tabs, one header line, NaN for what is not
 * there.
 *
 * cells.tsv has the columns of summary.csv, with `allocator` as the number of a row of
 * allocators.tsv (0: none) and `value` as a number, and `ops_per_s`, `ops_low` and `ops_high`: the
 * throughput of all threads, where metrics.csv has it. Rows that were skipped or have failed, or
 * have no time, are not in it. A cell that calls no allocator stands there once, with allocator 0,
 * as measured under the baseline. The rows are in the order of scenario, variant, value, threads
 * and allocator.
 *
 * metrics.tsv has what was observed beside the times, a row a cell of cells.tsv and metric, in the
 * order of cells.tsv: of the columns that name a cell all but the storage, then `median`, `low`,
 * `high`, `metric` and `unit`. Its first row is of the metric `none` and says nothing, so that
 * there always is one.
 *
 * allocators.tsv has a row of number 0 for none, and one for each allocator that a cell was
 * measured under: `number` from 1,
 * `slot` (which colour and mark: one number for an allocator in every figure and run; 1 to
 * TABLES_KNOWN_SLOTS for those the project knows, in its order, and the next ones for others),
 * `baseline` (1 or 0) and `label`. The order is that of the summary's allocators.
 *
 * caption.tsv has the column `line`: machine, compiler, libc and the versions of the allocators; a
 * line that is one blank when none of that is known.
 *
 * Text is written so that gnuplot reads back what it was: in UTF-8, with the escape \ooo for quotes
 * and for what else could be taken for syntax. Control characters and broken UTF-8 are shown as
 * visible text. None of these files is ever read as a script.
 */
#ifndef ALLOCOST_TABLES_H
#define ALLOCOST_TABLES_H

#include <stddef.h>

struct error;
struct keyvalues;
struct summary;

enum {
    TABLES_LABEL_COLUMNS = 18,   /* longest label of an allocator; a longer one loses its middle */
    TABLES_CAPTION_COLUMNS = 116 /* longest line of a caption: the width of a figure */
};

/*
 * Writes the four files into the directory. `machine` may be empty: then there is no caption.
 * *cells is the number of rows of cells.tsv. Returns 0, or -1 with a message.
 */
int tables_write(const struct summary *summary, const struct keyvalues *machine,
                 const char *directory, size_t *cells, struct error *error);

#endif
