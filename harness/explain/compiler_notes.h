/*
 * What compilers write beside the code: gcc's escape analysis of parameters (IPA-modref), the stack
 * frame of every function, warnings.
 */
#ifndef ALLOCOST_COMPILER_NOTES_H
#define ALLOCOST_COMPILER_NOTES_H

#include "explain/flow.h"

#include <stdbool.h>
#include <stddef.h>

/* The stack frame of a function, as its compiler says it. */
struct frame {
    const char *function;
    struct place place; /* column 0: clang names none */
    unsigned long size_bytes;
    bool dynamic; /* it grows by what alloca and variable-length arrays take */
};

struct frames {
    struct frame *items; /* owned */
    size_t count;
};

/* A warning that the address of a local variable leaves its function. */
struct warning {
    struct place place;
    const char *text; /* the compiler's, without its option */
    const char *option;
};

struct warnings {
    struct warning *items; /* owned */
    size_t count;
};

/*
 * Marks the parameters of the unit's functions `known`, from a dump of gcc's modref passes: the one
 * over the whole file (-fdump-ipa-modref-details) or the later one (-fdump-tree-modref2). What any
 * reading has proved stays proved.
 */
void modref_read(struct flow_unit *unit, const char *text);

/* Adds the lines of a .su file (-fstack-usage). */
void frames_read(struct frames *frames, struct text_pool *pool, const char *text);

/* Adds those warnings of the compiler's output (plain, in English) that tell of such an address. */
void warnings_read(struct warnings *warnings, struct text_pool *pool, const char *text);

#endif
