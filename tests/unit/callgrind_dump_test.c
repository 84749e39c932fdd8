/* What callgrind writes, whole, broken in every way, and cut off at every byte. */
#include "check.h"
#include "worker/callgrind_dump.h"

/* A dump as callgrind 3.19 writes it, its functions left out but for one. */
static const char whole[] = "# callgrind format\n"
                            "version: 1\n"
                            "creator: callgrind-3.19.0\n"
                            "pid: 3667\n"
                            "cmd:  ./program totals: 9\n"
                            "part: 2\n"
                            "\n"
                            "\n"
                            "desc: Timerange: Basic block 28586 - 29000\n"
                            "desc: Trigger: Client Request: \n"
                            "\n"
                            "positions: line\n"
                            "events: Ir\n"
                            "summary: 0\n"
                            "\n"
                            "\n"
                            "ob=(1) /usr/lib/libc.so.6\n"
                            "fl=(129) ./malloc.c\n"
                            "fn=(446) malloc\n"
                            "76 2\n"
                            "+3 2\n"
                            "\n"
                            "totals: 1138704\n";

/* The dump with the first `from` in it made into `to`. */
static const char *change(const char *from, const char *to, uint64_t *instructions)
{
    char text[2 * sizeof whole];
    const char *const at = strstr(whole, from);
    EXPECT(at != NULL);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    return callgrind_dump_read(text, strlen(text), instructions);
}

static void test_whole(void)
{
    uint64_t instructions = 0;
    EXPECT(callgrind_dump_read(whole, sizeof whole - 1, &instructions) == NULL);
    EXPECT_INT(instructions, 1138704);
    EXPECT(change("1138704", "0", &instructions) == NULL);
    EXPECT_INT(instructions, 0);
    EXPECT(change("1138704", "18446744073709551615", &instructions) == NULL);
    EXPECT(instructions == UINT64_MAX);
    EXPECT(change("1138704\n", "7\n\n", &instructions) == NULL);
    EXPECT_INT(instructions, 7);
}

static void test_broken(void)
{
    static const char no_format[] = "the dump is not of callgrind's format";
    static const char no_number[] = "the dump's total is no whole number";
    static const char other_events[] = "the dump counts other things than instructions";
    static const char not_whole[] = "the dump is not whole";
    uint64_t unused;
    EXPECT_STR(change("# callgrind format", "# cachegrind format", &unused), no_format);
    EXPECT_STR(change("events: Ir", "events: Ir Dr", &unused), other_events);
    EXPECT_STR(change("events: Ir", "events: Ir\nevents: Ir", &unused), other_events);
    EXPECT_STR(change("events: Ir", "event: Ir", &unused), not_whole);
    EXPECT_STR(change("1138704", "", &unused), no_number);
    EXPECT_STR(change("1138704", "-1", &unused), no_number);
    EXPECT_STR(change("1138704", " 1", &unused), no_number);
    EXPECT_STR(change("1138704", "1 2", &unused), no_number);
    EXPECT_STR(change("1138704", "0x10", &unused), no_number);
    EXPECT_STR(change("1138704", "18446744073709551616", &unused), no_number);
    EXPECT_STR(change("1138704\n", "1\ntotals: 1\n", &unused), no_number);
    EXPECT_STR(change("totals: 1138704", "total: 1138704", &unused), not_whole);
    EXPECT_STR(change("1138704\n", "1\nfn=(1)\n", &unused), "the dump goes on behind its total");
    EXPECT_STR(callgrind_dump_read("", 0, &unused), no_format);
}

/* A number that lacks its last digits would be taken for a smaller one. */
static void test_cut(void)
{
    uint64_t unused;
    for (size_t size = 0; size < sizeof whole - 1; size++)
        EXPECT(callgrind_dump_read(whole, size, &unused) != NULL);
}

int main(void)
{
    test_whole();
    test_broken();
    test_cut();
    return check_result();
}
