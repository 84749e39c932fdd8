/* The places in a module of LLVM: its debugging metadata, !DILocation and what that refers to. */
#ifndef ALLOCOST_LLVM_DEBUG_H
#define ALLOCOST_LLVM_DEBUG_H

#include "explain/flow.h"

struct llvm_debug;
struct text_pool;

/* Reads the metadata lines of a module. Cannot fail; freed with llvm_debug_free. */
struct llvm_debug *llvm_debug_read(struct text_pool *pool, const char *text);
void llvm_debug_free(struct llvm_debug *debug);

/*
 * The place that the number N of "!dbg !N" stands for: of a call where it was written, whatever it
 * was inlined into; of a function its line. Unknown fields are 0 and NULL.
 */
struct place llvm_debug_place(const struct llvm_debug *debug, size_t number);

#endif
