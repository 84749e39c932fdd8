/*
 * Where the pools that several threads share get their objects from, and give them back to: slabs
 * of a pool behind a lock, or two functions of the user's.
 *
 *     struct slab_source slabs;
 *     if (slab_source_init(&slabs, sizeof(struct node), _Alignof(struct node)) != 0)
 *         return -1;                            // errno says why
 *     ... use &slabs.source, as often as you like ...
 *     slab_source_destroy(&slabs);              // after every pool that used it
 *
 * Threads: any thread may make and drop objects of a slab source. The two functions of a user's
 * own source are called from every thread that uses the pool, at the same time.
 *
 * Errors: slab_source_init returns 0, or -1 with errno; make returns NULL with errno ENOMEM.
 *
 * Misuse: with POOL_DEBUG every object of a slab source has a mark behind its end that says whether
 * it is free. Giving back an object twice, to another pool, or a pointer that is none of the
 * source's is said on stderr and aborts; so does an object that is handed out while it is not free.
 * Under AddressSanitizer a free object and its mark are poisoned. All files that use a source are
 * compiled alike. A user's own objects have no mark; they are poisoned when object_size is set.
 */
#ifndef ALLOCOST_OBJECT_SOURCE_H
#define ALLOCOST_OBJECT_SOURCE_H

#include "pool.h"

#include <pthread.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A source. A pool keeps a pointer to it, so it outlives the pool. */
struct object_source {
    void *(*make)(void *context); /* a new object, owned by the caller; NULL: there is none */
    void (*drop)(void *context, void *object); /* takes back what make returned */
    void *context;                             /* given to both */
    size_t object_size; /* bytes that are poisoned while the object is free; 0: none */
    size_t mark_offset; /* bytes from an object to its mark; 0: it has none */
};

/* The source that is made of slabs. Its struct must not be moved or copied while it is in use. */
struct slab_source {
    struct object_source source; /* what a pool is given */
    pthread_mutex_t lock;        /* of `slabs` */
    struct pool slabs;           /* where the objects are */
};

/*
 * Makes a source of objects of object_size bytes, aligned to `alignment`; both as pool_init has
 * them, and so are the errors. Maps nothing yet.
 */
int slab_source_init(struct slab_source *source, size_t object_size, size_t alignment);

/* Gives all memory back to the kernel: of all objects, also those that are not dropped yet. */
void slab_source_destroy(struct slab_source *source);

/* What follows is for the pools: each calls the two for every object that it hands out or takes. */

void object_source_mark(const struct object_source *source, void *object, bool is_free);

/* The object goes out to the user. */
static inline void object_source_taken(const struct object_source *source, void *object)
{
#if POOL_DEBUG
    object_source_mark(source, object, false);
#endif
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(object, source->object_size);
#endif
    (void)source;
    (void)object;
}

/* The object has come back from the user. */
static inline void object_source_returned(const struct object_source *source, void *object)
{
#if POOL_DEBUG
    object_source_mark(source, object, true);
#endif
#if POOL_ASAN
    ASAN_POISON_MEMORY_REGION(object, source->object_size);
#endif
    (void)source;
    (void)object;
}

/* A new object, free as those are that were put; NULL with errno ENOMEM. */
void *object_source_make(const struct object_source *source);

/* Gives up a free object. */
void object_source_drop(const struct object_source *source, void *object);

#ifdef __cplusplus
}
#endif

#endif
