/*
 * The counters: a slot for each thread, so that counting takes no lock and shares no cache line.
 */
#ifndef ALLOCOST_SLOTS_H
#define ALLOCOST_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct count_totals;

enum { CACHE_LINE = 64 }; /* bytes */

/*
 * One thread's counters, by the names of struct count_totals. Only the owner writes them, so a
 * plain load and store do. When a thread ends, its slot is given to the next one as it is: that is
 * how ended threads stay in the sum.
 */
struct slot {
    _Alignas(CACHE_LINE) _Atomic uint64_t allocs;
    _Atomic uint64_t reallocs;
    _Atomic uint64_t frees;
    _Atomic uint64_t bytes;
    _Atomic uint64_t usable_bytes;
    atomic_bool owned; /* by a thread that has not ended */
};
_Static_assert(sizeof(struct slot) == CACHE_LINE, "no two threads write to one cache line");

/* Of threads that have no slot of their own. All of them write to it, by atomic additions. */
extern struct slot shared_slot;

/* The calling thread's slot, from its first call on. Cannot fail. Keeps errno. */
struct slot *my_slot(void);

/* Adds to a counter of `slot`, which is the calling thread's. */
static inline void add(struct slot *slot, _Atomic uint64_t *counter, uint64_t n)
{
    if (__builtin_expect(slot == &shared_slot, 0))
        atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
    else
        atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                              memory_order_relaxed);
}

/* Writes the sum over all slots, those of ended threads included. Any thread may call it. */
void slots_sum(struct count_totals *out);

#endif
