/* The depot behind the magazines, and when a cache goes there. */
#include "magazine_pool.h"

#include <errno.h>
#include <stdbool.h>

__thread struct magazine_cache magazine_thread_caches[MAGAZINE_POOLS + 1];

enum { ROUNDS_LIMIT = 65536 };

/* Who has the slots, and the key whose destructor closes a thread's caches. */
static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static bool slot_taken[MAGAZINE_POOLS];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

static void close_all(void *caches)
{
    for (size_t i = 0; i < MAGAZINE_POOLS; i++)
        magazine_cache_close((struct magazine_cache *)caches + i);
}

static void make_key(void)
{
    has_key = pthread_key_create(&key, close_all) == 0;
}

static uint32_t take_slot(void)
{
    pthread_once(&key_once, make_key);
    pthread_mutex_lock(&slots_lock);
    uint32_t slot = 0;
    while (slot < MAGAZINE_POOLS && slot_taken[slot])
        slot++;
    if (!has_key)
        slot = MAGAZINE_POOLS;
    if (slot < MAGAZINE_POOLS)
        slot_taken[slot] = true;
    pthread_mutex_unlock(&slots_lock);
    return slot;
}

static void release_slot(uint32_t slot)
{
    if (slot == MAGAZINE_POOLS)
        return;
    pthread_mutex_lock(&slots_lock);
    slot_taken[slot] = false;
    pthread_mutex_unlock(&slots_lock);
}

static size_t choose_rounds(const struct object_source *source)
{
    const size_t size = source->object_size > 0 ? source->object_size : 1;
    const size_t rounds = MAGAZINE_BYTES / size;
    return rounds < MAGAZINE_ROUNDS_MIN   ? MAGAZINE_ROUNDS_MIN
           : rounds > MAGAZINE_ROUNDS_MAX ? MAGAZINE_ROUNDS_MAX
                                          : rounds;
}

