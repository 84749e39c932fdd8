/*
 * A ring of messages from one thread to one other, without a lock.
 *
 *     struct spsc_ring *ring = ...;                  // spsc_ring_bytes(64, sizeof(struct order))
 *     spsc_ring_init(ring, 64);
 *
 *     struct order *slot = spsc_ring_reserve(ring, sizeof *slot);   // the sender; NULL: full
 *     slot->number = 7;
 *     spsc_ring_publish(ring);
 *
 *     slot = spsc_ring_peek(ring, sizeof *slot);                    // the receiver; NULL: empty
 *     use(slot->number);
 *     spsc_ring_release(ring);
 *
 * The two counts that the threads share are on lines of their own, and each side keeps a copy of
 * the other's, which it looks at again only when the ring seems full or empty. Lamport,
 * "Specifying concurrent program modules", ACM TOPLAS 5 (1983); Lee, Bu and Chandranmenon, "A
 * lock-free, cache-efficient shared ring buffer for multi-core architectures", ANCS 2009.
 *
 * Threads: one sender and one receiver at a time. What the sender wrote into a slot before publish
 * is seen by the receiver behind peek; what the receiver did before release is done when reserve
 * returns that slot again. Nothing here can fail but by being full or empty.
 */
#ifndef ALLOCOST_SPSC_RING_H
#define ALLOCOST_SPSC_RING_H

#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPSC_LINE_BYTES = 128, /* two lines of 64: some cores fetch them in pairs */
    SPSC_LOOKS = 200       /* at what does not come before the CPU is given away */
};

/* A ring; its fields are for the functions below. */
struct spsc_ring {
    _Alignas(SPSC_LINE_BYTES) _Atomic uint64_t sent; /* messages published, ever; the sender's */
    uint64_t received_seen;                          /* what the sender last saw of `received` */
    _Alignas(SPSC_LINE_BYTES) _Atomic uint64_t received; /* released, ever; the receiver's */
    uint64_t sent_seen;                                  /* what the receiver last saw of `sent` */
    _Alignas(SPSC_LINE_BYTES) uint64_t capacity;         /* slots: a power of two */
    _Alignas(16) unsigned char slots[];                  /* of the size that every call says */
};

/* Bytes of a ring, to be aligned to SPSC_LINE_BYTES: a multiple of them. */
#define SPSC_RING_BYTES(capacity, slot_bytes)                                               \
    ((sizeof(struct spsc_ring) + (size_t)(capacity) * (slot_bytes) + SPSC_LINE_BYTES - 1) / \
     SPSC_LINE_BYTES * SPSC_LINE_BYTES)

/* Makes an empty ring of `capacity` slots, a power of two. */
static inline void spsc_ring_init(struct spsc_ring *ring, uint64_t capacity)
{
    atomic_init(&ring->sent, 0);
    atomic_init(&ring->received, 0);
    ring->received_seen = ring->sent_seen = 0;
    ring->capacity = capacity;
}

static inline void *spsc_ring_slot(struct spsc_ring *ring, uint64_t number, size_t slot_bytes)
{
    return ring->slots + (number & (ring->capacity - 1)) * slot_bytes;
}

/* The sender's: the slot for the next message, or NULL when all are full. */
static inline void *spsc_ring_reserve(struct spsc_ring *ring, size_t slot_bytes)
{
    const uint64_t sent = atomic_load_explicit(&ring->sent, memory_order_relaxed);
    if (sent - ring->received_seen == ring->capacity) {
        ring->received_seen = atomic_load_explicit(&ring->received, memory_order_acquire);
        if (sent - ring->received_seen == ring->capacity)
            return NULL;
    }
    return spsc_ring_slot(ring, sent, slot_bytes);
}

/* Hands over the slot that was reserved. */
static inline void spsc_ring_publish(struct spsc_ring *ring)
{
    const uint64_t sent = atomic_load_explicit(&ring->sent, memory_order_relaxed);
    atomic_store_explicit(&ring->sent, sent + 1, memory_order_release);
}

/* The receiver's: the slot with the oldest message, or NULL when there is none. */
static inline void *spsc_ring_peek(struct spsc_ring *ring, size_t slot_bytes)
{
    const uint64_t received = atomic_load_explicit(&ring->received, memory_order_relaxed);
    if (received == ring->sent_seen) {
        ring->sent_seen = atomic_load_explicit(&ring->sent, memory_order_acquire);
        if (received == ring->sent_seen)
            return NULL;
    }
    return spsc_ring_slot(ring, received, slot_bytes);
}

/* Gives the slot that was peeked at back to the sender. */
static inline void spsc_ring_release(struct spsc_ring *ring)
{
    const uint64_t received = atomic_load_explicit(&ring->received, memory_order_relaxed);
    atomic_store_explicit(&ring->received, received + 1, memory_order_release);
}

/*
 * Between two looks at something that the other thread will do. *looks counts them and is 0 at
 * first: after SPSC_LOOKS the thread gives its CPU away each time, for the other one may have none.
 */
static inline void spsc_wait(unsigned *looks)
{
    if (*looks >= SPSC_LOOKS) {
        sched_yield();
        return;
    }
    ++*looks;
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* The same two, until there is a slot. */
static inline void *spsc_ring_reserve_wait(struct spsc_ring *ring, size_t slot_bytes)
{
    unsigned looks = 0;
    void *slot;
    while ((slot = spsc_ring_reserve(ring, slot_bytes)) == NULL)
        spsc_wait(&looks);
    return slot;
}

static inline void *spsc_ring_peek_wait(struct spsc_ring *ring, size_t slot_bytes)
{
    unsigned looks = 0;
    void *slot;
    while ((slot = spsc_ring_peek(ring, slot_bytes)) == NULL)
        spsc_wait(&looks);
    return slot;
}

#endif
