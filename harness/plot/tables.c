#include "plot/tables.h"

#include "allocators.h"
#include "data/keyvalue.h"
#include "data/summary.h"
#include "error.h"
#include "facts.h"
#include "plot/caption.h"
#include "plot/plain_text.h"
#include "plot/table_file.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One allocator of the run. */
struct column {
    const char *name; /* the summary's */
    size_t slot;      /* from 1 */
};

/* The allocators of the run, in the order in which they are shown. */
struct columns {
    struct column *items; /* owned */
    size_t count;
};

/* Whether a row is drawn at all. */
static bool is_drawn(const struct summary_row *row)
{
    return (row->status == SAMPLE_OK || row->status == SAMPLE_NOISY) && !isnan(row->ns_median);
}

/* Whether the row's cell calls the allocator that it was measured under. */
static bool calls_allocator(const struct summary_row *row)
{
    return *row->cell.allocator != '\0' && strcmp(row->cell.storage, "heap") == 0;
}

/* The slot of a known allocator, or 0. */
static size_t known_slot(const char *name)
{
    size_t count = 0;
    const char *const *const names = allocator_list_names(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i + 1;
    return 0;
}

static bool has_drawn_row(const struct summary *summary, const char *name)
{
    for (size_t i = 0; i < summary->count; i++)
        if (summary->rows[i].cell.allocator == name && is_drawn(&summary->rows[i]))
            return true; /* the summary's strings are interned */
    return false;
}

/* The allocators that any row was measured under, in the order of the summary. */
static struct columns find_columns(const struct summary *summary)
{
    struct columns columns = {.items =
                                  check_alloc(summary->allocator_count, sizeof *columns.items)};
    size_t next_slot = 0;
    (void)allocator_list_names(&next_slot);
    for (size_t i = 0; i < summary->allocator_count; i++) {
        const char *const name = summary->allocators[i];
        if (!has_drawn_row(summary, name))
            continue;
        const size_t known = known_slot(name);
        columns.items[columns.count++] =
            (struct column){.name = name, .slot = known != 0 ? known : ++next_slot};
    }
    return columns;
}

/* The number of an allocator in allocators.tsv, or 0. */
static size_t number_of(const struct columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].name == name)
            return i + 1;
    return 0;
}

/* A row of cells.tsv. */
struct entry {
    const struct summary_row *row;
    double value;     /* of the swept parameter; NaN: none */
    size_t allocator; /* number; 0: none */
};

/* NaN comes first. */
static int compare_values(double left, double right)
{
    if (isnan(left) || isnan(right))
        return isnan(right) - isnan(left);
    return left < right ? -1 : left > right;
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *const a = left;
    const struct entry *const b = right;
    int order = strcmp(a->row->cell.scenario, b->row->cell.scenario);
    if (order == 0)
        order = strcmp(a->row->cell.variant, b->row->cell.variant);
    if (order == 0)
        order = strcmp(a->row->cell.param, b->row->cell.param);
    if (order == 0)
        order = compare_values(a->value, b->value);
    if (order == 0)
        order = a->row->cell.threads < b->row->cell.threads
                    ? -1
                    : a->row->cell.threads > b->row->cell.threads;
    if (order == 0)
        order = a->allocator < b->allocator ? -1 : a->allocator > b->allocator;
    return order;
}

/* Chooses the rows that are drawn; the caller frees them. */
static struct entry *choose_entries(const struct summary *summary, const struct columns *columns,
                                    const char *baseline, size_t *count)
{
    struct entry *const entries = check_alloc(summary->count, sizeof *entries);
    *count = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        const bool calls = calls_allocator(row);
        const char *const name = row->cell.allocator;
        if (!is_drawn(row) || (!calls && *name != '\0' && strcmp(name, baseline) != 0))
            continue;
        entries[(*count)++] = (struct entry){
            .row = row,
            .value = *row->cell.value != '\0' ? strtod(row->cell.value, NULL) : (double)NAN,
            .allocator = calls ? number_of(columns, name) : 0};
    }
    if (*count > 0)
        qsort(entries, *count, sizeof *entries, compare_entries);
    return entries;
}

static void put_entry(FILE *file, const struct entry *entry)
{
    const struct summary_row *const row = entry->row;
    table_file_put_text(file, row->cell.scenario, '\t');
    table_file_put_text(file, row->cell.variant, '\t');
    table_file_put_text(file, row->cell.storage, '\t');
    table_file_put_text(file, row->cell.param, '\t');
    table_file_put_number(file, entry->value);
    fprintf(file, "%u\t%zu\t%zu\t", row->cell.threads, entry->allocator, row->samples);
    const double numbers[] = {row->ns_median,
                              row->ns_low,
                              row->ns_high,
                              row->ns_min,
                              row->ratio,
                              row->ratio_low,
                              row->ratio_high,
                              row->allocs_per_op,
                              row->frees_per_op,
                              row->bytes_per_op,
                              row->usable_bytes_per_op,
                              row->instructions_per_op,
                              row->throughput.median,
                              row->throughput.low,
                              row->throughput.high};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        table_file_put_number(file, numbers[i]);
    table_file_put_text(file, summary_verdict_name(row->verdict), '\t');
    table_file_put_text(file, sample_status_name(row->status), '\t');
    table_file_put_text(file, row->note, '\n');
}

