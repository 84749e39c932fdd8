/*
 * A pool for several threads that forgets: what lay in it, unused, over two ticks is dropped. It
 * has the structure of Go's sync.Pool (since Go 1.13), with a tick in the place of a garbage
 * collection.
 *
 *     struct victim_pool pool;
 *     if (victim_pool_init(&pool, &source, threads, 0) != 0)   // source: see object_source.h
 *         return -1;                                           // errno says why
 *     struct victim_cache *cache = victim_cache_open(&pool);   // NULL: more than `threads`
 *     struct node *node = victim_cache_get(cache);             // NULL: out of memory
 *     victim_cache_put(cache, node);
 *     victim_cache_close(cache);
 *     victim_pool_destroy(&pool);
 *
 * Each thread's cache has a private slot for one object, which costs no atomic operation, and
 * behind it a shared ring: its owner puts and gets at the head, and a thread that has nothing
 * itself steals from the tail. Each cache has that twice, for two generations. Puts go to the
 * younger one. A get looks at the private slot, the own ring, the rings of the others, and then, in
 * the same order, at the older generation, the victims. When all are empty the source makes an
 * object. A tick drops the victims and makes the younger generation the older one; so an object in
 * steady use is never dropped, and one that is not is dropped by the second tick.
 *
 * Three things are not as in Go. A ring has a fixed size, and an object that finds it full is
 * dropped; Go's grows. No world is stopped: a thread notices a tick at its next get or put, and
 * one that makes none keeps its objects (others may still steal from its rings). And a closed
 * cache's private object goes to its ring, for others to steal.
 *
 * Contents: an object fresh from get holds what it held when it was put, or what the source made.
 * An object of a user's own source may be any pointer but NULL; nothing is written to it.
 *
 * Threads: a cache belongs to the thread that opened it. An object may be put by another thread
 * than the one that got it. victim_pool_tick may be called by any thread at any time. init and
 * destroy are called by one, while no other uses the pool.
 *
 * Errors: victim_pool_init returns 0, or -1 with errno; victim_cache_open returns NULL with errno
 * EAGAIN; a get returns NULL with errno ENOMEM, as its source does. Nothing else can fail.
 *
 * Misuse is caught as the source has it.
 */
#ifndef ALLOCOST_VICTIM_POOL_H
#define ALLOCOST_VICTIM_POOL_H

#include "object_source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VICTIM_RING_SLOTS = 1024,   /* of a ring when its size is chosen */
    VICTIM_THREADS_MAX = 65536, /* caches that a pool can have */
    VICTIM_GENERATIONS = 2      /* the younger one and the victims */
};

/*
 * Free objects between a tail, where any thread takes, and a head, where the owner alone puts and
 * takes. Head and tail are in one word, so that taking the last object from both ends is decided by
 * one compare-and-swap. A slot is NULL when nothing is in it: a thief empties it after it has moved
 * the tail, and until then the owner does not put there.
 */
struct victim_ring {
    _Atomic(uint64_t) head_tail; /* head in the upper half, tail in the lower one, both modulo 2^32
                                  */
    _Atomic(void *) *slots;      /* the pool's ring_slots */
};

/*
 * What one thread has of a pool: first what is the owner's alone, then, on a line that no get or
 * put of a private object touches, what thieves read and write. Apart from the next cache by two
 * lines, as some CPUs fetch pairs.
 */
struct victim_cache {
    void *private_slot[VICTIM_GENERATIONS]; /* an object or NULL */
    uint32_t younger;         /* which generation is the younger one; the other: the victims */
    uint32_t epoch;           /* ticks of the pool that the owner has noticed */
    struct victim_pool *pool; /* whose it is */
    uint64_t made_count;      /* objects that the source was asked for */
    uint64_t stolen_count;    /* objects that were taken from another's ring */
    bool is_open;             /* whether a thread owns it; under the pool's lock */

