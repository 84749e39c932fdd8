/* The arena: what it hands out, how it grows, and that a mark brings back exactly its moment. */
#include "arena.h"

#include "check.h"
#include "in_child.h"

#include <errno.h>

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { MANY = 20000 };

static unsigned char *blocks[MANY];

static void test_alignment_and_distance(void)
{
    struct arena arena;
    EXPECT_INT(arena_init(&arena, 1), 0);
    unsigned misaligned = 0, overlapping = 0;
    for (size_t size = 1; size <= 4096; size++) {
        const struct arena_mark mark = arena_mark(&arena);
        const unsigned char *end = NULL;
        for (size_t alignment = 1; alignment <= 8192; alignment *= 2) {
            unsigned char *const block = arena_alloc(&arena, size, alignment);
            if (block == NULL)
                abort();
            misaligned += (uintptr_t)block % alignment != 0;
            memset(block, 0xff, size);
            overlapping += end != NULL && block < end && block + size > end - size;
            end = block + size;
        }
        if (size % 5 != 0)
            arena_release(&arena, mark);
    }
    EXPECT_INT(misaligned, 0);
    EXPECT_INT(overlapping, 0);
    arena_destroy(&arena);
}

static size_t size_of(size_t index)
{
    return index * 7919 % 601;
}

static void fill(struct arena *arena, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        blocks[i] = arena_alloc(arena, size_of(i), (size_t)1 << i % 7);
        if (blocks[i] == NULL)
            abort();
        memset(blocks[i], (int)(i % 251), size_of(i));
    }
}

static size_t count_overwritten(size_t count)
{
    size_t overwritten = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < size_of(i); j++)
            overwritten += blocks[i][j] != i % 251;
    return overwritten;
}

static void test_marks(void)
{
    struct arena arena;
    EXPECT_INT(arena_init(&arena, 1000), 0);
    fill(&arena, 0, 100);
    const struct arena_mark outer = arena_mark(&arena);
    void *const next = arena_alloc(&arena, 16, 16);
    arena_release(&arena, outer);
    EXPECT(arena_alloc(&arena, 16, 16) == next);
    arena_release(&arena, outer);

    fill(&arena, 100, 10000); /* over many chunks */
    const struct arena_mark inner = arena_mark(&arena);
    EXPECT(inner.chunk != outer.chunk);
    fill(&arena, 10000, MANY);
    EXPECT_INT(count_overwritten(MANY), 0);
    static unsigned char *first_time[MANY];
    memcpy(first_time, blocks, sizeof blocks);
    const size_t mapped_bytes = arena.mapped_bytes;

    arena_release(&arena, inner);
    EXPECT_INT(count_overwritten(10000), 0);
    fill(&arena, 10000, MANY);
    EXPECT(memcmp(first_time, blocks, sizeof blocks) == 0); /* the same addresses again */
    arena_release(&arena, inner);
    arena_release(&arena, outer);
    EXPECT_INT(count_overwritten(100), 0);
    fill(&arena, 100, MANY);
    EXPECT(memcmp(first_time, blocks, sizeof blocks) == 0);
    arena_reset(&arena);
    fill(&arena, 0, MANY);
    EXPECT(memcmp(first_time, blocks, sizeof blocks) == 0);
    EXPECT_INT(count_overwritten(MANY), 0);
    EXPECT_INT(arena.mapped_bytes, mapped_bytes); /* all of it in the chunks there were */
    arena_destroy(&arena);
    EXPECT_INT(arena.mapped_bytes, 0);
    unsigned still_mapped = 0;
    for (size_t i = 0; i < MANY; i += 100)
        still_mapped += is_mapped(blocks[i]);
    EXPECT_INT(still_mapped, 0);
}

static void test_sizes(void)
{
    struct arena arena;
    EXPECT_INT(arena_init(&arena, 0), 0);
    EXPECT_INT(arena.mapped_bytes, ARENA_CHUNK_FIRST_BYTES);
    char *const none = arena_alloc(&arena, 0, 1), *const nothing = arena_alloc(&arena, 0, 1);
    EXPECT(none != NULL && nothing != NULL && none != nothing);
    const size_t impossible[] = {SIZE_MAX,     SIZE_MAX - 1, SIZE_MAX - 64,  SIZE_MAX - 4096,
                                 SIZE_MAX / 2, PTRDIFF_MAX,  (size_t)1 << 62};
    const struct arena before = arena;
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        for (size_t alignment = 1; alignment != 0; alignment *= 2) {
            errno = 0;
            EXPECT(arena_alloc(&arena, impossible[i], alignment) == NULL);
            EXPECT_INT(errno, ENOMEM);
        }
    }
    EXPECT(memcmp(&before, &arena, sizeof arena) == 0);

    char *const small = arena_alloc(&arena, 8, 8);
    const struct arena_mark mark = arena_mark(&arena);
    char *const large = arena_alloc(&arena, 10 << 20, 64); /* larger than any usual chunk */
    EXPECT(large != NULL);
    memset(large, 1, 10 << 20);
    const size_t mapped_bytes = arena.mapped_bytes;
    EXPECT(mapped_bytes < (11 << 20));
    arena_release(&arena, mark);
    EXPECT((char *)arena_alloc(&arena, 8, 8) > small); /* the mark's own chunk goes on */
    EXPECT(arena_alloc(&arena, 10 << 20, 64) == large);
    arena_release(&arena, mark);
    void *const huge_alignment = arena_alloc(&arena, 100, 2 << 20);
    EXPECT(huge_alignment != NULL && (uintptr_t)huge_alignment % (2 << 20) == 0);
    EXPECT_INT(arena.mapped_bytes, mapped_bytes); /* it fits where the large one was */

    /* One that does not fit there gets a chunk in between; the other stays behind it. */
    arena_release(&arena, mark);
    EXPECT(arena_alloc(&arena, 12 << 20, 1) != NULL);
    EXPECT(arena.mapped_bytes > mapped_bytes + (12 << 20));
    EXPECT(arena_alloc(&arena, 10 << 20, 64) == large);
    EXPECT(arena.mapped_bytes < mapped_bytes + (13 << 20));
    arena_release(&arena, mark);
    char *const aligned = arena_alloc(&arena, 16 << 20, 1 << 20); /* a chunk with room to align */
    EXPECT(aligned != NULL && (uintptr_t)aligned % (1 << 20) == 0);
    memset(aligned, 1, 16 << 20);
    EXPECT(arena_alloc(&arena, 1, (size_t)1 << 63) == NULL);
    arena_destroy(&arena);
}

