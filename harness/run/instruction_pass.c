/*
 * The pass that counts instructions: each cell once more under each allocator, by valgrind, and by
 * the CPU's counter where there is one. It comes behind the rounds and takes the time it takes; its
 * numbers do not depend on what else the machine does.
 */
#include "run/session_state.h"

#include "clock.h"
#include "data/keyvalue.h"
#include "error.h"
#include "perf_counter.h"
#include "run/run_directory.h"
#include "run/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A process under valgrind takes one to three seconds where an operation takes up to a microsecond,
 * and is waited for when it takes forty times as long. */
static const uint64_t process_limit_ns = UINT64_C(120000000000);
static const double process_usual_s = 1.5;

enum {
    VALGRIND_WORDS = 8,
    DUMPS_MOST = 64 /* numbers of callgrind's files that are looked for; a worker makes fewer */
};

/* How the pass goes. */
struct pass {
    struct session *session;
    struct instruction_writer *writer;
    bool *counted[INSTRUCTION_SOURCES]; /* [source][slot]: there is a row that is ok */
    char **why_not;  /* [allocator]: why it does not run under valgrind; NULL: it does */
    char *directory; /* for callgrind's files; NULL: not made */
    char *dumps;     /* path in it that callgrind is given */
    size_t total;    /* processes that there are to be */
    size_t done;
    uint64_t start_ns;
};

/* The fact of one source: what it is, or why it is not here. */
static void put_source(struct session *session, const char *key, const char *value, const char *why)
{
    keyvalues_set(session->facts, key, value);
    if (*value == '\0') {
        char *const why_key = check_format("%s.why", key);
        keyvalues_set(session->facts, why_key, why);
        free(why_key);
    }
}

void session_find_counters(struct session *session)
{
    const struct session_options *const options = session->options;
    char why[256] = "not asked for";
    if (options->instructions) {
        struct perf_counter counter;
        session->has[INSTRUCTIONS_VALGRIND] = options->valgrind != NULL;
        session->has[INSTRUCTIONS_PERF] = perf_counter_open(&counter, why, sizeof why) == 0;
        if (session->has[INSTRUCTIONS_PERF])
            perf_counter_close(&counter);
        if (options->valgrind == NULL)
            progress_note(&session->progress,
                          "--instructions: there is no valgrind in PATH; install it (make deps "
                          "does)%s",
                          session->has[INSTRUCTIONS_PERF] ? "; the CPU's own counter is used"
                                                          : "; the run goes on without");
    }
    put_source(session, "instructions.valgrind", options->valgrind != NULL ? options->valgrind : "",
               options->instructions ? "not in PATH" : "not asked for");
    put_source(session, "instructions.perf", session->has[INSTRUCTIONS_PERF] ? "yes" : "", why);
}

/*
 * Asks a process, under valgrind when that is the source: it counts nothing until the worker says
 * so, takes no options from elsewhere, and leaves no pipes in /tmp.
 */
static int ask(const struct pass *pass, enum instruction_source source, struct question question,
               struct answer *answer, char *failure, size_t room, struct error *error)
{
    struct session *const session = pass->session;
    question.limit_ns = process_limit_ns;
    if (source != INSTRUCTIONS_VALGRIND)
        return session_ask(session, &question, answer, failure, room, NULL, error);
    char *const out = check_format("--callgrind-out-file=%s", pass->dumps);
    const char *const words[VALGRIND_WORDS] = {
        session->options->valgrind, "--quiet", "--command-line-only=yes", "--vgdb=no",
        "--tool=callgrind",         out,       "--instr-atstart=no",      NULL};
    question.run = words;
    question.dumps = pass->dumps;
    const int result = session_ask(session, &question, answer, failure, room, NULL, error);
    free(out);
    unlink(pass->dumps); /* of the process's end, and what one left that was killed */
    for (unsigned number = 1; number <= DUMPS_MOST; number++) {
        char *const path = check_format("%s.%u", pass->dumps, number);
        unlink(path);
        free(path);
    }
    return result;
}

