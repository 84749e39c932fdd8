/* Magazines: what a cache hands out, how often it goes to the depot, and who gets what it leaves.
 */
#include "magazine_pool.h"

#include "check.h"
#include "counted_source.h"
#include "hand_out.h"
#include "in_child.h"

#include <errno.h>

enum { ROUNDS = 8, SIZE_BYTES = 48, MANY = 1000 };

static struct slab_source slabs;
static struct magazine_pool pool;
static void *objects[MANY];

static void set_up(size_t rounds)
{
    if (slab_source_init(&slabs, SIZE_BYTES, 16) != 0 ||
        magazine_pool_init(&pool, &slabs.source, rounds) != 0)
        abort();
}

static void tear_down(void)
{
    magazine_pool_destroy(&pool);
    slab_source_destroy(&slabs);
}

/* ---- One thread ---- */

static void test_arguments(void)
{
    EXPECT_INT(slab_source_init(&slabs, SIZE_BYTES, 16), 0);
    EXPECT_INT(magazine_pool_init(&pool, &slabs.source, 65537), -1);
    EXPECT_INT(errno, EINVAL);
    slab_source_destroy(&slabs);

    const struct {
        size_t size, rounds;
    } chosen[] = {{64, 64}, {4096, 64}, {16384, 16}, {1 << 20, 4}};
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        EXPECT_INT(slab_source_init(&slabs, chosen[i].size, 16), 0);
        EXPECT_INT(magazine_pool_init(&pool, &slabs.source, 0), 0);
        EXPECT_INT(pool.rounds, chosen[i].rounds);
        tear_down();
    }
}

static void test_order(void)
{
    set_up(ROUNDS);
    struct magazine_cache cache;
    magazine_cache_open(&cache, &pool);
    for (size_t i = 0; i < MANY; i++) {
        objects[i] = magazine_cache_get(&cache);
        EXPECT_INT((uintptr_t)objects[i] % 16, 0);
        memset(objects[i], (int)i, SIZE_BYTES);
    }
    unsigned overwritten = 0;
    for (size_t i = 0; i < MANY; i++) {
        const unsigned char *const bytes = objects[i];
        overwritten += bytes[0] != (unsigned char)i || bytes[SIZE_BYTES - 1] != (unsigned char)i;
    }
    EXPECT_INT(overwritten, 0);
    EXPECT_INT(pool.made_count, MANY);
    for (size_t i = 0; i < MANY; i++)
        magazine_cache_put(&cache, objects[i]);
    unsigned wrong = 0;
    for (size_t i = MANY; i-- > 0;)
        wrong += magazine_cache_get(&cache) != objects[i];
    EXPECT_INT(wrong, 0); /* last in, first out, through all magazines */
    EXPECT_INT(pool.made_count, MANY);
    EXPECT_INT(pool.dropped_count, 0);
    magazine_cache_put(&cache, objects[7]);
    EXPECT(magazine_cache_get(&cache) == objects[7]);
    magazine_cache_close(&cache);
    magazine_cache_close(&cache); /* nothing */
    tear_down();
}

/* However gets and puts alternate, `rounds` of them lie between two exchanges. */
static void test_miss_rate(void)
{
    set_up(ROUNDS);
    struct magazine_cache cache;
    magazine_cache_open(&cache, &pool);
    for (size_t i = 0; i < MANY; i++)
        objects[i] = magazine_cache_get(&cache);
    for (size_t i = 0; i < MANY; i++)
        magazine_cache_put(&cache, objects[i]);
    size_t held = 0, calls = 0, since = MANY, soonest = MANY;
    uint64_t seen = pool.exchange_count, random = 1;
    for (size_t period = 1; period <= 40; period++) /* bursts around every border there is */
        for (size_t i = 0; i < 40 * period; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            const bool get = period % 4 == 0 ? random >> 63 != 0 : i / period % 2 == 0;
            if (get ? held == MANY : held == 0)
                continue;
            if (get)
                objects[held++] = magazine_cache_get(&cache);
            else
                magazine_cache_put(&cache, objects[--held]);
            calls++;
            since++;
            if (pool.exchange_count != seen) {
                EXPECT_INT(pool.exchange_count - seen, 1);
                seen = pool.exchange_count;
                soonest = since < soonest ? since : soonest;
                since = 0;
            }
        }
    EXPECT(calls > 10000);
    EXPECT(soonest >= ROUNDS);
    EXPECT(soonest < 2 * ROUNDS); /* and it did go there */
    EXPECT_INT(pool.made_count, MANY);
    while (held > 0)
        magazine_cache_put(&cache, objects[--held]);
    tear_down(); /* with a cache that is open */
    EXPECT(cache.pool == NULL);
}

