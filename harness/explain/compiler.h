/*
 * One C file, compiled by gcc or by clang for what it tells: the code before and after the
 * optimiser, parameters, stack frames, warnings.
 */
#ifndef ALLOCOST_COMPILER_H
#define ALLOCOST_COMPILER_H

#include "explain/compiler_notes.h"
#include "explain/flow.h"
#include "explain/tool.h"

#include <stdbool.h>
#include <stddef.h>

struct error;
struct text_pool;

enum compiler_kind { COMPILER_GCC, COMPILER_CLANG, COMPILERS };

/* A compiler that is installed. */
struct compiler {
    enum compiler_kind kind;
    char *path; /* owned; NULL: not installed */
    char *version;
    unsigned major;
};

/* What is compiled. */
struct source {
    const char *file;      /* as the user named it: from `directory`, or absolute */
    const char *directory; /* where the compiler runs; NULL: here */
    struct words flags;    /* as compiler_flags left them */
};

/* What a compiler told of a source. */
struct compiled {
    bool ok;
    char *said;              /* the compiler's own words when it is not; owned */
    struct flow_unit before; /* as the source has it */
    struct flow_unit early;  /* gcc: after functions were inlined, before anything was removed */
    struct flow_unit late;   /* gcc: the same after inlining over the whole file */
    struct flow_unit after;  /* as the machine gets it */
    struct flow_unit moved;  /* clang: the same with LLVM's attributor */
    bool has_moved;          /* clang took the option that asks for it */
    struct frames frames;
    struct warnings warnings;
};

/* gcc, clang. */
const char *compiler_name(enum compiler_kind kind);

/*
 * Finds a compiler by its name or path and asks for its version. Returns 0 with compiler->path NULL
 * when there is none, and -1 with a message when it is there and does not answer.
 */
int compiler_find(enum compiler_kind kind, const char *name, struct compiler *compiler,
                  struct error *error);
void compiler_free(struct compiler *compiler);

/*
 * Adds those of the words that say how to compile: not what to write and where, not the source, not
 * what turns warnings into errors or off. `file` is the source.
 */
void compiler_flags(struct words *flags, const char *const *words, size_t count, const char *file);

/* The optimisation level that the flags ask for: the last one, or -O2 when there is none. */
const char *compiler_level(const struct words *flags);

/*
 * What the compiler is given for the source: its name, so that it is no option; or, when the name
 * has characters that would break the lines of a dump, a link to it in `scratch`. Owned.
 */
char *compiler_input(const struct source *source, const char *scratch);

/*
 * Compiles the source, with `scratch` for its files, which exists. Returns 0 with compiled->ok
 * telling, and -1 with a message when the compiler could not be run or a stop was asked for. All
 * strings but `said` belong to the pool. Freed with compiled_free.
 */
int compiler_run(const struct compiler *compiler, const struct source *source, const char *scratch,
                 struct text_pool *pool, struct compiled *compiled, struct error *error);
void compiled_free(struct compiled *compiled);

#endif
