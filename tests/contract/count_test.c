/*
 * The counting interposer is exact: every entry point, its edge cases, one thread and eight, ended
 * threads, a forked child. Runs under LD_PRELOAD of the interposer and of the allocator whose
 * file name begins with argv[1]; skipped when the loader did not find that allocator. argv[2], when
 * there is one, says that this allocator has no malloc_usable_size.
 */
#include "check.h"
#include "count/count.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#pragma weak free_sized
#pragma weak free_aligned_sized
void free_sized(void *block, size_t size);
void free_aligned_sized(void *block, size_t alignment, size_t size);

/* Sizes the compiler cannot know: it has opinions of its own on the absurd ones. */
static volatile size_t huge = (size_t)PTRDIFF_MAX + 1;
static volatile size_t zero = 0;

static struct count_totals totals(void)
{
    struct count_totals now;
    allocost_count_read(&now);
    return now;
}

static struct count_totals since(const struct count_totals *before)
{
    const struct count_totals now = totals();
    return (struct count_totals){now.allocs - before->allocs, now.reallocs - before->reallocs,
                                 now.frees - before->frees, now.bytes - before->bytes,
                                 now.usable_bytes - before->usable_bytes};
}

static bool has_usable_size = true;

/* What was counted since the last EXPECT_COUNTS or RESTART; the checks themselves may allocate. */
static struct count_totals mark;

#define RESTART() (mark = totals())

#define EXPECT_COUNTS(expected_allocs, expected_reallocs, expected_frees, expected_bytes) \
    do {                                                                                  \
        const struct count_totals c_ = since(&mark);                                      \
        EXPECT_INT(c_.allocs, expected_allocs);                                           \
        EXPECT_INT(c_.reallocs, expected_reallocs);                                       \
        EXPECT_INT(c_.frees, expected_frees);                                             \
        EXPECT_INT(c_.bytes, expected_bytes);                                             \
        EXPECT(has_usable_size ? c_.usable_bytes >= c_.bytes : c_.usable_bytes == 0);     \
        RESTART();                                                                        \
    } while (0)

static void test_plain(void)
{
    RESTART();
    char *block = malloc(100);
    const struct count_totals one = since(&mark);
    EXPECT_INT(one.usable_bytes, has_usable_size ? malloc_usable_size(block) : 0);
    RESTART();
    memset(block, 1, 100);
    free(block);
    EXPECT_COUNTS(0, 0, 1, 0);

    block = calloc(7, 30);
    for (size_t i = 0; i < 210; i++)
        EXPECT_INT(block[i], 0);
    RESTART();
    free(block);
    block = calloc(7, 30);
    EXPECT_COUNTS(1, 0, 1, 210);
    free(block);
    free(NULL);
    EXPECT_COUNTS(0, 0, 1, 0);

    void *const empty = malloc(zero);
    EXPECT_COUNTS(empty != NULL, 0, 0, 0);
    free(empty);
    EXPECT_COUNTS(0, 0, empty != NULL, 0);

    char *const copy = strdup("twelve bytes");
    char *const part = strndup("twelve bytes", 6);
    EXPECT_COUNTS(2, 0, 0, 13 + 7);
    EXPECT_STR(copy, "twelve bytes");
    RESTART();
    free(copy);
    free(part);
    EXPECT_COUNTS(0, 0, 2, 0);
}

static void test_realloc(void)
{
    RESTART();
    char *block = realloc(NULL, 10);
    EXPECT_COUNTS(1, 0, 0, 10);
    memcpy(block, "ten bytes", 10);
    block = realloc(block, 100000);
    EXPECT_COUNTS(0, 1, 0, 100000);
    EXPECT_STR(block, "ten bytes");
    RESTART();
    block = realloc(block, 20);
    EXPECT_COUNTS(0, 1, 0, 20);
    block = reallocarray(block, 5, 50);
    EXPECT_COUNTS(0, 1, 0, 250);
    EXPECT_STR(block, "ten bytes");

    char *volatile kept =
        block; /* that a failed realloc leaves the block is not for gcc to judge */
    RESTART();
    EXPECT(realloc(kept, huge) == NULL);
    errno = 0;
    EXPECT(reallocarray(kept, huge, 4) == NULL);
    EXPECT_INT(errno, ENOMEM);
    block = kept;
    EXPECT_STR(block, "ten bytes");
    EXPECT_COUNTS(0, 0, 0, 0);

    /* A free; with some allocators, mimalloc for one, also an alloc of nothing. */
    void *const nothing = realloc(block, zero);
    EXPECT_COUNTS(nothing != NULL, 0, 1, 0);
    free(nothing);
    EXPECT_COUNTS(0, 0, nothing != NULL, 0);

    block = reallocarray(NULL, 3, 9);
    EXPECT_COUNTS(1, 0, 0, 27);
    void *const none = reallocarray(block, zero, 9);
    EXPECT_COUNTS(none != NULL, 0, 1, 0);
    free(none);
}

