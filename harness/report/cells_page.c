/* The cells of a run: a table a scenario with the allocators beside one another, and every row. */
#include "data/cell.h"
#include "data/compare_words.h"
#include "data/findings.h"
#include "data/summary.h"
#include "error.h"
#include "report/html.h"
#include "report/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The allocators of a scenario's rows of the heap, the baseline first. */
struct columns {
    const char **names; /* owned; strings of the summary */
    size_t count;
};

static bool is_heap(const struct summary_row *row)
{
    return strcmp(row->cell.storage, "heap") == 0 && *row->cell.allocator != '\0';
}

static bool is_baseline(const struct summary *summary, const char *allocator)
{
    return *allocator != '\0' && strcmp(allocator, summary->baseline) == 0;
}

static struct columns find_columns(const struct summary *summary, size_t first, size_t end)
{
    struct columns columns = {.names = check_alloc(end - first + 1, sizeof *columns.names)};
    for (int others = 0; others < 2; others++)
        for (size_t i = first; i < end; i++) {
            const struct summary_row *const row = &summary->rows[i];
            bool take = is_heap(row) && is_baseline(summary, row->cell.allocator) == (others == 0);
            for (size_t c = 0; c < columns.count; c++)
                take = take && columns.names[c] != row->cell.allocator;
            if (take)
                columns.names[columns.count++] = row->cell.allocator;
        }
    return columns;
}

/* A time, with the ratio and its mark behind it where there is one. */
static void put_time(FILE *file, const struct summary_row *row, bool with_ratio)
{
    char text[40];
    if (row == NULL) {
        fputs("<td></td>", file);
        return;
    }
    if (row->samples == 0) {
        fprintf(file, "<td><span class=\"%s\">%s</span></td>", sample_status_name(row->status),
                sample_status_name(row->status));
        return;
    }
    compare_number(text, sizeof text, row->ns_median);
    fprintf(file, "<td>%s", text);
    if (row->status == SAMPLE_NOISY)
        fputs(" noisy", file);
    else if (strcmp(row->note, SUMMARY_AT_FLOOR) == 0)
        fputs(" at floor", file);
    if (with_ratio && !isnan(row->ratio)) {
        compare_number(text, sizeof text, row->ratio);
        fprintf(file, " (%s <span class=\"%s\">%s<span class=\"hidden\"> %s</span></span>)", text,
                summary_verdict_name(row->verdict), compare_mark(row->verdict, true),
                summary_verdict_name(row->verdict));
    }
    fputs("</td>", file);
}

/* The rows from `first` to `end`, which are one cell under all its allocators. */
static void put_line(FILE *file, const struct summary *summary, const struct columns *columns,
                     size_t first, size_t end)
{
    const struct summary_row *plain = NULL, *counted = NULL;
    for (size_t i = first; i < end; i++) {
        const struct summary_row *const row = &summary->rows[i];
        if (!is_heap(row) && (plain == NULL || is_baseline(summary, row->cell.allocator)))
            plain = row;
        if (counted == NULL && !isnan(row->allocs_per_op))
            counted = row;
    }
    char *const name = findings_cell_name(&summary->rows[first]);
    fputs("<tr><th scope=\"row\">", file);
    html_text(file, name);
    fputs("</th>", file);
    free(name);
    html_text_cell(file, summary->rows[first].cell.storage);
    put_time(file, plain, false);
    for (size_t c = 0; c < columns->count; c++) {
        const struct summary_row *under = NULL;
        for (size_t i = first; i < end; i++)
            if (is_heap(&summary->rows[i]) && summary->rows[i].cell.allocator == columns->names[c])
                under = &summary->rows[i];
        put_time(file, under, true);
    }
    html_count_cell(file, counted != NULL ? counted->allocs_per_op : (double)NAN);
    html_count_cell(file, counted != NULL ? counted->frees_per_op : (double)NAN);
    html_count_cell(file, counted != NULL ? counted->bytes_per_op : (double)NAN);
    fputs("</tr>\n", file);
}

static void put_scenario(const struct page *page, const struct summary *summary, size_t first,
                         size_t end)
{
    FILE *const file = page->file;
    const char *const scenario = summary->rows[first].cell.scenario;
    const struct columns columns = find_columns(summary, first, end);
    fputs("<div data-group=\"", file);
    html_text(file, scenario);
    fputs("\">\n", file);
    page_heading_open(page, 1);
    html_text(file, scenario);
    page_heading_close(page, 1);
    html_table_open(file, scenario);
    fputs("Nanoseconds an operation", file);
    if (columns.count > 1 && is_baseline(summary, columns.names[0]))
        html_say(file, "; in brackets times the time of %s", columns.names[0]);
    html_table_head(file);
    html_text_head(file, "cell");
    html_text_head(file, "where");
    html_number_head(file, "no allocator");
    for (size_t c = 0; c < columns.count; c++)
        html_number_head(file, columns.names[c]);
    html_number_head(file, "allocs/op");
    html_number_head(file, "frees/op");
    html_number_head(file, "B/op");
    html_table_body(file);
    for (size_t row = first, next; row < end; row = next) {
        for (next = row + 1; next < end; next++)
            if (!cell_equal_work(&summary->rows[row].cell, &summary->rows[next].cell))
                break;
        put_line(file, summary, &columns, row, next);
    }
    html_table_close(file);
    fputs("</div>\n", file);
    free(columns.names);
}

