#include "data/compare_words.h"

#include "data/differences.h"
#include "data/findings.h"
#include "data/term.h"
#include "error.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_MOST = 8 /* scenarios, and cells, that are named of those with one fate */ };

static void say(const struct term *term, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct term *term, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    term_say(term, TERM_PLAIN, text);
    free(text);
}

/* Says an owned text, and ends the line. */
static void say_line(const struct term *term, char *text)
{
    term_say(term, TERM_PLAIN, text);
    fputc('\n', term->stream);
    free(text);
}

char *compare_cell_name(const struct cell *cell)
{
    const struct summary_row row = {.cell = *cell};
    return findings_cell_name(&row);
}

void compare_number(char *text, size_t size_bytes, double value)
{
    if (value < 0.00995 || value >= 9999999.5)
        snprintf(text, size_bytes, "%.2e", value);
    else
        snprintf(text, size_bytes, "%.*f", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value);
}

const char *compare_mark(enum summary_verdict verdict, bool utf8)
{
    switch (verdict) {
    case SUMMARY_FASTER:
        return utf8 ? "▼" : "v";
    case SUMMARY_SLOWER:
        return utf8 ? "▲" : "^";
    case SUMMARY_SAME:
        return "=";
    case SUMMARY_UNRESOLVED:
        return "?";
    case SUMMARY_NO_VERDICT:
        break;
    }
    return "";
}

/* The name of a run in front of what is said of it. */
static void say_label(const struct term *term, size_t run)
{
    char label[DIFFERENCES_LABEL_BYTES];
    differences_label(run, label);
    term_say(term, TERM_BOLD, label);
}

void compare_say_drift(const struct term *term, const struct comparison *comparison)
{
    fputc('\n', term->stream);
    for (size_t r = 1; r < comparison->run_count; r++) {
        const struct compare_run *const against = &comparison->against[r];
        say_label(term, r);
        say(term, " to A%s: ",
            against->same_build ? " (same machine and build)"
            : against->same_machine
                ? " (same machine, compiler and flags)"
                : " (not the same machine, compiler and flags, as far as is known)");
        if (against->controls == 0)
            say(term,
                "no cell without an allocator in common, so the drift between them is unknown");
        else if (against->same_machine)
            say(term,
                "drift %.3f, the median ratio of %zu cells that call no allocator (truly 1); 99 %% "
                "of them are within %.1f %%",
                against->drift, against->controls, 100 * against->spread);
        else
            say(term,
                "%zu cells that call no allocator take %.3f times as long in the median; what of "
                "that is drift cannot be told",
                against->controls, against->drift);
        say(term, ". A verdict needs more than %.1f %%.", 100 * against->needed);
        fputc('\n', term->stream);
    }
}

void compare_say_verdicts(const struct term *term, const struct comparison *comparison)
{
    for (size_t r = 1; r < comparison->run_count; r++) {
        const struct compare_run *const against = &comparison->against[r];
        say_label(term, r);
        say(term, " to A: %zu %s compared: %zu slower, %zu faster, %zu the same, %zu unresolved.",
            against->compared, against->compared == 1 ? "cell" : "cells",
            against->verdicts[SUMMARY_SLOWER], against->verdicts[SUMMARY_FASTER],
            against->verdicts[SUMMARY_SAME], against->verdicts[SUMMARY_UNRESOLVED]);
        fputc('\n', term->stream);
    }
}

/* A scenario and how many of its cells there are. */
struct tally {
    const char *scenario;
    size_t count;
};

