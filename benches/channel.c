/*
 * Question: what does a channel cost, and how much of that is its memory?
 * Variants: ring, between one sender and one receiver without a lock, in the sender's frame
 *           (_stack) or from malloc (_heap); mutex_heap, a ring under a mutex with two condition
 *           variables, from malloc; pipe and eventfd, in the kernel. _create: a new channel for
 *           each message; _steady: a channel that is there already. Each on one thread, which
 *           sends and receives in turns, and, _pair, on two: the first makes the channel and
 *           sends, the second receives and, of _create, is told where the channel is and tells
 *           when it is done. malloc_only: the memory of a _heap ring, got and given back. null:
 *           neither channel nor memory.
 *           A capacity of 0 is a channel in which a message is sent when it has been received; it
 *           needs two threads. A pipe has the kernel's capacity. An eventfd counts messages and
 *           carries none.
 * Timed:    (making the channel,) sending a word, receiving it(, destroying the channel). One
 *           operation is one message, on both threads.
 * Not timed: starting the threads; making the channel of _steady, but for the one in the frame,
 *           which is made once at the start of a run.
 * Expect:   of _create in the heap one malloc and one free a message, of the bytes of the ring and
 *           of aligning it, or of the mutex and the slots; of the others none.
 */
#include "bench.h"
#include "channel_kinds.h"
#include "keep.h"
#include "null_loop.h"
#include "spsc_ring.h"

/* What the threads share. */
struct meeting {
    struct channel made; /* the channel that is there before the run, of the variants with one */
    /* Where the second thread learns of another one; NULL when it is done with that. */
    _Alignas(SPSC_LINE_BYTES) _Atomic(struct channel *) passed;
};

struct state {
    uint64_t seed;
    uint64_t capacity;
    unsigned thread;
    struct meeting *meeting;
};

/* ---- `count` messages, from `first` on ---- */

BODY uint64_t send_and_receive(enum kind kind, struct channel *channel, uint64_t first,
                               uint64_t count)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        KEEP_PTR(channel);
        send_message(kind, channel, first + i);
        sum += receive_message(kind, channel);
    }
    return sum;
}

BODY void send_all(enum kind kind, struct channel *channel, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        KEEP_PTR(channel);
        send_message(kind, channel, first + i);
    }
}

BODY uint64_t receive_all(enum kind kind, struct channel *channel, uint64_t count)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        KEEP_PTR(channel);
        sum += receive_message(kind, channel);
    }
    return sum;
}

/* ---- A channel that is made, used for the messages, and destroyed ---- */

BODY uint64_t live_alone(enum kind kind, enum place place, const struct state *state,
                         uint64_t first, uint64_t count)
{
    _Alignas(SPSC_LINE_BYTES) unsigned char frame[SPSC_RING_BYTES(CAPACITY_MOST, WORD)];
    struct channel channel = {.capacity = state->capacity};
    open_channel(kind, place, &channel, frame);
    const uint64_t sum = send_and_receive(kind, &channel, state->seed + first, count);
    close_channel(kind, place, &channel);
    return sum;
}

BODY void live_sending(enum kind kind, enum place place, const struct state *state, uint64_t first,
                       uint64_t count)
{
    _Alignas(SPSC_LINE_BYTES) unsigned char frame[SPSC_RING_BYTES(CAPACITY_MOST, WORD)];
    struct channel channel = {.capacity = state->capacity};
    struct meeting *const meeting = state->meeting;
    open_channel(kind, place, &channel, frame);
    atomic_store_explicit(&meeting->passed, &channel, memory_order_release);
    send_all(kind, &channel, state->seed + first, count);
    unsigned looks = 0;
    while (atomic_load_explicit(&meeting->passed, memory_order_acquire) != NULL)
        spsc_wait(&looks);
    close_channel(kind, place, &channel);
}

BODY uint64_t live_receiving(enum kind kind, const struct state *state, uint64_t count)
{
    struct meeting *const meeting = state->meeting;
    struct channel *channel;
    unsigned looks = 0;
    while ((channel = atomic_load_explicit(&meeting->passed, memory_order_acquire)) == NULL)
        spsc_wait(&looks);
    const uint64_t sum = receive_all(kind, channel, count);
    atomic_store_explicit(&meeting->passed, NULL, memory_order_release);
    return sum;
}

/* One such channel for `each` messages: for all of a run, or for one. */
BODY uint64_t run_alone(enum kind kind, enum place place, const struct state *state,
                        uint64_t iterations, uint64_t each)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i += each)
        sum += live_alone(kind, place, state, i, each);
    return sum;
}

