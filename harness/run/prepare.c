/*
 * What comes before the rounds: is every allocator what it claims to be, how long is a timed loop
 * of each cell, do variants of equal work agree, and what does each cell ask its allocator for.
 */
#include "run/session_state.h"

#include "clock.h"
#include "data/keyvalue.h"
#include "error.h"
#include "run/stop.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One fact of an allocator: `allocator.<label>.<what>`. */
static void record_fact(struct session *session, const struct allocator *allocator,
                        const char *what, const char *value)
{
    char *const key = check_format("allocator.%s.%s", allocator->name, what);
    keyvalues_set(session->facts, key, value);
    free(key);
}

/* Its settings, and what is known of their effect. */
static void record_settings(struct session *session, const struct allocator *allocator,
                            const struct answer *answer)
{
    const bool proved = answer->unproved[0] == '\0';
    char *const text = allocator_settings(allocator);
    record_fact(session, allocator, "settings", text);
    record_fact(session, allocator, "proved", proved ? "yes" : "environment only");
    if (!proved)
        record_fact(session, allocator, "proved.why", answer->unproved);
    record_fact(session, allocator, "huge_kib", answer->huge_kib);
    if (!proved)
        progress_note(&session->progress,
                      "%s: its settings are in the environment, but not proved to be in effect: %s",
                      allocator->name, answer->unproved);
    free(text);
}

/* The arguments by which a probe is asked to prove the settings. */
static char **make_proofs(const struct allocator *allocator)
{
    size_t count = 0;
    if (allocator->settings == NULL)
        return NULL;
    while (allocator->settings[count] != NULL)
        count++;
    char **const proofs = check_alloc(count + 1, sizeof *proofs);
    for (size_t i = 0; i < count; i++)
        proofs[i] = check_format("--setting=%s", allocator->settings[i]);
    return proofs;
}

/* Asks the allocator at the end of the session's list who it is; takes it off when it fails. */
static int probe_last(struct session *session, struct allocator *allocator, struct error *error)
{
    struct session_allocator *const tried = &session->allocators[session->allocator_count - 1];
    const struct question question = {
        .word = "probe", .allocator = session->allocator_count - 1, .proving = true};
    struct answer answer;
    char failure[512];
    if (session_ask(session, &question, &answer, failure, sizeof failure, NULL, error) != 0)
        return -1;
    if (failure[0] == '\0') {
        tried->path = check_strdup(answer.provider);
        tried->version = check_strdup(answer.version);
        record_fact(session, allocator, "path", answer.provider);
        record_fact(session, allocator, "version", answer.version);
        if (allocator->settings != NULL)
            record_settings(session, allocator, &answer);
    } else if (stop_requested() == 0) {
        allocator->why_not = check_strdup(failure);
        progress_note(&session->progress, "%s cannot be measured: %s", allocator->name, failure);
        session_free_allocator(tried);
        session->allocator_count--;
    }
    return 0;
}

/* What LD_PRELOAD is to hold for the library; NULL with a message. */
static char *preload_of(struct session *session, const struct allocator *library,
                        struct error *error)
{
    if (allocator_needs_link(library) && session_make_link_directory(session, error) != 0)
        return NULL;
    const char *const links = session->link_directory;
    return allocator_preload_path(library, links != NULL ? links : "", error);
}

static int add_allocator(struct session *session, struct allocator *allocator, struct error *error)
{
    const struct allocator interposer = {
        .name = (char[]){"count"}, .path = (char *)(uintptr_t)session->options->count_library};
    struct session_allocator *const added = &session->allocators[session->allocator_count];
    *added = (struct session_allocator){.allocator = allocator};
    added->preload = preload_of(session, allocator, error);
    if (added->preload == NULL)
        return error_wrap(error, "allocator %s", allocator->name);
    char *const counter = preload_of(session, &interposer, error);
    if (counter == NULL) {
        free(added->preload);
        return -1;
    }
    added->count_preload =
        check_format("%s%s%s", counter, *added->preload != '\0' ? ":" : "", added->preload);
    free(counter);
    added->proofs = make_proofs(allocator);
    session->allocator_count++;
    return probe_last(session, allocator, error);
}

