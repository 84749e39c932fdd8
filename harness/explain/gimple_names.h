/* Names in gcc's intermediate code: p_3 and _7 are values, p and t.first are variables. */
#ifndef ALLOCOST_GIMPLE_NAMES_H
#define ALLOCOST_GIMPLE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct text_pool;

/* Whether a name may begin with the character, or hold it. */
bool gimple_starts_name(char c);
bool gimple_is_name(char c);

/* Whether the name of this length is that of a value: p_3, _7, iftmp.0_1; not t.field_1. */
bool gimple_is_value(const char *name, size_t length);

/* A value's name as the user wrote it, without its number; empty for one that gcc made. Of the
 * pool. */
const char *gimple_user_name(struct text_pool *pool, const char *value);

/* An expression as the user would write it: p_3(D)->a is p->a, and what gcc made is an ellipsis. Of
 * the pool. */
const char *gimple_user_text(struct text_pool *pool, const char *text);

#endif
