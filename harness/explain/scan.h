/*
 * Small pieces of the readers: lines, strings and lists in what compilers print.
 */
#ifndef ALLOCOST_SCAN_H
#define ALLOCOST_SCAN_H

#include <stddef.h>

struct text_pool;

/* Takes the next line off *text, without its end; the caller frees it. NULL at the end. */
char *scan_line(const char **text);

/* Behind the closing quote of the string that begins at `text`, or at the end of the text. */
const char *scan_string_end(const char *text);

/* The first `wanted` that is in no string, or NULL. */
char *scan_find(char *text, char wanted);

/*
 * Cuts a list at its commas, in place, but not inside brackets of any kind and strings; blanks
 * around the parts are cut off. Returns how many parts there are, at most `most`: what is behind is
 * left out. An empty text has none.
 */
size_t scan_split(char *text, char *parts[], size_t most);

/* The pool's copy of so many bytes. */
const char *scan_keep(struct text_pool *pool, const char *text, size_t length);

#endif
