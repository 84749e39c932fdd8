/* allocost doctor: what on this machine disturbs a measurement, and what it can resolve. */
#include "allocators.h"
#include "bench.h"
#include "checkup.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/results.h"
#include "data/keyvalue.h"
#include "data/term.h"
#include "error.h"
#include "explain/json_text.h"
#include "facts.h"
#include "perf_counter.h"
#include "run/plan.h"
#include "run/stop.h"
#include "run/trial.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>

static const char help_text[] =
    "allocost doctor\n"
    "\n"
    "Says what on this machine disturbs a measurement, what it does to one, and the command that\n"
    "mends it, or why nothing does. It changes nothing itself. Then it measures the same "
    "allocator\n"
    "against itself for a while, and foretells from it what a default run would do here: how small "
    "a\n"
    "difference it tells, how far its intervals reach, and its noise floor.\n"
    "\n"
    "--json prints {\"schema\": 1, \"findings\": [{\"topic\", \"level\": fine, mend, stays (it "
    "disturbs, "
    "and\n"
    "cannot be mended from here) or unknown, \"found\", \"effect\", \"remedy\": text or null}], "
    "\"trial\":\n"
    "null or {\"rounds\", \"cells\", \"samples\", \"samples_noisy\", \"run\": {\"budget_s\", "
    "\"rounds\",\n"
    "\"processes\"}, \"noise_floor\", \"interval_in_half\", \"interval_in_most\" (how far a "
    "ratio's\n"
    "reaches to either side), \"resolves_in_half\", \"resolves_in_most\": fractions, or null when\n"
    "there are too few rounds to tell}}.\n";

static const double default_trial_s = 18.0;

/* What the user asked for. */
struct wish {
    bool json;
    bool no_trial;
    double trial_s;
};

/* What the command works with. */
struct visit {
    struct keyvalues facts;
    struct allocators allocators;
    struct checkup checkup;
    struct trial_result trial;
    bool tried; /* the trial came to its end */
    int cpus[CPU_SETSIZE];
    unsigned cpu_count;
};

static void add_fact(const char *key, const char *value, void *user)
{
    keyvalues_set(user, key, value);
}

static const char *look_up(const char *key, void *user)
{
    return keyvalues_get(user, key);
}

static int look(struct visit *visit, struct error *error)
{
    facts_collect(add_fact, &visit->facts);
    if (allocators_resolve(NULL, &visit->allocators, error) != 0)
        return -1;
    visit->cpu_count = facts_order_cpus(-1, visit->cpus, BENCH_COUNT(visit->cpus));
    struct perf_counter counter;
    char why[256];
    const bool counts = perf_counter_open(&counter, why, sizeof why) == 0;
    if (counts)
        perf_counter_close(&counter);
    const int persona = personality(0xffffffff); /* asks, and sets nothing: personality(2) */
    const struct checkup_input input = {
        .root = "",
        .lookup = look_up,
        .user = &visit->facts,
        .cpu = visit->cpu_count > 0 ? visit->cpus[0] : -1,
        .fixed_layout = persona >= 0 && ((unsigned)persona & ADDR_NO_RANDOMIZE) != 0,
        .clock = clock_step_measure(),
        .counters_why = counts ? NULL : why,
        .allocators = &visit->allocators,
    };
    checkup_run(&input, &visit->checkup);
    return 0;
}

static size_t count_usable(const struct allocators *allocators)
{
    size_t count = 0;
    for (size_t i = 0; i < allocators->count; i++)
        count += allocators->items[i].why_not == NULL;
    return count;
}

/* Measures. Returns 0, also when it was stopped, or -1 with a message. */
static int try_out(struct visit *visit, double time_s, struct error *error)
{
    char *const programs = paths_programs(error);
    char *const library = programs != NULL ? paths_count_library(programs, error) : NULL;
    struct plan plan = {.scenarios = NULL};
    int status = library != NULL ? plan_discover(programs, &plan, error) : -1;
    if (status == 0) {
        const struct trial_options options = {
            .count_library = library,
            .time_s = time_s,
            .allocators = count_usable(&visit->allocators),
            .cpus = visit->cpus,
            .cpu_count = visit->cpu_count,
        };
        fprintf(stderr, "measuring an allocator against itself for %.0f s\n", time_s);
        status = trial_run(&plan, &options, &visit->trial, error);
        plan_free(&plan);
    }
    free(library);
    free(programs);
    if (stop_requested() != 0)
        return 0;
    if (status == 0 && visit->trial.session.samples + visit->trial.session.noisy == 0)
        status = error_set(error, "nothing could be measured in %g s; --time takes more", time_s);
    visit->tried = status == 0;
    return status;
}