int magazine_pool_init(struct magazine_pool *pool, const struct object_source *source,
                       size_t rounds)
{
    if (rounds > ROUNDS_LIMIT) {
        errno = EINVAL;
        return -1;
    }
    if (rounds == 0)
        rounds = choose_rounds(source);
    *pool = (struct magazine_pool){.source = source, .rounds = (uint32_t)rounds};
    const size_t magazine_bytes = sizeof(struct magazine) + rounds * sizeof(void *);
    if (pool_init(&pool->magazines, magazine_bytes, _Alignof(struct magazine), 0) != 0)
        return -1;
    const int error = pthread_mutex_init(&pool->lock, NULL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    pool->slot = take_slot();
    return 0;
}

/* ---- The depot; its lock is held ---- */

static void push(struct magazine **list, struct magazine *magazine)
{
    magazine->next = *list;
    *list = magazine;
}

static void give_to_depot(struct magazine_pool *pool, struct magazine *magazine)
{
    if (magazine->count == 0) {
        push(&pool->empty, magazine);
    } else {
        push(&pool->filled, magazine);
        pool->filled_count++;
    }
}

static struct magazine *take_filled(struct magazine_pool *pool)
{
    struct magazine *const magazine = pool->filled;
    if (magazine == NULL)
        return NULL;
    pool->filled = magazine->next;
    if (--pool->filled_count < pool->filled_min)
        pool->filled_min = pool->filled_count;
    return magazine;
}

/* An empty magazine, from the list or a new one; NULL when there is no memory for one. */
static struct magazine *take_empty(struct magazine_pool *pool)
{
    struct magazine *magazine = pool->empty;
    if (magazine != NULL) {
        pool->empty = magazine->next;
        return magazine;
    }
    magazine = pool_get(&pool->magazines);
    if (magazine != NULL)
        magazine->count = 0;
    return magazine;
}

/* Registers the cache among the open ones. */
static void enlist(struct magazine_cache *cache, struct magazine_pool *pool)
{
    *cache = (struct magazine_cache){.pool = pool, .next_open = pool->open, .link = &pool->open};
    if (pool->open != NULL)
        pool->open->link = &cache->next_open;
    pool->open = cache;
}

/* Empties the cache into the depot and takes it out of the list. */
static void delist(struct magazine_cache *cache)
{
    struct magazine_pool *const pool = cache->pool;
    if (cache->loaded != NULL) {
        cache->loaded->count = cache->count;
        give_to_depot(pool, cache->loaded);
    }
    if (cache->previous != NULL)
        give_to_depot(pool, cache->previous);
    *cache->link = cache->next_open;
    if (cache->next_open != NULL)
        cache->next_open->link = cache->link;
    *cache = (struct magazine_cache){.pool = NULL};
}

/* ---- A cache; its lock is not held ---- */

/* Makes the magazine the loaded one, and the loaded one the previous one. Returns the one that was
 * that before. */
static struct magazine *load(struct magazine_cache *cache, struct magazine *magazine,
                             uint32_t limit)
{
    struct magazine *const out = cache->previous;
    if (cache->loaded != NULL)
        cache->loaded->count = cache->count;
    cache->previous = cache->loaded;
    cache->loaded = magazine;
    cache->rounds = magazine->rounds;
    cache->count = magazine->count;
    cache->limit = limit;
    return out;
}

/* Opens the calling thread's own cache. Returns whether it is open. */
static bool open_own(struct magazine_cache *cache, struct magazine_pool *pool)
{
    if (pool->slot == MAGAZINE_POOLS ||
        pthread_setspecific(key, magazine_thread_caches) != 0) /* only that it is not NULL counts */
        return false;
    magazine_cache_open(cache, pool);
    return true;
}

/* For a thread without a cache. */
static void *make_uncached(struct magazine_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->made_count++;
    pthread_mutex_unlock(&pool->lock);
    return object_source_make(pool->source);
}

static void drop_uncached(struct magazine_pool *pool, void *object)
{
    pthread_mutex_lock(&pool->lock);
    pool->dropped_count++;
    pthread_mutex_unlock(&pool->lock);
    object_source_drop(pool->source, object);
}

void *magazine_refill(struct magazine_cache *cache, struct magazine_pool *pool)
{
    if (cache->pool == NULL && !open_own(cache, pool))
        return make_uncached(pool);
    struct magazine *const previous = cache->previous;
    if (previous != NULL && previous->count > 0) {
        load(cache, previous, pool->rounds);
    } else {
        pthread_mutex_lock(&pool->lock);
        pool->exchange_count++;
        struct magazine *const filled = take_filled(pool);
        if (filled != NULL) {
            struct magazine *const out = load(cache, filled, pool->rounds);
            if (out != NULL)
                give_to_depot(pool, out);
        } else {
            pool->made_count++;
        }
        pthread_mutex_unlock(&pool->lock);
        if (filled == NULL)
            return object_source_make(pool->source);
    }
    return cache->rounds[--cache->count];
}

void magazine_spill(struct magazine_cache *cache, struct magazine_pool *pool, void *object)
{
    if (cache->pool == NULL && !open_own(cache, pool)) {
        drop_uncached(pool, object);
        return;
    }
    struct magazine *const previous = cache->previous;
    if (previous != NULL && previous->count < pool->rounds) {
        load(cache, previous, pool->rounds);
    } else {
        pthread_mutex_lock(&pool->lock);
        pool->exchange_count++;
        struct magazine *const empty = take_empty(pool);
        if (empty != NULL) {
            struct magazine *const out = load(cache, empty, pool->rounds);
            if (out != NULL)
                give_to_depot(pool, out);
        } else {
            pool->dropped_count++;
        }
        pthread_mutex_unlock(&pool->lock);
        if (empty == NULL) {
            object_source_drop(pool->source, object);
            return;
        }
    }
    cache->rounds[cache->count++] = object;
}

void magazine_cache_open(struct magazine_cache *cache, struct magazine_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    enlist(cache, pool);
    pthread_mutex_unlock(&pool->lock);
}

void magazine_cache_close(struct magazine_cache *cache)
{
    struct magazine_pool *const pool = cache->pool;
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    delist(cache);
    pthread_mutex_unlock(&pool->lock);
}

/* Drops the objects of a list of magazines. Returns how many there were. */
static size_t drop_all(struct magazine_pool *pool, struct magazine *list)
{
    size_t count = 0;
    for (struct magazine *magazine = list; magazine != NULL; magazine = magazine->next) {
        count += magazine->count;
        while (magazine->count > 0)
            object_source_drop(pool->source, magazine->rounds[--magazine->count]);
    }
    return count;
}

size_t magazine_pool_reap(struct magazine_pool *pool)
{
    struct magazine *unused = NULL;
    pthread_mutex_lock(&pool->lock);
    /* The ones at the end of the list have lain there longest. */
    struct magazine **link = &pool->filled;
    for (size_t i = pool->filled_min; i < pool->filled_count; i++)
        link = &(*link)->next;
    unused = *link;
    *link = NULL;
    pool->filled_count -= pool->filled_min;
    pool->filled_min = pool->filled_count;
    pthread_mutex_unlock(&pool->lock);

    const size_t count = drop_all(pool, unused);
    pthread_mutex_lock(&pool->lock);
    pool->dropped_count += count;
    while (unused != NULL) {
        struct magazine *const next = unused->next;
        push(&pool->empty, unused);
        unused = next;
    }
    pthread_mutex_unlock(&pool->lock);
    return count;
}

void magazine_pool_destroy(struct magazine_pool *pool)
{
    while (pool->open != NULL)
        delist(pool->open);
    drop_all(pool, pool->filled);
    pool_destroy(&pool->magazines);
    pthread_mutex_destroy(&pool->lock);
    release_slot(pool->slot);
    *pool = (struct magazine_pool){.slot = MAGAZINE_POOLS};
}
