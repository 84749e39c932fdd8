/*
 * The live blocks, by address. Not for several threads at the same time.
 */
#ifndef ALLOCOST_RECORD_BLOCKS_H
#define ALLOCOST_RECORD_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

/* One live block. */
struct block {
    uintptr_t address; /* not 0 */
    uint64_t number;   /* in the trace */
    uint64_t size;     /* requested bytes */
};

/* What became of a block that was to be added. */
enum blocks_added {
    BLOCKS_ADDED,
    BLOCKS_REPLACED, /* one that had the same address */
    BLOCKS_FULL      /* there is no memory for more; nothing changed */
};

/* Adds a block. *replaced is set when it takes the place of another. */
enum blocks_added blocks_add(const struct block *block, struct block *replaced);

/* Takes the block at the address out. False: there is none. */
bool blocks_take(uintptr_t address, struct block *block);

/* One at the address is going to be added or taken out: its place is fetched. */
void blocks_expect(uintptr_t address);

/* How many there are. */
uint64_t blocks_count(void);

#endif
