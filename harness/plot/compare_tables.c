#include "plot/compare_tables.h"

#include "allocators.h"
#include "data/compare.h"
#include "data/compare_words.h"
#include "data/differences.h"
#include "error.h"
#include "plot/plain_text.h"
#include "plot/table_file.h"
#include "plot/tables.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELLS_MOST = 18,     /* of a figure */
    SCENARIOS_MOST = 80, /* that have figures */
    CAPTION_LINES_MOST = 3,
    CELL_COLUMNS_MOST = 52, /* of a label; a longer one loses its middle, as the next two */
    RUN_COLUMNS_MOST = 40,
    FACT_COLUMNS_MOST = 48
};

/* The scripts. */
static const char dumbbell[] = "compare/dumbbell.gp";
static const char over_runs[] = "compare/over_runs.gp";

/* ---- Which figures ---- */

static bool has_ratio(const struct comparison *comparison, const struct compare_row *row)
{
    for (size_t r = 1; r < comparison->run_count; r++)
        if (!isnan(row->ratios[r].ratio))
            return true;
    return false;
}

/* The scenario as a file name, or its number where it is none. */
static char *figure_name(const char *scenario, size_t number, const char *suffix)
{
    const size_t length = strspn(scenario, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (length == 0 || length > 48 || scenario[length] != '\0')
        return check_format("scenario-%zu%s", number + 1, suffix);
    return check_format("%s%s", scenario, suffix);
}

static void add_figure(struct compare_figures *figures, const char *scenario, size_t number,
                       const char *suffix, const char *script)
{
    figures->items = check_realloc(figures->items, figures->count + 1, sizeof *figures->items);
    figures->scenarios =
        check_realloc(figures->scenarios, figures->count + 1, sizeof *figures->scenarios);
    figures->items[figures->count] =
        (struct plot_figure){figure_name(scenario, number, suffix), script};
    figures->scenarios[figures->count++] = scenario;
}

void compare_figures_choose(const struct comparison *comparison, struct compare_figures *figures)
{
    *figures = (struct compare_figures){.comparison = comparison,
                                        .items = check_alloc(1, sizeof *figures->items)};
    const char *seen[SCENARIOS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct compare_row *const row = &comparison->rows[i];
        bool known = count == SCENARIOS_MOST || !has_ratio(comparison, row);
        for (size_t s = 0; s < count && !known; s++)
            known = seen[s] == row->cell.scenario;
        if (known)
            continue;
        add_figure(figures, row->cell.scenario, count, "", dumbbell);
        if (comparison->run_count > 2)
            add_figure(figures, row->cell.scenario, count, "-runs", over_runs);
        seen[count++] = row->cell.scenario;
    }
}

void compare_figures_free(struct compare_figures *figures)
{
    for (size_t i = 0; i < figures->count; i++)
        free(figures->items[i].name);
    free(figures->items);
    free(figures->scenarios);
    *figures = (struct compare_figures){0};
}

/* ---- Tables ---- */

/* The slot of an allocator, as every figure has it: that of a known one, or one behind these. */
static size_t slot_of(const char *name, size_t *next)
{
    size_t count = 0;
    const char *const *const names = allocator_list_names(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i + 1;
    return count + ++*next;
}

/* Allocators by number. */
struct allocators_seen {
    const char **names; /* owned; [0] is none */
    size_t count;       /* with none */
};

static size_t number_of(struct allocators_seen *seen, const char *name)
{
    size_t n = 0;
    if (*name != '\0')
        for (n = 1; n < seen->count && seen->names[n] != name;)
            n++;
    if (n == seen->count) {
        seen->names = check_realloc(seen->names, seen->count + 1, sizeof *seen->names);
        seen->names[seen->count++] = name;
    }
    return n;
}

static int write_allocators(const struct allocators_seen *seen, const char *directory,
                            struct error *error)
{
    struct table_file table;
    FILE *const file = table_file_open(&table);
    fputs("number\tslot\tbaseline\tlabel\n0\t0\t0\tnone\n", file);
    size_t unknown = 0;
    for (size_t i = 1; i < seen->count; i++) {
        char *const label = plain_text_shortened(seen->names[i], TABLES_LABEL_COLUMNS);
        fprintf(file, "%zu\t%zu\t0\t", i, slot_of(seen->names[i], &unknown));
        table_file_put_text(file, label, '\n');
        free(label);
    }
    return table_file_write(&table, directory, "allocators.tsv", error);
}

/* The last part of the directory's name: what tells runs apart. */
static const char *short_name(const char *directory)
{
    const char *name = directory;
    for (const char *at = directory; *at != '\0'; at++)
        if (*at == '/' && at[1] != '\0')
            name = at + 1;
    return name;
}

static char *run_label(const struct comparison *comparison, size_t run)
{
    char label[DIFFERENCES_LABEL_BYTES];
    differences_label(run, label);
    char *const name =
        plain_text_shortened(short_name(comparison->runs[run].directory), RUN_COLUMNS_MOST);
    char *const whole = check_format("%s %s", label, name);
    free(name);
    return whole;
}

static int write_runs(const struct comparison *comparison, const char *directory,
                      struct error *error)
{
    struct table_file table;
    FILE *const file = table_file_open(&table);
    fputs("number\tneeded\tlabel\n", file);
    for (size_t r = 0; r < comparison->run_count; r++) {
        char *const label = run_label(comparison, r);
        fprintf(file, "%zu\t%.6g\t", r + 1, comparison->against[r].needed);
        table_file_put_text(file, label, '\n');
        free(label);
    }
    return table_file_write(&table, directory, "runs.tsv", error);
}

/* CPU, compiler and libc of a run. The caller frees it. */
static char *describe(const struct recorded_run *run)
{
    static const char *const keys[] = {"cpu.model", "build.compiler", "os.libc"};
    char *text = check_strdup("");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *const fact = plain_text_shortened(recorded_fact(run, keys[i]), FACT_COLUMNS_MOST);
        char *const longer =
            check_format("%s%s%s", text, *text != '\0' && *fact != '\0' ? ", " : "", fact);
        free(fact);
        free(text);
        text = longer;
    }
    return text;
}

/* Appends to an owned text. */
static void append(char **text, const char *before, const char *more)
{
    char *const longer = check_format("%s%s%s", *text, before, more);
    free(*text);
    *text = longer;
}

/* Runs with the same facts behind one another: "A, B: ...; C: ...". The caller frees it. */
static char *describe_all(const struct comparison *comparison)
{
    const size_t count = comparison->run_count;
    char **const facts = check_alloc(count, sizeof *facts);
    for (size_t r = 0; r < count; r++)
        facts[r] = describe(&comparison->runs[r]);
    char *text = check_strdup("");
    for (size_t r = 0; r < count; r++) {
        const char *before = *text != '\0' ? "; " : "";
        bool repeated = *facts[r] == '\0';
        for (size_t other = 0; other < r && !repeated; other++)
            repeated = strcmp(facts[other], facts[r]) == 0;
        for (size_t other = r; other < count && !repeated; other++) {
            if (strcmp(facts[other], facts[r]) != 0)
                continue;
            char label[DIFFERENCES_LABEL_BYTES];
            differences_label(other, label);
            append(&text, before, label);
            before = ", ";
        }
        if (!repeated)
            append(&text, ": ", facts[r]);
    }
    for (size_t r = 0; r < count; r++)
        free(facts[r]);
    free(facts);
    return text;
}

static int write_caption(const struct comparison *comparison, const char *directory,
                         struct error *error)
{
    char *const text = describe_all(comparison);
    char *const lines = plain_text_wrapped(text, TABLES_CAPTION_COLUMNS, CAPTION_LINES_MOST);
    struct table_file table;
    FILE *const file = table_file_open(&table);
    fputs("line\n", file);
    char *rest = lines;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        table_file_put_text(file, *line != '\0' ? line : " ", '\n');
    free(lines);
    free(text);
    return table_file_write(&table, directory, "caption.tsv", error);
}

static void put_cell(FILE *file, const struct comparison *comparison, const struct compare_row *row,
                     size_t number, size_t allocator)
{
    char *const cell = compare_cell_name(&row->cell);
    char *const name =
        check_format("%s%s%s", cell, *row->cell.allocator != '\0' ? ", " : "", row->cell.allocator);
    char *const label = plain_text_shortened(name, CELL_COLUMNS_MOST);
    for (size_t r = 0; r < comparison->run_count; r++) {
        const struct recorded_cell *const timed = row->cells[r];
        if (timed == NULL || timed->samples == 0)
            continue;
        fprintf(file, "%zu\t", number);
        table_file_put_text(file, label, '\t');
        table_file_put_text(file, row->cell.storage, '\t');
        fprintf(file, "%zu\t%zu\t", allocator, r + 1);
        table_file_put_number(file, timed->ns_median);
        table_file_put_number(file, timed->ns_low);
        table_file_put_number(file, timed->ns_high);
        table_file_put_number(file, row->ratios[r].ratio);
        table_file_put_text(file, r == 0 ? "base" : summary_verdict_name(row->ratios[r].verdict),
                            '\n');
    }
    free(label);
    free(name);
    free(cell);
}

/* Whether two rows are the same work under two allocators. */
static bool same_work(const struct compare_row *a, const struct compare_row *b)
{
    return a->cell.variant == b->cell.variant && a->cell.storage == b->cell.storage &&
           a->cell.param == b->cell.param && a->cell.value == b->cell.value &&
           a->cell.threads == b->cell.threads;
}

/* A choice of rows. */
struct chosen {
    const struct compare_row *rows[CELLS_MOST];
    size_t count;
};

/* Whether the row belongs to a figure over the runs: of the heap, the work that changed most, under
 * each allocator; of every other storage, the row that did. */
static bool is_one_of_each(const struct chosen *chosen, const struct compare_row *row)
{
    const bool heap = strcmp(row->cell.storage, "heap") == 0;
    for (size_t i = 0; i < chosen->count; i++)
        if (chosen->rows[i]->cell.storage == row->cell.storage)
            return heap && same_work(chosen->rows[i], row);
    return true;
}

static struct chosen choose(const struct comparison *comparison, const char *scenario,
                            bool one_of_each)
{
    struct chosen chosen = {.count = 0};
    for (size_t i = 0; i < comparison->row_count && chosen.count < CELLS_MOST; i++) {
        const struct compare_row *const row = &comparison->rows[i];
        if (row->cell.scenario == scenario && has_ratio(comparison, row) &&
            (!one_of_each || is_one_of_each(&chosen, row)))
            chosen.rows[chosen.count++] = row;
    }
    return chosen;
}

/* Writes the cells of one figure. */
static int write_cells(const struct compare_figures *figures, size_t figure, const char *directory,
                       struct allocators_seen *seen, size_t *rows, struct error *error)
{
    const char *const scenario = figures->scenarios[figure];
    const struct chosen chosen =
        choose(figures->comparison, scenario, figures->items[figure].script == over_runs);
    struct table_file table;
    FILE *const file = table_file_open(&table);
    fputs("cell\tlabel\tstorage\tallocator\trun\tns_median\tns_low\tns_high\tratio\tverdict\n0\t",
          file);
    table_file_put_text(file, scenario, '\t');
    table_file_put_text(file, "", '\t');
    fputs("0\t0\tNaN\tNaN\tNaN\tNaN\t", file);
    table_file_put_text(file, "none", '\n');
    for (size_t i = 0; i < chosen.count; i++)
        put_cell(file, figures->comparison, chosen.rows[i], i + 1,
                 number_of(seen, chosen.rows[i]->cell.allocator));
    *rows += chosen.count;
    char *const name = check_format("cells-%s.tsv", figures->items[figure].name);
    const int failed = table_file_write(&table, directory, name, error);
    free(name);
    return failed;
}

int compare_tables_write(const char *directory, size_t *rows, void *user, struct error *error)
{
    const struct compare_figures *const figures = user;
    struct allocators_seen seen = {.names = check_alloc(1, sizeof *seen.names), .count = 1};
    seen.names[0] = "";
    *rows = 0;
    int failed = 0;
    for (size_t i = 0; i < figures->count && failed == 0; i++)
        failed = write_cells(figures, i, directory, &seen, rows, error);
    if (failed == 0)
        failed = write_allocators(&seen, directory, error);
    if (failed == 0)
        failed = write_runs(figures->comparison, directory, error);
    if (failed == 0)
        failed = write_caption(figures->comparison, directory, error);
    free(seen.names);
    return failed;
}
