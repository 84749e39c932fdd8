/*
 * The events of a trace, one by one. For the files of this directory only.
 */
#ifndef ALLOCOST_TRACE_EVENTS_H
#define ALLOCOST_TRACE_EVENTS_H

#include "trace/trace.h"
#include "trace/trace_format.h"

/* Where a reader is. */
struct trace_cursor {
    const unsigned char *bytes;
    size_t count;
    size_t at; /* the next byte to be read */
};

/* One event, and what its kind means. */
struct trace_event {
    size_t at; /* its first byte */
    enum trace_kind kind;
    uint64_t argument;
    uint64_t rest[3]; /* as many as the kind has */
    bool is_call;     /* of the allocator */
    bool gets;        /* a block with a number of its own */
    bool takes;       /* a block, so far back as the argument says */
};

/* What is wrong with the last event of a trace that was cut off. */
extern const char trace_is_cut_off[];

/* Reads the next event. Returns NULL, or what is wrong; event->at is set in either case. */
const char *trace_get_event(struct trace_cursor *cursor, struct trace_event *event);

#endif
