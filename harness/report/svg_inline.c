#include "report/svg_inline.h"

#include "error.h"
#include "report/html.h"
#include "report/xml_reader.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const elements[] = {
    "g",      "use",  "path",    "text",        "tspan",          "polygon",       "polyline",
    "line",   "rect", "circle",  "ellipse",     "defs",           "pattern",       "clipPath",
    "filter", "stop", "feFlood", "feComposite", "linearGradient", "radialGradient"};

static const char *const attributes[] = {"id",
                                         "x",
                                         "y",
                                         "x1",
                                         "y1",
                                         "x2",
                                         "y2",
                                         "dx",
                                         "dy",
                                         "cx",
                                         "cy",
                                         "r",
                                         "rx",
                                         "ry",
                                         "width",
                                         "height",
                                         "d",
                                         "points",
                                         "transform",
                                         "viewBox",
                                         "fill",
                                         "fill-opacity",
                                         "fill-rule",
                                         "stroke",
                                         "stroke-width",
                                         "stroke-opacity",
                                         "stroke-linecap",
                                         "stroke-linejoin",
                                         "stroke-miterlimit",
                                         "stroke-dasharray",
                                         "stroke-dashoffset",
                                         "color",
                                         "opacity",
                                         "font-family",
                                         "font-size",
                                         "font-weight",
                                         "font-style",
                                         "text-anchor",
                                         "textLength",
                                         "lengthAdjust",
                                         "dominant-baseline",
                                         "shape-rendering",
                                         "clip-path",
                                         "clip-rule",
                                         "clipPathUnits",
                                         "patternUnits",
                                         "patternTransform",
                                         "gradientUnits",
                                         "gradientTransform",
                                         "offset",
                                         "stop-color",
                                         "stop-opacity",
                                         "filter",
                                         "filterUnits",
                                         "in",
                                         "in2",
                                         "operator",
                                         "result",
                                         "flood-color",
                                         "flood-opacity",
                                         "style",
                                         "href",
                                         "xlink:href",
                                         "xml:space"};

