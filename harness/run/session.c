#include "run/session.h"

#include "clock.h"
#include "data/keyvalue.h"
#include "error.h"
#include "run/budget.h"
#include "run/run_directory.h"
#include "run/session_state.h"
#include "run/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t session_slot(const struct session *session, const struct plan_cell *cell, size_t allocator)
{
    return (size_t)(cell - session->plan->cells) * session->allocator_count + allocator;
}

uint64_t session_iterations(const struct session *session, const struct plan_cell *cell,
                            size_t allocator)
{
    const uint64_t affordable = session->affordable[session_slot(session, cell, allocator)];
    return affordable > 0 ? affordable : cell->iterations;
}

struct cell session_cell(const struct session *session, const struct plan_cell *cell,
                         size_t allocator)
{
    struct cell id = cell->id;
    if (cell->heap || cell->control)
        id.allocator = session->allocators[allocator].allocator->name;
    return id;
}

int session_note_sample(struct session *session, const struct plan_cell *cell, size_t allocator,
                        enum sample_status status, const char *detail, struct error *error)
{
    const double none = (double)__builtin_nanf("");
    const struct sample row = {.round = session->round,
                               .cell = session_cell(session, cell, allocator),
                               .ns_per_op = none,
                               .cpu_ns_per_op = none,
                               .core_ghz = none,
                               .ops_per_s = none,
                               .status = status,
                               .detail = detail};
    return sample_writer_append(session->samples, &row, 1, error);
}

int session_fail(struct session *session, const struct plan_cell *cell, size_t allocator,
                 const char *reason, struct error *error)
{
    char name[256];
    plan_cell_name(cell, name, sizeof name);
    const bool named = cell->heap || cell->control;
    progress_note(&session->progress, "failed: %s%s%s: %s", name, named ? " under " : "",
                  named ? session->allocators[allocator].allocator->name : "", reason);
    session->failed[session_slot(session, cell, allocator)] = true;
    session->result->failed++;
    return session_note_sample(session, cell, allocator, SAMPLE_FAILED, reason, error);
}

bool session_over(const struct session *session, uint64_t next_ns)
{
    return stop_requested() != 0 || clock_now_ns() + next_ns > session->end_ns;
}

/* Leaves out the cells of later tiers when the budget does not give all of them enough rounds. */
static void choose_cells(struct session *session)
{
    const struct session_options *const options = session->options;
    struct plan *const plan = session->plan;
    const bool limited = options->budget_s > 0.0;
    /* A budget that the reserve eats up is still a limit. */
    const double time_s = limited ? fmax(options->budget_s - options->reserve_s, 1e-3) : 0.0;
    size_t processes[BUDGET_TIERS];
    budget_count_processes(plan, session->allocator_count, processes);
    const struct budget_fit fit =
        budget_fit(processes, time_s, session->start_cost_ns, options->all);
    session->repetition_ns = fit.repetition_ns;
    size_t left_out = 0;
    for (size_t i = 0; i < plan->cell_count; i++)
        if (plan->cells[i].selected && plan->cells[i].tier > fit.tier) {
            plan->cells[i].selected = false;
            left_out++;
        }
    keyvalues_set(session->facts, "run.tier", plan_tier_name(fit.tier));
    keyvalues_setf(session->facts, "run.cells_left_out", "%zu", left_out);
    keyvalues_setf(session->facts, "run.repetition_ms", "%.2f", (double)fit.repetition_ns / 1e6);
    if (left_out > 0)
        progress_note(&session->progress,
                      "%zu cells of the later tiers are left out: they do not fit the budget %d "
                      "times; a longer budget or --all measures them",
                      left_out, BUDGET_ROUNDS);
    if (limited && !options->all && fit.rounds < BUDGET_ROUNDS_LEAST)
        progress_note(&session->progress,
                      "the budget holds about %.0f rounds; below %d there are no intervals and no "
                      "verdicts",
                      fit.rounds, BUDGET_ROUNDS_LEAST);
}

