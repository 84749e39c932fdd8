/*
 * Names and attributes as LLVM writes them in its intermediate code.
 */
#ifndef ALLOCOST_LLVM_WORDS_H
#define ALLOCOST_LLVM_WORDS_H

#include "explain/flow.h"

#include <stdbool.h>
#include <stddef.h>

struct text_pool;

/* The length of the name that begins with % or @, that sign included: `%p.addr`, `@malloc`,
 * `%"a b"`. 1 when there is none behind the sign. */
size_t llvm_name_length(const char *text);

/* The next name in the text that begins with one of the signs and stands in no string; NULL when
 * there is none. */
const char *llvm_next_name(const char *text, const char *signs);

/* The name without its sign and quotes, and with the bytes that stand for its `\C3`. Of the pool.
 */
const char *llvm_plain_name(struct text_pool *pool, const char *name);

/* The same as the user wrote it: the place of a parameter in memory is called `p.addr`. */
const char *llvm_user_name(struct text_pool *pool, const char *name);

/* Whether it is certain from a parameter's or an argument's attributes that the function keeps no
 * copy of the pointer, nor returns it: `nocapture`, from LLVM 21 on `captures(none)`. */
bool llvm_captures_nothing(const char *text);

/* What type and attributes of a parameter say; it has no name yet. */
struct flow_parameter llvm_read_attributes(const char *text);

#endif
