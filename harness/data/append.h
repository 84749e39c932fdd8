/*
 * A CSV file that grows by whole records and keeps them through a crash or a full disk.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_APPEND_H
#define ALLOCOST_APPEND_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct append_file;

/*
 * Creates the file, which must not exist, and writes the header, a whole record with its newline.
 * With `resume` the file may exist: it must begin with that header, and what stands behind its last
 * whole record is cut off. Until it is closed, nobody else can open it here. NULL with a message on
 * failure.
 */
struct append_file *append_open(const char *path, const char *header, size_t header_bytes,
                                bool resume, struct error *error);

/*
 * Appends whole records with one write and has them on the disk before it returns. On failure the
 * file is cut back to what it held before.
 */
int append_records(struct append_file *file, const char *records, size_t size_bytes,
                   struct error *error);

/* Closes and frees; NULL is allowed. */
void append_close(struct append_file *file);

#endif
