#include "count/slots.h"
#include "count/count.h"
#include "front/front.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

enum { SLOTS_IN_CHUNK = 63 }; /* with the list's pointer: one page of 4096 bytes */

/* Slots are never unmapped, so the list is walked without a lock, also in a child after fork. */
struct chunk {
    struct chunk *next; /* set before the chunk is in the list, constant then */
    struct slot slots[SLOTS_IN_CHUNK];
};

static struct chunk first_chunk;
static struct chunk *_Atomic chunks = &first_chunk;
struct slot shared_slot;

static __thread struct slot *mine;

static pthread_key_t exit_key;
static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;
static bool exit_key_made;

static void leave_slot(void *slot)
{
    mine = &shared_slot; /* what later destructors of this thread free still counts */
    atomic_store_explicit(&((struct slot *)slot)->owned, false, memory_order_release);
}

static void make_exit_key(void)
{
    exit_key_made = pthread_key_create(&exit_key, leave_slot) == 0;
}

static struct slot *claim_in(struct chunk *chunk)
{
    for (size_t i = 0; i < SLOTS_IN_CHUNK; i++) {
        bool expected = false;
        if (!atomic_load_explicit(&chunk->slots[i].owned, memory_order_relaxed) &&
            atomic_compare_exchange_strong_explicit(&chunk->slots[i].owned, &expected, true,
                                                    memory_order_acquire, memory_order_relaxed))
            return &chunk->slots[i];
    }
    return NULL;
}

static struct slot *claim(void)
{
    for (struct chunk *c = atomic_load(&chunks); c != NULL; c = c->next) {
        struct slot *const slot = claim_in(c);
        if (slot != NULL)
            return slot;
    }
    struct chunk *const chunk =
        mmap(NULL, sizeof *chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED)
        return &shared_slot;
    struct slot *const slot = claim_in(chunk);
    chunk->next = atomic_load(&chunks);
    while (!atomic_compare_exchange_weak(&chunks, &chunk->next, chunk))
        ;
    return slot;
}

static __attribute__((noinline, cold)) struct slot *enter_slot(void)
{
    const int saved_errno = errno;
    mine = claim();
    if (mine != &shared_slot) {
        front_pause(); /* pthread_setspecific may allocate, and is not the program */
        pthread_once(&exit_key_once, make_exit_key);
        if (exit_key_made)
            (void)pthread_setspecific(exit_key, mine);
        front_go_on();
    }
    errno = saved_errno;
    return mine;
}

struct slot *my_slot(void)
{
    return __builtin_expect(mine == NULL, 0) ? enter_slot() : mine;
}

static void add_slot(struct count_totals *out, const struct slot *slot)
{
    out->allocs += atomic_load_explicit(&slot->allocs, memory_order_relaxed);
    out->reallocs += atomic_load_explicit(&slot->reallocs, memory_order_relaxed);
    out->frees += atomic_load_explicit(&slot->frees, memory_order_relaxed);
    out->bytes += atomic_load_explicit(&slot->bytes, memory_order_relaxed);
    out->usable_bytes += atomic_load_explicit(&slot->usable_bytes, memory_order_relaxed);
}

void slots_sum(struct count_totals *out)
{
    *out = (struct count_totals){0};
    for (const struct chunk *c = atomic_load(&chunks); c != NULL; c = c->next)
        for (size_t i = 0; i < SLOTS_IN_CHUNK; i++)
            add_slot(out, &c->slots[i]);
    add_slot(out, &shared_slot);
}
