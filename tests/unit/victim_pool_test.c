/* Generations: what a get finds and where, what two ticks drop, and what a thief takes. */
#include "victim_pool.h"

#include "check.h"
#include "counted_source.h"
#include "hand_out.h"
#include "in_child.h"

#include <errno.h>
#include <signal.h>

enum { RING = 16, MANY = 1000 };

static struct victim_pool pool;
static void *objects[MANY];

static struct victim_cache *set_up(void)
{
    live_count = made_count = 0;
    make_limit = MANY;
    if (victim_pool_init(&pool, &counted, 3, RING) != 0)
        abort();
    return victim_cache_open(&pool);
}

static void get_many(struct victim_cache *cache, size_t count)
{
    for (size_t i = 0; i < count; i++)
        objects[i] = victim_cache_get(cache);
}

static void put_many(struct victim_cache *cache, size_t count)
{
    for (size_t i = 0; i < count; i++)
        victim_cache_put(cache, objects[i]);
}

static void test_arguments(void)
{
    const struct {
        size_t threads, ring_slots;
    } refused[] = {{0, 8}, {VICTIM_THREADS_MAX + 1, 8}, {1, 3}, {1, 2 << 20}};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        errno = 0;
        EXPECT_INT(victim_pool_init(&pool, &counted, refused[i].threads, refused[i].ring_slots),
                   -1);
        EXPECT_INT(errno, EINVAL);
    }
    set_up();
    struct victim_cache *const second = victim_cache_open(&pool);
    EXPECT(victim_cache_open(&pool) != NULL);
    errno = 0;
    EXPECT(victim_cache_open(&pool) == NULL);
    EXPECT_INT(errno, EAGAIN);
    victim_cache_close(second);
    EXPECT(victim_cache_open(&pool) == second);
    victim_pool_destroy(&pool);
}

static void test_order(void)
{
    struct victim_cache *const cache = set_up();
    get_many(cache, RING + 1); /* what the private slot and the ring hold */
    for (size_t i = 0; i < RING + 1; i++)
        for (size_t j = 0; j < i; j++)
            EXPECT(objects[i] != objects[j]);
    put_many(cache, RING + 1);
    EXPECT(victim_cache_get(cache) == objects[0]); /* the private one first */
    unsigned wrong = 0;
    for (size_t i = RING; i >= 1; i--)
        wrong += victim_cache_get(cache) != objects[i];
    EXPECT_INT(wrong, 0); /* then the ring, last in, first out */
    EXPECT_INT(cache->made_count, RING + 1);
    EXPECT_INT(made_count, RING + 1);
    EXPECT_INT(cache->stolen_count, 0);
    put_many(cache, RING + 1);
    EXPECT_INT(live_count, RING + 1);
    victim_pool_destroy(&pool);
    EXPECT_INT(live_count, 0);
}

static void test_full_ring(void)
{
    struct victim_cache *const cache = set_up();
    get_many(cache, RING + 5);
    put_many(cache, RING + 5);
    EXPECT_INT(live_count, RING + 1); /* the last four were dropped */
    get_many(cache, RING + 5);
    EXPECT_INT(made_count, RING + 5 + 4);
    put_many(cache, RING + 5);
    victim_pool_destroy(&pool);
}

/* What lies in the pool survives one tick and not the second. */
static void test_ticks(void)
{
    struct victim_cache *const cache = set_up();
    get_many(cache, 10);
    put_many(cache, 10);
    victim_pool_tick(&pool);
    EXPECT_INT(live_count, 10);
    victim_cache_catch_up(cache);
    EXPECT_INT(live_count, 10);
    get_many(cache, 4); /* of the victims */
    EXPECT_INT(made_count, 10);
    put_many(cache, 4); /* which makes them young again */
    victim_pool_tick(&pool);
    victim_cache_catch_up(cache);
    EXPECT_INT(live_count, 4);
    victim_pool_tick(&pool);
    victim_cache_catch_up(cache);
    EXPECT_INT(live_count, 0);
    get_many(cache, 10);
    EXPECT_INT(made_count, 20);
    put_many(cache, 10);
    victim_pool_tick(&pool);
    victim_pool_tick(&pool);
    void *const object = victim_cache_get(cache); /* two ticks at once; a get notices, too */
    EXPECT_INT(live_count, 1);
    EXPECT_INT(made_count, 21);
    victim_pool_tick(&pool);
    victim_pool_tick(&pool);
    EXPECT_INT(live_count, 1); /* what is out is nobody's business */
    victim_cache_put(cache, object);
    EXPECT(victim_cache_get(cache) == object);
    victim_cache_put(cache, object);
    victim_pool_destroy(&pool);
    EXPECT_INT(live_count, 0);
}

/* In steady use nothing is ever dropped, however often it ticks. */
static void test_steady_use(void)
{
    struct victim_cache *const cache = set_up();
    for (size_t i = 0; i < 100; i++) {
        get_many(cache, 9);
        if (i % 3 == 0)
            victim_pool_tick(&pool);
        put_many(cache, 9);
        if (i % 3 != 0)
            victim_pool_tick(&pool);
    }
    EXPECT_INT(made_count, 9);
    EXPECT_INT(live_count, 9);
    victim_pool_destroy(&pool);
}

/*
 * Random gets, puts and ticks against a model of two numbers: how many are young, how many are
 * victims.
 */
