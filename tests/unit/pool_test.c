/* The pool: what it hands out, how it grows, what it refuses and what it catches. */
#include "pool.h"

#include "check.h"
#include "in_child.h"

#include <errno.h>
#include <signal.h>

enum { MANY = 100000 };

static void *objects[MANY];

static void test_alignment_and_distance(void)
{
    unsigned misaligned = 0, overlapping = 0, overwritten = 0;
    for (size_t size = 1; size <= 4096; size++) {
        for (size_t alignment = 1; alignment <= POOL_ALIGNMENT_MAX; alignment *= 2) {
            struct pool pool;
            if (pool_init(&pool, size, alignment, 3) != 0)
                abort();
            unsigned char *object[8]; /* more than the first slab, so that there is a second */
            for (size_t i = 0; i < 8; i++) {
                object[i] = pool_get(&pool);
                misaligned += (uintptr_t)object[i] % alignment != 0;
                memset(object[i], (int)i, size);
                for (size_t j = 0; j < i; j++)
                    overlapping += object[i] < object[j] + size && object[j] < object[i] + size;
            }
            for (size_t i = 0; i < 8; i++)
                overwritten += object[i][0] != i || object[i][size - 1] != i;
            pool_destroy(&pool);
        }
    }
    EXPECT_INT(misaligned, 0);
    EXPECT_INT(overlapping, 0);
    EXPECT_INT(overwritten, 0);
}

static void test_arguments(void)
{
    struct pool pool;
    const struct {
        size_t size, alignment, count;
        int error;
    } refused[] = {
        {0, 8, 0, EINVAL},
        {8, 0, 0, EINVAL},
        {8, 3, 0, EINVAL},
        {8, 128, 0, EINVAL},
        {SIZE_MAX, 8, 0, EOVERFLOW},
        {8, 8, SIZE_MAX, EOVERFLOW},
        {64, 8, SIZE_MAX / 64 + 2, EOVERFLOW},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        errno = 0;
        EXPECT_INT(pool_init(&pool, refused[i].size, refused[i].alignment, refused[i].count), -1);
        EXPECT_INT(errno, refused[i].error);
    }
    EXPECT_INT(pool_init(&pool, 1, 1, 0), 0);
    EXPECT_INT(pool.mapped_bytes, 0);
    pool_destroy(&pool); /* of a pool that never held anything */
}

static void test_order(void)
{
    struct pool pool;
    EXPECT_INT(pool_init(&pool, 48, 16, 0), 0);
    for (size_t i = 0; i < 1000; i++)
        objects[i] = pool_get(&pool);
    for (size_t i = 0; i < 1000; i++)
        pool_put(&pool, objects[i]);
    unsigned wrong = 0;
    for (size_t i = 1000; i-- > 0;)
        wrong += pool_get(&pool) != objects[i];
    EXPECT_INT(wrong, 0); /* last in, first out */
    pool_put(&pool, objects[7]);
    EXPECT(pool_get_call(&pool) == objects[7]);
    pool_put_call(&pool, objects[9]);
    EXPECT(pool_get(&pool) == objects[9]);
    pool_put_call(&pool, objects[3]);
    EXPECT(pool_get_call(&pool) == objects[3]);
    pool_destroy(&pool);
}

static void test_growth_and_reset(void)
{
    struct pool pool;
    EXPECT_INT(pool_init(&pool, sizeof(size_t) * 8, 64, 0), 0);
    size_t slabs = 0, mapped_bytes = 0, largest = 0;
    for (size_t i = 0; i < MANY; i++) {
        size_t *const object = objects[i] = pool_get(&pool);
        object[0] = object[7] = i;
        if (pool.mapped_bytes != mapped_bytes) {
            const size_t grown = pool.mapped_bytes - mapped_bytes;
            EXPECT(grown >= largest);
            EXPECT(grown <= POOL_SLAB_CAP_BYTES);
            largest = grown;
            mapped_bytes = pool.mapped_bytes;
            slabs++;
        }
    }
    EXPECT(slabs <= 7 + mapped_bytes / POOL_SLAB_CAP_BYTES); /* 64 KiB doubled to 4 MiB, more */
    EXPECT(mapped_bytes < 2 * (size_t)MANY * pool.stride + POOL_SLAB_FIRST_BYTES);
    unsigned overwritten = 0;
    for (size_t i = 0; i < MANY; i++) {
        const size_t *const object = objects[i];
        overwritten += object[0] != i || object[7] != i;
    }
    EXPECT_INT(overwritten, 0); /* so all are distinct */

    for (size_t i = 0; i < MANY; i += 3)
        pool_put(&pool, objects[i]);
    for (unsigned round = 0; round < 2; round++) { /* the second: nothing is out */
        pool_reset(&pool);
        unsigned moved = 0;
        for (size_t i = 0; i < MANY; i++)
            moved += pool_get(&pool) != objects[i];
        EXPECT_INT(moved, 0);
        EXPECT_INT(pool.mapped_bytes, mapped_bytes);
        for (size_t i = MANY; i-- > 0;)
            pool_put(&pool, objects[i]);
    }
    pool_reset(&pool);
    pool_reset(&pool);
    EXPECT(pool_get(&pool) == objects[0]);
    pool_destroy(&pool);
    EXPECT_INT(pool.mapped_bytes, 0);
    unsigned still_mapped = 0;
    for (size_t i = 0; i < MANY; i += 100)
        still_mapped += is_mapped(objects[i]);
    EXPECT_INT(still_mapped, 0);
}

