#include "data/table.h"

#include "data/cell.h"
#include "data/findings.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/summary.h"
#include "data/term.h"
#include "error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Widths of the columns, each with the blank in front of it. */
enum {
    LEAST_NAME_WIDTH = 18,
    MOST_NAME_WIDTH = 46,
    STORAGE_WIDTH = 7,
    NS_WIDTH = 10,
    RATIO_WIDTH = 7,
    MARK_WIDTH = 2,
    ALLOCS_WIDTH = 10,
    FREES_WIDTH = 9,
    BYTES_WIDTH = 9,
    INSTRUCTIONS_WIDTH = 9,
    FIXED_WIDTH = STORAGE_WIDTH + NS_WIDTH + ALLOCS_WIDTH + FREES_WIDTH + BYTES_WIDTH,
    COMPARED_WIDTH = NS_WIDTH + RATIO_WIDTH + MARK_WIDTH
};

/* What all blocks of a table have in common. */
struct layout {
    struct term term;
    const struct summary *summary;
    size_t band; /* how many allocators fit beside one another */
    int name_width;
    bool instructions; /* some row has them */
};

static struct layout find_layout(const struct term term, const struct summary *summary)
{
    struct layout layout = {.term = term, .summary = summary, .name_width = LEAST_NAME_WIDTH};
    for (size_t i = 0; i < summary->count; i++) {
        char *const name = findings_cell_name(&summary->rows[i]);
        char *const clean = term_clean(&term, name);
        const int columns = 2 + term_columns(&term, clean);
        if (columns > layout.name_width)
            layout.name_width = columns < MOST_NAME_WIDTH ? columns : MOST_NAME_WIDTH;
        free(clean);
        free(name);
        layout.instructions |= !isnan(summary->rows[i].instructions_per_op);
    }
    const int left = term.width - layout.name_width - FIXED_WIDTH - NS_WIDTH -
                     (layout.instructions ? INSTRUCTIONS_WIDTH : 0);
    layout.band = 1 + (left > 0 ? (size_t)(left / COMPARED_WIDTH) : 0);
    return layout;
}

/* A number with about three digits that tell. */
static void put_number(const struct term *term, double value, int width, const char *mark)
{
    char text[40] = "";
    if (isnan(value))
        ;
    else if (value < 9.995)
        snprintf(text, sizeof text, "%.2f%s", value, mark);
    else if (value < 99.95)
        snprintf(text, sizeof text, "%.1f%s", value, mark);
    else
        snprintf(text, sizeof text, value < 9999999.5 ? "%.0f%s" : "%.2e%s", value, mark);
    term_put(term, TERM_PLAIN, text, -width);
}

/* A number an operation: whole ones are written so. */
static void put_count(const struct term *term, double value, int width)
{
    char text[40] = "";
    const bool whole = value == floor(value) || value > 99.95;
    if (!isnan(value))
        snprintf(text, sizeof text, whole && value < 1e7 ? "%.0f" : "%.3g", value);
    term_put(term, TERM_PLAIN, text, -width);
}

/* The median, or what stands in its place. */
static void put_time(const struct term *term, const struct summary_row *row)
{
    if (row == NULL)
        term_put(term, TERM_PLAIN, "", -NS_WIDTH);
    else if (row->status == SAMPLE_FAILED)
        term_put(term, TERM_BAD, "failed", -NS_WIDTH);
    else if (row->status == SAMPLE_SKIPPED)
        term_put(term, TERM_DIM, "skipped", -NS_WIDTH);
    else
        put_number(term, row->ns_median, NS_WIDTH,
                   row->status == SAMPLE_NOISY                ? "!"
                   : strcmp(row->note, SUMMARY_AT_FLOOR) == 0 ? "_"
                                                              : "");
}

static const char *verdict_mark(const struct term *term, enum summary_verdict verdict)
{
    switch (verdict) {
    case SUMMARY_FASTER:
        return term->utf8 ? "▼" : "v";
    case SUMMARY_SLOWER:
        return term->utf8 ? "▲" : "^";
    case SUMMARY_SAME:
        return "=";
    case SUMMARY_UNRESOLVED:
        return "?";
    case SUMMARY_NO_VERDICT:
        break;
    }
    return "";
}

/* Ratio and verdict of a row, or the blanks for them. */
static void put_comparison(const struct term *term, const struct summary_row *row)
{
    const enum summary_verdict verdict = row != NULL ? row->verdict : SUMMARY_NO_VERDICT;
    const enum term_style style = verdict == SUMMARY_FASTER   ? TERM_GOOD
                                  : verdict == SUMMARY_SLOWER ? TERM_BAD
                                                              : TERM_DIM;
    put_number(term, row != NULL ? row->ratio : (double)NAN, RATIO_WIDTH, "");
    fputc(' ', term->stream);
    term_put(term, style, verdict_mark(term, verdict), MARK_WIDTH - 1);
}

/* Whether the name of an allocator does not fit its column, and begins as that of another one that
 * does not: as labels that are written settings do. */
