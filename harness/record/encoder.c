#include "record/encoder.h"
#include "record/blocks.h"
#include "record/stream.h"

/* So many entries ahead, the table's place for the block is fetched. */
enum { AHEAD = 8 };

/* A block without an address, of a thread. No address of the user's half has this bit. */
#define TAKEN_BY (UINT64_C(1) << 55)

static uint64_t events;
static uint64_t next_number; /* of the next block */
static uint64_t live_bytes;
static uint64_t peak_bytes;
static uint64_t last_thread; /* the one whose event was the last */

/* For an event, and a change of thread before it. NULL: see stream_room. */
static uint8_t *begin_event(uint64_t thread)
{
    uint8_t *at = stream_room();
    if (at != NULL && __builtin_expect(thread != last_thread, 0)) {
        at = trace_put_event(at, TRACE_THREAD, thread);
        last_thread = thread;
    }
    return at;
}

static bool write_free(const struct block *block, uint64_t thread)
{
    uint8_t *const at = begin_event(thread);
    if (at == NULL)
        return false;
    stream_advance(trace_put_event(at, TRACE_FREE, next_number - block->number));
    events++;
    live_bytes -= block->size;
    return true;
}

static void add_bytes(uint64_t size)
{
    live_bytes += size;
    if (live_bytes > peak_bytes)
        peak_bytes = live_bytes;
}

/* The block lives from here on. What lived at its address was freed where nobody told of it: in a
 * signal's handler, or inside the allocator. */
static bool add_block(const struct block *block, uint64_t thread)
{
    struct block forgotten;
    const enum blocks_added added = blocks_add(block, &forgotten);
    if (added == BLOCKS_FULL || (added == BLOCKS_REPLACED && !write_free(&forgotten, thread)))
        return false;
    add_bytes(block->size);
    return true;
}

static uint64_t shift_of(uint64_t alignment)
{
    return alignment > 1 ? 64 - (uint64_t)__builtin_clzll((unsigned long long)alignment - 1) : 0;
}

static bool take_got(const struct log_entry *entry, enum trace_kind kind)
{
    const bool is_array = kind == TRACE_CALLOC;
    const struct block block = {.address = log_address(entry),
                                .number = next_number,
                                .size = is_array ? entry->first * entry->second : entry->first};
    if (!add_block(&block, entry->thread))
        return false;
    uint8_t *at = begin_event(entry->thread);
    if (at == NULL)
        return false;
    at = trace_put_event(at, kind, entry->first);
    if (kind != TRACE_MALLOC)
        at = trace_put(at, is_array ? entry->second : shift_of(entry->second));
    stream_advance(at);
    events++;
    next_number++;
    return true;
}

static bool take_free(uint64_t address, uint64_t thread)
{
    struct block block;
    return !blocks_take(address, &block) || write_free(&block, thread);
}

/* From one key of the table to another, as it is. */
static bool move_block(uint64_t from, uint64_t to, uint64_t thread)
{
    struct block block;
    if (!blocks_take(from, &block))
        return true;
    block.address = to;
    live_bytes -= block.size;
    return add_block(&block, thread);
}

/* A block that nobody told of before is a new one. */
static bool take_resized(const struct log_entry *entry, enum trace_kind kind)
{
    const bool is_array = kind == TRACE_REALLOCARRAY;
    const uint64_t size = is_array ? entry->first * entry->second : entry->first;
    struct block block;
    if (!blocks_take(TAKEN_BY | entry->thread, &block)) {
        const struct log_entry fresh = {
            .what = log_what(TRACE_MALLOC, log_address(entry)),
            .first = size,
            .thread = entry->thread,
        };
        return take_got(&fresh, TRACE_MALLOC);
    }
    uint8_t *at = begin_event(entry->thread);
    if (at == NULL)
        return false;
    at = trace_put_event(at, kind, next_number - block.number);
    at = trace_put(at, entry->first);
    if (is_array)
        at = trace_put(at, entry->second);
    stream_advance(at);
    events++;
    live_bytes -= block.size;
    block.address = log_address(entry);
    block.size = size;
    return add_block(&block, entry->thread);
}

static bool take_fork(uint64_t thread)
{
    uint8_t *const at = begin_event(thread);
    if (at != NULL)
        stream_advance(trace_put_event(at, TRACE_FORK, 0));
    return at != NULL;
}

static bool take_entry(const struct log_entry *entry)
{
    const unsigned kind = log_kind(entry);
    switch (kind) {
    case TRACE_FREE:
        return take_free(log_address(entry), entry->thread);
    case TRACE_REALLOC:
    case TRACE_REALLOCARRAY:
        return take_resized(entry, (enum trace_kind)kind);
    case TRACE_FORK:
        return take_fork(entry->thread);
    case ENTRY_TAKE:
        return move_block(log_address(entry), TAKEN_BY | entry->thread, entry->thread);
    case ENTRY_PUT_BACK:
        return move_block(TAKEN_BY | entry->thread, log_address(entry), entry->thread);
    case ENTRY_FREE_TAKEN:
        return take_free(TAKEN_BY | entry->thread, entry->thread);
    default:
        return take_got(entry, (enum trace_kind)kind);
    }
}

bool encoder_begin(const char *path)
{
    return stream_begin(path);
}

bool encoder_take(const struct log_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            blocks_expect(log_address(&entries[i + AHEAD]));
        if (!take_entry(&entries[i]))
            return false;
    }
    return true;
}

bool encoder_end(void)
{
    uint8_t *at = stream_room();
    if (at == NULL)
        return false;
    at = trace_put_event(at, TRACE_END, 0);
    at = trace_put(at, events);
    at = trace_put(at, blocks_count());
    at = trace_put(at, peak_bytes);
    stream_advance(at);
    return stream_end();
}
