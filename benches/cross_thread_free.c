/*
 * Question: what does it cost when one thread allocates an object and another one frees it?
 * Variants: _one_to_one: a thread makes objects, another one receives them; _many_to_one: three
 *           make, one receives; _one_to_many: one makes, three receive, in turn; _circle: each
 *           thread makes objects for the next one, and receives those of the one before. heap_:
 *           malloc, and the receiver frees; static_: the same writes and reads in objects that are
 *           there already, 2048 for each ring, one after the other, so that each goes back to the
 *           sender's core; ring_: the words alone, without an object: the floor. null: a loop on
 *           one thread. Objects are handed over `batch` at a time, through rings of 2048 places.
 * Timed:    the sender makes an object and writes its first and last word; the receiver reads both
 *           and frees it. One operation is one object on all threads; of _circle each thread makes
 *           and frees one an operation.
 * Not timed: starting the threads, making the rings and the static objects.
 * Expect:   one malloc and one free of 64 bytes an object for heap_; none for the others. Heap may
 *           be faster than static_ where a thread is given again what it has just freed (_circle).
 */
#include "bench.h"
#include "keep.h"
#include "null_loop.h"
#include "spsc_ring.h"

enum {
    WORD = sizeof(uint64_t),
    OBJECT_BYTES = 64,
    IN_FLIGHT = 2048, /* places of a ring, whatever the batch: a power of two */
    MANY = 3          /* senders to one receiver, or receivers of one sender */
};

enum how { HEAP, STATIC, RING };
enum form { ONE_TO_ONE, MANY_TO_ONE, ONE_TO_MANY, CIRCLE };

/* A ring of batches, from one thread to one other; in a circle of one thread to itself. */
struct lane {
    struct spsc_ring *ring; /* a slot is a batch */
    unsigned char *objects; /* IN_FLIGHT of them: `static_` */
};

/* What the threads share. */
struct exchange {
    unsigned lanes;
    struct lane lane[];
};

/* One of the two ends of a lane, as the thread has it that is there. */
struct end {
    struct lane lane;
    uint64_t first; /* value of the lane's first object */
    uint64_t share; /* the lane carries one object in so many iterations, */
    uint64_t part;  /* in those whose remainder by `share` is this */
    uint64_t total; /* objects of this run */
    uint64_t moved; /* of them */
};

struct state {
    uint64_t batch;
    unsigned sends; /* ends in `out` */
    unsigned receives;
    struct end out[MANY];
    struct end in[MANY];
};

/* ---- One batch ---- */

BODY uint64_t make_object(enum how how, const struct lane *lane, uint64_t number, uint64_t value)
{
    if (how == RING)
        return value;
    uint64_t *const object =
        how == HEAP ? malloc(OBJECT_BYTES)
                    : (void *)(lane->objects + (number & (IN_FLIGHT - 1)) * OBJECT_BYTES);
    bench_require(object);
    object[0] = value;
    object[OBJECT_BYTES / WORD - 1] = 3 * value;
    KEEP_PTR(object);
    return (uintptr_t)object;
}

BODY uint64_t take_object(enum how how, uint64_t word)
{
    if (how == RING)
        return word + 3 * word;
    uint64_t *const object = (uint64_t *)(uintptr_t)word;
    KEEP_PTR(object);
    const uint64_t sum = object[0] + object[OBJECT_BYTES / WORD - 1];
    if (how == HEAP)
        free(object);
    return sum;
}

/* The next batch of the lane, the last one may be shorter. */
BODY uint64_t batch_of(const struct state *state, const struct end *end)
{
    const uint64_t left = end->total - end->moved;
    return left < state->batch ? left : state->batch;
}

/* Returns how many objects it sent: none when there are none left, or no room. */
BODY uint64_t send_batch(enum how how, const struct state *state, struct end *end)
{
    const uint64_t count = batch_of(state, end);
    if (count == 0)
        return 0;
    uint64_t *const slot = spsc_ring_reserve(end->lane.ring, state->batch * WORD);
    if (slot == NULL)
        return 0;
    for (uint64_t i = 0; i < count; i++)
        slot[i] = make_object(how, &end->lane, end->moved + i, end->first + end->moved + i);
    spsc_ring_publish(end->lane.ring);
    end->moved += count;
    return count;
}

