/*
 * The two halves of `allocost explain`: the user's own sources, and the suite itself.
 */
#ifndef ALLOCOST_CLI_EXPLAIN_H
#define ALLOCOST_CLI_EXPLAIN_H

#include "explain/compiler.h"

#include <stdbool.h>
#include <stddef.h>

/* What the user asked for. */
struct explain_request {
    const char *const *operands; /* files, or patterns of cells */
    size_t operand_count;
    const char *const *flags; /* behind `--`, for the compilers */
    size_t flag_count;
    bool json;
    bool fail_on_heap;
    bool fail_on_movable;
    bool fail_on_address;
    struct compiler compilers[COMPILERS]; /* those that are there */
};

/* Each returns the exit code, and has said on stderr why it is not 0. A stop may have been asked
 * for; nothing of the work stays behind. */
int explain_sources(const struct explain_request *request);
int explain_suite(const struct explain_request *request);

#endif
