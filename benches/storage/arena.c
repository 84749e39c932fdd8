/*
 * Chunks behind the arena's cursor.
 *
 * A chunk is one mapping: a header, then what is handed out. The chain holds the chunks in the
 * order of use; those behind the current one were filled before a release or a reset, and are used
 * again when they fit.
 */
#include "arena.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Under AddressSanitizer: behind each allocation, and the alignment that its shadow can express. */
enum { RED_ZONE_BYTES = ARENA_ASAN ? 8 : 0, SHADOW_ALIGNMENT = ARENA_ASAN ? 8 : 1 };

struct arena_chunk {
    struct arena_chunk *next; /* the chunk used after this one; NULL: this is the last */
    size_t mapped_bytes;      /* of the mapping that begins with this header */
};

static uintptr_t chunk_start(const struct arena_chunk *chunk)
{
    return (uintptr_t)chunk + sizeof *chunk;
}

static uintptr_t chunk_end(const struct arena_chunk *chunk)
{
    return (uintptr_t)chunk + chunk->mapped_bytes;
}

/*
 * Maps a chunk with room for `bytes` behind its header, and nothing else. The mapping is whole
 * multiples of ARENA_ALIGNMENT_INLINE, and so is its end. NULL with errno ENOMEM on failure.
 */
static struct arena_chunk *map_chunk(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t unit = page > ARENA_ALIGNMENT_INLINE ? page : ARENA_ALIGNMENT_INLINE;
    if (bytes > PTRDIFF_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    const size_t mapped = (sizeof(struct arena_chunk) + bytes + unit - 1) & ~(unit - 1);
    struct arena_chunk *const chunk =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    chunk->mapped_bytes = mapped;
#if ARENA_ASAN
    ASAN_POISON_MEMORY_REGION(chunk + 1, mapped - sizeof *chunk);
#endif
    return chunk;
}

/* Makes the chunk the current one, with nothing of it handed out. */
static void start_chunk(struct arena *arena, struct arena_chunk *chunk)
{
    arena->chunk = chunk;
    arena->cursor = chunk_start(chunk);
    arena->end = chunk_end(chunk);
}

int arena_init(struct arena *arena, size_t first_chunk_bytes)
{
    const size_t bytes = first_chunk_bytes > 0
                             ? first_chunk_bytes
                             : ARENA_CHUNK_FIRST_BYTES - sizeof(struct arena_chunk);
    struct arena_chunk *const chunk = map_chunk(bytes);
    if (chunk == NULL)
        return -1;
    *arena = (struct arena){.first = chunk,
                            .next_chunk_bytes = chunk->mapped_bytes,
                            .mapped_bytes = chunk->mapped_bytes};
    if (arena->next_chunk_bytes <= ARENA_CHUNK_CAP_BYTES / 2)
        arena->next_chunk_bytes *= 2;
    start_chunk(arena, chunk);
    return 0;
}

/* Hands out of the range [cursor, end) if it has room. Returns the address, or 0. */
static uintptr_t fit(uintptr_t cursor, uintptr_t end, size_t bytes, size_t alignment)
{
    const uintptr_t start = (cursor + (alignment - 1)) & ~(uintptr_t)(alignment - 1);
    return start <= end && bytes <= end - start ? start : 0;
}

/* Goes on to a chunk with room for the request: the next one of the chain, or else a new one. */
static bool next_chunk(struct arena *arena, size_t bytes, size_t alignment)
{
    struct arena_chunk *chunk = arena->chunk->next;
    if (chunk == NULL || fit(chunk_start(chunk), chunk_end(chunk), bytes, alignment) == 0) {
        /* At worst everything but one byte of an alignment is lost before the first start. */
        const size_t need = bytes + alignment;
        const size_t usual = arena->next_chunk_bytes - sizeof(struct arena_chunk);
        chunk = map_chunk(need > usual ? need : usual);
        if (chunk == NULL && need < usual) /* no room for a large one: a smaller one will do */
            chunk = map_chunk(need);
        if (chunk == NULL)
            return false;
        chunk->next = arena->chunk->next;
        arena->chunk->next = chunk;
        arena->mapped_bytes += chunk->mapped_bytes;
        if (arena->next_chunk_bytes <= ARENA_CHUNK_CAP_BYTES / 2)
            arena->next_chunk_bytes *= 2;
    }
    start_chunk(arena, chunk);
    return true;
}

void *arena_alloc_slow(struct arena *arena, size_t size, size_t alignment)
{
    if (size > PTRDIFF_MAX / 4) {
        errno = ENOMEM;
        return NULL;
    }
    const size_t wanted = size + (size == 0);
    const size_t bytes = wanted + RED_ZONE_BYTES;
    const size_t aligned = alignment > SHADOW_ALIGNMENT ? alignment : SHADOW_ALIGNMENT;
    uintptr_t start = fit(arena->cursor, arena->end, bytes, aligned);
    if (start == 0) {
        if (!next_chunk(arena, bytes, aligned))
            return NULL;
        start = fit(arena->cursor, arena->end, bytes, aligned);
    }
    arena->cursor = start + bytes;
#if ARENA_ASAN
    ASAN_UNPOISON_MEMORY_REGION((void *)start, wanted);
#endif
    return (void *)start;
}

void arena_poison_after(struct arena *arena, struct arena_mark mark)
{
#if ARENA_ASAN
    ASAN_POISON_MEMORY_REGION((void *)mark.cursor, chunk_end(mark.chunk) - mark.cursor);
    for (struct arena_chunk *chunk = mark.chunk; chunk != arena->chunk; chunk = chunk->next)
        ASAN_POISON_MEMORY_REGION(chunk->next + 1, chunk->next->mapped_bytes - sizeof *chunk);
#else
    (void)arena;
    (void)mark;
#endif
}

void arena_return_to(struct arena *arena, struct arena_chunk *chunk)
{
    arena->chunk = chunk;
    arena->end = chunk_end(chunk);
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *const chunk = arena->first;
    arena_release(arena, (struct arena_mark){chunk_start(chunk), chunk});
}

void arena_destroy(struct arena *arena)
{
    struct arena_chunk *chunk = arena->first;
    while (chunk != NULL) {
        struct arena_chunk *const next = chunk->next;
        const size_t mapped_bytes = chunk->mapped_bytes;
#if ARENA_ASAN
        ASAN_UNPOISON_MEMORY_REGION(chunk, mapped_bytes);
#endif
        munmap(chunk, mapped_bytes);
        chunk = next;
    }
    *arena = (struct arena){.cursor = 0};
}