    _Atomic(uint32_t) shown __attribute__((aligned(64))); /* `younger`, for thieves */
    struct victim_ring ring[VICTIM_GENERATIONS];          /* the shared part */
} __attribute__((aligned(128)));

/* A pool. Its fields are for the functions below. The struct must not be moved while in use. */
struct victim_pool {
    const struct object_source *source; /* not owned */
    struct victim_cache *caches;        /* `threads` of them; one mapping with their rings; owned */
    uint32_t threads;                   /* how many there are */
    uint32_t ring_slots;                /* of each ring, a power of two */
    size_t mapped_bytes;                /* of that mapping */
    _Atomic(uint32_t) used;             /* caches that were ever open: the first ones */
    pthread_mutex_t lock;               /* of opening, closing and ticking */

    /* Read by every get and put, written by a tick; hence apart from what else is written. */
    _Atomic(uint32_t) epoch __attribute__((aligned(128))); /* ticks so far */
    _Atomic(uint32_t) hopeless; /* epoch + 1 in which a thread found no victims anywhere; or 0 */
};

/*
 * Makes an empty pool over the source, for up to `threads` open caches (1 to VICTIM_THREADS_MAX).
 * ring_slots is how many objects a ring holds, a power of two up to 2^20; 0: VICTIM_RING_SLOTS.
 * Returns 0, or -1 with errno (EINVAL for the two numbers, ENOMEM, what pthread_mutex_init says
 * otherwise), and then it must not be used.
 */
int victim_pool_init(struct victim_pool *pool, const struct object_source *source, size_t threads,
                     size_t ring_slots);

/* Drops all free objects. Objects that are out remain the source's. Open caches become invalid. */
void victim_pool_destroy(struct victim_pool *pool);

/* Lets a generation go by; see above. Cannot fail. */
void victim_pool_tick(struct victim_pool *pool);

/* Returns a cache of the pool for the calling thread, or NULL with errno EAGAIN. The pool's. */
struct victim_cache *victim_cache_open(struct victim_pool *pool);

/* Gives the cache up. What is in it remains in the pool, for the other threads. */
void victim_cache_close(struct victim_cache *cache);

/* Returns an object, or NULL with errno ENOMEM. It is the user's until it is put. */
static inline void *victim_cache_get(struct victim_cache *cache);

/* Takes back an object, not NULL, that any cache of the same pool has given. */
static inline void victim_cache_put(struct victim_cache *cache, void *object);

/* Notices the ticks so far, as a get or a put would. */
static inline void victim_cache_catch_up(struct victim_cache *cache);

/* What follows is how the inline functions are made; nobody else calls it. */

void victim_cache_rotate(struct victim_cache *cache) __attribute__((__cold__, __noinline__));
void *victim_cache_get_shared(struct victim_cache *cache);
void victim_cache_put_shared(struct victim_cache *cache, void *object);

static inline void victim_cache_catch_up(struct victim_cache *cache)
{
    const uint32_t epoch = atomic_load_explicit(&cache->pool->epoch, memory_order_relaxed);
    if (__builtin_expect(cache->epoch != epoch, 0))
        victim_cache_rotate(cache);
}

static inline void *victim_cache_get(struct victim_cache *cache)
{
    victim_cache_catch_up(cache);
    void **const slot = &cache->private_slot[cache->younger];
    void *object = *slot;
    if (object != NULL)
        *slot = NULL;
    else
        object = victim_cache_get_shared(cache);
    if (__builtin_expect(object != NULL, 1))
        object_source_taken(cache->pool->source, object);
    return object;
}

static inline void victim_cache_put(struct victim_cache *cache, void *object)
{
    object_source_returned(cache->pool->source, object);
    victim_cache_catch_up(cache);
    void **const slot = &cache->private_slot[cache->younger];
    if (*slot == NULL)
        *slot = object;
    else
        victim_cache_put_shared(cache, object);
}

#endif
