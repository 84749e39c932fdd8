/*
 * The order of a run's allocators wherever they are shown.
 */
#ifndef ALLOCOST_SHOWN_ORDER_H
#define ALLOCOST_SHOWN_ORDER_H

struct keyvalues;
struct summary;

/*
 * Puts the summary's allocators into the order of the run: the baseline first, then as they were
 * given, or, when no list was given, as the project lists them. `machine` is the run's machine.csv,
 * and may be empty. Cannot fail.
 */
void shown_order(struct summary *summary, const struct keyvalues *machine);

#endif
