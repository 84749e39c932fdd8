/*
 * What on a machine disturbs a measurement, what it does to it, and what mends it. Looks, and
 * changes nothing.
 */
#ifndef ALLOCOST_CHECKUP_H
#define ALLOCOST_CHECKUP_H

#include "clock_step.h"
#include "facts.h"

#include <stdbool.h>
#include <stddef.h>

struct allocators;

/* What is to be done about a finding. */
enum finding_level {
    FINDING_FINE,   /* nothing */
    FINDING_MEND,   /* there is a command for it */
    FINDING_STAYS,  /* it disturbs, and cannot be mended from here */
    FINDING_UNKNOWN /* the machine does not tell */
};

enum { CHECKUP_MOST = 20 };

/* One topic, and what was found of it. */
struct finding {
    const char *topic; /* a word; static */
    enum finding_level level;
    char *found;        /* what there is */
    const char *effect; /* what it does to a measurement; static */
    char *remedy;       /* the command, or why there is none here; NULL when it is fine */
};

/* All topics, in a fixed order, each once. */
struct checkup {
    struct finding findings[CHECKUP_MOST];
    size_t count;
};

/* What a checkup goes by. */
struct checkup_input {
    const char *root;    /* in front of what is read of /proc and /sys; "" is this machine */
    fact_lookup *lookup; /* of the facts (facts.h) below the same root */
    void *user;          /* of lookup */
    int cpu;             /* that workers are pinned to; negative: none */
    bool fixed_layout;   /* this process, and so its children, have no random addresses */
    struct clock_step clock;
    const char *counters_why; /* why the CPU counts no instructions here; NULL: it does */
    const struct allocators *allocators; /* all that are known, found or not */
};

/* Looks. Cannot fail: what cannot be read is unknown. checkup_free gives everything back. */
void checkup_run(const struct checkup_input *input, struct checkup *checkup);
void checkup_free(struct checkup *checkup);

/* The word of a level: fine, mend, stays, unknown. */
const char *finding_level_name(enum finding_level level);

#endif
