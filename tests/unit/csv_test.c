/* CSV: what RFC 4180 allows is read, what it does not is refused with its exact place. */
#include "check.h"
#include "data/csv.h"
#include "error.h"
#include "scratch.h"

static const char *const columns[] = {"a", "b"};

/* Reads all of a text; returns the message, or the fields of all records with | and / between. */
static const char *read_text(const char *text, size_t size_bytes)
{
    static char result[4096];
    struct error error = {""};
    result[0] = '\0';
    const char *const path = scratch_write("t.csv", text, size_bytes);
    struct csv_reader *const reader = csv_open(path, columns, 2, &error);
    int got = reader == NULL ? -1 : 1;
    while (reader != NULL && (got = csv_next(reader, &error)) == 1) {
        const size_t used = strlen(result);
        snprintf(result + used, sizeof result - used, "%s|%s/", csv_field(reader, 0),
                 csv_field(reader, 1));
    }
    csv_close(reader);
    if (got < 0)
        snprintf(result, sizeof result, "%s",
                 strncmp(error.text, path, strlen(path)) == 0 ? error.text + strlen(path)
                                                              : error.text);
    return result;
}

#define EXPECT_READ(text, expected) EXPECT_STR(read_text(text, sizeof(text) - 1), expected)

static void test_well_formed(void)
{
    EXPECT_READ("a,b\n1,2\n", "1|2/");
    EXPECT_READ("a,b\r\n1,2\r\n3,4\r\n", "1|2/3|4/");
    EXPECT_READ("a,b\n", "");
    EXPECT_READ("b,a\n1,2\n", "2|1/");
    EXPECT_READ("x,b,y,a\n1,2,3,4\n", "4|2/");
    EXPECT_READ("a,b\n,\n", "|/");
    EXPECT_READ("a,b\n\"\",\"\"\n", "|/");
    EXPECT_READ("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "x,y|say \"hi\"/");
    EXPECT_READ("a,b\n\"two\nlines\",\"and\r\nmore\"\n", "two\nlines|and\r\nmore/");
    EXPECT_READ("a,b\n\"\"\"\",2\n", "\"|2/");
    EXPECT_READ("\"a\",\"b\"\n1,\"2\"\n", "1|2/");
    EXPECT_READ("\xef\xbb\xbf"
                "a,b\n1,2\n",
                "1|2/");
    EXPECT_READ("a,b\n 1 ,\t\n", " 1 |\t/");
}

static void test_malformed(void)
{
    EXPECT_READ("", ":1:1: the file is empty: it has no header");
    EXPECT_READ("a\n1\n", ":1:1: there is no column b");
    EXPECT_READ("a,b,c,b\n", ":1:7: column b stands twice");
    EXPECT_READ("a,b\n1\n", ":2:2: record is too short: it has 1 of 2 fields");
    EXPECT_READ("a,b\n\n", ":2:1: record is too short: it has 1 of 2 fields");
    EXPECT_READ("a,b\n1,2\n3,4,5\n", ":3:5: record is too long: it has 3 of 2 fields");
    EXPECT_READ("a,b\n1,2\n3", ":3:2: record is cut off: it has 1 of 2 fields");
    EXPECT_READ("a,b", ":1:4: record is cut off: no line end behind it");
    EXPECT_READ("a,b\n1,2", ":2:4: record is cut off: no line end behind it");
    EXPECT_READ("a,b\n1,\"2\"", ":2:6: record is cut off: no line end behind it");
    EXPECT_READ("a,b\n1,", ":2:3: record is cut off: no line end behind it");
    EXPECT_READ("a,b\n1,\"2\n3,4\n", ":2:3: quoted field does not end");
    EXPECT_READ("a,b\n1,\"", ":2:3: quoted field does not end");
    EXPECT_READ("a,b\n1,\"x\"\"", ":2:3: quoted field does not end");
    EXPECT_READ("a,b\n1,\"2\"3\n", ":2:6: text behind a closing quote");
    EXPECT_READ("a,b\n1,2\"3\n", ":2:4: quote inside a field without quotes");
    EXPECT_READ("a,b\n1\r,2\n", ":2:2: carriage return without a newline");
    EXPECT_READ("a,b\n1,2\r", ":2:4: carriage return without a newline");
    EXPECT_READ("a,b\n1,\0\n", ":2:3: NUL byte");
    EXPECT_READ("a,b\n\"x\ny\0\",1\n", ":3:2: NUL byte");
    EXPECT_READ("a,b\n\"x\ny\",1,2\n", ":3:6: record is too long: it has 3 of 2 fields");
    EXPECT_READ("a,b\n\"x\"\0,1\n", ":2:4: NUL byte");
}

