/*
 * The example of an allocator of one's own, compiled into this program under names of its own: what
 * malloc promises, over all sizes and alignments, and from several threads that free each other's.
 */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *own_malloc(size_t size);
void own_free(void *block);
void *own_calloc(size_t count, size_t size);
void *own_realloc(void *block, size_t size);
void *own_memalign(size_t alignment, size_t size);
void *own_aligned_alloc(size_t alignment, size_t size);
int own_posix_memalign(void **out, size_t alignment, size_t size);
void *own_valloc(size_t size);
size_t own_malloc_usable_size(void *block);

static bool is_aligned(const void *block, size_t alignment)
{
    return (uintptr_t)block % alignment == 0;
}

static bool holds(const unsigned char *block, size_t size_bytes, unsigned char value)
{
    for (size_t i = 0; i < size_bytes; i++)
        if (block[i] != value)
            return false;
    return true;
}

/* Sizes around every edge of a class, and past the largest. */
static size_t nth_size(size_t n)
{
    return ((size_t)1 << (n / 3)) + n % 3 - 1;
}

/* All blocks live at once: each is written whole, and none has been written by another. */
static void test_sizes(void)
{
    enum { COUNT = 63, COPIES = 40 };
    static unsigned char *blocks[COUNT][COPIES];
    for (size_t copy = 0; copy < COPIES; copy++)
        for (size_t n = 0; n < COUNT; n++) {
            unsigned char *const block = own_malloc(nth_size(n));
            blocks[n][copy] = block;
            EXPECT(block != NULL && is_aligned(block, 16));
            EXPECT(own_malloc_usable_size(block) >= nth_size(n));
            if (nth_size(n) < 70000 || copy < 2)
                memset(block, (int)((n + copy) % 251), own_malloc_usable_size(block));
        }
    for (size_t copy = 0; copy < COPIES; copy++)
        for (size_t n = 0; n < COUNT; n++) {
            if (nth_size(n) < 70000 || copy < 2)
                EXPECT(holds(blocks[n][copy], own_malloc_usable_size(blocks[n][copy]),
                             (unsigned char)((n + copy) % 251)));
            own_free(blocks[n][copy]);
        }
    /* What was written is zero again. */
    for (size_t n = 0; n < COUNT; n++) {
        unsigned char *const block = own_calloc(1, nth_size(n));
        EXPECT(block != NULL && holds(block, nth_size(n), 0));
        own_free(block);
    }
}

static void test_alignments(void)
{
    for (size_t alignment = 1; alignment <= (size_t)4 << 20; alignment *= 2)
        for (size_t n = 0; n < 54; n += 5) {
            void *blocks[3] = {own_memalign(alignment, nth_size(n)),
                               own_aligned_alloc(alignment, nth_size(n)), NULL};
            const int result = own_posix_memalign(&blocks[2], alignment, nth_size(n));
            EXPECT_INT(result, alignment < sizeof(void *) ? EINVAL : 0);
            for (size_t i = 0; i < (result == 0 ? 3 : 2); i++) {
                EXPECT(blocks[i] != NULL && is_aligned(blocks[i], alignment));
                EXPECT(own_malloc_usable_size(blocks[i]) >= nth_size(n));
                memset(blocks[i], 1, nth_size(n));
                own_free(blocks[i]);
            }
        }
    void *block = NULL;
    EXPECT_INT(own_posix_memalign(&block, 24, 8), EINVAL);
    EXPECT(own_memalign(48, 8) == NULL && errno == EINVAL);
    block = own_valloc(10);
    EXPECT(is_aligned(block, 4096));
    own_free(block);
}

static void test_realloc(void)
{
    unsigned char *block = own_realloc(NULL, nth_size(5));
    memset(block, 77, nth_size(5));
    for (size_t n = 6; n < 66; n++) {
        block = own_realloc(block, nth_size(n));
        EXPECT(block != NULL && holds(block, nth_size(n - 1), 77));
        memset(block, 77, nth_size(n));
    }
    for (size_t n = 65; n > 6; n--) {
        block = own_realloc(block, nth_size(n));
        EXPECT(block != NULL && holds(block, nth_size(n), 77));
    }
    own_free(block);
}

static void test_refusals(void)
{
    volatile size_t huge = SIZE_MAX;
    errno = 0;
    EXPECT(own_malloc(huge) == NULL && errno == ENOMEM);
    EXPECT(own_malloc(huge / 2) == NULL);
    EXPECT(own_calloc(huge / 2, 3) == NULL);
    EXPECT(own_memalign((size_t)1 << 63, 1) == NULL);
    void *const block = own_malloc(100);
    EXPECT(own_realloc(block, huge) == NULL);
    errno = 5;
    own_free(block);
    own_free(NULL);
    EXPECT_INT(errno, 5);
    EXPECT_INT(own_malloc_usable_size(NULL), 0);
}

/* ---- Threads ---- */

enum { THREADS = 4, STEPS = 8000, SLOTS = 64 };

/* Blocks on their way from one thread to another. The first word is the size, the rest its low
 * byte. */
static _Atomic(size_t *) slots[SLOTS];
static atomic_size_t broken;

static void check_and_free(size_t *block)
{
    if (block == NULL)
        return;
    const unsigned char *const bytes = (const void *)block;
    const size_t size_bytes = *block;
    if (!holds(bytes + sizeof *block, size_bytes - sizeof *block, (unsigned char)size_bytes))
        atomic_fetch_add(&broken, 1);
    own_free(block);
}

static void *exchange(void *user)
{
    uint64_t random = (uint64_t)(uintptr_t)user * 2654435761u + 1;
    for (size_t i = 0; i < STEPS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const size_t size_bytes =
            sizeof(size_t) + (size_t)(random >> 33) % (i % 512 == 0 ? 100000 : 600);
        size_t *const block = own_malloc(size_bytes);
        if (block == NULL) {
            atomic_fetch_add(&broken, 1);
            continue;
        }
        *block = size_bytes;
        memset(block + 1, (int)(size_bytes & 0xff), size_bytes - sizeof *block);
        check_and_free(atomic_exchange(&slots[(random >> 24) % SLOTS], block));
    }
    return NULL;
}

static void test_threads(void)
{
    for (int generation = 0; generation < 3; generation++) {
        pthread_t threads[THREADS];
        for (size_t i = 0; i < THREADS; i++)
            EXPECT_INT(pthread_create(&threads[i], NULL, exchange, (void *)(uintptr_t)(i + 1)), 0);
        for (size_t i = 0; i < THREADS; i++)
            EXPECT_INT(pthread_join(threads[i], NULL), 0);
    }
    for (size_t i = 0; i < SLOTS; i++)
        check_and_free(atomic_load(&slots[i]));
    EXPECT_INT(atomic_load(&broken), 0);
}

int main(void)
{
    test_sizes();
    test_alignments();
    test_realloc();
    test_refusals();
    test_threads();
    return check_result();
}