static bool is_ambiguous(const struct layout *layout, size_t index)
{
    enum { SEEN = NS_WIDTH - 2 }; /* columns of a name that is cut */
    const struct summary *const summary = layout->summary;
    const char *const name = summary->allocators[index];
    bool found = false;
    for (size_t i = 0; i < summary->allocator_count; i++)
        found |= i != index && strlen(summary->allocators[i]) > SEEN + 1 &&
                 strncmp(summary->allocators[i], name, SEEN) == 0;
    return found && strlen(name) > SEEN + 1;
}

/* The name of an allocator's column: its own, or its beginning and its number. */
static const char *column_name(const struct layout *layout, size_t index, char room[32])
{
    const char *const name = layout->summary->allocators[index];
    int ascii = 0;
    if (!is_ambiguous(layout, index))
        return name;
    while (ascii < NS_WIDTH - 4 && name[ascii] > ' ' && name[ascii] < 0x7f)
        ascii++;
    snprintf(room, 32, "%.*s~%zu", ascii, name, index + 1);
    return room;
}

/* What the numbers in the columns' names mean. */
static void put_names(const struct layout *layout)
{
    const struct term *const term = &layout->term;
    for (size_t i = 0; i < layout->summary->allocator_count; i++) {
        char room[32];
        if (!is_ambiguous(layout, i))
            continue;
        term_say(term, TERM_BOLD, column_name(layout, i, room));
        fputs(" is ", term->stream);
        term_say(term, TERM_PLAIN, layout->summary->allocators[i]);
        fputc('\n', term->stream);
    }
}

static void put_header(const struct layout *layout, const char *scenario, size_t first, size_t end)
{
    const struct term *const term = &layout->term;
    fputc('\n', term->stream);
    term_put(term, TERM_BOLD, scenario, layout->name_width);
    if (first == 0) {
        term_put(term, TERM_DIM, " where", STORAGE_WIDTH);
        term_put(term, TERM_DIM, "ns/op", -NS_WIDTH);
    }
    for (size_t i = first; i < end; i++) {
        char room[32];
        fputc(' ', term->stream);
        term_put(term, TERM_BOLD, column_name(layout, i, room), 1 - NS_WIDTH);
        if (i > 0)
            term_put(term, TERM_DIM, "ratio", -RATIO_WIDTH);
        if (i > 0)
            term_put(term, TERM_DIM, "", MARK_WIDTH);
    }
    if (first == 0) {
        term_put(term, TERM_DIM, "allocs/op", -ALLOCS_WIDTH);
        term_put(term, TERM_DIM, "frees/op", -FREES_WIDTH);
        term_put(term, TERM_DIM, "B/op", -BYTES_WIDTH);
        if (layout->instructions)
            term_put(term, TERM_DIM, "instr/op", -INSTRUCTIONS_WIDTH);
    }
    fputc('\n', term->stream);
}

/* The rows of one cell under all allocators: a line of the table. */
struct line {
    const struct summary_row *rows;
    size_t count;
    bool heap; /* calls the allocator: stands in the allocators' columns */
};

static const struct summary_row *row_under(const struct line *line, const char *allocator)
{
    for (size_t i = 0; i < line->count; i++)
        if (line->rows[i].cell.allocator == allocator)
            return &line->rows[i];
    return NULL;
}

/* The row that stands for a cell that calls no allocator: the one that was measured plainly. */
static const struct summary_row *plain_row(const struct layout *layout, const struct line *line)
{
    const struct summary_row *const row = row_under(line, layout->summary->baseline);
    return row != NULL ? row : &line->rows[0];
}

/* What the line's cell asks its allocator for, which is the same under each: of the first row that
 * was counted. The instructions are the baseline's, as are those of a cell that calls none. */
static void put_counts(const struct layout *layout, const struct line *line)
{
    const struct term *const term = &layout->term;
    const struct summary_row *counted = &line->rows[0];
    for (size_t i = 0; i < line->count && isnan(counted->allocs_per_op); i++)
        counted = &line->rows[i];
    put_count(term, counted->allocs_per_op, ALLOCS_WIDTH);
    put_count(term, counted->frees_per_op, FREES_WIDTH);
    put_count(term, counted->bytes_per_op, BYTES_WIDTH);
    if (!layout->instructions)
        return;
    const struct summary_row *const own =
        line->heap ? row_under(line, layout->summary->baseline) : plain_row(layout, line);
    put_count(term, own != NULL ? own->instructions_per_op : (double)NAN, INSTRUCTIONS_WIDTH);
}

static void put_line(const struct layout *layout, const struct line *line, size_t first, size_t end)
{
    const struct term *const term = &layout->term;
    char *const name = findings_cell_name(&line->rows[0]);
    fputs("  ", term->stream);
    term_put(term, TERM_PLAIN, name, layout->name_width - 2);
    free(name);
    if (first == 0) {
        fputc(' ', term->stream);
        term_put(term, TERM_DIM, line->rows[0].cell.storage, STORAGE_WIDTH - 1);
        put_time(term, line->heap ? NULL : plain_row(layout, line));
    }
    for (size_t i = first; i < end; i++) {
        const struct summary_row *const row =
            line->heap ? row_under(line, layout->summary->allocators[i]) : NULL;
        put_time(term, row);
        if (i > 0)
            put_comparison(term, row);
    }
    if (first == 0)
        put_counts(layout, line);
    fputc('\n', term->stream);
}