/* Every known allocator that cannot be measured is a row for each cell it would have had. */
static int note_absent(struct session *session, const struct allocators *allocators,
                       struct error *error)
{
    const struct plan *const plan = session->plan;
    for (size_t a = 0; a < allocators->count; a++) {
        const struct allocator *const allocator = &allocators->items[a];
        if (allocator->why_not == NULL)
            continue;
        /* Known but not installed, or found and then not what it claims to be. */
        const bool absent = allocator->remedy != NULL;
        if (absent && !allocator->asked_for)
            continue;
        for (size_t i = 0; i < plan->cell_count; i++) {
            const struct plan_cell *const cell = &plan->cells[i];
            if (!cell->selected || !cell->heap)
                continue;
            struct sample row = {.round = session->round,
                                 .cell = cell->id,
                                 .ns_per_op = (double)__builtin_nanf(""),
                                 .cpu_ns_per_op = (double)__builtin_nanf(""),
                                 .core_ghz = (double)__builtin_nanf(""),
                                 .ops_per_s = (double)__builtin_nanf(""),
                                 .status = absent ? SAMPLE_SKIPPED : SAMPLE_FAILED,
                                 .detail = allocator->why_not};
            row.cell.allocator = allocator->name;
            session->result->failed += absent ? 0 : 1;
            if (sample_writer_append(session->samples, &row, 1, error) != 0)
                return -1;
        }
    }
    return 0;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool session_is_of_cell(const struct cell *id, const struct plan_cell *cell)
{
    return same_text(id->scenario, cell->id.scenario) && same_text(id->variant, cell->id.variant) &&
           same_text(id->value, cell->id.value) && id->threads == cell->id.threads;
}

/* Takes the frozen iteration counts and the last round from the samples that are there. */
static int load_earlier_samples(struct session *session, const char *path, struct error *error)
{
    struct samples samples;
    if (samples_load(path, &samples, error) != 0)
        return -1;
    for (size_t i = 0; i < samples.count; i++) {
        const struct sample *const row = &samples.rows[i];
        if (row->round >= session->round)
            session->round = row->round + 1;
        noise_clock_add(&session->clock, row->core_ghz);
        for (size_t c = 0; row->iterations > 0 && c < session->plan->cell_count; c++) {
            struct plan_cell *const cell = &session->plan->cells[c];
            if (!session_is_of_cell(&row->cell, cell))
                continue;
            if (row->iterations > cell->iterations)
                cell->iterations = row->iterations;
            for (size_t a = 0; a < session->allocator_count; a++)
                if (same_text(session_cell(session, cell, a).allocator, row->cell.allocator))
                    session->affordable[session_slot(session, cell, a)] = row->iterations;
            break;
        }
    }
    samples_free(&samples);
    return 0;
}

/* What was counted and never measured is counted again, to know what is affordable. */
static int load_earlier_counts(struct session *session, const char *path, struct error *error)
{
    struct counts counts;
    if (counts_load(path, &counts, error) != 0)
        return -1;
    for (size_t i = 0; i < counts.count; i++)
        for (size_t c = 0; c < session->plan->cell_count; c++) {
            const struct plan_cell *const cell = &session->plan->cells[c];
            if (!session_is_of_cell(&counts.rows[i].cell, cell))
                continue;
            for (size_t a = 0; a < session->allocator_count; a++) {
                const size_t slot = session_slot(session, cell, a);
                if (same_text(session_cell(session, cell, a).allocator,
                              counts.rows[i].cell.allocator))
                    session->counted[slot] =
                        counts.rows[i].status == SAMPLE_OK && session->affordable[slot] > 0;
            }
            break;
        }
    counts_free(&counts);
    return 0;
}

static int open_files(struct session *session, struct error *error)
{
    const struct session_options *const options = session->options;
    char *const samples = run_directory_file(options->directory, "samples.csv");
    char *const observations = run_directory_file(options->directory, "observations.csv");
    char *const counts = run_directory_file(options->directory, "counts.csv");
    const bool counts_there = options->resume && access(counts, F_OK) == 0;
    int result = 0;
    session->samples = sample_writer_open(samples, options->resume, error);
    if (session->samples != NULL)
        session->observations = observation_writer_open(observations, options->resume, error);
    if (session->observations != NULL)
        session->counts = count_writer_open(counts, counts_there, error);
    if (session->counts == NULL)
        result = -1;
    if (result == 0 && options->resume)
        result = load_earlier_samples(session, samples, error);
    if (result == 0 && counts_there)
        result = load_earlier_counts(session, counts, error);
    free(samples);
    free(observations);
    free(counts);
    return result;
}

int session_make_link_directory(struct session *session, struct error *error)
{
    if (session->link_directory != NULL)
        return 0;
    char template[] = "/tmp/allocost-XXXXXX";
    if (mkdtemp(template) == NULL)
        return error_set_errno(error, "cannot make a temporary directory in /tmp");
    session->link_directory = check_strdup(template);
    return 0;
}

/* Removes the links that allocator_preload_path made, and the directory. */
static void remove_link_directory(struct session *session)
{
    if (session->link_directory == NULL)
        return;
    for (size_t i = 0; i < session->allocator_count; i++) {
        char *rest = session->allocators[i].count_preload;
        while (rest != NULL) {
            const char *const path = strsep(&rest, ":");
            const size_t length = strlen(session->link_directory);
            if (strncmp(path, session->link_directory, length) == 0)
                unlink(path);
        }
    }
    rmdir(session->link_directory);
    free(session->link_directory);
}

void session_free_allocator(struct session_allocator *allocator)
{
    for (char **proof = allocator->proofs; proof != NULL && *proof != NULL; proof++)
        free(*proof);
    free(allocator->proofs);
    free(allocator->preload);
    free(allocator->count_preload);
    free(allocator->version);
    free(allocator->path);
}

static void close_session(struct session *session)
{
    remove_link_directory(session);
    for (size_t i = 0; i < session->allocator_count; i++)
        session_free_allocator(&session->allocators[i]);
    free(session->allocators);
    free(session->failed);
    free(session->counted);
    free(session->affordable);
    sample_writer_close(session->samples);
    observation_writer_close(session->observations);
    count_writer_close(session->counts);
}

static int run_steps(struct session *session, struct allocators *allocators, struct error *error)
{
    session_find_counters(session);
    if (session_probe(session, allocators, error) != 0)
        return -1;
    if (session_time_start(session, error) != 0)
        return -1;
    choose_cells(session);
    if (open_files(session, error) != 0 || note_absent(session, allocators, error) != 0)
        return -1;
    if (session_calibrate(session, error) != 0 || session_count(session, error) != 0)
        return -1;
    const uint64_t start_ns = clock_now_ns();
    const int measured = session_rounds(session, error);
    session->result->rounds_s = (double)(clock_now_ns() - start_ns) / 1e9;
    if (measured != 0)
        return -1;
    return session->options->instructions ? session_instructions(session, error) : 0;
}

int session_run(struct plan *plan, struct allocators *allocators,
                const struct session_options *options, struct keyvalues *facts,
                struct session_result *result, struct error *error)
{
    *result = (struct session_result){.ended = "budget"};
    struct session session = {
        .plan = plan,
        .options = options,
        .facts = facts,
        .result = result,
        .round = 1,
        .start_ns = clock_now_ns(),
        .end_ns = UINT64_MAX,
    };
    if (options->budget_s > 0.0) {
        const double time_s = options->budget_s - options->reserve_s;
        session.end_ns = session.start_ns + (uint64_t)((time_s > 0.0 ? time_s : 0.0) * 1e9);
    }
    progress_start(&session.progress, options->budget_s > 0.0 ? session.end_ns : 0);
    const int status = run_steps(&session, allocators, error);
    progress_end(&session.progress);
    result->stop_signal = stop_requested();
    if (result->stop_signal != 0)
        result->ended = "signal";
    result->wall_s = (double)(clock_now_ns() - session.start_ns) / 1e9;
    result->worker_s = (double)session.worker_ns / 1e9;
    result->start_cost_ns = session.start_cost_ns;
    close_session(&session);
    return status;
}