/* Names by scenario the cells that run `has` has and run `lacks` does not. */
static void say_missing(const struct term *term, const struct comparison *comparison, size_t has,
                        size_t lacks)
{
    struct tally *const tallies = check_alloc(comparison->row_count, sizeof *tallies);
    size_t count = 0, total = 0;
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct compare_row *const row = &comparison->rows[i];
        if (row->cells[has] == NULL || row->cells[lacks] != NULL)
            continue;
        size_t t = 0;
        while (t < count && tallies[t].scenario != row->cell.scenario)
            t++;
        if (t == count)
            tallies[count++] = (struct tally){.scenario = row->cell.scenario};
        tallies[t].count++;
        total++;
    }
    if (total > 0) {
        say(term, "In ");
        say_label(term, has);
        say(term, " and not in ");
        say_label(term, lacks);
        say(term, ": %zu %s, of", total, total == 1 ? "cell" : "cells");
        for (size_t t = 0; t < count && t < NAMED_MOST; t++)
            say(term, "%s %s (%zu)", t > 0 ? "," : "", tallies[t].scenario, tallies[t].count);
        if (count > NAMED_MOST)
            say(term, " and %zu more scenarios", count - NAMED_MOST);
        fputs(".\n", term->stream);
    }
    free(tallies);
}

/* Names the cells that both runs have and one of them has no time for. */
static void say_failed(const struct term *term, const struct comparison *comparison, size_t run)
{
    size_t total = 0;
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct compare_row *const row = &comparison->rows[i];
        const struct recorded_cell *const cell = row->cells[run], *const base = row->cells[0];
        if (cell == NULL || base == NULL || (cell->samples > 0) == (base->samples > 0) ||
            total++ >= NAMED_MOST)
            continue;
        const struct recorded_cell *const bad = cell->samples > 0 ? base : cell;
        char *const name = compare_cell_name(&row->cell);
        say(term, "Only ");
        say_label(term, cell->samples > 0 ? run : 0);
        say(term, " has a time of %s/%s%s%s; ", row->cell.scenario, name,
            *row->cell.allocator != '\0' ? " under " : "", row->cell.allocator);
        say_label(term, cell->samples > 0 ? 0 : run);
        say(term, ": %s%s%s.", sample_status_name(bad->status), *bad->detail != '\0' ? ", " : "",
            bad->detail);
        fputc('\n', term->stream);
        free(name);
    }
    if (total > NAMED_MOST) {
        say(term, "And %zu more cells that only one of A and ", total - NAMED_MOST);
        say_label(term, run);
        fputs(" has a time of.\n", term->stream);
    }
}

void compare_say_rest(const struct term *term, const struct comparison *comparison)
{
    for (size_t r = 1; r < comparison->run_count; r++) {
        say_missing(term, comparison, 0, r);
        say_missing(term, comparison, r, 0);
        say_failed(term, comparison, r);
    }
}

void compare_say_slowdowns(const struct term *term, const struct comparison *comparison,
                           const struct compare_slowdowns *slowdowns, double share)
{
    fputc('\n', term->stream);
    if (slowdowns->count == 0)
        say(term, "No slowdown of more than %g %% is confirmed.", 100 * share);
    else
        say(term, "Slower by more than %g %%, confirmed (%g %% for all together):", 100 * share,
            100 * SUMMARY_LEVEL);
    fputc('\n', term->stream);
    for (size_t i = 0; i < slowdowns->count; i++) {
        const struct compare_slowdown *const item = &slowdowns->items[i];
        const struct compare_row *const row = &comparison->rows[item->row];
        char *const name = compare_cell_name(&row->cell);
        fputs("  ", term->stream);
        say_label(term, item->run);
        say(term, " %s/%s%s%s: %.3f, at least %.3f", row->cell.scenario, name,
            *row->cell.allocator != '\0' ? " under " : "", row->cell.allocator,
            row->ratios[item->run].ratio, item->low);
        fputc('\n', term->stream);
        free(name);
    }
    if (slowdowns->too_few > 0)
        say_line(term, check_format("%zu of %zu ratios are over too few processes to be confirmed "
                                    "among so many: measure more rounds, or fewer cells.",
                                    slowdowns->too_few, slowdowns->tested));
    if (slowdowns->untested > 0)
        say_line(term, check_format("%zu ratios are from summaries and never confirmed: that takes "
                                    "samples.csv.",
                                    slowdowns->untested));
}
