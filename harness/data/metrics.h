/*
 * What only some cells have, as metrics.csv holds it: one row a cell and metric.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_METRICS_H
#define ALLOCOST_METRICS_H

#include "data/sample.h"

#include <stddef.h>

struct error;
struct observations;
struct summary;
struct summary_metric;
struct text_pool;

/* The metric `throughput`, in operations a second of all threads. */
#define METRIC_THROUGHPUT "throughput"
#define METRIC_THROUGHPUT_UNIT "ops_per_s"

/*
 * A number of any unit with about four digits that tell, and k, M, G or T behind it from 10000 on.
 * Cannot fail.
 */
enum { METRICS_NUMBER_BYTES = 32 };
void metrics_number(char text[METRICS_NUMBER_BYTES], double value);

/* What one process observed of a metric. */
struct metric_value {
    size_t row;         /* of the summary */
    const char *metric; /* the summary's, as the next */
    const char *unit;
    unsigned round;
    double value;
};

/* What counts of all that was observed. */
struct metric_values {
    struct metric_value *items; /* owned: to be freed */
    size_t count;
};

/*
 * Chooses what the metrics are computed from (below), by row, then metric as first observed, then
 * round; at most one of each. Cannot fail.
 */
struct metric_values metrics_choose(struct summary *summary,
                                    const struct observations *observations);

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

/* Adds a metric of a row that is not before those of the metrics there are. Cannot fail. */
void metrics_push(struct summary *summary, const struct summary_metric *metric);

/*
 * Adds the metrics of the file to a summary that was loaded. One of a cell that the summary does
 * not have is passed over. A broken row is an error that names file, line and column; then none is
 * added.
 */
int metrics_load(const char *path, struct summary *summary, struct error *error);

/* A row of the file. */
struct metric_row {
    struct cell cell; /* strings of the pool that was given, as the next two */
    const char *metric;
    const char *unit; /* of the next three */
    double median;    /* NaN: the field is empty, as the next two */
    double low;       /* the 95 % interval */
    double high;
    size_t samples; /* processes that the statistics are over */
};

/* All of them. */
struct metric_rows {
    struct metric_row *items; /* owned; in the order of the file */
    size_t count;
};

/* Reads the file, with errors as above; then *rows is empty. metric_rows_free gives all back. */
int metric_rows_load(const char *path, struct text_pool *pool, struct metric_rows *rows,
                     struct error *error);
void metric_rows_free(struct metric_rows *rows);

#endif
