/*
 * The cells of the one scenario that is linked in.
 */
#ifndef ALLOCOST_REGISTRY_H
#define ALLOCOST_REGISTRY_H

#include "bench.h"

#include <stdbool.h>
#include <stddef.h>

/* One cell: a variant at a value. */
struct registry_cell {
    const struct bench_variant *variant;
    int64_t value;        /* 0 when the variant is not swept */
    bool swept;           /* the value belongs to the cell's identity */
    enum bench_tier tier; /* the later one of the variant's and the value's */
    bench_run *run;       /* NULL only when the variant has a skip */
};

/* Calls visit with every cell, variants in their order, values in theirs. Cannot fail. */
void registry_each(void (*visit)(const struct registry_cell *cell, void *user), void *user);

/*
 * Finds the cell by its variant's name and its value as decimal text (empty: not swept). Returns
 * whether there is one.
 */
bool registry_find(const char *variant, const char *value, struct registry_cell *cell);

/* The word of a storage, as the files have it. */
const char *registry_storage_name(enum bench_storage storage);

#endif
