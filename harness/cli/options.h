/*
 * Options of a command: --name VALUE or --name=VALUE, in any order among the other arguments;
 * behind `--` nothing is an option.
 */
#ifndef ALLOCOST_OPTIONS_H
#define ALLOCOST_OPTIONS_H

#include <stddef.h>

struct error;

/* What an option's value is, and with it the type of the target. */
enum option_kind {
    OPTION_FLAG,     /* no value; bool */
    OPTION_TEXT,     /* const char * */
    OPTION_COUNT,    /* whole number from 1 to a million; unsigned */
    OPTION_INDEX,    /* whole number of at least 0; int */
    OPTION_SEED,     /* whole number; uint64_t */
    OPTION_DURATION, /* 45s, 5m, 1h, 1m30s, or plain seconds, above 0; double, in seconds */
    OPTION_COUNTS,   /* several OPTION_COUNT with commas between; struct option_counts */
    OPTION_PERCENT   /* 2% or 2, above 0 and below 100; double, as a fraction */
};

enum { OPTION_COUNTS_MOST = 32 };

/* What OPTION_COUNTS gives, in the order in which it was said. */
struct option_counts {
    unsigned items[OPTION_COUNTS_MOST];
    size_t count;
};

/* One option. */
struct option_spec {
    const char *name; /* without the dashes */
    enum option_kind kind;
    void *target;
    const char *value; /* what stands for its value in the help; NULL for a flag */
    const char *help;
};

/* The other arguments, in their order; pointers into argv. */
struct operands {
    const char **items; /* owned; freed by the caller with free */
    size_t count;
};

/*
 * Reads the arguments behind the command. Returns 0, 1 when --help was among them, or -1 with a
 * message for the user: an unknown option with the nearest valid one, a missing or wrong value.
 */
int options_parse(int argc, char **argv, const struct option_spec *specs, size_t count,
                  struct operands *operands, struct error *error);

/* Prints one line an option on standard output. */
void options_print(const struct option_spec *specs, size_t count);

#endif
