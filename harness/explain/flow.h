/*
 * What becomes of a pointer: the allocation calls of a compiled file, and for each where its result
 * goes, in terms that both compilers' intermediate code is read into.
 *
 * The graph does not follow the order of statements: a value that flows somewhere on any path does.
 * What is stored in memory is not followed further, but for variables of the frame.
 */
#ifndef ALLOCOST_FLOW_H
#define ALLOCOST_FLOW_H

#include <stdbool.h>
#include <stddef.h>

struct text_pool;

/* A place in a source. */
struct place {
    const char *file; /* as the compiler names it; NULL: unknown */
    unsigned line;    /* from 1; 0: unknown */
    unsigned column;  /* from 1; 0: unknown */
};

/* What one statement does with a value. */
enum flow_kind {
    FLOW_COPY,   /* `to` is the value, points into its block, or holds it */
    FLOW_RETURN, /* the function returns it */
    FLOW_STORE,  /* it is written to memory, `to` in words */
    FLOW_PASS, /* it is argument number `argument` of a call to `to`; `result` is what it returns */
    FLOW_ASM   /* an asm statement gets it */
};

/* One statement, seen from one value. Names are unique in the function. */
struct flow_step {
    enum flow_kind kind;
    const char *from;
    const char *to;
    const char *base;   /* STORE: the pointer that is written through, or NULL */
    const char *result; /* PASS: NULL when nobody looks at the result */
    int argument;       /* PASS: from 0 */
    bool indirect;      /* PASS: the call is through the pointer `to` */
};

/* A call that allocates: from the allocator, or in the frame (alloca, a variable-length array). */
struct flow_call {
    struct place place;
    const char *callee;    /* malloc; __builtin_alloca_with_align */
    const char *arguments; /* as the user would write them: "40", "1, 16", "n" */
    const char *value;     /* its result; NULL when it has none or nobody looks at it */
    bool in_frame;
};

/* A parameter, and what the compiler knows of it. */
struct flow_parameter {
    const char *name; /* empty when the compiler does not say */
    bool pointer;
    bool known;    /* the compiler has looked */
    bool retained; /* what it points to may be pointed to after the call, but for the result */
    bool returned; /* the result may be or point into it */
};

enum { FLOW_PARAMETERS = 16 }; /* of a function; what is behind them counts as unknown */

/* A function that is defined, or only declared. */
struct flow_function {
    const char *name;
    struct place place;
    bool defined;
    bool returns_narrow; /* it returns nothing, or what is narrower than a pointer */
    struct flow_step *steps;
    size_t step_count;
    struct flow_call *calls;
    size_t call_count;
    struct flow_parameter parameters[FLOW_PARAMETERS];
    size_t parameter_count;
};

/* One compiled file. All strings belong to the pool. */
struct flow_unit {
    struct text_pool *pool;
    struct flow_function *functions;
    size_t function_count;
};

/* Adds to the unit or the function; the result is valid until the next one is added. */
struct flow_function *flow_add_function(struct flow_unit *unit, const char *name);
void flow_add_step(struct flow_function *function, struct flow_step step);
void flow_add_call(struct flow_function *function, struct flow_call call);

/* Frees what the unit holds, but for its pool, and empties it. */
void flow_free(struct flow_unit *unit);

/* The function of this name, or NULL. */
struct flow_function *flow_find(const struct flow_unit *unit, const char *name);

/* Whether two places are the same, the file included. */
bool flow_same_place(const struct place *a, const struct place *b);

/* Why an allocation outlives its function, or might. */
enum reason_kind {
    REASON_RETURNED,
    REASON_STORED,  /* detail: where, in words */
    REASON_PASSED,  /* detail: the function, which may retain it */
    REASON_POINTER, /* detail: the pointer that is called, to who knows what */
    REASON_ASM,
    REASON_HANDED /* the call writes the pointer through its argument (posix_memalign) */
};

struct flow_reason {
    enum reason_kind kind;
    const char *detail; /* of the unit's pool; NULL when there is none */
};

enum { FLOW_REASONS = 6 }; /* that are kept of a call */

/*
 * Finds why the block of a call escapes its function. Writes up to FLOW_REASONS different ones in
 * the order of the code and returns how many; 0 means that it does not escape. Cannot fail.
 */
size_t flow_reasons(const struct flow_unit *unit, const struct flow_function *function,
                    const struct flow_call *call, struct flow_reason reasons[FLOW_REASONS]);

/* Whether a function of the C library allocates, by its name without `__builtin_`; and whether it
 * hands the block out through its first argument. */
bool flow_allocates(const char *callee, bool *through_argument);

/* A library function's name without __builtin_ and the __NAME_chk of fortified calls. Of the pool.
 */
const char *flow_library_name(struct text_pool *pool, const char *name);

#endif
