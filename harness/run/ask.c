/*
 * One question to one worker process, and its answer taken apart.
 */
#include "run/session_state.h"

#include "data/metrics.h"
#include "error.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sample takes tens of milliseconds; an allocator a thousand times slower is still waited for. */
static const uint64_t sample_limit_ns = UINT64_C(10000000000);

/* Of each call of a trace, over all loops of a process: warm-up, calibration, repetitions. */
static const uint64_t trace_call_limit_ns = 20000;

enum { ARGUMENTS_MOST = 28 }; /* behind a program's name */

static uint64_t read_count(const char *text, bool *malformed)
{
    char *end;
    const uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0')
        *malformed = true;
    return number;
}

static double read_number(const char *text, bool *malformed)
{
    char *end;
    const double number = strtod(text, &end);
    if (end == text || *end != '\0')
        *malformed = true;
    return number;
}

static void take_repetition(struct answer *answer, char *const fields[])
{
    bool *const malformed = &answer->malformed;
    if (answer->repetitions == REPETITIONS) {
        *malformed = true;
        return;
    }
    const unsigned index = answer->repetitions++;
    answer->rows[index] = (struct sample){
        .rep = (unsigned)read_count(fields[1], malformed),
        .iterations = read_count(fields[2], malformed),
        .ns_per_op = read_number(fields[3], malformed),
        .cpu_ns_per_op = read_number(fields[4], malformed),
        .core_ghz = read_number(fields[5], malformed),
        .checksum = read_count(fields[6], malformed),
        .has_checksum = true,
        .ops_per_s = read_number(fields[9], malformed),
        .detail = "",
    };
    answer->involuntary_switches[index] = (long)read_count(fields[7], malformed);
    answer->steal_ticks[index] = read_count(fields[8], malformed);
}

static void take_counts(struct answer *answer, char *const fields[])
{
    struct count_row *const row = &answer->counts;
    uint64_t *const targets[] = {
        &row->iterations,     &row->allocs,        &row->reallocs,        &row->frees,
        &row->bytes,          &row->usable_bytes,  &row->expected_allocs, &row->expected_reallocs,
        &row->expected_frees, &row->expected_bytes};
    for (size_t i = 0; i < BENCH_COUNT(targets); i++)
        *targets[i] = read_count(fields[i + 1], &answer->malformed);
    row->bound = strcmp(fields[BENCH_COUNT(targets) + 1], "1") == 0 ? COUNT_AT_MOST : COUNT_EXACT;
    answer->has_counts = true;
}

static void take_instructions(struct answer *answer, char *const fields[])
{
    struct instruction_row *const row = &answer->instructions;
    bool *const malformed = &answer->malformed;
    if (!instruction_source_read(fields[1], &row->source))
        *malformed = true;
    row->iterations = read_count(fields[2], malformed);
    row->once = read_count(fields[3], malformed);
    row->twice = read_count(fields[4], malformed);
    if (row->iterations == 0 || row->once == 0 || row->twice < row->once)
        *malformed = true;
    answer->has_instructions = true;
}

/* What the process knows of one setting. */
static void take_setting(struct answer *answer, char *const fields[])
{
    const char *const state = fields[2];
    char *const why = strcmp(state, "refused") == 0 ? answer->refused : answer->unproved;
    const size_t room = why == answer->refused ? sizeof answer->refused : sizeof answer->unproved;
    if (strcmp(state, "proved") != 0 && *why == '\0')
        snprintf(why, room, "%s", fields[3]);
}