static void test_long_record(void)
{
    const size_t size_bytes = 3 << 20;
    char *const text = malloc(size_bytes);
    memset(text, 'x', size_bytes);
    memcpy(text, "a,b\n1,", 6);
    EXPECT_STR(read_text(text, size_bytes), ":2:1: record is longer than 1 MiB");
    text[6] = '"';
    EXPECT_STR(read_text(text, size_bytes), ":2:3: quoted field does not end");
    /* A field over a block's end is one field. */
    memset(text, 'y', 200000);
    memcpy(text, "a,b\n", 4);
    text[100000] = ',';
    text[199999] = '\n';
    struct error error;
    const char *const path = scratch_write("t.csv", text, 200000);
    struct csv_reader *const reader = csv_open(path, columns, 2, &error);
    EXPECT_INT(csv_next(reader, &error), 1);
    EXPECT_INT(strlen(csv_field(reader, 0)), 100000 - 4);
    EXPECT_INT(strlen(csv_field(reader, 1)), 199999 - 100001);
    EXPECT_INT(csv_next(reader, &error), 0);
    csv_close(reader);
    free(text);
}

static void test_no_file(void)
{
    struct error error = {""};
    EXPECT(csv_open(scratch_path("absent.csv"), columns, 2, &error) == NULL);
    EXPECT(strstr(error.text, "absent.csv: No such file") != NULL);
    EXPECT(csv_open("/", columns, 2, &error) == NULL);
    EXPECT(strstr(error.text, "Is a directory") != NULL);
}

/* Columns that came later may be missing; then they are empty. */
static void test_older_file(void)
{
    static const char *const more[] = {"a", "b", "later", "latest"};
    static const char text[] = "latest,b,a\n3,2,1\n";
    struct error error = {""};
    const char *const path = scratch_write("t.csv", text, sizeof text - 1);
    struct csv_reader *const reader = csv_open_older(path, more, 4, 2, &error);
    EXPECT_INT(csv_next(reader, &error), 1);
    EXPECT_STR(csv_field(reader, 0), "1");
    EXPECT_STR(csv_field(reader, 2), "");
    EXPECT_STR(csv_field(reader, 3), "3");
    double number = 0;
    EXPECT_INT(csv_number(reader, 2, 0, 9, &number, &error), 0);
    EXPECT(isnan(number));
    csv_close(reader);
    EXPECT(csv_open_older(path, more, 4, 3, &error) == NULL);
    EXPECT(strstr(error.text, "t.csv:1:1: there is no column later") != NULL);
}

/* A reader on a record with the one field in quotes. */
static struct csv_reader *read_field(const char *field)
{
    char text[256];
    const int size = snprintf(text, sizeof text, "a,b\nfirst,\"%s\"\n", field);
    struct csv_reader *const reader =
        csv_open(scratch_write("t.csv", text, (size_t)size), columns, 2, NULL);
    EXPECT_INT(csv_next(reader, NULL), 1);
    return reader;
}

static void expect_unsigned(const char *field, int status, uint64_t expected)
{
    struct csv_reader *const reader = read_field(field);
    struct error error = {""};
    uint64_t value = 77;
    EXPECT_INT(csv_unsigned(reader, 1, 0, UINT64_MAX, &value, &error), status);
    EXPECT(value == expected);
    EXPECT(status == 0 || strstr(error.text, "t.csv:2:7: ") != NULL);
    csv_close(reader);
}

static void expect_number(const char *field, int status, double expected)
{
    struct csv_reader *const reader = read_field(field);
    struct error error = {""};
    double value = 77;
    EXPECT_INT(csv_number(reader, 1, -10, 1e10, &value, &error), status);
    EXPECT_NEAR(value, expected, 0);
    EXPECT(status == 0 || strstr(error.text, "t.csv:2:7: ") != NULL);
    csv_close(reader);
}