void cells_page_scenarios(const struct page *page, const struct report_run *run)
{
    const struct summary *const summary = run->summary;
    fprintf(page->file, "<section id=\"%sscenarios\" data-filter=\"heap size:64\">\n", page->id);
    page_heading_open(page, 0);
    fputs("Cells by scenario", page->file);
    page_heading_close(page, 0);
    fputs(
        "<p>Lower is better. ▼ faster than the baseline, ▲ slower, = the same, ? unresolved.</p>\n",
        page->file);
    for (size_t first = 0, end; first < summary->count; first = end) {
        for (end = first + 1; end < summary->count; end++)
            if (summary->rows[end].cell.scenario != summary->rows[first].cell.scenario)
                break;
        put_scenario(page, summary, first, end);
    }
    fputs("</section>\n", page->file);
}

/* ---- Every row ---- */

/* Which columns have a value in any row. */
struct extent {
    bool usable;
    bool instructions;
    bool throughput;
};

static struct extent find_extent(const struct summary *summary)
{
    struct extent extent = {.usable = false};
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        extent.usable |= !isnan(row->usable_bytes_per_op);
        extent.instructions |= !isnan(row->instructions_per_op);
        extent.throughput |= row->throughput.samples > 0;
    }
    return extent;
}

static void put_heads(FILE *file, const struct extent *extent)
{
    html_text_head(file, "cell");
    html_text_head(file, "where");
    html_text_head(file, "allocator");
    html_number_head(file, "ns/op");
    html_number_head(file, "95 % interval");
    html_number_head(file, "least");
    html_number_head(file, "processes");
    html_number_head(file, "ratio");
    html_number_head(file, "interval");
    html_text_head(file, "verdict");
    html_number_head(file, "allocs/op");
    html_number_head(file, "frees/op");
    html_number_head(file, "B/op");
    if (extent->usable)
        html_number_head(file, "usable B/op");
    if (extent->instructions)
        html_number_head(file, "instructions/op");
    if (extent->throughput)
        html_number_head(file, "ops/s of all threads");
    html_text_head(file, "status");
    html_text_head(file, "note");
}

static void put_row(FILE *file, const struct summary_row *row, const struct extent *extent)
{
    char *const name = findings_cell_name(row);
    fputs("<tr><th scope=\"row\">", file);
    html_say(file, "%s/%s", row->cell.scenario, name);
    fputs("</th>", file);
    free(name);
    html_text_cell(file, row->cell.storage);
    html_text_cell(file, row->cell.allocator);
    html_number_cell(file, row->samples > 0 ? row->ns_median : (double)NAN);
    html_interval_cell(file, row->ns_low, row->ns_high);
    html_number_cell(file, row->samples > 0 ? row->ns_min : (double)NAN);
    html_count_cell(file, (double)row->samples);
    html_number_cell(file, row->ratio);
    html_interval_cell(file, row->ratio_low, row->ratio_high);
    html_verdict_cell(file, row->verdict);
    html_count_cell(file, row->allocs_per_op);
    html_count_cell(file, row->frees_per_op);
    html_count_cell(file, row->bytes_per_op);
    if (extent->usable)
        html_count_cell(file, row->usable_bytes_per_op);
    if (extent->instructions)
        html_count_cell(file, row->instructions_per_op);
    if (extent->throughput)
        html_count_cell(file, row->throughput.samples > 0 ? row->throughput.median : (double)NAN);
    html_text_cell(file, sample_status_name(row->status));
    html_text_cell(file, row->note);
    fputs("</tr>\n", file);
}

void cells_page_rows(const struct page *page, const struct report_run *run)
{
    FILE *const file = page->file;
    const struct summary *const summary = run->summary;
    const struct extent extent = find_extent(summary);
    fprintf(file, "<section id=\"%srows\" data-filter=\"slower jemalloc\">\n", page->id);
    page_heading_open(page, 0);
    fputs("Every row", file);
    page_heading_close(page, 0);
    html_table_open(file, "Every row of the run");
    fprintf(file,
            "All %zu rows of summary.csv: times in nanoseconds an operation, medians of processes",
            summary->count);
    html_table_head(file);
    put_heads(file, &extent);
    html_table_body(file);
    for (size_t i = 0; i < summary->count; i++)
        put_row(file, &summary->rows[i], &extent);
    html_table_close(file);
    fputs("</section>\n", file);
}
