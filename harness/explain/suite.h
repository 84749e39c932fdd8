/*
 * What the compilers made of the suite: every selected cell in the program that is measured, and in
 * the same scenario compiled by the other compiler.
 */
#ifndef ALLOCOST_SUITE_H
#define ALLOCOST_SUITE_H

#include "explain/code_view.h"
#include "explain/compiler.h"
#include "run/plan.h"

#include <stdbool.h>
#include <stddef.h>

struct error;
struct progress;
struct text_pool;

/* What the build wrote down for this: explain.tsv, beside the programs. */
struct suite_build {
    bool measured;               /* the code is what is measured: no sanitizer, no debug build */
    enum compiler_kind built_by; /* COMPILERS: another one */
    const char *version;         /* of that compiler */
    const char *root;            /* of the source tree */
    struct words arguments;      /* how a scenario is compiled */
    struct words link;           /* what is linked with it */
    struct suite_sources {
        const char *name;
        struct words files;
    } * scenarios;
    size_t scenario_count;
};

/* Reads the file in the directory of the programs. Strings belong to the pool. Returns 0, or -1
 * with a message. Freed with suite_build_free, also after a failure. */
int suite_build_read(const char *directory, struct text_pool *pool, struct suite_build *build,
                     struct error *error);
void suite_build_free(struct suite_build *build);

/* One selected cell. */
struct suite_cell {
    const struct plan_cell *cell;
    struct cell_code by[COMPILERS];
};

/* One scenario with selected cells. */
struct suite_scenario {
    const struct plan_scenario *scenario;
    struct suite_cell *cells; /* owned */
    size_t count;
    char *why_not; /* why the other compiler has none of it: its words; NULL when it has; owned */
};

struct suite {
    struct suite_scenario *scenarios;
    size_t count;
};

/*
 * Looks into all selected cells of the plan. `other` is the compiler that the build did not use
 * (path NULL: none); what it compiles goes into `scratch`. Returns 0, or -1 with a message when
 * binutils fail, or a stop was asked for. Freed with suite_free, also after a failure.
 */
int suite_make(const struct plan *plan, const struct suite_build *build,
               const struct compiler *other, const char *scratch, struct text_pool *pool,
               struct progress *progress, struct suite *suite, struct error *error);
void suite_free(struct suite *suite);

#endif