static void test_values(void)
{
    expect_unsigned("0", 0, 0);
    expect_unsigned("18446744073709551615", 0, UINT64_MAX);
    expect_unsigned("18446744073709551616", -1, 77);
    expect_unsigned("99999999999999999999999", -1, 77);
    expect_unsigned("", -1, 77);
    expect_unsigned("-1", -1, 77);
    expect_unsigned("1.0", -1, 77);
    expect_unsigned(" 1", -1, 77);
    expect_number("2.5", 0, 2.5);
    expect_number("-1e1", 0, -10);
    expect_number("", 0, (double)NAN);
    expect_number("-10.5", -1, 77);
    expect_number("1e11", -1, 77);
    expect_number("1e999", -1, 77);
    expect_number("nan", -1, 77);
    expect_number("0x10", -1, 77);
    expect_number("1,5", -1, 77);
    expect_number("1.5x", -1, 77);
    expect_number(".", -1, 77);
}

static void test_range_and_choice(void)
{
    struct csv_reader *const reader = read_field("7");
    struct error error = {""};
    uint64_t value = 0;
    EXPECT_INT(csv_unsigned(reader, 1, 7, 7, &value, &error), 0);
    EXPECT_INT(csv_unsigned(reader, 1, 8, 9, &value, &error), -1);
    EXPECT(strstr(error.text, ":2:7: 7 is not from 8 to 9") != NULL);
    static const char *const words[] = {"", "first", "other"};
    size_t choice = 77;
    EXPECT_INT(csv_choice(reader, 0, words, 3, &choice, &error), 0);
    EXPECT_INT(choice, 1);
    EXPECT_INT(csv_choice(reader, 1, words, 3, &choice, &error), -1);
    EXPECT(strstr(error.text, ":2:7: `7` is none of: nothing, first, other") != NULL);
    csv_close(reader);
}

static void test_writing(void)
{
    struct csv_buffer buffer = {0};
    csv_put_text(&buffer, "plain text");
    csv_put_text(&buffer, "a,b");
    csv_put_text(&buffer, "\"");
    csv_put_text(&buffer, "\n");
    csv_put_text(&buffer, "\r");
    csv_put_text(&buffer, "");
    csv_put_unsigned(&buffer, UINT64_MAX);
    csv_put_number(&buffer, 1.0 / 3, 9);
    csv_put_number(&buffer, 5, 9);
    csv_put_number(&buffer, (double)NAN, 9);
    csv_put_number(&buffer, (double)INFINITY, 9);
    csv_end_record(&buffer);
    csv_put_unsigned(&buffer, 0);
    csv_end_record(&buffer);
    static const char expected[] =
        "plain text,\"a,b\",\"\"\"\",\"\n\",\"\r\",,18446744073709551615,"
        "0.333333333,5,,\n0\n";
    EXPECT_INT(buffer.size_bytes, sizeof expected - 1);
    EXPECT(memcmp(buffer.text, expected, sizeof expected - 1) == 0);
    csv_buffer_free(&buffer);
}

/* Whatever is written is read back, for texts over the bytes that matter. */
static void test_round_trip(void)
{
    static const char bytes[] = {',', '"', '\n', '\r', 'x', ' '};
    char text[5];
    for (unsigned n = 0; n < 6 * 6 * 6 * 6; n++) {
        unsigned rest = n;
        for (size_t i = 0; i < 4; i++, rest /= 6)
            text[i] = bytes[rest % 6];
        text[4] = '\0';
        struct csv_buffer buffer = {0};
        const char *const fields[] = {text, text + 2};
        csv_put_record(&buffer, columns, 2);
        csv_put_record(&buffer, fields, 2);
        char expected[16];
        snprintf(expected, sizeof expected, "%s|%s/", text, text + 2);
        EXPECT_STR(read_text(buffer.text, buffer.size_bytes), expected);
        csv_buffer_free(&buffer);
    }
}

int main(void)
{
    test_well_formed();
    test_malformed();
    test_long_record();
    test_no_file();
    test_older_file();
    test_values();
    test_range_and_choice();
    test_writing();
    test_round_trip();
    return check_result();
}
