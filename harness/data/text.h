/*
 * A pool of strings in which each content is kept once, so that equal strings are equal pointers.
 * Not for use by several threads at once.
 */
#ifndef ALLOCOST_TEXT_H
#define ALLOCOST_TEXT_H

#include <stddef.h>

struct text_pool;

/* An empty pool. Cannot fail (it aborts without memory). */
struct text_pool *text_pool_new(void);

/* Frees the pool and every string in it. NULL is allowed. */
void text_pool_free(struct text_pool *pool);

/* The pool's copy of the string, valid until the pool is freed. Cannot fail. */
const char *text_intern(struct text_pool *pool, const char *text);

#endif
