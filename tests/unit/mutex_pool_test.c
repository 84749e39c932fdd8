/* The pool behind a lock: that the lock is where it must be. */
#include "mutex_pool.h"

#include "check.h"
#include "hand_out.h"
#include "in_child.h"

#include <errno.h>

enum { SIZE_BYTES = 48 };

static struct mutex_pool pool;

static void *open_none(void *opaque)
{
    return opaque;
}

static void close_none(void *opaque)
{
    (void)opaque;
}

static void *get(void *opaque)
{
    return mutex_pool_get(opaque);
}

static void put(void *opaque, void *object)
{
    mutex_pool_put(opaque, object);
}

static void test_one_thread(void)
{
    EXPECT_INT(mutex_pool_init(&pool, 0, 16), -1);
    EXPECT_INT(errno, EINVAL);
    EXPECT_INT(mutex_pool_init(&pool, SIZE_BYTES, 16), 0);
    void *const first = mutex_pool_get(&pool);
    void *const second = mutex_pool_get(&pool);
    EXPECT(first != second);
    mutex_pool_put(&pool, first);
    mutex_pool_put(&pool, second);
    EXPECT(mutex_pool_get(&pool) == second);
    EXPECT(mutex_pool_get(&pool) == first);
    EXPECT_INT(pthread_mutex_trylock(&pool.lock), 0); /* nobody has kept it */
    pthread_mutex_unlock(&pool.lock);
    mutex_pool_destroy(&pool);
}

static int run_out_of_memory(void)
{
    if (mutex_pool_init(&pool, 4096, 16) != 0 || limit_address_space(1 << 20) != 0)
        return TEST_SKIPPED;
    void *last = NULL, *object;
    while ((object = mutex_pool_get(&pool)) != NULL)
        last = object;
    EXPECT_INT(errno, ENOMEM);
    EXPECT(last != NULL);
    mutex_pool_put(&pool, last); /* the failed get has given the lock back */
    EXPECT(mutex_pool_get(&pool) == last);
    return check_result();
}

static void test_out_of_memory(void)
{
    const struct child_end end = run_in_child(run_out_of_memory);
    if (end.status != 0)
        fputs(end.text, stderr);
    EXPECT_INT(end.status, 0);
}

static void test_hand_out(void)
{
    static struct hand_out test;
    const struct hand_out_pool shared = {open_none, close_none, get, put, NULL, &pool, SIZE_BYTES};
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        EXPECT_INT(mutex_pool_init(&pool, SIZE_BYTES, 16), 0);
        hand_out_run(&test, &shared, threads, 100000);
        EXPECT_INT(test.twice, 0);
        EXPECT_INT(test.overwritten, 0);
        EXPECT(test.generations > 20000);
        mutex_pool_destroy(&pool);
    }
}

int main(void)
{
    test_one_thread();
    test_out_of_memory();
    test_hand_out();
    return check_result();
}
