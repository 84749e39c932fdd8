#include "data/metrics.h"

#include "data/cell.h"
#include "data/observation.h"
#include "data/stats.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An observation of a row that is in the summary. */
struct observed {
    size_t row;
    size_t kind; /* number of the metric and its unit, as first observed */
    unsigned round;
    size_t place; /* in the file */
    double value;
};

static int compare_observed(const void *left, const void *right)
{
    const struct observed *const a = left, *const b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* The number of a metric with its unit, which stand in the place of a cell's scenario and variant.
 */
static size_t kind_of(struct cell_set *kinds, struct summary *summary,
                      const struct observation *row)
{
    const struct cell kind = {.scenario = text_intern(summary->text, row->metric),
                              .variant = text_intern(summary->text, row->unit)};
    return cell_set_add(kinds, &kind);
}

/* The observations that count, sorted by row, metric and round; the caller frees them. */
static struct observed *choose(struct summary *summary, const struct observations *observations,
                               struct cell_set *kinds, size_t *count)
{
    struct cell_set cells = {0};
    for (size_t i = 0; i < summary->count; i++)
        cell_set_add(&cells, &summary->rows[i].cell);
    struct observed *const chosen = check_alloc(observations->count, sizeof *chosen);
    *count = 0;
    for (size_t i = 0; i < observations->count; i++) {
        const struct observation *const row = &observations->rows[i];
        const struct cell cell = cell_intern(summary->text, &row->cell);
        const size_t number = cell_set_find(&cells, &cell);
        if (number == SIZE_MAX || summary->rows[number].samples == 0 ||
            summary->rows[number].status != row->status)
            continue;
        chosen[(*count)++] = (struct observed){.row = number,
                                               .kind = kind_of(kinds, summary, row),
                                               .round = row->round,
                                               .place = i,
                                               .value = row->value};
    }
    cell_set_free(&cells);
    if (*count > 0)
        qsort(chosen, *count, sizeof *chosen, compare_observed);
    return chosen;
}

void metrics_push(struct summary *summary, const struct summary_metric *metric)
{
    /* The room is not kept: it is the next power of two. */
    if ((summary->metric_count & (summary->metric_count - 1)) == 0) {
        const size_t room = summary->metric_count > 0 ? 2 * summary->metric_count : 1;
        summary->metrics = check_realloc(summary->metrics, room, sizeof *summary->metrics);
    }
    summary->metrics[summary->metric_count++] = *metric;
}

struct metric_values metrics_choose(struct summary *summary,
                                    const struct observations *observations)
{
    struct cell_set kinds = {0};
    size_t count;
    struct observed *const chosen = choose(summary, observations, &kinds, &count);
    struct metric_values values = {.items = check_alloc(count, sizeof *values.items)};
    for (size_t i = 0; i < count; i++) {
        const struct observed *const from = &chosen[i];
        const bool last = i + 1 == count || from[1].row != from->row ||
                          from[1].kind != from->kind || from[1].round != from->round;
        if (!last)
            continue; /* the last of a round counts */
        const struct cell *const kind = &kinds.cells[from->kind];
        values.items[values.count++] = (struct metric_value){.row = from->row,
                                                             .metric = kind->scenario,
                                                             .unit = kind->variant,
                                                             .round = from->round,
                                                             .value = from->value};
    }
    free(chosen);
    cell_set_free(&kinds);
    return values;
}

void metrics_add_observations(struct summary *summary, const struct observations *observations)
{
    struct metric_values chosen = metrics_choose(summary, observations);
    double *const values = check_alloc(chosen.count, sizeof *values);
    for (size_t first = 0, end; first < chosen.count; first = end) {
        const struct metric_value *const of = &chosen.items[first];
        for (end = first; end < chosen.count; end++) {
            const struct metric_value *const other = &chosen.items[end];
            if (other->row != of->row || other->metric != of->metric || other->unit != of->unit)
                break;
            values[end - first] = other->value;
        }
        const struct stats_interval interval =
            stats_median_interval(values, end - first, SUMMARY_LEVEL);
        metrics_push(summary, &(struct summary_metric){.row = of->row,
                                                       .metric = of->metric,
                                                       .unit = of->unit,
                                                       .median = interval.median,
                                                       .low = interval.low,
                                                       .high = interval.high,
                                                       .samples = end - first});
    }
    free(values);
    free(chosen.items);
}

void metrics_number(char text[METRICS_NUMBER_BYTES], double value)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T"};
    size_t prefix = 0;
    if (fabs(value) >= 10000)
        while (prefix + 1 < sizeof prefixes / sizeof *prefixes && fabs(value) >= 999.95) {
            value /= 1000;
            prefix++;
        }
    snprintf(text, METRICS_NUMBER_BYTES, "%.4g%s", value, prefixes[prefix]);
}