int session_probe(struct session *session, struct allocators *allocators, struct error *error)
{
    session->allocators = check_alloc(allocators->count, sizeof *session->allocators);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < allocators->count && stop_requested() == 0; i++) {
            struct allocator *const allocator = &allocators->items[i];
            const bool baseline = strcmp(allocator->name, session->options->baseline) == 0;
            if (allocator->why_not != NULL || baseline != (pass == 0))
                continue;
            if (add_allocator(session, allocator, error) != 0)
                return -1;
        }
        if (pass == 0 && session->allocator_count == 0 && stop_requested() == 0)
            return error_set(error, "the baseline %s cannot be measured; nothing to compare with",
                             session->options->baseline);
    }
    const size_t slots = session->plan->cell_count * allocators->count;
    session->failed = check_alloc(slots, sizeof *session->failed);
    session->counted = check_alloc(slots, sizeof *session->counted);
    session->affordable = check_alloc(slots, sizeof *session->affordable);
    return 0;
}

int session_time_start(struct session *session, struct error *error)
{
    enum { TRIES = 3 }; /* the first may read files from the disk */
    double sum_ns = 0.0;
    for (size_t a = 0; a < session->allocator_count; a++) {
        double best_ns = (double)UINT64_MAX;
        for (int i = 0; i < TRIES && stop_requested() == 0; i++) {
            const struct question question = {.word = "probe", .allocator = a};
            struct answer answer;
            char failure[512];
            const uint64_t start_ns = clock_now_ns();
            if (session_ask(session, &question, &answer, failure, sizeof failure, NULL, error) != 0)
                return -1;
            best_ns = fmin(best_ns, (double)(clock_now_ns() - start_ns));
        }
        sum_ns += best_ns;
    }
    if (session->allocator_count > 0) /* none: stopped before the first */
        session->start_cost_ns = sum_ns / (double)session->allocator_count;
    return 0;
}

/* Of an allocator that cannot run the cell where others can. */
static int note_skipped(struct session *session, const struct plan_cell *cell, size_t allocator,
                        const char *reason, struct error *error)
{
    session->failed[session_slot(session, cell, allocator)] = true;
    return session_note_sample(session, cell, allocator, SAMPLE_SKIPPED, reason, error);
}

/* Under the baseline, or the first allocator that can run the cell. One that cannot be calibrated
 * is measured under no allocator. A run that goes on keeps the iterations it had; the checksum is
 * not in its files and is asked for again. */
static int calibrate_cell(struct session *session, struct plan_cell *cell, struct error *error)
{
    const size_t runs = plan_cell_runs(cell, session->allocator_count);
    struct answer answer;
    char failure[512], reason[sizeof answer.skip] = "";
    size_t allocator = 0;
    for (;; allocator++) {
        const struct question question = {
            .word = "calibrate", .cell = cell, .allocator = allocator};
        if (session_ask(session, &question, &answer, failure, sizeof failure, NULL, error) != 0)
            return -1;
        if (stop_requested() != 0)
            return 0;
        if (answer.skip[0] == '\0')
            break;
        if (allocator == 0)
            memcpy(reason, answer.skip, sizeof reason);
        if (allocator + 1 >= runs) {
            free(cell->skip);
            cell->skip = check_strdup(reason);
            return session_note_sample(session, cell, 0, SAMPLE_SKIPPED, reason, error);
        }
    }
    for (size_t a = 0; a < allocator; a++)
        if (note_skipped(session, cell, a, reason, error) != 0)
            return -1;
    if (failure[0] == '\0' && answer.calibrated < 1.0)
        snprintf(failure, sizeof failure, "the worker did not calibrate");
    if (failure[0] != '\0') {
        cell->failure = check_strdup(failure);
        return session_fail(session, cell, allocator, failure, error);
    }
    if (cell->iterations == 0)
        cell->iterations = (uint64_t)answer.calibrated;
    cell->checksum = answer.checksum;
    cell->has_checksum = true;
    noise_clock_add(&session->clock, answer.ghz);
    return 0;
}

static bool same_work(const struct plan_cell *a, const struct plan_cell *b)
{
    return a->scenario == b->scenario && strcmp(a->work, b->work) == 0 &&
           strcmp(a->id.value, b->id.value) == 0 && a->id.threads == b->id.threads;
}

bool session_comparable(const struct plan_cell *cell)
{
    return cell->iterations > 0 && cell->failure == NULL && *cell->skip == '\0';
}

