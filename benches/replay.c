/*
 * Question: what do the allocations of a real program cost?
 * Variants: builtin, of a C compiler at work (gcc 12's cc1 with -O2 on benches/null.c); given, of
 *           the program that `allocost run --trace` names. null and given_null: the same calls
 *           read, and the same stamps, in the table of the slots, without an allocator.
 * Timed:    an iteration is the whole trace: each call of the program in its order, in one thread
 *           whatever thread made it; a stamp in the first and in the last byte of each block, read
 *           and compared before the block is freed or resized; in the end freeing what the program
 *           left.
 * Not timed: reading the trace.
 * Expect:   the calls of the trace, with the sizes in it, and a free of each block that it leaves.
 */
#include "bench.h"
#include "keep.h"

#include <malloc.h>

/* A block that lives. */
struct slot {
    unsigned char *block;
    size_t size;         /* bytes; 0: there is no room for a stamp */
    unsigned char first; /* stamps of null */
    unsigned char last;
};

struct state {
    const struct bench_trace *trace;
    uint64_t seed;
    struct slot *slots;
};

/* Different for slots that are neighbours, and for the ends of a block. */
BODY unsigned char stamp_of(uint64_t seed, uint32_t slot)
{
    return (unsigned char)(seed + slot * 167u);
}

BODY void put_stamps(unsigned char *block, size_t size, unsigned char stamp)
{
    if (size > 0) {
        block[size - 1] = (unsigned char)~stamp;
        block[0] = stamp;
    }
    KEEP_PTR(block);
}

/* Aborts when a stamp is not what was written. A block of one byte has the first one only. */
BODY uint64_t verified(unsigned char first, unsigned char last, size_t size, unsigned char stamp)
{
    const unsigned char other = size > 1 ? (unsigned char)~stamp : stamp;
    if (__builtin_expect(first != stamp || last != other, 0))
        abort();
    return first + 3u * last;
}

BODY uint64_t verify(const struct slot *slot, unsigned char stamp)
{
    return slot->size > 0 ? verified(slot->block[0], slot->block[slot->size - 1], slot->size, stamp)
                          : 0;
}

/* The call of a program that gets or resizes a block. A resized one is read again: the stamp at its
 * beginning has moved with it. */
BODY unsigned char *call(const struct bench_trace_op *op, unsigned char *block)
{
    void *aligned = NULL;
    switch ((enum bench_trace_call)op->call) {
    case BENCH_TRACE_CALLOC:
        return calloc(1, op->size);
    case BENCH_TRACE_REALLOC:
        return realloc(block, op->size);
    case BENCH_TRACE_REALLOCARRAY:
        return reallocarray(block, op->size, 1);
    case BENCH_TRACE_ALIGNED_ALLOC:
        return aligned_alloc((size_t)1 << op->align_shift, op->size);
    case BENCH_TRACE_POSIX_MEMALIGN:
        return posix_memalign(&aligned, (size_t)1 << op->align_shift, op->size) == 0 ? aligned
                                                                                     : NULL;
    case BENCH_TRACE_MEMALIGN:
        return memalign((size_t)1 << op->align_shift, op->size);
    case BENCH_TRACE_MALLOC:
    case BENCH_TRACE_FREE:
        break;
    }
    return malloc(op->size);
}

static uint64_t replay(struct state *state)
{
    const struct bench_trace *const trace = state->trace;
    const uint64_t seed = state->seed;
    uint64_t sum = 0;
    for (size_t i = 0; i < trace->op_count; i++) {
        const struct bench_trace_op *const op = &trace->ops[i];
        struct slot *const slot = &state->slots[op->slot];
        const unsigned char stamp = stamp_of(seed, op->slot);
        const bool resized =
            op->call == BENCH_TRACE_REALLOC || op->call == BENCH_TRACE_REALLOCARRAY;
        if (resized || op->call == BENCH_TRACE_FREE)
            sum += verify(slot, stamp);
        if (op->call == BENCH_TRACE_FREE) {
            free(slot->block);
            continue;
        }
        unsigned char *const block = call(op, slot->block);
        if (op->size > 0)
            bench_require(block);
        if (resized && slot->size > 0 && __builtin_expect(block[0] != stamp, 0))
            abort();
        put_stamps(block, op->size, stamp);
        slot->block = block;
        slot->size = op->size;
    }
    return sum;
}