static void test_aligned(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t alignment = 16; alignment <= 8192; alignment *= 2) {
        RESTART();
        void *const a = aligned_alloc(alignment, 3 * alignment);
        EXPECT_COUNTS(1, 0, 0, 3 * alignment);
        void *const b = memalign(alignment, 10);
        EXPECT_COUNTS(1, 0, 0, 10);
        void *c = NULL;
        EXPECT_INT(posix_memalign(&c, alignment, 77), 0);
        EXPECT_COUNTS(1, 0, 0, 77);
        EXPECT(a != NULL && (uintptr_t)a % alignment == 0);
        EXPECT(b != NULL && (uintptr_t)b % alignment == 0);
        EXPECT(c != NULL && (uintptr_t)c % alignment == 0);
        RESTART();
        free(a);
        free(b);
        free(c);
        EXPECT_COUNTS(0, 0, 3, 0);
    }

    void *const v = valloc(5);
    EXPECT_COUNTS(1, 0, 0, 5);
    void *const p = pvalloc(5);
    EXPECT_COUNTS(1, 0, 0, 5);
    EXPECT((uintptr_t)v % page == 0 && (uintptr_t)p % page == 0);
    memset(p, 1, page);
    RESTART();
    free_sized(v, 5);
    free_aligned_sized(p, page, 5);
    EXPECT_COUNTS(0, 0, 2, 0);
}

static void test_failures(void)
{
    int untouched = 0;
    void *block = &untouched;
    RESTART();
    EXPECT_INT(posix_memalign(&block, 24, 100), EINVAL);
    EXPECT_INT(posix_memalign(&block, sizeof(void *) / 2, 100), EINVAL);
    EXPECT_INT(posix_memalign(&block, 64, huge), ENOMEM);
    EXPECT(block == &untouched);
    EXPECT_COUNTS(0, 0, 0, 0);

    EXPECT(malloc(huge) == NULL);
    EXPECT(calloc(huge, 4) == NULL);
    EXPECT(aligned_alloc(64, huge) == NULL);
    EXPECT(memalign(64, huge) == NULL);
    EXPECT(valloc(huge) == NULL);
    errno = 0;
    EXPECT(reallocarray(NULL, huge, 4) == NULL);
    EXPECT_INT(errno, ENOMEM);
    errno = 0;
    EXPECT(pvalloc((size_t)-1) == NULL);
    EXPECT_INT(errno, ENOMEM);
    EXPECT_COUNTS(0, 0, 0, 0);
}

/* A look-up that fails makes the loader allocate its message; it must not come to grief. */
static void test_loader(void)
{
    for (int i = 0; i < 3; i++) {
        EXPECT(dlsym(RTLD_DEFAULT, "no_such_function_anywhere") == NULL);
        EXPECT(dlerror() != NULL);
    }
}

/* Success and a free leave errno alone; a failure leaves what the allocator itself says, which is
 * not always what the standard wants. */
static void test_errno(void)
{
    void *const object = dlopen(allocost_count_provider(), RTLD_LAZY | RTLD_NOLOAD);
    EXPECT(object != NULL);
    if (object == NULL)
        return;
    void *(*plain)(size_t);
    void *(*zeroed)(size_t, size_t);
    *(void **)&plain = dlsym(object, "malloc");
    *(void **)&zeroed = dlsym(object, "calloc");
    errno = 0;
    EXPECT(plain(huge) == NULL);
    const int of_plain = errno;
    errno = 0;
    EXPECT(malloc(huge) == NULL);
    EXPECT_INT(errno, of_plain);
    errno = 0;
    EXPECT(zeroed(huge, 4) == NULL);
    const int of_zeroed = errno;
    errno = 0;
    EXPECT(calloc(huge, 4) == NULL);
    EXPECT_INT(errno, of_zeroed);
    dlclose(object);

    errno = 4711;
    void *const block = malloc(64);
    void *const more = realloc(block, 128);
    free(more);
    EXPECT_INT(errno, 4711);
}

enum { THREADS = 8, ROUNDS = 20000 };

