/*
 * The cells of the one scenario that is linked in.
 */
#ifndef ALLOCOST_REGISTRY_H
#define ALLOCOST_REGISTRY_H

#include "bench.h"

#include <stdbool.h>
#include <stddef.h>

/* One cell: a variant at a value, on a number of threads. */
struct registry_cell {
    const struct bench_variant *variant;
    int64_t value;        /* 0 when the variant is not swept */
    bool swept;           /* the value belongs to the cell's identity */
    unsigned threads;     /* at least 1 */
    enum bench_tier tier; /* the later one of the variant's and the value's */
    bench_run *run;       /* NULL only when the variant has a skip */
};

/*
 * Calls visit with every cell that a machine has with as many CPUs as this process may run on:
 * variants in their order, values in theirs, threads ascending. Cannot fail.
 */
void registry_each(void (*visit)(const struct registry_cell *cell, void *user), void *user);

/*
 * Finds the cell by its variant's name, its value as decimal text (empty: not swept) and its
 * threads. A threaded variant has a cell for every number of threads here: the process that asks
 * may be allowed fewer CPUs than the one that listed the cells. Returns whether there is one.
 */
bool registry_find(const char *variant, const char *value, unsigned threads,
                   struct registry_cell *cell);

/* The word of a storage, as the files have it. */
const char *registry_storage_name(enum bench_storage storage);

#endif
