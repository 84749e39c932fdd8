/*
 * What only some cells have, as metrics.csv holds it: one row a cell and metric.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_METRICS_H
#define ALLOCOST_METRICS_H

struct error;
struct summary;

/* The metric `throughput`, in operations a second of all threads. */
#define METRIC_THROUGHPUT "throughput"
#define METRIC_THROUGHPUT_UNIT "ops_per_s"

/* Writes the metrics of a summary that was computed, whole or not at all. Without any there is
 * still the header. */
int metrics_write(const struct summary *summary, const char *path, struct error *error);

/*
 * Adds the metrics of the file to the rows of a summary that was loaded. A metric that is not known
 * here is passed over, and so is one of a cell that the summary does not have. A broken row is an
 * error that names file, line and column; what was added so far stays.
 */
int metrics_load(const char *path, struct summary *summary, struct error *error);

#endif
