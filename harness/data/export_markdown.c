/* A run as tables in GitHub's Markdown. */
#include "data/cell.h"
#include "data/compare_words.h"
#include "data/export.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/summary.h"
#include "error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Text as code, in which nothing is markup but the bar that parts the cells of a table. The fence
 * is longer than any in the text (CommonMark 0.30, section 6.1). */
static void put_code(FILE *file, const char *text)
{
    char *const clean = export_clean(text);
    size_t longest = 0, run = 0;
    for (const char *at = clean; *at != '\0'; at++) {
        run = *at == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    const size_t length = strlen(clean);
    const char *const blank = length > 0 && (*clean == '`' || clean[length - 1] == '`') ? " " : "";
    for (size_t i = 0; i <= longest; i++)
        fputc('`', file);
    fputs(blank, file);
    for (const char *at = clean; *at != '\0'; at++)
        fprintf(file, *at == '|' ? "\\%c" : "%c", *at);
    fputs(blank, file);
    for (size_t i = 0; i <= longest; i++)
        fputc('`', file);
    free(clean);
}

/* The allocators of the heap's rows, the baseline first. */
struct columns {
    const char **names; /* owned; strings of the summary */
    size_t count;
};

static bool is_heap(const struct summary_row *row)
{
    return strcmp(row->cell.storage, "heap") == 0 && *row->cell.allocator != '\0';
}

static struct columns find_columns(const struct summary *summary, size_t first, size_t end)
{
    struct columns columns = {.names =
                                  check_alloc(summary->allocator_count, sizeof *columns.names)};
    for (size_t a = 0; a < summary->allocator_count; a++) {
        size_t row = first;
        while (row < end && (!is_heap(&summary->rows[row]) ||
                             summary->rows[row].cell.allocator != summary->allocators[a]))
            row++;
        if (row < end)
            columns.names[columns.count++] = summary->allocators[a];
    }
    return columns;
}

static void put_time(FILE *file, const struct summary_row *row)
{
    char text[40];
    if (row == NULL) {
        fputs("  |", file);
        return;
    }
    if (row->samples == 0) {
        fprintf(file, " %s |", sample_status_name(row->status));
        return;
    }
    compare_number(text, sizeof text, row->ns_median);
    fprintf(file, " %s%s", text, row->status == SAMPLE_NOISY ? " (noisy)" : "");
    if (!isnan(row->ratio)) {
        compare_number(text, sizeof text, row->ratio);
        fprintf(file, " (%s %s)", text, compare_mark(row->verdict, true));
    }
    fputs(" |", file);
}

static void put_count(FILE *file, double value)
{
    if (isnan(value))
        fputs("  |", file);
    else
        fprintf(file, " %.6g |", value);
}

/* One line: the rows from `first` to `end`, which are one cell under all its allocators. */
static void put_line(FILE *file, const struct summary *summary, const struct columns *columns,
                     size_t first, size_t end)
{
    const struct summary_row *const row = &summary->rows[first];
    const struct summary_row *plain = NULL, *counted = NULL;
    for (size_t i = first; i < end; i++) {
        const struct summary_row *const other = &summary->rows[i];
        if (!is_heap(other) && (plain == NULL || other->cell.allocator == summary->baseline))
            plain = other;
        if (counted == NULL && !isnan(other->allocs_per_op))
            counted = other;
    }
    char *const name = compare_cell_name(&row->cell);
    fputs("| ", file);
    put_code(file, name);
    fprintf(file, " | ");
    put_code(file, row->cell.storage);
    fputs(" |", file);
    free(name);
    struct summary_row shown = {.cell = row->cell};
    if (plain != NULL) {
        shown = *plain;
        shown.ratio = (double)NAN; /* a yardstick */
    }
    put_time(file, plain != NULL ? &shown : NULL);
    for (size_t c = 0; c < columns->count; c++) {
        const struct summary_row *under = NULL;
        for (size_t i = first; i < end; i++)
            if (is_heap(&summary->rows[i]) && summary->rows[i].cell.allocator == columns->names[c])
                under = &summary->rows[i];
        put_time(file, under);
    }
    put_count(file, counted != NULL ? counted->allocs_per_op : (double)NAN);
    put_count(file, counted != NULL ? counted->bytes_per_op : (double)NAN);
    fputc('\n', file);
}

static void put_metric(FILE *file, const struct summary_row *row, const char *metric,
                       const char *unit, const double values[3])
{
    char *const name = compare_cell_name(&row->cell);
    fputs("| ", file);
    put_code(file, name);
    free(name);
    const char *const texts[] = {row->cell.allocator, metric, unit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fputs(" | ", file);
        if (*texts[i] != '\0')
            put_code(file, texts[i]);
    }
    fputs(" |", file);
    for (size_t i = 0; i < 3; i++) {
        char text[METRICS_NUMBER_BYTES] = "";
        if (!isnan(values[i]))
            metrics_number(text, values[i]);
        fprintf(file, " %s |", text);
    }
    fputc('\n', file);
}

/* What is known of the rows besides their times, if anything is. */
static void put_metrics(FILE *file, const struct summary *summary, size_t first, size_t end)
{
    size_t next = 0;
    while (next < summary->metric_count && summary->metrics[next].row < first)
        next++;
    bool any = false;
    for (size_t row = first; row < end; row++)
        any |= summary->rows[row].throughput.samples > 0;
    if (!any && (next == summary->metric_count || summary->metrics[next].row >= end))
        return;
    fputs("\n| cell | under | metric | unit | median | from | to |\n"
          "|:---|:---|:---|:---|---:|---:|---:|\n",
          file);
    for (size_t i = first; i < end; i++) {
        const struct summary_row *const row = &summary->rows[i];
        const struct summary_throughput *const all = &row->throughput;
        if (all->samples > 0)
            put_metric(file, row, METRIC_THROUGHPUT, METRIC_THROUGHPUT_UNIT,
                       (const double[]){all->median, all->low, all->high});
        for (; next < summary->metric_count && summary->metrics[next].row == i; next++) {
            const struct summary_metric *const metric = &summary->metrics[next];
            put_metric(file, row, metric->metric, metric->unit,
                       (const double[]){metric->median, metric->low, metric->high});
        }
    }
}

static void put_scenario(FILE *file, const struct summary *summary, size_t first, size_t end)
{
    const struct columns columns = find_columns(summary, first, end);
    fputs("\n### ", file);
    put_code(file, summary->rows[first].cell.scenario);
    fputs("\n\n| cell | where | no allocator |", file);
    for (size_t c = 0; c < columns.count; c++) {
        fputc(' ', file);
        put_code(file, columns.names[c]);
        fputs(" |", file);
    }
    fputs(" allocs/op | B/op |\n|:---|:---|---:|", file);
    for (size_t c = 0; c < columns.count; c++)
        fputs("---:|", file);
    fputs("---:|---:|\n", file);
    for (size_t row = first, next; row < end; row = next) {
        for (next = row + 1; next < end; next++)
            if (!cell_equal_work(&summary->rows[row].cell, &summary->rows[next].cell))
                break;
        put_line(file, summary, &columns, row, next);
    }
    free(columns.names);
    put_metrics(file, summary, first, end);
}

static void put_head(const struct export_input *input, FILE *file)
{
    static const char *const keys[] = {"cpu.model", "build.compiler", "os.libc", "os.kernel",
                                       "build.commit"};
    bool any = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *const value = export_fact(input, keys[i]);
        if (*value == '\0')
            continue;
        fputs(any ? ", " : "", file);
        put_code(file, value);
        any = true;
    }
    fputs(any ? "\n\n" : "", file);
    fputs("Nanoseconds an operation, median of processes; lower is better.", file);
    if (*input->summary->baseline != '\0' && input->summary->compared_count > 0) {
        fputs(" In brackets the time over that of ", file);
        put_code(file, input->summary->baseline);
        fprintf(file, ": %s faster, %s slower, = same, ? unresolved.",
                compare_mark(SUMMARY_FASTER, true), compare_mark(SUMMARY_SLOWER, true));
    }
    const double noise_floor = keyvalues_number(input->machine, "noise_floor");
    if (!isnan(noise_floor))
        fprintf(file, " Noise floor: %.1f %%.", 100 * noise_floor);
    fputc('\n', file);
}

/* Names what has no time, with the reasons. */
static void put_failures(FILE *file, const struct summary *summary)
{
    bool any = false;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        if (row->samples > 0)
            continue;
        char *const cell = compare_cell_name(&row->cell);
        char *const name =
            check_format("%s/%s%s%s", row->cell.scenario, cell,
                         *row->cell.allocator != '\0' ? " under " : "", row->cell.allocator);
        fputs(any ? "* " : "\n### Without a time\n\n* ", file);
        put_code(file, name);
        fprintf(file, " %s", sample_status_name(row->status));
        if (*row->note != '\0') {
            fputs(": ", file);
            put_code(file, row->note);
        }
        fputc('\n', file);
        free(name);
        free(cell);
        any = true;
    }
}

void export_markdown(const struct export_input *input, FILE *file)
{
    const struct summary *const summary = input->summary;
    put_head(input, file);
    for (size_t first = 0, end; first < summary->count; first = end) {
        for (end = first + 1; end < summary->count; end++)
            if (summary->rows[end].cell.scenario != summary->rows[first].cell.scenario)
                break;
        put_scenario(file, summary, first, end);
    }
    put_failures(file, summary);
}
