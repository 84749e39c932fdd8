/*
 * The directory of a run: made once, never written over.
 */
#ifndef ALLOCOST_RUN_DIRECTORY_H
#define ALLOCOST_RUN_DIRECTORY_H

#include <stdbool.h>

struct error;

/*
 * Makes the directory `path`, or, when that is NULL, `results`/<UTC date>T<time>-<host>, with all
 * its parents. A directory that exists must be empty. Returns the path, owned by the caller, or
 * NULL with a message when it cannot be made or written to.
 */
char *run_directory_make(const char *path, const char *results, struct error *error);

/* Checks that the directory holds a run that can be read: its samples.csv. 0, or -1 with a message.
 */
int run_directory_check(const char *path, struct error *error);

/* The path of a file in it; owned by the caller. */
char *run_directory_file(const char *directory, const char *name);

#endif