static uint64_t run(void *opaque, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += replay(opaque);
    return sum;
}

static uint64_t walk(struct state *state)
{
    const struct bench_trace *const trace = state->trace;
    const uint64_t seed = state->seed;
    uint64_t sum = 0;
    for (size_t i = 0; i < trace->op_count; i++) {
        const struct bench_trace_op *const op = &trace->ops[i];
        struct slot *const slot = &state->slots[op->slot];
        const unsigned char stamp = stamp_of(seed, op->slot);
        const bool resized =
            op->call == BENCH_TRACE_REALLOC || op->call == BENCH_TRACE_REALLOCARRAY;
        if ((resized || op->call == BENCH_TRACE_FREE) && slot->size > 0)
            sum += verified(slot->first, slot->last, slot->size, stamp);
        if (op->call == BENCH_TRACE_FREE)
            continue;
        slot->last = (unsigned char)~stamp;
        if (op->size == 1)
            slot->last = stamp;
        slot->first = stamp;
        slot->size = op->size;
        KEEP_PTR(slot);
    }
    return sum;
}

static uint64_t run_null(void *opaque, uint64_t iterations)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++)
        sum += walk(opaque);
    return sum;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = bench_map(sizeof *state);
    *state = (struct state){.trace = cell->trace, .seed = cell->seed};
    state->slots = bench_map(cell->trace->slot_count * sizeof *state->slots);
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    bench_unmap(state->slots, state->trace->slot_count * sizeof *state->slots);
    bench_unmap(state, sizeof *state);
}

static struct bench_counts expect(const void *opaque, uint64_t iterations)
{
    const struct bench_trace *const trace = ((const struct state *)opaque)->trace;
    struct bench_counts counts = {0};
    for (size_t i = 0; i < trace->op_count; i++) {
        const struct bench_trace_op *const op = &trace->ops[i];
        const bool resized =
            op->call == BENCH_TRACE_REALLOC || op->call == BENCH_TRACE_REALLOCARRAY;
        counts.reallocs += resized;
        counts.frees += op->call == BENCH_TRACE_FREE;
        counts.allocs += !resized && op->call != BENCH_TRACE_FREE;
        counts.bytes += op->size;
    }
    counts.allocs *= iterations;
    counts.reallocs *= iterations;
    counts.frees *= iterations;
    counts.bytes *= iterations;
    return counts;
}

/* The built-in trace is the file beside this one, as `allocost record` wrote it. */
__asm__(".pushsection .rodata\n"
        "builtin_trace:\n"
        ".incbin \"" __FILE__ ".trace\"\n"
        "builtin_trace_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const unsigned char builtin_trace[] __attribute__((visibility("hidden")));
extern const unsigned char builtin_trace_end[] __attribute__((visibility("hidden")));

#define ROW(label) .name = (label), .setup = setup, .teardown = teardown, .unswept = true
#define BUILT_IN \
    .trace = BENCH_TRACE_BUILT_IN, .built_in = builtin_trace, .built_in_end = builtin_trace_end
#define GIVEN .trace = BENCH_TRACE_GIVEN, .work = "given"
#define NULL_WAY .storage = BENCH_INLINE, .run = run_null
#define HEAP_WAY                                         \
    .storage = BENCH_HEAP, .run = run, .expect = expect, \
    BENCH_CALLS("malloc calloc realloc reallocarray aligned_alloc posix_memalign memalign free")

static const struct bench_variant variants[] = {
    {ROW("null"), BUILT_IN, NULL_WAY, .tier = BENCH_DEFAULT},
    {ROW("builtin"), BUILT_IN, HEAP_WAY, .tier = BENCH_DEFAULT},
    {ROW("given_null"), GIVEN, NULL_WAY},
    {ROW("given"), GIVEN, HEAP_WAY},
};

const struct bench_scenario bench_scenario = {
    .name = "replay",
    .question = "What do the allocations of a real program cost?",
    .touch = "first and last byte, written after the call that gets or resizes the block, read and "
             "compared before the next one",
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
    .check_iterations = 1,
};
