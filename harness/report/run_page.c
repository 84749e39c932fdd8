/* What a run says, in words. */
#include "data/cell.h"
#include "data/claims.h"
#include "data/findings.h"
#include "data/keyvalue.h"
#include "data/summary.h"
#include "data/term.h"
#include "error.h"
#include "report/html.h"
#include "report/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *run_page_fact(const struct report_run *run, const char *key)
{
    const char *const value = keyvalues_get(run->machine, key);
    return value != NULL ? value : "";
}

double run_page_floor(const struct report_run *run)
{
    return isnan(run->summary->noise_floor) ? keyvalues_number(run->machine, "noise_floor")
                                            : run->summary->noise_floor;
}

double run_page_needed(const struct report_run *run)
{
    return fmax(run_page_floor(run), SUMMARY_LEAST_DIFFERENCE); /* passes over NaN */
}

/* What the budget did not hold, and how much of what was measured was disturbed. */
static void put_left_aside(FILE *file, const struct report_run *run)
{
    const double left_out = keyvalues_number(run->machine, "run.cells_left_out");
    const double quiet = keyvalues_number(run->machine, "run.samples");
    const double noisy = keyvalues_number(run->machine, "run.samples_noisy");
    if (left_out > 0)
        fprintf(file, "<p>The suite has %.0f more cells, which this run was too short for.</p>\n",
                left_out);
    if (quiet + noisy > 0)
        fprintf(file,
                "<p>%.0f of %.0f processes were disturbed and set aside: no number here is theirs, "
                "unless it is marked noisy.</p>\n",
                noisy, quiet + noisy);
}

/* How much was measured, and how it went. */
static void put_extent(const struct page *page, const struct report_run *run)
{
    const struct summary *const summary = run->summary;
    FILE *const file = page->file;
    struct cell_set allocators = {0};
    size_t cells = 0, statuses[4] = {0}, unresolved = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        const struct cell key = {.allocator = row->cell.allocator};
        cells += i == 0 || !cell_equal_work(&row->cell, &summary->rows[i - 1].cell);
        if (strcmp(row->cell.storage, "heap") == 0)
            cell_set_add(&allocators, &key);
        statuses[row->status]++;
        unresolved += row->verdict == SUMMARY_UNRESOLVED && strcmp(row->cell.storage, "heap") == 0;
    }
    fprintf(file, "<p>%zu cells", cells);
    fputs(allocators.count > 0 ? ", those of the heap under " : "", file);
    for (size_t i = 0; i < allocators.count; i++)
        html_say(file, "%s%s",
                 i == 0                      ? ""
                 : i + 1 == allocators.count ? " and "
                                             : ", ",
                 allocators.cells[i].allocator);
    cell_set_free(&allocators);
    if (*run_page_fact(run, "run.rounds") != '\0')
        html_say(file, ", in %s rounds", run_page_fact(run, "run.rounds"));
    fprintf(file,
            ". Of %zu rows %zu failed, %zu were skipped and %zu are noisy; %zu comparisons are "
            "unresolved. <a href=\"#%sunclear\">All of them are listed</a>.</p>\n",
            summary->count, statuses[SAMPLE_FAILED], statuses[SAMPLE_SKIPPED],
            statuses[SAMPLE_NOISY], unresolved, page->id);
    put_left_aside(file, run);
}

static void put_claim(FILE *file, const struct claim *claim,
                      const struct claim_judgement *judgement)
{
    fputs("<tr><th scope=\"row\">", file);
    html_text(file, claim->id);
    fputs("</th>", file);
    html_text_cell(file, claim->says);
    html_text_cell(file, claims_verdict_words(judgement->verdict));
    html_text_cell(file, judgement->outcome != NULL ? judgement->outcome->words : "");
    fputs("</tr>\n", file);
}

/* What the run says of each claim that it measured. */
static void put_claims(const struct page *page, const struct report_run *run)
{
    FILE *const file = page->file;
    const struct claims *const claims = page->report->claims;
    const size_t count = claims != NULL ? claims->count : 0;
    struct claim_judgement *const judgements = check_alloc(count + 1, sizeof *judgements);
    size_t measured = 0;
    for (size_t i = 0; i < count; i++) {
        judgements[i] = claims_judge(&claims->items[i], run->summary);
        measured += judgements[i].verdict != CLAIM_UNMEASURED;
    }
    if (measured > 0) {
        page_heading_open(page, 1);
        fputs("What is claimed of stack and heap, and what this run says of it", file);
        page_heading_close(page, 1);
        fputs("<div class=\"words\">", file);
        html_table_open(file, "Claims");
        fputs("Verdicts by fixed rules over the intervals of this run, for C on this machine",
              file);
        if (measured < count)
            fprintf(file, "; %zu of %zu claims were not measured", count - measured, count);
        html_table_head(file);
        html_text_head(file, "no.");
        html_text_head(file, "claim");
        html_text_head(file, "verdict");
        html_text_head(file, "what decides");
        html_table_body(file);
        for (size_t i = 0; i < count; i++)
            if (judgements[i].verdict != CLAIM_UNMEASURED)
                put_claim(file, &claims->items[i], &judgements[i]);
        html_table_close(file);
        fputs("</div>\n", file);
    }
    free(judgements);
}

void run_page_findings(const struct page *page, const struct report_run *run)
{
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const stream = open_memstream(&text, &size_bytes);
    CHECK(stream != NULL);
    const struct term term = {.stream = stream, .utf8 = true, .width = 120};
    struct summary summary =
        *run->summary; /* the file does not hold how many controls there were */
    const double controls = keyvalues_number(run->machine, "noise_floor.controls");
    if (summary.control_count == 0 && controls > 0)
        summary.control_count = (size_t)controls;
    findings_print(&term, &summary, run_page_floor(run));
    CHECK(fclose(stream) == 0);

    page_section(page, "findings", "Findings");
    put_extent(page, run);
    if (run->summary->count == 0)
        fputs("<p>Nothing was measured.</p>\n", page->file);
    else if (html_lines(page->file, text) == 0)
        fputs("<p>One allocator was measured, so none is compared with another.</p>\n", page->file);
    if (run->summary->count > 0)
        put_claims(page, run);
    fputs("</section>\n", page->file);
    free(text);
}
