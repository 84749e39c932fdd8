/*
 * A pool for several threads in which the common get and put touch nothing shared: each thread
 * takes objects from a magazine of its own and puts them back into it, as a machine gun does.
 * Bonwick, Adams, "Magazines and Vmem", USENIX 2001, section 3.
 *
 *     struct magazine_pool pool;
 *     if (magazine_pool_init(&pool, &source, 0) != 0)     // source: see object_source.h
 *         return -1;                                      // errno says why
 *     struct node *node = magazine_get(&pool);            // NULL: out of memory
 *     magazine_put(&pool, node);
 *     magazine_pool_destroy(&pool);
 *
 * A magazine is an array of up to `rounds` free objects. A thread's cache has two, the loaded one
 * and the previous one, and exchanges a magazine with the depot, under the depot's lock, only when
 * both are empty (get) or both are full (put). So between two exchanges lie at least `rounds` gets
 * or puts, whatever their order; only a magazine that a closed cache left behind half full makes
 * it sooner. When the depot has none either, an object is made by the source, or a magazine is.
 *
 * There are two ways to a cache: a handle, which its owner opens and closes (magazine_cache_get and
 * magazine_cache_put), and the thread's own one, found by the pool in thread-local storage
 * (magazine_get and magazine_put), which is opened at first use and closed when the thread ends.
 * A closed cache's magazines go to the depot, where other threads find them. Objects and pools of
 * both ways are the same. Up to MAGAZINE_POOLS pools at a time have the second; for one more, and
 * in a thread whose end cannot be watched, it goes to the source each time.
 *
 * Contents: an object fresh from get holds what it held when it was put, or what the source made.
 *
 * Threads: get and put may be called from any number at a time, each with a cache of its own; an
 * object may be put by another thread than the one that got it. magazine_pool_reap may be called at
 * any time. init and destroy are called by one thread, while no other uses the pool and none that
 * has used it is about to end. None of it may be called from a signal handler.
 *
 * Errors: magazine_pool_init returns 0, or -1 with errno; a get returns NULL with errno ENOMEM, as
 * its source does. Nothing else can fail: an object for which there is no magazine is dropped.
 *
 * Misuse is caught as the source has it.
 */
#ifndef ALLOCOST_MAGAZINE_POOL_H
#define ALLOCOST_MAGAZINE_POOL_H

#include "object_source.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MAGAZINE_POOLS = 16,       /* that can have thread-local caches at a time, in a process */
    MAGAZINE_ROUNDS_MIN = 4,   /* when the number of rounds is chosen */
    MAGAZINE_ROUNDS_MAX = 64,  /* likewise; 512 bytes of pointers */
    MAGAZINE_BYTES = 256 << 10 /* of the objects in a magazine, within these limits */
};

/*
 * A magazine that lies in the depot, or is a cache's previous one. The loaded one's count is in the
 * cache.
 */
struct magazine {
    struct magazine *next; /* in a list of the depot */
    uint32_t count;        /* of its rounds that hold an object: the first ones */
    void *rounds[];        /* free objects, `rounds` of the pool at most */
};

/* What one thread has of a pool. Two cache lines apart from the next: some CPUs fetch pairs. */
struct magazine_cache {
    void **rounds;                            /* of the loaded magazine; NULL: there is none */
    uint32_t count;                           /* objects in it */
    uint32_t limit;                           /* objects that it can hold; 0: there is none */
    struct magazine *loaded;                  /* or NULL; owned */
    struct magazine *previous;                /* or NULL, never without `loaded`; owned */
    struct magazine_pool *pool;               /* NULL: not open */
    struct magazine_cache *next_open, **link; /* in the pool's list of open caches */
} __attribute__((aligned(128)));

/* A pool. Its fields are for the functions below; reading the counters while no thread is in the
 * pool is fine. The struct must not be moved or copied while the pool is in use. */
struct magazine_pool {
    const struct object_source *source; /* not owned */
    uint32_t rounds;                    /* of every magazine */
    uint32_t slot;                      /* of the threads' own caches; MAGAZINE_POOLS: none */

