/*
 * What the events of a trace mean: each is compared with the blocks that live when it happens, and
 * becomes an op that a scenario can do again.
 */
#include "trace/trace_events.h"

#include "error.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_SLOT UINT32_MAX

/* A trace that is being decoded. */
struct decoder {
    struct bench_trace_op *ops; /* room for what totals and the end say */
    size_t op_count;
    size_t op_room;
    uint32_t *slot_of;    /* by the number of the block; NO_SLOT: given back */
    uint64_t *slot_sizes; /* bytes; of a free slot: the next free one, and 1 */
    uint64_t free_slot;   /* the first free one, and 1; 0: none */
    uint64_t slot_count;
    uint64_t got; /* blocks so far */
    uint64_t live_bytes;
    uint64_t peak_bytes;
};

/* Memory from the kernel; NULL when there is not so much. */
static void *map(size_t count, size_t size_bytes)
{
    void *const block = mmap(NULL, (count + 1) * size_bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

static void unmap(void *block, size_t count, size_t size_bytes)
{
    if (block != NULL)
        bench_unmap(block, (count + 1) * size_bytes);
}

static uint32_t take_slot(struct decoder *decoder)
{
    if (decoder->free_slot == 0)
        return (uint32_t)decoder->slot_count++;
    const uint32_t slot = (uint32_t)(decoder->free_slot - 1);
    decoder->free_slot = decoder->slot_sizes[slot];
    return slot;
}

static void give_slot(struct decoder *decoder, uint32_t slot)
{
    decoder->live_bytes -= decoder->slot_sizes[slot];
    decoder->slot_sizes[slot] = decoder->free_slot;
    decoder->free_slot = (uint64_t)slot + 1;
}

static void set_size(struct decoder *decoder, uint32_t slot, uint64_t size)
{
    decoder->slot_sizes[slot] = size;
    decoder->live_bytes += size;
    if (decoder->live_bytes > decoder->peak_bytes)
        decoder->peak_bytes = decoder->live_bytes;
}

/* The size that an event asks for, and its alignment. Returns NULL, or what is wrong. */
static const char *read_request(const struct trace_event *event, struct bench_trace_op *op)
{
    static const uint8_t calls[TRACE_KINDS] = {
        [TRACE_MALLOC] = BENCH_TRACE_MALLOC,
        [TRACE_CALLOC] = BENCH_TRACE_CALLOC,
        [TRACE_REALLOC] = BENCH_TRACE_REALLOC,
        [TRACE_REALLOCARRAY] = BENCH_TRACE_REALLOCARRAY,
        [TRACE_ALIGNED_ALLOC] = BENCH_TRACE_ALIGNED_ALLOC,
        [TRACE_POSIX_MEMALIGN] = BENCH_TRACE_POSIX_MEMALIGN,
        [TRACE_MEMALIGN] = BENCH_TRACE_MEMALIGN,
        [TRACE_FREE] = BENCH_TRACE_FREE,
    };
    *op = (struct bench_trace_op){.size = event->argument, .call = calls[event->kind]};
    bool overflow = false;
    switch (event->kind) {
    case TRACE_CALLOC:
        overflow = __builtin_mul_overflow(event->argument, event->rest[0], &op->size);
        break;
    case TRACE_REALLOC:
        op->size = event->rest[0];
        break;
    case TRACE_REALLOCARRAY:
        overflow = __builtin_mul_overflow(event->rest[0], event->rest[1], &op->size);
        break;
    case TRACE_ALIGNED_ALLOC:
    case TRACE_POSIX_MEMALIGN:
    case TRACE_MEMALIGN:
        if (event->rest[0] > TRACE_ALIGN_SHIFT_MOST)
            return "an alignment that no address space has";
        op->align_shift = (uint8_t)event->rest[0];
        break;
    case TRACE_FREE:
        op->size = 0;
        break;
    default:
        break;
    }
    if (overflow || op->size > TRACE_ARGUMENT_MOST)
        return "a size that no address space has";
    if (event->takes && event->kind != TRACE_FREE && op->size == 0)
        return "a realloc to 0 bytes, which is a free";
    return NULL;
}

/* One call of the allocator. Returns NULL, or what is wrong. */
static const char *take_call(struct decoder *decoder, const struct trace_event *event)
{
    struct bench_trace_op op;
    const char *const wrong = read_request(event, &op);
    if (wrong != NULL)
        return wrong;
    uint64_t number = decoder->got;
    if (event->takes) {
        if (event->argument == 0 || event->argument > decoder->got)
            return "a block that there never was";
        number -= event->argument;
        if (decoder->slot_of[number] == NO_SLOT)
            return "a block that was freed before";
        op.slot = decoder->slot_of[number];
    } else {
        op.slot = take_slot(decoder);
        decoder->slot_of[decoder->got++] = op.slot;
    }
    if (decoder->live_bytes > UINT64_MAX - op.size)
        return "more bytes than there can be";
    if (event->kind == TRACE_FREE) {
        give_slot(decoder, op.slot);
        decoder->slot_of[number] = NO_SLOT;
    } else {
        if (event->takes)
            decoder->live_bytes -= decoder->slot_sizes[op.slot];
        set_size(decoder, op.slot, op.size);
    }
    decoder->ops[decoder->op_count++] = op;
    return NULL;
}

/* Frees what the program left, the oldest block first. Returns how many these are. */
static uint64_t free_what_is_left(struct decoder *decoder)
{
    uint64_t left = 0;
    for (uint64_t i = 0; i < decoder->got; i++) {
        if (decoder->slot_of[i] == NO_SLOT)
            continue;
        left++;
        if (decoder->op_count < decoder->op_room)
            decoder->ops[decoder->op_count++] =
                (struct bench_trace_op){.slot = decoder->slot_of[i], .call = BENCH_TRACE_FREE};
    }
    return left;
}

static int decode_events(struct decoder *decoder, const unsigned char *bytes, size_t count,
                         const char *name, const struct trace_totals *totals, struct error *error)
{
    struct trace_cursor cursor = {.bytes = bytes, .count = count, .at = TRACE_MAGIC_BYTES};
    for (;;) {
        struct trace_event event;
        CHECK(trace_get_event(&cursor, &event) == NULL); /* the scan has seen it */
        const char *wrong = NULL;
        if (event.kind == TRACE_END) {
            if (free_what_is_left(decoder) != totals->left)
                wrong = "the end counts other blocks left than there are";
            else if (decoder->peak_bytes != totals->peak_bytes)
                wrong = "the end tells another peak than there is";
            else if (decoder->op_count == 0)
                wrong = "a trace without any call of the allocator";
        } else if (event.is_call) {
            wrong = take_call(decoder, &event);
        }
        if (wrong != NULL)
            return error_set(error, "%s: corrupt at byte %zu: %s", name, event.at, wrong);
        if (event.kind == TRACE_END)
            return 0;
    }
}

int trace_decode(const unsigned char *bytes, size_t count, const char *name, struct trace *trace,
                 struct error *error)
{
    *trace = (struct trace){.memory = NULL};
    struct trace_totals *const totals = &trace->totals;
    if (trace_scan(bytes, count, name, totals, error) != 0)
        return -1;
    if (totals->left > totals->blocks)
        return error_set(error, "%s: corrupt at byte %zu: more blocks left than there were", name,
                         count);
    if (totals->blocks >= NO_SLOT)
        return error_set(error, "%s: %" PRIu64 " blocks are more than can be done again", name,
                         totals->blocks);
    const size_t op_room = totals->events + totals->left;
    struct decoder decoder = {.ops = map(op_room, sizeof *decoder.ops), .op_room = op_room};
    decoder.slot_of = map(totals->blocks, sizeof *decoder.slot_of);
    decoder.slot_sizes = map(totals->blocks, sizeof *decoder.slot_sizes);
    int result = 0;
    if (decoder.ops == NULL || decoder.slot_of == NULL || decoder.slot_sizes == NULL)
        result =
            error_set_errno(error, "%s: no memory for %" PRIu64 " events", name, totals->events);
    else
        result = decode_events(&decoder, bytes, count, name, totals, error);
    unmap(decoder.slot_of, totals->blocks, sizeof *decoder.slot_of);
    unmap(decoder.slot_sizes, totals->blocks, sizeof *decoder.slot_sizes);
    if (result != 0) {
        unmap(decoder.ops, op_room, sizeof *decoder.ops);
        return -1;
    }
    trace->memory = decoder.ops;
    trace->memory_bytes = (op_room + 1) * sizeof *decoder.ops;
    trace->ops = (struct bench_trace){.ops = decoder.ops,
                                      .op_count = decoder.op_count,
                                      .slot_count = decoder.slot_count,
                                      .peak_bytes = decoder.peak_bytes};
    return 0;
}

int trace_load(const char *path, struct trace *trace, struct error *error)
{
    *trace = (struct trace){.memory = NULL};
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer */
    struct stat status;
    if (fd < 0)
        return error_set_errno(error, "%s", path);
    int result = -1;
    if (fstat(fd, &status) != 0)
        error_set_errno(error, "%s", path);
    else if (!S_ISREG(status.st_mode))
        error_set(error, "%s: no regular file", path);
    else if (status.st_size == 0)
        error_set(error, "%s: no trace of allocost: it is empty", path);
    else
        result = 0;
    if (result == 0) {
        const size_t count = (size_t)status.st_size;
        void *const bytes = mmap(NULL, count, PROT_READ, MAP_PRIVATE, fd, 0);
        result = bytes == MAP_FAILED ? error_set_errno(error, "%s", path)
                                     : trace_decode(bytes, count, path, trace, error);
        if (bytes != MAP_FAILED)
            bench_unmap(bytes, count);
    }
    close(fd);
    return result;
}

void trace_free(struct trace *trace)
{
    if (trace->memory != NULL)
        bench_unmap(trace->memory, trace->memory_bytes);
    *trace = (struct trace){.memory = NULL};
}
