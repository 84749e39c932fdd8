/*
 * Slabs behind the pool's free list.
 *
 * A slab is one mapping: header, in a checked pool a bitmap of the objects that are handed out,
 * then the objects. `slab` is the one being carved; those after it in the chain were mapped before
 * a reset and wait for their turn.
 */
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * How much of a slab joins the free list at a time, in bytes: a page. Filling a pool of 64-byte
 * objects after a reset took 4.9 ns an object with one object at a time, 2.8 with 1 KiB, 2.2 with 4
 * KiB, 2.3 with 16 KiB and 2.4 with a whole slab (Zen 4, minimum of 40), and more than a page would
 * also write to memory that nobody has asked for.
 */
#ifndef POOL_CARVE_BYTES
#define POOL_CARVE_BYTES 4096
#endif

enum { LIVE_BITS = 64 }; /* of a word of the bitmap */

struct pool_slab {
    struct pool_slab *next; /* the next younger one; NULL: the youngest */
    size_t mapped_bytes;    /* of the mapping that begins with this header */
    char *objects;          /* the first object */
    size_t count;           /* how many objects there are */
    uint64_t live[];        /* checked pools only: bit i is set while object i is handed out */
};

static size_t round_up(size_t value, size_t power_of_two)
{
    return (value + power_of_two - 1) & ~(power_of_two - 1);
}

/* Bytes before the first object. */
static size_t head_bytes(const struct pool *pool, size_t count)
{
    const size_t words = pool->checked ? count / LIVE_BITS + 1 : 0;
    return round_up(sizeof(struct pool_slab) + words * sizeof(uint64_t), POOL_ALIGNMENT_MAX);
}

/* Size of the mapping for a slab of `count` objects, or 0 when it is beyond the address space. */
static size_t slab_bytes(const struct pool *pool, size_t count)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, pool->stride, &bytes) || bytes > PTRDIFF_MAX / 2)
        return 0;
    return round_up(head_bytes(pool, count) + bytes, (size_t)sysconf(_SC_PAGESIZE));
}

/* How many objects the first slab holds when the caller does not care. */
static size_t choose_count(const struct pool *pool)
{
    const size_t eight = pool->stride < POOL_SLAB_CAP_BYTES / 8 ? pool->stride * 8 : 0;
    const size_t bytes = eight > POOL_SLAB_FIRST_BYTES ? eight : POOL_SLAB_FIRST_BYTES;
    size_t count = bytes / pool->stride;
    while (count > 1 && head_bytes(pool, count) + count * pool->stride > bytes)
        count--;
    return count > 0 ? count : 1;
}

int pool_open(struct pool *pool, size_t object_size, size_t alignment, size_t objects_per_slab,
              bool checked)
{
    if (object_size == 0 || alignment == 0 || alignment > POOL_ALIGNMENT_MAX ||
        (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return -1;
    }
    if (object_size > PTRDIFF_MAX / 4) {
        errno = EOVERFLOW;
        return -1;
    }
    const size_t least = sizeof(struct pool_link);
    const size_t usable = object_size < least ? least : object_size;
    const size_t red_zone = POOL_ASAN ? least : 0;
    *pool = (struct pool){
        .object_size = usable,
        .stride = round_up(usable + red_zone, alignment < least ? least : alignment),
        .checked = checked,
    };
    pool->next_slab_objects = objects_per_slab > 0 ? objects_per_slab : choose_count(pool);
    if (slab_bytes(pool, pool->next_slab_objects) == 0) {
        errno = EOVERFLOW;
        return -1;
    }
    return 0;
}

/* Makes the slab the one that is carved. NULL: there is none. */
static void start_slab(struct pool *pool, struct pool_slab *slab)
{
    pool->slab = slab;
    pool->carve = slab != NULL ? slab->objects : NULL;
    pool->carve_end = slab != NULL ? slab->objects + slab->count * pool->stride : NULL;
}

/* Maps a slab and puts it behind the youngest. Returns it, or NULL with errno ENOMEM. */
static struct pool_slab *map_slab(struct pool *pool)
{
    size_t count = pool->next_slab_objects;
    size_t bytes;
    void *block;
    for (;;) { /* when there is no room for a large one, a smaller one will do */
        bytes = slab_bytes(pool, count);
        block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block != MAP_FAILED)
            break;
        if (count == 1) {
            errno = ENOMEM;
            return NULL;
        }
        count /= 2;
    }
    struct pool_slab *const slab = block;
    slab->mapped_bytes = bytes;
    slab->count = count;
    slab->objects = (char *)block + head_bytes(pool, count);
#if POOL_ASAN
    ASAN_POISON_MEMORY_REGION(slab->objects, count * pool->stride);
#endif
    pool->mapped_bytes += bytes;
    if (pool->slab != NULL)
        pool->slab->next = slab;
    else
        pool->slabs = slab;
    if (count <= POOL_SLAB_CAP_BYTES / 2 / pool->stride)
        pool->next_slab_objects = count * 2;
    return slab;
}