/* Copies a word of [a-z0-9_]+ that fits. Returns whether it is one. */
static bool take_word(char *target, const char *word)
{
    const size_t length = strlen(word);
    if (length == 0 || length > BENCH_METRIC_LONGEST ||
        strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return false;
    memcpy(target, word, length + 1);
    return true;
}

static void take_metric(struct answer *answer, char *const fields[])
{
    bool *const malformed = &answer->malformed;
    if (answer->metric_count == BENCH_METRICS_MOST) {
        *malformed = true;
        return;
    }
    struct answer_metric *const metric = &answer->metrics[answer->metric_count];
    metric->value = read_number(fields[3], malformed);
    if (!take_word(metric->name, fields[1]) || !take_word(metric->unit, fields[2]) ||
        !isfinite(metric->value) || strcmp(metric->name, METRIC_THROUGHPUT) == 0)
        *malformed = true;
    for (size_t i = 0; i < answer->metric_count; i++)
        if (strcmp(answer->metrics[i].name, metric->name) == 0)
            *malformed = true;
    answer->metric_count++;
}

static void take_line(char *const fields[], size_t count, void *user)
{
    struct answer *const answer = user;
    const char *const word = fields[0];
    if (strcmp(word, "provider") == 0 && count == 5) {
        snprintf(answer->provider, sizeof answer->provider, "%s", fields[1]);
        snprintf(answer->version, sizeof answer->version, "%s", fields[2]);
        answer->is_libc = strcmp(fields[3], "1") == 0;
        answer->has_provider = true;
    } else if (strcmp(word, "setting") == 0 && count == 4) {
        take_setting(answer, fields);
    } else if (strcmp(word, "huge") == 0 && count == 2) {
        snprintf(answer->huge_kib, sizeof answer->huge_kib, "%s", fields[1]);
    } else if (strcmp(word, "skip") == 0 && count == 2) {
        snprintf(answer->skip, sizeof answer->skip, "%s", fields[1]);
    } else if (strcmp(word, "calibrated") == 0 && count == 5) {
        answer->calibrated = read_number(fields[1], &answer->malformed);
        answer->ghz = read_number(fields[2], &answer->malformed);
        answer->warmup_ns = read_count(fields[3], &answer->malformed);
        answer->checksum = read_count(fields[4], &answer->malformed);
    } else if (strcmp(word, "rep") == 0 && count == 10) {
        take_repetition(answer, fields);
    } else if (strcmp(word, "metric") == 0 && count == 4) {
        take_metric(answer, fields);
    } else if (strcmp(word, "counts") == 0 && count == 12) {
        take_counts(answer, fields);
    } else if (strcmp(word, "affordable") == 0 && count == 2) {
        answer->affordable = read_count(fields[1], &answer->malformed);
    } else if (strcmp(word, "instructions") == 0 && count == 5) {
        take_instructions(answer, fields);
    } else if (strcmp(word, "spent") == 0 && count == 2) {
        answer->warmup_ns = read_count(fields[1], &answer->malformed);
    } else {
        answer->malformed = true;
    }
}

/* A sanitizer's runtime serves malloc in the programs it is built into: the workers, as well as
 * this driver. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MALLOC_IS_SANITIZERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer) || __has_feature(leak_sanitizer)
#define MALLOC_IS_SANITIZERS 1
#endif
#endif
#ifndef MALLOC_IS_SANITIZERS
#define MALLOC_IS_SANITIZERS 0
#endif

/* Whether what the process says provides malloc is what was preloaded, or the C library when
 * nothing was: something else may be in every process of the machine, by /etc/ld.so.preload. */
static bool is_wanted(const struct session_allocator *wanted, const struct answer *answer)
{
    if (wanted->allocator->path == NULL)
        return answer->is_libc || MALLOC_IS_SANITIZERS;
    return strcmp(answer->provider, wanted->allocator->path) == 0;
}

static void judge(const struct session_allocator *wanted, const struct child_result *child,
                  const struct answer *answer, char *failure, size_t room)
{
    *failure = '\0';
    if (answer->has_provider && !is_wanted(wanted, answer))
        snprintf(failure, room, "wrong allocator: malloc is served by %.200s", answer->provider);
    else if (!child->done)
        snprintf(failure, room, "%s", child->reason);
    else if (!answer->has_provider || answer->malformed)
        snprintf(failure, room, "the worker's answer cannot be understood");
    else if (answer->refused[0] != '\0')
        snprintf(failure, room, "its setting is not in effect: %s", answer->refused);
}

/* The command line behind the program's name. The texts of numbers live in it. */
struct command_line {
    const char *words[ARGUMENTS_MOST];
    size_t count;
    char texts[ARGUMENTS_MOST][256];
};

__attribute__((format(printf, 2, 3))) static void add_word(struct command_line *line,
                                                           const char *format, ...)
{
    CHECK(line->count < ARGUMENTS_MOST - 1);
    char *const text = line->texts[line->count];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof line->texts[0], format, arguments);
    va_end(arguments);
    CHECK(length >= 0 && (size_t)length < sizeof line->texts[0]);
    line->words[line->count++] = text;
}