/* Which allocators do not run under valgrind at all. */
static int probe_allocators(struct pass *pass, struct error *error)
{
    struct session *const session = pass->session;
    for (size_t a = 0; a < session->allocator_count && stop_requested() == 0; a++) {
        const struct question question = {.word = "probe", .allocator = a};
        struct answer answer;
        char failure[512];
        if (ask(pass, INSTRUCTIONS_VALGRIND, question, &answer, failure, sizeof failure, error) !=
            0)
            return -1;
        if (failure[0] == '\0' || stop_requested() != 0)
            continue;
        pass->why_not[a] = check_format("does not run under valgrind: %.400s", failure);
        progress_note(&session->progress, "no instructions of %s: it %s",
                      session->allocators[a].allocator->name, pass->why_not[a]);
    }
    return 0;
}

static int count_cell(struct pass *pass, enum instruction_source source,
                      const struct plan_cell *cell, size_t allocator, struct error *error)
{
    struct session *const session = pass->session;
    struct instruction_row row = {.source = source};
    char failure[512] = "";
    if (source == INSTRUCTIONS_VALGRIND && pass->why_not[allocator] != NULL) {
        snprintf(failure, sizeof failure, "%s", pass->why_not[allocator]);
    } else {
        const struct question question = {
            .word = "instructions", .cell = cell, .allocator = allocator};
        struct answer answer;
        if (ask(pass, source, question, &answer, failure, sizeof failure, error) != 0)
            return -1;
        if (stop_requested() != 0 || answer.skip[0] != '\0')
            return 0;
        if (failure[0] == '\0' &&
            (!answer.has_instructions || answer.instructions.source != source))
            snprintf(failure, sizeof failure, "the worker counted nothing");
        if (failure[0] == '\0')
            row = answer.instructions;
        char name[256];
        plan_cell_name(cell, name, sizeof name);
        if (failure[0] != '\0')
            progress_note(&session->progress, "no instructions of %s under %s by %s: %s", name,
                          session->allocators[allocator].allocator->name,
                          instruction_source_name(source), failure);
    }
    row.cell = session_cell(session, cell, allocator);
    row.status = failure[0] == '\0' ? SAMPLE_OK : SAMPLE_FAILED;
    row.detail = failure;
    pass->counted[source][session_slot(session, cell, allocator)] = row.status == SAMPLE_OK;
    return instruction_writer_append(pass->writer, &row, error);
}

/*
 * Under how many allocators the cell is counted: one that calls none does the same under each. None
 * for a cell of several threads: valgrind runs one at a time, and what waits would count its wait.
 */
static size_t count_runs(const struct session *session, const struct plan_cell *cell)
{
    if (!cell->selected || !session_comparable(cell) || cell->id.threads > 1)
        return 0;
    return cell->heap ? session->allocator_count : 1;
}

static bool is_to_count(const struct pass *pass, enum instruction_source source, size_t slot)
{
    const struct session *const session = pass->session;
    return session->has[source] && !session->failed[slot] && !pass->counted[source][slot];
}

/* What the whole pass has left, by what it took so far. */
static void foresee(struct pass *pass)
{
    struct progress *const progress = &pass->session->progress;
    const uint64_t now_ns = clock_now_ns();
    const double each_ns = pass->done > 0 ? (double)(now_ns - pass->start_ns) / (double)pass->done
                                          : process_usual_s * 1e9;
    progress->end_ns = now_ns + (uint64_t)(each_ns * (double)(pass->total - pass->done));
}

static int count_source(struct pass *pass, enum instruction_source source, struct error *error)
{
    struct session *const session = pass->session;
    struct plan *const plan = session->plan;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct plan_cell *const cell = &plan->cells[i];
        for (size_t a = 0; a < count_runs(session, cell); a++) {
            if (!is_to_count(pass, source, session_slot(session, cell, a)))
                continue;
            char name[256];
            plan_cell_name(cell, name, sizeof name);
            foresee(pass);
            progress_step(&session->progress, "instructions", pass->done++, pass->total, name);
            if (count_cell(pass, source, cell, a, error) != 0)
                return -1;
            if (stop_requested() != 0)
                return 0;
        }
    }
    return 0;
}

