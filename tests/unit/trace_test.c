/* The codec of traces: what is put in comes out, and whatever is wrong is found and named. */
#include "check.h"
#include "error.h"
#include "scratch.h"
#include "trace/trace.h"
#include "trace/trace_checksum.h"
#include "trace/trace_format.h"

#include <unistd.h>

enum { BYTES_MOST = 1 << 20 };

/* A trace that is being written. */
static uint8_t bytes[BYTES_MOST];
static uint8_t *at;
static struct error error;

static void begin(void)
{
    memcpy(bytes, TRACE_MAGIC, TRACE_MAGIC_BYTES);
    at = bytes + TRACE_MAGIC_BYTES;
}

static void put(enum trace_kind kind, uint64_t argument)
{
    at = trace_put_event(at, kind, argument);
}

static void put_more(uint64_t number)
{
    at = trace_put(at, number);
}

static size_t size(void)
{
    return (size_t)(at - bytes);
}

static void seal(void)
{
    const struct trace_checksum nothing = trace_checksum_begin();
    at = trace_put_checksum(at, trace_checksum_end(&nothing, bytes, size()));
}

static void end(uint64_t events, uint64_t left, uint64_t peak_bytes)
{
    put(TRACE_END, 0);
    put_more(events);
    put_more(left);
    put_more(peak_bytes);
    seal();
}

static int decode(struct trace *trace)
{
    error.text[0] = '\0';
    return trace_decode(bytes, size(), "it", trace, &error);
}

/* Decoding fails, with this message. */
static void expect_wrong(const char *message)
{
    struct trace trace;
    EXPECT_INT(decode(&trace), -1);
    EXPECT_STR(error.text, message);
    EXPECT(trace.memory == NULL);
}

