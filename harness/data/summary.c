#include "data/summary.h"

#include "data/cell.h"
#include "data/counts.h"
#include "data/instructions.h"
#include "data/replicate.h"
#include "data/stats.h"
#include "data/text.h"
#include "data/verdict.h"
#include "error.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The allocator to compare to, as a string of the samples; NULL when none was measured. */
static const char *find_baseline(const struct samples *samples, const char *name)
{
    const char *first = NULL, *last_seen = NULL;
    for (size_t i = 0; i < samples->count; i++) {
        const char *const allocator = samples->rows[i].cell.allocator;
        if (allocator == last_seen || *allocator == '\0')
            continue;
        last_seen = allocator;
        if (strcmp(allocator, name != NULL ? name : "glibc") == 0)
            return allocator;
        if (first == NULL)
            first = allocator;
    }
    return name == NULL ? first : NULL;
}

/* A row without a number in it. */
static struct summary_row empty_row(const struct replicated_cell *cell, struct text_pool *text)
{
    const double none = (double)NAN;
    return (struct summary_row){.cell = cell_intern(text, &cell->cell),
                                .samples = cell->count,
                                .ns_median = none,
                                .ns_low = none,
                                .ns_high = none,
                                .ns_min = none,
                                .ratio = none,
                                .ratio_low = none,
                                .ratio_high = none,
                                .allocs_per_op = none,
                                .frees_per_op = none,
                                .bytes_per_op = none,
                                .usable_bytes_per_op = none,
                                .instructions_per_op = none,
                                .throughput = {0, none, none, none},
                                .status = cell->status,
                                .note = text_intern(text, cell->detail)};
}

/* The last count of each cell; with duplicates, as a resumed run leaves them, the later is right.
 */
struct count_index {
    struct cell_set cells; /* strings of the summary */
    const struct count_row **rows;
};

static void index_counts(const struct counts *counts, struct text_pool *text,
                         struct count_index *index)
{
    *index = (struct count_index){0};
    if (counts == NULL)
        return;
    index->rows = check_alloc(counts->count, sizeof *index->rows);
    for (size_t i = 0; i < counts->count; i++) {
        const struct cell cell = cell_intern(text, &counts->rows[i].cell);
        index->rows[cell_set_add(&index->cells, &cell)] = &counts->rows[i];
    }
}

/* Fills in what was counted. A cell whose count failed has failed, whatever its times are. */
static void add_counts(const struct count_index *index, struct replicated_cell *cell,
                       struct summary_row *row, struct text_pool *text)
{
    const size_t number = cell_set_find(&index->cells, &row->cell);
    if (number == SIZE_MAX || cell->status == SAMPLE_FAILED || cell->status == SAMPLE_SKIPPED)
        return;
    const struct count_row *const counted = index->rows[number];
    if (counted->status == SAMPLE_FAILED) {
        cell->status = SAMPLE_FAILED;
        cell->detail = counted->detail;
        cell->count = 0;
        *row = empty_row(cell, text);
    } else if (counted->status == SAMPLE_OK && counted->iterations > 0) {
        const double iterations = (double)counted->iterations;
        row->allocs_per_op = (double)counted->allocs / iterations;
        row->frees_per_op = (double)counted->frees / iterations;
        row->bytes_per_op = (double)counted->bytes / iterations;
        /* An allocator without malloc_usable_size is counted as 0 for blocks of any size. */
        if (counted->usable_bytes > 0 || counted->bytes == 0)
            row->usable_bytes_per_op = (double)counted->usable_bytes / iterations;
    }
}

/* By address: both are of one run's samples. */
static bool same_variant(const struct cell *left, const struct cell *right)
{
    return left->scenario == right->scenario && left->variant == right->variant;
}

