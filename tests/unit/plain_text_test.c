/* Text from outside, made fit for a figure. */
#include "plot/plain_text.h"

#include "check.h"

static void expect_text(char *actual, const char *expected)
{
    EXPECT_STR(actual, expected);
    free(actual);
}

static void test_line(void)
{
    expect_text(plain_text_line(""), "");
    expect_text(plain_text_line("a\"b $(x) `y` @m {/S} %s \\ <&>"),
                "a\"b $(x) `y` @m {/S} %s \\ <&>");
    expect_text(plain_text_line("a\nb\tc\rd\x1b[31m\x7f"), "a\\nb\\tc\\x0dd\\x1b[31m\\x7f");
    expect_text(plain_text_line("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
                "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    /* A byte that starts nothing, a cut character, a surrogate, what XML forbids, a C1 control, and
     * a change of writing direction. */
    expect_text(plain_text_line("\xff"), "\xef\xbf\xbd");
    expect_text(plain_text_line("x\xe2\x82"), "x\xef\xbf\xbd\xef\xbf\xbd");
    expect_text(plain_text_line("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    expect_text(plain_text_line("\xef\xbf\xbf"), "\xef\xbf\xbd");
    expect_text(plain_text_line("\xc2\x85"), "\xef\xbf\xbd");
    expect_text(plain_text_line("\xe2\x80\xae"), "\xef\xbf\xbd");
}

static void test_shortened(void)
{
    expect_text(plain_text_shortened("tcmalloc_minimal", 16), "tcmalloc_minimal");
    expect_text(plain_text_shortened("abcdefghij", 9), "abcde\xe2\x80\xa6hij");
    expect_text(plain_text_shortened("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3),
                "\xc3\xa9\xe2\x80\xa6\xc3\xa9");
}

static void test_wrapped(void)
{
    expect_text(plain_text_wrapped("", 10, 2), "");
    expect_text(plain_text_wrapped("one two", 7, 2), "one two");
    expect_text(plain_text_wrapped("one two three", 9, 3), "one two\nthree");
    expect_text(plain_text_wrapped("gcc 12, libc 2", 12, 2), "gcc 12,\nlibc 2");
    expect_text(plain_text_wrapped("abcdefgh", 3, 5), "abc\ndef\ngh");
    expect_text(plain_text_wrapped("abcdefghi", 3, 2), "abc\nde\xe2\x80\xa6");
}

static void test_for_table(void)
{
    expect_text(plain_text_for_table("glibc"), "\\147libc");
    expect_text(plain_text_for_table("NaN"), "\\116aN");
    expect_text(plain_text_for_table("#a\"b'c\\d"), "\\043a\\042b\\047c\\134d");
    /* gnuplot reads \0421 as one escape. */
    expect_text(plain_text_for_table("s\"17\" 3"), "\\163\\042\\061\\067\\042 3");
    expect_text(plain_text_for_table("128"), "\\061\\0628");
    expect_text(plain_text_for_table("\n"), "\\134n");
    expect_text(plain_text_for_table("a\tb"), "\\141\\134tb");
}

int main(void)
{
    test_line();
    test_shortened();
    test_wrapped();
    test_for_table();
    return check_result();
}
