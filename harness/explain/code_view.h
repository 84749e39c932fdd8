/*
 * A linked program, looked into with binutils: what the run function of every cell contains.
 */
#ifndef ALLOCOST_CODE_VIEW_H
#define ALLOCOST_CODE_VIEW_H

#include "explain/gate.h"

#include <stdbool.h>
#include <stddef.h>

struct error;
struct text_pool;

/* What is known of one cell's machine code. Strings belong to the pool. */
struct cell_code {
    bool present;     /* the program has the cell */
    const char *file; /* where its run function is written; NULL: no debugging information */
    unsigned line;
    const char *declared; /* allocator functions that it says it calls, a blank between */
    const char *calls;    /* those that it calls */
    const char *removed;  /* those that the source calls and the code does not */
    const char *copies;   /* rep movs, memcpy: a comma and a blank between */
    bool has_frame;
    unsigned long frame_bytes; /* the most that the stack grows, the return address included */
    bool dynamic;              /* and more, by alloca, or by alignment */
    const char *faults;        /* a line each; empty when the declaration holds */
};

/*
 * Looks into the program; cells[i] is told in codes[i]. Runs objdump and nm, `parallel` at a
 * time. Returns 0, or -1 with a message when they are missing or fail, or a stop was asked for.
 */
int code_view_read(const char *path, const struct gate_cell *cells, size_t count, size_t parallel,
                   struct text_pool *pool, struct cell_code *codes, struct error *error);

/* The largest frame that objdump --dwarf=frames-interp knows for the function that begins at an
 * address. Returns whether it knows one. */
bool code_view_frame(const char *text, uint64_t start, unsigned long *bytes, bool *dynamic);

#endif
