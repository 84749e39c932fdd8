/*
 * Turns what threads report into the events of a trace. Not for several threads at the same time.
 */
#ifndef ALLOCOST_RECORD_ENCODER_H
#define ALLOCOST_RECORD_ENCODER_H

#include "record/log.h"
#include "trace/trace_format.h"

#include <stdbool.h>

/*
 * The kinds of entries: those of the trace from TRACE_MALLOC to TRACE_FORK, and these. A block that
 * is being resized belongs to its thread, without an address, from ENTRY_TAKE to the next of that
 * thread's entries that gives it back.
 *
 *     kind                        address     first     second
 *     malloc                      the block   size
 *     calloc                      the block   count     size of each
 *     the three that align        the block   size      alignment
 *     realloc                     the new one size
 *     reallocarray                the new one count     size of each
 *     free, take                  the block
 *     put back                    the block
 *     free taken, fork            0
 */
enum entry_kind {
    ENTRY_TAKE = TRACE_KINDS, /* the allocator is about to resize it */
    ENTRY_PUT_BACK,           /* it did not */
    ENTRY_FREE_TAKEN          /* it freed it */
};

/* Begins a trace. False, with a message on standard error: the file cannot be written to; as for
 * the functions below. */
bool encoder_begin(const char *path);

/* Writes the entries, the next ones in the order. False also: no memory for so many live blocks. */
bool encoder_take(const struct log_entry *entries, size_t count);

/* Ends the trace. */
bool encoder_end(void);

#endif
