/*
 * What the two files of the scenario share: trampoline_nested.c is compiled by gcc, whichever
 * compiler the rest is compiled by.
 */
#ifndef ALLOCOST_TRAMPOLINE_H
#define ALLOCOST_TRAMPOLINE_H

#include "bench.h"

enum {
    STACK_PERIOD = 256, /* bytes after which stack offsets repeat: four cache lines */
    STACK_STEP = 16     /* bytes; the ABIs keep a stack pointer a multiple of it */
};

struct trampoline_state {
    uint64_t inputs[BENCH_INPUTS];
    uint64_t captured; /* by every closure */
    uintptr_t offset;  /* of the stack pointer from a multiple of STACK_PERIOD */
};

uint64_t trampoline_reused(void *state, uint64_t iterations);
uint64_t trampoline_fresh(void *state, uint64_t iterations);

#endif