/* The vectors of XXH64, and the same however the bytes are divided. */
static void test_checksum(void)
{
    const struct trace_checksum nothing = trace_checksum_begin();
    static const struct {
        const char *text;
        uint64_t sum;
    } cases[] = {
        {"", UINT64_C(0xef46db3751d8e999)},
        {"a", UINT64_C(0xd24ec4f1a98c6e5b)},
        {"abc", UINT64_C(0x44bc2cf5ad770999)},
        {"Nobody inspects the spammish repetition", UINT64_C(0xfbcea83c8a378bf1)},
    };
    for (size_t i = 0; i < BENCH_COUNT(cases); i++) {
        const size_t count = strlen(cases[i].text);
        EXPECT(trace_checksum_end(&nothing, (const uint8_t *)cases[i].text, count) == cases[i].sum);
    }
    uint8_t text[200];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 37);
    const uint64_t whole = trace_checksum_end(&nothing, text, sizeof text);
    for (size_t first = 0; first <= sizeof text; first += TRACE_STRIPE_BYTES) {
        struct trace_checksum part = nothing;
        trace_checksum_add(&part, text, first);
        EXPECT(trace_checksum_end(&part, text + first, sizeof text - first) == whole);
    }
    for (size_t i = 0; i < 8 * sizeof text; i++) { /* every bit counts */
        text[i / 8] ^= (uint8_t)(1u << i % 8);
        EXPECT(trace_checksum_end(&nothing, text, sizeof text) != whole);
        text[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

/* One of every kind, by hand. */
static void put_every_kind(void)
{
    begin();
    put(TRACE_MALLOC, 24); /* 0 */
    put(TRACE_CALLOC, 3);  /* 1: 3 of 100 */
    put_more(100);
    put(TRACE_THREAD, 1);
    put(TRACE_REALLOC, 2); /* 0 */
    put_more(70000);
    put(TRACE_ALIGNED_ALLOC, 64); /* 2 */
    put_more(6);
    put(TRACE_FORK, 0);
    put(TRACE_POSIX_MEMALIGN, 5); /* 3 */
    put_more(12);
    put(TRACE_THREAD, 0);
    put(TRACE_FREE, 4);     /* 0 */
    put(TRACE_MEMALIGN, 0); /* 4, in the slot of 0 */
    put_more(3);
    put(TRACE_REALLOCARRAY, 2); /* 3 */
    put_more(10);
    put_more(7);
}

static void test_every_kind(void)
{
    put_every_kind();
    end(8, 4, 70000 + 300 + 64 + 5);
    struct trace trace;
    EXPECT_INT(decode(&trace), 0);
    EXPECT_STR(error.text, "");
    EXPECT_INT(trace.totals.events, 8);
    EXPECT_INT(trace.totals.blocks, 5);
    EXPECT_INT(trace.totals.left, 4);
    EXPECT_INT(trace.totals.threads, 2);
    EXPECT_INT(trace.totals.forks, 1);
    EXPECT_INT(trace.totals.size_bytes, size());
    EXPECT_INT(trace.ops.peak_bytes, 70369);
    EXPECT_INT(trace.ops.slot_count, 4);
    static const struct bench_trace_op expected[] = {{24, 0, BENCH_TRACE_MALLOC, 0},
                                                     {300, 1, BENCH_TRACE_CALLOC, 0},
                                                     {70000, 0, BENCH_TRACE_REALLOC, 0},
                                                     {64, 2, BENCH_TRACE_ALIGNED_ALLOC, 6},
                                                     {5, 3, BENCH_TRACE_POSIX_MEMALIGN, 12},
                                                     {0, 0, BENCH_TRACE_FREE, 0},
                                                     {0, 0, BENCH_TRACE_MEMALIGN, 3},
                                                     {70, 3, BENCH_TRACE_REALLOCARRAY, 0},
                                                     {0, 1, BENCH_TRACE_FREE, 0},
                                                     {0, 2, BENCH_TRACE_FREE, 0},
                                                     {0, 3, BENCH_TRACE_FREE, 0},
                                                     {0, 0, BENCH_TRACE_FREE, 0}};
    EXPECT_INT(trace.ops.op_count, BENCH_COUNT(expected));
    for (size_t i = 0; i < trace.ops.op_count && i < BENCH_COUNT(expected); i++) {
        EXPECT_INT(trace.ops.ops[i].size, expected[i].size);
        EXPECT_INT(trace.ops.ops[i].slot, expected[i].slot);
        EXPECT_INT(trace.ops.ops[i].call, expected[i].call);
        EXPECT_INT(trace.ops.ops[i].align_shift, expected[i].align_shift);
    }
    trace_free(&trace);
    EXPECT(trace.memory == NULL);
}

static void test_varints(void)
{
    static const uint64_t numbers[] = {
        0, 1, 127, 128, 16383, 16384, UINT32_MAX, TRACE_ARGUMENT_MOST, 1u << 28};
    begin();
    for (size_t i = 0; i < BENCH_COUNT(numbers); i++) {
        put(TRACE_MALLOC, numbers[i]);
        put(TRACE_FREE, 1);
    }
    end(2 * BENCH_COUNT(numbers), 0, TRACE_ARGUMENT_MOST);
    struct trace trace;
    EXPECT_INT(decode(&trace), 0);
    for (size_t i = 0; i < BENCH_COUNT(numbers); i++)
        EXPECT(trace.ops.ops[2 * i].size == numbers[i]);
    trace_free(&trace);
    uint8_t longest[TRACE_VARINT_MOST + 1];
    EXPECT_INT(trace_put(longest, UINT64_MAX) - longest, TRACE_VARINT_MOST);
}

/* A program at random, and what must come out, by a model that keeps every block. */
static void test_round_trip(uint64_t seed)
{
    enum { CALLS = 20000 };
    static uint64_t numbers[CALLS], sizes[CALLS]; /* of the live blocks */
    uint64_t live = 0, got = 0, live_bytes = 0, peak = 0, most = 0, random = seed;
    begin();
    for (unsigned i = 0; i < CALLS; i++) {
        const uint64_t bits = bench_random(&random), wanted = bits >> 40 & 4095;
        const uint64_t which = live > 0 ? bits % live : 0;
        if (live > 0 && (bits >> 20 & 1) != 0) {
            put(TRACE_FREE, got - numbers[which]);
            live_bytes -= sizes[which];
            numbers[which] = numbers[--live];
            sizes[which] = sizes[live];
        } else if (live > 0 && (bits >> 21 & 3) == 0) {
            put(TRACE_REALLOC, got - numbers[which]);
            put_more(wanted + 1);
            live_bytes += wanted + 1 - sizes[which];
            sizes[which] = wanted + 1;
        } else {
            put(TRACE_MALLOC, wanted);
            numbers[live] = got++;
            sizes[live++] = wanted;
            live_bytes += wanted;
        }
        peak = live_bytes > peak ? live_bytes : peak;
        most = live > most ? live : most;
    }
    end(CALLS, live, peak);
    struct trace trace;
    EXPECT_INT(decode(&trace), 0);
    EXPECT_STR(error.text, "");
    EXPECT_INT(trace.ops.op_count, CALLS + live);
    EXPECT_INT(trace.ops.slot_count, most);
    EXPECT_INT(trace.totals.blocks, got);
    /* No slot is filled twice, and all are empty in the end. */
    static bool full[CALLS];
    memset(full, 0, sizeof full);
    unsigned faults = 0;
    for (size_t i = 0; i < trace.ops.op_count; i++) {
        const struct bench_trace_op *const op = &trace.ops.ops[i];
        faults += op->slot >= most || full[op->slot] != (op->call != BENCH_TRACE_MALLOC);
        full[op->slot] = op->call != BENCH_TRACE_FREE;
    }
    for (size_t i = 0; i < most; i++)
        faults += full[i];
    EXPECT_INT(faults, 0);
    trace_free(&trace);
}

static void test_beginning(void)
{
    begin();
    at = bytes;
    put_more(1);
    expect_wrong("it: no trace of allocost: it does not begin as one");
    put_every_kind();
    bytes[TRACE_MAGIC_BYTES - 1] = 9;
    expect_wrong("it: a trace of version 9; this program reads version 2");
    begin();
    at--;
    expect_wrong("it: truncated at byte 7: the end is missing behind 0 events; the program "
                 "crashed, or is still running");
    begin();
    end(0, 0, 0);
    expect_wrong("it: corrupt at byte 8: a trace without any call of the allocator");
}

/* Events that cannot be, each behind one that can. */
static void test_events(void)
{
    static const struct {
        enum trace_kind kind;
        uint64_t argument;
        uint64_t rest[2];
        unsigned count;
        const char *wrong;
    } cases[] = {
        {(enum trace_kind)TRACE_KINDS, 0, {0}, 0, "an event of no known kind"},
        {(enum trace_kind)15, 7, {0}, 0, "an event of no known kind"},
        {TRACE_FREE, 0, {0}, 0, "a block that there never was"},
        {TRACE_FREE, 2, {0}, 0, "a block that there never was"},
        {TRACE_REALLOC, 2, {8}, 1, "a block that there never was"},
        {TRACE_REALLOC, 1, {0}, 1, "a realloc to 0 bytes, which is a free"},
        {TRACE_REALLOCARRAY, 1, {0, 8}, 2, "a realloc to 0 bytes, which is a free"},
        {TRACE_REALLOCARRAY, 1, {1ull << 40, 1ull << 40}, 2, "a size that no address space has"},
        {TRACE_REALLOC, 1, {1ull << 61}, 1, "a size that no address space has"},
        {TRACE_CALLOC, 1ull << 40, {1ull << 40}, 1, "a size that no address space has"},
        {TRACE_ALIGNED_ALLOC, 8, {48}, 1, "an alignment that no address space has"},
        {TRACE_MEMALIGN, 8, {1ull << 50}, 1, "an alignment that no address space has"},
        {TRACE_THREAD, 2, {0}, 0, "a thread that others come before"},
    };
    for (size_t i = 0; i < BENCH_COUNT(cases); i++) {
        begin();
        put(TRACE_MALLOC, 1);
        put(cases[i].kind, cases[i].argument);
        for (unsigned j = 0; j < cases[i].count; j++)
            put_more(cases[i].rest[j]);
        end(2, 1, 1);
        char message[200];
        snprintf(message, sizeof message, "it: corrupt at byte 9: %s", cases[i].wrong);
        expect_wrong(message);
    }
    begin();
    put(TRACE_MALLOC, 1);
    put(TRACE_FREE, 1);
    put(TRACE_FREE, 1);
    end(3, 0, 1);
    expect_wrong("it: corrupt at byte 10: a block that was freed before");
    begin();
    for (unsigned i = 0; i < 17; i++)
        put(TRACE_MALLOC, TRACE_ARGUMENT_MOST);
    end(17, 17, 0);
    expect_wrong("it: corrupt at byte 168: more bytes than there can be");
}

static void test_numbers(void)
{
    static const uint8_t too_long[] = {0x81, 0x00};
    static const uint8_t too_large[] = {0xf1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};
    begin();
    memcpy(at, too_long, sizeof too_long);
    at += sizeof too_long;
    end(1, 1, 0);
    expect_wrong("it: corrupt at byte 8: a number with more bytes than it needs");
    begin();
    memcpy(at, too_large, sizeof too_large);
    at += sizeof too_large;
    end(1, 1, 0);
    expect_wrong("it: corrupt at byte 8: a number of more than 64 bits");
}

static void test_end(void)
{
    put_every_kind();
    end(9, 4, 70369);
    expect_wrong("it: corrupt at byte 30: the end counts other events than there are");
    put_every_kind();
    end(8, 3, 70369);
    expect_wrong("it: corrupt at byte 30: the end counts other blocks left than there are");
    put_every_kind();
    end(8, 4, 70368);
    expect_wrong("it: corrupt at byte 30: the end tells another peak than there is");
    put_every_kind();
    end(8, 4, 70369);
    at[-1] ^= 1;
    expect_wrong("it: corrupt at byte 36: the checksum is not that of the bytes before");
    at[-1] ^= 1;
    *at++ = 0;
    expect_wrong("it: corrupt at byte 44: something follows behind the end");
    put_every_kind();
    end(8, 1000, 70369);
    struct trace trace;
    EXPECT_INT(decode(&trace), -1);
    EXPECT(strstr(error.text, "more blocks left than there were") != NULL);
}

/* Every beginning of a trace is one that was cut off, and tells what it has. */
static void test_truncated(void)
{
    put_every_kind();
    end(8, 4, 70369);
    const size_t whole = size();
    uint64_t last = 0;
    for (size_t count = TRACE_MAGIC_BYTES; count < whole; count++) {
        struct trace_totals totals;
        EXPECT_INT(trace_scan(bytes, count, "it", &totals, &error), -1);
        EXPECT(totals.truncated);
        EXPECT(strstr(error.text, "it: truncated at byte ") == error.text);
        EXPECT(totals.events >= last && totals.events <= 8);
        last = totals.events;
    }
    EXPECT_INT(last, 8);
}

/* Whatever is done to the bytes: an answer, and no crash. Half of the time the checksum is made
 * right again, or nothing behind it would be reached. */
static void test_fuzz(void)
{
    enum { TRIES = 20000 };
    static uint8_t original[512];
    put_every_kind();
    end(8, 4, 70369);
    const size_t whole = size();
    memcpy(original, bytes, whole);
    uint64_t random = 7;
    unsigned refused = 0;
    for (unsigned i = 0; i < TRIES; i++) {
        memcpy(bytes, original, whole);
        at = bytes + whole;
        const bool mend = (i & 1) != 0;
        const size_t reach = mend ? whole - TRACE_CHECKSUM_BYTES : whole;
        for (uint64_t flips = 1 + bench_random(&random) % 4; flips > 0; flips--)
            bytes[bench_random(&random) % reach] ^= (uint8_t)(1u << bench_random(&random) % 8);
        if (mend) {
            at = bytes + reach;
            seal();
        }
        struct trace trace;
        if (decode(&trace) != 0) {
            refused++;
            EXPECT(strstr(error.text, "it: ") == error.text);
        } else {
            EXPECT(trace.ops.op_count == trace.totals.events + trace.totals.left);
            trace_free(&trace);
        }
    }
    EXPECT(refused > TRIES * 9 / 10 && refused < TRIES);
}

static void test_files(void)
{
    struct trace trace;
    char path[300];
    snprintf(path, sizeof path, "%s", scratch_path("trace"));
    EXPECT_INT(trace_load(path, &trace, &error), -1);
    EXPECT(strstr(error.text, "No such file") != NULL);
    EXPECT_INT(trace_load("/dev/null", &trace, &error), -1);
    EXPECT_STR(error.text, "/dev/null: no regular file");
    FILE *const file = fopen(path, "w");
    if (file == NULL)
        abort();
    EXPECT_INT(trace_load(path, &trace, &error), -1);
    EXPECT(strstr(error.text, "it is empty") != NULL);
    put_every_kind();
    end(8, 4, 70369);
    if (fwrite(bytes, 1, size(), file) != size() || fclose(file) != 0)
        abort();
    EXPECT_INT(trace_load(path, &trace, &error), 0);
    EXPECT_INT(trace.ops.op_count, 12);
    trace_free(&trace);
    (void)unlink(path);
}

int main(void)
{
    test_every_kind();
    test_varints();
    test_checksum();
    for (uint64_t seed = 1; seed <= 5; seed++)
        test_round_trip(seed);
    test_beginning();
    test_events();
    test_numbers();
    test_end();
    test_truncated();
    test_fuzz();
    test_files();
    return check_result();
}
