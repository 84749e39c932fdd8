/* The tagged stack: what it hands out, how much, and what it catches. */
#include "treiber_pool.h"

#include "check.h"
#include "hand_out.h"
#include "in_child.h"

#include <errno.h>
#include <signal.h>

enum { SIZE_BYTES = 48, CAPACITY = 1000 };

static struct treiber_pool pool;
static void *objects[CAPACITY];

static void set_up(size_t capacity)
{
    if (treiber_pool_init(&pool, SIZE_BYTES, 16, capacity) != 0)
        abort();
}

static void test_arguments(void)
{
    const struct {
        size_t size, alignment, capacity;
        int error;
    } refused[] = {
        {0, 8, 1, EINVAL},
        {8, 0, 1, EINVAL},
        {8, 24, 1, EINVAL},
        {8, 128, 1, EINVAL},
        {8, 8, 0, EINVAL},
        {8, 8, UINT32_MAX, EINVAL},
        {SIZE_MAX, 8, 1, EOVERFLOW},
        {PTRDIFF_MAX / 8, 8, 100, EOVERFLOW},
        {PTRDIFF_MAX / 32, 8, 10, ENOMEM},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        errno = 0;
        EXPECT_INT(
            treiber_pool_init(&pool, refused[i].size, refused[i].alignment, refused[i].capacity),
            -1);
        EXPECT_INT(errno, refused[i].error);
    }
}

static void test_alignment_and_distance(void)
{
    unsigned misaligned = 0, overlapping = 0, overwritten = 0;
    for (size_t size = 1; size <= 200; size++)
        for (size_t alignment = 1; alignment <= POOL_ALIGNMENT_MAX; alignment *= 2) {
            if (treiber_pool_init(&pool, size, alignment, 4) != 0)
                abort();
            unsigned char *object[4];
            for (size_t i = 0; i < 4; i++) {
                object[i] = treiber_pool_get(&pool);
                misaligned += (uintptr_t)object[i] % (alignment < 16 ? 16 : alignment) != 0;
                memset(object[i], (int)i, size);
                for (size_t j = 0; j < i; j++)
                    overlapping += object[i] < object[j] + size && object[j] < object[i] + size;
            }
            for (size_t i = 0; i < 4; i++) {
                overwritten += object[i][0] != i || object[i][size - 1] != i;
                treiber_pool_put(&pool, object[i]);
            }
            for (size_t i = 4; i-- > 0;)
                overwritten += treiber_pool_get(&pool) != object[i];
            treiber_pool_destroy(&pool);
        }
    EXPECT_INT(misaligned, 0);
    EXPECT_INT(overlapping, 0);
    EXPECT_INT(overwritten, 0);
}

static void test_capacity(void)
{
    set_up(CAPACITY);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < CAPACITY; i++) {
            objects[i] = treiber_pool_get(&pool);
            if (objects[i] == NULL)
                EXPECT(objects[i] != NULL);
        }
        errno = 0;
        EXPECT(treiber_pool_get(&pool) == NULL);
        EXPECT_INT(errno, ENOMEM);
        treiber_pool_put(&pool, objects[7]);
        EXPECT(treiber_pool_get(&pool) == objects[7]);
        EXPECT(treiber_pool_get(&pool) == NULL);
        for (size_t i = 0; i < CAPACITY; i++)
            treiber_pool_put(&pool, objects[i]);
    }
    treiber_pool_destroy(&pool);
    EXPECT(pool.objects == NULL);
    EXPECT(!is_mapped(objects[0]));
}

/*
 * The ABA problem, step by step: a get reads head and link, and before its compare-and-swap two
 * objects are taken and the first is put back. The head is the same object again, and the link is
 * wrong; the tag must tell.
 */
