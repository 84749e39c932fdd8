#include "data/verdict.h"

#include "data/cell.h"
#include "data/replicate.h"
#include "data/stats.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* No row is the baseline of this one. */
#define NO_BASE SIZE_MAX

/* Whether the row's true ratio to the baseline is 1, because the cell calls no allocator. */
static bool is_control(const struct summary_row *row)
{
    return *row->cell.storage != '\0' && strcmp(row->cell.storage, "heap") != 0;
}

/* For each row the index of the same cell under the baseline, where both have times. */
static size_t *find_bases(const struct summary *summary)
{
    size_t *const base_of = check_alloc(summary->count, sizeof *base_of);
    const struct summary_row *const rows = summary->rows;
    for (size_t first = 0, end; first < summary->count; first = end) {
        size_t base = NO_BASE;
        for (end = first; end < summary->count; end++) {
            if (!cell_equal_work(&rows[end].cell, &rows[first].cell))
                break;
            if (rows[end].cell.allocator == summary->baseline && rows[end].samples > 0)
                base = end;
        }
        for (size_t i = first; i < end; i++) {
            const bool compared =
                i != base && rows[i].samples > 0 && *rows[i].cell.allocator != '\0';
            base_of[i] = compared && *summary->baseline != '\0' ? base : NO_BASE;
        }
    }
    return base_of;
}

/* Fills in one row's ratio from the rounds that it and its base have. */
static void add_ratio(const struct replicated *replicated, size_t cell, size_t base, double level,
                      struct summary_row *row)
{
    const size_t room = replicated->cells[cell].count;
    double *const values = check_alloc(3 * room, sizeof *values);
    double *const bases = values + room, *const scratch = bases + room;
    const size_t pairs = replicated_pair(replicated, cell, base, values, bases);
    if (pairs > 0) {
        const struct stats_interval ratio =
            stats_ratio_interval(values, bases, pairs, level, scratch);
        row->ratio = ratio.median;
        row->ratio_low = ratio.low;
        row->ratio_high = ratio.high;
    }
    free(values);
}

/* Whether both the row and its base are ok, and have a round in common. */
static bool is_sound(const struct summary *summary, size_t row, size_t base)
{
    return base != NO_BASE && summary->rows[row].status == SAMPLE_OK &&
           summary->rows[base].status == SAMPLE_OK && !isnan(summary->rows[row].ratio);
}

/* Fills in the noise floor and the number of controls that it is over. */
static void find_noise_floor(const size_t *base_of, struct summary *summary)
{
    double *const distances = check_alloc(summary->count, sizeof *distances);
    size_t count = 0;
    for (size_t i = 0; i < summary->count; i++)
        if (is_control(&summary->rows[i]) && is_sound(summary, i, base_of[i]))
            distances[count++] = fabs(log(summary->rows[i].ratio));
    stats_sort(distances, count);
    summary->control_count = count;
    if (count > 0)
        summary->noise_floor =
            expm1(stats_quantile_sorted(distances, count, VERDICT_FLOOR_QUANTILE));
    free(distances);
}

static enum summary_verdict judge_row(const struct summary_row *row, double floor_log)
{
    const double low = log(row->ratio_low), high = log(row->ratio_high);
    if (isnan(low) || isnan(high))
        return SUMMARY_UNRESOLVED;
    if (low >= -floor_log && high <= floor_log)
        return SUMMARY_SAME;
    if (is_control(row) || !(fabs(log(row->ratio)) > floor_log))
        return SUMMARY_UNRESOLVED;
    if (high < 0)
        return SUMMARY_FASTER;
    return low > 0 ? SUMMARY_SLOWER : SUMMARY_UNRESOLVED;
}

double verdict_level(size_t compared_count)
{
    const double compared = (double)(compared_count > 0 ? compared_count : 1);
    return fmax(1 - (1 - SUMMARY_LEVEL) / compared, SUMMARY_VERDICT_LEVEL);
}

void verdict_judge(const struct replicated *replicated, struct summary *summary)
{
    const double level = verdict_level(summary->compared_count);
    size_t *const base_of = find_bases(summary);
    for (size_t i = 0; i < summary->count; i++)
        if (base_of[i] != NO_BASE)
            add_ratio(replicated, i, base_of[i], level, &summary->rows[i]);
    find_noise_floor(base_of, summary);

    const double floor = fmax(summary->noise_floor, SUMMARY_LEAST_DIFFERENCE); /* passes over NaN */
    for (size_t i = 0; i < summary->count; i++) {
        struct summary_row *const row = &summary->rows[i];
        if (is_sound(summary, i, base_of[i]))
            row->verdict = judge_row(row, log1p(floor));
        else if (base_of[i] != NO_BASE)
            row->verdict = SUMMARY_UNRESOLVED;
    }
    free(base_of);
}

/* Whether the row is an empty loop that stands for every scenario. */
static bool is_suite_loop(const struct cell *cell)
{
    return strcmp(cell->variant, "empty") == 0;
}

/* Whether the row is an empty loop: of its own scenario, or of all. */
static bool is_empty_loop(const struct cell *cell)
{
    return strcmp(cell->variant, "null") == 0 || is_suite_loop(cell);
}

/* How well an empty loop fits a row; 0 not at all. */
static int empty_loop_fit(const struct summary_row *loop, const struct summary_row *row)
{
    const bool own = loop->cell.scenario == row->cell.scenario;
    const bool suite = is_suite_loop(&loop->cell);
    const bool unswept = *loop->cell.value == '\0';
    const bool same_value =
        loop->cell.value == row->cell.value && loop->cell.param == row->cell.param;
    if (!(own || suite) || !(unswept || same_value) || loop->cell.threads != row->cell.threads)
        return 0;
    return 1 + (loop->cell.allocator == row->cell.allocator) + 2 * same_value + 4 * own;
}

void verdict_mark_floor(struct summary *summary)
{
    const char *const note = text_intern(summary->text, SUMMARY_AT_FLOOR);
    size_t *const loops = check_alloc(summary->count, sizeof *loops);
    size_t loop_count = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        if (row->status == SAMPLE_OK && is_empty_loop(&row->cell))
            loops[loop_count++] = i;
    }
    for (size_t i = 0; i < summary->count; i++) {
        struct summary_row *const row = &summary->rows[i];
        if (row->status != SAMPLE_OK || is_empty_loop(&row->cell))
            continue;
        const struct summary_row *best = NULL;
        int best_fit = 0;
        for (size_t l = 0; l < loop_count; l++) {
            const int fit = empty_loop_fit(&summary->rows[loops[l]], row);
            if (fit > best_fit) {
                best = &summary->rows[loops[l]];
                best_fit = fit;
            }
        }
        if (best != NULL && row->ns_low <= best->ns_high)
            row->note = note;
    }
    free(loops);
}