static void test_model(void)
{
    struct victim_cache *const cache = set_up();
    uint64_t random = 1, young = 0, victims = 0, made = 0, live = 0;
    size_t held = 0;
    for (size_t i = 0; i < 200000; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        const uint64_t dice = random >> 40;
        if (dice % 64 == 0) {
            victim_pool_tick(&pool);
            victim_cache_catch_up(cache);
            live -= victims;
            victims = young;
            young = 0;
        } else if (dice % 2 == 0 && held < RING + 1) {
            objects[held++] = victim_cache_get(cache);
            if (young > 0)
                young--;
            else if (victims > 0)
                victims--;
            else
                made++, live++;
        } else if (held > 0) {
            victim_cache_put(cache, objects[--held]);
            young++;
        }
        if (live_count != live || cache->made_count != made) {
            EXPECT_INT(live_count, live);
            EXPECT_INT(cache->made_count, made);
            break;
        }
    }
    EXPECT(made > 1000);
    put_many(cache, held);
    victim_pool_destroy(&pool);
    EXPECT_INT(live_count, 0);
}

/* A thread without objects takes the oldest of another's ring, never its private one. */
static void test_stealing(void)
{
    struct victim_cache *const first = set_up();
    struct victim_cache *const second = victim_cache_open(&pool);
    get_many(first, 4);
    put_many(first, 4);
    EXPECT(victim_cache_get(second) == objects[1]);
    EXPECT(victim_cache_get(second) == objects[2]);
    EXPECT(victim_cache_get(second) == objects[3]);
    EXPECT_INT(second->stolen_count, 3);
    EXPECT_INT(second->made_count, 0);
    void *const made = victim_cache_get(second);
    EXPECT_INT(second->made_count, 1);
    EXPECT(victim_cache_get(first) == objects[0]);

    put_many(first, 4);
    victim_cache_put(second, made);
    victim_pool_tick(&pool);
    victim_cache_catch_up(first);
    EXPECT(victim_cache_get(second) == made); /* the own victim first */
    EXPECT(victim_cache_get(second) == objects[1]);
    victim_cache_put(second, objects[1]);
    victim_cache_put(second, made);
    get_many(first, 4);
    EXPECT(objects[0] != NULL && first->made_count == 4);
    put_many(first, 4);

    victim_cache_close(first); /* whose private object goes to its ring */
    EXPECT_INT(live_count, 5);
    get_many(second, 5);
    EXPECT_INT(made_count, 5);
    put_many(second, 5);
    victim_cache_close(second);
    victim_pool_tick(&pool); /* of what has no owner any more */
    EXPECT_INT(live_count, 5);
    victim_pool_tick(&pool);
    EXPECT_INT(live_count, 0);
    victim_pool_destroy(&pool);
}

static void test_out_of_memory(void)
{
    struct victim_cache *const cache = set_up();
    make_limit = 3;
    get_many(cache, 3);
    errno = 0;
    EXPECT(victim_cache_get(cache) == NULL);
    EXPECT_INT(errno, ENOMEM);
    victim_cache_put(cache, objects[1]);
    EXPECT(victim_cache_get(cache) == objects[1]);
    EXPECT(victim_cache_get(cache) == NULL);
    put_many(cache, 3);
    victim_pool_destroy(&pool);
    EXPECT_INT(live_count, 0);
}

static int run_no_mapping(void)
{
    if (limit_address_space(1 << 20) != 0)
        return TEST_SKIPPED;
    errno = 0;
    EXPECT_INT(victim_pool_init(&pool, &counted, VICTIM_THREADS_MAX, 0), -1);
    EXPECT_INT(errno, ENOMEM);
    return check_result();
}

static void test_no_mapping(void)
{
    const struct child_end end = run_in_child(run_no_mapping);
    if (end.status != 0)
        fputs(end.text, stderr);
    EXPECT_INT(end.status, 0);
}

/* ---- Threads ---- */

static void *open_handle(void *opaque)
{
    struct victim_cache *const cache = victim_cache_open(opaque);
    if (cache == NULL)
        abort();
    return cache;
}

static void close_handle(void *handle)
{
    victim_cache_close(handle);
}

static void *get_by_handle(void *handle)
{
    return victim_cache_get(handle);
}

static void put_by_handle(void *handle, void *object)
{
    victim_cache_put(handle, object);
}

static void tick(void *opaque)
{
    victim_pool_tick(opaque);
}

static void test_hand_out(void)
{
    static struct hand_out test;
    static struct slab_source slabs;
    const struct hand_out_pool by_handle = {open_handle, close_handle, get_by_handle, put_by_handle,
                                            tick,        &pool,        COUNTED_BYTES};
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        EXPECT_INT(slab_source_init(&slabs, COUNTED_BYTES, 16), 0);
        EXPECT_INT(victim_pool_init(&pool, &slabs.source, threads, threads == 4 ? 1 : RING), 0);
        hand_out_run(&test, &by_handle, threads, 100000);
        EXPECT_INT(test.twice, 0);
        EXPECT_INT(test.overwritten, 0);
        EXPECT(test.generations > 20000);
        victim_pool_destroy(&pool);
        slab_source_destroy(&slabs);
    }
}

#if POOL_DEBUG
static int put_twice(void)
{
    static struct slab_source slabs;
    if (slab_source_init(&slabs, COUNTED_BYTES, 16) != 0 ||
        victim_pool_init(&pool, &slabs.source, 1, RING) != 0)
        return 1;
    struct victim_cache *const cache = victim_cache_open(&pool);
    void *const object = victim_cache_get(cache);
    victim_cache_put(cache, object);
    victim_cache_put(cache, object);
    return 0;
}

static void test_misuse(void)
{
    const struct child_end end = run_in_child(put_twice);
    EXPECT(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGABRT);
    EXPECT(strstr(end.text, "pool: double put") != NULL);
}
#endif

int main(void)
{
    test_arguments();
    test_order();
    test_full_ring();
    test_ticks();
    test_steady_use();
    test_model();
    test_stealing();
    test_out_of_memory();
    test_no_mapping();
    test_hand_out();
#if POOL_DEBUG
    test_misuse();
#endif
    return check_result();
}