/* Prints text in lines that fit, each behind a margin. A word that is too long has its own. */
static void put_wrapped(const struct term *term, enum term_style style, const char *text)
{
    enum { MARGIN = 10 };
    char *const copy = check_strdup(text);
    char *rest = copy;
    int column = 0;
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        const int length = term_columns(term, word);
        if (column > 0 && column + 1 + length > term->width) {
            fputc('\n', term->stream);
            column = 0;
        }
        if (column == 0) {
            fprintf(term->stream, "%*s", MARGIN, "");
            column = MARGIN;
        } else {
            fputc(' ', term->stream);
            column++;
        }
        term_say(term, style, word);
        column += length;
    }
    fputc('\n', term->stream);
    free(copy);
}

static void put_finding(const struct term *term, const struct finding *finding)
{
    static const enum term_style styles[] = {[FINDING_FINE] = TERM_GOOD,
                                             [FINDING_MEND] = TERM_BAD,
                                             [FINDING_STAYS] = TERM_BAD,
                                             [FINDING_UNKNOWN] = TERM_DIM};
    term_put(term, styles[finding->level], finding_level_name(finding->level), 9);
    fputc(' ', term->stream);
    term_put(term, TERM_BOLD, finding->topic, 11);
    term_say(term, TERM_PLAIN, finding->found);
    fputc('\n', term->stream);
    if (finding->level == FINDING_FINE)
        return;
    put_wrapped(term, TERM_DIM, finding->effect);
    if (finding->level == FINDING_MEND) {
        /* On one line, however long: it is to be copied. */
        fprintf(term->stream, "%10s$ ", "");
        term_say(term, TERM_PLAIN, finding->remedy);
        fputc('\n', term->stream);
    } else {
        put_wrapped(term, TERM_PLAIN, finding->remedy);
    }
}

static void put_findings(const struct term *term, const struct checkup *checkup)
{
    size_t mend = 0;
    for (size_t i = 0; i < checkup->count; i++) {
        put_finding(term, &checkup->findings[i]);
        mend += checkup->findings[i].level == FINDING_MEND;
    }
    fprintf(term->stream, "\n%zu of %zu can be mended; nothing was changed.\n", mend,
            checkup->count);
}

static void put_verdict(const struct term *term, const struct trial_result *trial)
{
    const struct resolution *const found = &trial->resolution;
    const size_t processes = trial->session.samples + trial->session.noisy;
    fprintf(term->stream,
            "\nglibc against itself: %u rounds of %zu cells in %.0f s; %.1f %% of the processes "
            "were set aside.\nA default run here: %.0f minutes, about %.0f rounds of %zu "
            "processes.\n",
            trial->session.rounds, trial->cells, trial->session.wall_s,
            100.0 * (double)trial->session.noisy / (double)processes, trial->run_budget_s / 60.0,
            floor(trial->run_rounds), trial->run_processes);
    char text[256];
    if (found->cells == 0)
        snprintf(text, sizeof text,
                 "The trial had too few undisturbed pairs to tell more: make it longer with "
                 "--time, or the machine quieter.");
    else if (isnan(found->most))
        snprintf(text, sizeof text,
                 "It resolves no difference at all: %zu undisturbed pairs a cell are too few for "
                 "an interval. Give it more time (--budget), or quiet the machine.",
                 found->pairs);
    else
        snprintf(
            text, sizeof text,
            "A true difference of %.1f %% it tells in nine of ten of its cells, one of %.1f %% "
            "in half of them.",
            100.0 * found->most, 100.0 * found->half);
    term_say(term, TERM_BOLD, text);
    fputc('\n', term->stream);
    if (isnan(found->most))
        return;
    fprintf(term->stream,
            "The interval of a ratio reaches %.1f %% to either side, or less, in nine of ten, %.1f "
            "%% in half.\n",
            100.0 * found->reach_most, 100.0 * found->reach_half);
    if (!isnan(found->noise_floor))
        fprintf(term->stream,
                "Its noise floor is about %.1f %%: 19 of 20 ratios that are truly 1 are within "
                "it.\n",
                100.0 * found->noise_floor);
    fputs("All of it is foretold from this trial: a machine that is quieter or louder later makes "
          "it another.\n",
          term->stream);
}