static void test_tag(void)
{
    set_up(CAPACITY);
    void *const bottom = treiber_pool_get(&pool);
    void *const middle = treiber_pool_get(&pool);
    void *const top = treiber_pool_get(&pool);
    treiber_pool_put(&pool, bottom);
    treiber_pool_put(&pool, middle);
    treiber_pool_put(&pool, top);

    uint64_t head = pool.head;
    EXPECT(treiber_node_at(&pool, (uint32_t)head) + 1 == top);
    const uint64_t rest =
        (head & ~UINT64_C(0xffffffff)) | treiber_node_at(&pool, (uint32_t)head)->next;
    EXPECT(treiber_pool_get(&pool) == top);
    EXPECT(treiber_pool_get(&pool) == middle);
    treiber_pool_put(&pool, top);
    EXPECT_INT((uint32_t)pool.head, (uint32_t)head);
    EXPECT(!atomic_compare_exchange_strong(&pool.head, &head, rest));
    EXPECT(treiber_pool_get(&pool) == top);
    EXPECT(treiber_pool_get(&pool) == bottom); /* and not `middle`, which is out */
    treiber_pool_destroy(&pool);
}

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
    return treiber_pool_get(opaque);
}

static void put(void *opaque, void *object)
{
    treiber_pool_put(opaque, object);
}

static void test_hand_out(void)
{
    static struct hand_out test;
    const struct hand_out_pool shared = {open_none, close_none, get, put, NULL, &pool, SIZE_BYTES};
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        set_up(threads * HAND_OUT_HELD + HAND_OUT_SWAPS); /* just enough */
        hand_out_run(&test, &shared, threads, 100000);
        EXPECT_INT(test.twice, 0);
        EXPECT_INT(test.overwritten, 0);
        EXPECT(test.generations > 20000);
        treiber_pool_destroy(&pool);
    }
}

#if POOL_DEBUG
static int put_twice(void)
{
    set_up(CAPACITY);
    void *const object = treiber_pool_get(&pool);
    treiber_pool_put(&pool, object);
    treiber_pool_put(&pool, object);
    return 0;
}

static int put_foreign(void)
{
    static uint64_t mine[SIZE_BYTES];
    void *volatile foreign = mine; /* or gcc warns of what is done to it */
    set_up(CAPACITY);
    treiber_pool_put(&pool, foreign);
    return 0;
}

static int put_inside(void)
{
    set_up(CAPACITY);
    treiber_pool_put(&pool, (char *)treiber_pool_get(&pool) + 16);
    return 0;
}

static int put_never_out(void)
{
    set_up(CAPACITY);
    treiber_pool_put(&pool, (char *)treiber_pool_get(&pool) + pool.stride);
    return 0;
}

static int put_null(void)
{
    void *volatile null = NULL;
    set_up(CAPACITY);
    treiber_pool_put(&pool, null);
    return 0;
}

static void test_misuse(void)
{
    const struct misuse misuses[] = {
        {put_twice, "pool: double put"},          {put_foreign, "pool: foreign pointer"},
        {put_inside, "pool: foreign pointer"},    {put_null, "pool: foreign pointer"},
        {put_never_out, "pool: foreign pointer"},
    };
    expect_misuses(misuses, sizeof misuses / sizeof *misuses);
}
#endif

#if POOL_ASAN
static int read_after_put(void)
{
    set_up(CAPACITY);
    volatile char *const object = treiber_pool_get(&pool);
    treiber_pool_put(&pool, (void *)(uintptr_t)object);
    return object[20];
}

static void test_poison(void)
{
    const struct child_end end = run_in_child(read_after_put);
    EXPECT(end.status != 0 && strstr(end.text, "use-after-poison") != NULL);
    set_up(CAPACITY);
    char *const object = treiber_pool_get(&pool);
    treiber_pool_put(&pool, object);
    EXPECT(treiber_pool_get(&pool) == object);
    EXPECT(__asan_region_is_poisoned(object, SIZE_BYTES) == NULL);
    treiber_pool_put(&pool, object);
    treiber_pool_destroy(&pool);
    EXPECT(!__asan_address_is_poisoned(object)); /* others may map the address */
}
#endif

int main(void)
{
    test_arguments();
    test_alignment_and_distance();
    test_capacity();
    test_tag();
    test_hand_out();
#if POOL_DEBUG
    test_misuse();
#endif
#if POOL_ASAN
    test_poison();
#endif
    return check_result();
}