static void add_times(const struct replicated *replicated, const struct replicated_cell *cell,
                      struct summary_row *row, double *scratch)
{
    if (cell->count == 0)
        return;
    for (size_t i = 0; i < cell->count; i++)
        scratch[i] = replicated->replicates[cell->first + i].ns_per_op;
    const struct stats_interval interval =
        stats_median_interval(scratch, cell->count, SUMMARY_LEVEL);
    row->ns_median = interval.median;
    row->ns_low = interval.low;
    row->ns_high = interval.high;
    row->ns_min = scratch[0];
}

/* Whether some cell of the row's variant was measured on more than one thread. The cells of a
 * variant follow one another. */
static bool is_of_threaded_variant(const struct replicated *replicated, size_t index)
{
    const struct cell *const cell = &replicated->cells[index].cell;
    size_t first = index;
    while (first > 0 && same_variant(&replicated->cells[first - 1].cell, cell))
        first--;
    for (size_t i = first; i < replicated->count; i++) {
        if (!same_variant(&replicated->cells[i].cell, cell))
            return false;
        if (replicated->cells[i].cell.threads > 1)
            return true;
    }
    return false;
}

static void add_throughput(const struct replicated *replicated, size_t index,
                           struct summary_row *row, double *scratch)
{
    const struct replicated_cell *const cell = &replicated->cells[index];
    size_t count = 0;
    for (size_t i = 0; i < cell->count; i++) {
        const double ops_per_s = replicated->replicates[cell->first + i].ops_per_s;
        if (!isnan(ops_per_s))
            scratch[count++] = ops_per_s;
    }
    if (count == 0 || !is_of_threaded_variant(replicated, index))
        return;
    const struct stats_interval interval = stats_median_interval(scratch, count, SUMMARY_LEVEL);
    row->throughput =
        (struct summary_throughput){count, interval.median, interval.low, interval.high};
}

/* How many allocators other than the baseline have a time. */
static size_t count_compared(const struct replicated *replicated, const char *baseline)
{
    struct cell_set seen = {0};
    for (size_t i = 0; i < replicated->count; i++) {
        const struct replicated_cell *const cell = &replicated->cells[i];
        const struct cell key = {.allocator = cell->cell.allocator};
        if (cell->count > 0 && key.allocator != baseline && *key.allocator != '\0')
            cell_set_add(&seen, &key);
    }
    const size_t count = seen.count;
    cell_set_free(&seen);
    return count;
}

static size_t most_replicates(const struct replicated *replicated)
{
    size_t most = 0;
    for (size_t i = 0; i < replicated->count; i++)
        if (replicated->cells[i].count > most)
            most = replicated->cells[i].count;
    return most;
}

/* Where a row belongs. */
struct place {
    size_t scenario; /* in the order of the counts; SIZE_MAX: not counted, as the next */
    size_t variant;
    size_t row; /* as it was */
};

