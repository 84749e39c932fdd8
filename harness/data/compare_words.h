/*
 * What a comparison says, in words: the parts of its table that are sentences.
 */
#ifndef ALLOCOST_COMPARE_WORDS_H
#define ALLOCOST_COMPARE_WORDS_H

#include "data/compare.h"

#include <stdbool.h>
#include <stddef.h>

struct term;

/* Name of a cell without scenario and allocator: `malloc/size:64`. The caller frees it. */
char *compare_cell_name(const struct cell *cell);

/* A number above 0 with about three digits that tell. */
void compare_number(char *text, size_t size_bytes, double value);

/* The mark of a verdict, as in the table of a run. */
const char *compare_mark(enum summary_verdict verdict, bool utf8);

/* For each run: what its controls say of it as a whole, and what a verdict needs. */
void compare_say_drift(const struct term *term, const struct comparison *comparison);

/* For each run: how many of its rows are faster, slower, ... */
void compare_say_verdicts(const struct term *term, const struct comparison *comparison);

/* For each run: what only it, or only the base, has, by scenario; and what failed or was skipped on
 * one side. */
void compare_say_rest(const struct term *term, const struct comparison *comparison);

/* Says which slowdowns of more than `share` are confirmed, or why none could be. */
void compare_say_slowdowns(const struct term *term, const struct comparison *comparison,
                           const struct compare_slowdowns *slowdowns, double share);

#endif
