#include "data/resolution.h"

#include "data/cell.h"
#include "data/replicate.h"
#include "data/sample.h"
#include "data/stats.h"
#include "data/summary.h"
#include "data/verdict.h"
#include "error.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Draws for each cell: the quantiles below are over thousands. A cell of fewer pairs is left out:
 * nothing is known of its tails. */
enum { RESAMPLES = 2000, LEAST_PAIRS = 10 };

/* The shares of cells that are spoken of. */
static const double half_share = 0.5, most_share = 0.9;

/* Logarithms of the ratios of one cell of the trial. */
struct noise {
    double *logs; /* owned */
    size_t count;
    bool control;
};

/* The cells of the trial that can be drawn from, and the pairs of all. */
struct trial {
    struct noise *cells;
    size_t count;
    size_t compared; /* cells that might have given pairs */
    size_t pairs;
};

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The number of the baseline's cell of equal work, or the count of all when there is none. */
static size_t find_base(const struct replicated *replicated, size_t cell, const char *baseline)
{
    for (size_t i = 0; i < replicated->count; i++)
        if (i != cell && strcmp(replicated->cells[i].cell.allocator, baseline) == 0 &&
            cell_equal_work(&replicated->cells[i].cell, &replicated->cells[cell].cell))
            return i;
    return replicated->count;
}

static void add_noise(const struct replicated *replicated, size_t cell, size_t base,
                      struct trial *trial)
{
    const size_t room = replicated->cells[cell].count;
    double *const values = check_alloc(2 * room + 1, sizeof *values);
    const bool ok =
        replicated->cells[cell].status == SAMPLE_OK && replicated->cells[base].status == SAMPLE_OK;
    const size_t pairs =
        ok ? replicated_pair(replicated, cell, base, values, values + room) : (size_t)0;
    for (size_t i = 0; i < pairs; i++)
        values[i] = log(values[i] / values[room + i]);
    trial->compared++;
    trial->pairs += pairs;
    if (pairs < LEAST_PAIRS) {
        free(values);
        return;
    }
    const bool heap = strcmp(replicated->cells[cell].cell.storage, "heap") == 0;
    trial->cells[trial->count++] = (struct noise){values, pairs, !heap};
}

static struct trial read_trial(const struct samples *samples, const char *baseline)
{
    struct replicated replicated;
    replicated_build(samples, baseline, &replicated);
    struct trial trial = {.cells = check_alloc(replicated.count + 1, sizeof *trial.cells)};
    for (size_t i = 0; i < replicated.count; i++) {
        if (strcmp(replicated.cells[i].cell.allocator, baseline) == 0)
            continue;
        const size_t base = find_base(&replicated, i, baseline);
        if (base < replicated.count)
            add_noise(&replicated, i, base, &trial);
    }
    replicated_free(&replicated);
    return trial;
}

/*
 * One run of a cell, sorted. Which of the two is called the other one is arbitrary, so that the
 * logarithms are distributed symmetrically around 0: each is drawn with either sign. Without that
 * the median of few pairs is far too often off: what the trial's own median is off by is counted a
 * second time. (In a run of 12 rounds 95 of 100 controls were within 0.8 %; drawn from the same
 * pairs without signs they are within 2.3 %, with signs within 1.6 %. The ends of the intervals
 * were at 2.8 % in the middle and at 8.6 % in nine of ten; drawn, at 3.0 and 8.5 %.)
 */
static void draw(const struct noise *noise, double *logs, size_t count, uint64_t *state)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t random = next_random(state);
        const double value = noise->logs[(random >> 1) % noise->count];
        logs[i] = (random & 1) != 0 ? value : -value;
    }
    stats_sort(logs, count);
}

static size_t count_controls(const struct trial *trial)
{
    size_t controls = 0;
    for (size_t i = 0; i < trial->count; i++)
        controls += trial->cells[i].control;
    return controls;
}

/* The pairs of all controls; the logarithms are to be freed. */
static struct noise pool_controls(const struct trial *trial)
{
    struct noise pool = {.logs = check_alloc(trial->pairs + 1, sizeof *pool.logs), .control = true};
    for (size_t i = 0; i < trial->count; i++) {
        const struct noise *const cell = &trial->cells[i];
        if (!cell->control)
            continue;
        memcpy(pool.logs + pool.count, cell->logs, cell->count * sizeof *cell->logs);
        pool.count += cell->count;
    }
    return pool;
}

