/*
 * What threads report at random, against a model that keeps every block: the file decodes to the
 * same calls on the same blocks, whatever happens between the two halves of a realloc.
 */
#include "bench.h"
#include "check.h"
#include "error.h"
#include "record/encoder.h"
#include "record/record.h"
#include "scratch.h"
#include "trace/trace.h"

#include <stdio.h>
#include <unistd.h>

enum { CALLS = 60000, PLACES = 3000, THREADS = 3, NONE = -1 };

const char front_name[] = "encoder_test";

static struct log_entry entries[2 * CALLS];
static size_t entry_count;
static struct bench_trace_op expected[2 * CALLS]; /* .slot: number of the block */
static size_t expected_count;
static uint64_t live_bytes, peak_bytes, got;

/* By place. Places are addresses 16 bytes apart. */
static struct {
    bool known; /* live */
    uint32_t number;
    uint64_t size;
} places[PLACES];

/* The place of the block that a thread resizes. */
static int taken[THREADS] = {NONE, NONE, NONE};

static uint64_t address_of(int place)
{
    return UINT64_C(0x7f0000000000) + (uint64_t)place * 16;
}

static void report(unsigned kind, uint64_t address, uint64_t first, uint64_t second, int thread)
{
    struct log_entry *const entry = &entries[entry_count++];
    entry->what = log_what(kind, address);
    entry->first = first;
    entry->second = second;
    entry->thread = (uint64_t)thread;
}

static void expect(uint8_t call, uint32_t number, uint64_t size, uint8_t shift)
{
    expected[expected_count++] =
        (struct bench_trace_op){.size = size, .slot = number, .call = call, .align_shift = shift};
}

static void expect_free(int place)
{
    expect(BENCH_TRACE_FREE, places[place].number, 0, 0);
    live_bytes -= places[place].size;
    places[place].known = false;
}

/* The block is at the place; one that was forgotten there is free. */
static void fill(int place, uint32_t number, uint64_t size)
{
    if (places[place].known)
        expect_free(place);
    places[place].known = true;
    places[place].number = number;
    places[place].size = size;
    live_bytes += size;
    peak_bytes = live_bytes > peak_bytes ? live_bytes : peak_bytes;
}

static void get(int place, uint64_t size, unsigned which, int thread)
{
    fill(place, (uint32_t)got, which == 1 ? size * 3 : size);
    if (which == 0)
        report(TRACE_MALLOC, address_of(place), size, 0, thread);
    else if (which == 1)
        report(TRACE_CALLOC, address_of(place), 3, size, thread);
    else
        report(TRACE_MEMALIGN, address_of(place), size, 256, thread);
    static const uint8_t calls[] = {BENCH_TRACE_MALLOC, BENCH_TRACE_CALLOC, BENCH_TRACE_MEMALIGN};
    expect(calls[which], (uint32_t)got, places[place].size, which == 2 ? 8 : 0);
    got++;
}

/* The second half of a realloc: moved, in place, failed, or freed. */
static void resize(int thread, int to, uint64_t size, unsigned which)
{
    static struct {
        uint32_t number;
        uint64_t size;
    } held;
    const int from = taken[thread];
    held.number = places[from].number;
    held.size = places[from].size;
    taken[thread] = NONE;
    if (which == 0) {
        report(ENTRY_PUT_BACK, address_of(from), 0, 0, thread);
    } else if (which == 1) {
        expect_free(from);
        report(ENTRY_FREE_TAKEN, 0, 0, 0, thread);
    } else {
        places[from].known = false;
        live_bytes -= held.size;
        expect(BENCH_TRACE_REALLOC, held.number, size, 0);
        report(TRACE_REALLOC, address_of(to), size, 0, thread);
        fill(to, held.number, size);
    }
}

static bool is_taken(int place)
{
    for (int i = 0; i < THREADS; i++)
        if (taken[i] == place)
            return true;
    return false;
}

static void make_up(uint64_t seed)
{
    uint64_t random = seed;
    for (unsigned i = 0; i < CALLS; i++) {
        const uint64_t bits = bench_random(&random);
        const int place = (int)(bits % PLACES),
                  thread = i < THREADS ? (int)i : (int)(bits >> 20 & 0xffff) % 3;
        const uint64_t size = 1 + (bits >> 32 & 1023);
        if (is_taken(place))
            continue;
        if (taken[thread] != NONE) {
            resize(thread, place, size, (unsigned)(bits >> 50 & 3));
        } else if (!places[place].known || i % 97 == 0) {
            get(place, size, (unsigned)((bits >> 50) % 3), thread);
        } else if ((bits >> 52 & 3) == 0) {
            taken[thread] = place;
            report(ENTRY_TAKE, address_of(place), 0, 0, thread);
        } else {
            report(TRACE_FREE, address_of(place), 0, 0, thread);
            expect_free(place);
        }
    }
    report(TRACE_FREE, address_of(PLACES), 0, 0, 0); /* of a block that nobody told of */
}

int main(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s", scratch_path("encoded"));
    FILE *const file = fopen(path, "w");
    CHECK(file != NULL && fclose(file) == 0);
    make_up(11);
    CHECK(encoder_begin(path));
    for (size_t i = 0; i < entry_count; i += LOG_ENTRIES)
        EXPECT(encoder_take(entries + i,
                            entry_count - i < LOG_ENTRIES ? entry_count - i : LOG_ENTRIES));
    EXPECT(encoder_end());
    struct trace trace;
    struct error error = {.text = ""};
    EXPECT_INT(trace_load(path, &trace, &error), 0);
    EXPECT_STR(error.text, "");
    (void)unlink(path);
    EXPECT(trace.totals.size_bytes > RECORD_BUFFER_BYTES); /* so that it was written in parts */
    EXPECT_INT(trace.totals.events, expected_count);
    EXPECT_INT(trace.totals.blocks, got);
    EXPECT_INT(trace.totals.threads, THREADS);
    EXPECT_INT(trace.totals.peak_bytes, peak_bytes);
    static uint32_t number_in[2 * CALLS]; /* of the block in a slot */
    unsigned faults = 0;
    for (size_t i = 0; i < expected_count && i < trace.ops.op_count; i++) {
        const struct bench_trace_op *const op = &trace.ops.ops[i];
        if (op->call != BENCH_TRACE_FREE && op->call != BENCH_TRACE_REALLOC)
            number_in[op->slot] = expected[i].slot;
        faults += op->call != expected[i].call || op->size != expected[i].size ||
                  op->align_shift != expected[i].align_shift ||
                  number_in[op->slot] != expected[i].slot;
    }
    EXPECT_INT(faults, 0);
    trace_free(&trace);
    return check_result();
}
