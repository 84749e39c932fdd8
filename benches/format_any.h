/*
 * A formatter that is given boxes, as Go's fmt is: it walks the format, and finds out from each
 * box's type word how to print the value.
 */
#ifndef ALLOCOST_FORMAT_ANY_H
#define ALLOCOST_FORMAT_ANY_H

#include "box.h"

#include <stddef.h>

enum { FORMAT_ANY_INT_MAX = 20 }; /* characters of -9223372036854775808 */

/*
 * Writes the format with each %d replaced by the next of `count` boxes, and a terminator. Returns
 * the length without the terminator. `out` must have room for FORMAT_ANY_INT_MAX characters for
 * each box and for the rest of the format. A box that holds no integer, a verb that is not %d, and
 * a verb without a box are printed as "%!", so that a wrong call shows. Cannot fail.
 */
size_t format_any(char *out, const char *format, const struct box *values, size_t count);

#endif