static void test_growth(void)
{
    struct arena arena;
    EXPECT_INT(arena_init(&arena, 0), 0);
    size_t mapped_bytes = arena.mapped_bytes, chunks = 1;
    for (size_t bytes = 0; bytes < 32 << 20; bytes += 1024) {
        EXPECT(arena_alloc(&arena, 1024, 8) != NULL);
        if (arena.mapped_bytes != mapped_bytes) {
            EXPECT(arena.mapped_bytes - mapped_bytes <= ARENA_CHUNK_CAP_BYTES);
            mapped_bytes = arena.mapped_bytes;
            chunks++;
        }
    }
    EXPECT(chunks >= 12 && chunks <= 16); /* 64 KiB doubled to 4 MiB, then seven of 4 MiB */
    arena_destroy(&arena);
}

static int run_out_of_memory(void)
{
    struct arena arena;
    if (arena_init(&arena, 0) != 0 || limit_address_space(7 << 20) != 0)
        return TEST_SKIPPED;
    size_t count = 0;
    for (; count < MANY; count++) {
        errno = 0;
        blocks[count] = arena_alloc(&arena, 1024, 8);
        if (blocks[count] == NULL)
            break;
        memset(blocks[count], 1, 1024);
    }
    EXPECT(count > 1000);
    EXPECT(count < MANY);
    EXPECT_INT(errno, ENOMEM);
    EXPECT(arena.mapped_bytes > 6 << 20); /* when a large chunk did not fit, smaller ones did */
    arena_reset(&arena);
    size_t again = 0;
    while (again < MANY && arena_alloc(&arena, 1024, 8) != NULL)
        again++;
    EXPECT_INT(again, count);
    struct arena other;
    errno = 0;
    EXPECT_INT(arena_init(&other, 64 << 20), -1);
    EXPECT_INT(errno, ENOMEM);
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &none);
    EXPECT(arena_alloc(&arena, 1024, 8) != NULL);
    arena_destroy(&arena);
    return check_result();
}

static void test_out_of_memory(void)
{
    const struct child_end end = run_in_child(run_out_of_memory);
    if (end.status != 0)
        fputs(end.text, stderr);
    EXPECT_INT(end.status, 0);
    struct arena arena;
    errno = 0;
    EXPECT_INT(arena_init(&arena, SIZE_MAX), -1);
    EXPECT_INT(errno, ENOMEM);
}

#if ARENA_ASAN
static struct arena arena_of_poison;

static int read_after_release(void)
{
    const struct arena_mark mark = arena_mark(&arena_of_poison);
    volatile char *const block = arena_alloc(&arena_of_poison, 100, 1);
    arena_release(&arena_of_poison, mark);
    return block[50];
}

static int write_beyond(void)
{
    volatile char *const block = arena_alloc(&arena_of_poison, 13, 1);
    block[13] = 1;
    return 0;
}

static void test_poison(void)
{
    EXPECT_INT(arena_init(&arena_of_poison, 0), 0);
    const struct arena_mark mark = arena_mark(&arena_of_poison);
    char *first = NULL, *last = NULL;
    for (size_t i = 0; i < 2000; i++) { /* over several chunks */
        last = arena_alloc(&arena_of_poison, 101, 1);
        if (first == NULL)
            first = last;
        EXPECT(__asan_region_is_poisoned(last, 101) == NULL);
        EXPECT(__asan_address_is_poisoned(last + 101));
    }
    EXPECT(__asan_region_is_poisoned(first, 101) == NULL);
    arena_release(&arena_of_poison, mark);
    for (size_t i = 0; i < 101; i++) {
        EXPECT(__asan_address_is_poisoned(first + i));
        EXPECT(__asan_address_is_poisoned(last + i));
    }
    EXPECT(arena_alloc(&arena_of_poison, 101, 1) == first);
    EXPECT(__asan_region_is_poisoned(first, 101) == NULL);

    const struct child_end after = run_in_child(read_after_release);
    EXPECT(after.status != 0 && strstr(after.text, "use-after-poison") != NULL);
    const struct child_end beyond = run_in_child(write_beyond);
    EXPECT(beyond.status != 0 && strstr(beyond.text, "use-after-poison") != NULL);

    arena_destroy(&arena_of_poison);
    EXPECT(!__asan_address_is_poisoned(first)); /* others may map the address */
}
#endif

int main(void)
{
    test_alignment_and_distance();
    test_marks();
    test_sizes();
    test_growth();
    test_out_of_memory();
#if ARENA_ASAN
    test_poison();
#endif
    return check_result();
}
