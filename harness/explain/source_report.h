/*
 * What the compilers made of one C file: every allocation, parameter, stack frame and escaping
 * address with its place, the compilers' words side by side.
 */
#ifndef ALLOCOST_SOURCE_REPORT_H
#define ALLOCOST_SOURCE_REPORT_H

#include "explain/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct error;

/* What became of an allocation. */
enum fate {
    FATE_NONE,    /* this compiler has no such code */
    FATE_HEAP,    /* the machine code calls the allocator */
    FATE_MOVABLE, /* it does, though LLVM's attributor can put the block on the stack */
    FATE_REMOVED  /* the machine code does not call it */
};

/* One compiler's word on an allocation. */
struct opinion {
    enum fate fate;
    struct flow_reason reasons[FLOW_REASONS]; /* why it escapes; none: it does not */
    size_t reason_count;
    const char *instead; /* the call that it became (calloc); NULL: as written */
};

/* One allocation call, in the function that its code is in. */
struct allocation {
    struct place place;
    const char *function;  /* that holds the code */
    bool inlined;          /* and the call was written in another one */
    const char *callee;    /* malloc */
    const char *arguments; /* "40" */
    struct opinion by[COMPILERS];
};

/* An alloca or a variable-length array. */
struct frame_call {
    struct place place;
    const char *function;
    const char *arguments;
    bool array;
};

/* A parameter that is a pointer. */
struct parameter_report {
    struct place place; /* of the function */
    const char *function;
    const char *name;
    struct flow_parameter by[COMPILERS]; /* known: the compiler says so */
};

/* The stack frame of a function. */
struct frame_report {
    struct place place;
    const char *function;
    struct frame by[COMPILERS]; /* function NULL: not said */
};

/* An address of a local variable that leaves its function. */
struct address_report {
    struct place place;
    const char *text;
    const char *option;
    enum compiler_kind by;
};

struct source_report {
    const char *file; /* as the user named it */
    const char *level;
    bool here[COMPILERS];     /* the compiler is installed */
    bool compiled[COMPILERS]; /* and compiled the file */
    bool has_moved;           /* LLVM's attributor was asked */
    char *said[COMPILERS];    /* the words of one that did not; NULL otherwise */
    struct allocation *allocations;
    size_t allocation_count;
    struct frame_call *frame_calls;
    size_t frame_call_count;
    struct parameter_report *parameters;
    size_t parameter_count;
    struct frame_report *frames;
    size_t frame_count;
    struct address_report *addresses;
    size_t address_count;
};

/*
 * Compiles the source with every compiler that is there (path not NULL) and reports. `scratch` is
 * the directory for their files. Returns 0, also when none compiled it, and -1 with a message when
 * a compiler could not be run or a stop was asked for. Strings belong to the pool; the rest is
 * freed with source_report_free.
 */
int source_report_make(const struct compiler compilers[COMPILERS], const struct source *source,
                       const char *scratch, struct text_pool *pool, struct source_report *report,
                       struct error *error);
void source_report_free(struct source_report *report);

/* Whether one of the compilers compiled it. */
bool source_report_ok(const struct source_report *report);

/* One line a finding, in the order of the source, in the form of compiler messages. */
void source_report_print(const struct source_report *report, FILE *stream);

/* What a CI may fail on. */
bool source_report_has_heap(const struct source_report *report); /* the code calls the allocator */
bool source_report_has_movable(const struct source_report *report); /* and could do without */
bool source_report_has_address(const struct source_report *report); /* address of a local leaves */

#endif
