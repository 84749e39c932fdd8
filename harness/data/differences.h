/*
 * What differs between the machines, builds and ways of runs that are compared, and what of it, or
 * of a run itself, makes the comparison unfair.
 */
#ifndef ALLOCOST_DIFFERENCES_H
#define ALLOCOST_DIFFERENCES_H

#include <stddef.h>

struct recorded_run;

/* A fact that not all runs have alike. */
struct difference {
    const char *key;     /* a string of one of the runs */
    const char **values; /* owned; one a run, strings of the runs; NULL: not recorded */
};

/* All that is to be known before ratios are read. */
struct differences {
    struct difference *items; /* owned; in the order of machine.csv */
    size_t count;
    char **warnings; /* owned, as each of them; one sentence each, without a full stop */
    size_t warning_count;
};

/*
 * Finds them. What is another with every run (dates, load, free memory, numbers of samples) is no
 * difference. The runs must stay. Cannot fail; differences_free gives everything back.
 */
void differences_find(const struct recorded_run *runs, size_t count,
                      struct differences *differences);
void differences_free(struct differences *differences);

/* The short name of a run: A, B, ..., Z, R27, R28, ... */
enum { DIFFERENCES_LABEL_BYTES = 24 };
void differences_label(size_t run, char label[DIFFERENCES_LABEL_BYTES]);

#endif
