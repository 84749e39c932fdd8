#include "data/compare.h"

#include "data/cell.h"
#include "data/shift.h"
#include "data/stats.h"
#include "data/text.h"
#include "error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS_MOST = 64 }; /* groups of up to so many processes have their rank kept */

/* The share of the controls that the spread is not exceeded by: the level of a verdict. What moves
 * a cell from run to run (layout, neighbours) is in no interval, for all processes of a run share
 * it. */
static const double SPREAD_QUANTILE = SUMMARY_VERDICT_LEVEL;

/* Ranks by the sizes of the two groups, each found once; 0: not yet found. */
struct ranks {
    double level;
    size_t known[RANKS_MOST + 1][RANKS_MOST + 1]; /* rank + 1 */
};

static size_t rank_of(struct ranks *ranks, const struct recorded_cell *cell,
                      const struct recorded_cell *base)
{
    if (cell->samples > RANKS_MOST || base->samples > RANKS_MOST)
        return shift_rank(cell->samples, base->samples, ranks->level);
    size_t *const known = &ranks->known[cell->samples][base->samples];
    if (*known == 0)
        *known = 1 + shift_rank(cell->samples, base->samples, ranks->level);
    return *known - 1;
}

/* Whether the cell's time says how far the runs are apart as a whole: it calls no allocator, and,
 * in builds of two commits, is not of the storages that the project itself makes and may change. */
static bool is_control(const struct compare_run *against, const struct cell *cell)
{
    if (*cell->storage == '\0' || strcmp(cell->storage, "heap") == 0)
        return false;
    const bool own = strcmp(cell->storage, "pool") == 0 || strcmp(cell->storage, "arena") == 0;
    return against->same_build || !against->same_machine || !own;
}

/* ---- Which rows there are ---- */

/* The number of a cell in the set of all runs. The set passes over the storage, which a scenario
 * may have changed: here it is a part of what a cell is. */
static size_t number_cell(struct cell_set *set, struct text_pool *keys, const struct cell *cell)
{
    char *const variant = check_format("%s\n%s", cell->variant, cell->storage);
    struct cell key = *cell;
    key.variant = text_intern(keys, variant);
    free(variant);
    return cell_set_add(set, &key);
}

/* Gives every cell of every run its row. */
static void match(struct comparison *comparison)
{
    struct cell_set set = {0};
    struct text_pool *const keys = text_pool_new();
    const size_t runs = comparison->run_count;
    size_t total = 0;
    for (size_t r = 0; r < runs; r++)
        total += comparison->runs[r].count;
    const struct recorded_cell **const cells = check_alloc(total * runs, sizeof *cells);
    for (size_t r = 0; r < runs; r++) {
        const struct recorded_run *const run = &comparison->runs[r];
        for (size_t i = 0; i < run->count; i++)
            cells[number_cell(&set, keys, &run->cells[i].cell) * runs + r] = &run->cells[i];
    }
    comparison->cells = cells;
    comparison->row_count = set.count;
    comparison->rows = check_alloc(set.count, sizeof *comparison->rows);
    comparison->ratios = check_alloc(set.count * runs, sizeof *comparison->ratios);
    for (size_t i = 0; i < set.count; i++) {
        struct compare_row *const row = &comparison->rows[i];
        *row = (struct compare_row){.cells = cells + i * runs,
                                    .ratios = comparison->ratios + i * runs};
        size_t first = 0;
        while (row->cells[first] == NULL)
            first++;
        row->cell = row->cells[first]->cell;
        bool shared = false;
        for (size_t r = 1; r < runs; r++)
            shared = shared || (row->cells[0] != NULL && row->cells[r] != NULL);
        comparison->shared += shared;
    }
    text_pool_free(keys);
    cell_set_free(&set);
}

/* ---- Ratios ---- */

/* From two intervals of 95 %: what all their values allow. */
static struct compare_ratio ratio_of_summaries(const struct recorded_cell *cell,
                                               const struct recorded_cell *base)
{
    const bool known = cell->ns_low > 0 && cell->ns_high > 0 && base->ns_low > 0 &&
                       base->ns_high > 0; /* false with NaN */
    return (struct compare_ratio){
        .ratio = cell->ns_median / base->ns_median,
        .low = known ? cell->ns_low / base->ns_high : (double)NAN,
        .high = known ? cell->ns_high / base->ns_low : (double)NAN,
    };
}

static struct compare_ratio ratio_of(struct ranks *ranks, const struct recorded_cell *cell,
                                     const struct recorded_cell *base)
{
    const double none = (double)NAN;
    if (cell == NULL || base == NULL || cell->samples == 0 || base->samples == 0)
        return (struct compare_ratio){.ratio = none, .low = none, .high = none};
    if (cell->logs == NULL || base->logs == NULL)
        return ratio_of_summaries(cell, base);
    const struct stats_interval interval = shift_ratio(cell->logs, cell->samples, base->logs,
                                                       base->samples, rank_of(ranks, cell, base));
    return (struct compare_ratio){
        .ratio = interval.median, .low = interval.low, .high = interval.high, .from_samples = true};
}

