/* Which word a mistyped one was meant to be. */
#include "check.h"
#include "nearest.h"

static const char *const words[] = {"glibc",     "jemalloc", "mimalloc", "tcmalloc_minimal",
                                    "tbbmalloc", "scudo"};

#define NEAREST(word) nearest_word(word, words, sizeof words / sizeof *words)

int main(void)
{
    /* One edit of each kind, and case. */
    EXPECT_STR(NEAREST("jemaloc"), "jemalloc");
    EXPECT_STR(NEAREST("jemallocc"), "jemalloc");
    EXPECT_STR(NEAREST("jemullac"), "jemalloc");
    EXPECT_STR(NEAREST("gilbc"), "glibc");
    EXPECT_STR(NEAREST("JEMALLOC"), "jemalloc");
    EXPECT_STR(NEAREST("glibc"), "glibc");
    /* The beginning of a word, however long the rest is. */
    EXPECT_STR(NEAREST("tc"), "tcmalloc_minimal");
    EXPECT_STR(NEAREST("Tcmalloc"), "tcmalloc_minimal");
    /* The nearest of several, and the first of equals. */
    EXPECT_STR(NEAREST("tbmalloc"), "tbbmalloc");
    const char *const equal[] = {"bat", "cat", "hat"};
    EXPECT(nearest_word("rat", equal, 3) == equal[0]);
    /* Within a third of the longer word's letters, and beyond. */
    const char *const long_word[] = {"abcdefghi"};
    EXPECT_STR(nearest_word("abcdefxyz", long_word, 1), "abcdefghi");
    EXPECT(nearest_word("abcdewxyz", long_word, 1) == NULL);
    /* A swap is one edit, not two: two swaps in six letters are near, three replacements are not.
     */
    const char *const six[] = {"abcdef"};
    EXPECT_STR(nearest_word("bacdfe", six, 1), "abcdef");
    EXPECT(nearest_word("xbxdxf", six, 1) == NULL);
    /* Nothing near, and nothing to be near to. */
    EXPECT(NEAREST("") == NULL);
    EXPECT(NEAREST("xyzzy") == NULL);
    EXPECT(nearest_word("glibc", words, 0) == NULL);
    static char huge[100001];
    memset(huge, 'a', sizeof huge - 1);
    EXPECT(NEAREST(huge) == NULL);
    /* Letters beyond ASCII are bytes like any other. */
    EXPECT_STR(NEAREST("scud\xf6"), "scudo");
    return check_result();
}
