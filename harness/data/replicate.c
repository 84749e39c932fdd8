#include "data/replicate.h"

#include "data/cell.h"
#include "data/checksum.h"
#include "data/stats.h"
#include "error.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a cell is sorted by. */
struct sort_key {
    size_t scenario; /* number of its first appearance, as the next and the last but one */
    size_t variant;
    long long value; /* LLONG_MIN when none is swept */
    unsigned threads;
    size_t allocator;
    size_t cell; /* number of the cell: never equal */
};

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *const a = left, *const b = right;
    if (a->scenario != b->scenario)
        return a->scenario < b->scenario ? -1 : 1;
    if (a->variant != b->variant)
        return a->variant < b->variant ? -1 : 1;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    if (a->threads != b->threads)
        return a->threads < b->threads ? -1 : 1;
    if (a->allocator != b->allocator)
        return a->allocator < b->allocator ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

/* Numbers the cells of all rows; cell_of[i] is row i's. */
static void number_cells(const struct samples *samples, struct cell_set *cells, uint32_t *cell_of)
{
    CHECK(samples->count < UINT32_MAX);
    for (size_t i = 0; i < samples->count; i++) {
        const struct cell *const cell = &samples->rows[i].cell;
        if (i > 0 && cell_equal(cell, &samples->rows[i - 1].cell))
            cell_of[i] = cell_of[i - 1];
        else
            cell_of[i] = (uint32_t)cell_set_add(cells, cell);
    }
}

/* The place of each cell in the order of the summary, by cell number. */
static uint32_t *rank_cells(const struct cell_set *cells)
{
    /* Parts of cells are numbered by a set in which the other parts are nothing. */
    struct cell_set parts = {0};
    struct sort_key *const keys = check_alloc(cells->count, sizeof *keys);
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *const cell = &cells->cells[i];
        const struct cell scenario = {.scenario = cell->scenario};
        const struct cell variant = {
            .scenario = cell->scenario, .variant = cell->variant, .param = cell->param};
        const struct cell allocator = {.allocator = cell->allocator};
        keys[i] = (struct sort_key){.scenario = cell_set_add(&parts, &scenario),
                                    .variant = cell_set_add(&parts, &variant),
                                    .value = *cell->value != '\0' ? strtoll(cell->value, NULL, 10)
                                                                  : INT64_MIN,
                                    .threads = cell->threads,
                                    .allocator = cell_set_add(&parts, &allocator),
                                    .cell = i};
    }
    cell_set_free(&parts);
    qsort(keys, cells->count, sizeof *keys, compare_keys);
    uint32_t *const rank_of = check_alloc(cells->count, sizeof *rank_of);
    for (size_t i = 0; i < cells->count; i++)
        rank_of[keys[i].cell] = (uint32_t)i;
    free(keys);
    return rank_of;
}

static int compare_rounds(const void *left, const void *right, void *context)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct sample *const rows = context;
    if (rows[a].round != rows[b].round)
        return rows[a].round < rows[b].round ? -1 : 1;
    return (a > b) - (a < b);
}

/* The rows of a cell, by their numbers, in order of round and then of the file. */
struct cell_rows {
    const struct sample *samples;
    const uint32_t *numbers;
    size_t count;
};

static const struct sample *row_at(const struct cell_rows *rows, size_t index)
{
    return &rows->samples[rows->numbers[index]];
}

/* Where the process that begins at row `start` ends. */
static size_t process_end(const struct cell_rows *rows, size_t start)
{
    const struct sample *last = row_at(rows, start);
    size_t end = start + 1;
    for (; end < rows->count; end++) {
        const struct sample *const next = row_at(rows, end);
        if (next->round != last->round || next->rep <= last->rep)
            break;
        last = next;
    }
    return end;
}

static double throughput_of(const struct sample *row)
{
    return row->ops_per_s;
}

static double clock_of(const struct sample *row)
{
    return row->core_ghz;
}

