#include "report/html.h"

#include "data/compare_words.h"
#include "data/term.h"
#include "error.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void html_text(FILE *file, const char *text)
{
    const struct term utf8 = {.utf8 = true};
    char *const clean = term_clean(&utf8, text);
    for (const char *at = clean; *at != '\0'; at++) {
        switch (*at) {
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '&':
            fputs("&amp;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        case '\'':
            fputs("&#39;", file);
            break;
        default:
            fputc(*at, file);
        }
    }
    free(clean);
}

void html_say(FILE *file, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    html_text(file, text);
    free(text);
}

size_t html_lines(FILE *file, const char *text)
{
    size_t items = 0;
    bool below = false;
    char *const copy = check_strdup(text);
    char *rest = copy;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (line[strspn(line, " ")] == '\0')
            continue;
        const bool indented = items > 0 && strncmp(line, "    ", 4) == 0;
        if (!indented)
            fputs(below ? "</ul></li>\n" : items > 0 ? "</li>\n" : "<ul>\n", file);
        else if (!below)
            fputs("<ul>\n", file);
        below = indented;
        items += !indented;
        fputs("<li>", file);
        html_text(file, line + strspn(line, " "));
        fputs(indented ? "</li>\n" : "", file);
    }
    fputs(below ? "</ul></li></ul>\n" : items > 0 ? "</li></ul>\n" : "", file);
    free(copy);
    return items;
}

void html_text_cell(FILE *file, const char *text)
{
    fputs("<td class=\"t\">", file);
    html_text(file, text);
    fputs("</td>", file);
}

void html_number_cell(FILE *file, double value)
{
    char text[40] = "";
    if (!isnan(value))
        compare_number(text, sizeof text, value);
    fprintf(file, "<td>%s</td>", text);
}

void html_count_cell(FILE *file, double value)
{
    if (isnan(value))
        fputs("<td></td>", file);
    else
        fprintf(file, value == floor(value) && value < 1e9 ? "<td>%.0f</td>" : "<td>%.4g</td>",
                value);
}

void html_interval_cell(FILE *file, double low, double high)
{
    char from[40], to[40];
    if (isnan(low) || isnan(high)) {
        fputs("<td></td>", file);
        return;
    }
    compare_number(from, sizeof from, low);
    compare_number(to, sizeof to, high);
    fprintf(file, "<td>%s to %s</td>", from, to);
}

void html_verdict_cell(FILE *file, enum summary_verdict verdict)
{
    if (verdict == SUMMARY_NO_VERDICT)
        fputs("<td class=\"t\"></td>", file);
    else
        fprintf(file, "<td class=\"t\"><span class=\"%s\">%s %s</span></td>",
                summary_verdict_name(verdict), compare_mark(verdict, true),
                summary_verdict_name(verdict));
}

void html_number_head(FILE *file, const char *text)
{
    fputs("<th scope=\"col\" data-by=\"number\">", file);
    html_text(file, text);
    fputs("</th>", file);
}

void html_text_head(FILE *file, const char *text)
{
    fputs("<th scope=\"col\" class=\"t\">", file);
    html_text(file, text);
    fputs("</th>", file);
}

void html_table_open(FILE *file, const char *name)
{
    fputs("<div class=\"box\" role=\"region\" tabindex=\"0\" aria-label=\"", file);
    html_text(file, name);
    fputs("\"><table>\n<caption>", file);
}

void html_table_head(FILE *file)
{
    fputs("</caption>\n<thead><tr>", file);
}

void html_table_body(FILE *file)
{
    fputs("</tr></thead>\n<tbody>\n", file);
}

void html_table_close(FILE *file)
{
    fputs("</tbody></table></div>\n", file);
}
