/* Lines between driver and worker survive any text in their fields. */
#include "check.h"
#include "error.h"
#include "wire.h"

#include <unistd.h>

/* Sends fields through a pipe and returns the line as read, without its newline. */
static char *round_trip(const char *word, const char *const fields[], size_t count)
{
    int ends[2];
    EXPECT_INT(pipe(ends), 0);
    EXPECT_INT(wire_send(ends[1], word, fields, count), 0);
    close(ends[1]);
    static char line[4096];
    const ssize_t length = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    EXPECT(length > 0 && line[length - 1] == '\n');
    line[length > 0 ? length - 1 : 0] = '\0';
    return line;
}

static void test_hostile_fields(void)
{
    const char *const fields[] = {"a\tb", "", "line\nbreak", "back\\slash\\t", "plain, \"quoted\""};
    char *split[WIRE_FIELDS];
    EXPECT_INT(wire_split(round_trip("word", fields, 5), split), 6);
    EXPECT_STR(split[0], "word");
    for (size_t i = 0; i < 5; i++)
        EXPECT_STR(split[i + 1], fields[i]);
}

static void test_broken_lines(void)
{
    char *split[WIRE_FIELDS];
    char unknown[] = "word\ta\\x";
    EXPECT_INT(wire_split(unknown, split), 0);
    char cut[] = "word\ta\\";
    EXPECT_INT(wire_split(cut, split), 0);
    char many[2 * WIRE_FIELDS + 1];
    memset(many, '\t', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    EXPECT_INT(wire_split(many, split), 0);
}

static void test_format(void)
{
    int ends[2];
    EXPECT_INT(pipe(ends), 0);
    EXPECT_INT(wire_sendf(ends[1], "rep", "%d\t%s\t%.1f", 7, "x", 2.5), 0);
    close(ends[1]);
    char line[64];
    const ssize_t length = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    line[length > 0 ? length : 0] = '\0';
    EXPECT_STR(line, "rep\t7\tx\t2.5\n");
}

static void test_closed_pipe(void)
{
    const char *const fields[] = {"x"};
    EXPECT_INT(wire_send(-1, "word", fields, 1), -1);
}

int main(void)
{
    test_hostile_fields();
    test_broken_lines();
    test_format();
    test_closed_pipe();
    return check_result();
}
