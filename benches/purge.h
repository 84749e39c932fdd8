/*
 * How the allocator of this process is asked to give unused memory back: each has a function of its
 * own, found by its name, for it may have been preloaded.
 */
#ifndef ALLOCOST_PURGE_H
#define ALLOCOST_PURGE_H

#include <dlfcn.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "keep.h"

typedef int purge_mallctl(const char *, void *, size_t *, void *, size_t);
typedef void purge_mi_collect(bool force);
typedef void purge_release_free_memory(void);
typedef int purge_allocation_command(int command, void *parameter);
typedef int purge_mallopt(int parameter, int value);

/* A way; all NULL and false: none. */
struct purge {
    purge_mallctl *mallctl;                       /* jemalloc */
    purge_mi_collect *mi_collect;                 /* mimalloc */
    purge_release_free_memory *release_memory;    /* gperftools' tcmalloc */
    purge_allocation_command *allocation_command; /* oneTBB */
    purge_mallopt *mallopt;                       /* Scudo */
    bool trim;                                    /* glibc */
};

/* Through a union, which is how POSIX lets what dlsym gives become a function. */
#define PURGE_FIND(type, name)              \
    (((union {                              \
         void *data;                        \
         type *code;                        \
     }){.data = dlsym(RTLD_DEFAULT, name)}) \
         .code)

/* Whether glibc serves malloc: then its own sum of blocks in use grows with one more. That holds
 * behind an interposer, too, where to look for the object that has malloc would not help. */
static inline bool purge_is_glibc(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    enum { PROBE_BYTES = 65536 };
    const size_t before = mallinfo2().uordblks;
    void *const block = malloc(PROBE_BYTES);
    KEEP_PTR(block);
    const size_t after = mallinfo2().uordblks;
    free(block);
    return block != NULL && after >= before + PROBE_BYTES;
#else
    return false;
#endif
}

/* Finds the way; false when there is none. Others may tell sums as glibc does: it is asked last. */
static inline bool purge_find(struct purge *purge)
{
    *purge = (struct purge){.trim = false};
    purge->mallctl = PURGE_FIND(purge_mallctl, "mallctl");
    purge->mi_collect = PURGE_FIND(purge_mi_collect, "mi_collect");
    purge->release_memory =
        PURGE_FIND(purge_release_free_memory, "MallocExtension_ReleaseFreeMemory");
    purge->allocation_command = PURGE_FIND(purge_allocation_command, "scalable_allocation_command");
    /* Scudo's are of C++ and it has no name of its own in C but this one. */
    if (dlsym(RTLD_DEFAULT, "__scudo_print_stats") != NULL)
        purge->mallopt = PURGE_FIND(purge_mallopt, "mallopt");
    if (purge->mallctl != NULL || purge->mi_collect != NULL || purge->release_memory != NULL ||
        purge->allocation_command != NULL || purge->mallopt != NULL)
        return true;
    purge->trim = purge_is_glibc();
    return purge->trim;
}

/* Asks for it. Whether it gives anything back is its affair. */
static inline void purge_call(const struct purge *purge)
{
    enum { CLEAN_ALL_BUFFERS = 0 /* TBBMALLOC_ */, SCUDO_M_PURGE = -101 };
    if (purge->trim)
        malloc_trim(0);
    else if (purge->mallctl != NULL) {
        char name[32];
        purge->mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
        snprintf(name, sizeof name, "arena.%u.purge", 4096u); /* MALLCTL_ARENAS_ALL */
        purge->mallctl(name, NULL, NULL, NULL, 0);
    } else if (purge->mi_collect != NULL)
        purge->mi_collect(true);
    else if (purge->release_memory != NULL)
        purge->release_memory();
    else if (purge->allocation_command != NULL)
        purge->allocation_command(CLEAN_ALL_BUFFERS, NULL);
    else if (purge->mallopt != NULL)
        purge->mallopt(SCUDO_M_PURGE, 0);
}

#endif
