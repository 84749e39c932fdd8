/*
 * One question to one worker process, and its answer taken apart.
 */
#include "run/session_state.h"

#include "error.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sample takes tens of milliseconds; an allocator a thousand times slower is still waited for. */
static const uint64_t sample_limit_ns = UINT64_C(10000000000);

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
    answer->has_counts = true;
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
    } else if (strcmp(word, "skip") == 0 && count == 2) {
        snprintf(answer->skip, sizeof answer->skip, "%s", fields[1]);
    } else if (strcmp(word, "calibrated") == 0 && count == 5) {
        answer->calibrated = read_number(fields[1], &answer->malformed);
        answer->ghz = read_number(fields[2], &answer->malformed);
        answer->warmup_ns = read_count(fields[3], &answer->malformed);
        answer->checksum = read_count(fields[4], &answer->malformed);
    } else if (strcmp(word, "rep") == 0 && count == 9) {
        take_repetition(answer, fields);
    } else if (strcmp(word, "counts") == 0 && count == 11) {
        take_counts(answer, fields);
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
}

int session_ask(struct session *session, const struct question *question, struct answer *answer,
                char *failure, size_t room, bool *timed_out, struct error *error)
{
    const struct session_options *const options = session->options;
    const struct session_allocator *const allocator = &session->allocators[question->allocator];
    const struct plan_cell *const cell = question->cell;
    const double ghz = noise_clock_median(&session->clock);
    char variant[256];
    char value[64];
    char seed[64];
    char iterations[64];
    char repetitions[64];
    char clock[64];
    const char *arguments[] = {question->word, variant,     value, seed,
                               iterations,     repetitions, clock, NULL};
    if (cell != NULL) {
        snprintf(variant, sizeof variant, "--variant=%s", cell->id.variant);
        snprintf(value, sizeof value, "--value=%s", cell->id.value);
        snprintf(seed, sizeof seed, "--seed=%" PRIu64, options->seed);
        snprintf(iterations, sizeof iterations, "--iterations=%" PRIu64, cell->iterations);
        snprintf(repetitions, sizeof repetitions, "--repetitions=%d", REPETITIONS);
        snprintf(clock, sizeof clock, "--clock-mhz=%.0f", ghz * 1000.0);
    } else {
        arguments[1] = NULL;
    }
    const size_t scenario = cell != NULL ? cell->scenario : 0;
    const struct child_request request = {
        .program = session->plan->scenarios[scenario].program,
        .arguments = arguments,
        .preload = question->counting ? allocator->count_preload : allocator->preload,
        .cpu = options->cpu,
        .limit_ns = sample_limit_ns,
    };
    memset(answer, 0, sizeof *answer);
    struct child_result child;
    if (child_run(&request, take_line, answer, &child, error) != 0)
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
