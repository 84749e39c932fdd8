/*
 * The file that is being written. Not for several threads at the same time.
 *
 * Only system calls: open and write of the C library are cancellation points, and may be replaced
 * by the program.
 */
#ifndef ALLOCOST_RECORD_STREAM_H
#define ALLOCOST_RECORD_STREAM_H

#include "trace/trace_format.h"

#include <stdbool.h>

/* Empties the file at the path, which is constant from here on, and begins it. False, with a
 * message on standard error: it cannot be written to; as for the functions below. */
bool stream_begin(const char *path);

/* Room for an event of at most TRACE_EVENT_MOST bytes, in the buffer. NULL: see above. */
uint8_t *stream_room(void);

/* What was put there ends here. */
void stream_advance(uint8_t *end);

/* Writes what is in the buffer, and the checksum behind it. */
bool stream_end(void);

#endif
