/*
 * What a long run says on standard error: one line that is written over on a terminal, one line a
 * round elsewhere.
 */
#ifndef ALLOCOST_PROGRESS_H
#define ALLOCOST_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of the line. */
struct progress {
    bool terminal;
    uint64_t shown_ns; /* when it was last written */
    uint64_t end_ns;   /* when the measuring is planned to end; 0: by rounds */
    bool line_open;    /* a line is on the terminal that must be cleared */
};

void progress_start(struct progress *progress, uint64_t end_ns);

/* Says what is being done: a phase, how far it is in steps, and the cell. Often called, seldom
 * shown. */
void progress_step(struct progress *progress, const char *phase, size_t done, size_t total,
                   const char *cell);

/* A line that stays: printf format, a newline is added. On a terminal it stands above the progress.
 */
void progress_note(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A round is over: one line where there is no terminal. */
void progress_round(struct progress *progress, unsigned round, size_t measured, size_t noisy);

void progress_end(struct progress *progress);

#endif
