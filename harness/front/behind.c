#include "front/behind.h"
#include "front/front.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    size_t offset; /* of the pointer in struct provider */
} provider_functions[] = {
    {"free", offsetof(struct provider, release)},
    {"malloc", offsetof(struct provider, alloc)},
    {"calloc", offsetof(struct provider, zeroed)},
    {"realloc", offsetof(struct provider, resize)},
    {"aligned_alloc", offsetof(struct provider, aligned)},
    {"posix_memalign", offsetof(struct provider, posix_aligned)},
    {"memalign", offsetof(struct provider, mem_aligned)},
    {"valloc", offsetof(struct provider, page_aligned)},
    {"pvalloc", offsetof(struct provider, whole_pages)},
    {"malloc_usable_size", offsetof(struct provider, usable)},
};

enum { ESSENTIAL = 4 }; /* the first so many of them, from whichever object is next */

/*
 * No locks or atomics: a process resolves while it has one thread, since it cannot get a second
 * one without a calloc for that thread's local storage.
 */
struct provider behind;
bool behind_resolved;
static bool resolving;

static _Noreturn void die(const char *why)
{
    (void)!write(STDERR_FILENO, front_name, strlen(front_name));
    (void)!write(STDERR_FILENO, ": ", 2);
    (void)!write(STDERR_FILENO, why, strlen(why));
    (void)!write(STDERR_FILENO, "\n", 1);
    abort();
}

static void resolve(void)
{
    const int saved_errno = errno;
    resolving = true;
    const void *object = NULL;
    for (size_t i = 0; i < sizeof provider_functions / sizeof *provider_functions; i++) {
        void *const function = dlsym(RTLD_NEXT, provider_functions[i].name);
        Dl_info info;
        if (function == NULL || dladdr(function, &info) == 0)
            continue;
        if (i == 0) /* free: whose object it is decides over what is not essential */
            object = info.dli_fbase;
        if (i >= ESSENTIAL && info.dli_fbase != object)
            continue;
        memcpy((char *)&behind + provider_functions[i].offset, &function, sizeof function);
        if (strcmp(provider_functions[i].name, "malloc") == 0)
            behind.path = info.dli_fname;
    }
    if (behind.alloc == NULL || behind.zeroed == NULL || behind.resize == NULL ||
        behind.release == NULL)
        die("no object behind it provides malloc, calloc, realloc and free");
    behind_resolved = true;
    resolving = false;
    errno = saved_errno;
}

bool behind_resolve(void)
{
    if (!resolving)
        resolve();
    return behind_resolved;
}

static __attribute__((constructor)) void start(void)
{
    (void)behind_ready();
}