/* A cell whose checksum fewer cells of equal work have than another one did other work. */
static int compare_checksums(struct session *session, struct error *error)
{
    struct plan *const plan = session->plan;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        if (!session_comparable(cell) || !cell->has_checksum)
            continue;
        size_t agree = 0;
        size_t differ = 0;
        for (size_t j = 0; j < plan->cell_count; j++) {
            const struct plan_cell *const other = &plan->cells[j];
            if (!same_work(cell, other) || !other->has_checksum)
                continue;
            if (other->checksum == cell->checksum)
                agree++;
            else
                differ++;
        }
        if (differ < agree || differ == 0)
            continue;
        cell->failure = check_strdup("checksum differs from other variants of equal work");
        if (session_fail(session, cell, 0, cell->failure, error) != 0)
            return -1;
    }
    return 0;
}

int session_calibrate(struct session *session, struct error *error)
{
    struct plan *const plan = session->plan;
    const size_t total = plan_selected(plan);
    size_t done = 0;
    for (size_t i = 0; i < plan->cell_count; i++) {
        struct plan_cell *const cell = &plan->cells[i];
        if (!cell->selected)
            continue;
        if (session_over(session, 0))
            return 0; /* nothing of this run will be measured */
        char name[256];
        plan_cell_name(cell, name, sizeof name);
        progress_step(&session->progress, "calibrating", done++, total, name);
        int result = 0;
        if (*cell->skip != '\0')
            result = session_note_sample(session, cell, 0, SAMPLE_SKIPPED, cell->skip, error);
        else
            result = calibrate_cell(session, cell, error);
        if (result != 0)
            return -1;
    }
    return compare_checksums(session, error);
}

/* Whether a count is what was declared, or within it. */
static bool fits(enum count_bound bound, uint64_t counted, uint64_t declared)
{
    return bound == COUNT_AT_MOST ? counted <= declared : counted == declared;
}

static bool is_as_declared(const struct count_row *row)
{
    return fits(row->bound, row->allocs, row->expected_allocs) &&
           fits(row->bound, row->reallocs, row->expected_reallocs) &&
           fits(row->bound, row->frees, row->expected_frees) &&
           fits(row->bound, row->bytes, row->expected_bytes);
}

/* Writes the row, and fails the cell when the counts are not what the variant declares. */
static int take_count(struct session *session, const struct plan_cell *cell, size_t allocator,
                      const struct answer *answer, const char *failure, struct error *error)
{
    struct count_row row = answer->counts;
    char detail[512] = "";
    row.cell = session_cell(session, cell, allocator);
    if (failure[0] != '\0')
        snprintf(detail, sizeof detail, "counting pass: %.480s", failure);
    else if (!answer->has_counts || answer->affordable == 0)
        snprintf(detail, sizeof detail, "counting pass: the worker did not count");
    else if (!is_as_declared(&row))
        snprintf(detail, sizeof detail,
                 "counted %" PRIu64 " allocs, %" PRIu64 " reallocs, %" PRIu64 " frees, %" PRIu64
                 " bytes; declared %s%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64,
                 row.allocs, row.reallocs, row.frees, row.bytes,
                 row.bound == COUNT_AT_MOST ? "at most " : "", row.expected_allocs,
                 row.expected_reallocs, row.expected_frees, row.expected_bytes);
    row.status = detail[0] == '\0' ? SAMPLE_OK : SAMPLE_FAILED;
    row.detail = detail;
    if (count_writer_append(session->counts, &row, 1, error) != 0)
        return -1;
    return detail[0] == '\0' ? 0 : session_fail(session, cell, allocator, detail, error);
}

int session_count(struct session *session, struct error *error)
{
    struct plan *const plan = session->plan;
    const size_t total = plan_selected(plan);
    size_t done = 0;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct plan_cell *const cell = &plan->cells[i];
        done += cell->selected;
        if (!cell->selected || !session_comparable(cell))
            continue;
        /* A cell that calls no allocator is counted once: its zero does not depend on which. */
        const size_t runs = cell->heap ? session->allocator_count : 1;
        for (size_t a = 0; a < runs; a++) {
            const size_t slot = session_slot(session, cell, a);
            if (session->failed[slot] || session->counted[slot])
                continue;
            if (session_over(session, 0))
                return 0;
            char name[256];
            plan_cell_name(cell, name, sizeof name);
            progress_step(&session->progress, "counting", done - 1, total, name);
            const struct question question = {
                .word = "count", .cell = cell, .allocator = a, .counting = true};
            struct answer answer;
            char failure[512];
            if (session_ask(session, &question, &answer, failure, sizeof failure, NULL, error) != 0)
                return -1;
            if (stop_requested() != 0)
                return 0;
            session->counted[slot] = true;
            session->affordable[slot] = answer.affordable;
            if (take_count(session, cell, a, &answer, failure, error) != 0)
                return -1;
        }
    }
    return 0;
}