static void add_ratios(struct comparison *comparison)
{
    /* Several runs against one base, as several allocators against one baseline. */
    const double level =
        fmax(1 - (1 - SUMMARY_LEVEL) / (double)(comparison->run_count - 1), SUMMARY_VERDICT_LEVEL);
    struct ranks *const ranks = check_alloc(1, sizeof *ranks);
    ranks->level = level;
    const double none = (double)NAN;
    for (size_t i = 0; i < comparison->row_count; i++) {
        struct compare_row *const row = &comparison->rows[i];
        row->ratios[0] = (struct compare_ratio){.ratio = none, .low = none, .high = none};
        for (size_t r = 1; r < comparison->run_count; r++)
            row->ratios[r] = ratio_of(ranks, row->cells[r], row->cells[0]);
    }
    free(ranks);
}

/* ---- Verdicts ---- */

static bool same_fact(const struct recorded_run *run, const struct recorded_run *base,
                      const char *key)
{
    const char *const value = recorded_fact(run, key);
    return *value != '\0' && strcmp(value, recorded_fact(base, key)) == 0;
}

static void find_kinship(const struct recorded_run *run, const struct recorded_run *base,
                         struct compare_run *against)
{
    static const char *const keys[] = {"cpu.model", "build.compiler", "build.flags"};
    against->same_machine = true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        against->same_machine = against->same_machine && same_fact(run, base, keys[i]);
    const char *const commit = recorded_fact(run, "build.commit");
    against->same_build = against->same_machine && same_fact(run, base, "build.commit") &&
                          strstr(commit, "-dirty") == NULL;
}

/* Whether both sides have quiet times. */
static bool is_sound(const struct compare_row *row, size_t run)
{
    return !isnan(row->ratios[run].ratio) && row->cells[run]->status == SAMPLE_OK &&
           row->cells[0]->status == SAMPLE_OK;
}

/* Fills in drift, spread, and what a verdict needs. */
static void measure_drift(const struct comparison *comparison, size_t run)
{
    struct compare_run *const against = &comparison->against[run];
    double *const logs = check_alloc(comparison->row_count, sizeof *logs);
    size_t count = 0;
    for (size_t i = 0; i < comparison->row_count; i++)
        if (is_control(against, &comparison->rows[i].cell) && is_sound(&comparison->rows[i], run))
            logs[count++] = log(comparison->rows[i].ratios[run].ratio);
    against->controls = count;
    against->drift = against->spread = (double)NAN;
    if (count > 0) {
        against->drift = exp(stats_median(logs, count));
        for (size_t i = 0; i < count; i++)
            logs[i] = fabs(logs[i]);
        stats_sort(logs, count);
        against->spread = expm1(stats_quantile_sorted(logs, count, SPREAD_QUANTILE));
    }
    free(logs);
    /* fmax passes over NaN: what is not known. */
    double needed = fmax(comparison->runs[0].noise_floor, comparison->runs[run].noise_floor);
    needed = fmax(needed, SUMMARY_LEAST_DIFFERENCE);
    against->needed = against->same_machine ? fmax(needed, against->spread) : needed;
}

/* Whether the row can be faster or slower: a yardstick is not measured by itself. */
static bool may_differ(const struct compare_run *against, const struct compare_row *row)
{
    return !against->same_machine || !is_control(against, &row->cell);
}

/* How far the run is from the base as a whole, where that can be told from what is compared: a
 * ratio that is between 1 and this says nothing, however exact it is. */
static double drift_log(const struct compare_run *against)
{
    return against->same_machine && against->controls > 0 ? log(against->drift) : 0;
}

static enum summary_verdict judge(const struct compare_ratio *ratio,
                                  const struct compare_run *against, bool told)
{
    const double low = log(ratio->low), high = log(ratio->high);
    const double least = log1p(against->needed), drift = drift_log(against);
    if (isnan(low) || isnan(high))
        return SUMMARY_UNRESOLVED;
    if (low >= -least && high <= least)
        return SUMMARY_SAME;
    if (!told || !(fabs(log(ratio->ratio)) > least))
        return SUMMARY_UNRESOLVED;
    if (high < fmin(drift, 0))
        return SUMMARY_FASTER;
    return low > fmax(drift, 0) ? SUMMARY_SLOWER : SUMMARY_UNRESOLVED;
}

