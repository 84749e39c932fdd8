/* How to read a page, how was measured, and on what. */
#include "data/keyvalue.h"
#include "data/summary.h"
#include "error.h"
#include "report/html.h"
#include "report/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void about_page_reading(const struct page *page, bool compared)
{
    static const char terms[] =
        "<dl>\n"
        "<dt>Cell</dt><dd>One scenario, variant and value of the swept parameter, on a number of "
        "threads, under one allocator: <code>scenario/variant/param:value/threads:N</code>.</dd>\n"
        "<dt>ns/op</dt><dd>Nanoseconds an operation: the median over processes, each of which ran "
        "that one cell. Lower is better. Beside it the 95 % interval of the median, and the "
        "fastest process.</dd>\n"
        "<dt>Ratio</dt><dd>The time over that of the baseline, paired round by round: 0.8 is a "
        "fifth less time.</dd>\n"
        "<dt>Verdict</dt><dd>Believe a difference when it says faster or slower: then the interval "
        "of the ratio does not hold 1, and the difference exceeds the noise floor and 1 %. "
        "Unresolved says nothing in either direction.</dd>\n"
        "<dt>Noise floor</dt><dd>What the same run sees between cells that call no allocator, and "
        "whose true ratio is 1.</dd>\n"
        "<dt>allocs/op, frees/op, B/op</dt><dd>Counted exactly, in a pass of its own; the same "
        "under every allocator.</dd>\n"
        "<dt>At floor</dt><dd>The cell cannot be told from the scenario's empty loop. Nothing is "
        "ever subtracted.</dd>\n"
        "<dt>An empty field</dt><dd>Not applicable or not known; never zero.</dd>\n"
        "</dl>\n"
        "<p>Rows of the stack, a pool or an arena may be compared with rows of the heap by eye, by "
        "their intervals; no verdict is drawn between variants. Ratios hold for this machine, "
        "compiler and flags, and for the hot path: a warm cache, the same few blocks again and "
        "again.</p>\n"
        "<p>Where scripts run, a click on a column's heading sorts its table, a second one the "
        "other way, and a field above a table filters its rows.</p>\n";
    page_section(page, "reading", "How to read this");
    fputs(terms, page->file);
    if (compared)
        fputs(
            "<p>Processes of two runs have no rounds in common, so between runs nothing is paired: "
            "a ratio is the median of all quotients of a process of the one and a process of A. A "
            "verdict between runs needs a difference beyond both noise floors, beyond 1 %, and "
            "beyond what the cells without an allocator differ by.</p>\n",
            page->file);
    fputs("</section>\n", page->file);
}

void about_page_method(const struct page *page)
{
    static const char method[] =
        "<ul>\n"
        "<li>Every sample is a fresh process that runs one cell under one allocator, which is "
        "preloaded into that process alone and reports its own name and version; the process is "
        "pinned and warmed up, times the loop several times and gives the median.</li>\n"
        "<li>In each round every cell is measured once under each allocator, in a seeded, shuffled "
        "order. Only times of one round are paired.</li>\n"
        "<li>A repetition is set aside as noisy when the core clock was not the usual one, the "
        "process was switched out against its will, or the hypervisor took time. It is kept in "
        "samples.csv.</li>\n"
        "<li>Intervals are those of order statistics; nothing is assumed about how times are "
        "distributed. That of a ratio has a confidence of 99 % or more, corrected for the number "
        "of allocators.</li>\n"
        "<li>Checksums of what was read back through the objects must agree over all variants and "
        "allocators that do the same work, and the counts with what each variant declares. What "
        "fails has a reason, and no number. That the machine code calls what a variant declares "
        "is for the project's tests to check, before a run.</li>\n"
        "</ul>\n";
    page_section(page, "method", "How it was measured");
    fputs(method, page->file);
    fputs("<p>Made by allocost ", page->file);
    html_text(page->file, page->report->version);
    fputs(" from the files of the run; it can be made again.</p>\n</section>\n", page->file);
}

/* The value of a fact, or why it has none. */
static void put_value(const struct page *page, const struct report_run *run, const char *key,
                      const char *value)
{
    char *const why_key = check_format("%s.why", key);
    const char *const why = keyvalues_get(run->machine, why_key);
    free(why_key);
    fputs("<td class=\"t\">", page->file);
    if (*value != '\0')
        html_text(page->file, value);
    else if (why != NULL && *why != '\0')
        html_say(page->file, "unknown: %s", why);
    else
        fputs("none, or unknown", page->file);
    fputs("</td>", page->file);
}

void about_page_machine(const struct page *page, const struct report_run *run)
{
    FILE *const file = page->file;
    page_section(page, "machine", "Machine, build and run");
    if (run->machine->count == 0) {
        fputs("<p>The run has no machine.csv: nothing is known of the machine.</p>\n</section>\n",
              file);
        return;
    }
    fputs("<div class=\"words\">", file);
    html_table_open(file, "Machine, build and run");
    fputs("Everything that was recorded, from machine.csv", file);
    html_table_head(file);
    html_text_head(file, "fact");
    html_text_head(file, "value");
    html_table_body(file);
    for (size_t i = 0; i < run->machine->count; i++) {
        const struct keyvalue *const fact = &run->machine->rows[i];
        const size_t length = strlen(fact->key);
        if (length > 4 && strcmp(fact->key + length - 4, ".why") == 0)
            continue; /* stands in the row of what it explains */
        fputs("<tr><th scope=\"row\">", file);
        html_text(file, fact->key);
        fputs("</th>", file);
        put_value(page, run, fact->key, fact->value);
        fputs("</tr>\n", file);
    }
    html_table_close(file);
    fputs("</div>\n</section>\n", file);
}
