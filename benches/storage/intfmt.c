/*
 * Five ways to decimal text. The first three branch on each digit or pair, which a processor
 * predicts only as long as all numbers have the same length; the last two take no branch at all,
 * and so cost the same for every number.
 */
#include "intfmt.h"

#include <string.h>

/* Digits in a vector register where every machine has one; INTFMT_SCALAR: not even there. */
#if defined(__SSE2__) && !defined(INTFMT_SCALAR)
#define INTFMT_SSE2 1
#include <emmintrin.h>
#else
#define INTFMT_SSE2 0
#endif

/* The magnitude; of INT32_MIN too. */
static uint32_t magnitude(int32_t value)
{
    return value < 0 ? 0U - (uint32_t)value : (uint32_t)value;
}

size_t intfmt_div(char *out, int32_t value)
{
    uint32_t rest = magnitude(value);
    size_t length = 0;
    do {
        out[length++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0)
        out[length++] = '-';
    for (size_t i = 0, j = length - 1; i < j; i++, j--) {
        const char swap = out[i];
        out[i] = out[j];
        out[j] = swap;
    }
    return length;
}

/* "00" to "99" in a row. */
static const char pairs[201] = "00010203040506070809"
                               "10111213141516171819"
                               "20212223242526272829"
                               "30313233343536373839"
                               "40414243444546474849"
                               "50515253545556575859"
                               "60616263646566676869"
                               "70717273747576777879"
                               "80818283848586878889"
                               "90919293949596979899";

/* Writes the digits so that the last stands before `end`. Returns the address of the first. */
static inline char *write_pairs(char *end, uint32_t rest)
{
    while (rest >= 100) {
        end -= 2;
        memcpy(end, pairs + rest % 100 * 2, 2);
        rest /= 100;
    }
    if (rest < 10) {
        *--end = (char)('0' + rest);
        return end;
    }
    end -= 2;
    memcpy(end, pairs + rest * 2, 2);
    return end;
}

size_t intfmt_lut(char *out, int32_t value)
{
    char text[INTFMT_MAX];
    char *start = write_pairs(text + INTFMT_MAX, magnitude(value));
    if (value < 0)
        *--start = '-';
    const size_t length = (size_t)(text + INTFMT_MAX - start);
    memcpy(out, start, length);
    return length;
}

/*
 * How many decimal digits a number has, without a branch: numbers of the same bit length differ by
 * at most one digit, so the table's entry for that length carries into the upper half exactly when
 * the number has reached the next power of ten. By Kendall Willets, as told by Daniel Lemire,
 * "Computing the number of digits of an integer even faster", 2021.
 */
static unsigned count_digits(uint32_t number)
{
#define FROM(digits) ((uint64_t)(digits) << 32)            /* no power of ten in between */
#define STEP(digits, power) (FROM((digits) + 1) - (power)) /* `digits` below it */
    static const uint64_t table[32] = {
        FROM(1),       FROM(1),          FROM(1),
        STEP(1, 10),   FROM(2),          FROM(2),
        STEP(2, 100),  FROM(3),          FROM(3),
        STEP(3, 1000), FROM(4),          FROM(4),
        FROM(4),       STEP(4, 10000),   FROM(5),
        FROM(5),       STEP(5, 100000),  FROM(6),
        FROM(6),       STEP(6, 1000000), FROM(7),
        FROM(7),       FROM(7),          STEP(7, 10000000),
        FROM(8),       FROM(8),          STEP(8, 100000000),
        FROM(9),       FROM(9),          STEP(9, 1000000000),
        FROM(10),      FROM(10),
    };
#undef STEP
#undef FROM
    const unsigned log2 = 31U - (unsigned)__builtin_clz(number | 1);
    return (unsigned)((number + table[log2]) >> 32);
}

size_t intfmt_count(char *out, int32_t value)
{
    const uint32_t number = magnitude(value);
    const size_t sign = value < 0;
    const size_t length = sign + count_digits(number);
    *out = '-'; /* a digit takes its place when there is no sign */
    write_pairs(out + length, number);
    return length;
}

/* Seven bits before the point, for any pair of digits, and 57 behind it. */
enum { FRACTION_BITS = 57 };
#define ONE (UINT64_C(1) << FRACTION_BITS)

/* Writes the pair before the point. Returns the fraction behind it, a hundredfold: the next pair.
 */
static inline uint64_t write_pair(char *out, uint64_t fixed)
{
    memcpy(out, pairs + (fixed >> FRACTION_BITS) * 2, 2);
    return (fixed & (ONE - 1)) * 100;
}

/*
 * A multiplication makes the number a fixed-point one whose first two digits stand before the
 * point; then each multiplication by a hundred brings the next two there. All five pairs are
 * written, whatever the length. The reciprocals are rounded up, and what that adds must stay below
 * one unit of the last digit: with n < 10 digits it is at most 10^n * 10^(n-2) / 2^57 < 0.07; with
 * ten, 0.2415 (the part rounded up) * 2^31 * 10^8 / 2^57 < 0.37.
 *
 * The method is James Anhalt's (jeaiii), as explained by Junekey Jeon, "Faster integer formatting",
 * jk-jeon.github.io, 2022. His code has a branch for each length; the table of reciprocals and the
 * count stand for it here.
 */
size_t intfmt_fixed(char *out, int32_t value)
{
    static const uint64_t reciprocals[11] = {
        0,
        ONE * 10,
        ONE,
        ONE / 10 + 1,
        ONE / 100 + 1,
        ONE / 1000 + 1,
        ONE / 10000 + 1,
        ONE / 100000 + 1,
        ONE / 1000000 + 1,
        ONE / 10000000 + 1,
        ONE / 100000000 + 1,
    };
    const uint32_t number = magnitude(value);
    const unsigned count = count_digits(number);
    const size_t sign = value < 0;
    *out = '-'; /* a digit takes its place when there is no sign */
    char *const first = out + sign;
    uint64_t fixed = number * reciprocals[count];
    fixed = write_pair(first, fixed);
    fixed = write_pair(first + 2, fixed);
    fixed = write_pair(first + 4, fixed);
    fixed = write_pair(first + 6, fixed);
    write_pair(first + 8, fixed);
    return sign + count;
}

/* One, two or no characters for what stands before the last eight digits. */
struct head {
    char text[2];
    uint8_t length;
    uint8_t unused; /* so that an entry is found by a shift */
};

#define HEAD_1(digit)         \
    {                         \
        {'0' + (digit)}, 1, 0 \
    }
#define HEAD_2(tens, ones)                 \
    {                                      \
        {'0' + (tens), '0' + (ones)}, 2, 0 \
    }
#define HEAD_10(tens)                                                                    \
    HEAD_2(tens, 0), HEAD_2(tens, 1), HEAD_2(tens, 2), HEAD_2(tens, 3), HEAD_2(tens, 4), \
        HEAD_2(tens, 5), HEAD_2(tens, 6), HEAD_2(tens, 7), HEAD_2(tens, 8), HEAD_2(tens, 9)

/* INT32_MIN begins with 21. */
static const struct head heads[30] = {{{0}, 0, 0}, HEAD_1(1), HEAD_1(2),  HEAD_1(3),
                                      HEAD_1(4),   HEAD_1(5), HEAD_1(6),  HEAD_1(7),
                                      HEAD_1(8),   HEAD_1(9), HEAD_10(1), HEAD_10(2)};

/* Eight digits, the first in the lowest byte. */
struct digits {
    uint64_t text;  /* as characters */
    uint64_t marks; /* the lowest bit set is in the byte of the first digit that is not a leading
                       zero, or of the last digit */
};

/* n * DIVIDE_10000 >> 40 is n / 10^4 for n < 10^8: the factor is 2224 / 10^4 above 2^40 / 10^4. */
#define DIVIDE_10000 109951163

#if INTFMT_SSE2
/*
 * The digits of a number below 10^8. Each half of it is put into four lanes and divided by 1000,
 * 100, 10 and 1; ten times each lane is taken from the lane behind it, and digits are left. The
 * method is Wojciech Mula's, "SSE: conversion integers to decimal representation", 0x80.pl, 2011. A
 * division is a multiplication, a shift is another, since lanes need different ones: with n < 10^4,
 *   4n * 8389 >> 16 >> 9 is n / 1000, 4n * 5243 >> 16 >> 5 is n / 100, 4n * 13108 >> 16 >> 3 is n /
 * 10 and 4n * 2^15 >> 16 >> 1 is n.
 */
static inline struct digits eight_digits(uint32_t number)
{
    const __m128i all = _mm_cvtsi32_si128((int)number);
    const __m128i high = _mm_srli_epi64(_mm_mul_epu32(all, _mm_set1_epi32(DIVIDE_10000)), 40);
    const __m128i low = _mm_sub_epi32(all, _mm_mul_epu32(high, _mm_set1_epi32(10000)));
    const __m128i halves = _mm_slli_epi16(_mm_unpacklo_epi16(high, low), 2);
    const __m128i twice = _mm_unpacklo_epi16(halves, halves);
    const __m128i lanes = _mm_unpacklo_epi32(twice, twice);
    const __m128i factors =
        _mm_setr_epi16(8389, 5243, 13108, INT16_MIN, 8389, 5243, 13108, INT16_MIN);
    const __m128i shifts =
        _mm_setr_epi16(1 << 7, 1 << 11, 1 << 13, INT16_MIN, 1 << 7, 1 << 11, 1 << 13, INT16_MIN);
    const __m128i quotients = _mm_mulhi_epu16(_mm_mulhi_epu16(lanes, factors), shifts);
    const __m128i tenfold = _mm_mullo_epi16(_mm_slli_epi64(quotients, 16), _mm_set1_epi16(10));
    const __m128i words = _mm_sub_epi16(quotients, tenfold);
    const __m128i bytes = _mm_packus_epi16(words, words);
    const __m128i last = _mm_set_epi32(0, 0, '0' << 24, 0);
    return (struct digits){
        .text = (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(bytes, _mm_set1_epi8('0'))),
        .marks = (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(bytes, last)),
    };
}
#else
/*
 * The digits of a number below 10^8. It is cut in halves, each half again, and once more, all parts
 * of a word at the same time; each quotient is a multiplication by a reciprocal that is exact for
 * numbers of that size: n * 10486 >> 20 is n / 100 for n < 10^4, n * 103 >> 10 is n / 10 for n <
 * 100. A part that is q * d + r is replaced by q in its lower half and r in its upper one, which is
 * (part << half) - q * ((d << half) - 1). The method is Paul Khuong's, "How to print integers
 * really fast", pvk.ca, 2017.
 */
static inline struct digits eight_digits(uint32_t number)
{
    const uint64_t high = number * (uint64_t)DIVIDE_10000 >> 40;
    const uint64_t fours = ((uint64_t)number << 32) - high * ((UINT64_C(10000) << 32) - 1);
    const uint64_t hundreds = (fours * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    const uint64_t twos = (fours << 16) - hundreds * ((100 << 16) - 1);
    const uint64_t tens = (twos * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    const uint64_t bytes = (twos << 8) - tens * ((10 << 8) - 1);
    return (struct digits){
        .text = bytes | UINT64_C(0x3030303030303030),
        .marks = bytes | UINT64_C(1) << 63,
    };
}
#endif

/* Stores eight bytes, the lowest one first. */
static inline void store_word(char *out, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(out, &word, sizeof word);
}

/*
 * Always makes eight digits and stores them at once, after a shift that drops the leading zeros,
 * which are the low bytes. A head of one or two digits, mixed into the lowest byte, keeps all
 * eight. Sign and head are stored first, and overwritten where they are not wanted.
 */
size_t intfmt_swar(char *out, int32_t value)
{
    const uint32_t number = magnitude(value);
    const uint32_t high = number / 100000000;
    const struct digits digits = eight_digits(number - high * 100000000);
    const unsigned shift = (unsigned)__builtin_ctzll(digits.marks | high) & 56;
    const struct head *const head = &heads[high];
    const size_t sign = value < 0;
    *out = '-';
    memcpy(out + sign, head->text, sizeof head->text);
    store_word(out + sign + head->length, digits.text >> shift);
    return sign + head->length + 8 - shift / 8;
}
