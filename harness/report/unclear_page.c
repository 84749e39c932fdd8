/* What has no number, or none that can be relied on, or no verdict: each row with the reason. */
#include "data/cell.h"
#include "data/findings.h"
#include "data/summary.h"
#include "error.h"
#include "report/html.h"
#include "report/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_heap(const struct summary_row *row)
{
    return strcmp(row->cell.storage, "heap") == 0;
}

/* A control that has no verdict has none by rule: it is counted, and not listed. */
static bool is_listed(const struct summary_row *row)
{
    return row->status != SAMPLE_OK || (row->verdict == SUMMARY_UNRESOLVED && is_heap(row));
}

/* The row of the same cell under the baseline, or NULL. Rows of a cell follow one another. */
static const struct summary_row *find_base(const struct summary *summary, size_t row)
{
    size_t at = row;
    while (at > 0 && cell_equal_work(&summary->rows[at - 1].cell, &summary->rows[row].cell))
        at--;
    for (; at < summary->count; at++) {
        if (!cell_equal_work(&summary->rows[at].cell, &summary->rows[row].cell))
            return NULL;
        if (strcmp(summary->rows[at].cell.allocator, summary->baseline) == 0)
            return &summary->rows[at];
    }
    return NULL;
}

/* Why there is no verdict of a row of the heap that is ok, by the rules that made none. Owned by
 * the caller. */
static char *say_unresolved(const struct report_run *run, size_t index)
{
    const struct summary_row *const row = &run->summary->rows[index];
    const struct summary_row *const base = find_base(run->summary, index);
    const double needed = run_page_needed(run);
    if (base == NULL || base->samples == 0)
        return check_format("the baseline has no time of it");
    if (base->status != SAMPLE_OK)
        return check_format("the baseline's time is noisy");
    if (isnan(row->ratio))
        return check_format("no round in common with the baseline");
    if (isnan(row->ratio_low) || isnan(row->ratio_high))
        return check_format("too few rounds in common with the baseline for an interval");
    if (fabs(log(row->ratio)) <= log1p(needed))
        return check_format(
            "the ratio is within the %.1f %% that a verdict needs, but its interval "
            "reaches beyond",
            100 * needed);
    return check_format("the interval of the ratio has 1 in it");
}

static void put_row(const struct page *page, const struct report_run *run, size_t index)
{
    FILE *const file = page->file;
    const struct summary_row *const row = &run->summary->rows[index];
    char *const name = findings_cell_name(row);
    fputs("<tr><th scope=\"row\">", file);
    html_say(file, "%s/%s", row->cell.scenario, name);
    fputs("</th>", file);
    html_text_cell(file, row->cell.allocator);
    if (row->status == SAMPLE_OK)
        html_text_cell(file, "unresolved");
    else
        fprintf(file, "<td class=\"t\"><span class=\"%s\">%s</span></td>",
                sample_status_name(row->status), sample_status_name(row->status));
    html_number_cell(file, row->samples > 0 ? row->ns_median : (double)NAN);
    html_number_cell(file, row->ratio);
    html_interval_cell(file, row->ratio_low, row->ratio_high);
    char *const reason = row->status == SAMPLE_OK ? say_unresolved(run, index)
                         : *row->note != '\0'     ? check_strdup(row->note)
                         : row->status == SAMPLE_NOISY
                             ? check_strdup("no process was quiet; the time is of noisy ones")
                             : check_strdup("no reason was given");
    fputs("<td class=\"w\">", file);
    html_text(file, reason);
    fputs("</td></tr>\n", file);
    free(reason);
    free(name);
}

void unclear_page_write(const struct page *page, const struct report_run *run)
{
    FILE *const file = page->file;
    const struct summary *const summary = run->summary;
    size_t listed = 0, controls = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        listed += is_listed(row);
        controls += !is_listed(row) && row->verdict == SUMMARY_UNRESOLVED;
    }
    fprintf(file, "<section id=\"%sunclear\" data-filter=\"failed jemalloc\">\n", page->id);
    page_heading_open(page, 0);
    fputs("Failed, noisy, unresolved", file);
    page_heading_close(page, 0);
    fputs("<p>A failed or skipped cell has no number. A noisy one has only times of processes that "
          "were disturbed. An unresolved one says nothing in either direction: more rounds, or a "
          "quieter machine, would tell.</p>\n",
          file);
    if (controls > 0)
        fprintf(
            file,
            "<p>%zu rows of cells that call no allocator are unresolved too; they are the "
            "controls, whose true ratio is 1, and never get another verdict than the same.</p>\n",
            controls);
    if (listed == 0) {
        fputs("<p>There is none in this run.</p>\n</section>\n", file);
        return;
    }
    html_table_open(file, "Failed, noisy and unresolved cells");
    fprintf(file, "%zu rows without a number or a verdict to rely on", listed);
    html_table_head(file);
    html_text_head(file, "cell");
    html_text_head(file, "allocator");
    html_text_head(file, "what");
    html_number_head(file, "ns/op");
    html_number_head(file, "ratio");
    html_number_head(file, "interval");
    html_text_head(file, "why");
    html_table_body(file);
    for (int status = SAMPLE_FAILED; status >= SAMPLE_OK; status--)
        for (size_t i = 0; i < summary->count; i++)
            if ((int)summary->rows[i].status == status && is_listed(&summary->rows[i]))
                put_row(page, run, i);
    html_table_close(file);
    fputs("</section>\n", file);
}
