/*
 * A pool of objects of one size: get and put cost a few instructions, inline.
 *
 *     struct pool pool;
 *     if (pool_init(&pool, sizeof(struct node), _Alignof(struct node), 0) != 0)
 *         return -1;                              // errno says why
 *     struct node *node = pool_get(&pool);        // NULL: out of memory
 *     pool_put(&pool, node);
 *     pool_destroy(&pool);
 *
 * Objects live in slabs that come straight from the kernel, never from malloc. A slab is twice as
 * large as the one before it until it reaches POOL_SLAB_CAP_BYTES, and stays mapped until
 * pool_destroy. Free objects form a list that runs through their own first eight bytes, last in,
 * first out; a new slab joins that list a page at a time, so memory that was never asked for is
 * never touched.
 *
 * Contents: an object fresh from pool_get holds anything. Between put and the next get of an object
 * its first eight bytes are overwritten, the rest is left alone (but see POOL_DEBUG).
 *
 * Threads: none. A pool has one owner at a time; give each thread its own.
 *
 * Errors: pool_init returns 0, or -1 with errno; pool_get returns NULL with errno ENOMEM. Nothing
 * else can fail. After a failure the pool is as it was before the call.
 *
 * Misuse: with POOL_DEBUG, pool_put checks that the pointer came from this pool, that it is the
 * start of an object and that it was not put before, and otherwise says which on stderr and aborts.
 * It also overwrites the rest of the object with POOL_DEBUG_BYTE. Without it none of this is looked
 * at: such a call breaks the pool. What counts is how the file that calls pool_init was compiled;
 * files with and without POOL_DEBUG may share a pool, then only puts from the files with it are
 * checked. Under AddressSanitizer free objects are also poisoned, and a red zone stands between
 * objects, so that a read or write of what was put back, or beyond an object's end, is reported
 * where it happens; then every file that uses the pool, and the pool's own, is compiled with it.
 */
#ifndef ALLOCOST_POOL_H
#define ALLOCOST_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__SANITIZE_ADDRESS__)
#define POOL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_ASAN 1
#endif
#endif
#ifndef POOL_ASAN
#define POOL_ASAN 0
#endif

/* 1: misuse is caught. By default so when assertions are on, and under AddressSanitizer. */
#ifndef POOL_DEBUG
#if !defined(NDEBUG) || POOL_ASAN
#define POOL_DEBUG 1
#else
#define POOL_DEBUG 0
#endif
#endif

#if POOL_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum {
    POOL_ALIGNMENT_MAX = 64,           /* bytes: a cache line on x86-64 and most of AArch64 */
    POOL_SLAB_FIRST_BYTES = 64 * 1024, /* of the first slab when its object count is chosen */
    POOL_SLAB_CAP_BYTES = 4 << 20,     /* a slab that doubling would make larger stays as it is */
    POOL_DEBUG_BYTE = 0xd5             /* in a free object; as a pointer it is not canonical */
};

/* The first bytes of a free object. may_alias: the object's owner gave them another type. */
struct pool_link {
    struct pool_link *next; /* free object put before this one; NULL: this is the last */
} __attribute__((__may_alias__));

struct pool_slab;

/* A pool. Its fields are for the functions below; reading the sizes is fine. */
struct pool {
    struct pool_link *free;   /* head of the free list; NULL in a checked pool (see checked_free) */
    size_t object_size;       /* bytes, as given to pool_init, but at least 8 */
    size_t stride;            /* bytes from one object of a slab to the next */
    char *carve;              /* start of the part of `slab` that never was in the list */
    char *carve_end;          /* its end; equal to `carve` when there is none */
    struct pool_slab *slab;   /* the slab that is being carved; NULL before the first get */
    struct pool_slab *slabs;  /* all slabs, oldest first; owned */
    size_t next_slab_objects; /* how many objects the next new slab will hold */
    size_t mapped_bytes;      /* of all slabs, as the kernel counts: their headers and tails too */
    struct pool_link *checked_free; /* in a checked pool, the free list; a get finds `free` empty */
    bool checked; /* whether misuse is caught, from POOL_DEBUG where pool_init was */
};

/*
 * Makes an empty pool; maps nothing yet. object_size is in bytes, at least 1. Objects are aligned
 * to `alignment`, a power of two up to POOL_ALIGNMENT_MAX, and to 8 in any case. objects_per_slab
 * is how many objects the first slab holds, and the rest of the growth starts from it; 0: chosen,
 * about POOL_SLAB_FIRST_BYTES. Returns 0, or -1 with errno EINVAL (a size or an alignment that is
 * not allowed) or EOVERFLOW (a slab would not fit into the address space), and then the pool must
 * not be used. The struct must not be moved or copied while the pool is in use.
 */
static inline int pool_init(struct pool *pool, size_t object_size, size_t alignment,
                            size_t objects_per_slab);

/* Returns an object, or NULL with errno ENOMEM. It is the pool's; give it back with pool_put. */
static inline void *pool_get(struct pool *pool);

/* Takes back an object that pool_get of the same pool returned, not NULL. The next get returns it.
 */
static inline void pool_put(struct pool *pool, void *object);

/* The same two, not inlined: a call each, as malloc and free are. */
void *pool_get_call(struct pool *pool);
void pool_put_call(struct pool *pool, void *object);

/* Takes back all objects at once, in constant time (checked: linear). The slabs are kept. */
void pool_reset(struct pool *pool);

/* Gives all memory back to the kernel. The pool must be initialised again before it is used. */
void pool_destroy(struct pool *pool);

/* What follows is how the inline functions are made; nobody else calls it. */

int pool_open(struct pool *pool, size_t object_size, size_t alignment, size_t objects_per_slab,
              bool checked);
void *pool_refill(struct pool *pool) __attribute__((__cold__, __noinline__));
void pool_put_checked(struct pool *pool, void *object);

static inline int pool_init(struct pool *pool, size_t object_size, size_t alignment,
                            size_t objects_per_slab)
{
    return pool_open(pool, object_size, alignment, objects_per_slab, POOL_DEBUG != 0);
}

static inline void *pool_get(struct pool *pool)
{
    struct pool_link *const object = pool->free;
    if (__builtin_expect(object == NULL, 0))
        return pool_refill(pool);
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(object, pool->object_size);
#endif
    pool->free = object->next;
    return object;
}

static inline void pool_put(struct pool *pool, void *object)
{
#if POOL_DEBUG
    if (pool->checked) {
        pool_put_checked(pool, object);
        return;
    }
#endif
    struct pool_link *const link = (struct pool_link *)object;
    link->next = pool->free;
    pool->free = link;
#if POOL_ASAN
    ASAN_POISON_MEMORY_REGION(object, pool->stride);
#endif
}

#ifdef __cplusplus
}
#endif

#endif
