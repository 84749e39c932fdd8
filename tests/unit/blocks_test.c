/* The recorder's table of live blocks, beside a plain array of them. */
#include "check.h"
#include "record/blocks.h"

#include "bench.h"

enum { PLACES = 20000, STEPS = 400000 };

static uint64_t sizes[PLACES]; /* of the block at that place; 0: none */

/* Neighbours, far ones, and many that are a large power of two apart. */
static uintptr_t address_of(size_t place)
{
    if (place % 3 == 0)
        return 0x10000 + place * 16;
    return place % 3 == 1 ? ((uintptr_t)place + 1) << 20 : (uintptr_t)0x7f0000000000 + place * 4096;
}

int main(void)
{
    uint64_t random = 3, live = 0;
    unsigned faults = 0;
    struct block block;
    EXPECT(!blocks_take(16, &block));
    for (uint64_t i = 1; i <= STEPS; i++) {
        const size_t place = bench_random(&random) % (i < STEPS / 2 ? PLACES : PLACES / 50);
        if (bench_random(&random) % 2 == 0) {
            const struct block wanted = {.address = address_of(place), .number = place, .size = i};
            const enum blocks_added expected = sizes[place] != 0 ? BLOCKS_REPLACED : BLOCKS_ADDED;
            block.size = 0;
            faults += blocks_add(&wanted, &block) != expected;
            faults += expected == BLOCKS_REPLACED && block.size != sizes[place];
            live += expected == BLOCKS_ADDED;
            sizes[place] = i;
        } else {
            const bool there = blocks_take(address_of(place), &block);
            faults += there != (sizes[place] != 0);
            faults += there && (block.size != sizes[place] || block.number != place);
            live -= there;
            sizes[place] = 0;
        }
        faults += blocks_count() != live;
    }
    EXPECT_INT(faults, 0);
    EXPECT(live > PLACES / 4);
    for (size_t place = 0; place < PLACES; place++) {
        EXPECT(blocks_take(address_of(place), &block) == (sizes[place] != 0));
        faults += sizes[place] != 0 && block.size != sizes[place];
    }
    EXPECT_INT(faults, 0);
    EXPECT_INT(blocks_count(), 0);
    return check_result();
}