static void test_cap(void)
{
    struct pool pool;
    EXPECT_INT(pool_init(&pool, 100000, 8, 0), 0); /* eight in the first slab */
    size_t mapped_bytes = 0;
    for (size_t i = 0; i < 200; i++) {
        objects[i] = pool_get(&pool);
        EXPECT(objects[i] != NULL);
        EXPECT(pool.mapped_bytes - mapped_bytes <= POOL_SLAB_CAP_BYTES + 8192);
        mapped_bytes = pool.mapped_bytes;
    }
    pool_destroy(&pool);
    EXPECT_INT(pool_init(&pool, 2 * POOL_SLAB_CAP_BYTES, 8, 0), 0); /* one a slab */
    for (size_t i = 0; i < 3; i++) {
        char *const object = pool_get(&pool);
        EXPECT(object != NULL);
        object[2 * POOL_SLAB_CAP_BYTES - 1] = 1;
    }
    EXPECT(pool.mapped_bytes < 7 * (size_t)POOL_SLAB_CAP_BYTES);
    pool_destroy(&pool);
}

/* A million random gets and puts, inlined and called, against stamps that say whose object it is.
 */
static void test_churn(void)
{
    enum { SLOTS = 4096 };
    static uint64_t *slots[SLOTS];
    struct pool pool;
    EXPECT_INT(pool_init(&pool, 24, 8, 10), 0);
    uint64_t state = 1, broken = 0;
    for (uint64_t i = 0; i < 1000000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        const size_t slot = state >> 52;
        const bool called = (state >> 40 & 1) != 0;
        uint64_t *object = slots[slot];
        if (object == NULL) {
            object = called ? pool_get_call(&pool) : pool_get(&pool);
            object[0] = slot;
            object[1] = object[2] = ~slot;
            slots[slot] = object;
        } else {
            broken += object[0] != slot || object[1] != ~slot || object[2] != ~slot;
            slots[slot] = NULL;
            if (called)
                pool_put_call(&pool, object);
            else
                pool_put(&pool, object);
        }
    }
    EXPECT_INT(broken, 0);
    EXPECT(pool.mapped_bytes <= 4 * SLOTS * pool.stride);
    pool_destroy(&pool);
}

static int run_out_of_memory(void)
{
    struct pool pool;
    if (pool_init(&pool, 256, 16, 0) != 0 || limit_address_space(7 << 20) != 0)
        return TEST_SKIPPED;
    size_t count = 0;
    for (; count < MANY; count++) {
        errno = 0;
        objects[count] = pool_get(&pool);
        if (objects[count] == NULL)
            break;
        memset(objects[count], 1, 256);
    }
    EXPECT(count > 1000);
    EXPECT(count < MANY);
    EXPECT_INT(errno, ENOMEM);
    EXPECT(pool.mapped_bytes > 6 << 20);  /* when a large slab did not fit, smaller ones did */
    EXPECT(pool_get_call(&pool) == NULL); /* and again */
    pool_put(&pool, objects[500]);
    EXPECT(pool_get(&pool) == objects[500]); /* the pool goes on with what it has */
    EXPECT(pool_get(&pool) == NULL);
    pool_reset(&pool);
    size_t again = 0;
    while (again < MANY && pool_get(&pool) != NULL)
        again++;
    EXPECT_INT(again, count);
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &none);
    EXPECT(pool_get(&pool) != NULL); /* nothing of the failure sticks */
    pool_destroy(&pool);
    return check_result();
}

static void test_out_of_memory(void)
{
    const struct child_end end = run_in_child(run_out_of_memory);
    if (end.status != 0)
        fputs(end.text, stderr);
    EXPECT_INT(end.status, 0);
}

#if POOL_DEBUG
static struct pool pool_of_misuse;

static int put_twice(void)
{
    void *const object = pool_get(&pool_of_misuse);
    void *const other = pool_get(&pool_of_misuse);
    pool_put(&pool_of_misuse, object);
    pool_put(&pool_of_misuse, other);
    pool_put(&pool_of_misuse, object);
    return 0;
}

static int put_after_reset(void)
{
    void *const object = pool_get(&pool_of_misuse);
    pool_reset(&pool_of_misuse);
    pool_put(&pool_of_misuse, object);
    return 0;
}

static int put_foreign(void)
{
    static long mine;
    pool_get(&pool_of_misuse);
    pool_put(&pool_of_misuse, &mine);
    return 0;
}

static int put_null(void)
{
    pool_put(&pool_of_misuse, NULL);
    return 0;
}

