/*
 * What only some cells have, as metrics.csv holds it: one row a cell and metric.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_METRICS_H
#define ALLOCOST_METRICS_H

struct error;
struct observations;
struct summary;

/* The metric `throughput`, in operations a second of all threads. */
#define METRIC_THROUGHPUT "throughput"
#define METRIC_THROUGHPUT_UNIT "ops_per_s"

/*
 * Computes the metrics of the summary's rows from what was observed: of each cell and metric the
 * median over the processes and its interval, from the processes that the row's times are from: of
 * each round the last that is not noisy, and noisy ones only when the row is. A row without samples
 * gets none. The same metric in two units is two metrics. The rows must stay in their order from
 * then on. Cannot fail.
 */
void metrics_add_observations(struct summary *summary, const struct observations *observations);

/* Writes the metrics of a summary that was computed, whole or not at all. Without any there is
 * still the header. */
int metrics_write(const struct summary *summary, const char *path, struct error *error);

/*
 * Adds the metrics of the file to a summary that was loaded. One of a cell that the summary does
 * not have is passed over. A broken row is an error that names file, line and column; what was
 * added so far stays.
 */
int metrics_load(const char *path, struct summary *summary, struct error *error);

#endif
