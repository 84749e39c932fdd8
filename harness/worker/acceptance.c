#include "acceptance.h"

#include "keep.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ALIGNMENT = _Alignof(max_align_t),
    LARGEST = 1 << 17,
    BLOCKS = 16,     /* of a size that live at once */
    LARGE = 1 << 13, /* of larger ones there are but FEW: each is written and read whole */
    FEW = 2
};

/* As aligned as any object that fits into the block needs it (C17 7.22.3; WG14 N2293). */
static size_t promised_alignment(size_t size)
{
    size_t alignment = ALIGNMENT;
    while (alignment > size)
        alignment /= 2;
    return alignment;
}

static bool is_aligned(const void *block, size_t alignment)
{
    uintptr_t address = (uintptr_t)block;
    HIDE(address); /* or the compiler trusts in the alignment */
    return address % alignment == 0;
}

static bool is_all(const unsigned char *block, size_t size, unsigned char byte)
{
    KEEP_PTR(block); /* or the compiler trusts in what it wrote, and in calloc */
    return block[0] == byte && memcmp(block, block + 1, size - 1) == 0;
}

/* Fills `blocks` with the numbers of the blocks in every byte, from 1 on. */
static bool accept_malloc(unsigned char *blocks[], size_t count, size_t size, char *why,
                          size_t room)
{
    for (size_t i = 0; i < count; i++) {
        blocks[i] = malloc(size);
        KEEP_PTR(blocks[i]);
        if (blocks[i] == NULL) {
            snprintf(why, room, "malloc of %zu bytes returned NULL", size);
            return false;
        }
        if (!is_aligned(blocks[i], promised_alignment(size))) {
            snprintf(why, room, "malloc of %zu bytes returned a block that is not aligned to %zu",
                     size, promised_alignment(size));
            return false;
        }
        memset(blocks[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < count; i++)
        if (!is_all(blocks[i], size, (unsigned char)(i + 1))) {
            snprintf(why, room, "two blocks of %zu bytes from malloc overlap", size);
            return false;
        }
    return true;
}

/* Half of the blocks grow, the others shrink. */
static bool accept_realloc(unsigned char *blocks[], size_t count, size_t size, char *why,
                           size_t room)
{
    for (size_t i = 0; i < count; i++) {
        const size_t other = i % 2 == 0 ? 2 * size : size / 2 + 1;
        unsigned char *const moved = realloc(blocks[i], other);
        if (moved == NULL) {
            snprintf(why, room, "realloc to %zu bytes returned NULL", other);
            return false;
        }
        blocks[i] = moved;
        if (!is_all(moved, other < size ? other : size, (unsigned char)(i + 1))) {
            snprintf(why, room, "realloc from %zu to %zu bytes lost what was in the block", size,
                     other);
            return false;
        }
    }
    return true;
}

static bool accept_calloc(unsigned char *blocks[], size_t count, size_t size, char *why,
                          size_t room)
{
    for (size_t i = 0; i < count; i++) {
        blocks[i] = calloc(1, size);
        if (blocks[i] == NULL) {
            snprintf(why, room, "calloc of %zu bytes returned NULL", size);
            return false;
        }
        if (!is_all(blocks[i], size, 0)) {
            snprintf(why, room, "calloc of %zu bytes returned a block that is not zero", size);
            return false;
        }
    }
    return true;
}

static void free_all(unsigned char *blocks[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(blocks[i]);
}

static bool accept_size(size_t size, char *why, size_t room)
{
    unsigned char *blocks[BLOCKS];
    const size_t count = size <= LARGE ? BLOCKS : FEW;
    if (!accept_malloc(blocks, count, size, why, room))
        return false;
    free_all(blocks, count); /* what was written into them is what calloc finds */
    if (!accept_calloc(blocks, count, size, why, room))
        return false;
    free_all(blocks, count);
    if (!accept_malloc(blocks, count, size, why, room) ||
        !accept_realloc(blocks, count, size, why, room))
        return false;
    free_all(blocks, count);
    return true;
}

bool accept_allocator(char *why, size_t room)
{
    for (size_t size = 1; size <= LARGEST; size *= 2)
        if (!accept_size(size, why, room) || !accept_size(size + size / 2, why, room))
            return false;
    return true;
}
