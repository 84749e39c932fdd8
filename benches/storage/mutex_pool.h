/*
 * A pool for several threads, the plainest one: a free list behind a lock.
 *
 *     struct mutex_pool pool;
 *     if (mutex_pool_init(&pool, sizeof(struct node), _Alignof(struct node)) != 0)
 *         return -1;                                   // errno says why
 *     struct node *node = mutex_pool_get(&pool);       // NULL: out of memory
 *     mutex_pool_put(&pool, node);
 *     mutex_pool_destroy(&pool);
 *
 * All else (contents of an object, errors, what is caught of misuse) is as the pool of one thread
 * has it.
 *
 * Threads: get and put may be called from any number at a time; an object may be put by another
 * thread than the one that got it. init and destroy are called by one, while no other uses the
 * pool.
 */
#ifndef ALLOCOST_MUTEX_POOL_H
#define ALLOCOST_MUTEX_POOL_H

#include "pool.h"

#include <errno.h>
#include <pthread.h>

/* A pool behind a lock. Its struct must not be moved or copied while the pool is in use. */
struct mutex_pool {
    pthread_mutex_t lock; /* of `pool` */
    struct pool pool;     /* where the objects are */
} __attribute__((aligned(POOL_ALIGNMENT_MAX)));

/* Makes an empty pool; arguments, result and errors are those of pool_init. */
static inline int mutex_pool_init(struct mutex_pool *pool, size_t object_size, size_t alignment)
{
    if (pool_init(&pool->pool, object_size, alignment, 0) != 0)
        return -1;
    const int error = pthread_mutex_init(&pool->lock, NULL);
    if (error != 0)
        errno = error;
    return error == 0 ? 0 : -1;
}

/* Returns an object, or NULL with errno ENOMEM. It is the pool's; give it back by put. */
static inline void *mutex_pool_get(struct mutex_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    void *const object = pool_get(&pool->pool);
    pthread_mutex_unlock(&pool->lock);
    return object;
}

/* Takes back an object that get of the same pool returned, not NULL. */
static inline void mutex_pool_put(struct mutex_pool *pool, void *object)
{
    pthread_mutex_lock(&pool->lock);
    pool_put(&pool->pool, object);
    pthread_mutex_unlock(&pool->lock);
}

/* Gives all memory back to the kernel. */
static inline void mutex_pool_destroy(struct mutex_pool *pool)
{
    pool_destroy(&pool->pool);
    pthread_mutex_destroy(&pool->lock);
}

#endif
