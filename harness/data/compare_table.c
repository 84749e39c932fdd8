#include "data/compare_table.h"

#include "data/compare.h"
#include "data/compare_words.h"
#include "data/differences.h"
#include "data/term.h"
#include "error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Widths of the columns, each with the blank in front of it. */
enum { LEAST_NAME_WIDTH = 20, NS_WIDTH = 10, RATIO_WIDTH = 8, MARK_WIDTH = 2, INTERVAL_WIDTH = 14 };

/* What all rows of a table have in common. */
struct layout {
    struct term term;
    const struct comparison *comparison;
    size_t rows; /* that are shown */
    size_t band; /* runs beside one another */
    int name_width;
    int allocator_width; /* with the blank in front of it */
};

static void say_freed(const struct term *term, enum term_style style, char *text)
{
    term_say(term, style, text);
    free(text);
}

/* ---- Runs and what differs ---- */

static void put_runs(const struct term *term, const struct comparison *comparison)
{
    term_say(term, TERM_BOLD, "Runs");
    fputs(": A is the base. Ratio: time over that in A, below 1 is faster.\n", term->stream);
    for (size_t r = 0; r < comparison->run_count; r++) {
        const struct recorded_run *const run = &comparison->runs[r];
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        const char *const host = recorded_fact(run, "host.name");
        const char *const date = recorded_fact(run, "host.date_utc");
        const char *const rounds = recorded_fact(run, "run.rounds");
        say_freed(term, TERM_PLAIN,
                  check_format("  %s  %s%s%s%s%s%s%s%s%s", label, run->directory,
                               *host != '\0' ? ": " : "", host, *date != '\0' ? ", " : "", date,
                               *rounds != '\0' ? ", " : "", rounds,
                               *rounds != '\0' ? " rounds" : "",
                               isnan(run->noise_floor) ? ", noise floor unknown" : ""));
        if (!isnan(run->noise_floor))
            fprintf(term->stream, ", noise floor %.1f %%", 100 * run->noise_floor);
        fputc('\n', term->stream);
    }
}

/* The labels of all runs that have the value of run `first`, and the value. */
static void put_value(const struct term *term, const struct comparison *comparison,
                      const struct difference *difference, size_t first)
{
    const char *const value = difference->values[first];
    const char *before = "";
    for (size_t r = first; r < comparison->run_count; r++) {
        const char *const other = difference->values[r];
        if ((other == NULL) != (value == NULL) || (value != NULL && strcmp(value, other) != 0))
            continue;
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        fputs(before, term->stream);
        term_say(term, TERM_BOLD, label);
        before = ",";
    }
    fputc(' ', term->stream);
    term_say(term, value != NULL && *value != '\0' ? TERM_PLAIN : TERM_DIM,
             value == NULL    ? "(not recorded)"
             : *value == '\0' ? "(unknown)"
                              : value);
    fputc('\n', term->stream);
}

/* Whether an earlier run has the same value. */
static bool is_repeated(const struct difference *difference, size_t run)
{
    for (size_t r = 0; r < run; r++) {
        const char *const a = difference->values[r], *const b = difference->values[run];
        if (a == b || (a != NULL && b != NULL && strcmp(a, b) == 0))
            return true;
    }
    return false;
}

static void put_differences(const struct term *term, const struct comparison *comparison,
                            const struct differences *differences)
{
    fputc('\n', term->stream);
    term_say(term, TERM_BOLD, "What differs");
    fputs(differences->count > 0 ? ":\n" : ": nothing that was recorded.\n", term->stream);
    int width = 0;
    for (size_t i = 0; i < differences->count; i++) {
        const int columns = (int)strlen(differences->items[i].key);
        width = columns > width ? columns : width;
    }
    width = width < 32 ? width : 32;
    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *const difference = &differences->items[i];
        for (size_t r = 0; r < comparison->run_count; r++) {
            if (is_repeated(difference, r))
                continue;
            fputs("  ", term->stream);
            term_put(term, TERM_PLAIN, r == 0 ? difference->key : "", width + 1);
            put_value(term, comparison, difference, r);
        }
    }
    for (size_t i = 0; i < differences->warning_count; i++) {
        fputs(i == 0 ? "\n" : "", term->stream);
        term_say(term, TERM_BAD, "Warning");
        say_freed(term, TERM_PLAIN, check_format(": %s.", differences->warnings[i]));
        fputc('\n', term->stream);
    }
}

/* ---- The rows ---- */

static char *row_name(const struct compare_row *row)
{
    char *const cell = compare_cell_name(&row->cell);
    char *const name = check_format("%s/%s", row->cell.scenario, cell);
    free(cell);
    return name;
}

/* Whether the row has a ratio in one of the runs. */
static bool is_compared(const struct comparison *comparison, const struct compare_row *row)
{
    for (size_t r = 1; r < comparison->run_count; r++)
        if (!isnan(row->ratios[r].ratio))
            return true;
    return false;
}

static int columns_of(const struct term *term, const char *text)
{
    char *const clean = term_clean(term, text);
    const int columns = term_columns(term, clean);
    free(clean);
    return columns;
}

