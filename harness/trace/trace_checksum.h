/*
 * The checksum of a trace: XXH64 with the seed 0, as "xxHash fast digest algorithm" of Yann Collet
 * (xxhash_spec.md) describes it. Four lanes of 8 bytes, for a recorder must not take long.
 */
#ifndef ALLOCOST_TRACE_CHECKSUM_H
#define ALLOCOST_TRACE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum { TRACE_STRIPE_BYTES = 32 };

/* Of a part of the bytes: of whole stripes. */
struct trace_checksum {
    uint64_t lanes[4];
    uint64_t count; /* bytes */
};

#define TRACE_XXH_PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define TRACE_XXH_PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define TRACE_XXH_PRIME_3 UINT64_C(0x165667b19e3779f9)
#define TRACE_XXH_PRIME_4 UINT64_C(0x85ebca77c2b2ae63)
#define TRACE_XXH_PRIME_5 UINT64_C(0x27d4eb2f165667c5)

static inline uint64_t trace_xxh_rotate(uint64_t number, unsigned bits)
{
    return number << bits | number >> (64 - bits);
}

/* `count` bytes, the lowest first, on any machine; compilers make one load of it. */
static inline uint64_t trace_xxh_get(const uint8_t *bytes, unsigned count)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < count; i++)
        number |= (uint64_t)bytes[i] << 8 * i;
    return number;
}

static inline uint64_t trace_xxh_round(uint64_t lane, uint64_t input)
{
    return trace_xxh_rotate(lane + input * TRACE_XXH_PRIME_2, 31) * TRACE_XXH_PRIME_1;
}

/* Of no bytes. */
static inline struct trace_checksum trace_checksum_begin(void)
{
    return (struct trace_checksum){.lanes = {TRACE_XXH_PRIME_1 + TRACE_XXH_PRIME_2,
                                             TRACE_XXH_PRIME_2, 0, 0 - TRACE_XXH_PRIME_1}};
}

/* Of so many bytes more, a multiple of TRACE_STRIPE_BYTES. */
static inline void trace_checksum_add(struct trace_checksum *sum, const uint8_t *bytes,
                                      size_t count)
{
    uint64_t one = sum->lanes[0], two = sum->lanes[1], three = sum->lanes[2], four = sum->lanes[3];
    for (size_t i = 0; i < count; i += TRACE_STRIPE_BYTES) {
        one = trace_xxh_round(one, trace_xxh_get(bytes + i, 8));
        two = trace_xxh_round(two, trace_xxh_get(bytes + i + 8, 8));
        three = trace_xxh_round(three, trace_xxh_get(bytes + i + 16, 8));
        four = trace_xxh_round(four, trace_xxh_get(bytes + i + 24, 8));
    }
    *sum = (struct trace_checksum){.lanes = {one, two, three, four}, .count = sum->count + count};
}

/* The lanes in one number. */
static inline uint64_t trace_checksum_join(const struct trace_checksum *sum)
{
    static const unsigned bits[4] = {1, 7, 12, 18};
    if (sum->count < TRACE_STRIPE_BYTES)
        return TRACE_XXH_PRIME_5;
    uint64_t joined = 0;
    for (unsigned i = 0; i < 4; i++)
        joined += trace_xxh_rotate(sum->lanes[i], bits[i]);
    for (unsigned i = 0; i < 4; i++)
        joined =
            (joined ^ trace_xxh_round(0, sum->lanes[i])) * TRACE_XXH_PRIME_1 + TRACE_XXH_PRIME_4;
    return joined;
}

/* The checksum with these behind it, which are the last. */
static inline uint64_t trace_checksum_end(const struct trace_checksum *sum, const uint8_t *bytes,
                                          size_t count)
{
    struct trace_checksum whole = *sum;
    const size_t stripes = count - count % TRACE_STRIPE_BYTES;
    trace_checksum_add(&whole, bytes, stripes);
    uint64_t result = trace_checksum_join(&whole) + whole.count + (count - stripes);
    size_t i = stripes;
    for (; i + 8 <= count; i += 8)
        result = trace_xxh_rotate(result ^ trace_xxh_round(0, trace_xxh_get(bytes + i, 8)), 27) *
                     TRACE_XXH_PRIME_1 +
                 TRACE_XXH_PRIME_4;
    for (; i + 4 <= count; i += 4)
        result = trace_xxh_rotate(result ^ trace_xxh_get(bytes + i, 4) * TRACE_XXH_PRIME_1, 23) *
                     TRACE_XXH_PRIME_2 +
                 TRACE_XXH_PRIME_3;
    for (; i < count; i++)
        result = trace_xxh_rotate(result ^ bytes[i] * TRACE_XXH_PRIME_5, 11) * TRACE_XXH_PRIME_1;
    result = (result ^ result >> 33) * TRACE_XXH_PRIME_2;
    result = (result ^ result >> 29) * TRACE_XXH_PRIME_3;
    return result ^ result >> 32;
}

#endif