static void add_question(struct command_line *line, const struct session *session,
                         const struct question *question)
{
    const struct plan_cell *const cell = question->cell;
    add_word(line, "%s", question->word);
    if (cell == NULL)
        return;
    add_word(line, "--variant=%s", cell->id.variant);
    add_word(line, "--value=%s", cell->id.value);
    add_word(line, "--threads=%u", cell->id.threads);
    add_word(line, "--seed=%" PRIu64, session->options->seed);
    add_word(line, "--iterations=%" PRIu64, session_iterations(session, cell, question->allocator));
    add_word(line, "--repetitions=%d", REPETITIONS);
    add_word(line, "--repetition-ns=%" PRIu64, session->repetition_ns);
    add_word(line, "--clock-mhz=%.0f", noise_clock_median(&session->clock) * 1000.0);
    if (question->dumps != NULL)
        add_word(line, "--dumps=%s", question->dumps);
}

/* What a probe has to prove. The texts of settings may be of any length: they are passed on. */
static void add_proofs(struct command_line *line, const struct session_allocator *allocator)
{
    add_word(line, "--accept");
    for (char **proof = allocator->proofs; proof != NULL && *proof != NULL; proof++) {
        CHECK(line->count < ARGUMENTS_MOST - 1);
        line->words[line->count++] = *proof;
    }
}

/* A CPU for each thread, as far as there are. */
static void choose_cpus(const struct session_options *options, unsigned threads, cpu_set_t *cpus)
{
    CPU_ZERO(cpus);
    for (unsigned i = 0; i < threads && i < options->cpu_count; i++)
        CPU_SET((size_t)options->cpus[i], cpus);
}

int session_ask(struct session *session, const struct question *question, struct answer *answer,
                char *failure, size_t room, bool *timed_out, struct error *error)
{
    const struct session_allocator *const allocator = &session->allocators[question->allocator];
    const size_t scenario = question->cell != NULL ? question->cell->scenario : 0;
    const char *program = session->plan->scenarios[scenario].program;
    struct command_line line = {.count = 0};
    if (question->run != NULL) {
        for (const char *const *word = question->run + 1; *word != NULL; word++)
            line.words[line.count++] = *word;
        line.words[line.count++] = program;
        program = question->run[0];
    }
    add_question(&line, session, question);
    if (question->proving)
        add_proofs(&line, allocator);
    const struct session_options *const options = session->options;
    const bool traced = question->cell != NULL && question->cell->traced && options->trace != NULL;
    char *const trace = traced ? check_format("--trace=%s", options->trace) : NULL;
    if (traced)
        line.words[line.count++] = trace;
    CHECK(line.count < ARGUMENTS_MOST);
    line.words[line.count] = NULL;
    cpu_set_t cpus;
    choose_cpus(options, question->cell != NULL ? question->cell->id.threads : 1, &cpus);
    const uint64_t observe_ms = question->cell != NULL ? question->cell->observe_ms : 0;
    const struct child_request request = {
        .program = program,
        .arguments = line.words,
        .preload = question->counting ? allocator->count_preload : allocator->preload,
        .settings = allocator->allocator->settings,
        .cpus = options->cpu_count > 0 ? &cpus : NULL,
        .limit_ns = (question->limit_ns > 0 ? question->limit_ns : sample_limit_ns) +
                    observe_ms * 1000000 +
                    (traced ? options->trace_events * trace_call_limit_ns : 0),
    };
    memset(answer, 0, sizeof *answer);
    struct child_result child;
    const int started = child_run(&request, take_line, answer, &child, error);
    free(trace);
    if (started != 0)
        return -1;
    if (timed_out != NULL)
        *timed_out = child.timed_out;
    judge(allocator, &child, answer, failure, room);
    session->worker_ns += answer->warmup_ns;
    for (unsigned i = 0; i < answer->repetitions; i++)
        session->worker_ns +=
            (uint64_t)(answer->rows[i].ns_per_op * (double)answer->rows[i].iterations);
    return 0;
}
