/*
 * The kinds of channels: how each is made, destroyed, sent to and received from. All of it is
 * copied into each variant, which says the kind and the place as constants.
 */
#ifndef ALLOCOST_CHANNEL_KINDS_H
#define ALLOCOST_CHANNEL_KINDS_H

#include "bench.h"
#include "keep.h"
#include "spsc_ring.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORD = sizeof(uint64_t), CAPACITY_MOST = 64, MALLOC_ALIGNMENT = 16 };

enum kind { RING, MUTEX, PIPE, EVENTFD };
enum place { FRAME, HEAP, KERNEL };

/* Messages under a mutex. */
struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t has_message;
    pthread_cond_t has_room; /* or, without capacity: the message was received */
    uint64_t slot_count;
    uint64_t sent; /* messages, ever */
    uint64_t received;
    uint64_t slots[];
};

/* A channel, as sender and receiver hold it. */
struct channel {
    uint64_t capacity;
    void *block; /* from malloc; NULL */
    struct spsc_ring *ring;
    struct queue *queue;
    int receive_fd;
    int send_fd;
};

static inline uint64_t slot_count(uint64_t capacity)
{
    return capacity > 0 ? capacity : 1;
}

static inline size_t ring_block_bytes(uint64_t capacity)
{
    return SPSC_RING_BYTES(slot_count(capacity), WORD) + SPSC_LINE_BYTES - MALLOC_ALIGNMENT;
}

static inline size_t queue_bytes(uint64_t capacity)
{
    return sizeof(struct queue) + slot_count(capacity) * WORD;
}

BODY void require(bool done)
{
    if (__builtin_expect(!done, 0))
        abort();
}

/* ---- Made and destroyed ---- */

BODY void open_queue(struct channel *channel)
{
    struct queue *const queue = malloc(queue_bytes(channel->capacity));
    bench_require(queue);
    require(pthread_mutex_init(&queue->mutex, NULL) == 0);
    require(pthread_cond_init(&queue->has_message, NULL) == 0);
    require(pthread_cond_init(&queue->has_room, NULL) == 0);
    queue->slot_count = slot_count(channel->capacity);
    queue->sent = queue->received = 0;
    channel->block = channel->queue = queue;
}

/* `frame` is memory for a ring of the greatest capacity. */
BODY void open_channel(enum kind kind, enum place place, struct channel *channel, void *frame)
{
    int fds[2];
    switch (kind) {
    case RING:
        if (place == HEAP) {
            channel->block = malloc(ring_block_bytes(channel->capacity));
            bench_require(channel->block);
            const uintptr_t end = (uintptr_t)channel->block + SPSC_LINE_BYTES - 1;
            frame = (void *)(end - end % SPSC_LINE_BYTES);
        }
        channel->ring = frame;
        spsc_ring_init(channel->ring, slot_count(channel->capacity));
        break;
    case MUTEX:
        open_queue(channel);
        break;
    case PIPE:
        require(pipe2(fds, O_CLOEXEC) == 0);
        channel->receive_fd = fds[0];
        channel->send_fd = fds[1];
        break;
    case EVENTFD:
        channel->receive_fd = channel->send_fd = eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC);
        require(channel->send_fd >= 0);
        break;
    }
    KEEP_PTR(channel);
}

BODY void close_channel(enum kind kind, enum place place, struct channel *channel)
{
    KEEP_PTR(channel);
    if (kind == MUTEX) {
        pthread_cond_destroy(&channel->queue->has_room);
        pthread_cond_destroy(&channel->queue->has_message);
        pthread_mutex_destroy(&channel->queue->mutex);
    }
    if (place == HEAP)
        free(channel->block);
    if (place == KERNEL)
        require(close(channel->receive_fd) == 0);
    if (kind == PIPE)
        require(close(channel->send_fd) == 0);
}

/* ---- Sent and received ---- */

BODY void send_to_ring(struct channel *channel, uint64_t message)
{
    struct spsc_ring *const ring = channel->ring;
    uint64_t *const slot = spsc_ring_reserve_wait(ring, WORD);
    *slot = message;
    spsc_ring_publish(ring);
    const uint64_t sent = atomic_load_explicit(&ring->sent, memory_order_relaxed);
    unsigned looks = 0;
    while (channel->capacity == 0 &&
           atomic_load_explicit(&ring->received, memory_order_acquire) != sent)
        spsc_wait(&looks);
}

BODY void send_to_queue(struct channel *channel, uint64_t message)
{
    struct queue *const queue = channel->queue;
    pthread_mutex_lock(&queue->mutex);
    while (queue->sent - queue->received == queue->slot_count)
        pthread_cond_wait(&queue->has_room, &queue->mutex);
    queue->slots[queue->sent++ & (queue->slot_count - 1)] = message;
    pthread_cond_signal(&queue->has_message);
    while (channel->capacity == 0 && queue->received != queue->sent)
        pthread_cond_wait(&queue->has_room, &queue->mutex);
    pthread_mutex_unlock(&queue->mutex);
}

BODY uint64_t receive_from_queue(struct channel *channel)
{
    struct queue *const queue = channel->queue;
    pthread_mutex_lock(&queue->mutex);
    while (queue->sent == queue->received)
        pthread_cond_wait(&queue->has_message, &queue->mutex);
    const uint64_t message = queue->slots[queue->received++ & (queue->slot_count - 1)];
    pthread_cond_signal(&queue->has_room);
    pthread_mutex_unlock(&queue->mutex);
    return message;
}

BODY void send_message(enum kind kind, struct channel *channel, uint64_t message)
{
    if (kind == RING)
        send_to_ring(channel, message);
    else if (kind == MUTEX)
        send_to_queue(channel, message);
    else if (kind == EVENTFD)
        message = 1;
    if (kind == PIPE || kind == EVENTFD)
        require(write(channel->send_fd, &message, WORD) == WORD);
}

BODY uint64_t receive_message(enum kind kind, struct channel *channel)
{
    uint64_t message = 0;
    if (kind == RING) {
        message = *(const uint64_t *)spsc_ring_peek_wait(channel->ring, WORD);
        spsc_ring_release(channel->ring);
    } else if (kind == MUTEX) {
        message = receive_from_queue(channel);
    } else {
        require(read(channel->receive_fd, &message, WORD) == WORD);
    }
    return message;
}

#endif
