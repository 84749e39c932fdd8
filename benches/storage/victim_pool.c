/*
 * Rings, thieves and generations.
 *
 * The ring is Go's poolDequeue (src/sync/poolqueue.go), one fixed size. What orders the memory: the
 * owner stores the object, then moves the head (release); whoever takes moves head or tail by a
 * compare-and-swap (acquire), and so sees the object. A thief then empties the slot (release), and
 * the owner looks at it (acquire) before it puts there again.
 */
#include "victim_pool.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RING_SLOTS_LIMIT = 1 << 20 };

/* ---- The ring ---- */

static uint32_t head_of(uint64_t head_tail)
{
    return (uint32_t)(head_tail >> 32);
}

static uint32_t tail_of(uint64_t head_tail)
{
    return (uint32_t)head_tail;
}

static uint64_t pack(uint32_t head, uint32_t tail)
{
    return (uint64_t)head << 32 | tail;
}

/* The owner puts. Returns whether there was room. */
static bool push_head(struct victim_ring *ring, uint32_t slots, void *object)
{
    const uint64_t head_tail = atomic_load_explicit(&ring->head_tail, memory_order_relaxed);
    const uint32_t head = head_of(head_tail);
    if (head - tail_of(head_tail) == slots)
        return false;
    _Atomic(void *) *const slot = &ring->slots[head & (slots - 1)];
    if (atomic_load_explicit(slot, memory_order_acquire) != NULL)
        return false; /* a thief has moved the tail and is still at the slot */
    atomic_store_explicit(slot, object, memory_order_relaxed);
    atomic_fetch_add_explicit(&ring->head_tail, UINT64_C(1) << 32, memory_order_release);
    return true;
}

/* The owner takes what it put last, or NULL. */
static void *pop_head(struct victim_ring *ring, uint32_t slots)
{
    uint64_t head_tail = atomic_load_explicit(&ring->head_tail, memory_order_relaxed);
    uint32_t head;
    do {
        head = head_of(head_tail);
        if (head == tail_of(head_tail))
            return NULL;
        head--;
    } while (!atomic_compare_exchange_weak_explicit(&ring->head_tail, &head_tail,
                                                    pack(head, tail_of(head_tail)),
                                                    memory_order_acquire, memory_order_relaxed));
    _Atomic(void *) *const slot = &ring->slots[head & (slots - 1)];
    void *const object = atomic_load_explicit(slot, memory_order_relaxed);
    atomic_store_explicit(slot, NULL, memory_order_relaxed);
    return object;
}

/* Anybody takes what was put first, or NULL. */
static void *pop_tail(struct victim_ring *ring, uint32_t slots)
{
    uint64_t head_tail = atomic_load_explicit(&ring->head_tail, memory_order_relaxed);
    uint32_t tail;
    do {
        tail = tail_of(head_tail);
        if (head_of(head_tail) == tail)
            return NULL;
    } while (!atomic_compare_exchange_weak_explicit(&ring->head_tail, &head_tail,
                                                    pack(head_of(head_tail), tail + 1),
                                                    memory_order_acquire, memory_order_relaxed));
    _Atomic(void *) *const slot = &ring->slots[tail & (slots - 1)];
    void *const object = atomic_load_explicit(slot, memory_order_relaxed);
    atomic_store_explicit(slot, NULL, memory_order_release);
    return object;
}

/* ---- Generations ---- */

/* Drops what a generation of the cache holds. */
static void drop_generation(struct victim_cache *cache, uint32_t generation)
{
    const struct victim_pool *const pool = cache->pool;
    struct victim_ring *const ring = &cache->ring[generation];
    void *object = cache->private_slot[generation];
    cache->private_slot[generation] = NULL;
    if (object == NULL)
        object = pop_head(ring, pool->ring_slots);
    for (; object != NULL; object = pop_head(ring, pool->ring_slots))
        object_source_drop(pool->source, object);
}

void victim_cache_rotate(struct victim_cache *cache)
{
    const uint32_t epoch = atomic_load_explicit(&cache->pool->epoch, memory_order_relaxed);
    const uint32_t missed = epoch - cache->epoch;
    for (uint32_t i = 0; i < missed && i < VICTIM_GENERATIONS; i++) {
        const uint32_t victims = !cache->younger;
        drop_generation(cache, victims);
        cache->younger = victims;
        atomic_store_explicit(&cache->shown, victims, memory_order_relaxed);
    }
    cache->epoch = epoch;
}

void victim_pool_tick(struct victim_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add_explicit(&pool->epoch, 1, memory_order_relaxed);
    const uint32_t used = atomic_load_explicit(&pool->used, memory_order_relaxed);
    for (uint32_t i = 0; i < used; i++)
        if (!pool->caches[i].is_open) /* nobody else would */
            victim_cache_rotate(&pool->caches[i]);
    pthread_mutex_unlock(&pool->lock);
}

/* ---- Get and put beyond the private slot ---- */