    /* The depot's, of all below; apart from what every get and put by a thread reads. */
    pthread_mutex_t lock __attribute__((aligned(128)));
    struct magazine *filled;     /* magazines with objects, the last one in first */
    struct magazine *empty;      /* magazines without */
    size_t filled_count;         /* how many there are in `filled` */
    size_t filled_min;           /* the fewest there were since the last reap */
    struct magazine_cache *open; /* all caches that are open */
    struct pool magazines;       /* where the magazines are */
    uint64_t exchange_count;     /* how often a cache went to the depot */
    uint64_t made_count;         /* objects that the source was asked for */
    uint64_t dropped_count;      /* objects that went back to it */
};

/*
 * Makes an empty pool over the source. `rounds` is the size of a magazine, at most 65536; 0: as
 * many objects as make MAGAZINE_BYTES, within the limits above. Returns 0, or -1 with errno (EINVAL
 * for the rounds, what pthread_mutex_init says otherwise), and then it must not be used.
 */
int magazine_pool_init(struct magazine_pool *pool, const struct object_source *source,
                       size_t rounds);

/*
 * Drops all free objects, closes all caches and gives the magazines back to the kernel. Objects
 * that are out remain the source's.
 */
void magazine_pool_destroy(struct magazine_pool *pool);

/*
 * Drops the objects of those magazines that have lain in the depot, unused, since the last call:
 * called from time to time it takes back what a peak has left. The caches keep theirs. Returns the
 * number of objects.
 */
size_t magazine_pool_reap(struct magazine_pool *pool);

/* Makes *cache a cache of the pool for one thread. Cannot fail. It must not be moved while open. */
void magazine_cache_open(struct magazine_cache *cache, struct magazine_pool *pool);

/* Gives the cache's magazines to the depot. Nothing happens when it is closed already. */
void magazine_cache_close(struct magazine_cache *cache);

/* Returns an object, or NULL with errno ENOMEM. It is the user's until it is put. */
static inline void *magazine_cache_get(struct magazine_cache *cache);

/* Takes back an object, not NULL, that any cache of the same pool has given. */
static inline void magazine_cache_put(struct magazine_cache *cache, void *object);

/* The same two with the calling thread's own cache. */
static inline void *magazine_get(struct magazine_pool *pool);
static inline void magazine_put(struct magazine_pool *pool, void *object);

/* What follows is how the inline functions are made; nobody else calls it. */

/* The thread's own caches: slot i belongs to the pool that has it. initial-exec: no call to find
 * it. The last one never opens. */
extern __thread struct magazine_cache magazine_thread_caches[MAGAZINE_POOLS + 1]
    __attribute__((tls_model("initial-exec")));

void *magazine_refill(struct magazine_cache *cache, struct magazine_pool *pool)
    __attribute__((__cold__, __noinline__));
void magazine_spill(struct magazine_cache *cache, struct magazine_pool *pool, void *object)
    __attribute__((__cold__, __noinline__));

static inline __attribute__((always_inline)) void *magazine_take(struct magazine_cache *cache,
                                                                 struct magazine_pool *pool)
{
    void *object;
    const uint32_t count = cache->count;
    if (__builtin_expect(count == 0, 0)) {
        object = magazine_refill(cache, pool);
        if (object == NULL)
            return NULL;
    } else {
        object = cache->rounds[count - 1];
        cache->count = count - 1;
    }
    object_source_taken(pool->source, object);
    return object;
}

static inline __attribute__((always_inline)) void
magazine_store(struct magazine_cache *cache, struct magazine_pool *pool, void *object)
{
    object_source_returned(pool->source, object);
    const uint32_t count = cache->count;
    if (__builtin_expect(count == cache->limit, 0)) {
        magazine_spill(cache, pool, object);
        return;
    }
    cache->rounds[count] = object;
    cache->count = count + 1;
}

static inline void *magazine_cache_get(struct magazine_cache *cache)
{
    return magazine_take(cache, cache->pool);
}

static inline void magazine_cache_put(struct magazine_cache *cache, void *object)
{
    magazine_store(cache, cache->pool, object);
}

static inline void *magazine_get(struct magazine_pool *pool)
{
    return magazine_take(&magazine_thread_caches[pool->slot], pool);
}

static inline void magazine_put(struct magazine_pool *pool, void *object)
{
    magazine_store(&magazine_thread_caches[pool->slot], pool, object);
}

#ifdef __cplusplus
}
#endif

#endif