/*
 * How far from 1 the controls of the run are, on the logarithmic scale. They are drawn from the
 * pairs of all controls of the trial: the floor is a tail, that of medians, and a cell's own few
 * pairs, drawn again and again, have it too long. (A run of 20 rounds had a floor of 0.58 % over 20
 * controls; foretold from 17 of its rounds and 6 controls, 24 times by chance: drawn from each
 * control's own pairs 0.90 % in the middle, from those of all 0.68 %. With all 20 controls it is
 * 0.89 % from their own: it does not go away with more of them.) Where controls differ much in
 * their noise the floor is foretold too low: by a third where some have four times that of others.
 */
static double find_floor_log(const struct trial *trial, size_t pairs, double *distances,
                             double *logs, uint64_t *state)
{
    const struct noise pool = pool_controls(trial);
    const size_t count = RESAMPLES * count_controls(trial);
    for (size_t i = 0; i < count; i++) {
        draw(&pool, logs, pairs, state);
        distances[i] = fabs(stats_median_sorted(logs, pairs));
    }
    free(pool.logs);
    stats_sort(distances, count);
    return count > 0 ? stats_quantile_sorted(distances, count, VERDICT_FLOOR_QUANTILE) : 0.0;
}

/*
 * A true difference d moves the interval and the ratio by d. The run tells it when low + d is above
 * 0, and ratio + d above the threshold, if the other allocator is slower; and likewise on the other
 * side if it is faster, which counts as much. Fills in, in ascending order, two differences that
 * are told for each draw, and how far its interval reaches to either side: half of what is between
 * its ends. Returns how many draws there were.
 */
static size_t find_differences(const struct trial *trial, size_t pairs, struct stats_ranks ranks,
                               double threshold, double *differences, double *reaches, double *logs,
                               uint64_t *state)
{
    size_t count = 0;
    for (size_t i = 0; i < trial->count; i++)
        for (int turn = 0; turn < RESAMPLES && !trial->cells[i].control; turn++) {
            draw(&trial->cells[i], logs, pairs, state);
            const double ratio = stats_median_sorted(logs, pairs);
            const double low = logs[ranks.low - 1], high = logs[ranks.high - 1];
            reaches[count] = (high - low) / 2;
            differences[2 * count] = fmax(-low, threshold - ratio);
            differences[2 * count + 1] = fmax(high, threshold + ratio);
            count++;
        }
    stats_sort(differences, 2 * count);
    stats_sort(reaches, count);
    return count;
}

void resolution_find(const struct samples *trial_samples, const char *baseline,
                     unsigned trial_rounds, const struct resolution_run *run,
                     struct resolution *resolution)
{
    struct trial trial = read_trial(trial_samples, baseline);
    const double wanted = (double)trial.compared * trial_rounds;
    const double yield = wanted > 0 ? fmin((double)trial.pairs / wanted, 1.0) : 0.0;
    const double none = (double)NAN;
    *resolution = (struct resolution){.controls = count_controls(&trial),
                                      .yield = yield,
                                      .pairs = (size_t)(run->rounds * yield + 1e-9),
                                      .noise_floor = none,
                                      .reach_half = none,
                                      .reach_most = none,
                                      .half = none,
                                      .most = none};
    resolution->cells = trial.count - resolution->controls;
    const size_t pairs = resolution->pairs;
    const struct stats_ranks ranks = stats_median_ranks(pairs, verdict_level(run->compared_count));
    double *const logs = check_alloc(pairs + 1, sizeof *logs);
    const size_t draws = RESAMPLES * (trial.count + 1);
    double *const scratch = check_alloc(3 * draws, sizeof *scratch);
    double *const reaches = scratch + 2 * draws;
    uint64_t state = 1;
    if (pairs > 0 && resolution->controls > 0)
        resolution->noise_floor = expm1(find_floor_log(&trial, pairs, scratch, logs, &state));
    if (ranks.low > 0 && resolution->cells > 0) {
        const double threshold = log1p(fmax(resolution->noise_floor, SUMMARY_LEAST_DIFFERENCE));
        const size_t count =
            find_differences(&trial, pairs, ranks, threshold, scratch, reaches, logs, &state);
        resolution->reach_half = expm1(stats_quantile_sorted(reaches, count, half_share));
        resolution->reach_most = expm1(stats_quantile_sorted(reaches, count, most_share));
        resolution->half = expm1(stats_quantile_sorted(scratch, 2 * count, half_share));
        resolution->most = expm1(stats_quantile_sorted(scratch, 2 * count, most_share));
    }
    free(scratch);
    free(logs);
    for (size_t i = 0; i < trial.count; i++)
        free(trial.cells[i].logs);
    free(trial.cells);
}
