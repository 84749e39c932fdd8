/*
 * A request to stop early: SIGINT or SIGTERM. What is measured is kept, and the run ends as usual.
 */
#ifndef ALLOCOST_STOP_H
#define ALLOCOST_STOP_H

/* From now on the two signals only make a note; a second one of them ends the program at once.
 * SIGPIPE is ignored. Cannot fail. */
void stop_install(void);

/* The signal that asked for a stop, or 0. */
int stop_requested(void);

#endif