/* Which counts a run that goes on has already. */
static int load_earlier(struct pass *pass, const char *path, struct error *error)
{
    const struct session *const session = pass->session;
    struct instructions earlier;
    if (instructions_load(path, &earlier, error) != 0)
        return -1;
    for (size_t i = 0; i < earlier.count; i++) {
        const struct instruction_row *const row = &earlier.rows[i];
        for (size_t c = 0; c < session->plan->cell_count; c++) {
            const struct plan_cell *const cell = &session->plan->cells[c];
            for (size_t a = 0; session_is_of_cell(&row->cell, cell) && a < session->allocator_count;
                 a++)
                if (strcmp(session_cell(session, cell, a).allocator, row->cell.allocator) == 0)
                    pass->counted[row->source][session_slot(session, cell, a)] =
                        row->status == SAMPLE_OK;
        }
    }
    instructions_free(&earlier);
    return 0;
}

static int open_pass(struct pass *pass, struct error *error)
{
    struct session *const session = pass->session;
    const size_t slots = session->plan->cell_count * session->allocator_count;
    for (size_t source = 0; source < INSTRUCTION_SOURCES; source++)
        pass->counted[source] = check_alloc(slots, sizeof **pass->counted);
    pass->why_not = check_alloc(session->allocator_count, sizeof *pass->why_not);
    char template[] = "/tmp/allocost-XXXXXX";
    if (mkdtemp(template) == NULL)
        return error_set_errno(error, "cannot make a temporary directory in /tmp");
    pass->directory = check_strdup(template);
    pass->dumps = check_format("%s/dump", template);
    char *const path = run_directory_file(session->options->directory, "instructions.csv");
    const bool there = session->options->resume && access(path, F_OK) == 0;
    pass->writer = instruction_writer_open(path, there, error);
    const int result =
        pass->writer == NULL || (there && load_earlier(pass, path, error) != 0) ? -1 : 0;
    free(path);
    return result;
}

static void close_pass(struct pass *pass)
{
    instruction_writer_close(pass->writer);
    for (size_t source = 0; source < INSTRUCTION_SOURCES; source++)
        free(pass->counted[source]);
    for (size_t a = 0; a < pass->session->allocator_count; a++)
        free(pass->why_not[a]);
    free(pass->why_not);
    if (pass->directory != NULL)
        rmdir(pass->directory);
    free(pass->directory);
    free(pass->dumps);
}

/* How many processes there are to be; cells times allocators that no source has counted, when
 * `uncounted`. */
static size_t tally(const struct pass *pass, bool uncounted)
{
    const struct session *const session = pass->session;
    size_t count = 0;
    for (size_t i = 0; i < session->plan->cell_count; i++) {
        const struct plan_cell *const cell = &session->plan->cells[i];
        for (size_t a = 0; a < count_runs(session, cell); a++) {
            const size_t slot = session_slot(session, cell, a);
            bool none = !session->failed[slot];
            for (size_t source = 0; source < INSTRUCTION_SOURCES; source++) {
                count += !uncounted && is_to_count(pass, (enum instruction_source)source, slot);
                none = none && !pass->counted[source][slot];
            }
            count += uncounted && none;
        }
    }
    return count;
}

int session_instructions(struct session *session, struct error *error)
{
    if (stop_requested() != 0)
        return 0;
    struct pass pass = {.session = session, .start_ns = clock_now_ns()};
    int result = open_pass(&pass, error);
    if (result == 0) {
        pass.total = tally(&pass, false);
        if (pass.total > 0)
            progress_note(&session->progress,
                          "counting instructions: %zu processes, about %.0f s beside the budget",
                          pass.total, process_usual_s * (double)pass.total);
        if (session->has[INSTRUCTIONS_VALGRIND])
            result = probe_allocators(&pass, error);
        for (size_t source = 0; source < INSTRUCTION_SOURCES && result == 0; source++)
            result = count_source(&pass, (enum instruction_source)source, error);
        session->result->uncounted = tally(&pass, true);
    }
    close_pass(&pass);
    return result;
}