static void set(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

/* Rounded to what it is worth: a sixth digit of a fraction. */
static json_t *fraction(double value)
{
    return isnan(value) ? json_null() : json_real(round(value * 1e6) / 1e6);
}

static json_t *trial_json(const struct trial_result *trial)
{
    json_t *const object = json_object();
    json_t *const run = json_object();
    const struct session_result *const session = &trial->session;
    set(object, "rounds", json_integer(session->rounds));
    set(object, "cells", json_integer((json_int_t)trial->cells));
    set(object, "samples", json_integer((json_int_t)session->samples));
    set(object, "samples_noisy", json_integer((json_int_t)session->noisy));
    set(run, "budget_s", json_real(trial->run_budget_s));
    set(run, "rounds", json_integer((json_int_t)trial->run_rounds));
    set(run, "processes", json_integer((json_int_t)trial->run_processes));
    set(object, "run", run);
    set(object, "noise_floor", fraction(trial->resolution.noise_floor));
    set(object, "interval_in_half", fraction(trial->resolution.reach_half));
    set(object, "interval_in_most", fraction(trial->resolution.reach_most));
    set(object, "resolves_in_half", fraction(trial->resolution.half));
    set(object, "resolves_in_most", fraction(trial->resolution.most));
    return object;
}

static void put_json(const struct visit *visit)
{
    json_t *const document = json_object();
    json_t *const findings = json_array();
    for (size_t i = 0; i < visit->checkup.count; i++) {
        const struct finding *const finding = &visit->checkup.findings[i];
        json_t *const object = json_object();
        set(object, "topic", json_string(finding->topic));
        set(object, "level", json_string(finding_level_name(finding->level)));
        set(object, "found", json_text(finding->found));
        set(object, "effect", json_string(finding->effect));
        set(object, "remedy", finding->remedy != NULL ? json_text(finding->remedy) : json_null());
        CHECK(json_array_append_new(findings, object) == 0);
    }
    set(document, "schema", json_integer(1));
    set(document, "findings", findings);
    set(document, "trial", visit->tried ? trial_json(&visit->trial) : json_null());
    if (json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) == 0)
        putchar('\n');
    json_decref(document);
}

static int flush_output(struct error *error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    return error_set_errno(error, "cannot write to standard output");
}

static int examine(const struct wish *wish, struct error *error)
{
    struct visit visit = {.tried = false};
    const struct term term = term_open(stdout, results_color());
    stop_install();
    int status = look(&visit, error);
    if (status == 0 && !wish->json) {
        put_findings(&term, &visit.checkup);
        status = flush_output(error); /* to be read while the trial goes on */
    }
    if (status == 0 && !wish->no_trial)
        status = try_out(&visit, wish->trial_s, error);
    if (status == 0 && wish->json)
        put_json(&visit);
    else if (status == 0 && visit.tried)
        put_verdict(&term, &visit.trial);
    if (status == 0)
        status = flush_output(error);
    checkup_free(&visit.checkup);
    allocators_free(&visit.allocators);
    keyvalues_free(&visit.facts);
    if (status == 0 && stop_requested() != 0) {
        fprintf(stderr, "allocost doctor: stopped by SIG%s\n", sigabbrev_np(stop_requested()));
        return 128 + stop_requested();
    }
    return status == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands operands;
    struct wish wish = {.trial_s = default_trial_s};
    const struct option_spec specs[] = {
        {"no-trial", OPTION_FLAG, &wish.no_trial, NULL, "look only, measure nothing"},
        {"time", OPTION_DURATION, &wish.trial_s, "TIME", "for the trial; 18s"},
        {"json", OPTION_FLAG, &wish.json, NULL, "for programs: one JSON document"},
    };
    int code = EXIT_USAGE;
    const int parsed = options_parse(argc, argv, specs, BENCH_COUNT(specs), &operands, &error);
    if (parsed == 1) {
        puts(help_text);
        options_print(specs, BENCH_COUNT(specs));
        code = EXIT_DONE;
    } else if (parsed == 0 && operands.count > 0) {
        error_set(&error, "takes no arguments: '%s' is one", operands.items[0]);
    } else if (parsed == 0) {
        code = examine(&wish, &error);
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost doctor: %s\n", error.text);
    free(operands.items);
    return code;
}

const struct command command_doctor = {
    .name = "doctor",
    .operands = "",
    .help = "what on this machine disturbs a measurement, how to mend it, what can be resolved",
    .run = run,
};
