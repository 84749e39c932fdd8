/* The mapping behind the stack, and the marks of its objects. */
#include "treiber_pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LEAST_ALIGNMENT = sizeof(struct treiber_node) };

static size_t round_up(size_t value, size_t power_of_two)
{
    return (value + power_of_two - 1) & ~(power_of_two - 1);
}

int treiber_pool_init(struct treiber_pool *pool, size_t object_size, size_t alignment,
                      size_t capacity)
{
    if (object_size == 0 || alignment == 0 || alignment > POOL_ALIGNMENT_MAX ||
        (alignment & (alignment - 1)) != 0 || capacity == 0 || capacity >= UINT32_MAX) {
        errno = EINVAL;
        return -1;
    }
    if (alignment < LEAST_ALIGNMENT)
        alignment = LEAST_ALIGNMENT;
    size_t bytes;
    if (object_size > PTRDIFF_MAX / 4 ||
        __builtin_mul_overflow(round_up(object_size + LEAST_ALIGNMENT, alignment), capacity,
                               &bytes) ||
        bytes > PTRDIFF_MAX / 2) {
        errno = EOVERFLOW;
        return -1;
    }
    *pool = (struct treiber_pool){
        .stride = round_up(object_size + LEAST_ALIGNMENT, alignment),
        .object_size = object_size,
        .capacity = capacity,
    };
    /* The node of the first object needs room before it, up to the alignment. */
    pool->mapping_bytes = round_up(alignment + bytes, (size_t)sysconf(_SC_PAGESIZE));
    void *const mapping = mmap(NULL, pool->mapping_bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        errno = ENOMEM;
        return -1;
    }
    pool->mapping = mapping;
    pool->objects = pool->mapping + alignment;
    return 0;
}

void *treiber_pool_make(struct treiber_pool *pool)
{
    uint64_t made = atomic_load_explicit(&pool->made, memory_order_relaxed);
    do {
        if (made == pool->capacity) {
            errno = ENOMEM;
            return NULL;
        }
    } while (!atomic_compare_exchange_weak_explicit(&pool->made, &made, made + 1,
                                                    memory_order_relaxed, memory_order_relaxed));
    struct treiber_node *const node = treiber_node_at(pool, (uint32_t)made + 1);
    node->index = (uint32_t)made + 1;
    return node + 1;
}

/* Prints what was done wrong and aborts. */
_Noreturn static void misused(const char *what, const void *object)
{
    fprintf(stderr, "pool: %s: %p\n", what, object);
    abort();
}

void treiber_pool_mark(const struct treiber_pool *pool, void *object, bool is_free)
{
    const uintptr_t offset = (uintptr_t)object - (uintptr_t)pool->objects;
    if (offset >= pool->stride * pool->capacity || offset % pool->stride != 0)
        misused("foreign pointer, no object of this pool", object);
    struct treiber_node *const node = (struct treiber_node *)object - 1;
    if (node->index == 0)
        misused("foreign pointer, the object was never handed out", object);
    const uint32_t before = atomic_exchange_explicit(&node->is_free, is_free, memory_order_relaxed);
    if (before != !is_free)
        misused(is_free ? "double put, the object is free already"
                        : "the object is handed out twice, or what is before it was written to",
                object);
#if POOL_ASAN
    if (is_free)
        ASAN_POISON_MEMORY_REGION(object, pool->object_size);
    else
        ASAN_UNPOISON_MEMORY_REGION(object, pool->object_size);
#endif
}

void treiber_pool_destroy(struct treiber_pool *pool)
{
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(pool->mapping, pool->mapping_bytes);
#endif
    munmap(pool->mapping, pool->mapping_bytes);
    *pool = (struct treiber_pool){.objects = NULL};
}
