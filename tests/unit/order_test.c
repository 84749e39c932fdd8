/* The orders of measuring: permutations, uniform over seeds, balanced over rows. */
#include "check.h"
#include "run/order.h"

#include <stdbool.h>

enum {
    MOST = 10,          /* treatments of the largest design that is tried */
    SHUFFLED = 5,       /* things whose permutations are counted */
    PERMUTATIONS = 120, /* of SHUFFLED things */
    SEEDS = 200 * PERMUTATIONS
};

static bool is_permutation(const size_t *order, size_t count)
{
    bool seen[1000] = {false};
    for (size_t i = 0; i < count; i++) {
        if (order[i] >= count || seen[order[i]])
            return false;
        seen[order[i]] = true;
    }
    return true;
}

static void test_shuffle_permutes(void)
{
    static const size_t counts[] = {0, 1, 2, 3, 10, 999};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            size_t order[1000];
            order_shuffle(order, counts[c], seed);
            EXPECT(is_permutation(order, counts[c]));
        }
}

static void test_shuffle_depends_on_the_seed(void)
{
    size_t first[999];
    size_t again[999];
    size_t other[999];
    order_shuffle(first, 999, 1);
    order_shuffle(again, 999, 1);
    order_shuffle(other, 999, 2);
    EXPECT(memcmp(first, again, sizeof first) == 0);
    EXPECT(memcmp(first, other, sizeof first) != 0);
    size_t moved = 0;
    for (size_t i = 0; i < 999; i++)
        moved += first[i] != other[i];
    EXPECT(moved > 950); /* one place is expected to hold the same */
}

/* The number of a permutation among all, by its Lehmer code. */
static size_t number_of(const size_t *order)
{
    size_t number = 0;
    for (size_t i = 0; i < SHUFFLED; i++) {
        size_t smaller = 0;
        for (size_t j = i + 1; j < SHUFFLED; j++)
            smaller += order[j] < order[i];
        number = number * (SHUFFLED - i) + smaller;
    }
    return number;
}

static void test_shuffle_is_uniform(void)
{
    /* Seeds as the rounds use them, which differ in their upper half, and seeds that count up. */
    static const unsigned shifts[] = {0, 32};
    for (size_t s = 0; s < 2; s++) {
        double counts[PERMUTATIONS] = {0.0};
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            size_t order[SHUFFLED];
            order_shuffle(order, SHUFFLED, seed << shifts[s]);
            counts[number_of(order)] += 1.0;
        }
        double chi_square = 0.0;
        const double expected = (double)SEEDS / PERMUTATIONS;
        for (size_t i = 0; i < PERMUTATIONS; i++)
            chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
        /* 119 degrees of freedom: 196 is the point that chance exceeds once in 100000 times, and 60
         * the one it stays below as seldom. */
        EXPECT(chi_square < 196.0);
        EXPECT(chi_square > 60.0);
    }
}

static void test_williams_is_balanced(size_t count)
{
    size_t places[MOST][MOST] = {{0}};     /* [place][treatment] */
    size_t neighbours[MOST][MOST] = {{0}}; /* [before][behind] */
    const size_t rows = order_rows(count);
    for (uint64_t row = 0; row < rows; row++) {
        size_t order[MOST];
        order_williams(order, count, row);
        EXPECT(is_permutation(order, count));
        for (size_t i = 0; i < count; i++)
            places[i][order[i]]++;
        for (size_t i = 1; i < count; i++)
            neighbours[order[i - 1]][order[i]]++;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            EXPECT_INT(places[i][j], rows / count);
            EXPECT_INT(neighbours[i][j], i == j ? 0 : rows / count);
        }
}

/* The design starts again behind its last row, and where a run starts in it does not matter. */
static void test_williams_repeats(void)
{
    for (size_t count = 1; count <= MOST; count++)
        for (uint64_t row = 0; row < 40; row++) {
            size_t order[MOST];
            size_t later[MOST];
            order_williams(order, count, row);
            order_williams(later, count, row + 7 * order_rows(count));
            EXPECT(memcmp(order, later, count * sizeof *order) == 0);
        }
}

int main(void)
{
    test_shuffle_permutes();
    test_shuffle_depends_on_the_seed();
    test_shuffle_is_uniform();
    EXPECT_INT(order_rows(0), 1);
    EXPECT_INT(order_rows(1), 1);
    EXPECT_INT(order_rows(2), 2);
    EXPECT_INT(order_rows(3), 6);
    EXPECT_INT(order_rows(6), 6);
    for (size_t count = 1; count <= MOST; count++)
        test_williams_is_balanced(count);
    test_williams_repeats();
    size_t untouched = 99;
    order_williams(&untouched, 0, 3);
    EXPECT_INT(untouched, 99);
    return check_result();
}