static bool is_one_of(const char *name, const char *const list[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

static bool is_identifier(const char *text, size_t length)
{
    return length > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_.-") >= length;
}

/* ---- Attributes ---- */

/* Whether a value can name another document, or hide that it does, by the syntax of CSS. */
static bool may_refer(const char *value)
{
    return strcasestr(value, "url") != NULL || strchr(value, '\\') != NULL ||
           strchr(value, '@') != NULL || strstr(value, "/*") != NULL;
}

/* Writes the attribute, or leaves it out. */
static void put_attribute(FILE *file, const struct xml_attribute *attribute, const char *prefix)
{
    const char *name = attribute->name;
    const char *const value = attribute->value;
    const size_t length = strlen(value);
    if (!is_one_of(name, attributes, sizeof attributes / sizeof *attributes))
        return;
    if (strcmp(name, "xlink:href") == 0)
        name = "href";
    if (strcmp(name, "id") == 0) {
        if (is_identifier(value, length))
            fprintf(file, " id=\"%s%s\"", prefix, value);
    } else if (strcmp(name, "href") == 0) {
        if (*value == '#' && is_identifier(value + 1, length - 1))
            fprintf(file, " href=\"#%s%s\"", prefix, value + 1);
    } else if (strncmp(value, "url(#", 5) == 0 && value[length - 1] == ')' &&
               is_identifier(value + 5, length - 6)) {
        fprintf(file, " %s=\"url(#%s%s\"", name, prefix, value + 5);
    } else if (!may_refer(value)) {
        fprintf(file, " %s=\"", name);
        html_text(file, value);
        fputc('"', file);
    }
}

static const char *find_attribute(const struct xml_event *event, const char *name)
{
    for (size_t i = 0; i < event->attribute_count; i++)
        if (strcmp(event->attributes[i].name, name) == 0)
            return event->attributes[i].value;
    return NULL;
}

/* ---- The title ---- */

/* The text of the largest font, the first of them. Owned by the caller; empty without any. NULL
 * with a message when the file is broken. */
static char *find_title(const char *svg, struct error *error)
{
    double sizes[XML_DEPTH_MOST + 1] = {0};
    size_t depth = 0, texts = 0; /* how many elements are open, and of them texts */
    double largest = 0;
    char *title = check_strdup("");
    struct xml_event event;
    struct xml_reader *const reader = xml_reader_new(svg);
    int got;
    while ((got = xml_reader_next(reader, &event, error)) == 1) {
        if (event.kind == XML_OPEN) {
            const char *const size = find_attribute(&event, "font-size");
            sizes[depth + 1] = size != NULL ? strtod(size, NULL) : sizes[depth];
            depth++;
            texts += strcmp(event.name, "text") == 0;
        } else if (event.kind == XML_CLOSE) {
            depth--;
            texts -= strcmp(event.name, "text") == 0;
        } else if (texts > 0 && sizes[depth] > largest &&
                   event.text[strspn(event.text, " \t\r\n")] != '\0') {
            largest = sizes[depth];
            free(title);
            title = check_strdup(event.text + strspn(event.text, " \t\r\n"));
        }
    }
    xml_reader_free(reader);
    if (got == 0)
        return title;
    free(title);
    return NULL;
}

/* ---- The picture ---- */

static void put_root(FILE *file, const struct xml_event *event, const char *prefix,
                     const char *title, const char *description)
{
    const char *const box = find_attribute(event, "viewBox");
    fputs("<svg", file);
    if (box != NULL && strspn(box, "0123456789. -") == strlen(box))
        fprintf(file, " viewBox=\"%s\"", box);
    fprintf(file, " role=\"img\" aria-labelledby=\"%stitle %sdescription\">", prefix, prefix);
    fprintf(file, "<title id=\"%stitle\">", prefix);
    html_text(file, title);
    fprintf(file, "</title><desc id=\"%sdescription\">", prefix);
    html_text(file, description);
    fputs("</desc>\n", file);
}

/* Writes the figure. Returns 0, or -1 with a message. */
static int put_figure(FILE *file, const char *svg, const char *prefix, const char *title,
                      const char *description, struct error *error)
{
    struct xml_event event;
    struct xml_reader *const reader = xml_reader_new(svg);
    size_t depth = 0, texts = 0;
    size_t left_out = 0; /* depth of the element that is left out with all in it; 0: none */
    int got;
    while ((got = xml_reader_next(reader, &event, error)) == 1) {
        if (event.kind == XML_TEXT) {
            if (texts > 0 && left_out == 0)
                html_text(file, event.text);
            continue;
        }
        depth += event.kind == XML_OPEN;
        if (left_out != 0) {
            ;
        } else if (event.kind == XML_OPEN && depth == 1) {
            if (strcmp(event.name, "svg") != 0) {
                got = error_set(error, "it is no SVG");
                break;
            }
            put_root(file, &event, prefix, title, description);
        } else if (event.kind == XML_OPEN &&
                   !is_one_of(event.name, elements, sizeof elements / sizeof *elements)) {
            left_out = depth;
        } else if (event.kind == XML_OPEN) {
            fprintf(file, "<%s", event.name);
            for (size_t i = 0; i < event.attribute_count; i++)
                put_attribute(file, &event.attributes[i], prefix);
            fputc('>', file);
            texts += strcmp(event.name, "text") == 0;
        } else {
            fprintf(file, "</%s>%s", event.name, texts > 0 ? "" : "\n");
            texts -= strcmp(event.name, "text") == 0;
        }
        left_out = event.kind == XML_CLOSE && left_out == depth ? 0 : left_out;
        depth -= event.kind == XML_CLOSE;
    }
    xml_reader_free(reader);
    return got;
}

int svg_inline(const char *svg, const char *prefix, const char *description,
               struct svg_figure *figure, struct error *error)
{
    *figure = (struct svg_figure){.title = find_title(svg, error)};
    if (figure->title == NULL)
        return -1;
    size_t size_bytes = 0;
    FILE *const file = open_memstream(&figure->markup, &size_bytes);
    CHECK(file != NULL);
    const int failed = put_figure(file, svg, prefix, figure->title, description, error);
    CHECK(fclose(file) == 0);
    if (failed != 0)
        svg_figure_free(figure);
    return failed;
}

void svg_figure_free(struct svg_figure *figure)
{
    free(figure->markup);
    free(figure->title);
    *figure = (struct svg_figure){.markup = NULL};
}