static double cpu_ns_of(const struct sample *row)
{
    return row->cpu_ns_per_op;
}

/*
 * The median of a number of a process's repetitions of one status, of which there is one; NaN when
 * one of them does not have it.
 */
static double median_of(const struct cell_rows *rows, size_t start, size_t end,
                        enum sample_status status, double (*number_of)(const struct sample *row),
                        double *scratch)
{
    size_t repetitions = 0;
    for (size_t i = start; i < end; i++) {
        if (row_at(rows, i)->status != status)
            continue;
        const double number = number_of(row_at(rows, i));
        if (isnan(number))
            return (double)NAN;
        scratch[repetitions++] = number;
    }
    return stats_median(scratch, repetitions);
}

/* Collects the replicates from the repetitions of one status: of each round, the last process that
 * has any. */
static size_t collect(const struct cell_rows *rows, enum sample_status status,
                      struct replicate *replicates, double *scratch)
{
    size_t count = 0;
    for (size_t start = 0, end; start < rows->count; start = end) {
        end = process_end(rows, start);
        size_t repetitions = 0;
        for (size_t i = start; i < end; i++)
            if (row_at(rows, i)->status == status)
                scratch[repetitions++] = row_at(rows, i)->ns_per_op;
        if (repetitions == 0)
            continue;
        const unsigned round = row_at(rows, start)->round;
        if (count == 0 || replicates[count - 1].round != round)
            count++;
        struct replicate *const replicate = &replicates[count - 1];
        *replicate = (struct replicate){.round = round,
                                        .ns_per_op = stats_median(scratch, repetitions),
                                        .iterations = row_at(rows, start)->iterations};
        replicate->cpu_ns_per_op = median_of(rows, start, end, status, cpu_ns_of, scratch);
        replicate->core_ghz = median_of(rows, start, end, status, clock_of, scratch);
        replicate->ops_per_s = median_of(rows, start, end, status, throughput_of, scratch);
    }
    return count;
}

/* Judges the cell from its rows and collects its replicates. */
static void replicate_cell(const struct cell_rows *rows, struct replicated_cell *cell,
                           struct replicate *replicates, double *scratch)
{
    const struct sample *last_of[4] = {NULL};
    for (size_t i = 0; i < rows->count; i++)
        last_of[row_at(rows, i)->status] = row_at(rows, i);
    const struct sample *const last = row_at(rows, rows->count - 1);
    const struct sample *const failed = last_of[SAMPLE_FAILED];
    cell->cell = last->cell;
    cell->detail = "";
    if (failed != NULL && (last == failed || last_of[SAMPLE_OK] == NULL)) {
        cell->status = SAMPLE_FAILED;
        cell->detail = failed->detail;
    } else if (last_of[SAMPLE_OK] != NULL) {
        cell->status = SAMPLE_OK;
    } else if (last_of[SAMPLE_NOISY] != NULL) {
        cell->status = SAMPLE_NOISY;
        cell->detail = last_of[SAMPLE_NOISY]->detail;
    } else {
        cell->status = SAMPLE_SKIPPED;
        cell->detail = last->detail;
    }
    if (cell->status == SAMPLE_OK || cell->status == SAMPLE_NOISY)
        cell->count = collect(rows, cell->status, replicates, scratch);
}

/* Sorts row numbers by cell (a counting sort, stable), then by round. starts[c] is where cell c
 * begins, and has one entry more than there are cells. */