/* Returns how many it received: none when there are none left to come, or none yet. */
BODY uint64_t receive_batch(enum how how, const struct state *state, struct end *end, uint64_t *sum)
{
    const uint64_t count = batch_of(state, end);
    if (count == 0)
        return 0;
    const uint64_t *const slot = spsc_ring_peek(end->lane.ring, state->batch * WORD);
    if (slot == NULL)
        return 0;
    for (uint64_t i = 0; i < count; i++)
        *sum += take_object(how, slot[i]);
    spsc_ring_release(end->lane.ring);
    end->moved += count;
    return count;
}

/* ---- One thread ---- */

static uint64_t objects_of(const struct end *end, uint64_t iterations)
{
    return iterations / end->share + (end->part < iterations % end->share);
}

/*
 * Whoever waits at one lane looks at its others, too: no thread waits for one that waits for it.
 * `sends` and `receives` are the state's, as constants.
 */
BODY uint64_t serve(enum how how, unsigned sends, unsigned receives, struct state *state,
                    uint64_t iterations)
{
    uint64_t sum = 0, left = 0;
    for (unsigned i = 0; i < sends + receives; i++) {
        struct end *const end = i < sends ? &state->out[i] : &state->in[i - sends];
        end->moved = 0;
        left += end->total = objects_of(end, iterations);
    }
    for (unsigned looks = 0; left > 0;) {
        KEEP_PTR(state);
        uint64_t moved = 0;
        for (unsigned i = 0; i < sends; i++)
            moved += send_batch(how, state, &state->out[i]);
        for (unsigned i = 0; i < receives; i++)
            moved += receive_batch(how, state, &state->in[i], &sum);
        left -= moved;
        if (moved > 0)
            looks = 0;
        else
            spsc_wait(&looks);
    }
    return sum;
}

BODY uint64_t run(enum how how, enum form form, struct state *state, uint64_t iterations)
{
    if (form == CIRCLE)
        return serve(how, 1, 1, state, iterations);
    if (state->sends > 0)
        return serve(how, form == ONE_TO_MANY ? MANY : 1, 0, state, iterations);
    return serve(how, 0, form == MANY_TO_ONE ? MANY : 1, state, iterations);
}

#define DEFINE_RUN(label, how, form)                              \
    static uint64_t run_##label(void *state, uint64_t iterations) \
    {                                                             \
        return run(how, form, state, iterations);                 \
    }
