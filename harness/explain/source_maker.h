/* How a report is made: what its parts share. For source_report.c and source_allocations.c only. */
#ifndef ALLOCOST_SOURCE_MAKER_H
#define ALLOCOST_SOURCE_MAKER_H

#include "explain/source_report.h"

/* What a report is made from. */
struct maker {
    struct source_report *report;
    struct text_pool *pool;
    const struct source *source;
    const char *input;      /* the source's name as the compilers had it */
    const char *real_input; /* resolved */
    const char *directory;  /* where they ran, resolved */
};

/* The new item, all zero, of an array of the report. */
#define ADD(array, count) \
    ((array) = maker_grow((array), &(count), sizeof *(array)), &(array)[(count)-1])

/* The array with room for one item more, which is zero; *count is one higher. */
void *maker_grow(void *items, size_t *count, size_t size);

/* A file as the user would name it: both compilers name one differently, absolute or not. */
struct place maker_place(const struct maker *maker, struct place place);

/* The function of the source that a clone (f.part.0, f.isra.0, f.1) was made from. */
const char *maker_base_name(const struct maker *maker, const char *function);

/* Adds what one compiler made of the allocations, and the calls that allocate in a frame. */
void maker_allocations(struct maker *maker, const struct compiled *compiled, enum compiler_kind by);

/* Makes one of two allocations that are the same call; when all compilers have told. */
void maker_join(struct source_report *report);

#endif
