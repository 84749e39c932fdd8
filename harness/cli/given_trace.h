/*
 * The trace that the user gives to a run.
 */
#ifndef ALLOCOST_GIVEN_TRACE_H
#define ALLOCOST_GIVEN_TRACE_H

#include "trace/trace.h"

struct error;
struct keyvalues;

/* None is given: all zero. */
struct given_trace {
    char *path; /* its real one, owned; NULL: none is given */
    struct trace_totals totals;
};

/*
 * Decodes the whole file, so that it is known to be good before anything is measured, and keeps
 * what is told of it. Returns 0, or -1 with a message.
 */
int given_trace_read(const char *path, struct given_trace *trace, struct error *error);

/* Puts the facts into machine.csv's; empty when none is given. */
void given_trace_record(const struct given_trace *trace, struct keyvalues *facts);

void given_trace_free(struct given_trace *trace);

#endif
