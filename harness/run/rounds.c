/*
 * The rounds: in each, every cell once under every allocator, each time in a process of its own.
 */
#include "run/session_state.h"

#include "clock.h"
#include "data/summary.h"
#include "error.h"
#include "run/budget.h"
#include "run/order.h"
#include "run/run_directory.h"
#include "run/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the time since the start, what may go into measuring noisy samples again. */
static const double retry_share = 0.2;

/* What a sample took so far, smoothed, to know whether one more fits. */
struct cost {
    double sample_ns;
};

/*
 * Marks every repetition, and with it whether the process is believed: a majority of its
 * repetitions must be undisturbed, and its sample is their median. Otherwise all of it is set
 * aside.
 */
static bool judge_repetitions(struct session *session, struct answer *answer, char (*reasons)[128])
{
    const double median_ghz = noise_clock_median(&session->clock);
    unsigned believed = 0;
    unsigned worst = 0;
    for (unsigned i = 0; i < answer->repetitions; i++) {
        struct sample *const row = &answer->rows[i];
        const char *const reason =
            noise_judge(row->core_ghz, median_ghz, answer->involuntary_switches[i],
                        answer->steal_ticks[i], reasons[i], sizeof reasons[i]);
        row->status = reason == NULL ? SAMPLE_OK : SAMPLE_NOISY;
        row->detail = reason == NULL ? "" : reason;
        if (reason == NULL)
            believed++;
        else
            worst = i;
        noise_clock_add(&session->clock, row->core_ghz);
    }
    if (believed >= REPETITIONS_BELIEVED)
        return true;
    for (unsigned i = 0; i < answer->repetitions; i++)
        if (answer->rows[i].status == SAMPLE_OK) {
            answer->rows[i].status = SAMPLE_NOISY;
            answer->rows[i].detail = answer->rows[worst].detail;
        }
    return false;
}

/* Writes what the process observed, in the cell's name; it is believed as its repetitions are. */
static int write_observations(struct session *session, const struct answer *answer,
                              const struct cell *id, bool believed, struct error *error)
{
    struct observation rows[BENCH_METRICS_MOST];
    for (size_t i = 0; i < answer->metric_count; i++)
        rows[i] = (struct observation){.round = session->round,
                                       .cell = *id,
                                       .metric = answer->metrics[i].name,
                                       .unit = answer->metrics[i].unit,
                                       .value = answer->metrics[i].value,
                                       .status = believed ? SAMPLE_OK : SAMPLE_NOISY};
    return answer->metric_count == 0 ? 0
                                     : observation_writer_append(session->observations, rows,
                                                                 answer->metric_count, error);
}

/* One process. *believed says whether it counts. */
static int measure_once(struct session *session, const struct plan_cell *cell, size_t allocator,
                        struct cost *cost, bool *believed, struct error *error)
{
    const struct question question = {.word = "measure", .cell = cell, .allocator = allocator};
    struct answer answer;
    char failure[512];
    const uint64_t start_ns = clock_now_ns();
    *believed = true; /* a failure is not tried again either */
    if (session_ask(session, &question, &answer, failure, sizeof failure, NULL, error) != 0)
        return -1;
    if (stop_requested() != 0)
        return 0;
    if (failure[0] == '\0' && answer.skip[0] == '\0' && answer.repetitions != REPETITIONS)
        snprintf(failure, sizeof failure, "%u repetitions instead of %d", answer.repetitions,
                 REPETITIONS);
    if (failure[0] != '\0')
        return session_fail(session, cell, allocator, failure, error);
    if (answer.skip[0] != '\0') {
        session->failed[session_slot(session, cell, allocator)] = true;
        return session_note_sample(session, cell, allocator, SAMPLE_SKIPPED, answer.skip, error);
    }
    char reasons[REPETITIONS][128];
    *believed = judge_repetitions(session, &answer, reasons);
    const struct cell id = session_cell(session, cell, allocator);
    for (unsigned i = 0; i < answer.repetitions; i++) {
        answer.rows[i].round = session->round;
        answer.rows[i].cell = id;
    }
    if (sample_writer_append(session->samples, answer.rows, answer.repetitions, error) != 0 ||
        write_observations(session, &answer, &id, *believed, error) != 0)
        return -1;
    const double elapsed_ns = (double)(clock_now_ns() - start_ns);
    cost->sample_ns =
        cost->sample_ns > 0.0 ? 0.95 * cost->sample_ns + 0.05 * elapsed_ns : elapsed_ns;
    if (*believed)
        session->result->samples++;
    else
        session->result->noisy++;
    return 0;
}

static int measure(struct session *session, const struct plan_cell *cell, size_t allocator,
                   struct cost *cost, struct error *error)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const uint64_t start_ns = clock_now_ns();
        bool believed;
        if (measure_once(session, cell, allocator, cost, &believed, error) != 0)
            return -1;
        const uint64_t now_ns = clock_now_ns();
        if (attempt > 0)
            session->retry_ns += now_ns - start_ns;
        const double allowed_ns = retry_share * (double)(now_ns - session->start_ns);
        if (believed || (double)session->retry_ns > allowed_ns ||
            session_over(session, (uint64_t)cost->sample_ns))
            return 0;
    }
    return 0;
}

