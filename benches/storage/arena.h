/*
 * An arena: memory that is handed out by moving a cursor and taken back all together, or back to a
 * mark.
 *
 *     struct arena arena;
 *     if (arena_init(&arena, 0) != 0)
 *         return -1;                                            // errno says why
 *     const struct arena_mark mark = arena_mark(&arena);
 *     struct node *node = arena_alloc(&arena, sizeof *node, _Alignof(struct node));
 *     arena_release(&arena, mark);                              // node is gone
 *     arena_destroy(&arena);
 *
 * Memory comes from the kernel in chunks, never from malloc. A chunk is twice as large as the one
 * before it until it reaches ARENA_CHUNK_CAP_BYTES; a request that is larger than the next chunk
 * gets a chunk that fits it. Release and reset keep every chunk and use it again, so an arena is as
 * large as its largest moment until arena_destroy.
 *
 * Contents: new memory holds anything.
 *
 * Threads: none. An arena has one owner at a time.
 *
 * Errors: arena_init returns 0, or -1 with errno; arena_alloc returns NULL with errno ENOMEM.
 * Nothing else can fail. After a failure the arena is as it was before the call.
 *
 * Under AddressSanitizer everything that is not handed out is poisoned, and a red zone stands
 * behind each allocation; then every file that uses the arena, and the arena's own, is compiled
 * with it.
 */
#ifndef ALLOCOST_ARENA_H
#define ALLOCOST_ARENA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

enum {
    ARENA_CHUNK_FIRST_BYTES = 64 * 1024, /* of the first chunk when it is chosen */
    ARENA_CHUNK_CAP_BYTES = 4 << 20,     /* a chunk that doubling would make larger stays */
    ARENA_ALIGNMENT_INLINE = 4096        /* bytes; a chunk ends on a multiple of it. Larger
                                            alignments are served too, behind a call */
};

struct arena_chunk;

/* An arena. Its fields are for the functions below. */
struct arena {
    uintptr_t cursor;          /* address of the first byte not handed out */
    uintptr_t end;             /* address behind the current chunk's last byte */
    struct arena_chunk *chunk; /* the chunk that cursor is in */
    struct arena_chunk *first; /* all chunks, in the order of use; owned */
    size_t next_chunk_bytes;   /* size of the next new chunk */
    size_t mapped_bytes;       /* of all chunks */
};

/* A moment of an arena: what was handed out after it is taken back by arena_release. */
struct arena_mark {
    uintptr_t cursor;          /* the arena's cursor, as it was */
    struct arena_chunk *chunk; /* the chunk that it was in */
};

/*
 * Makes an arena with its first chunk, in which at least first_chunk_bytes can be handed out; 0:
 * chosen, ARENA_CHUNK_FIRST_BYTES with what the arena itself needs. Returns 0, or -1 with errno
 * ENOMEM, and then the arena must not be used.
 */
int arena_init(struct arena *arena, size_t first_chunk_bytes);

/*
 * Returns size bytes (0 counts as 1, so that addresses are distinct) aligned to `alignment`, a
 * power of two, or NULL with errno ENOMEM, also when no address space could hold the size. They are
 * the arena's, and good until a release to an earlier mark, a reset or the end of the arena.
 */
static inline void *arena_alloc(struct arena *arena, size_t size, size_t alignment);

/* Returns the present moment. It is good until a release to an earlier one, or a reset. */
static inline struct arena_mark arena_mark(const struct arena *arena);

/* Takes back all that was handed out after the mark, in constant time, over chunks too. */
static inline void arena_release(struct arena *arena, struct arena_mark mark);

/* Takes back everything. The chunks are kept. */
void arena_reset(struct arena *arena);

/* Gives all memory back to the kernel. The arena must be initialised again before it is used. */
void arena_destroy(struct arena *arena);

/* What follows is how the inline functions are made; nobody else calls it. */

void *arena_alloc_slow(struct arena *arena, size_t size, size_t alignment)
    __attribute__((__cold__, __noinline__));
void arena_return_to(struct arena *arena, struct arena_chunk *chunk)
    __attribute__((__cold__, __noinline__));
void arena_poison_after(struct arena *arena, struct arena_mark mark);

static inline void *arena_alloc(struct arena *arena, size_t size, size_t alignment)
{
#if ARENA_ASAN
    return arena_alloc_slow(arena, size, alignment);
#else
    const size_t bytes = size + (size == 0);
    const uintptr_t start = (arena->cursor + (alignment - 1)) & ~(uintptr_t)(alignment - 1);
    /* No start beyond the end, because the end is a multiple of the alignment. */
    if (__builtin_expect(alignment > ARENA_ALIGNMENT_INLINE || bytes > arena->end - start, 0))
        return arena_alloc_slow(arena, size, alignment);
    arena->cursor = start + bytes;
    return (void *)start;
#endif
}

static inline struct arena_mark arena_mark(const struct arena *arena)
{
    const struct arena_mark mark = {arena->cursor, arena->chunk};
    return mark;
}

static inline void arena_release(struct arena *arena, struct arena_mark mark)
{
#if ARENA_ASAN
    arena_poison_after(arena, mark);
#endif
    /* `end` goes with the chunk, which is mostly the same: one store is all there is to do. */
    if (__builtin_expect(arena->chunk != mark.chunk, 0))
        arena_return_to(arena, mark.chunk);
    arena->cursor = mark.cursor;
}

#ifdef __cplusplus
}
#endif

#endif