static void add_verdicts(const struct comparison *comparison, size_t run)
{
    struct compare_run *const against = &comparison->against[run];
    for (size_t i = 0; i < comparison->row_count; i++) {
        struct compare_row *const row = &comparison->rows[i];
        struct compare_ratio *const ratio = &row->ratios[run];
        if (isnan(ratio->ratio))
            continue;
        ratio->verdict = is_sound(row, run) ? judge(ratio, against, may_differ(against, row))
                                            : SUMMARY_UNRESOLVED;
        against->compared++;
        against->verdicts[ratio->verdict]++;
        row->told =
            row->told || ratio->verdict == SUMMARY_FASTER || ratio->verdict == SUMMARY_SLOWER;
    }
}

/* ---- The whole ---- */

/* How far the row is from 1: by its told ratios if it has one. */
static double change_of(const struct comparison *comparison, const struct compare_row *row)
{
    double most = -1; /* not compared: last */
    for (size_t r = 1; r < comparison->run_count; r++) {
        const struct compare_ratio *const ratio = &row->ratios[r];
        const bool counts =
            !row->told || ratio->verdict == SUMMARY_FASTER || ratio->verdict == SUMMARY_SLOWER;
        if (counts && fabs(log(ratio->ratio)) > most)
            most = fabs(log(ratio->ratio));
    }
    return most;
}

static int compare_rows(const void *left, const void *right)
{
    const struct compare_row *const a = left, *const b = right;
    if (a->told != b->told)
        return a->told ? -1 : 1;
    if (a->change != b->change)
        return a->change > b->change ? -1 : 1;
    /* The cells lie in the order in which the runs have them. */
    return (a->cells > b->cells) - (a->cells < b->cells);
}

void comparison_make(const struct recorded_run *runs, size_t count, struct comparison *comparison)
{
    CHECK(count >= 2);
    *comparison = (struct comparison){.runs = runs, .run_count = count};
    comparison->against = check_alloc(count, sizeof *comparison->against);
    match(comparison);
    add_ratios(comparison);
    for (size_t r = 1; r < count; r++) {
        find_kinship(&runs[r], &runs[0], &comparison->against[r]);
        measure_drift(comparison, r);
        add_verdicts(comparison, r);
    }
    for (size_t i = 0; i < comparison->row_count; i++)
        comparison->rows[i].change = change_of(comparison, &comparison->rows[i]);
    if (comparison->row_count > 1)
        qsort(comparison->rows, comparison->row_count, sizeof *comparison->rows, compare_rows);
}

void comparison_free(struct comparison *comparison)
{
    free(comparison->against);
    free(comparison->rows);
    free(comparison->cells);
    free(comparison->ratios);
    *comparison = (struct comparison){0};
}

/* Whether the ratio could ever be told from 1. */
static bool may_be_slower(const struct comparison *comparison, size_t row, size_t run)
{
    return !isnan(comparison->rows[row].ratios[run].ratio) &&
           may_differ(&comparison->against[run], &comparison->rows[row]);
}

struct compare_slowdowns comparison_slowdowns(const struct comparison *comparison, double share)
{
    struct compare_slowdowns found = {0};
    for (size_t i = 0; i < comparison->row_count; i++)
        for (size_t r = 1; r < comparison->run_count; r++) {
            const bool from_samples = comparison->rows[i].ratios[r].from_samples;
            const bool looked_at = may_be_slower(comparison, i, r);
            found.tested += looked_at && from_samples;
            found.untested += looked_at && !from_samples;
        }
    if (found.tested == 0)
        return found;
    /* One side only, and all together: a gate must not fail by chance however many cells there are.
     */
    struct ranks *const ranks = check_alloc(1, sizeof *ranks);
    ranks->level = 1 - 2 * (1 - SUMMARY_LEVEL) / (double)found.tested;
    ranks->level = fmax(ranks->level, SUMMARY_VERDICT_LEVEL);
    for (size_t i = 0; i < comparison->row_count; i++)
        for (size_t r = 1; r < comparison->run_count; r++) {
            const struct compare_row *const row = &comparison->rows[i];
            const struct compare_ratio *const ratio = &row->ratios[r];
            if (!may_be_slower(comparison, i, r) || !ratio->from_samples)
                continue;
            const struct recorded_cell *const cell = row->cells[r], *const base = row->cells[0];
            const size_t rank = rank_of(ranks, cell, base);
            found.too_few += rank == 0;
            const double low =
                shift_ratio_low(cell->logs, cell->samples, base->logs, base->samples, rank);
            const double drift = exp(fmax(drift_log(&comparison->against[r]), 0));
            if (ratio->verdict != SUMMARY_SLOWER || !(low > drift * (1 + share)))
                continue;
            found.items = check_realloc(found.items, found.count + 1, sizeof *found.items);
            found.items[found.count++] = (struct compare_slowdown){i, r, low};
        }
    free(ranks);
    return found;
}