static pthread_barrier_t gate;
static void *handed[THREADS][ROUNDS];

/* Each thread frees what its neighbour allocated: the counts are of the calling thread. */
static void *work(void *argument)
{
    const size_t self = *(const size_t *)argument;
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    for (size_t i = 0; i < ROUNDS; i++) {
        handed[self][i] = malloc(1 + i % 500);
        free(calloc(2, 1 + i % 100));
    }
    pthread_barrier_wait(&gate);
    for (size_t i = 0; i < ROUNDS; i++)
        free(realloc(handed[(self + 1) % THREADS][i], 600));
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    return NULL;
}

static void test_threads(void)
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    uint64_t bytes = 0;
    for (size_t i = 0; i < ROUNDS; i++)
        bytes += 1 + i % 500 + 2 * (1 + i % 100) + 600;
    pthread_barrier_init(&gate, NULL, THREADS + 1);
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        EXPECT_INT(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    pthread_barrier_wait(&gate); /* all are there, and what creating them took has been taken */
    RESTART();
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    EXPECT_COUNTS(2 * THREADS * ROUNDS, THREADS * ROUNDS, 2 * THREADS * ROUNDS, THREADS * bytes);
    pthread_barrier_wait(&gate);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&gate);
}

static pthread_key_t late_key;

static void free_late(void *block)
{
    free(realloc(block, 30));
}

/* With an argument, until all of them are there: on one CPU they would live one after the other. */
static void *live_shortly(void *argument)
{
    free(realloc(malloc(10), 20));
    pthread_setspecific(late_key, malloc(10));
    if (argument != NULL)
        pthread_barrier_wait(argument);
    return NULL;
}

/*
 * More threads than there are counters at first, one after the other and many at once. Creating a
 * thread allocates too, but never reallocates: those counts are exact.
 */
static void test_ended_threads(void)
{
    enum { ONE_BY_ONE = 300, AT_ONCE = 200 };
    static pthread_t threads[AT_ONCE];
    pthread_key_create(&late_key, free_late);
    const struct count_totals before = totals();
    for (int i = 0; i < ONE_BY_ONE; i++) {
        EXPECT_INT(pthread_create(&threads[0], NULL, live_shortly, NULL), 0);
        pthread_join(threads[0], NULL);
    }
    pthread_barrier_init(&gate, NULL, AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++)
        EXPECT_INT(pthread_create(&threads[i], NULL, live_shortly, &gate), 0);
    for (int i = 0; i < AT_ONCE; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&gate);
    const struct count_totals after = since(&before);
    EXPECT_INT(after.reallocs, 2 * (ONE_BY_ONE + AT_ONCE));
    EXPECT(after.allocs >= 2 * (ONE_BY_ONE + AT_ONCE));
    EXPECT(after.frees >= 2 * (ONE_BY_ONE + AT_ONCE));
    pthread_key_delete(late_key);
}

/* The child goes on from its parent's totals, alone and exactly, and its exit code is its own. */
static void test_fork(void)
{
    RESTART();
    const pid_t child = fork();
    if (child == 0) {
        free(malloc(123));
        const struct count_totals c = since(&mark);
        _exit(c.allocs == 1 && c.frees == 1 && c.bytes == 123 ? 42 : 1);
    }
    int status = 0;
    EXPECT_INT(waitpid(child, &status, 0), child);
    EXPECT(WIFEXITED(status));
    EXPECT_INT(WEXITSTATUS(status), 42);
}

struct search {
    const char *name;
    bool found;
};

static int match_object(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct search *const search = data;
    const char *const slash = strrchr(info->dlpi_name, '/');
    const char *const file = slash != NULL ? slash + 1 : info->dlpi_name;
    search->found |= strncmp(file, search->name, strlen(search->name)) == 0;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    has_usable_size = argc == 2;
    struct search search = {argv[1], false};
    dl_iterate_phdr(match_object, &search);
    if (!search.found) {
        printf("skipped: %s is not installed\n", argv[1]);
        return TEST_SKIPPED;
    }
    EXPECT(allocost_count_read != NULL && allocost_count_provider != NULL);
    if (allocost_count_read == NULL || allocost_count_provider == NULL)
        return check_result();
    printf("in front of %s\n", allocost_count_provider());
    EXPECT(strstr(allocost_count_provider(), argv[1]) != NULL);

    test_plain();
    test_realloc();
    test_aligned();
    test_failures();
    test_loader();
    test_errno();
    test_threads();
    test_ended_threads();
    test_fork();
    return check_result();
}
