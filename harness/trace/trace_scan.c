/*
 * The form of a trace: every event whole and of a known kind, the end where it belongs, the
 * checksum right. What the events do to each other is for the decoder.
 */
#include "trace/trace_checksum.h"
#include "trace/trace_events.h"

#include "error.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    unsigned char rest; /* varints behind the argument */
    bool is_call;       /* of the allocator */
    bool gets;          /* a block with a number of its own */
    bool takes;         /* a block that the argument names */
} kinds[TRACE_KINDS] = {
    [TRACE_END] = {.rest = 3},
    [TRACE_MALLOC] = {.is_call = true, .gets = true},
    [TRACE_CALLOC] = {.rest = 1, .is_call = true, .gets = true},
    [TRACE_REALLOC] = {.rest = 1, .is_call = true, .takes = true},
    [TRACE_REALLOCARRAY] = {.rest = 2, .is_call = true, .takes = true},
    [TRACE_ALIGNED_ALLOC] = {.rest = 1, .is_call = true, .gets = true},
    [TRACE_POSIX_MEMALIGN] = {.rest = 1, .is_call = true, .gets = true},
    [TRACE_MEMALIGN] = {.rest = 1, .is_call = true, .gets = true},
    [TRACE_FREE] = {.is_call = true, .takes = true},
    [TRACE_THREAD] = {.rest = 0},
    [TRACE_FORK] = {.rest = 0},
};

/* Reads a varint. Returns NULL, or what is wrong. */
static const char *get_number(struct trace_cursor *cursor, uint64_t *number)
{
    uint64_t value = 0;
    for (unsigned shift = 0; cursor->at < cursor->count; shift += 7) {
        const unsigned char byte = cursor->bytes[cursor->at++];
        if (shift == 63 && byte > 1)
            return "a number of more than 64 bits";
        if (shift > 0 && byte == 0)
            return "a number with more bytes than it needs";
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = value;
            return NULL;
        }
        if (shift == 63)
            return "a number of more than 64 bits";
    }
    return trace_is_cut_off;
}

const char trace_is_cut_off[] = "cut off";

const char *trace_get_event(struct trace_cursor *cursor, struct trace_event *event)
{
    uint64_t first;
    event->at = cursor->at;
    const char *wrong = get_number(cursor, &first);
    if (wrong != NULL)
        return wrong;
    const uint64_t kind = first & ((1u << TRACE_KIND_BITS) - 1);
    if (kind >= TRACE_KINDS)
        return "an event of no known kind";
    event->kind = (enum trace_kind)kind;
    event->argument = first >> TRACE_KIND_BITS;
    event->is_call = kinds[kind].is_call;
    event->gets = kinds[kind].gets;
    event->takes = kinds[kind].takes;
    for (unsigned i = 0; i < kinds[kind].rest && wrong == NULL; i++)
        wrong = get_number(cursor, &event->rest[i]);
    return wrong;
}

static int wrong_at(struct error *error, const char *name, uint64_t at, const char *what)
{
    return error_set(error, "%s: corrupt at byte %" PRIu64 ": %s", name, at, what);
}

static int cut_off(struct error *error, const char *name, uint64_t at, struct trace_totals *totals)
{
    totals->truncated = true;
    return error_set(error,
                     "%s: truncated at byte %" PRIu64 ": the end is missing behind %" PRIu64
                     " events; the program crashed, or is still running",
                     name, at, totals->events);
}

/* The event of the end has been read: what it says, and what must follow. */
static int check_end(const struct trace_cursor *cursor, const struct trace_event *end,
                     const char *name, struct trace_totals *totals, struct error *error)
{
    if (cursor->count - cursor->at < TRACE_CHECKSUM_BYTES)
        return cut_off(error, name, cursor->count, totals);
    uint64_t said = 0;
    for (unsigned i = 0; i < TRACE_CHECKSUM_BYTES; i++)
        said |= (uint64_t)cursor->bytes[cursor->at + i] << 8 * i;
    const struct trace_checksum nothing = trace_checksum_begin();
    totals->checksum = trace_checksum_end(&nothing, cursor->bytes, cursor->at);
    if (totals->checksum != said)
        return wrong_at(error, name, cursor->at, "the checksum is not that of the bytes before");
    if (cursor->count - cursor->at > TRACE_CHECKSUM_BYTES)
        return wrong_at(error, name, cursor->at + TRACE_CHECKSUM_BYTES,
                        "something follows behind the end");
    if (end->argument != 0 || end->rest[0] != totals->events)
        return wrong_at(error, name, end->at, "the end counts other events than there are");
    totals->left = end->rest[1];
    totals->peak_bytes = end->rest[2];
    return 0;
}

int trace_scan(const unsigned char *bytes, size_t count, const char *name,
               struct trace_totals *totals, struct error *error)
{
    *totals = (struct trace_totals){.size_bytes = count};
    const size_t shown = count < TRACE_MAGIC_BYTES ? count : TRACE_MAGIC_BYTES;
    if (memcmp(bytes, TRACE_MAGIC, shown < TRACE_MAGIC_BYTES ? shown : shown - 1) != 0)
        return error_set(error, "%s: no trace of allocost: it does not begin as one", name);
    if (count < TRACE_MAGIC_BYTES)
        return cut_off(error, name, count, totals);
    if (bytes[TRACE_MAGIC_BYTES - 1] != TRACE_MAGIC[TRACE_MAGIC_BYTES - 1])
        return error_set(error, "%s: a trace of version %u; this program reads version %u", name,
                         bytes[TRACE_MAGIC_BYTES - 1],
                         (unsigned char)TRACE_MAGIC[TRACE_MAGIC_BYTES - 1]);
    struct trace_cursor cursor = {.bytes = bytes, .count = count, .at = TRACE_MAGIC_BYTES};
    uint64_t threads_most = 0;
    for (;;) {
        struct trace_event event;
        const char *const wrong = trace_get_event(&cursor, &event);
        if (wrong == trace_is_cut_off)
            return cut_off(error, name, event.at, totals);
        if (wrong != NULL)
            return wrong_at(error, name, event.at, wrong);
        if (event.kind == TRACE_END)
            return check_end(&cursor, &event, name, totals, error);
        totals->events += event.is_call;
        totals->blocks += event.gets;
        totals->forks += event.kind == TRACE_FORK;
        if (event.kind == TRACE_THREAD && event.argument > threads_most + 1)
            return wrong_at(error, name, event.at, "a thread that others come before");
        if (event.kind == TRACE_THREAD && event.argument > threads_most)
            threads_most = event.argument;
        if (totals->events > 0)
            totals->threads = threads_most + 1;
    }
}