BODY uint64_t run_pair(enum kind kind, enum place place, const struct state *state,
                       uint64_t iterations, uint64_t each)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i += each)
        if (state->thread == 0)
            live_sending(kind, place, state, i, each);
        else
            sum += live_receiving(kind, state, each);
    return sum;
}

/* ---- A channel that is there already ---- */

BODY uint64_t run_made_alone(enum kind kind, const struct state *state, uint64_t iterations)
{
    return send_and_receive(kind, &state->meeting->made, state->seed, iterations);
}

BODY uint64_t run_made_pair(enum kind kind, const struct state *state, uint64_t iterations)
{
    struct channel *const made = &state->meeting->made;
    if (state->thread != 0)
        return receive_all(kind, made, iterations);
    send_all(kind, made, state->seed, iterations);
    return 0;
}

static void *setup_meeting(const struct bench_cell *cell, const char **skip)
{
    (void)cell;
    (void)skip;
    return bench_map(sizeof(struct meeting));
}

static void teardown_meeting(void *shared)
{
    bench_unmap(shared, sizeof(struct meeting));
}

#define DEFINE_RUN(label, ...)                                    \
    static uint64_t run_##label(void *state, uint64_t iterations) \
    {                                                             \
        return __VA_ARGS__;                                       \
    }

