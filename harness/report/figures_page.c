/* The figures of a directory, drawn into the page. */
#include "data/figure_order.h"
#include "error.h"
#include "report/html.h"
#include "report/page_parts.h"
#include "report/svg_inline.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    FIGURE_BYTES_MOST = 8 << 20 /* many times what a figure has: what is larger is none */
};

/* Names of figures, without their ending, in the order in which they are shown. */
struct figure_names {
    char **items; /* owned, as each of them */
    size_t count;
};

static int compare_names(const void *left, const void *right, void *user)
{
    const struct figure_order *const *const order = user;
    return figure_order_compare(*order, *(char *const *)left, *(char *const *)right);
}

/* Lists the SVG files. Returns whether there is such a directory. */
static bool find_names(const char *path, const struct figure_order *order,
                       struct figure_names *names)
{
    *names = (struct figure_names){.items = NULL};
    DIR *const directory = opendir(path);
    if (directory == NULL)
        return false;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *const dot = strrchr(entry->d_name, '.');
        if (dot == NULL || dot == entry->d_name || strcmp(dot, ".svg") != 0)
            continue;
        names->items = check_realloc(names->items, names->count + 1, sizeof *names->items);
        names->items[names->count++] =
            check_format("%.*s", (int)(dot - entry->d_name), entry->d_name);
    }
    closedir(directory);
    if (names->count > 0)
        qsort_r(names->items, names->count, sizeof *names->items, compare_names, &order);
    return true;
}

/* The content of a file, terminated and owned by the caller, or NULL with a message. */
static char *read_text(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        error_set_errno(error, "it cannot be read");
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || status.st_size > FIGURE_BYTES_MOST) {
        error_set(error, "it is no file of a figure's size");
        return NULL;
    }
    const size_t size_bytes = (size_t)status.st_size;
    char *text = check_alloc(size_bytes + 1, 1);
    FILE *const file = fopen(path, "rbe");
    if (file == NULL || fread(text, 1, size_bytes, file) != size_bytes) {
        error_set_errno(error, "it cannot be read");
        free(text);
        text = NULL;
    } else if (strlen(text) != size_bytes) {
        error_set(error, "it holds a NUL byte");
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* Writes one figure, or why it is left out. */
static void put_figure(const struct page *page, const char *directory, const char *name)
{
    FILE *const file = page->file;
    struct error error = {.text = ""};
    struct svg_figure figure = {.markup = NULL};
    char *const path = check_format("%s/%s.svg", directory, name);
    char *const prefix = check_format("f%zu-", ++*page->figures);
    char *const text = read_text(path, &error);
    if (text != NULL)
        (void)svg_inline(text, prefix,
                         "The tables of this page hold the numbers that it is drawn from.", &figure,
                         &error);
    page_heading_open(page, 1);
    html_text(file, figure.title != NULL && *figure.title != '\0' ? figure.title : name);
    page_heading_close(page, 1);
    if (figure.markup != NULL) {
        fputs("<figure><div class=\"card\" role=\"group\" tabindex=\"0\" aria-label=\"Figure ",
              file);
        html_text(file, name);
        fprintf(file, "\">%s</div>\n<figcaption>Figure <code>", figure.markup);
        html_text(file, name);
        fputs("</code></figcaption></figure>\n", file);
    } else {
        fputs("<p class=\"warning\">The figure <code>", file);
        html_text(file, name);
        fputs("</code> is left out: ", file);
        html_text(file, error.text);
        fputs(".</p>\n", file);
        page->troubles->left_out++;
        if (page->troubles->talk != NULL)
            fprintf(page->troubles->talk, "figure %s is left out: %s\n", path, error.text);
    }
    svg_figure_free(&figure);
    free(text);
    free(prefix);
    free(path);
}

void figures_page_write(const struct page *page, const char *directory, const char *heading,
                        const char *how)
{
    struct figure_names names;
    char *const path = check_format("%s/figures", directory);
    (void)find_names(path, page->report->order, &names);
    page_section(page, "figures", heading);
    if (names.count == 0) {
        fputs("<p>There are no figures. <code>", page->file);
        html_text(page->file, how);
        fputs("</code> draws them, with gnuplot; then make this page again.</p>\n", page->file);
        if (page->troubles->talk != NULL)
            fprintf(page->troubles->talk, "no figures in %s; %s draws them\n", path, how);
    }
    for (size_t i = 0; i < names.count; i++) {
        put_figure(page, path, names.items[i]);
        free(names.items[i]);
    }
    free(names.items);
    free(path);
    fputs("</section>\n", page->file);
}
