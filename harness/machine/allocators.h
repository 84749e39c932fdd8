/*
 * The allocators a run compares: those the project knows, those found on this machine, and
 * libraries given by path.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_ALLOCATORS_H
#define ALLOCOST_ALLOCATORS_H

#include "allocator_list.h"

#include <stdbool.h>
#include <stddef.h>

struct error;

/* One allocator to measure under. */
struct allocator {
    char *name;      /* its label in files and figures: any text of at most ALLOCATOR_NAME_BYTES
                        bytes of UTF-8; may hold quotes, commas, newlines, anything */
    char *path;      /* real path of the library to preload; NULL: none, the process's own malloc;
                        also NULL when why_not says that there is nothing to use */
    char *why_not;   /* why it cannot be used; NULL when it can */
    char *remedy;    /* what the user can do about that; NULL when usable */
    bool asked_for;  /* named by the list, not merely known */
    char **settings; /* of its processes' environment: "VARIABLE=VALUE" each, behind the last NULL;
                        NULL: none */
};

/* Allocators in the order of the list, or of the table when there is no list. */
struct allocators {
    struct allocator *items; /* owned, with all strings */
    size_t count;
};

/*
 * Reads a list such as "glibc,tight=glibc{GLIBC_TUNABLES=glibc.malloc.tcache_count=0},
 * mine=/opt/lib/libmine.so" and finds every library. NULL: all known allocators. A path that holds
 * a comma needs a symbolic link. A known name as the label of a path means that library, except
 * glibc, which is the process's own. The same library may stand under two labels.
 *
 * A known allocator that is not installed is no error: it comes back with why_not and remedy.
 * Errors are what the text itself has wrong, an unknown name (with the nearest valid one), a known
 * name as the label of a known one, and a path whose file cannot be preloaded here as an allocator,
 * with the reason. They are usage errors:
 * nothing was written and *out is empty. Otherwise allocators_free gives everything back.
 *
 * Libraries are looked for in the directories of ALLOCOST_LIBRARY_PATH, of LD_LIBRARY_PATH, the one
 * that holds this process's C library, and the dynamic linker's usual ones.
 */
int allocators_resolve(const char *list, struct allocators *out, struct error *error);
void allocators_free(struct allocators *allocators);

/* The settings as one text, with ';' between; empty when there are none. The caller frees it. */
char *allocator_settings(const struct allocator *allocator);

/*
 * The labels of a list as allocators_resolve reads it, in their order, without a look at what is
 * installed: NULL or "" are the known ones, and so is a list that cannot be read. The caller frees
 * them. For the order in which allocators are shown.
 */
struct allocator_list allocators_order(const char *list);

/* Whether LD_PRELOAD cannot hold the allocator's path as it is. Cannot fail. */
bool allocator_needs_link(const struct allocator *allocator);

/*
 * The text to put into LD_PRELOAD for a usable allocator; it is freed by the caller. That is its
 * path, or empty for the process's own malloc. LD_PRELOAD is split at spaces and colons and expands
 * '$', with no way to quote: for a path that holds one of them a symbolic link is made in
 * `directory` (absolute, existing, without such characters itself; normally temporary), which the
 * caller removes with it; where no link is needed, any text will do for it. A link of the same name
 * and target is used again. NULL with a message on failure.
 */
char *allocator_preload_path(const struct allocator *allocator, const char *directory,
                             struct error *error);

#endif
