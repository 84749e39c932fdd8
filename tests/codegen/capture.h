/* Runs a program and keeps what it printed. */
#ifndef ALLOCOST_TEST_CAPTURE_H
#define ALLOCOST_TEST_CAPTURE_H

/*
 * Runs argv[0], found along PATH, with argv, a NULL behind the last argument. `environment`, when
 * not NULL, is one NAME=value for the program alone. What it wrote on stdout and stderr is put
 * into *text, to be freed by the caller; with `text` NULL it goes where this program's output goes.
 * Returns the exit code, 128 plus the number when a signal ended it, or 127 when it could not be
 * started. Aborts when there is no memory or no process to be had.
 */
int capture(char *const argv[], const char *environment, char **text);

#endif
