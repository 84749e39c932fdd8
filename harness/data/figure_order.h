/*
 * The order in which figures are shown: the names of a file, one a line, and behind them all
 * others.
 */
#ifndef ALLOCOST_FIGURE_ORDER_H
#define ALLOCOST_FIGURE_ORDER_H

#include <stddef.h>

/* Names in their order; zeroed: none. */
struct figure_order {
    char **names; /* owned, as each of them */
    size_t count;
};

/*
 * Reads `order` in the directory of the scripts. Where it cannot be read, there are no names in it,
 * and figures stand by their own. Blank lines say nothing. Cannot fail.
 */
void figure_order_load(const char *scripts, struct figure_order *order);

void figure_order_free(struct figure_order *order);

/*
 * As strcmp, for the names of two figures. A name that is not in the order stands where the part
 * before its first `-` does, and behind all that are when that is not in it either; the same place
 * is shared by name. `order` may be NULL.
 */
int figure_order_compare(const struct figure_order *order, const char *left, const char *right);

#endif