static uint32_t *sort_rows(const struct samples *samples, const uint32_t *cell_of,
                           const uint32_t *rank_of, size_t cell_count, size_t *starts)
{
    for (size_t i = 0; i < samples->count; i++)
        starts[rank_of[cell_of[i]] + 1]++;
    for (size_t c = 0; c < cell_count; c++)
        starts[c + 1] += starts[c];
    size_t *const next = check_alloc(cell_count, sizeof *next);
    memcpy(next, starts, cell_count * sizeof *next);
    uint32_t *const numbers = check_alloc(samples->count, sizeof *numbers);
    for (size_t i = 0; i < samples->count; i++)
        numbers[next[rank_of[cell_of[i]]]++] = (uint32_t)i;
    free(next);
    for (size_t c = 0; c < cell_count; c++)
        qsort_r(numbers + starts[c], starts[c + 1] - starts[c], sizeof *numbers, compare_rounds,
                samples->rows);
    return numbers;
}

/* The judgement by checksum of all cells, a group of equal work after another. */
static void check_checksums(const struct samples *samples, const uint32_t *numbers,
                            const size_t *starts, const char *baseline,
                            struct replicated *replicated)
{
    for (size_t first = 0, end; first < replicated->count; first = end) {
        for (end = first + 1; end < replicated->count; end++)
            if (!cell_equal_work(&replicated->cells[first].cell, &replicated->cells[end].cell))
                break;
        checksum_judge(samples->rows, numbers, starts + first, end - first, baseline,
                       replicated->cells + first);
    }
}

void replicated_build(const struct samples *samples, const char *baseline,
                      struct replicated *replicated)
{
    *replicated = (struct replicated){0};
    if (samples->count == 0)
        return;
    struct cell_set cells = {0};
    uint32_t *const cell_of = check_alloc(samples->count, sizeof *cell_of);
    number_cells(samples, &cells, cell_of);
    uint32_t *const rank_of = rank_cells(&cells);
    size_t *const starts = check_alloc(cells.count + 1, sizeof *starts);
    uint32_t *const numbers = sort_rows(samples, cell_of, rank_of, cells.count, starts);
    free(cell_of);
    free(rank_of);

    replicated->count = cells.count;
    replicated->cells = check_alloc(cells.count, sizeof *replicated->cells);
    /* A replicate comes from at least one row; what is not used is never touched. */
    replicated->replicates = check_alloc(samples->count, sizeof *replicated->replicates);
    double *const scratch = check_alloc(samples->count, sizeof *scratch);
    size_t used = 0;
    for (size_t c = 0; c < cells.count; c++) {
        const struct cell_rows rows = {samples->rows, numbers + starts[c],
                                       starts[c + 1] - starts[c]};
        replicated->cells[c].first = used;
        replicate_cell(&rows, &replicated->cells[c], replicated->replicates + used, scratch);
        used += replicated->cells[c].count;
    }
    free(scratch);
    check_checksums(samples, numbers, starts, baseline, replicated);
    free(numbers);
    free(starts);
    cell_set_free(&cells);
}

/*
 * Whether the two were measured at the same core clock, as far as that is known: within a round it
 * may have changed between them, and their ratio would be that of the clocks.
 */
static bool same_clock(const struct replicate *left, const struct replicate *right)
{
    static const double tolerance = 0.03;
    return !(fabs(left->core_ghz / right->core_ghz - 1) > tolerance); /* true for NaN */
}

size_t replicated_pair(const struct replicated *replicated, size_t cell, size_t base,
                       double *values, double *bases)
{
    const struct replicated_cell *const left_cell = &replicated->cells[cell];
    const struct replicated_cell *const right_cell = &replicated->cells[base];
    size_t pairs = 0;
    for (size_t c = 0, b = 0; c < left_cell->count && b < right_cell->count;) {
        const struct replicate *const left = &replicated->replicates[left_cell->first + c];
        const struct replicate *const right = &replicated->replicates[right_cell->first + b];
        c += left->round <= right->round;
        b += right->round <= left->round;
        if (left->round == right->round && same_clock(left, right)) {
            values[pairs] = left->ns_per_op;
            bases[pairs++] = right->ns_per_op;
        }
    }
    return pairs;
}

void replicated_free(struct replicated *replicated)
{
    free(replicated->cells);
    free(replicated->replicates);
    *replicated = (struct replicated){0};
}
