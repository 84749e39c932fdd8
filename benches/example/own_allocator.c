/*
 * A whole allocator in one file, to be measured beside the others, and to be copied:
 *
 *     cc -O2 -fPIC -shared -o own_allocator.so own_allocator.c -pthread
 *     build/allocost run --allocators
 * 'glibc,own=./own_allocator.so,bare=./own_allocator.so{OWN_CACHE=0}'
 *
 * Small blocks are of a size that is a power of two. They are cut from spans of 64 KiB, whose first
 * block holds the size, and lie at multiples of it: so every block is aligned to its size, and the
 * span of a block is found by clearing bits of its address. A thread keeps the blocks that it frees
 * in a list for each size, at most OWN_CACHE of them; what is more goes to lists that all threads
 * share, under a lock, and comes back from there. Large blocks are mapped one by one, begin at a
 * multiple of 64 KiB, which no small block does, and have their header in front of them.
 *
 * What it does not do, as a real one would: give spans back to the system, have sizes between two
 * powers of two, keep threads off each other's lock.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SPAN_BYTES = 1 << 16,
    LEAST_SHIFT = 4, /* 16 bytes: what malloc is to be aligned to */
    MOST_SHIFT = 14, /* 16 KiB: three blocks a span */
    CLASSES = MOST_SHIFT - LEAST_SHIFT + 1,
    CHUNK_SPANS = 64,  /* mapped at once: 4 MiB */
    CACHE_USUAL = 64,  /* blocks that a thread keeps of a size */
    CACHE_MOST = 65536 /* a larger OWN_CACHE is a mistake */
};

/* A block that is free. */
struct block {
    struct block *next;
};

/* What is at the beginning of a span. */
struct span {
    size_t block_bytes;
};

/* What is in front of a large block. */
struct large {
    void *mapping;
    size_t mapping_bytes;
    size_t block_bytes;
    size_t unused; /* keeps the size a multiple of 16 */
};

/* Blocks of one size, last in, first out. */
struct list {
    struct block *first;
    size_t count;
};

/* The lists of a thread. */
struct cache {
    struct list lists[CLASSES];
    bool registered; /* its end is known to flush them */
};

