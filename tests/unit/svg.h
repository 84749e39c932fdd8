/*
 * Whether a text is a well-formed XML document, as far as an SVG needs it: elements closed in
 * order, attributes quoted, no bare < or &, no control character, UTF-8.
 */
#ifndef ALLOCOST_TEST_SVG_H
#define ALLOCOST_TEST_SVG_H

/* NULL when it is, else where it stops being so. */
const char *svg_first_fault(const char *text);

#endif