/* An idle peak goes back to the source, what is in use does not. */
static void test_reap(void)
{
    set_up(ROUNDS);
    struct magazine_cache cache;
    magazine_cache_open(&cache, &pool);
    for (size_t i = 0; i < 10 * ROUNDS; i++)
        objects[i] = magazine_cache_get(&cache);
    for (size_t i = 0; i < 10 * ROUNDS; i++)
        magazine_cache_put(&cache, objects[i]);
    EXPECT_INT(pool.filled_count, 8);
    EXPECT_INT(magazine_pool_reap(&pool), 0); /* they came since the last one */
    for (size_t i = 0; i < 5 * ROUNDS; i++)
        objects[i] = magazine_cache_get(&cache); /* two of the cache, three of the depot */
    for (size_t i = 0; i < 5 * ROUNDS; i++)
        magazine_cache_put(&cache, objects[i]);
    EXPECT_INT(magazine_pool_reap(&pool), 5 * ROUNDS);
    EXPECT_INT(pool.filled_count, 3);
    EXPECT_INT(magazine_pool_reap(&pool), 3 * ROUNDS);
    EXPECT_INT(magazine_pool_reap(&pool), 0);
    EXPECT_INT(pool.dropped_count, 8 * ROUNDS);
    EXPECT_INT(pool.made_count, 10 * ROUNDS);
    for (size_t i = 0; i < 10 * ROUNDS; i++)
        objects[i] = magazine_cache_get(&cache);
    EXPECT_INT(pool.made_count, 18 * ROUNDS);
    for (size_t i = 0; i < 10 * ROUNDS; i++)
        magazine_cache_put(&cache, objects[i]);
    tear_down();
}

static void test_own_source(void)
{
    make_limit = 100;
    EXPECT_INT(magazine_pool_init(&pool, &counted, ROUNDS), 0);
    struct magazine_cache cache;
    magazine_cache_open(&cache, &pool);
    size_t count = 0;
    errno = 0;
    while ((objects[count] = magazine_cache_get(&cache)) != NULL)
        count++;
    EXPECT_INT(count, 100);
    EXPECT_INT(errno, ENOMEM);
    EXPECT(magazine_cache_get(&cache) == NULL);
    magazine_cache_put(&cache, objects[50]);
    EXPECT(magazine_cache_get(&cache) == objects[50]);
    EXPECT(magazine_cache_get(&cache) == NULL);
    for (size_t i = 0; i < 99; i++)
        magazine_cache_put(&cache, objects[i]);
    magazine_pool_destroy(&pool);
    EXPECT_INT(live_count, 1); /* the one that is out */
    drop_counted(&live_count, objects[99]);
}

/* ---- Threads ---- */

static void *use_own_cache(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < 3 * ROUNDS; i++)
        objects[i] = magazine_get(&pool);
    for (size_t i = 0; i < 3 * ROUNDS; i++)
        magazine_put(&pool, objects[i]);
    return NULL;
}

static void run_thread(void *(*function)(void *argument))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, function, NULL) != 0)
        abort();
    pthread_join(thread, NULL);
}

/* What a thread leaves behind, the next one finds; so does a handle, and the other way round. */
static void test_thread_end(void)
{
    set_up(ROUNDS);
    for (size_t i = 0; i < 5; i++) {
        run_thread(use_own_cache);
        EXPECT_INT(pool.made_count, 3 * ROUNDS);
        EXPECT(pool.open == NULL);
    }
    use_own_cache(NULL);
    EXPECT_INT(pool.made_count, 3 * ROUNDS);
    EXPECT(pool.open != NULL);
    tear_down(); /* closes this thread's cache too, so that the next pool in its slot is clean */
    set_up(ROUNDS);
    use_own_cache(NULL);
    EXPECT_INT(pool.made_count, 3 * ROUNDS);
    EXPECT(magazine_thread_caches[pool.slot].pool == &pool);
    magazine_cache_close(&magazine_thread_caches[pool.slot]);
    struct magazine_cache cache;
    magazine_cache_open(&cache, &pool);
    for (size_t i = 0; i < 3 * ROUNDS; i++)
        objects[i] = magazine_cache_get(&cache);
    EXPECT_INT(pool.made_count, 3 * ROUNDS);
    for (size_t i = 0; i < 3 * ROUNDS; i++)
        magazine_put(&pool, objects[i]);
    tear_down();
}

