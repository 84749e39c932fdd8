/*
 * Question: what does it cost to touch a page of memory for the first time?
 * Variants: a block of so many `pages` is got, a word of each page is written and read, and the
 *           block is given back. kept, the same block each time; arena; malloc; madv_free, a
 *           block that the kernel may take when it needs memory, and does not; madv_dontneed, one
 *           whose pages are given back and whose addresses stay; brk, moved up and down; mmap and
 *           munmap; mmap_populate, the kernel makes all pages at once; mmap_grows_down, a stack's
 *           mapping of one page that grows by a page at each touch; mmap_huge, 512 pages in a huge
 *           page. null: no memory.
 * Timed:    all of that.
 * Not timed: making what is kept, and looking for a free range of addresses (once a run, for
 *           mmap_grows_down and in the clock, but small).
 * Expect:   one malloc and one free of the block for malloc, none for the others. Page faults are
 *           counted before the clock starts, and a cell is skipped when they are not just so many:
 *           none for kept, arena and madv_free; none by the touches of mmap_populate; one for
 *           mmap_huge; one a page for the others. What malloc does with a block that is given
 *           back is its own affair.
 */
#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "pool.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    HUGE_PAGES = 512,  /* of 4 KiB, in a huge page of x86-64, and of AArch64 with such pages */
    GUARD_PAGES = 256, /* that the kernel keeps free below what may grow down */
    SMALL_MOST = 16,   /* pages of a block whose pages are made one by one */
    COUNTED = 16,      /* operations whose page faults are counted */
    ALIGNMENT = 16
};

struct state {
    uint64_t seed;
    uint64_t pages;
    size_t page_bytes;
    size_t block_bytes;
    size_t brk_pad_bytes; /* to the next page, from where the break was */
    char *kept;           /* a block; NULL where none is kept */
    struct arena arena;
};

/* A word of each page, from the first or from the last one on. */
BODY uint64_t touch(char *block, const struct state *state, uint64_t value, bool down)
{
    bench_require(block);
    const size_t page = state->page_bytes, bytes = state->block_bytes;
    for (size_t offset = 0; offset < bytes; offset += page) {
        char *const at = block + (down ? bytes - page - offset : offset);
        *(uint64_t *)(void *)at = value + offset;
    }
    KEEP_PTR(block);
    uint64_t sum = 0;
    for (size_t offset = 0; offset < bytes; offset += page)
        sum += *(const uint64_t *)(const void *)(block + offset);
    return sum;
}

static char *map_block(size_t bytes, int flags)
{
    char *const block =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    return block != MAP_FAILED ? block : NULL;
}

static void check(int result)
{
    if (result != 0)
        abort();
}

/* ---- One operation of each ---- */

BODY uint64_t use_kept(const struct state *state, uint64_t value)
{
    return touch(state->kept, state, value, false);
}

BODY uint64_t use_advised(const struct state *state, uint64_t value, int advice)
{
    const uint64_t sum = touch(state->kept, state, value, false);
    check(madvise(state->kept, state->block_bytes, advice));
    return sum;
}

BODY uint64_t use_arena(struct state *state, uint64_t value)
{
    const struct arena_mark mark = arena_mark(&state->arena);
    char *const block = arena_alloc(&state->arena, state->block_bytes, ALIGNMENT);
    const uint64_t sum = touch(block, state, value, false);
    arena_release(&state->arena, mark);
    return sum;
}

BODY uint64_t use_malloc(const struct state *state, uint64_t value)
{
    char *const block = malloc(state->block_bytes);
    const uint64_t sum = touch(block, state, value, false);
    free(block);
    return sum;
}

BODY uint64_t use_brk(const struct state *state, uint64_t value)
{
    char *const block = sbrk((intptr_t)state->block_bytes);
    if (block == (void *)-1)
        abort();
    const uint64_t sum = touch(block, state, value, false);
    if (sbrk(-(intptr_t)state->block_bytes) == (void *)-1)
        abort();
    return sum;
}

BODY uint64_t use_mmap(const struct state *state, uint64_t value, int flags)
{
    char *const block = map_block(state->block_bytes, flags);
    const uint64_t sum = touch(block, state, value, false);
    check(munmap(block, state->block_bytes));
    return sum;
}

