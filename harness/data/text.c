#include "data/text.h"

#include "error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 4096, FIRST_SLOTS = 64 };

/* Strings stand one behind another in chunks that never move. */
struct chunk {
    struct chunk *older;
    char text[];
};

struct text_pool {
    const char **slots; /* open addressing, linear probing; NULL is free */
    size_t slot_count;  /* a power of two, at least twice the number of strings */
    size_t count;       /* strings in the pool */
    struct chunk *chunks;
    size_t left_bytes; /* at the end of the newest chunk */
    char *next;        /* first of them */
};

/* FNV-1a, 64 bits: Fowler, Noll, Vo; constants from the IETF draft "The FNV Non-Cryptographic Hash
 * Algorithm". The high half is folded in, for the mask takes low bits only. */
static size_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

struct text_pool *text_pool_new(void)
{
    struct text_pool *const pool = check_alloc(1, sizeof *pool);
    pool->slot_count = FIRST_SLOTS;
    pool->slots = check_alloc(pool->slot_count, sizeof *pool->slots);
    return pool;
}

void text_pool_free(struct text_pool *pool)
{
    if (pool == NULL)
        return;
    for (struct chunk *chunk = pool->chunks; chunk != NULL;) {
        struct chunk *const older = chunk->older;
        free(chunk);
        chunk = older;
    }
    free(pool->slots);
    free(pool);
}

/* The slot that holds the text, or the free one where it belongs. */
static const char **find_slot(const struct text_pool *pool, const char *text)
{
    size_t index = hash_text(text) & (pool->slot_count - 1);
    while (pool->slots[index] != NULL && strcmp(pool->slots[index], text) != 0)
        index = (index + 1) & (pool->slot_count - 1);
    return &pool->slots[index];
}

static void grow(struct text_pool *pool)
{
    const char **const old = pool->slots;
    const size_t old_count = pool->slot_count;
    pool->slot_count = 2 * old_count;
    pool->slots = check_alloc(pool->slot_count, sizeof *pool->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != NULL)
            *find_slot(pool, old[i]) = old[i];
    free(old);
}

static const char *store(struct text_pool *pool, const char *text)
{
    const size_t size_bytes = strlen(text) + 1;
    if (size_bytes > pool->left_bytes) {
        const size_t room = size_bytes > CHUNK_BYTES ? size_bytes : CHUNK_BYTES;
        struct chunk *const chunk = check_alloc(1, sizeof *chunk + room);
        chunk->older = pool->chunks;
        pool->chunks = chunk;
        pool->next = chunk->text;
        pool->left_bytes = room;
    }
    char *const copy = memcpy(pool->next, text, size_bytes);
    pool->next += size_bytes;
    pool->left_bytes -= size_bytes;
    return copy;
}

const char *text_intern(struct text_pool *pool, const char *text)
{
    const char **slot = find_slot(pool, text);
    if (*slot != NULL)
        return *slot;
    if (2 * (pool->count + 1) > pool->slot_count) {
        grow(pool);
        slot = find_slot(pool, text);
    }
    pool->count++;
    return *slot = store(pool, text);
}
