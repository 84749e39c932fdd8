/*
 * Integers as decimal text, by five methods that differ in speed alone.
 *
 * All write what printf's "%d" would, without a terminator, and return how many characters that is:
 * 1 to INTFMT_MAX. `out` must have room for INTFMT_MAX bytes, whatever the value; what is behind
 * the returned length, up to there, may have been overwritten. They cannot fail, keep no state and
 * may be called from any thread.
 */
#ifndef ALLOCOST_INTFMT_H
#define ALLOCOST_INTFMT_H

#include <stddef.h>
#include <stdint.h>

enum { INTFMT_MAX = 11 }; /* characters of -2147483648 */

/* A digit a step: divide by ten, from the last digit to the first, then turn the text round. */
size_t intfmt_div(char *out, int32_t value);

/* Two digits a step: divide by a hundred, and look both digits up in a table. */
size_t intfmt_lut(char *out, int32_t value);

/* Counts the digits first, then writes pairs from the end to the start, where they belong. */
size_t intfmt_count(char *out, int32_t value);

/*
 * Pairs from the first to the last out of one fixed-point number, the method known as jeaiii's,
 * here without a branch on the length.
 */
size_t intfmt_fixed(char *out, int32_t value);

/*
 * Eight digits at once in the lanes of one register, SSE2's on x86-64 and a general one elsewhere,
 * and no branch on the length: the fastest of these where lengths are mixed.
 */
size_t intfmt_swar(char *out, int32_t value);

#endif
