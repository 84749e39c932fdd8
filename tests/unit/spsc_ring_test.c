/* The ring: what is sent is received, once, in order; full and empty; two threads. */
#include "check.h"
#include "spsc_ring.h"

#include <pthread.h>
#include <stdbool.h>

enum { CAPACITY = 8, MESSAGES = 20000 };

/* A message of three words, to see that slots do not overlap. */
struct message {
    uint64_t number;
    uint64_t twice;
    uint64_t thrice;
};

static struct spsc_ring *make_ring(uint64_t capacity)
{
    const size_t bytes = SPSC_RING_BYTES(capacity, sizeof(struct message));
    EXPECT(bytes % SPSC_LINE_BYTES == 0);
    EXPECT(bytes >= sizeof(struct spsc_ring) + capacity * sizeof(struct message));
    struct spsc_ring *const ring = aligned_alloc(SPSC_LINE_BYTES, bytes);
    if (ring == NULL)
        abort();
    spsc_ring_init(ring, capacity);
    return ring;
}

static void fill(struct message *message, uint64_t number)
{
    *message = (struct message){number, 2 * number, 3 * number};
}

static bool is_whole(const struct message *message, uint64_t number)
{
    return message->number == number && message->twice == 2 * number &&
           message->thrice == 3 * number;
}

/* Fills and empties it at every distance from its start, more than once around. */
static void test_one_thread(uint64_t capacity)
{
    struct spsc_ring *const ring = make_ring(capacity);
    uint64_t sent = 0, received = 0;
    for (unsigned round = 0; round < 3 * CAPACITY; round++) {
        EXPECT(spsc_ring_peek(ring, sizeof(struct message)) == NULL);
        struct message *slot;
        while ((slot = spsc_ring_reserve(ring, sizeof *slot)) != NULL) {
            EXPECT(spsc_ring_reserve(ring, sizeof *slot) == slot); /* until it is published */
            fill(slot, sent++);
            spsc_ring_publish(ring);
        }
        EXPECT_INT(sent - received, capacity);
        const uint64_t left = round % (capacity + 1);
        while (sent - received > left) {
            const struct message *const got = spsc_ring_peek(ring, sizeof *got);
            EXPECT(got != NULL && is_whole(got, received));
            received++;
            spsc_ring_release(ring);
        }
        for (; received < sent; received++) {
            EXPECT(is_whole(spsc_ring_peek(ring, sizeof(struct message)), received));
            spsc_ring_release(ring);
        }
    }
    free(ring);
}

static void *send_all(void *argument)
{
    struct spsc_ring *const ring = argument;
    for (uint64_t i = 0; i < MESSAGES; i++) {
        fill(spsc_ring_reserve_wait(ring, sizeof(struct message)), i);
        spsc_ring_publish(ring);
    }
    return NULL;
}

static void test_two_threads(uint64_t capacity)
{
    struct spsc_ring *const ring = make_ring(capacity);
    pthread_t sender;
    if (pthread_create(&sender, NULL, send_all, ring) != 0)
        abort();
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < MESSAGES; i++) {
        wrong += !is_whole(spsc_ring_peek_wait(ring, sizeof(struct message)), i);
        spsc_ring_release(ring);
    }
    pthread_join(sender, NULL);
    EXPECT_INT(wrong, 0);
    EXPECT(spsc_ring_peek(ring, sizeof(struct message)) == NULL);
    free(ring);
}

int main(void)
{
    for (uint64_t capacity = 1; capacity <= CAPACITY; capacity *= 2) {
        test_one_thread(capacity);
        test_two_threads(capacity);
    }
    return check_result();
}