/* Takes an object of that age from the tail of a ring: of the own one first, or last. */
static void *steal(struct victim_cache *cache, bool of_victims, uint32_t first)
{
    struct victim_pool *const pool = cache->pool;
    const uint32_t used = atomic_load_explicit(&pool->used, memory_order_acquire);
    const uint32_t own = (uint32_t)(cache - pool->caches);
    for (uint32_t i = 0; i < used; i++) {
        struct victim_cache *const other = &pool->caches[(own + first + i) % used];
        const uint32_t younger = atomic_load_explicit(&other->shown, memory_order_relaxed);
        void *const object = pop_tail(&other->ring[younger ^ of_victims], pool->ring_slots);
        if (object != NULL) {
            cache->stolen_count += other != cache;
            return object;
        }
    }
    return NULL;
}

void *victim_cache_get_shared(struct victim_cache *cache)
{
    struct victim_pool *const pool = cache->pool;
    void *object = pop_head(&cache->ring[cache->younger], pool->ring_slots);
    if (object == NULL)
        object = steal(cache, false, 1);
    if (object != NULL)
        return object;
    if (atomic_load_explicit(&pool->hopeless, memory_order_relaxed) != cache->epoch + 1) {
        object = cache->private_slot[!cache->younger];
        cache->private_slot[!cache->younger] = NULL;
        if (object == NULL)
            object = steal(cache, true, 0);
        if (object != NULL)
            return object;
        atomic_store_explicit(&pool->hopeless, cache->epoch + 1, memory_order_relaxed);
    }
    cache->made_count++;
    return object_source_make(pool->source);
}

void victim_cache_put_shared(struct victim_cache *cache, void *object)
{
    const struct victim_pool *const pool = cache->pool;
    if (!push_head(&cache->ring[cache->younger], pool->ring_slots, object))
        object_source_drop(pool->source, object);
}

/* ---- Caches and pools ---- */

struct victim_cache *victim_cache_open(struct victim_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    uint32_t i = 0;
    while (i < pool->threads && pool->caches[i].is_open)
        i++;
    struct victim_cache *const cache = i < pool->threads ? &pool->caches[i] : NULL;
    if (cache != NULL) {
        cache->is_open = true;
        if (i == atomic_load_explicit(&pool->used, memory_order_relaxed)) {
            cache->epoch = atomic_load_explicit(&pool->epoch, memory_order_relaxed);
            atomic_store_explicit(&pool->used, i + 1, memory_order_release);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    if (cache == NULL)
        errno = EAGAIN;
    return cache;
}

void victim_cache_close(struct victim_cache *cache)
{
    struct victim_pool *const pool = cache->pool;
    victim_cache_catch_up(cache);
    for (uint32_t generation = 0; generation < VICTIM_GENERATIONS; generation++) {
        void *const object = cache->private_slot[generation];
        cache->private_slot[generation] = NULL;
        if (object != NULL && !push_head(&cache->ring[generation], pool->ring_slots, object))
            object_source_drop(pool->source, object);
    }
    pthread_mutex_lock(&pool->lock);
    cache->is_open = false;
    victim_cache_catch_up(cache); /* a tick before this one took it for open */
    pthread_mutex_unlock(&pool->lock);
}

int victim_pool_init(struct victim_pool *pool, const struct object_source *source, size_t threads,
                     size_t ring_slots)
{
    if (ring_slots == 0)
        ring_slots = VICTIM_RING_SLOTS;
    if (threads == 0 || threads > VICTIM_THREADS_MAX || ring_slots > RING_SLOTS_LIMIT ||
        (ring_slots & (ring_slots - 1)) != 0) {
        errno = EINVAL;
        return -1;
    }
    *pool = (struct victim_pool){
        .source = source, .threads = (uint32_t)threads, .ring_slots = (uint32_t)ring_slots};
    const size_t ring_bytes = ring_slots * sizeof(*pool->caches->ring->slots);
    const size_t head_bytes = threads * sizeof *pool->caches;
    pool->mapped_bytes = head_bytes + threads * VICTIM_GENERATIONS * ring_bytes;
    /* Rings of caches that are never opened are never touched. */
    void *const block =
        mmap(NULL, pool->mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        errno = ENOMEM;
        return -1;
    }
    const int error = pthread_mutex_init(&pool->lock, NULL);
    if (error != 0) {
        munmap(block, pool->mapped_bytes);
        errno = error;
        return -1;
    }
    pool->caches = block;
    char *rings = (char *)block + head_bytes;
    for (size_t i = 0; i < threads; i++) {
        pool->caches[i].pool = pool;
        for (size_t j = 0; j < VICTIM_GENERATIONS; j++, rings += ring_bytes)
            pool->caches[i].ring[j].slots = (void *)rings;
    }
    return 0;
}

void victim_pool_destroy(struct victim_pool *pool)
{
    for (size_t i = 0; i < pool->threads; i++)
        for (uint32_t generation = 0; generation < VICTIM_GENERATIONS; generation++)
            drop_generation(&pool->caches[i], generation);
    munmap(pool->caches, pool->mapped_bytes);
    pthread_mutex_destroy(&pool->lock);
    *pool = (struct victim_pool){.source = NULL};
}