/* Of twice the bytes, one half begins where a huge page can. */
BODY uint64_t use_huge(const struct state *state, uint64_t value)
{
    const size_t bytes = state->block_bytes;
    char *const twice = map_block(2 * bytes, 0);
    bench_require(twice);
    char *const block = twice + (bytes - (uintptr_t)twice % bytes) % bytes;
    check(madvise(block, bytes, MADV_HUGEPAGE));
    const uint64_t sum = touch(block, state, value, false);
    check(munmap(twice, 2 * bytes));
    return sum;
}

/* Where a block may grow down: the end of a range of which nothing is mapped. */
static char *find_free_end(const struct state *state)
{
    const size_t bytes = state->block_bytes + GUARD_PAGES * state->page_bytes;
    char *const range = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (range == MAP_FAILED)
        abort();
    check(munmap(range, bytes));
    return range + bytes;
}

/* The block's last page; the ones below come when they are touched. */
static void map_last_page(const struct state *state, char *end)
{
    char *const last = end - state->page_bytes;
    if (mmap(last, state->page_bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0) != last)
        abort();
}

BODY uint64_t use_grows_down(const struct state *state, uint64_t value, char *end)
{
    map_last_page(state, end);
    char *const block = end - state->block_bytes;
    const uint64_t sum = touch(block, state, value, true);
    check(munmap(block, state->block_bytes));
    return sum;
}

/* ---- The runs ---- */

#define DEFINE(label, prepare, operation)                          \
    static uint64_t run_##label(void *opaque, uint64_t iterations) \
    {                                                              \
        struct state *const state = opaque;                        \
        uint64_t sum = 0;                                          \
        prepare;                                                   \
        for (uint64_t i = 0; i < iterations; i++) {                \
            KEEP_PTR(state);                                       \
            const uint64_t value = state->seed + i;                \
            sum += operation;                                      \
        }                                                          \
        return sum;                                                \
    }
DEFINE(kept, , use_kept(state, value))
DEFINE(madv_free, , use_advised(state, value, MADV_FREE))
DEFINE(madv_dontneed, , use_advised(state, value, MADV_DONTNEED))
DEFINE(arena, , use_arena(state, value))
DEFINE(malloc, , use_malloc(state, value))
DEFINE(brk, , use_brk(state, value))
DEFINE(mmap, , use_mmap(state, value, 0))
DEFINE(mmap_populate, , use_mmap(state, value, MAP_POPULATE))
DEFINE(mmap_huge, , use_huge(state, value))
DEFINE(mmap_grows_down, char *const end = find_free_end(state), use_grows_down(state, value, end))

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* AddressSanitizer's malloc maps large blocks anew, which takes long here and is not the subject.
 */
#define FOR(label, condition)                    \
    static bench_run *label##_for(int64_t pages) \
    {                                            \
        (void)pages;                             \
        return (condition) ? run_##label : NULL; \
    }
FOR(kept, true)
FOR(arena, true)
FOR(malloc, pages <= SMALL_MOST || !POOL_ASAN)
FOR(madv_free, pages <= SMALL_MOST)
FOR(madv_dontneed, pages <= SMALL_MOST)
FOR(brk, pages <= SMALL_MOST)
FOR(mmap, pages <= SMALL_MOST)
FOR(mmap_populate, pages <= SMALL_MOST)
FOR(mmap_grows_down, pages <= SMALL_MOST)
FOR(mmap_huge, pages == HUGE_PAGES)

/* ---- What is there before the clock starts ---- */

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    if (state->kept != NULL)
        bench_unmap(state->kept, state->block_bytes);
    if (state->brk_pad_bytes > 0 && sbrk(-(intptr_t)state->brk_pad_bytes) == (void *)-1)
        abort();
    arena_destroy(&state->arena);
    bench_unmap(state, sizeof *state);
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->pages = (uint64_t)cell->value;
    state->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    state->block_bytes = state->pages * state->page_bytes;
    check(arena_init(&state->arena, 0));
    return state;
}

static long faults(void)
{
    struct rusage usage;
    check(getrusage(RUSAGE_SELF, &usage));
    return usage.ru_minflt;
}

/* Skips unless operations have so many page faults each. */
static void *prove(struct state *state, bench_run *run, uint64_t each, const char **skip)
{
    run(state, 1); /* what is kept is touched, what is done for the first time is done */
    for (int attempt = 0; attempt < 3; attempt++) { /* another page of the process's may intrude */
        const long before = faults();
        run(state, COUNTED);
        if ((uint64_t)(faults() - before) == COUNTED * each)
            return state;
    }
    *skip = "the page faults are not as many as the pages here";
    teardown(state);
    return NULL;
}