static int compare_places(const void *left, const void *right)
{
    const struct place *const a = left, *const b = right;
    if (a->scenario != b->scenario)
        return a->scenario < b->scenario ? -1 : 1;
    if (a->variant != b->variant)
        return a->variant < b->variant ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* A key for a scenario, with an empty variant, or for a variant. */
static struct cell group_key(struct text_pool *text, const char *scenario, const char *variant)
{
    const char *const none = text_intern(text, "");
    return (struct cell){.scenario = text_intern(text, scenario),
                         .variant = text_intern(text, variant),
                         .storage = none,
                         .param = none,
                         .value = none,
                         .allocator = none};
}

/*
 * Samples come in the shuffled order of the rounds. The counts are in the order in which scenarios
 * list their variants, and that is how a person wants to read them.
 */
static void sort_like_counts(const struct counts *counts, struct summary *summary)
{
    struct text_pool *const text = summary->text;
    struct cell_set scenarios = {0}, variants = {0};
    for (size_t i = 0; i < counts->count; i++) {
        const struct cell *const cell = &counts->rows[i].cell;
        const struct cell scenario = group_key(text, cell->scenario, "");
        const struct cell variant = group_key(text, cell->scenario, cell->variant);
        cell_set_add(&scenarios, &scenario);
        cell_set_add(&variants, &variant);
    }
    struct place *const places = check_alloc(summary->count, sizeof *places);
    for (size_t i = 0; i < summary->count; i++) {
        const struct cell *const cell = &summary->rows[i].cell;
        const struct cell scenario = group_key(text, cell->scenario, "");
        const struct cell variant = group_key(text, cell->scenario, cell->variant);
        places[i] = (struct place){cell_set_find(&scenarios, &scenario),
                                   cell_set_find(&variants, &variant), i};
    }
    qsort(places, summary->count, sizeof *places, compare_places);
    struct summary_row *const sorted = check_alloc(summary->count, sizeof *sorted);
    for (size_t i = 0; i < summary->count; i++)
        sorted[i] = summary->rows[places[i].row];
    free(summary->rows);
    summary->rows = sorted;
    free(places);
    cell_set_free(&scenarios);
    cell_set_free(&variants);
}

int summary_compute(const struct samples *samples, const struct counts *counts,
                    const struct summary_options *options, struct summary *summary,
                    struct error *error)
{
    (void)error;
    *summary = (struct summary){.noise_floor = (double)NAN};
    const char *const asked = options != NULL ? options->baseline : NULL;
    const char *const baseline = find_baseline(samples, asked);
    struct replicated replicated;
    replicated_build(samples, baseline, &replicated);
    summary->text = text_pool_new();
    summary->baseline = text_intern(summary->text, baseline != NULL ? baseline
                                                   : asked != NULL  ? asked
                                                                    : "");
    summary->count = replicated.count;
    summary->rows = check_alloc(summary->count, sizeof *summary->rows);
    struct count_index index;
    index_counts(counts, summary->text, &index);
    double *const scratch = check_alloc(most_replicates(&replicated), sizeof *scratch);
    for (size_t i = 0; i < summary->count; i++) {
        struct replicated_cell *const cell = &replicated.cells[i];
        struct summary_row *const row = &summary->rows[i];
        *row = empty_row(cell, summary->text);
        add_counts(&index, cell, row, summary->text);
        add_times(&replicated, cell, row, scratch);
        add_throughput(&replicated, i, row, scratch);
    }
    free(scratch);
    free(index.rows);
    cell_set_free(&index.cells);
    summary->compared_count = count_compared(&replicated, baseline);
    verdict_judge(&replicated, summary);
    verdict_mark_floor(summary);
    replicated_free(&replicated);
    if (counts != NULL)
        sort_like_counts(counts, summary);
    summary_order(summary, NULL, 0);
    return 0;
}

void summary_add_instructions(struct summary *summary, const struct instructions *instructions)
{
    enum instruction_source source = INSTRUCTIONS_PERF;
    for (size_t i = 0; i < instructions->count; i++)
        if (instructions->rows[i].source == INSTRUCTIONS_VALGRIND &&
            instructions->rows[i].status == SAMPLE_OK)
            source = INSTRUCTIONS_VALGRIND;
    struct cell_set cells = {0};
    double *const counted = check_alloc(instructions->count, sizeof *counted);
    for (size_t i = 0; i < instructions->count; i++) {
        const struct instruction_row *const row = &instructions->rows[i];
        if (row->source != source)
            continue;
        const struct cell cell = cell_intern(summary->text, &row->cell);
        counted[cell_set_add(&cells, &cell)] = instructions_per_op(row);
    }
    for (size_t i = 0; i < summary->count; i++) {
        struct summary_row *const row = &summary->rows[i];
        const size_t number = cell_set_find(&cells, &row->cell);
        if (number != SIZE_MAX && row->samples > 0)
            row->instructions_per_op = counted[number];
    }
    cell_set_free(&cells);
    free(counted);
}

void summary_free(struct summary *summary)
{
    free(summary->rows);
    free(summary->allocators);
    free(summary->metrics);
    text_pool_free(summary->text);
    *summary = (struct summary){.baseline = "", .noise_floor = (double)NAN};
}
