#include "data/recorded.h"

#include "data/cell.h"
#include "data/counts.h"
#include "data/replicate.h"
#include "data/stats.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of a file of the run; NULL when it is not there. The caller frees it. */
static char *find_file(const char *directory, const char *name)
{
    char *const path = check_format("%s/%s", directory, name);
    /* What is there and cannot be read must fail, not be passed over. */
    if (access(path, F_OK) == 0 || errno != ENOENT)
        return path;
    free(path);
    return NULL;
}

/* Takes the processes of a cell into the run's memory. */
static void take_times(const struct replicated *replicated, size_t number, double *logs,
                       struct recorded_cell *cell)
{
    const struct replicated_cell *const from = &replicated->cells[number];
    for (size_t i = 0; i < from->count; i++)
        logs[i] = replicated->replicates[from->first + i].ns_per_op;
    const struct stats_interval interval = stats_median_interval(logs, from->count, SUMMARY_LEVEL);
    cell->samples = from->count;
    cell->ns_median = interval.median;
    cell->ns_low = interval.low;
    cell->ns_high = interval.high;
    for (size_t i = 0; i < from->count; i++)
        logs[i] = log(logs[i]);
    cell->logs = logs;
}

static void take_samples(const struct samples *samples, const char *baseline,
                         struct text_pool *text, struct recorded_run *run)
{
    const char *known = NULL;
    for (size_t i = 0; i < samples->count && known == NULL; i++)
        if (strcmp(samples->rows[i].cell.allocator, baseline) == 0)
            known = samples->rows[i].cell.allocator;
    struct replicated replicated;
    replicated_build(samples, known, &replicated);
    size_t total = 0;
    for (size_t i = 0; i < replicated.count; i++)
        total += replicated.cells[i].count;
    run->has_samples = true;
    run->count = replicated.count;
    run->cells = check_alloc(run->count, sizeof *run->cells);
    run->logs = check_alloc(total, sizeof *run->logs);
    size_t used = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct replicated_cell *const from = &replicated.cells[i];
        const double none = (double)NAN;
        run->cells[i] = (struct recorded_cell){.cell = cell_intern(text, &from->cell),
                                               .status = from->status,
                                               .detail = text_intern(text, from->detail),
                                               .ns_median = none,
                                               .ns_low = none,
                                               .ns_high = none};
        if (from->count > 0)
            take_times(&replicated, i, run->logs + used, &run->cells[i]);
        used += from->count;
    }
    replicated_free(&replicated);
}

/* A cell whose count failed has failed, whatever its times are. The last count of a cell is the
 * right one: a resumed run may have several. */
static void mark_miscounted(const struct counts *counts, struct text_pool *text,
                            struct recorded_run *run)
{
    struct cell_set cells = {0};
    const struct count_row **const rows = check_alloc(counts->count, sizeof *rows);
    for (size_t i = 0; i < counts->count; i++) {
        const struct cell cell = cell_intern(text, &counts->rows[i].cell);
        rows[cell_set_add(&cells, &cell)] = &counts->rows[i];
    }
    for (size_t i = 0; i < run->count; i++) {
        struct recorded_cell *const cell = &run->cells[i];
        const size_t number = cell_set_find(&cells, &cell->cell);
        if (number == SIZE_MAX || rows[number]->status != SAMPLE_FAILED || cell->samples == 0)
            continue;
        *cell = (struct recorded_cell){.cell = cell->cell,
                                       .status = SAMPLE_FAILED,
                                       .detail = text_intern(text, rows[number]->detail),
                                       .ns_median = (double)NAN,
                                       .ns_low = (double)NAN,
                                       .ns_high = (double)NAN};
    }
    free(rows);
    cell_set_free(&cells);
}

static int load_samples(const char *path, struct text_pool *text, struct recorded_run *run,
                        struct error *error)
{
    struct samples samples;
    if (samples_load(path, &samples, error) != 0)
        return -1;
    take_samples(&samples, recorded_fact(run, "run.baseline"), text, run);
    samples_free(&samples);
    char *const counts_path = find_file(run->directory, "counts.csv");
    if (counts_path == NULL)
        return 0;
    struct counts counts;
    const int failed = counts_load(counts_path, &counts, error);
    free(counts_path);
    if (failed != 0)
        return -1;
    mark_miscounted(&counts, text, run);
    counts_free(&counts);
    return 0;
}

static int load_summary(const char *path, struct text_pool *text, struct recorded_run *run,
                        struct error *error)
{
    struct summary summary;
    if (summary_load(path, &summary, error) != 0)
        return -1;
    run->count = summary.count;
    run->cells = check_alloc(run->count, sizeof *run->cells);
    for (size_t i = 0; i < run->count; i++) {
        const struct summary_row *const row = &summary.rows[i];
        const bool timed = row->ns_median > 0;
        run->cells[i] = (struct recorded_cell){.cell = cell_intern(text, &row->cell),
                                               .status = row->status,
                                               .detail = text_intern(text, row->note),
                                               .samples = timed ? row->samples : 0,
                                               .ns_median = timed ? row->ns_median : (double)NAN,
                                               .ns_low = row->ns_low,
                                               .ns_high = row->ns_high};
    }
    summary_free(&summary);
    return 0;
}

static int load_machine(struct recorded_run *run, struct error *error)
{
    char *const path = find_file(run->directory, "machine.csv");
    if (path == NULL)
        return 0;
    run->has_machine = true;
    const int failed = keyvalues_load(path, &run->machine, error);
    run->noise_floor = keyvalues_number(&run->machine, "noise_floor");
    free(path);
    return failed;
}

static int load_metrics(struct text_pool *text, struct recorded_run *run, struct error *error)
{
    char *const path = find_file(run->directory, "metrics.csv");
    if (path == NULL)
        return 0;
    run->has_metrics = true;
    const int failed = metric_rows_load(path, text, &run->metrics, error);
    free(path);
    return failed;
}

static int load_times(struct text_pool *text, struct recorded_run *run, struct error *error)
{
    char *const samples = find_file(run->directory, "samples.csv");
    char *const summary = find_file(run->directory, "summary.csv");
    int failed;
    if (samples != NULL)
        failed = load_samples(samples, text, run, error);
    else if (summary != NULL)
        failed = load_summary(summary, text, run, error);
    else
        failed = error_set(error, "%s holds neither samples.csv nor summary.csv: it is no run",
                           run->directory);
    free(samples);
    free(summary);
    return failed;
}

int recorded_load(const char *directory, struct text_pool *text, struct recorded_run *run,
                  struct error *error)
{
    *run = (struct recorded_run){.directory = directory, .noise_floor = (double)NAN};
    struct stat status;
    if (stat(directory, &status) != 0)
        return error_set_errno(error, "%s", directory);
    if (!S_ISDIR(status.st_mode))
        return error_set(error, "%s is no directory: name the directory of a run", directory);
    if (load_machine(run, error) == 0 && load_times(text, run, error) == 0 &&
        load_metrics(text, run, error) == 0)
        return 0;
    recorded_free(run);
    return -1;
}

void recorded_free(struct recorded_run *run)
{
    free(run->cells);
    free(run->logs);
    keyvalues_free(&run->machine);
    metric_rows_free(&run->metrics);
    *run = (struct recorded_run){.noise_floor = (double)NAN};
}

const char *recorded_fact(const struct recorded_run *run, const char *key)
{
    const char *const value = keyvalues_get(&run->machine, key);
    return value != NULL ? value : "";
}
