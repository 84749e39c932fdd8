#include "run/order.h"

#include "bench.h"

void order_shuffle(size_t *order, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        /* The bias of a remainder of 64 random bits is below count / 2^64. */
        const size_t j = (size_t)(bench_random(&seed) % i);
        const size_t swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

size_t order_rows(size_t count)
{
    if (count < 2)
        return 1;
    return count % 2 == 0 ? count : 2 * count;
}

void order_williams(size_t *order, size_t count, uint64_t row)
{
    if (count == 0)
        return;
    row %= order_rows(count);
    const size_t shift = (size_t)(row % count);
    const bool mirrored =
        row >= count; /* the second square of an odd design is the first reversed */
    for (size_t place = 0; place < count; place++) {
        /* 0, 1, n-1, 2, n-2, ...: neighbours differ by every amount once. */
        const size_t zigzag = place % 2 == 1 ? (place + 1) / 2 : (count - place / 2) % count;
        const size_t at = mirrored ? count - 1 - place : place;
        order[at] = (zigzag + shift) % count;
    }
}
