/*
 * Output files that are either whole or not there.
 */
#ifndef ALLOCOST_FILE_H
#define ALLOCOST_FILE_H

#include <stddef.h>

struct error;

/*
 * Replaces the content of the file, or creates it with the permissions that the umask leaves:
 * writes under a temporary name in the same directory, syncs, renames, and syncs the directory.
 * Returns 0; or -1 with a message, and then the old file is as it was and nothing of the new one is
 * left. What exists and is no regular file (a pipe, a terminal, /dev/null) is written to directly.
 */
int file_replace(const char *path, const void *content, size_t size_bytes, struct error *error);

#endif
