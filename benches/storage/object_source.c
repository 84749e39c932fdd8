/*
 * Slabs behind a lock, and the marks of their objects.
 *
 * A mark is a word behind the object: the address of the source while the object is free, one more
 * while it is out. It is read and written in relaxed order on purpose: a stronger one would order
 * what two threads do with the object, and hide from ThreadSanitizer that a pool does not.
 */
#include "object_source.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

typedef _Atomic(uintptr_t) mark;

static mark *mark_of(const struct object_source *source, void *object)
{
    return (mark *)(void *)((char *)object + source->mark_offset);
}

/* Prints what was done wrong and aborts. */
_Noreturn static void misused(const char *what, const void *object)
{
    fprintf(stderr, "pool: %s: %p\n", what, object);
    abort();
}

void object_source_mark(const struct object_source *source, void *object, bool is_free)
{
    if (source->mark_offset == 0)
        return;
    if (object == NULL)
        misused("foreign pointer, no object of this pool", object);
    const uintptr_t free_mark = (uintptr_t)source->context;
    const uintptr_t live_mark = free_mark + 1;
    mark *const word = mark_of(source, object);
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(word, sizeof *word);
#endif
    const uintptr_t before =
        atomic_exchange_explicit(word, is_free ? free_mark : live_mark, memory_order_relaxed);
#if POOL_ASAN
    ASAN_POISON_MEMORY_REGION(word, sizeof *word);
#endif
    if (before != free_mark && before != live_mark)
        misused(is_free ? "foreign pointer, no object of this pool"
                        : "the object was written to beyond its end",
                object);
    if (is_free && before == free_mark)
        misused("double put, the object is free already", object);
    if (!is_free && before == live_mark)
        misused("the object is handed out twice", object);
}

void *object_source_make(const struct object_source *source)
{
    void *const object = source->make(source->context);
#if POOL_ASAN
    if (object != NULL)
        ASAN_POISON_MEMORY_REGION(object, source->object_size);
#endif
    return object;
}

void object_source_drop(const struct object_source *source, void *object)
{
#if POOL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(object, source->object_size);
#endif
    source->drop(source->context, object);
}

static void *make_of_slab(void *context)
{
    struct slab_source *const slabs = context;
    pthread_mutex_lock(&slabs->lock);
    void *const object = pool_get(&slabs->slabs);
    pthread_mutex_unlock(&slabs->lock);
    if (object != NULL && slabs->source.mark_offset != 0) {
        mark *const word = mark_of(&slabs->source, object);
        atomic_store_explicit(word, (uintptr_t)context, memory_order_relaxed);
#if POOL_ASAN
        ASAN_POISON_MEMORY_REGION(word, sizeof *word);
#endif
    }
    return object;
}

static void drop_to_slab(void *context, void *object)
{
    struct slab_source *const slabs = context;
#if POOL_ASAN
    if (slabs->source.mark_offset != 0)
        ASAN_UNPOISON_MEMORY_REGION(mark_of(&slabs->source, object), sizeof(mark));
#endif
    pthread_mutex_lock(&slabs->lock);
    pool_put(&slabs->slabs, object);
    pthread_mutex_unlock(&slabs->lock);
}

int slab_source_init(struct slab_source *slabs, size_t object_size, size_t alignment)
{
    size_t bytes = object_size, mark_offset = 0;
    if (POOL_DEBUG && object_size > 0 && object_size < PTRDIFF_MAX / 4) {
        mark_offset = (object_size + sizeof(mark) - 1) / sizeof(mark) * sizeof(mark);
        bytes = mark_offset + sizeof(mark);
    }
    if (pool_init(&slabs->slabs, bytes, alignment, 0) != 0)
        return -1;
    const int error = pthread_mutex_init(&slabs->lock, NULL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    slabs->source = (struct object_source){
        .make = make_of_slab,
        .drop = drop_to_slab,
        .context = slabs,
        .object_size = object_size,
        .mark_offset = mark_offset,
    };
    return 0;
}

void slab_source_destroy(struct slab_source *slabs)
{
    pool_destroy(&slabs->slabs);
    pthread_mutex_destroy(&slabs->lock);
}
