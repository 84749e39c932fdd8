#include "data/findings.h"

#include "data/cell.h"
#include "data/summary.h"
#include "data/term.h"
#include "error.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMED_DIFFERENCES = 3, /* largest ones that are named, in each direction */
    NAMED_CELLS = 4        /* that are named of those with one reason */
};

char *findings_cell_name(const struct summary_row *row)
{
    const struct cell *const cell = &row->cell;
    const bool swept = *cell->value != '\0';
    char threads[32] = "";
    if (cell->threads > 1)
        snprintf(threads, sizeof threads, "/threads:%u", cell->threads);
    return check_format("%s%s%s%s%s%s", cell->variant, swept ? "/" : "", swept ? cell->param : "",
                        swept ? ":" : "", swept ? cell->value : "", threads);
}

/* The name with its scenario in front. The caller frees it. */
static char *full_name(const struct summary_row *row)
{
    char *const cell = findings_cell_name(row);
    char *const name = check_format("%s/%s", row->cell.scenario, cell);
    free(cell);
    return name;
}

static void say_freed(const struct term *term, enum term_style style, char *text)
{
    term_say(term, style, text);
    free(text);
}

static bool baseline_has_times(const struct summary *summary)
{
    for (size_t i = 0; i < summary->count; i++)
        if (summary->rows[i].cell.allocator == summary->baseline && summary->rows[i].samples > 0)
            return true;
    return false;
}

static void say_noise_floor(const struct term *term, const struct summary *summary,
                            double noise_floor)
{
    if (summary->compared_count == 0)
        return;
    if (!baseline_has_times(summary)) {
        term_say(term, TERM_BAD, "Nothing is compared");
        say_freed(term, TERM_PLAIN,
                  check_format(": the baseline %s has no time.", summary->baseline));
        fputc('\n', term->stream);
        return;
    }
    if (isnan(noise_floor))
        term_say(term, TERM_PLAIN, "Noise floor: unknown, no control cells.");
    else
        say_freed(term, TERM_PLAIN, check_format("Noise floor: %.1f %%", 100 * noise_floor));
    if (!isnan(noise_floor) && summary->control_count > 0)
        say_freed(term, TERM_PLAIN,
                  check_format(" (%zu controls whose true ratio is 1).", summary->control_count));
    else if (!isnan(noise_floor))
        term_say(term, TERM_PLAIN, ".");
    const double needed = fmax(noise_floor, SUMMARY_LEAST_DIFFERENCE);
    say_freed(term, TERM_PLAIN, check_format(" A verdict needs more than %.1f %%.", 100 * needed));
    fputc('\n', term->stream);
}

static double distance(const struct summary_row *row)
{
    return fabs(log(row->ratio));
}

/* Names the rows of one verdict that are farthest from 1. */
static void say_largest(const struct term *term, const struct summary *summary,
                        const char *allocator, enum summary_verdict verdict)
{
    const struct summary_row *largest[NAMED_DIFFERENCES] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        if (row->cell.allocator != allocator || row->verdict != verdict)
            continue;
        size_t at = count < NAMED_DIFFERENCES ? count++ : NAMED_DIFFERENCES;
        for (; at > 0 && distance(row) > distance(largest[at - 1]); at--)
            if (at < NAMED_DIFFERENCES)
                largest[at] = largest[at - 1];
        if (at < NAMED_DIFFERENCES)
            largest[at] = row;
    }
    if (count == 0)
        return;
    const bool gains = verdict == SUMMARY_FASTER;
    fputs("    largest ", term->stream);
    term_say(term, gains ? TERM_GOOD : TERM_BAD, gains ? "gains" : "losses");
    fputc(':', term->stream);
    for (size_t i = 0; i < count; i++) {
        char *const name = full_name(largest[i]);
        say_freed(
            term, TERM_PLAIN,
            check_format("%s %s (%.2f times the time)", i > 0 ? "," : "", name, largest[i]->ratio));
        free(name);
    }
    fputc('\n', term->stream);
}

/* One allocator against the baseline, over the cells that call it. */
static void say_allocator(const struct term *term, const struct summary *summary,
                          const char *allocator)
{
    size_t verdicts[5] = {0}, total = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        if (row->cell.allocator != allocator || strcmp(row->cell.storage, "heap") != 0 ||
            row->verdict == SUMMARY_NO_VERDICT)
            continue;
        verdicts[row->verdict]++;
        total++;
    }
    if (total == 0)
        return;
    term_say(term, TERM_BOLD, allocator);
    fputs(" against ", term->stream);
    term_say(term, TERM_PLAIN, summary->baseline);
    fprintf(term->stream,
            ": faster in %zu of %zu cells, slower in %zu, same in %zu, unresolved in %zu\n",
            verdicts[SUMMARY_FASTER], total, verdicts[SUMMARY_SLOWER], verdicts[SUMMARY_SAME],
            verdicts[SUMMARY_UNRESOLVED]);
    say_largest(term, summary, allocator, SUMMARY_FASTER);
    say_largest(term, summary, allocator, SUMMARY_SLOWER);
}

static bool same_reason(const struct summary_row *left, const struct summary_row *right)
{
    return left->status == right->status && left->note == right->note &&
           left->cell.allocator == right->cell.allocator;
}

/* The cells that share status, allocator and reason with the first of them, in one line. */
static void say_reason(const struct term *term, const struct summary *summary, size_t first)
{
    const struct summary_row *const rows = summary->rows, *const row = &rows[first];
    for (size_t i = 0; i < first; i++)
        if (same_reason(&rows[i], row))
            return; /* was said then */
    size_t count = 0;
    for (size_t i = first; i < summary->count; i++)
        count += same_reason(&rows[i], row);
    const bool failed = row->status == SAMPLE_FAILED;
    term_say(term, failed ? TERM_BAD : TERM_BOLD, sample_status_name(row->status));
    if (*row->cell.allocator != '\0')
        say_freed(term, TERM_PLAIN, check_format(" (%s)", row->cell.allocator));
    fputs(": ", term->stream);
    term_say(term, TERM_PLAIN, *row->note != '\0' ? row->note : "no reason was given");
    fputs(": ", term->stream);
    size_t named = 0;
    for (size_t i = first; i < summary->count && named < NAMED_CELLS; i++) {
        if (!same_reason(&rows[i], row))
            continue;
        fputs(named++ > 0 ? ", " : "", term->stream);
        say_freed(term, TERM_PLAIN, full_name(&rows[i]));
    }
    if (count > named)
        fprintf(term->stream, " and %zu more", count - named);
    fputc('\n', term->stream);
}

void findings_print(const struct term *term, const struct summary *summary, double noise_floor)
{
    fputc('\n', term->stream);
    say_noise_floor(term, summary, noise_floor);
    for (size_t i = 0; i < summary->allocator_count; i++)
        if (summary->allocators[i] != summary->baseline)
            say_allocator(term, summary, summary->allocators[i]);
    for (int status = SAMPLE_FAILED; status >= SAMPLE_NOISY; status--)
        for (size_t i = 0; i < summary->count; i++)
            if ((int)summary->rows[i].status == status)
                say_reason(term, summary, i);
}
