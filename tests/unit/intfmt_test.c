/*
 * Every method writes what printf does: at the edges, for millions of random numbers, and, with the
 * argument `exhaustive`, for every number that there is.
 */
#include "intfmt.h"

#include "check.h"

static const struct {
    const char *name;
    size_t (*format)(char *out, int32_t value);
} methods[] = {
    {"intfmt_div", intfmt_div},     {"intfmt_lut", intfmt_lut},   {"intfmt_count", intfmt_count},
    {"intfmt_fixed", intfmt_fixed}, {"intfmt_swar", intfmt_swar},
};
enum { METHODS = sizeof methods / sizeof *methods };

enum { GUARD = 5 }; /* bytes on either side that must stay as they are */

/* How many methods write anything else than the text, or anything beyond INTFMT_MAX. */
static unsigned count_wrong(int32_t value, const char *text, size_t length)
{
    static const char filler[GUARD] = {'#', '#', '#', '#', '#'};
    unsigned wrong = 0;
    for (size_t i = 0; i < METHODS; i++) {
        char out[GUARD + INTFMT_MAX + GUARD];
        memcpy(out, filler, GUARD);
        memcpy(out + GUARD + INTFMT_MAX, filler, GUARD);
        const size_t written = methods[i].format(out + GUARD, value);
        if (written == length && memcmp(out + GUARD, text, length) == 0 &&
            memcmp(out, filler, GUARD) == 0 && memcmp(out + GUARD + INTFMT_MAX, filler, GUARD) == 0)
            continue;
        fprintf(stderr, "%s(%d) wrote %zu characters, \"%.*s\"\n", methods[i].name, value, written,
                INTFMT_MAX, out + GUARD);
        wrong++;
    }
    return wrong;
}

static unsigned count_wrong_value(int32_t value)
{
    char text[16];
    const int length = snprintf(text, sizeof text, "%d", value);
    return count_wrong(value, text, (size_t)length);
}

static void test_edges(void)
{
    unsigned wrong = count_wrong_value(INT32_MIN) + count_wrong_value(INT32_MIN + 1) +
                     count_wrong_value(INT32_MAX) + count_wrong_value(INT32_MAX - 1);
    for (int64_t power = 1; power <= 1000000000; power *= 10)
        for (int32_t digit = 1; digit <= 9; digit++)
            for (int32_t offset = -1; offset <= 1; offset++) {
                const int64_t value = power * digit + offset;
                if (value > INT32_MAX)
                    continue;
                wrong += count_wrong_value((int32_t)value) + count_wrong_value((int32_t)-value);
            }
    for (int32_t bit = 0; bit < 31; bit++)
        for (int32_t offset = -1; offset <= 1; offset++) {
            const int32_t value = (int32_t)(((int64_t)1 << bit) + offset);
            wrong += count_wrong_value(value) + count_wrong_value(-value);
        }
    for (int32_t value = -100000; value <= 100000; value++)
        wrong += count_wrong_value(value);
    EXPECT_INT(wrong, 0);
}

static uint64_t random_bits(void)
{
    static uint64_t state = 1;
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void test_random(void)
{
    enum { COUNT = 3000000 };
    unsigned wrong = 0;
    uint64_t limit = 1;
    for (unsigned i = 0; i < COUNT / 2 && wrong < 20; i++) {
        limit = limit < 1000000000 ? limit * 10 : 10;
        const int32_t digits = (int32_t)(random_bits() % limit);
        wrong += count_wrong_value(i % 2 != 0 ? digits : -digits);
        const uint64_t bits = random_bits();
        wrong += count_wrong_value((int32_t)(uint32_t)bits >> (bits >> 32) % 32);
    }
    EXPECT_INT(wrong, 0);
}

/* Adds one to a decimal number of which the last digit stands before `end`. Returns its start. */
static char *increment(char *start, char *end)
{
    char *digit = end - 1;
    while (digit >= start && *digit == '9')
        *digit-- = '0';
    if (digit < start) {
        *--start = '1';
        return start;
    }
    ++*digit;
    return start;
}

/* All 2^32 values, against a decimal counter, itself held against printf from time to time. */
static void test_all(void)
{
    char text[16], signed_text[16];
    char *const end = text + sizeof text;
    char *start = end - 1;
    *start = '0';
    unsigned wrong = 0;
    for (uint32_t number = 0; number <= (uint32_t)INT32_MAX + 1 && wrong < 20; number++) {
        const size_t length = (size_t)(end - start);
        if (number % 1000003 == 0) {
            char expected[16];
            EXPECT_INT(snprintf(expected, sizeof expected, "%u", number), length);
            EXPECT(memcmp(expected, start, length) == 0);
        }
        if (number <= INT32_MAX)
            wrong += count_wrong((int32_t)number, start, length);
        signed_text[0] = '-';
        memcpy(signed_text + 1, start, length);
        if (number != 0)
            wrong += count_wrong((int32_t) - (int64_t)number, signed_text, length + 1);
        start = increment(start, end);
    }
    EXPECT_INT(wrong, 0);
}

int main(int argc, char **argv)
{
    test_edges();
    test_random();
    if (argc > 1 && strcmp(argv[1], "exhaustive") == 0)
        test_all();
    return check_result();
}
