/*
 * A table with open addressing and linear probing, at most half full. Taking one out
 * closes the gap (Knuth, The Art of Computer Programming 3, 6.4, algorithm R), so that the table
 * does not age however long the program runs.
 */
#include "record/blocks.h"

#include <stddef.h>
#include <sys/mman.h>

enum { FIRST_BITS = 12, REGION_SHIFT = 12 };

static struct block *table;
static unsigned table_bits;
static uint64_t used;

static size_t mask(void)
{
    return ((size_t)1 << table_bits) - 1;
}

/*
 * Where the search for an address begins. Neighbours stay neighbours, so that the table is read
 * where the program's own memory would be, and not a line and a page anew for each block: there is
 * a place for every 16 bytes of a region, and a region lies anywhere (Knuth, 6.4: by the golden
 * ratio).
 */
static size_t home_of(uintptr_t address)
{
    const uint64_t region = (uint64_t)address >> REGION_SHIFT;
    const size_t within = (size_t)(address >> 4) & ((1u << (REGION_SHIFT - 4)) - 1);
    const size_t base = (size_t)(region * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table_bits));
    return (base + within) & mask();
}

/* Where a block with the address is, or is to be put. */
static size_t find(uintptr_t address)
{
    size_t at = home_of(address);
    while (table[at].address != 0 && table[at].address != address)
        at = (at + 1) & mask();
    return at;
}

/* Twice the room, or the first. */
static bool grow(void)
{
    struct block *const old = table;
    const size_t old_count = old != NULL ? mask() + 1 : 0;
    const unsigned bits = old != NULL ? table_bits + 1 : FIRST_BITS;
    void *const room = mmap(NULL, sizeof *table << bits, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return false;
    (void)madvise(room, sizeof *table << bits, MADV_HUGEPAGE);
    table = room;
    table_bits = bits;
    for (size_t i = 0; i < old_count; i++)
        if (old[i].address != 0)
            table[find(old[i].address)] = old[i];
    if (old != NULL)
        (void)munmap(old, old_count * sizeof *old);
    return true;
}

enum blocks_added blocks_add(const struct block *block, struct block *replaced)
{
    if ((table == NULL || used >= (mask() + 1) / 2) && !grow())
        return BLOCKS_FULL;
    struct block *const place = &table[find(block->address)];
    const bool taken = place->address != 0;
    if (taken)
        *replaced = *place;
    *place = *block;
    used += !taken;
    return taken ? BLOCKS_REPLACED : BLOCKS_ADDED;
}

bool blocks_take(uintptr_t address, struct block *block)
{
    if (table == NULL)
        return false;
    size_t at = find(address);
    if (table[at].address == 0)
        return false;
    *block = table[at];
    used--;
    for (size_t next = at;;) {
        next = (next + 1) & mask();
        if (table[next].address == 0)
            break;
        /* It may fill the gap unless its search begins behind the gap. */
        if (((next - home_of(table[next].address)) & mask()) >= ((next - at) & mask())) {
            table[at] = table[next];
            at = next;
        }
    }
    table[at].address = 0;
    return true;
}

void blocks_expect(uintptr_t address)
{
    if (table != NULL)
        __builtin_prefetch(&table[home_of(address)], 1);
}

uint64_t blocks_count(void)
{
    return used;
}
