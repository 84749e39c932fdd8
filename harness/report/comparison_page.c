/* Runs beside one another: what differs between them, how they compare, and every cell. */
#include "data/compare.h"
#include "data/compare_words.h"
#include "data/differences.h"
#include "data/recorded.h"
#include "data/term.h"
#include "error.h"
#include "report/html.h"
#include "report/page_parts.h"

#include <math.h>
#include <stdlib.h>

/* Writes what one of the functions says as a list. */
static void put_said(FILE *file, const struct comparison *comparison,
                     void (*say)(const struct term *, const struct comparison *))
{
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const stream = open_memstream(&text, &size_bytes);
    CHECK(stream != NULL);
    const struct term term = {.stream = stream, .utf8 = true, .width = 120};
    say(&term, comparison);
    CHECK(fclose(stream) == 0);
    (void)html_lines(file, text);
    free(text);
}

static void put_label_head(FILE *file, size_t run, const char *behind)
{
    char label[DIFFERENCES_LABEL_BYTES];
    differences_label(run, label);
    fputs("<th scope=\"col\" data-by=\"number\">", file);
    html_say(file, "%s%s", label, behind);
    fputs("</th>", file);
}

static void put_differences(const struct page *page, const struct comparison *comparison,
                            const struct differences *differences)
{
    FILE *const file = page->file;
    page_heading_open(page, 1);
    fputs("What differs", file);
    page_heading_close(page, 1);
    for (size_t i = 0; i < differences->warning_count; i++) {
        fputs("<p class=\"warning\">Warning: ", file);
        html_text(file, differences->warnings[i]);
        fputs(".</p>\n", file);
    }
    if (differences->count == 0) {
        fputs("<p>Nothing that was recorded.</p>\n", file);
        return;
    }
    fputs("<div class=\"words\">", file);
    html_table_open(file, "What differs between the runs");
    fputs("Facts that are not the same in all runs", file);
    html_table_head(file);
    html_text_head(file, "fact");
    for (size_t r = 0; r < comparison->run_count; r++) {
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        html_text_head(file, label);
    }
    html_table_body(file);
    for (size_t i = 0; i < differences->count; i++) {
        fputs("<tr><th scope=\"row\">", file);
        html_text(file, differences->items[i].key);
        fputs("</th>", file);
        for (size_t r = 0; r < comparison->run_count; r++) {
            const char *const value = differences->items[i].values[r];
            html_text_cell(file, value == NULL    ? "not recorded"
                                 : *value == '\0' ? "unknown"
                                                  : value);
        }
        fputs("</tr>\n", file);
    }
    html_table_close(file);
    fputs("</div>\n", file);
}

static double time_of(const struct recorded_cell *cell)
{
    return cell != NULL && cell->samples > 0 ? cell->ns_median : (double)NAN;
}

static void put_row(FILE *file, const struct comparison *comparison, const struct compare_row *row)
{
    char *const name = compare_cell_name(&row->cell);
    fputs("<tr><th scope=\"row\">", file);
    html_say(file, "%s/%s", row->cell.scenario, name);
    fputs("</th>", file);
    free(name);
    html_text_cell(file, row->cell.allocator);
    html_number_cell(file, time_of(row->cells[0]));
    for (size_t r = 1; r < comparison->run_count; r++) {
        const struct compare_ratio *const ratio = &row->ratios[r];
        html_number_cell(file, time_of(row->cells[r]));
        html_number_cell(file, ratio->ratio);
        html_interval_cell(file, ratio->low, ratio->high);
        html_verdict_cell(file, ratio->verdict);
    }
    fputs("</tr>\n", file);
}

static void put_rows(const struct page *page, const struct comparison *comparison)
{
    FILE *const file = page->file;
    fprintf(file, "<section id=\"compared\" data-filter=\"slower jemalloc\">\n");
    page_heading_open(page, 1);
    fputs("Cell by cell", file);
    page_heading_close(page, 1);
    html_table_open(file, "All runs, cell by cell");
    fputs("Nanoseconds an operation, and times the time in A; what changed most comes first", file);
    html_table_head(file);
    html_text_head(file, "cell");
    html_text_head(file, "allocator");
    put_label_head(file, 0, ", ns/op");
    for (size_t r = 1; r < comparison->run_count; r++) {
        put_label_head(file, r, ", ns/op");
        put_label_head(file, r, " / A");
        put_label_head(file, r, ", interval");
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        fputs("<th scope=\"col\" class=\"t\">", file);
        html_say(file, "%s is", label);
        fputs("</th>", file);
    }
    html_table_body(file);
    for (size_t i = 0; i < comparison->row_count; i++)
        put_row(file, comparison, &comparison->rows[i]);
    html_table_close(file);
    fputs("</section>\n", file);
}

void comparison_page_write(const struct page *page, const struct comparison *comparison)
{
    struct differences differences;
    differences_find(comparison->runs, comparison->run_count, &differences);
    page_section(page, "comparison", "The runs side by side");
    fputs("<p>A is the base. A ratio is the time over that in A: below 1 is faster.</p>\n<ul>\n",
          page->file);
    for (size_t r = 0; r < comparison->run_count; r++) {
        const struct recorded_run *const run = &comparison->runs[r];
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        fprintf(page->file, "<li><a href=\"#r%zu-run\">%s</a>: ", r + 1, label);
        html_say(page->file, "%s; %s, %s, %s rounds, noise floor ", run->directory,
                 recorded_fact(run, "host.name"), recorded_fact(run, "host.date_utc"),
                 recorded_fact(run, "run.rounds"));
        if (isnan(run->noise_floor))
            fputs("unknown", page->file);
        else
            fprintf(page->file, "%.1f %%", 100 * run->noise_floor);
        fputs("</li>\n", page->file);
    }
    fputs("</ul>\n", page->file);
    put_said(page->file, comparison, compare_say_verdicts);
    put_said(page->file, comparison, compare_say_drift);
    put_said(page->file, comparison, compare_say_rest);
    put_differences(page, comparison, &differences);
    put_rows(page, comparison);
    fputs("</section>\n", page->file);
    differences_free(&differences);
}