/* The lists of all threads, and the part of a chunk that no span is in. */
static struct {
    pthread_mutex_t lock;
    struct list lists[CLASSES];
    char *unused;
    size_t unused_spans;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t cache_limit = CACHE_USUAL;
static pthread_key_t at_thread_end;
static bool started; /* the key is there */

/* The general way to a thread's variable may itself allocate; this one does not. */
static _Thread_local struct cache cache __attribute__((tls_model("initial-exec")));

static void *push(struct list *list, struct block *block)
{
    block->next = list->first;
    list->first = block;
    list->count++;
    return block;
}

static struct block *pop(struct list *list)
{
    struct block *const block = list->first;
    if (block != NULL) {
        list->first = block->next;
        list->count--;
    }
    return block;
}

/* ---- What all threads share ---- */

static void *map(size_t size_bytes)
{
    void *const mapping =
        mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapping != MAP_FAILED ? mapping : NULL;
}

static char *round_up(char *address, size_t alignment)
{
    return address + (-(uintptr_t)address & (alignment - 1));
}

/* Puts the blocks of a new span into a list. With the lock held. False: there is no memory. */
static bool add_span(size_t class)
{
    const size_t block_bytes = (size_t)1 << (class + LEAST_SHIFT);
    if (shared.unused_spans == 0) {
        char *const chunk = map((CHUNK_SPANS + 1) * (size_t)SPAN_BYTES);
        if (chunk == NULL)
            return false;
        shared.unused = round_up(chunk, SPAN_BYTES);
        shared.unused_spans = CHUNK_SPANS;
    }
    char *const start = shared.unused;
    struct span *const span = (void *)start;
    shared.unused += SPAN_BYTES;
    shared.unused_spans--;
    span->block_bytes = block_bytes;
    for (size_t at = SPAN_BYTES - block_bytes; at > 0; at -= block_bytes)
        push(&shared.lists[class], (void *)(start + at));
    return true;
}

/* A block from the shared lists, and half as many as the thread may keep into its list. */
static void *refill(size_t class)
{
    pthread_mutex_lock(&shared.lock);
    if (shared.lists[class].first == NULL)
        add_span(class);
    struct block *const block = pop(&shared.lists[class]);
    for (size_t i = 0; i < cache_limit / 2 && shared.lists[class].first != NULL; i++)
        push(&cache.lists[class], pop(&shared.lists[class]));
    pthread_mutex_unlock(&shared.lock);
    return block;
}

/* Gives the thread's blocks of a size to all, but for so many. */
static void flush(size_t class, size_t kept)
{
    pthread_mutex_lock(&shared.lock);
    while (cache.lists[class].count > kept)
        push(&shared.lists[class], pop(&cache.lists[class]));
    pthread_mutex_unlock(&shared.lock);
}

/* ---- The beginning and the end of a thread, of the process and of a copy of it ---- */

static void flush_all(void *unused)
{
    (void)unused;
    cache.registered = false; /* it may allocate again while it ends */
    for (size_t class = 0; class < CLASSES; class ++)
        flush(class, 0);
}

static void register_thread(void)
{
    if (cache.registered || !started)
        return;
    cache.registered = true;
    pthread_setspecific(at_thread_end, &cache);
}

static void lock_shared(void)
{
    pthread_mutex_lock(&shared.lock);
}

static void unlock_shared(void)
{
    pthread_mutex_unlock(&shared.lock);
}

/* Says so when the value is none, as an allocator should: the suite then refuses the setting. */
static void read_environment(void)
{
    const char *const text = getenv("OWN_CACHE");
    if (text == NULL)
        return;
    char *end;
    const unsigned long blocks = strtoul(text, &end, 10);
    if (end != text && *end == '\0' && *text != '-' && blocks <= CACHE_MOST)
        cache_limit = blocks;
    else
        dprintf(STDERR_FILENO, "own_allocator: OWN_CACHE=%s is no number up to %d\n", text,
                CACHE_MOST);
}

/* Blocks are handed out before this runs. */
__attribute__((constructor)) static void start(void)
{
    read_environment();
    started = pthread_key_create(&at_thread_end, flush_all) == 0;
    pthread_atfork(lock_shared, unlock_shared, unlock_shared);
}

/* ---- Blocks ---- */

static bool is_large(const void *block)
{
    return ((uintptr_t)block & (SPAN_BYTES - 1)) == 0;
}

static struct large *large_of(void *block)
{
    return (struct large *)block - 1;
}

static size_t block_bytes(void *block)
{
    const struct span *const span =
        (const void *)((char *)block - ((uintptr_t)block & (SPAN_BYTES - 1)));
    return is_large(block) ? large_of(block)->block_bytes : span->block_bytes;
}

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

static void *allocate_large(size_t size_bytes, size_t alignment)
{
    if (alignment < SPAN_BYTES)
        alignment = SPAN_BYTES;
    const size_t mapping_bytes = size_bytes + alignment + SPAN_BYTES;
    if (size_bytes > PTRDIFF_MAX || alignment > PTRDIFF_MAX / 2 || mapping_bytes < size_bytes)
        return no_memory();
    char *const mapping = map(mapping_bytes);
    if (mapping == NULL)
        return no_memory();
    char *const block = round_up(mapping + sizeof(struct large), alignment);
    *large_of(block) = (struct large){mapping, mapping_bytes, size_bytes, 0};
    return block;
}

/* `alignment` is a power of two. A block is aligned to its size: one that is large enough will do.
 */
static void *allocate(size_t size_bytes, size_t alignment)
{
    const size_t wanted = size_bytes > alignment ? size_bytes : alignment;
    if (wanted > (size_t)1 << MOST_SHIFT)
        return allocate_large(size_bytes, alignment);
    const size_t least = (size_t)1 << LEAST_SHIFT;
    const size_t class =
        wanted <= least ? 0 : 64 - LEAST_SHIFT - (size_t)__builtin_clzll(wanted - 1);
    register_thread();
    void *block = pop(&cache.lists[class]);
    if (block == NULL)
        block = refill(class);
    return block != NULL ? block : no_memory();
}

static void release(void *block)
{
    if (is_large(block)) {
        const struct large large = *large_of(block);
        munmap(large.mapping, large.mapping_bytes);
        return;
    }
    const size_t class = (size_t)__builtin_ctzll(block_bytes(block)) - LEAST_SHIFT;
    register_thread();
    push(&cache.lists[class], block);
    if (cache.lists[class].count > cache_limit)
        flush(class, cache_limit / 2);
}

/* ---- What a program calls ---- */

void *malloc(size_t size)
{
    return allocate(size, 1);
}

void free(void *block)
{
    const int kept = errno; /* POSIX: free leaves it alone */
    if (block != NULL)
        release(block);
    errno = kept;
}

void *calloc(size_t count, size_t size)
{
    size_t sum;
    if (__builtin_mul_overflow(count, size, &sum))
        return no_memory();
    void *const block = allocate(sum, 1);
    if (block != NULL && !is_large(block)) /* fresh from the system is zero */
        memset(block, 0, sum);
    return block;
}

void *realloc(void *old, size_t size)
{
    if (old == NULL)
        return allocate(size, 1);
    const size_t had = block_bytes(old);
    if (size <= had && size > had / 2)
        return old;
    void *const block = allocate(size, 1);
    if (block == NULL)
        return NULL;
    memcpy(block, old, size < had ? size : had);
    release(old);
    return block;
}

static bool is_power_of_two(size_t number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

void *memalign(size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return allocate(size, alignment);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    const int kept = errno;
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0)
        return EINVAL;
    void *const block = allocate(size, alignment);
    errno = kept;
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

void *valloc(size_t size)
{
    return allocate(size, (size_t)sysconf(_SC_PAGESIZE));
}

size_t malloc_usable_size(void *block)
{
    return block != NULL ? block_bytes(block) : 0;
}
