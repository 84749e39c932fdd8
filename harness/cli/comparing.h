/*
 * What the commands that compare runs share.
 */
#ifndef ALLOCOST_COMPARING_H
#define ALLOCOST_COMPARING_H

#include <stddef.h>

struct comparison;
struct error;
struct operands;
struct recorded_run;
struct text_pool;

/* Refuses two names of one directory, which would be compared with itself. 0, or -1 with a message.
 */
int comparing_check_distinct(const struct operands *directories, struct error *error);

/* Reads all runs, of which there is room for as many as there are directories; those that were not
 * read stay as they are. 0, or -1 with a message. */
int comparing_load(const struct operands *directories, struct text_pool *text,
                   struct recorded_run *runs, struct error *error);

/* Draws the figures of a comparison into `figures` of the directory; *drawn is how many there are
 * then. `command` is whose name stands in front of a message. Returns an exit code. */
int comparing_draw(const char *directory, const struct comparison *comparison, const char *command,
                   size_t *drawn);

#endif
