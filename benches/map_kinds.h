/*
 * The maps of the scenario, from a key to a value, each 64 bits: an array that is searched from its
 * start, a table with open addressing, and a table of chains of nodes. All are made of memory that
 * the caller provides. A key is never 0, which marks an empty slot.
 */
#ifndef ALLOCOST_MAP_KINDS_H
#define ALLOCOST_MAP_KINDS_H

#include "bench.h"
#include "keep.h"

#include <string.h>

struct map_slot {
    uint64_t key; /* 0: empty */
    uint64_t value;
};

struct map_node {
    struct map_node *next; /* in the same bucket; NULL: the last */
    uint64_t key;
    uint64_t value;
};

/* Which of 2^bits places a key has; bits is 1 to 63. Knuth's multiplicative hashing. */
BODY size_t map_place(uint64_t key, unsigned bits)
{
    return key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits);
}

/* Makes a table empty. The barrier: or malloc and zeros become calloc, which is another call. */
BODY void map_clear(void *table, size_t size)
{
    KEEP_PTR(table);
    memset(table, 0, size);
}

/* ---- Array: `slots` has room for one more than the `count` it holds ---- */

/* Returns how many it holds then. */
BODY size_t array_put(struct map_slot *slots, size_t count, uint64_t key, uint64_t value)
{
    size_t at = 0;
    while (at < count && slots[at].key != key)
        at++;
    slots[at] = (struct map_slot){key, value};
    return count + (at == count);
}

/* Returns the key's slot, or NULL when it is not there; as the next two. */
BODY const struct map_slot *array_find(const struct map_slot *slots, size_t count, uint64_t key)
{
    for (size_t at = 0; at < count; at++)
        if (slots[at].key == key)
            return &slots[at];
    return NULL;
}

/* ---- Open addressing, linear probing: 2^bits slots, of which one at least stays empty ---- */

/* Returns whether the key is new. */
BODY bool open_put(struct map_slot *slots, unsigned bits, uint64_t key, uint64_t value)
{
    const size_t mask = ((size_t)1 << bits) - 1;
    size_t at = map_place(key, bits);
    while (slots[at].key != 0 && slots[at].key != key)
        at = (at + 1) & mask;
    const bool is_new = slots[at].key == 0;
    slots[at] = (struct map_slot){key, value};
    return is_new;
}

BODY const struct map_slot *open_find(const struct map_slot *slots, unsigned bits, uint64_t key)
{
    const size_t mask = ((size_t)1 << bits) - 1;
    size_t at = map_place(key, bits);
    while (slots[at].key != key) {
        if (slots[at].key == 0)
            return NULL;
        at = (at + 1) & mask;
    }
    return &slots[at];
}

/* ---- Chains: 2^bits buckets ---- */

BODY struct map_node *chained_find(struct map_node *const *buckets, unsigned bits, uint64_t key)
{
    struct map_node *node = buckets[map_place(key, bits)];
    while (node != NULL && node->key != key)
        node = node->next;
    return node;
}

/* Makes the node, for a key that is not there, the first of its bucket. */
BODY void chained_put(struct map_node **buckets, unsigned bits, struct map_node *node, uint64_t key,
                      uint64_t value)
{
    struct map_node **const bucket = &buckets[map_place(key, bits)];
    *node = (struct map_node){*bucket, key, value};
    *bucket = node;
}

#endif