static void put_throughput(const struct term *term, const struct summary_row *row)
{
    char text[METRICS_NUMBER_BYTES] = "";
    if (row != NULL && row->throughput.samples > 0)
        metrics_number(text, row->throughput.median);
    term_put(term, TERM_DIM, text, -NS_WIDTH);
}

/* Below a line of several threads: what all of them do together, in the columns of the times. */
static void put_throughput_line(const struct layout *layout, const struct line *line, size_t first,
                                size_t end)
{
    const struct term *const term = &layout->term;
    bool known = false;
    for (size_t i = 0; i < line->count; i++)
        known |= line->rows[i].throughput.samples > 0;
    if (!known || line->rows[0].cell.threads == 1)
        return;
    fputs("    ", term->stream);
    term_put(term, TERM_DIM, "total ops/s", layout->name_width - 4);
    if (first == 0) {
        term_put(term, TERM_PLAIN, "", STORAGE_WIDTH);
        put_throughput(term, line->heap ? NULL : plain_row(layout, line));
    }
    for (size_t i = first; i < end && line->heap; i++) {
        put_throughput(term, row_under(line, layout->summary->allocators[i]));
        if (i > 0)
            term_put(term, TERM_PLAIN, "", RATIO_WIDTH + MARK_WIDTH);
    }
    fputc('\n', term->stream);
}

/* The line that begins at a row. */
static struct line line_at(const struct summary *summary, size_t first)
{
    const struct summary_row *const rows = summary->rows + first;
    size_t count = 1;
    while (first + count < summary->count && cell_equal_work(&rows[0].cell, &rows[count].cell))
        count++;
    return (struct line){rows, count, strcmp(rows[0].cell.storage, "heap") == 0};
}

/* Whether one of the allocators from `first` to `end` has a row. */
static bool any_row(const struct layout *layout, const struct line *line, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (row_under(line, layout->summary->allocators[i]) != NULL)
            return true;
    return false;
}

/* The lines of one scenario, with the allocators from `first` to `end`. */
static void put_band(const struct layout *layout, size_t row, size_t row_end, size_t first,
                     size_t end)
{
    put_header(layout, layout->summary->rows[row].cell.scenario, first, end);
    while (row < row_end) {
        const struct line line = line_at(layout->summary, row);
        if (first == 0 || (line.heap && any_row(layout, &line, first, end))) {
            put_line(layout, &line, first, end);
            put_throughput_line(layout, &line, first, end);
        }
        row += line.count;
    }
}

static bool any_heap(const struct summary *summary, size_t row, size_t row_end)
{
    for (; row < row_end; row++)
        if (strcmp(summary->rows[row].cell.storage, "heap") == 0)
            return true;
    return false;
}

static void put_scenarios(const struct layout *layout)
{
    const struct summary *const summary = layout->summary;
    for (size_t row = 0, end; row < summary->count; row = end) {
        for (end = row + 1; end < summary->count; end++)
            if (summary->rows[end].cell.scenario != summary->rows[row].cell.scenario)
                break;
        const size_t allocators =
            any_heap(summary, row, end) ? layout->summary->allocator_count : 0;
        size_t first = 0;
        do {
            size_t last = first + layout->band;
            if (last > allocators)
                last = allocators;
            put_band(layout, row, end, first, last);
            first = last;
        } while (first < allocators);
    }
}

static void put_intro(const struct term *term, const struct summary *summary,
                      const struct keyvalues *machine)
{
    const char *const cpu = machine != NULL ? keyvalues_get(machine, "cpu.model") : NULL;
    if (cpu != NULL) {
        term_say(term, TERM_PLAIN, cpu);
        fputc('\n', term->stream);
    }
    fputs("Nanoseconds an operation, median of processes; lower is better.", term->stream);
    if (*summary->baseline != '\0' && summary->compared_count > 0) {
        fputs(" Ratio: time over that of ", term->stream);
        term_say(term, TERM_PLAIN, summary->baseline);
        fputc('.', term->stream);
    }
    fprintf(term->stream,
            "\n%s faster  %s slower  = same  ? unresolved  "
            "_ not to be told from the empty loop  ! noisy\n",
            verdict_mark(term, SUMMARY_FASTER), verdict_mark(term, SUMMARY_SLOWER));
}

void table_print(FILE *stream, const struct summary *summary, const struct keyvalues *machine,
                 bool color)
{
    const struct term term = term_open(stream, color);
    if (summary->count == 0) {
        fputs("Nothing was measured.\n", stream);
        return;
    }
    put_intro(&term, summary, machine);
    const struct layout layout = find_layout(term, summary);
    put_names(&layout);
    put_scenarios(&layout);
    double noise_floor = summary->noise_floor;
    if (isnan(noise_floor) && machine != NULL)
        noise_floor = keyvalues_number(machine, "noise_floor");
    findings_print(&term, summary, noise_floor);
}