#define DEFINE_EACH(label, form)             \
    DEFINE_RUN(heap_##label, HEAP, form)     \
    DEFINE_RUN(static_##label, STATIC, form) \
    DEFINE_RUN(ring_##label, RING, form)

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* ---- What is there before the clock starts ---- */

static size_t ring_bytes(uint64_t batch)
{
    return SPSC_RING_BYTES(IN_FLIGHT / batch, batch * WORD);
}

static size_t exchange_bytes(unsigned lanes)
{
    return sizeof(struct exchange) + lanes * sizeof(struct lane);
}

static unsigned lanes_of(enum form form, unsigned threads)
{
    return form == CIRCLE ? threads : form == ONE_TO_ONE ? 1 : MANY;
}

static void *make_exchange(enum form form, const struct bench_cell *cell)
{
    const unsigned lanes = lanes_of(form, cell->threads);
    const uint64_t batch = (uint64_t)cell->value;
    struct exchange *const exchange = bench_map(exchange_bytes(lanes));
    exchange->lanes = lanes;
    for (unsigned i = 0; i < lanes; i++) {
        exchange->lane[i].ring = bench_map(ring_bytes(batch));
        spsc_ring_init(exchange->lane[i].ring, IN_FLIGHT / batch);
        exchange->lane[i].objects = bench_map((size_t)IN_FLIGHT * OBJECT_BYTES);
    }
    return exchange;
}

static void teardown_exchange(void *shared)
{
    struct exchange *const exchange = shared;
    for (unsigned i = 0; i < exchange->lanes; i++) {
        const uint64_t batch = IN_FLIGHT / exchange->lane[i].ring->capacity;
        bench_unmap(exchange->lane[i].ring, ring_bytes(batch));
        bench_unmap(exchange->lane[i].objects, (size_t)IN_FLIGHT * OBJECT_BYTES);
    }
    bench_unmap(exchange, exchange_bytes(exchange->lanes));
}

/* An end of the lane with this number. */
static struct end end_of(enum form form, const struct bench_cell *cell, unsigned number)
{
    const struct exchange *const exchange = cell->shared;
    return (struct end){.lane = exchange->lane[number],
                        .first = cell->seed + ((uint64_t)number << 32),
                        .share = form == CIRCLE ? 1 : exchange->lanes,
                        .part = form == CIRCLE ? 0 : number};
}

/* Of several lanes that meet in one thread, that is thread 0. */
static void *make_state(enum form form, const struct bench_cell *cell)
{
    struct state *const state = bench_map(sizeof *state);
    const unsigned lanes = ((const struct exchange *)cell->shared)->lanes;
    const unsigned thread = cell->thread;
    state->batch = (uint64_t)cell->value;
    if (form == CIRCLE) {
        state->out[state->sends++] = end_of(form, cell, thread);
        state->in[state->receives++] = end_of(form, cell, (thread + lanes - 1) % lanes);
        return state;
    }
    const bool sends = (thread == 0) != (form == MANY_TO_ONE);
    const unsigned count = thread == 0 ? lanes : 1, first = thread == 0 ? 0 : thread - 1;
    for (unsigned i = 0; i < count; i++)
        *(sends ? &state->out[i] : &state->in[i]) = end_of(form, cell, first + i);
    *(sends ? &state->sends : &state->receives) = count;
    return state;
}

static void teardown(void *state)
{
    bench_unmap(state, sizeof(struct state));
}

#define DEFINE_SETUP(label, form)                                                   \
    static void *setup_##label(const struct bench_cell *cell, const char **skip)    \
    {                                                                               \
        (void)skip;                                                                 \
        return make_state(form, cell);                                              \
    }                                                                               \
    static void *exchange_##label(const struct bench_cell *cell, const char **skip) \
    {                                                                               \
        (void)skip;                                                                 \
        return make_exchange(form, cell);                                           \
    }                                                                               \
    DEFINE_EACH(label, form)

DEFINE_SETUP(one_to_one, ONE_TO_ONE)
DEFINE_SETUP(many_to_one, MANY_TO_ONE)
DEFINE_SETUP(one_to_many, ONE_TO_MANY)
DEFINE_SETUP(circle, CIRCLE)

static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    struct bench_counts counts = {0};
    for (unsigned i = 0; i < state->sends; i++)
        counts.allocs += objects_of(&state->out[i], iterations);
    for (unsigned i = 0; i < state->receives; i++)
        counts.frees += objects_of(&state->in[i], iterations);
    counts.bytes = counts.allocs * OBJECT_BYTES;
    return counts;
}

static const struct bench_value batches[] = {
    {1, BENCH_EXTENDED}, {64, BENCH_DEFAULT}, {1024, BENCH_EXTENDED}};

#define ROW(how, label, when)                                                            \
    .name = #how "_" #label, .run = run_##how##_##label, .work = #label, .tier = (when), \
    .setup = setup_##label, .teardown = teardown, .setup_shared = exchange_##label,      \
    .teardown_shared = teardown_exchange
#define EACH(label, when, ...)                                                        \
    {ROW(ring, label, when), .storage = BENCH_INLINE, __VA_ARGS__},                   \
        {ROW(static, label, when), .storage = BENCH_STATIC, __VA_ARGS__},             \
    {                                                                                 \
        ROW(heap, label, when), .storage = BENCH_HEAP, __VA_ARGS__, .expect = expect, \
                                BENCH_CALLS("malloc free")                            \
    }

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .unswept = true,
     .run = run_null,
     .work = "nothing",
     .tier = BENCH_DEFAULT},
    EACH(one_to_one, BENCH_DEFAULT, .threads = 2),
    EACH(many_to_one, BENCH_EXTENDED, .threads = MANY + 1),
    EACH(one_to_many, BENCH_EXTENDED, .threads = MANY + 1),
    EACH(circle, BENCH_EXTENDED, .threaded = true),
};

const struct bench_scenario bench_scenario = {
    .name = "cross_thread_free",
    .question = "What does it cost when one thread allocates an object and another one frees it?",
    .touch = "first and last word of 64 bytes, written by the sender, read by the receiver",
    .param = "batch",
    .values = batches,
    .value_count = BENCH_COUNT(batches),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