#define DEFINE_CREATE(label, kind, place)                                    \
    DEFINE_RUN(label##_create, run_alone(kind, place, state, iterations, 1)) \
    DEFINE_RUN(label##_create_pair, run_pair(kind, place, state, iterations, 1))

#define DEFINE_STEADY(label, kind, place)                                        \
    DEFINE_RUN(label##_steady, run_made_alone(kind, state, iterations))          \
    DEFINE_RUN(label##_steady_pair, run_made_pair(kind, state, iterations))      \
    static void *setup_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                            \
        struct meeting *const meeting = setup_meeting(cell, skip);               \
        meeting->made.capacity = (uint64_t)cell->value;                          \
        open_channel(kind, place, &meeting->made, NULL);                         \
        return meeting;                                                          \
    }                                                                            \
    static void teardown_##label(void *shared)                                   \
    {                                                                            \
        close_channel(kind, place, &((struct meeting *)shared)->made);           \
        teardown_meeting(shared);                                                \
    }

DEFINE_CREATE(ring_stack, RING, FRAME)
DEFINE_RUN(ring_stack_steady, run_alone(RING, FRAME, state, iterations, iterations))
DEFINE_RUN(ring_stack_steady_pair, run_pair(RING, FRAME, state, iterations, iterations))
DEFINE_CREATE(ring_heap, RING, HEAP)
DEFINE_STEADY(ring_heap, RING, HEAP)
DEFINE_CREATE(mutex_heap, MUTEX, HEAP)
DEFINE_STEADY(mutex_heap, MUTEX, HEAP)
DEFINE_CREATE(pipe, PIPE, KERNEL)
DEFINE_STEADY(pipe, PIPE, KERNEL)
DEFINE_CREATE(eventfd, EVENTFD, KERNEL)
DEFINE_STEADY(eventfd, EVENTFD, KERNEL)

static uint64_t run_malloc_only(void *state, uint64_t iterations)
{
    const struct state *const own = state;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(own);
        uint64_t *const block = malloc(ring_block_bytes(own->capacity));
        bench_require(block);
        *block = own->seed + i;
        KEEP_PTR(block);
        sum += *block;
        free(block);
    }
    return sum;
}

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* What one thread would wait for in a channel without capacity, it would have to do itself. */
#define NOT_WITHOUT_CAPACITY(label)                 \
    static bench_run *label##_for(int64_t capacity) \
    {                                               \
        return capacity > 0 ? run_##label : NULL;   \
    }

NOT_WITHOUT_CAPACITY(ring_stack_create)
NOT_WITHOUT_CAPACITY(ring_stack_steady)
NOT_WITHOUT_CAPACITY(ring_heap_create)
NOT_WITHOUT_CAPACITY(ring_heap_steady)
NOT_WITHOUT_CAPACITY(mutex_heap_create)
NOT_WITHOUT_CAPACITY(mutex_heap_steady)
NOT_WITHOUT_CAPACITY(malloc_only)

/* ---- What is there before the clock starts ---- */

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    *state = (struct state){.seed = cell->seed,
                            .capacity = (uint64_t)cell->value,
                            .thread = cell->thread,
                            .meeting = cell->shared};
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

/* So many channels of so many bytes, all of them the first thread's. */
static struct bench_counts channels(const struct state *state, uint64_t count, size_t bytes)
{
    if (state->thread != 0)
        return (struct bench_counts){0};
    return (struct bench_counts){.allocs = count, .frees = count, .bytes = count * bytes};
}

static struct bench_counts expect_rings(const void *state, uint64_t iterations)
{
    const struct state *const own = state;
    return channels(own, iterations, ring_block_bytes(own->capacity));
}

static struct bench_counts expect_queues(const void *state, uint64_t iterations)
{
    const struct state *const own = state;
    return channels(own, iterations, queue_bytes(own->capacity));
}

#define ROW(label, where, when) \
    .name = #label, .storage = (where), .setup = setup, .teardown = teardown, .tier = (when)
#define ALONE(label, where, when) ROW(label, where, when), .run_for = label##_for
#define PAIR(label, where, when)                                                              \
    ROW(label, where, when), .run = run_##label, .threads = 2, .setup_shared = setup_meeting, \
                             .teardown_shared = teardown_meeting
#define MADE(what) .setup_shared = setup_##what, .teardown_shared = teardown_##what
#define MADE_PAIR(what, where, when) \
    ROW(what##_steady_pair, where, when), .run = run_##what##_steady_pair, .threads = 2, MADE(what)
#define FIXED(label, when) ROW(label, BENCH_INLINE, when), .run = run_##label, .unswept = true
#define CALLS BENCH_CALLS("malloc free")

/* A channel of the kernel is nothing in the process but a number: its storage is `inline`. */
static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .control = true,
     .tier = BENCH_EXTENDED},
    {ALONE(ring_stack_create, BENCH_STACK, BENCH_KEY)},
    {ALONE(ring_heap_create, BENCH_HEAP, BENCH_KEY), CALLS, .expect = expect_rings},
    {ALONE(mutex_heap_create, BENCH_HEAP, BENCH_DEFAULT), CALLS, .expect = expect_queues},
    {ALONE(malloc_only, BENCH_HEAP, BENCH_DEFAULT), CALLS, .expect = expect_rings,
     .work = "memory"},
    {FIXED(pipe_create, BENCH_DEFAULT)},
    {FIXED(eventfd_create, BENCH_EXTENDED), .work = "count"},
    {ALONE(ring_stack_steady, BENCH_STACK, BENCH_DEFAULT)},
    {ALONE(ring_heap_steady, BENCH_HEAP, BENCH_EXTENDED), MADE(ring_heap)},
    {ALONE(mutex_heap_steady, BENCH_HEAP, BENCH_DEFAULT), MADE(mutex_heap)},
    {FIXED(pipe_steady, BENCH_DEFAULT), MADE(pipe)},
    {FIXED(eventfd_steady, BENCH_EXTENDED), MADE(eventfd), .work = "count"},
    {PAIR(ring_stack_create_pair, BENCH_STACK, BENCH_EXTENDED)},
    {PAIR(ring_heap_create_pair, BENCH_HEAP, BENCH_EXTENDED), CALLS, .expect = expect_rings},
    {PAIR(mutex_heap_create_pair, BENCH_HEAP, BENCH_EXTENDED), CALLS, .expect = expect_queues},
    {PAIR(pipe_create_pair, BENCH_INLINE, BENCH_EXTENDED), .unswept = true},
    {PAIR(eventfd_create_pair, BENCH_INLINE, BENCH_EXTENDED), .unswept = true, .work = "count"},
    {PAIR(ring_stack_steady_pair, BENCH_STACK, BENCH_DEFAULT)},
    {MADE_PAIR(ring_heap, BENCH_HEAP, BENCH_EXTENDED)},
    {MADE_PAIR(mutex_heap, BENCH_HEAP, BENCH_EXTENDED)},
    {MADE_PAIR(pipe, BENCH_INLINE, BENCH_DEFAULT), .unswept = true},
    {MADE_PAIR(eventfd, BENCH_INLINE, BENCH_EXTENDED), .unswept = true, .work = "count"},
};

static const struct bench_value capacities[] = {
    {0, BENCH_EXTENDED}, {1, BENCH_KEY}, {CAPACITY_MOST, BENCH_EXTENDED}};

const struct bench_scenario bench_scenario = {
    .name = "channel",
    .question = "What does a channel cost, and how much of that is its memory?",
    .touch = "the word that is sent, and what the channel is made of",
    .param = "capacity",
    .values = capacities,
    .value_count = BENCH_COUNT(capacities),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