static struct layout find_layout(const struct term *term, const struct comparison *comparison,
                                 size_t rows_most)
{
    struct layout layout = {
        .term = *term, .comparison = comparison, .name_width = LEAST_NAME_WIDTH};
    for (; layout.rows < comparison->row_count && layout.rows < rows_most; layout.rows++) {
        const struct compare_row *const row = &comparison->rows[layout.rows];
        if (!is_compared(comparison, row))
            break; /* these are the last ones */
        char *const name = row_name(row);
        const int name_columns = columns_of(term, name);
        const int allocator_columns = 1 + columns_of(term, row->cell.allocator);
        free(name);
        if (name_columns > layout.name_width)
            layout.name_width = name_columns;
        if (allocator_columns > layout.allocator_width)
            layout.allocator_width = allocator_columns;
    }
    if (layout.allocator_width > 18)
        layout.allocator_width = 18;
    const bool two = comparison->run_count == 2;
    const int fixed = layout.allocator_width + NS_WIDTH;
    const int one =
        two ? NS_WIDTH + RATIO_WIDTH + INTERVAL_WIDTH + MARK_WIDTH : RATIO_WIDTH + MARK_WIDTH;
    const int most = term->width - fixed - one;
    if (layout.name_width > most)
        layout.name_width = most > LEAST_NAME_WIDTH ? most : LEAST_NAME_WIDTH;
    const int left = term->width - layout.name_width - fixed;
    layout.band = two || left < one ? 1 : (size_t)(left / one);
    return layout;
}

static void put_header(const struct layout *layout, size_t first, size_t end)
{
    const struct term *const term = &layout->term;
    const bool two = layout->comparison->run_count == 2;
    fputc('\n', term->stream);
    term_put(term, TERM_BOLD, "changed most", layout->name_width);
    term_put(term, TERM_DIM, layout->allocator_width > 1 ? " under" : "", layout->allocator_width);
    term_put(term, TERM_DIM, "A, ns/op", -NS_WIDTH);
    for (size_t r = first; r < end; r++) {
        char label[DIFFERENCES_LABEL_BYTES + 8];
        differences_label(r, label);
        if (!two) {
            term_put(term, TERM_BOLD, label, -RATIO_WIDTH);
            term_put(term, TERM_PLAIN, "", MARK_WIDTH);
            continue;
        }
        strcat(label, ", ns/op");
        term_put(term, TERM_DIM, label, -NS_WIDTH);
        term_put(term, TERM_DIM, "ratio", -RATIO_WIDTH);
        term_put(term, TERM_PLAIN, "", MARK_WIDTH);
        term_put(term, TERM_DIM, "interval", -INTERVAL_WIDTH);
    }
    fputc('\n', term->stream);
}

static void put_time(const struct term *term, const struct recorded_cell *cell)
{
    char text[40] = "";
    if (cell != NULL && cell->samples > 0)
        compare_number(text, sizeof text, cell->ns_median);
    term_put(term, TERM_PLAIN, text, -NS_WIDTH);
}

static void put_ratio(const struct term *term, const struct compare_ratio *ratio)
{
    char text[40] = "";
    const enum summary_verdict verdict = ratio->verdict;
    const enum term_style style = verdict == SUMMARY_FASTER   ? TERM_GOOD
                                  : verdict == SUMMARY_SLOWER ? TERM_BAD
                                                              : TERM_DIM;
    if (!isnan(ratio->ratio))
        compare_number(text, sizeof text, ratio->ratio);
    term_put(term, TERM_PLAIN, text, -RATIO_WIDTH);
    fputc(' ', term->stream);
    term_put(term, style, compare_mark(verdict, term->utf8), MARK_WIDTH - 1);
}

static void put_interval(const struct term *term, const struct compare_ratio *ratio)
{
    char low[20] = "", high[20] = "", text[48] = "";
    if (!isnan(ratio->low) && !isnan(ratio->high)) {
        compare_number(low, sizeof low, ratio->low);
        compare_number(high, sizeof high, ratio->high);
        snprintf(text, sizeof text, "%s to %s", low, high);
    }
    term_put(term, TERM_DIM, text, -INTERVAL_WIDTH);
}

static void put_rows(const struct layout *layout, size_t first, size_t end)
{
    const struct term *const term = &layout->term;
    put_header(layout, first, end);
    for (size_t i = 0; i < layout->rows; i++) {
        const struct compare_row *const row = &layout->comparison->rows[i];
        char *const name = row_name(row);
        term_put(term, TERM_PLAIN, name, layout->name_width);
        free(name);
        fputs(layout->allocator_width > 1 ? " " : "", term->stream);
        if (layout->allocator_width > 1)
            term_put(term, TERM_PLAIN, row->cell.allocator, layout->allocator_width - 1);
        put_time(term, row->cells[0]);
        for (size_t r = first; r < end; r++) {
            if (layout->comparison->run_count == 2)
                put_time(term, row->cells[r]);
            put_ratio(term, &row->ratios[r]);
            if (layout->comparison->run_count == 2)
                put_interval(term, &row->ratios[r]);
        }
        fputc('\n', term->stream);
    }
}

void compare_table_print(FILE *stream, const struct comparison *comparison,
                         const struct differences *differences, size_t rows_most, bool color)
{
    const struct term term = term_open(stream, color);
    put_runs(&term, comparison);
    put_differences(&term, comparison, differences);
    compare_say_drift(&term, comparison);
    const struct layout layout = find_layout(&term, comparison, rows_most);
    for (size_t first = 1; first < comparison->run_count && layout.rows > 0;) {
        size_t end = first + layout.band;
        end = end < comparison->run_count ? end : comparison->run_count;
        put_rows(&layout, first, end);
        first = end;
    }
    size_t compared = 0;
    while (compared < comparison->row_count && is_compared(comparison, &comparison->rows[compared]))
        compared++;
    fprintf(stream, "%s faster  %s slower  = same  ? unresolved",
            compare_mark(SUMMARY_FASTER, term.utf8), compare_mark(SUMMARY_SLOWER, term.utf8));
    if (layout.rows < compared)
        fprintf(stream, "; %zu of %zu rows", layout.rows, compared);
    fputs("\n\n", stream);
    compare_say_verdicts(&term, comparison);
    compare_say_rest(&term, comparison);
}
