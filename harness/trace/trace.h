/*
 * Reads a trace. All memory is mapped from the kernel: the allocator under test does not notice.
 *
 * Functions that return int return 0, or -1 with a message that names the file and the byte at
 * which it is wrong.
 */
#ifndef ALLOCOST_TRACE_H
#define ALLOCOST_TRACE_H

#include "bench.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* What is in a trace, or in as much of it as there is. */
struct trace_totals {
    uint64_t events;     /* calls of the allocator */
    uint64_t blocks;     /* that were got */
    uint64_t left;       /* of them, that were not given back; only when the end is there */
    uint64_t peak_bytes; /* requested by live blocks, at their most; only when the end is there */
    uint64_t threads;    /* that made calls */
    uint64_t forks;      /* children that were not recorded */
    uint64_t size_bytes; /* of the file */
    uint64_t checksum;   /* of its bytes; only when the end is there */
    bool truncated;      /* the end is missing */
};

/* A trace in memory: 16 bytes an event, and as many as that for each block that is left. */
struct trace {
    struct bench_trace ops; /* what a scenario gets */
    struct trace_totals totals;
    void *memory; /* of the ops */
    size_t memory_bytes;
};

/*
 * Looks through the bytes of a trace, and counts. `name` is for messages. A trace that only lacks
 * its end is an error too, with `truncated` set and the totals of what is there.
 */
int trace_scan(const unsigned char *bytes, size_t count, const char *name,
               struct trace_totals *totals, struct error *error);

/* The same, and decodes it. On failure nothing is left to be freed, and the totals are set. */
int trace_decode(const unsigned char *bytes, size_t count, const char *name, struct trace *trace,
                 struct error *error);

/* Decodes a file, which may be empty or anything else, but must be a regular one. */
int trace_load(const char *path, struct trace *trace, struct error *error);

/* Gives the memory back. */
void trace_free(struct trace *trace);

#endif