static bool measurable(const struct plan_cell *cell)
{
    return cell->selected && cell->iterations > 0 && cell->failure == NULL && *cell->skip == '\0';
}

static size_t count_measurable(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        count += measurable(&plan->cells[i]);
    return count;
}

/* Measures a cell under each of its allocators, in a balanced order. Clears *complete when the time
 * did not suffice. */
static int measure_cell(struct session *session, size_t index, struct cost *cost, bool *complete,
                        struct error *error)
{
    const struct plan_cell *const cell = &session->plan->cells[index];
    const size_t runs = plan_cell_runs(cell, session->allocator_count);
    size_t *const order = check_alloc(runs, sizeof *order);
    order_williams(order, runs, session->round + index);
    int result = 0;
    for (size_t i = 0; i < runs && result == 0; i++) {
        if (session->failed[session_slot(session, cell, order[i])])
            continue;
        if (session_over(session, (uint64_t)cost->sample_ns)) {
            *complete = false;
            break;
        }
        result = measure(session, cell, order[i], cost, error);
    }
    free(order);
    return result;
}

/* One round over all cells in a shuffled order. *complete tells whether the time sufficed. */
static int measure_round(struct session *session, struct cost *cost, bool *complete,
                         struct error *error)
{
    struct plan *const plan = session->plan;
    const size_t before = session->result->samples;
    const size_t noisy_before = session->result->noisy;
    size_t *const order = check_alloc(plan->cell_count, sizeof *order);
    order_shuffle(order, plan->cell_count,
                  session->options->seed ^ ((uint64_t)session->round << 32));
    char phase[32];
    snprintf(phase, sizeof phase, "round %u", session->round);
    const size_t total = count_measurable(plan);
    size_t done = 0;
    int result = 0;
    *complete = true;
    for (size_t i = 0; i < plan->cell_count && result == 0; i++) {
        const struct plan_cell *const cell = &plan->cells[order[i]];
        if (!measurable(cell))
            continue;
        if (session_over(session, (uint64_t)cost->sample_ns)) {
            *complete = false;
            break;
        }
        char name[256];
        plan_cell_name(cell, name, sizeof name);
        progress_step(&session->progress, phase, done++, total, name);
        result = measure_cell(session, order[i], cost, complete, error);
    }
    free(order);
    progress_round(&session->progress, session->round, session->result->samples - before,
                   session->result->noisy - noisy_before);
    return result;
}

/* Whether every cell under every allocator is known as well as was asked for. */
static int reached_precision(const struct session *session, bool *reached, struct error *error)
{
    char *const path = run_directory_file(session->options->directory, "samples.csv");
    struct samples samples;
    struct summary summary;
    *reached = false;
    int result = samples_load(path, &samples, error);
    free(path);
    if (result != 0)
        return -1;
    const struct summary_options options = {.baseline = session->options->baseline};
    result = summary_compute(&samples, NULL, &options, &summary, error);
    samples_free(&samples);
    if (result != 0)
        return -1;
    *reached = true;
    for (size_t i = 0; i < summary.count && *reached; i++) {
        const struct summary_row *const row = &summary.rows[i];
        if (row->status != SAMPLE_OK)
            continue;
        const bool compared = isfinite(row->ratio);
        const double low = compared ? row->ratio_low : row->ns_low / row->ns_median;
        const double high = compared ? row->ratio_high : row->ns_high / row->ns_median;
        *reached = high - low <= 2.0 * session->options->precision; /* false for NaN */
    }
    summary_free(&summary);
    return 0;
}

int session_rounds(struct session *session, struct error *error)
{
    const struct session_options *const options = session->options;
    struct session_result *const result = session->result;
    struct cost cost = {.sample_ns = 0.0};
    if (count_measurable(session->plan) == 0 && !session_over(session, 0)) {
        result->ended = "nothing left to measure";
        return 0;
    }
    const unsigned first = session->round;
    for (;; session->round++) {
        if (options->rounds > 0 && session->round - first >= options->rounds) {
            result->ended = "rounds";
            return 0;
        }
        if (session_over(session, (uint64_t)cost.sample_ns))
            break;
        bool complete;
        if (measure_round(session, &cost, &complete, error) != 0)
            return -1;
        if (!complete || stop_requested() != 0)
            break;
        result->rounds++;
        bool reached = false;
        if (options->precision > 0.0 && result->rounds >= BUDGET_ROUNDS_LEAST &&
            reached_precision(session, &reached, error) != 0)
            return -1;
        if (reached) {
            result->ended = "precision";
            return 0;
        }
    }
    result->ended = stop_requested() != 0 ? "signal" : "budget";
    return 0;
}
