/* Text from outside as HTML. */
#include "report/html.h"

#include "check.h"

/* What a function writes. The caller frees it. */
static char *written(void (*write)(FILE *, const char *), const char *text)
{
    char *out = NULL;
    size_t size_bytes = 0;
    FILE *const file = open_memstream(&out, &size_bytes);
    write(file, text);
    fclose(file);
    return out;
}

static void expect_text(const char *text, const char *expected)
{
    char *const out = written(html_text, text);
    EXPECT_STR(out, expected);
    free(out);
}

static void test_text(void)
{
    expect_text("", "");
    expect_text("a b", "a b");
    expect_text("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    expect_text("\" onload=\"x", "&quot; onload=&quot;x");
    expect_text("&lt; &amp; &", "&amp;lt; &amp;amp; &amp;");
    expect_text("a\nb\x1b[31m\x7f\x01", "a\\nb\\x1b[31m\\x7f\\x01");
    expect_text("\xc3\xa9\xe2\x96\xbc", "\xc3\xa9\xe2\x96\xbc");
    /* No UTF-8: a byte that begins nothing, one that is cut off, a < that is written too long; and
     * a change of the writing direction. */
    expect_text("\xff\xe2\x96", "\\xff\\xe2\\x96");
    expect_text("\xc0\xbc", "\\xc0\\xbc");
    expect_text("\xe2\x80\xaex", "\\xe2\\x80\\xaex");
}

static void put_lines(FILE *file, const char *text)
{
    (void)html_lines(file, text);
}

static void expect_lines(const char *text, const char *expected)
{
    char *const out = written(put_lines, text);
    EXPECT_STR(out, expected);
    free(out);
}

static void test_lines(void)
{
    expect_lines("", "");
    expect_lines("\n  \n", "");
    expect_lines("\na\n", "<ul>\n<li>a</li></ul>\n");
    expect_lines("a\nb<\n", "<ul>\n<li>a</li>\n<li>b&lt;</li></ul>\n");
    expect_lines("a\n    b\n    c\nd\n",
                 "<ul>\n<li>a<ul>\n<li>b</li>\n<li>c</li>\n</ul></li>\n<li>d</li></ul>\n");
    expect_lines("    a\n    b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul></li></ul>\n");
    FILE *const nowhere = fopen("/dev/null", "w");
    EXPECT_INT(html_lines(nowhere, "a\n    b\nc\n"), 2);
    EXPECT_INT(html_lines(nowhere, "\n"), 0);
    fclose(nowhere);
}

static void put_cells(FILE *file, const char *text)
{
    (void)text;
    html_text_cell(file, "<");
    html_number_cell(file, 9.04);
    html_number_cell(file, (double)NAN);
    html_count_cell(file, 3);
    html_count_cell(file, 0.5);
    html_count_cell(file, (double)NAN);
    html_interval_cell(file, 1, 20);
    html_interval_cell(file, (double)NAN, (double)NAN);
    html_verdict_cell(file, SUMMARY_FASTER);
    html_verdict_cell(file, SUMMARY_NO_VERDICT);
}

static void test_cells(void)
{
    char *const out = written(put_cells, NULL);
    EXPECT_STR(out, "<td class=\"t\">&lt;</td><td>9.04</td><td></td><td>3</td><td>0.5</td><td></td>"
                    "<td>1.00 to 20.0</td><td></td>"
                    "<td class=\"t\"><span class=\"faster\">\xe2\x96\xbc faster</span></td>"
                    "<td class=\"t\"></td>");
    free(out);
}

int main(void)
{
    test_text();
    test_lines();
    test_cells();
    return check_result();
}