/* Prints what was done wrong and aborts. */
_Noreturn static void misused(const char *what, const void *object)
{
    fprintf(stderr, "pool: %s: %p\n", what, object);
    abort();
}

/* The slab that the address lies in, or NULL. */
static struct pool_slab *find_slab(const struct pool *pool, const void *object)
{
    for (struct pool_slab *slab = pool->slabs; slab != NULL; slab = slab->next)
        if ((uintptr_t)object - (uintptr_t)slab->objects < slab->count * pool->stride)
            return slab;
    return NULL;
}

/* The word of the bitmap that has the object's bit, which is stored in *bit. */
static uint64_t *find_live(const struct pool *pool, struct pool_slab *slab, const void *object,
                           uint64_t *bit)
{
    const size_t index = ((uintptr_t)object - (uintptr_t)slab->objects) / pool->stride;
    *bit = UINT64_C(1) << index % LIVE_BITS;
    return &slab->live[index / LIVE_BITS];
}

/* Takes the object that was put last out of the list of a checked pool, and looks at it first. */
static void *get_checked(struct pool *pool)
{
    struct pool_link *const object = pool->checked_free;
    struct pool_slab *const slab = find_slab(pool, object);
    if (slab == NULL)
        misused("the free list is broken, an object was written to after it was put", object);
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(object, pool->object_size);
#endif
    const unsigned char *const bytes = (const unsigned char *)object;
    for (size_t i = sizeof *object; i < pool->object_size; i++)
        if (bytes[i] != POOL_DEBUG_BYTE)
            misused("the object was written to after it was put", object);
    uint64_t bit;
    uint64_t *const live = find_live(pool, slab, object, &bit);
    *live |= bit;
    pool->checked_free = object->next;
    return object;
}

void *pool_refill(struct pool *pool)
{
    if (pool->checked_free != NULL)
        return get_checked(pool);
    if (pool->carve == pool->carve_end) {
        struct pool_slab *next = pool->slab != NULL ? pool->slab->next : NULL;
        if (next == NULL)
            next = map_slab(pool);
        if (next == NULL)
            return NULL;
        start_slab(pool, next);
    }
    char *const object = pool->carve;
    pool->carve += pool->stride;
    if (pool->checked) {
        uint64_t bit;
        uint64_t *const live = find_live(pool, pool->slab, object, &bit);
        *live |= bit;
    }
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(object, pool->object_size);
#else
    if (!pool->checked) {
        /* The objects behind it join the list in the order of their addresses. */
        struct pool_link **tail = &pool->free;
        while (pool->carve != pool->carve_end && pool->carve - object < POOL_CARVE_BYTES) {
            struct pool_link *const link = (struct pool_link *)(void *)pool->carve;
            *tail = link;
            tail = &link->next;
            pool->carve += pool->stride;
        }
        *tail = NULL;
    }
#endif
    return object;
}

void pool_put_checked(struct pool *pool, void *object)
{
    struct pool_slab *const slab = find_slab(pool, object);
    if (slab == NULL)
        misused("foreign pointer, no object of this pool", object);
    if (((uintptr_t)object - (uintptr_t)slab->objects) % pool->stride != 0)
        misused("misaligned pointer, not the start of an object", object);
    uint64_t bit;
    uint64_t *const live = find_live(pool, slab, object, &bit);
    if ((*live & bit) == 0)
        misused("double put, the object is free already", object);
    *live &= ~bit;
    struct pool_link *const link = object;
    if (pool->object_size > sizeof *link)
        memset(link + 1, POOL_DEBUG_BYTE, pool->object_size - sizeof *link);
    link->next = pool->checked_free;
    pool->checked_free = link;
#if POOL_ASAN
    ASAN_POISON_MEMORY_REGION(object, pool->stride);
#endif
}

void *pool_get_call(struct pool *pool)
{
    return pool_get(pool);
}

void pool_put_call(struct pool *pool, void *object)
{
    pool_put(pool, object);
}

void pool_reset(struct pool *pool)
{
    for (struct pool_slab *slab = pool->slabs; slab != NULL; slab = slab->next) {
#if POOL_ASAN
        ASAN_POISON_MEMORY_REGION(slab->objects, slab->count * pool->stride);
#endif
        if (pool->checked)
            memset(slab->live, 0, (slab->count / LIVE_BITS + 1) * sizeof(uint64_t));
        else if (!POOL_ASAN)
            break;
    }
    pool->free = NULL;
    pool->checked_free = NULL;
    start_slab(pool, pool->slabs);
}

void pool_destroy(struct pool *pool)
{
    struct pool_slab *slab = pool->slabs;
    while (slab != NULL) {
        struct pool_slab *const next = slab->next;
        const size_t bytes = slab->mapped_bytes;
#if POOL_ASAN
        ASAN_UNPOISON_MEMORY_REGION(slab, bytes);
#endif
        munmap(slab, bytes);
        slab = next;
    }
    *pool = (struct pool){.object_size = 0};
}