/* More pools than have slots: the last one works, without caches. */
static void test_slots(void)
{
    static struct magazine_pool pools[MAGAZINE_POOLS + 1];
    EXPECT_INT(slab_source_init(&slabs, SIZE_BYTES, 16), 0);
    for (size_t i = 0; i <= MAGAZINE_POOLS; i++) {
        EXPECT_INT(magazine_pool_init(&pools[i], &slabs.source, ROUNDS), 0);
        objects[i] = magazine_get(&pools[i]);
        for (size_t j = 0; j < i; j++)
            EXPECT(objects[i] != objects[j]);
    }
    for (size_t i = 0; i <= MAGAZINE_POOLS; i++) {
        magazine_put(&pools[i], objects[i]);
        EXPECT_INT(pools[i].open != NULL, i < MAGAZINE_POOLS);
        EXPECT_INT(pools[i].dropped_count, i == MAGAZINE_POOLS);
    }
    for (size_t i = 0; i <= MAGAZINE_POOLS; i++)
        magazine_pool_destroy(&pools[i]);
    slab_source_destroy(&slabs);
}

static void *open_handle(void *opaque)
{
    struct magazine_cache *const cache =
        aligned_alloc(_Alignof(struct magazine_cache), sizeof *cache);
    if (cache == NULL)
        abort();
    magazine_cache_open(cache, opaque);
    return cache;
}

static void close_handle(void *handle)
{
    magazine_cache_close(handle);
    free(handle);
}

static void *get_by_handle(void *handle)
{
    return magazine_cache_get(handle);
}

static void put_by_handle(void *handle, void *object)
{
    magazine_cache_put(handle, object);
}

static void *open_own(void *opaque)
{
    return opaque;
}

static void close_own(void *opaque)
{
    const struct magazine_pool *const mine = opaque;
    magazine_cache_close(&magazine_thread_caches[mine->slot]);
}

static void *get_own(void *opaque)
{
    return magazine_get(opaque);
}

static void put_own(void *opaque, void *object)
{
    magazine_put(opaque, object);
}

static void reap(void *opaque)
{
    magazine_pool_reap(opaque);
}

static void test_hand_out(void)
{
    static struct hand_out test;
    struct hand_out_pool by_handle = {open_handle, close_handle, get_by_handle, put_by_handle,
                                      reap,        &pool,        SIZE_BYTES};
    struct hand_out_pool by_thread = {open_own, close_own, get_own,   put_own,
                                      reap,     &pool,     SIZE_BYTES};
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        set_up(threads == 1 ? 1 : ROUNDS);
        hand_out_run(&test, threads == 2 ? &by_thread : &by_handle, threads, 100000);
        EXPECT_INT(test.twice, 0);
        EXPECT_INT(test.overwritten, 0);
        EXPECT(test.generations > 20000);
        EXPECT(pool.exchange_count > 100);
        EXPECT(pool.open == NULL);
        size_t count = 0; /* all that was made and not dropped lies in the depot */
        for (const struct magazine *i = pool.filled; i != NULL; i = i->next)
            count += i->count;
        EXPECT_INT(count, pool.made_count - pool.dropped_count);
        tear_down();
    }
    set_up(ROUNDS);
    hand_out_run(&test, &by_thread, 8, 100000);
    EXPECT_INT(test.twice, 0);
    EXPECT_INT(test.overwritten, 0);
    EXPECT(pool.open == NULL);
    tear_down();
}

/* ---- Out of memory ---- */

static int run_out_of_memory(void)
{
    enum { ENOUGH = 400000 };
    static void *all[ENOUGH];
    set_up(ROUNDS);
    struct magazine_cache cache;
    magazine_cache_open(&cache, &pool);
    if (limit_address_space(7 << 20) != 0)
        return TEST_SKIPPED;
    size_t count = 0;
    errno = 0;
    while (count < ENOUGH && (all[count] = magazine_cache_get(&cache)) != NULL)
        count++;
    EXPECT(count > MANY);
    EXPECT(count < ENOUGH);
    EXPECT_INT(errno, ENOMEM);
    EXPECT(magazine_get(&pool) == NULL);
    /* There is no memory for magazines either: a put must do without. */
    for (size_t i = 0; i < count; i++)
        magazine_cache_put(&cache, all[i]);
    EXPECT(pool.dropped_count > 0);
    size_t again = 0;
    while (again < count && magazine_cache_get(&cache) != NULL)
        again++;
    EXPECT_INT(again, count); /* and nothing is lost */
    EXPECT(magazine_cache_get(&cache) == NULL);
    return check_result();
}

static void test_out_of_memory(void)
{
    const struct child_end end = run_in_child(run_out_of_memory);
    if (end.status != 0)
        fputs(end.text, stderr);
    EXPECT_INT(end.status, 0);
}

int main(void)
{
    test_arguments();
    test_order();
    test_miss_rate();
    test_reap();
    test_own_source();
    test_thread_end();
    test_slots();
    test_hand_out();
    test_out_of_memory();
    return check_result();
}
