/* The pools that sync_pool compares: what each thread has of them, and how it gets and puts. */
#ifndef SYNC_POOL_WAYS_H
#define SYNC_POOL_WAYS_H

#include "bench.h"
#include "keep.h"
#include "magazine_pool.h"
#include "mutex_pool.h"
#include "spsc_ring.h"
#include "treiber_pool.h"
#include "victim_pool.h"

enum { DEPTH_MAX = 64, NOWHERE_BYTES = 64, RING_SLOTS = 256 };

enum how {
    FREELIST_INLINE,
    FREELIST_CALL,
    TLS_MAGAZINE,
    MAGAZINE,
    VICTIM,
    MUTEX,
    TREIBER,
    MALLOC,
    PUT_SLICE_HEADER,
    NOWHERE /* one static object, for the ring alone */
};

/* What Go copies into a box when a slice becomes an `any`. */
struct slice_header {
    uint64_t *data;
    size_t length;
    size_t capacity;
};

/* Made once: every pool that threads share. */
struct shared {
    struct slab_source slabs; /* of `magazines` and `victims` */
    struct magazine_pool magazines;
    struct victim_pool victims;
    struct victim_pool boxes; /* of put_slice_header */
    struct mutex_pool mutex;
    struct treiber_pool treiber;
    struct spsc_ring *ring; /* of _apart: pointers to objects */
};

/* Made for each thread. */
struct state {
    struct magazine_cache magazine;
    struct victim_cache *victim;
    struct victim_cache *box;
    struct shared *shared;
    uint64_t
        first; /* what the thread's first object is filled with; differs from thread to thread */
    size_t size;
    size_t depth;  /* how many objects are held at a time */
    bool receives; /* _apart: this thread puts */
    struct pool freelist;
    uint64_t *held[DEPTH_MAX];
};

static uint64_t nowhere[NOWHERE_BYTES / sizeof(uint64_t)];

BODY uint64_t *get(enum how how, size_t size, struct state *state)
{
    uint64_t *object = NULL;
    switch (how) {
    case FREELIST_INLINE:
        object = pool_get(&state->freelist);
        break;
    case FREELIST_CALL:
        object = pool_get_call(&state->freelist);
        break;
    case TLS_MAGAZINE:
        object = magazine_get(&state->shared->magazines);
        break;
    case MAGAZINE:
        object = magazine_cache_get(&state->magazine);
        break;
    case VICTIM:
        object = victim_cache_get(state->victim);
        break;
    case MUTEX:
        object = mutex_pool_get(&state->shared->mutex);
        break;
    case TREIBER:
        object = treiber_pool_get(&state->shared->treiber);
        break;
    case MALLOC:
        object = malloc(size);
        break;
    case PUT_SLICE_HEADER: {
        struct slice_header *const box = victim_cache_get(state->box);
        bench_require(box);
        object = box->data;
        free(box);
        break;
    }
    case NOWHERE:
        object = nowhere;
        HIDE(object);
        break;
    }
    bench_require(object);
    return object;
}

BODY void put(enum how how, size_t size, struct state *state, uint64_t *object)
{
    switch (how) {
    case FREELIST_INLINE:
        pool_put(&state->freelist, object);
        break;
    case FREELIST_CALL:
        pool_put_call(&state->freelist, object);
        break;
    case TLS_MAGAZINE:
        magazine_put(&state->shared->magazines, object);
        break;
    case MAGAZINE:
        magazine_cache_put(&state->magazine, object);
        break;
    case VICTIM:
        victim_cache_put(state->victim, object);
        break;
    case MUTEX:
        mutex_pool_put(&state->shared->mutex, object);
        break;
    case TREIBER:
        treiber_pool_put(&state->shared->treiber, object);
        break;
    case MALLOC:
        free(object);
        break;
    case PUT_SLICE_HEADER: {
        struct slice_header *const box = malloc(sizeof *box);
        bench_require(box);
        *box = (struct slice_header){.data = object, .length = 0, .capacity = size};
        victim_cache_put(state->box, box);
        break;
    }
    case NOWHERE:
        break;
    }
}

#endif
