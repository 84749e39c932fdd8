/*
 * From a run's samples to what the user sees: the summary, the figures, the table.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_RESULTS_H
#define ALLOCOST_RESULTS_H

#include "cli/command.h"

#include <stdbool.h>

struct error;
struct summary;

/*
 * Computes the summary from samples.csv, counts.csv, observations.csv, instructions.csv and
 * machine.csv of the run (all but the first may be missing), writes summary.csv and metrics.csv,
 * and the noise floor into machine.csv. The caller frees the summary.
 */
int results_summarize(const char *directory, struct summary *summary, struct error *error);

/*
 * Writes claims.md: what the summary says of each claim. Returns the exit code; without the file of
 * the claims, or with one that is broken, it says so on standard error, and nothing is lost.
 */
int results_claims(const char *directory, const struct summary *summary);

/* Prints the table on standard output. A full disk or a closed pipe there is an error. */
int results_print(const char *directory, const struct summary *summary, struct error *error);

/* Whether standard output may get colours: a terminal that has them, and a user who wants them. */
bool results_color(void);

/* Draws the figures from summary.csv, says on standard error what became of them. Returns the exit
 * code, 128 + n when signal n (stop.h) put an end to it. */
int results_plot(const char *directory);

#endif
