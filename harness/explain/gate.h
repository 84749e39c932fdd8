/*
 * The gate between what a variant declares and what its machine code contains.
 */
#ifndef ALLOCOST_GATE_H
#define ALLOCOST_GATE_H

#include "bench.h"
#include "explain/disasm.h"

#include <stdbool.h>
#include <stdint.h>

/* What is looked at: the code as it is, or the code of a compiler that knows no allocator. */
enum gate_view { GATE_CODE, GATE_SOURCE };

/* One cell of a scenario in a linked program, and what it declares. */
struct gate_cell {
    const char *where;    /* how its faults begin: scenario/variant/param:value */
    uint64_t run_offset;  /* of the run function from __executable_start */
    enum bench_code code; /* what its compiler was said to make of it */
    const char *calls;    /* allocator functions, a blank between */
};

/* What the code of a cell contains. */
struct gate_finding {
    const struct function *run; /* of the program; NULL: there is no such function */
    struct reach reach;
    bool declared[64]; /* by index of allocator_functions, in this view */
};

/* Receives a sentence for every difference; valid during the call. */
typedef void gate_fault_fn(const char *fault, void *user);

/* Compares. Cannot fail (it aborts without memory). */
void gate_check(const struct program *program, const struct gate_cell *cell, enum gate_view view,
                struct gate_finding *finding, gate_fault_fn *fault, void *user);

#endif
