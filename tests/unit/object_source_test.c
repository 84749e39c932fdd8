/* Where shared pools get their objects: what slabs give, and what the marks behind them catch. */
#include "object_source.h"

#include "check.h"
#include "in_child.h"
#include "magazine_pool.h"

#include <errno.h>
#include <signal.h>

enum { ROUNDS = 8, SIZE_BYTES = 48 };

static struct slab_source slabs;

static void test_arguments(void)
{
    EXPECT_INT(slab_source_init(&slabs, 0, 8), -1);
    EXPECT_INT(errno, EINVAL);
    EXPECT_INT(slab_source_init(&slabs, SIZE_MAX, 8), -1);
    EXPECT_INT(errno, EOVERFLOW);
    EXPECT_INT(slab_source_init(&slabs, 64, 3), -1);
    EXPECT_INT(errno, EINVAL);
}

static void test_slabs(void)
{
    unsigned misaligned = 0, overlapping = 0;
    for (size_t size = 1; size <= 200; size++)
        for (size_t alignment = 1; alignment <= POOL_ALIGNMENT_MAX; alignment *= 2) {
            if (slab_source_init(&slabs, size, alignment) != 0)
                abort();
            EXPECT_INT(slabs.source.object_size, size);
            char *object[4];
            for (size_t i = 0; i < 4; i++) {
                object[i] = object_source_make(&slabs.source);
                object_source_taken(&slabs.source, object[i]);
                misaligned += (uintptr_t)object[i] % alignment != 0;
                memset(object[i], 0xff, size); /* which is not where the mark is */
                for (size_t j = 0; j < i; j++)
                    overlapping += object[i] < object[j] + size && object[j] < object[i] + size;
            }
            for (size_t i = 0; i < 4; i++) {
                object_source_returned(&slabs.source, object[i]);
                object_source_drop(&slabs.source, object[i]);
            }
            EXPECT(object_source_make(&slabs.source) == object[3]); /* what was dropped last */
            slab_source_destroy(&slabs);
        }
    EXPECT_INT(misaligned, 0);
    EXPECT_INT(overlapping, 0);
}

#if POOL_DEBUG
static struct magazine_pool pool;

static void set_up(size_t rounds)
{
    if (slab_source_init(&slabs, SIZE_BYTES, 16) != 0 ||
        magazine_pool_init(&pool, &slabs.source, rounds) != 0)
        abort();
}

static void start_misuse(struct magazine_cache *cache)
{
    set_up(ROUNDS);
    magazine_cache_open(cache, &pool);
}

static int put_twice(void)
{
    struct magazine_cache cache;
    start_misuse(&cache);
    void *const object = magazine_cache_get(&cache);
    magazine_cache_put(&cache, object);
    magazine_cache_put(&cache, object);
    return 0;
}

static int put_foreign(void)
{
    static uint64_t mine[SIZE_BYTES];
    struct magazine_cache cache;
    start_misuse(&cache);
    magazine_cache_put(&cache, mine);
    return 0;
}

static int put_null(void)
{
    struct magazine_cache cache;
    start_misuse(&cache);
    magazine_cache_put(&cache, NULL);
    return 0;
}

static int put_to_another(void)
{
    struct magazine_cache cache;
    start_misuse(&cache);
    struct slab_source other;
    if (slab_source_init(&other, SIZE_BYTES, 16) != 0)
        return 1;
    void *const object = object_source_make(&other.source);
    object_source_taken(&other.source, object);
    magazine_cache_put(&cache, object);
    return 0;
}

/* What the magazines would do if they were wrong. */
static int hand_out_twice(void)
{
    struct magazine_cache cache;
    start_misuse(&cache);
    void *const object = magazine_cache_get(&cache);
    magazine_cache_put(&cache, object);
    magazine_cache_get(&cache);
    cache.count++;
    magazine_cache_get(&cache);
    return 0;
}

#if !POOL_ASAN /* which stops at the write itself */
static int write_over_mark(void)
{
    struct magazine_cache cache;
    start_misuse(&cache);
    char *const object = magazine_cache_get(&cache);
    magazine_cache_put(&cache, object);
    memset(object, 1, SIZE_BYTES + 8);
    magazine_cache_get(&cache);
    return 0;
}
#endif

static void test_misuse(void)
{
    const struct misuse misuses[] = {
        {put_twice, "pool: double put"},
        {put_foreign, "pool: foreign pointer"},
        {put_null, "pool: foreign pointer"},
        {put_to_another, "pool: foreign pointer"},
        {hand_out_twice, "pool: the object is handed out twice"},
#if !POOL_ASAN
        {write_over_mark, "pool: the object was written to beyond its end"},
#endif
    };
    expect_misuses(misuses, sizeof misuses / sizeof *misuses);
}
#endif

#if POOL_ASAN
static int read_after_put(void)
{
    set_up(ROUNDS);
    volatile char *const object = magazine_get(&pool);
    magazine_put(&pool, (void *)(uintptr_t)object);
    return object[20];
}

static int write_beyond(void)
{
    set_up(ROUNDS);
    volatile char *const object = magazine_get(&pool);
    object[SIZE_BYTES] = 1;
    return 0;
}

static void test_poison(void)
{
    int (*const misuses[])(void) = {read_after_put, write_beyond};
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
        const struct child_end end = run_in_child(misuses[i]);
        EXPECT(end.status != 0 && strstr(end.text, "use-after-poison") != NULL);
    }
    set_up(ROUNDS);
    char *const object = magazine_get(&pool);
    EXPECT(__asan_region_is_poisoned(object, SIZE_BYTES) == NULL);
    magazine_put(&pool, object);
    for (size_t i = 0; i < SIZE_BYTES; i++)
        EXPECT(__asan_address_is_poisoned(object + i));
    EXPECT(magazine_get(&pool) == object);
    EXPECT(__asan_region_is_poisoned(object, SIZE_BYTES) == NULL);
    magazine_pool_destroy(&pool);
    slab_source_destroy(&slabs);
    EXPECT(!__asan_address_is_poisoned(object)); /* others may map the address */
}
#endif

int main(void)
{
    test_arguments();
    test_slabs();
#if POOL_DEBUG
    test_misuse();
#endif
#if POOL_ASAN
    test_poison();
#endif
    return check_result();
}