#define SETUP(label, keep, each)                                                 \
    static void *setup_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        struct state *const state = setup(cell, skip);                           \
        state->kept = (keep) ? bench_map(state->block_bytes) : NULL;             \
        return prove(state, run_##label, (each), skip);                          \
    }
SETUP(kept, true, 0)
SETUP(arena, false, 0)
SETUP(madv_free, true, 0)
SETUP(madv_dontneed, true, state->pages)
SETUP(mmap, false, state->pages)

/* That the kernel makes the pages is told from the touches, which find them there. */
static void *setup_mmap_populate(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    for (int attempt = 0; attempt < 3; attempt++) {
        char *const block = map_block(state->block_bytes, MAP_POPULATE);
        const long before = faults();
        touch(block, state, 0, false);
        const bool none = faults() == before;
        check(munmap(block, state->block_bytes));
        if (none)
            return state;
    }
    *skip = "the kernel does not populate a mapping here";
    teardown(state);
    return NULL;
}

static void *setup_brk(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    state->brk_pad_bytes = (size_t) - (uintptr_t)sbrk(0) % state->page_bytes;
    if (sbrk((intptr_t)state->brk_pad_bytes) == (void *)-1)
        abort();
    return prove(state, run_brk, state->pages, skip);
}

/* Whether it grows is asked with a system call that writes there, and fails where a touch would end
 * the process. */
static void *setup_mmap_grows_down(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    char *const end = find_free_end(state);
    map_last_page(state, end);
    const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    const bool grows = read(zeros, end - state->block_bytes, 1) == 1;
    check(munmap(end - state->block_bytes, state->block_bytes));
    close(zeros);
    if (grows)
        return prove(state, run_mmap_grows_down, state->pages, skip);
    *skip = "the kernel grows no mapping down";
    teardown(state);
    return NULL;
}

/* The first words of a file of the kernel's, or none. */
static void read_words(const char *path, char words[static 64])
{
    words[0] = '\0';
    FILE *const file = fopen(path, "re");
    if (file != NULL && fgets(words, 64, file) == NULL)
        words[0] = '\0';
    if (file != NULL)
        fclose(file);
}

static void *setup_mmap_huge(const struct bench_cell *cell, const char **skip)
{
    char mode[64], bytes[64];
    read_words("/sys/kernel/mm/transparent_hugepage/enabled", mode);
    read_words("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", bytes);
    struct state *const state = setup(cell, skip);
    if (mode[0] == '\0')
        *skip = "the kernel has no transparent huge pages";
    else if (strstr(mode, "[never]") != NULL)
        *skip = "transparent huge pages are switched off";
    else if (strtoull(bytes, NULL, 10) != state->block_bytes)
        *skip = "a huge page is not of 512 pages";
    else
        return prove(state, run_mmap_huge, 1, skip);
    teardown(state);
    return NULL;
}

/* ---- The table ---- */

static struct bench_counts expect_blocks(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->block_bytes};
}

static const struct bench_value values[] = {
    {1, BENCH_EXTENDED}, {SMALL_MOST, BENCH_DEFAULT}, {HUGE_PAGES, BENCH_EXTENDED}};

#define ROW(row, where, when, prepare)                                                  \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run_for = row##_for, \
    .setup = (prepare), .teardown = teardown

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .unswept = true,
     .tier = BENCH_EXTENDED},
    {ROW(kept, STATIC, DEFAULT, setup_kept)},
    {ROW(arena, ARENA, EXTENDED, setup_arena)},
    {ROW(malloc, HEAP, DEFAULT, setup), .expect = expect_blocks, BENCH_CALLS("malloc free")},
    {ROW(madv_free, STATIC, EXTENDED, setup_madv_free)},
    {ROW(madv_dontneed, STATIC, DEFAULT, setup_madv_dontneed)},
    {ROW(brk, STATIC, DEFAULT, setup_brk)},
    {ROW(mmap, STATIC, DEFAULT, setup_mmap)},
    {ROW(mmap_populate, STATIC, DEFAULT, setup_mmap_populate)},
    {ROW(mmap_grows_down, STATIC, DEFAULT, setup_mmap_grows_down)},
    {ROW(mmap_huge, STATIC, DEFAULT, setup_mmap_huge)},
};

const struct bench_scenario bench_scenario = {
    .name = "first_touch",
    .question = "What does it cost to touch a page of memory for the first time?",
    .touch = "one word of each page, written and read",
    .param = "pages",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .check_iterations = COUNTED,
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
