/*
 * Proof that a pool hands no object out twice: threads get, hold, swap with one another and put at
 * random, and every object has a stamp that says whether it is out.
 *
 * The stamps of who holds what are changed by atomic exchanges in relaxed order, so that they catch
 * a second hand-out and yet order nothing; the objects themselves are written and read plainly, so
 * that ThreadSanitizer sees every pool that does not order what its threads do.
 */
#ifndef ALLOCOST_TEST_HAND_OUT_H
#define ALLOCOST_TEST_HAND_OUT_H

#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum {
    HAND_OUT_STAMPS = 1 << 15, /* objects that a pool may have in a test, and room for hashing */
    HAND_OUT_HELD = 100,       /* objects that a thread holds at most */
    HAND_OUT_SWAPS = 16,       /* places where threads leave objects for one another */
    HAND_OUT_THREADS_MAX = 16
};

/* A pool, as the test sees it. */
struct hand_out_pool {
    void *(*open)(void *pool);               /* a handle for the calling thread */
    void (*close)(void *handle);             /* called by the same thread */
    void *(*get)(void *handle);              /* an object, never NULL in these tests */
    void (*put)(void *handle, void *object); /* that any thread got */
    void (*disturb)(void *pool);             /* called now and then by one thread; or NULL */
    void *pool;                              /* given to open and disturb */
    size_t object_size;                      /* in bytes, a multiple of 8 */
};

/* What is known of one object. */
struct hand_out_stamp {
    _Atomic(uintptr_t) object; /* whose stamp it is; 0: nobody's */
    _Atomic(bool) is_out;      /* between its get and its put */
    uint64_t generation;       /* what its holder has written to it; the holder's alone */
};

/* One test. */
struct hand_out {
    const struct hand_out_pool *pool;
    uint64_t rounds;                         /* of each thread */
    _Atomic(uint64_t) next_seed;             /* the threads count it up */
    _Atomic(uint64_t) generations;           /* hand-outs so far */
    _Atomic(uint64_t) twice;                 /* objects that were out already */
    _Atomic(uint64_t) overwritten;           /* objects that another than the holder wrote */
    _Atomic(uintptr_t) swap[HAND_OUT_SWAPS]; /* objects on their way to another thread */
    struct hand_out_stamp stamps[HAND_OUT_STAMPS];
};

/* The object's stamp; made when there is none yet. */
static inline struct hand_out_stamp *hand_out_stamp(struct hand_out *test, const void *object)
{
    const uintptr_t key = (uintptr_t)object;
    for (size_t i = key * UINT64_C(0x9e3779b97f4a7c15) >> 49, tries = 0;; i++, tries++) {
        struct hand_out_stamp *const stamp = &test->stamps[i % HAND_OUT_STAMPS];
        uintptr_t found = 0;
        if (atomic_compare_exchange_strong_explicit(&stamp->object, &found, key,
                                                    memory_order_relaxed, memory_order_relaxed) ||
            found == key)
            return stamp;
        if (tries == HAND_OUT_STAMPS)
            abort(); /* the pool has more objects than any test asks for */
    }
}

/* First and last word of the object. */
static inline void hand_out_write(const struct hand_out *test, uint64_t *object, uint64_t value)
{
    object[0] = value;
    object[test->pool->object_size / sizeof value - 1] = value;
}

static inline uint64_t *hand_out_get(struct hand_out *test, void *handle)
{
    uint64_t *const object = test->pool->get(handle);
    if (object == NULL)
        abort();
    struct hand_out_stamp *const stamp = hand_out_stamp(test, object);
    const uint64_t generation =
        1 + atomic_fetch_add_explicit(&test->generations, 1, memory_order_relaxed);
    if (atomic_exchange_explicit(&stamp->is_out, true, memory_order_relaxed))
        atomic_fetch_add_explicit(&test->twice, 1, memory_order_relaxed);
    stamp->generation = generation;
    hand_out_write(test, object, generation);
    return object;
}

static inline void hand_out_put(struct hand_out *test, void *handle, uint64_t *object)
{
    struct hand_out_stamp *const stamp = hand_out_stamp(test, object);
    const size_t last = test->pool->object_size / sizeof *object - 1;
    if (object[0] != stamp->generation || object[last] != stamp->generation)
        atomic_fetch_add_explicit(&test->overwritten, 1, memory_order_relaxed);
    atomic_store_explicit(&stamp->is_out, false, memory_order_relaxed);
    test->pool->put(handle, object);
}

static inline void *hand_out_thread(void *argument)
{
    struct hand_out *const test = argument;
    const struct hand_out_pool *const pool = test->pool;
    const uint64_t seed = atomic_fetch_add_explicit(&test->next_seed, 1, memory_order_relaxed);
    uint64_t random = seed + 1;
    uint64_t *held[HAND_OUT_HELD];
    size_t count = 0;
    void *handle = pool->open(pool->pool);
    for (uint64_t i = 0; i < test->rounds; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        const uint64_t dice = random >> 40;
        /* Now more gets than puts, now fewer, so that the number of held objects goes up and down.
         */
        const bool grow = dice % 8 < (i / 500 % 2 != 0 ? 5 : 3);
        if (grow && count < HAND_OUT_HELD) {
            held[count++] = hand_out_get(test, handle);
        } else if (!grow && count > 0) {
            const size_t which = dice / 8 % count;
            uint64_t *const object = held[which];
            held[which] = held[--count];
            hand_out_put(test, handle, object);
        }
        if (dice / 8 % 4 == 0 && count > 0) {
            const uintptr_t other =
                atomic_exchange_explicit(&test->swap[dice / 64 % HAND_OUT_SWAPS],
                                         (uintptr_t)held[count - 1], memory_order_acq_rel);
            if (other != 0)
                held[count - 1] = (uint64_t *)other;
            else
                count--;
        }
        if (i % 1000 == 999 && seed == 0 && pool->disturb != NULL)
            pool->disturb(pool->pool);
        if (i % 5000 == 4999) {
            pool->close(handle);
            handle = pool->open(pool->pool);
        }
    }
    while (count > 0)
        hand_out_put(test, handle, held[--count]);
    pool->close(handle);
    return NULL;
}

/* Runs so many threads, `rounds` gets or puts each. Everything that is got is put in the end. */
static inline void hand_out_run(struct hand_out *test, const struct hand_out_pool *pool,
                                unsigned threads, uint64_t rounds)
{
    pthread_t thread[HAND_OUT_THREADS_MAX];
    *test = (struct hand_out){.pool = pool, .rounds = rounds};
    if (threads > HAND_OUT_THREADS_MAX)
        abort();
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, hand_out_thread, test) != 0)
            abort();
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    void *const handle = pool->open(pool->pool);
    for (size_t i = 0; i < HAND_OUT_SWAPS; i++)
        if (test->swap[i] != 0)
            hand_out_put(test, handle, (uint64_t *)test->swap[i]);
    pool->close(handle);
}

#endif
