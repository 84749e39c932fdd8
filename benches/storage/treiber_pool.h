/*
 * A pool for several threads without a lock: one stack of free objects, changed by
 * compare-and-swap. R. K. Treiber, "Systems programming: coping with parallelism", IBM RJ 5118,
 * 1986.
 *
 *     struct treiber_pool pool;
 *     if (treiber_pool_init(&pool, sizeof(struct node), _Alignof(struct node), 100000) != 0)
 *         return -1;                                   // errno says why
 *     struct node *node = treiber_pool_get(&pool);     // NULL: 100000 are out
 *     treiber_pool_put(&pool, node);
 *     treiber_pool_destroy(&pool);
 *
 * All objects lie in one mapping of address space, `capacity` of them; memory is used for those
 * that were ever handed out. A free object's link is not in the object but before it, because a
 * thread that is about to lose the race for an object still reads its link while the winner
 * already writes to the object.
 *
 * The stack's head is the index of the first object and a tag that every put changes, together in
 * 64 bits, which every 64-bit machine can compare and swap. Without the tag a get could install the
 * link that it read before its object was taken and put back (the ABA problem); with it that takes
 * exactly a multiple of 2^32 puts between two instructions of the get.
 *
 * Contents: an object fresh from get holds what it held when it was put, or zeros.
 *
 * Threads: get and put may be called from any number at a time, also from a signal handler; an
 * object may be put by another thread than the one that got it. init and destroy are called by one,
 * while no other uses the pool.
 *
 * Errors: treiber_pool_init returns 0, or -1 with errno; treiber_pool_get returns NULL with errno
 * ENOMEM. Nothing else can fail.
 *
 * Misuse: with POOL_DEBUG a put of an object that is free already, or of a pointer that is none of
 * the pool's, is said on stderr and aborts. Under AddressSanitizer free objects are poisoned. All
 * files that use a pool are compiled alike.
 */
#ifndef ALLOCOST_TREIBER_POOL_H
#define ALLOCOST_TREIBER_POOL_H

#include "pool.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before every object. */
struct treiber_node {
    _Atomic(uint32_t) next;    /* index of the free object below it, plus 1; 0: it is the last */
    uint32_t index;            /* of the object in the mapping, plus 1; 0: never handed out */
    _Atomic(uint32_t) is_free; /* with POOL_DEBUG: whether the object is in the stack */
    uint32_t reserved;         /* not used: the object after it is aligned to 16 at least */
};

/* A pool. Its fields are for the functions below. The struct must not be moved while in use. */
struct treiber_pool {
    char *objects;        /* the first object; each has its node before it; NULL: not initialised */
    size_t stride;        /* bytes from one object to the next */
    size_t object_size;   /* bytes that the user asked for */
    size_t capacity;      /* objects that the mapping holds */
    char *mapping;        /* owned */
    size_t mapping_bytes; /* its size */

    /* Index of the first free object, plus 1, below the tag; written by every get and put. */
    _Atomic(uint64_t) head __attribute__((aligned(128)));
    _Atomic(uint64_t) made __attribute__((aligned(128))); /* objects that were ever handed out */
};

/*
 * Makes an empty pool for up to `capacity` objects of object_size bytes, at least 1, aligned to
 * `alignment`, a power of two up to POOL_ALIGNMENT_MAX, and to 16 in any case. Returns 0, or -1
 * with errno EINVAL (one of these is not allowed), EOVERFLOW (too much for the address space) or
 * ENOMEM, and then the pool must not be used.
 */
int treiber_pool_init(struct treiber_pool *pool, size_t object_size, size_t alignment,
                      size_t capacity);

/* Returns an object, or NULL with errno ENOMEM. It is the pool's; give it back by put. */
static inline void *treiber_pool_get(struct treiber_pool *pool);

/* Takes back an object that get of the same pool returned, not NULL. */
static inline void treiber_pool_put(struct treiber_pool *pool, void *object);

/* Gives all memory back to the kernel. */
void treiber_pool_destroy(struct treiber_pool *pool);

/* What follows is how the inline functions are made; nobody else calls it. */

void *treiber_pool_make(struct treiber_pool *pool) __attribute__((__cold__, __noinline__));
void treiber_pool_mark(const struct treiber_pool *pool, void *object, bool is_free);

static inline struct treiber_node *treiber_node_at(const struct treiber_pool *pool, uint32_t index)
{
    return (struct treiber_node *)(void *)(pool->objects + (index - 1) * pool->stride) - 1;
}

static inline void *treiber_pool_get(struct treiber_pool *pool)
{
    uint64_t head = atomic_load_explicit(&pool->head, memory_order_acquire);
    struct treiber_node *node;
    uint64_t rest;
    do {
        const uint32_t index = (uint32_t)head;
        if (__builtin_expect(index == 0, 0))
            return treiber_pool_make(pool);
        node = treiber_node_at(pool, index);
        rest = (head & ~UINT64_C(0xffffffff)) |
               atomic_load_explicit(&node->next, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&pool->head, &head, rest, memory_order_acquire,
                                                    memory_order_acquire));
#if POOL_DEBUG
    treiber_pool_mark(pool, node + 1, false);
#endif
    return node + 1;
}

static inline void treiber_pool_put(struct treiber_pool *pool, void *object)
{
#if POOL_DEBUG
    treiber_pool_mark(pool, object, true);
#endif
    struct treiber_node *const node = (struct treiber_node *)object - 1;
    uint64_t head = atomic_load_explicit(&pool->head, memory_order_relaxed);
    uint64_t full;
    do {
        atomic_store_explicit(&node->next, (uint32_t)head, memory_order_relaxed);
        full = ((head >> 32) + 1) << 32 | node->index;
    } while (!atomic_compare_exchange_weak_explicit(&pool->head, &head, full, memory_order_release,
                                                    memory_order_relaxed));
}

#endif