static void put_metrics(FILE *file, const struct summary *summary, const struct entry *entry)
{
    const size_t row = (size_t)(entry->row - summary->rows);
    for (size_t i = 0; i < summary->metric_count; i++) {
        const struct summary_metric *const metric = &summary->metrics[i];
        if (metric->row != row)
            continue;
        table_file_put_text(file, entry->row->cell.scenario, '\t');
        table_file_put_text(file, entry->row->cell.variant, '\t');
        table_file_put_text(file, entry->row->cell.param, '\t');
        table_file_put_number(file, entry->value);
        fprintf(file, "%u\t%zu\t", entry->row->cell.threads, entry->allocator);
        table_file_put_number(file, metric->median);
        table_file_put_number(file, metric->low);
        table_file_put_number(file, metric->high);
        table_file_put_text(file, metric->metric, '\t');
        table_file_put_text(file, metric->unit, '\n');
    }
}

/* One row at least, for gnuplot cannot read a table without any. */
static const char metrics_header[] =
    "scenario\tvariant\tparam\tvalue\tthreads\tallocator\tmedian\tlow\thigh\tmetric\tunit\n"
    "\t\t\tNaN\t0\t0\tNaN\tNaN\tNaN\tnone\t\n";

static const char cells_header[] =
    "scenario\tvariant\tstorage\tparam\tvalue\tthreads\tallocator\tsamples\tns_median\tns_low\t"
    "ns_high\tns_min\tratio\tratio_low\tratio_high\tallocs_per_op\tfrees_per_op\tbytes_per_op\t"
    "usable_bytes_per_op\tinstructions_per_op\tops_per_s\tops_low\tops_"
    "high\tverdict\tstatus\tnote\n";

/* The allocator that ratios are to: as recorded, as the summary shows, or the only one. */
static const char *find_baseline(const struct summary *summary, const struct keyvalues *machine,
                                 const struct columns *columns)
{
    const char *const recorded = keyvalues_get(machine, "run.baseline");
    for (size_t i = 0; i < columns->count; i++)
        if (recorded != NULL && strcmp(columns->items[i].name, recorded) == 0)
            return columns->items[i].name;
    if (*summary->baseline != '\0' || columns->count == 0)
        return summary->baseline;
    return columns->items[0].name;
}

int tables_write(const struct summary *summary, const struct keyvalues *machine,
                 const char *directory, size_t *cells, struct error *error)
{
    struct columns columns = find_columns(summary);
    const char *const baseline = find_baseline(summary, machine, &columns);
    const char **const names = check_alloc(columns.count, sizeof *names);

    struct table_file table;
    FILE *file = table_file_open(&table);
    fputs("number\tslot\tbaseline\tlabel\n0\t0\t0\tnone\n", file);
    for (size_t i = 0; i < columns.count; i++) {
        const struct column *const column = &columns.items[i];
        char *const label = plain_text_shortened(column->name, TABLES_LABEL_COLUMNS);
        fprintf(file, "%zu\t%zu\t%d\t", i + 1, column->slot, strcmp(column->name, baseline) == 0);
        table_file_put_text(file, label, '\n');
        free(label);
        names[i] = column->name;
    }
    int failed = table_file_write(&table, directory, "allocators.tsv", error);

    struct entry *const entries = choose_entries(summary, &columns, baseline, cells);
    file = table_file_open(&table);
    fputs(cells_header, file);
    for (size_t i = 0; i < *cells; i++)
        put_entry(file, &entries[i]);
    failed = table_file_write(&table, directory, "cells.tsv", failed == 0 ? error : NULL) | failed;

    file = table_file_open(&table);
    fputs(metrics_header, file);
    for (size_t i = 0; i < *cells; i++)
        put_metrics(file, summary, &entries[i]);
    failed =
        table_file_write(&table, directory, "metrics.tsv", failed == 0 ? error : NULL) | failed;

    file = table_file_open(&table);
    fputs("line\n", file);
    char *const caption = caption_make(machine, names, columns.count, TABLES_CAPTION_COLUMNS);
    char *rest = caption;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        table_file_put_text(file, *line != '\0' ? line : " ", '\n');
    failed =
        table_file_write(&table, directory, "caption.tsv", failed == 0 ? error : NULL) | failed;

    free(caption);
    free(entries);
    free(names);
    free(columns.items);
    return failed;
}
