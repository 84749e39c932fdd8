/*
 * The valid word that a mistyped one was meant to be, for `did you mean` in usage errors.
 */
#ifndef ALLOCOST_NEAREST_H
#define ALLOCOST_NEAREST_H

#include <stddef.h>

/*
 * Of `count` words the one that takes the fewest single-letter edits (insert, delete, replace, swap
 * of two neighbours; case does not count) to become `word`, or that `word` is the beginning of.
 * NULL when none is near: more edits than a third of the longer word's letters, or `word` is empty.
 * Among equals the first. The result is one of the given pointers. Cannot fail.
 */
const char *nearest_word(const char *word, const char *const words[], size_t count);

#endif
