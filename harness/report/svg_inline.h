/*
 * A figure in SVG as a part of a page.
 */
#ifndef ALLOCOST_SVG_INLINE_H
#define ALLOCOST_SVG_INLINE_H

#include <stddef.h>

struct error;

/* A figure that can stand in a page. */
struct svg_figure {
    char *markup; /* owned: an element svg */
    char *title;  /* owned: the largest of its texts, which is its question; empty without any */
};

/*
 * Takes over of an SVG what draws: known elements with known attributes, that refer to nothing but
 * each other. All else (scripts, handlers, links, styles, images, what other documents would be
 * fetched for) is left out. Identifiers begin with `prefix`, so that several figures can stand in a
 * page. The element is an image to a screen reader, with the title and `description`. Its size is
 * that of its box.
 *
 * Returns 0, or -1 with a message (error.h) when it is no whole SVG; then *figure is empty.
 */
int svg_inline(const char *svg, const char *prefix, const char *description,
               struct svg_figure *figure, struct error *error);
void svg_figure_free(struct svg_figure *figure);

#endif
