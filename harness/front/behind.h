/*
 * The allocator that calls are passed on to.
 *
 * malloc, calloc, realloc and free are the ones that the program would reach without the
 * interposer, also where an object in front of the C library has but some of them. All others come
 * from the object that provides free: a block of one allocator given to another's free is the
 * classic way such a library goes wrong. What that object does not have, the caller composes of
 * what it has.
 */
#ifndef ALLOCOST_BEHIND_H
#define ALLOCOST_BEHIND_H

#include <stdbool.h>
#include <stddef.h>

/* The first four are always there, the others NULL where the object has none of that name. */
struct provider {
    void *(*alloc)(size_t);
    void *(*zeroed)(size_t, size_t);
    void *(*resize)(void *, size_t);
    void (*release)(void *);
    void *(*aligned)(size_t, size_t);
    int (*posix_aligned)(void **, size_t, size_t);
    void *(*mem_aligned)(size_t, size_t);
    void *(*page_aligned)(size_t);
    void *(*whole_pages)(size_t);
    size_t (*usable)(void *);
    const char *path; /* of the object that provides malloc, owned by the loader */
};

/* Valid once behind_ready has returned true, constant from then on. */
extern struct provider behind;

/* For behind_ready alone. */
extern bool behind_resolved;
bool behind_resolve(void);

/*
 * Looks the functions up at the first call. False while they are being looked up: then the caller
 * is the loader, and must do without. Ends the process with a message when there is no allocator.
 * Keeps errno.
 */
static inline bool behind_ready(void)
{
    return __builtin_expect(behind_resolved, 1) || behind_resolve();
}

#endif
