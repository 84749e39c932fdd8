/* Metrics of several runs on a terminal. */
#include "data/compare_metrics.h"
#include "data/compare_words.h"
#include "data/differences.h"
#include "data/metrics.h"
#include "data/term.h"
#include "error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Widths of the columns, each but the first with the blank in front of it. */
enum {
    LEAST_NAME_WIDTH = 20,
    MOST_NAME_WIDTH = 48,
    ALLOCATOR_WIDTH = 11,
    METRIC_WIDTH = 30,
    VALUE_WIDTH = 10,
    RUN_WIDTH = 4,
    RATIO_WIDTH = 8
};

static const char *mark(enum compare_metric_verdict verdict)
{
    static const char *const marks[] = {[COMPARE_METRIC_NONE] = "",
                                        [COMPARE_METRIC_MORE] = "+",
                                        [COMPARE_METRIC_LESS] = "-",
                                        [COMPARE_METRIC_SAME] = "=",
                                        [COMPARE_METRIC_UNRESOLVED] = "?"};
    return marks[verdict];
}

static char *row_name(const struct compare_metric *row)
{
    char *const cell = compare_cell_name(&row->cell);
    char *const name = check_format("%s/%s", row->cell.scenario, cell);
    free(cell);
    return name;
}

static void put_value(const struct term *term, double value)
{
    char text[METRICS_NUMBER_BYTES] = "";
    if (!isnan(value))
        metrics_number(text, value);
    term_put(term, TERM_PLAIN, text, -VALUE_WIDTH);
}

static void put_header(const struct term *term, int name_width)
{
    term_put(term, TERM_BOLD, "changed most", name_width);
    term_put(term, TERM_DIM, " under", ALLOCATOR_WIDTH);
    term_put(term, TERM_DIM, " metric, unit", METRIC_WIDTH);
    term_put(term, TERM_DIM, "A", -VALUE_WIDTH);
    term_put(term, TERM_DIM, "run", -RUN_WIDTH);
    term_put(term, TERM_DIM, "value", -VALUE_WIDTH);
    term_put(term, TERM_DIM, "ratio", -RATIO_WIDTH);
    fputc('\n', term->stream);
}

static void put_line(const struct term *term, const struct compare_metric *row, size_t run,
                     int name_width)
{
    const struct compare_metric_change change = compare_metric_change(row->of[run], row->of[0]);
    char *const name = row_name(row);
    char *const metric = check_format("%s, %s", row->metric, row->unit);
    char label[DIFFERENCES_LABEL_BYTES], ratio[40] = "";
    differences_label(run, label);
    if (!isnan(change.ratio))
        compare_number(ratio, sizeof ratio, change.ratio);
    term_put(term, TERM_PLAIN, name, name_width);
    fputc(' ', term->stream);
    term_put(term, TERM_PLAIN, row->cell.allocator, ALLOCATOR_WIDTH - 1);
    fputc(' ', term->stream);
    term_put(term, TERM_PLAIN, metric, METRIC_WIDTH - 1);
    put_value(term, row->of[0]->median);
    term_put(term, TERM_BOLD, label, -RUN_WIDTH);
    put_value(term, row->of[run]->median);
    term_put(term, TERM_PLAIN, ratio, -RATIO_WIDTH);
    fprintf(term->stream, " %s\n", mark(change.verdict));
    free(name);
    free(metric);
}

/* Wide enough for the names, where the terminal is. */
static int find_name_width(const struct term *term, const struct compare_metrics *metrics)
{
    const int left = term->width - ALLOCATOR_WIDTH - METRIC_WIDTH - 2 * VALUE_WIDTH - RUN_WIDTH -
                     RATIO_WIDTH - 2;
    int width = LEAST_NAME_WIDTH;
    for (size_t i = 0; i < metrics->count && metrics->rows[i].change >= 0; i++) {
        char *const name = row_name(&metrics->rows[i]);
        char *const clean = term_clean(term, name);
        const int columns = term_columns(term, clean);
        width = columns > width ? columns : width;
        free(clean);
        free(name);
    }
    width = width < MOST_NAME_WIDTH ? width : MOST_NAME_WIDTH;
    return width < left || left < LEAST_NAME_WIDTH ? width : left;
}

/* For each run: what it is compared in, and what it, or only the base, has. */
static void say_rest(const struct term *term, const struct compare_metrics *metrics)
{
    for (size_t r = 0; r < metrics->run_count; r++) {
        size_t both = 0, base = 0, own = 0;
        for (size_t i = 0; i < metrics->count; i++) {
            const struct compare_metric *const row = &metrics->rows[i];
            both += row->of[0] != NULL && row->of[r] != NULL;
            base += row->of[0] != NULL && row->of[r] == NULL;
            own += row->of[0] == NULL && row->of[r] != NULL;
        }
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        if (!metrics->runs[r].has_metrics)
            fprintf(term->stream, "%s has no metrics.csv.\n", label);
        else if (r > 0)
            fprintf(term->stream,
                    "%s to A: %zu metrics compared; in A only %zu, in %s only %zu (a metric in "
                    "another unit is another one).\n",
                    label, both, base, label, own);
    }
}

void compare_metrics_print(const struct term *term, const struct compare_metrics *metrics,
                           size_t lines_most)
{
    if (metrics->count == 0)
        return;
    fputc('\n', term->stream);
    term_say(term, TERM_BOLD, "Metrics");
    fputs(": what is known of cells besides the time of an operation.\n", term->stream);
    size_t lines = 0, compared = 0;
    const int name_width = find_name_width(term, metrics);
    for (size_t i = 0; i < metrics->count; i++)
        for (size_t r = 1; r < metrics->run_count; r++) {
            const struct compare_metric *const row = &metrics->rows[i];
            if (row->of[0] == NULL || row->of[r] == NULL || compared++ >= lines_most)
                continue;
            if (lines++ == 0)
                put_header(term, name_width);
            put_line(term, row, r, name_width);
        }
    if (lines > 0)
        fputs("+ more  - less: the intervals lie apart  = same  ? they overlap, or there is none",
              term->stream);
    if (lines > 0 && lines < compared)
        fprintf(term->stream, "; %zu of %zu lines", lines, compared);
    fputs(lines > 0 ? "\n" : "", term->stream);
    say_rest(term, metrics);
}
