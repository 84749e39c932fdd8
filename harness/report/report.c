#include "report/report.h"

#include "data/differences.h"
#include "data/summary.h"
#include "error.h"
#include "report/html.h"
#include "report/page_files.h"
#include "report/page_parts.h"

#include <stdlib.h>
#include <string.h>

void page_heading_open(const struct page *page, int below)
{
    fprintf(page->file, "<h%d>", page->level + below);
}

void page_heading_close(const struct page *page, int below)
{
    fprintf(page->file, "</h%d>\n", page->level + below);
}

void page_section(const struct page *page, const char *name, const char *heading)
{
    fprintf(page->file, "<section id=\"%s%s\">\n", page->id, name);
    page_heading_open(page, 0);
    html_text(page->file, heading);
    page_heading_close(page, 0);
}

/* ---- The frame ---- */

/* By RFC 4648, section 4. */
static void put_base64(FILE *file, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const size_t have = count - i < 3 ? count - i : 3;
        const unsigned long bits = (unsigned long)bytes[i] << 16 |
                                   (have > 1 ? (unsigned long)bytes[i + 1] << 8 : 0) |
                                   (have > 2 ? (unsigned long)bytes[i + 2] : 0);
        for (size_t d = 0; d < 4; d++)
            fputc(d <= have ? digits[bits >> (18 - 6 * d) & 63] : '=', file);
    }
}

static char *make_title(const struct report *report)
{
    const struct report_run *const run = &report->runs[0];
    if (report->run_count > 1)
        return check_format("allocost: %zu runs side by side", report->run_count);
    const char *const cpu = run_page_fact(run, "cpu.model");
    return check_format("allocost: what memory costs on %s",
                        *cpu != '\0' ? cpu : "an unknown machine");
}

static void put_head(FILE *file, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-",
          file);
    put_base64(file, page_script_sha256, PAGE_SHA256_BYTES);
    fputs(
        "'\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
        file);
    html_text(file, title);
    fprintf(file, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", page_style);
}

/* One line of what the run was on. */
static void put_subtitle(FILE *file, const struct report_run *run)
{
    static const char *const keys[] = {"host.name", "host.date_utc", "build.compiler",
                                       "os.libc",   "os.kernel",     "os.distribution"};
    bool any = false;
    fputs("<p class=\"quiet\">", file);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *const value = run_page_fact(run, keys[i]);
        if (*value == '\0')
            continue;
        html_say(file, "%s%s", any ? ", " : "", value);
        any = true;
    }
    html_say(file, "%sfrom %s", any ? "; " : "", run->directory);
    fputs("</p>\n", file);
}

struct link {
    const char *id;
    const char *text;
};

static void put_links(FILE *file, const struct link *links, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(file, "<li><a href=\"#%s\">%s</a></li>\n", links[i].id, links[i].text);
}

static void put_navigation(FILE *file, const struct report *report)
{
    static const struct link one[] = {{"findings", "Findings"},
                                      {"reading", "How to read this"},
                                      {"figures", "Figures"},
                                      {"unclear", "Failed, noisy, unresolved"},
                                      {"scenarios", "Cells by scenario"},
                                      {"rows", "Every row"},
                                      {"machine", "Machine"},
                                      {"method", "How it was measured"}};
    static const struct link before[] = {{"comparison", "The runs side by side"},
                                         {"compared", "Cell by cell"},
                                         {"reading", "How to read this"}};
    static const struct link behind[] = {{"method", "How it was measured"}};
    fputs("<nav aria-label=\"Contents\"><ul>\n", file);
    if (report->run_count == 1) {
        put_links(file, one, sizeof one / sizeof *one);
    } else {
        put_links(file, before, sizeof before / sizeof *before);
        for (size_t r = 0; r < report->run_count; r++) {
            char label[DIFFERENCES_LABEL_BYTES];
            differences_label(r, label);
            fprintf(file, "<li><a href=\"#r%zu-run\">Run %s: ", r + 1, label);
            html_text(file, report->runs[r].directory);
            fputs("</a></li>\n", file);
        }
        put_links(file, behind, sizeof behind / sizeof *behind);
    }
    fputs("</ul></nav>\n", file);
}

/* ---- What is in it ---- */

static void put_figures(const struct page *page, const struct report_run *run)
{
    char *const how = check_format("allocost plot %s", run->directory);
    figures_page_write(page, run->directory, "Figures", how);
    free(how);
}

/* The parts behind those that say what it is about. */
static void put_details(const struct page *page, const struct report_run *run)
{
    put_figures(page, run);
    unclear_page_write(page, run);
    cells_page_scenarios(page, run);
    cells_page_rows(page, run);
    about_page_machine(page, run);
}

static void put_one_of_several(struct page *page, size_t index)
{
    const struct report_run *const run = &page->report->runs[index];
    char label[DIFFERENCES_LABEL_BYTES];
    char id[32];
    snprintf(id, sizeof id, "r%zu-", index + 1);
    page->id = id;
    page->level = 2;
    differences_label(index, label);
    char *const heading = check_format("Run %s: %s", label, run->directory);
    page_section(page, "run", heading);
    free(heading);
    put_subtitle(page->file, run);
    page->level = 3;
    run_page_findings(page, run);
    put_details(page, run);
    fputs("</section>\n", page->file);
    page->id = "";
    page->level = 2;
}

void report_write(FILE *file, const struct report *report, struct report_troubles *troubles)
{
    size_t figures = 0;
    struct page page = {.file = file,
                        .report = report,
                        .troubles = troubles,
                        .id = "",
                        .level = 2,
                        .figures = &figures};
    char *const title = make_title(report);
    put_head(file, title);
    fputs("<a class=\"skip\" href=\"#main\">To what was found</a>\n<header>\n<h1>", file);
    html_text(file, title);
    fputs("</h1>\n", file);
    if (report->run_count == 1)
        put_subtitle(file, &report->runs[0]);
    put_navigation(file, report);
    fputs("</header>\n<main id=\"main\">\n", file);
    if (report->run_count == 1) {
        run_page_findings(&page, &report->runs[0]);
        about_page_reading(&page, false);
        put_details(&page, &report->runs[0]);
    } else {
        comparison_page_write(&page, report->comparison);
        if (report->comparison_directory != NULL)
            figures_page_write(&page, report->comparison_directory, "Figures of the comparison",
                               "allocost compare DIR DIR... --out OUT");
        about_page_reading(&page, true);
        for (size_t r = 0; r < report->run_count; r++)
            put_one_of_several(&page, r);
    }
    about_page_method(&page);
    fprintf(file, "</main>\n<script>%s</script>\n</body>\n</html>\n", page_script);
    free(title);
}