static int put_to_another(void)
{
    struct pool other;
    if (pool_init(&other, 40, 8, 0) != 0)
        return 1;
    pool_get(&pool_of_misuse);
    pool_put(&pool_of_misuse, pool_get(&other));
    return 0;
}

static int put_inside(void)
{
    pool_put(&pool_of_misuse, (char *)pool_get(&pool_of_misuse) + 8);
    return 0;
}

#if !POOL_ASAN
static int write_after_put(void)
{
    char *const object = pool_get(&pool_of_misuse);
    pool_put(&pool_of_misuse, object);
    object[39] = 1;
    pool_get(&pool_of_misuse);
    return 0;
}

static int break_link(void)
{
    void **const object = pool_get(&pool_of_misuse);
    pool_put(&pool_of_misuse, object);
    *object = &pool_of_misuse;
    pool_get(&pool_of_misuse);
    pool_get(&pool_of_misuse);
    return 0;
}
#endif

static void test_misuse(void)
{
    const struct misuse misuses[] = {
        {put_twice, "pool: double put"},
        {put_after_reset, "pool: double put"},
        {put_foreign, "pool: foreign pointer"},
        {put_null, "pool: foreign pointer"},
        {put_to_another, "pool: foreign pointer"},
        {put_inside, "pool: misaligned pointer"},
#if !POOL_ASAN /* which stops at the write itself */
        {write_after_put, "pool: the object was written to after it was put"},
        {break_link, "pool: the free list is broken"},
#endif
    };
    EXPECT_INT(pool_init(&pool_of_misuse, 40, 8, 0), 0);
    EXPECT(pool_of_misuse.checked);
    expect_misuses(misuses, sizeof misuses / sizeof *misuses);
    pool_destroy(&pool_of_misuse);
}

/* Objects go in through unchecked puts, and out through checked ones: no false alarm. */
static void test_unchecked_puts(void)
{
    struct pool pool;
    EXPECT_INT(pool_init(&pool, 40, 8, 0), 0);
    for (unsigned round = 0; round < 4; round++) {
        for (size_t i = 0; i < 100; i++)
            objects[i] = (i + round) % 2 != 0 ? pool_get(&pool) : pool_get_call(&pool);
        for (size_t i = 0; i < 100; i++) {
            for (size_t j = 0; j < i; j++)
                if (objects[i] == objects[j])
                    EXPECT(objects[i] != objects[j]);
            if (i % 3 != 0)
                pool_put(&pool, objects[i]);
            else
                pool_put_call(&pool, objects[i]);
        }
    }
    pool_destroy(&pool);
}
#endif

#if POOL_ASAN
static struct pool pool_of_poison;

static int read_after_put(void)
{
    volatile char *const object = pool_get(&pool_of_poison);
    pool_put(&pool_of_poison, (void *)(uintptr_t)object);
    return object[20];
}

static int write_beyond(void)
{
    volatile char *const object = pool_get(&pool_of_poison);
    object[40] = 1;
    return 0;
}

static void test_poison(void)
{
    EXPECT_INT(pool_init(&pool_of_poison, 40, 8, 0), 0);
    char *const object = pool_get(&pool_of_poison);
    EXPECT(__asan_region_is_poisoned(object, 40) == NULL);
    EXPECT(__asan_address_is_poisoned(object + 40));
    EXPECT(__asan_address_is_poisoned(object + pool_of_poison.stride)); /* never handed out */
    char *const neighbour = pool_get(&pool_of_poison);
    EXPECT(neighbour == object + pool_of_poison.stride);
    EXPECT(__asan_address_is_poisoned(object + 40));
    EXPECT(!__asan_address_is_poisoned(neighbour));
    pool_put(&pool_of_poison, object);
    for (size_t i = 0; i < 40; i++)
        EXPECT(__asan_address_is_poisoned(object + i));
    EXPECT(pool_get_call(&pool_of_poison) == object);
    EXPECT(__asan_region_is_poisoned(object, 40) == NULL);
    pool_put_call(&pool_of_poison, object);
    EXPECT(__asan_address_is_poisoned(object));
    EXPECT(pool_get(&pool_of_poison) == object);
    pool_reset(&pool_of_poison);
    EXPECT(__asan_address_is_poisoned(object));

    const struct child_end after = run_in_child(read_after_put);
    EXPECT(after.status != 0 && strstr(after.text, "use-after-poison") != NULL);
    const struct child_end beyond = run_in_child(write_beyond);
    EXPECT(beyond.status != 0 && strstr(beyond.text, "use-after-poison") != NULL);

    EXPECT(pool_get(&pool_of_poison) == object);
    pool_destroy(&pool_of_poison);
    EXPECT(!__asan_address_is_poisoned(object)); /* others may map the address */
}
#endif

int main(void)
{
    test_alignment_and_distance();
    test_arguments();
    test_order();
    test_growth_and_reset();
    test_cap();
    test_churn();
    test_out_of_memory();
#if POOL_DEBUG
    test_misuse();
    test_unchecked_puts();
#endif
#if POOL_ASAN
    test_poison();
#endif
    return check_result();
}
