/* The list of allocators: what it accepts, what it says to what it does not. */
#include "allocators.h"
#include "check.h"
#include "crafted_elf.h"
#include "error.h"
#include "tree.h"
#include "utf8.h"

#include <stdbool.h>

static void expect_error(int line, const char *list, const char *message)
{
    struct allocators allocators;
    struct error error = {""};
    const int result = allocators_resolve(list, &allocators, &error);
    char text[2600];
    snprintf(text, sizeof text, "got %d \"%s\", expected \"%s\"", result, error.text, message);
    check_record(result == -1 && strcmp(error.text, message) == 0, __FILE__, line, text);
    EXPECT(allocators.items == NULL && allocators.count == 0);
}

#define EXPECT_ERROR(list, message) expect_error(__LINE__, list, message)

static char *library(const char *name)
{
    const struct crafted_elf elf = crafted_elf();
    return tree_write_bytes(name, &elf, sizeof elf);
}

/* Text of up to 2 KiB; valid for the next three calls. */
static const char *text(const char *format, const char *a, const char *b)
{
    static char texts[4][2048];
    static unsigned next;
    char *const room = texts[next++ % 4];
    const char *const hole = strstr(format, "{}");
    if (hole == NULL)
        abort();
    const char *const second = strstr(hole + 2, "{}");
    snprintf(room, sizeof texts[0], "%.*s%s%.*s%s%s", (int)(hole - format), format, a,
             (int)(second != NULL ? second - hole - 2 : (long)strlen(hole + 2)), hole + 2,
             second != NULL ? b : "", second != NULL ? second + 2 : "");
    return room;
}

static void test_words(void)
{
    EXPECT_ERROR("jemaloc", "unknown allocator 'jemaloc'; did you mean 'jemalloc'?");
    EXPECT_ERROR("glibc,tcmalloc",
                 "unknown allocator 'tcmalloc'; did you mean 'tcmalloc_minimal'?");
    EXPECT_ERROR("hoard", "unknown allocator 'hoard'; known are glibc, jemalloc, mimalloc, "
                          "tcmalloc_minimal, tbbmalloc, scudo; any other is NAME=PATH");
    EXPECT_ERROR("/opt/x.so", "a library needs a name: write NAME=/opt/x.so");
    EXPECT_ERROR("", "an allocator without a name in the list of allocators");
    EXPECT_ERROR("glibc,", "an allocator without a name in the list of allocators");
    EXPECT_ERROR("glibc, ,scudo", "an allocator without a name in the list of allocators");
    EXPECT_ERROR("=/opt/x.so", "an allocator without a name in the list of allocators");
    EXPECT_ERROR("glibc,glibc", "allocator 'glibc' is named twice");
    EXPECT_ERROR("jemalloc, jemalloc", "allocator 'jemalloc' is named twice");
    EXPECT_ERROR("mine=", "allocator 'mine' has no path behind '='");
    EXPECT_ERROR("glibc=/opt/x.so", "allocator 'glibc' is the process's own and takes no path");
    EXPECT_ERROR("bad\x01name=/x", "allocator name 'bad?name' is not printable UTF-8 text");
    EXPECT_ERROR("bad\x7f=/x", "allocator name 'bad?' is not printable UTF-8 text");
    EXPECT_ERROR("bad\xffname=/x", "allocator name 'bad\xffname' is not printable UTF-8 text");
    EXPECT_ERROR("a\nb", "unknown allocator 'a?b'; known are glibc, jemalloc, mimalloc, "
                         "tcmalloc_minimal, tbbmalloc, scudo; any other is NAME=PATH");
    char huge[ALLOCATOR_NAME_BYTES + 2];
    memset(huge, 'n', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    EXPECT_ERROR(huge, "allocator name 'nnnnnnnnnnnnnnnnnnnn...' is longer than 100 bytes");
}

static void test_paths(void)
{
    const char *const absent = tree_path("absent.so");
    EXPECT_ERROR(text("mine={}", absent, ""),
                 text("allocator 'mine': {}: No such file or directory", absent, ""));
    EXPECT_ERROR(text("mine={}", tree_root(), ""),
                 text("allocator 'mine': {} is a directory, not a library", tree_root(), ""));
    const char *const words = tree_write("words.so", "words");
    EXPECT_ERROR(text("mine={}", words, ""),
                 text("allocator 'mine': {} is not an ELF file", words, ""));
    struct crafted_elf elf = crafted_elf();
    elf.strings[1] = 'x';
    const char *const other = tree_write_bytes("other.so", &elf, sizeof elf);
    EXPECT_ERROR(text("mine={}", other, ""),
                 text("allocator 'mine': {} does not export malloc", other, ""));
    /* One bad entry spoils the list, wherever it stands. */
    EXPECT_ERROR(text("good={},bad={}", library("good.so"), other),
                 text("allocator 'bad': {} does not export malloc", other, ""));
    EXPECT_ERROR(text("mine={},mine={}", library("good.so"), library("good.so")),
                 "allocator 'mine' is named twice");
    /* A newline in a path must not break the line of the message. */
    EXPECT_ERROR("mine=/a\nb", "allocator 'mine': /a?b: No such file or directory");
}

/* Names that are syntax elsewhere are text, and so are paths. */
static void test_hostile(void)
{
    static const char *const names[] = {
        "\"quoted\"", "two\nlines",  "$(reboot)", "`id`; rm -rf /", "<svg onload>", "{/ 20 %s}",
        "100%s%n",    "t\xc3\xa4st", "a b",       "../../etc",      "-O3",          "@x",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *const path = library("dir with space/$HOME 'q' \"d\" = x.so");
        struct allocators allocators;
        struct error error = {""};
        EXPECT_INT(allocators_resolve(text("{}={}", names[i], path), &allocators, &error), 0);
        EXPECT_STR(error.text, "");
        EXPECT_INT(allocators.count, 1);
        if (allocators.count == 1) {
            EXPECT_STR(allocators.items[0].name, names[i]);
            EXPECT_STR(allocators.items[0].path, path);
            EXPECT(allocators.items[0].asked_for && allocators.items[0].why_not == NULL);
        }
        allocators_free(&allocators);
    }
}

static void test_settings(void)
{
    EXPECT_ERROR("jemalloc{narenas:1}",
                 "'narenas:1' is no setting of 'jemalloc': write VARIABLE=VALUE");
    EXPECT_ERROR("jemalloc{}", "'' is no setting of 'jemalloc': write VARIABLE=VALUE");
    EXPECT_ERROR("jemalloc{A=1;}", "'' is no setting of 'jemalloc': write VARIABLE=VALUE");
    EXPECT_ERROR("jemalloc{1A=1}", "'1A=1' is no setting of 'jemalloc': write VARIABLE=VALUE");
    EXPECT_ERROR("jemalloc{A=1,B=2", "the settings of 'jemalloc' have no '}' at their end");
    EXPECT_ERROR("jemalloc{A=1;A=2}", "A is set twice for 'jemalloc'");
    EXPECT_ERROR("jemalloc{A=1}x", "the settings of 'jemalloc' end at the first '}', and 'x' "
                                   "follows it");
    EXPECT_ERROR("jemalloc{A=1}{B=2}", "the settings of 'jemalloc' end at the first '}', and "
                                       "'{B=2}' follows it");
    EXPECT_ERROR("jemalloc{LD_PRELOAD=x}",
                 "LD_PRELOAD is no setting of 'jemalloc': the suite needs it itself");
    EXPECT_ERROR("jemalloc{ASAN_OPTIONS=x}",
                 "ASAN_OPTIONS is no setting of 'jemalloc': the suite needs it itself");
    EXPECT_ERROR("jemalloc{A=\x01}", "'A=?' is not printable UTF-8 text");
    EXPECT_ERROR("jemaloc{A=1}", "unknown allocator 'jemaloc'; did you mean 'jemalloc'?");
    EXPECT_ERROR("glibc,jemalloc{A=1}, jemalloc{A=1} ", "allocator 'jemalloc{A=1}' is named twice");
    EXPECT_ERROR("x=glibc,x=jemalloc{A=1}", "allocator 'x' is named twice");
    EXPECT_ERROR("x=jemaloc{A=1}",
                 "allocator 'x': there is no file 'jemaloc'; did you mean 'jemalloc'?");
    EXPECT_ERROR("jemalloc=glibc",
                 "'jemalloc' is an allocator's own name: choose another label for glibc");
    EXPECT_ERROR("glibc{A=1;B=1;C=1;D=1;E=1;F=1;G=1;H=1;I=1}", "more than 8 settings of 'glibc'");
    char huge[200];
    snprintf(huge, sizeof huge, "glibc{A=%0100d}", 0);
    EXPECT_ERROR(huge, "allocator name 'glibc{A=000000000000...' is longer than 100 bytes; give it "
                       "a short one: LABEL=NAME{...}");
}

/* What a list with settings becomes: label, and its settings with bars between. */
static void test_settings_taken(void)
{
    char *const path = library("{odd} dir/lib{x}.so");
    static const char *const expected[][2] = {
        {"jemalloc{MALLOC_CONF=narenas:1,thp:always}", "MALLOC_CONF=narenas:1,thp:always"},
        {"tight", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0"},
        {"glibc { A=1 ; B= ; C={,=\"'\n$(id)}", "A=1;B=;C={,=\"'\n$(id)"},
        {"mine", "MY_CONF=1;OTHER=2"},
        {"{/ 20 %s}", ""},
        {"again", ""},
    };
    char list[2048];
    struct allocators all;
    struct error error = {""};
    snprintf(list, sizeof list,
             "%s,tight=glibc{%s},%s ,mine=%s{MY_CONF=1;OTHER=2},{/ 20 %%s}=%s,again=glibc",
             expected[0][0], expected[1][1], expected[2][0], path, path);
    EXPECT_INT(allocators_resolve(list, &all, &error), 0);
    EXPECT_STR(error.text, "");
    EXPECT_INT(all.count, 6);
    struct allocator_list order = allocators_order(list);
    EXPECT_INT(order.count, 6);
    for (size_t i = 0; i < all.count && i < 6; i++) {
        char *const settings = allocator_settings(&all.items[i]);
        EXPECT_STR(all.items[i].name, expected[i][0]);
        EXPECT_STR(order.items[i].label, expected[i][0]);
        EXPECT_STR(settings, expected[i][1]);
        if (i == 3 || i == 4)
            EXPECT_STR(all.items[i].path, path);
        free(settings);
    }
    allocator_list_free(&order);
    allocators_free(&all);
    order = allocators_order("");
    EXPECT_STR(order.count > 1 ? order.items[0].label : NULL, "glibc");
    EXPECT_STR(order.count > 1 ? order.items[1].label : NULL, "jemalloc");
    allocator_list_free(&order);
}

/* The same library twice, a link to it, a known name with a path of one's own, blanks, and order.
 */
static void test_lists(void)
{
    char *const path = library("lib.so");
    char *const link = tree_path("link.so");
    struct allocators allocators;
    struct error error = {""};
    EXPECT_INT(symlink(path, link), 0);
    char list[4096];
    snprintf(list, sizeof list, "b=%s,a=%s,jemalloc=%s, glibc ", path, path, link);
    EXPECT_INT(allocators_resolve(list, &allocators, &error), 0);
    EXPECT_INT(allocators.count, 4);
    if (allocators.count == 4) {
        static const char *const names[] = {"b", "a", "jemalloc", "glibc"};
        for (size_t i = 0; i < 4; i++) {
            EXPECT_STR(allocators.items[i].name, names[i]);
            EXPECT(allocators.items[i].asked_for);
            if (i < 3)
                EXPECT_STR(allocators.items[i].path, path);
        }
        EXPECT(allocators.items[3].path == NULL && allocators.items[3].why_not == NULL);
    }
    allocators_free(&allocators);
    EXPECT(allocators.items == NULL && allocators.count == 0);
    allocators_free(&allocators); /* once more is nothing */
    /* A relative path becomes an absolute one. */
    EXPECT_INT(chdir(tree_root()), 0);
    EXPECT_INT(allocators_resolve("mine=lib.so", &allocators, &error), 0);
    EXPECT_STR(allocators.count == 1 ? allocators.items[0].path : NULL, path);
    allocators_free(&allocators);
}

static void test_known(void)
{
    size_t count;
    const char *const *const names = allocator_list_names(&count);
    struct allocators allocators;
    EXPECT_INT(allocators_resolve(NULL, &allocators, NULL), 0);
    EXPECT_INT(allocators.count, count);
    EXPECT_STR(names[0], "glibc");
    for (size_t i = 0; i < count && i < allocators.count; i++) {
        const struct allocator *const item = &allocators.items[i];
        EXPECT_STR(item->name, names[i]);
        EXPECT(!item->asked_for);
        EXPECT((item->why_not == NULL) == (item->remedy == NULL));
        EXPECT(item->why_not == NULL || item->path == NULL);
        EXPECT(item->path == NULL || (item->path[0] == '/' && access(item->path, R_OK) == 0));
        EXPECT(i == 0 ? item->path == NULL && item->why_not == NULL
                      : item->path != NULL || item->why_not != NULL);
        if (item->path != NULL)
            EXPECT(strstr(item->path, "secure") == NULL && strstr(item->path, "debug") == NULL);
    }
    allocators_free(&allocators);
}

/* The path of one name under the present environment, or what keeps it from being used. */
static const char *find(const char *name)
{
    static char found[2048];
    struct allocators allocators;
    struct error error = {""};
    EXPECT_INT(allocators_resolve(name, &allocators, &error), 0);
    snprintf(found, sizeof found, "%s",
             allocators.count != 1              ? error.text
             : allocators.items[0].path != NULL ? allocators.items[0].path
                                                : allocators.items[0].why_not);
    allocators_free(&allocators);
    return found;
}

/* Directories of the environment come first, in order; what does not fit is passed over. */
static void test_search(void)
{
    char *const text_file = tree_write("a/libjemalloc.so.2", "not a library");
    char *const second = library("b*[x]/libjemalloc.so.2");
    char *const third = library("c/libjemalloc.so.2");
    char path[4096];
    (void)text_file;
    snprintf(path, sizeof path, "%s:%s::%s:%s", tree_path("none"), tree_path("a"),
             tree_path("b*[x]"), tree_path("c"));
    setenv("ALLOCOST_LIBRARY_PATH", path, 1);
    EXPECT_STR(find("jemalloc"), second);
    setenv("LD_LIBRARY_PATH", path, 1);
    setenv("ALLOCOST_LIBRARY_PATH", tree_path("c"), 1);
    EXPECT_STR(find("jemalloc"), third);
    unsetenv("ALLOCOST_LIBRARY_PATH");
    EXPECT_STR(find("jemalloc"), second);
    unsetenv("LD_LIBRARY_PATH");
    /* The highest version, as versions and not as text; no variant of another name. */
    setenv("ALLOCOST_LIBRARY_PATH", tree_path("d"), 1);
    library("d/libmimalloc.so.9.1");
    char *const highest = library("d/libmimalloc.so.10.0");
    library("d/libmimalloc-secure.so.99");
    library("d/libmimalloc-debug.so.99");
    EXPECT_STR(find("mimalloc"), highest);
    /* The proxy only. */
    library("d/libtbbmalloc.so.2");
    EXPECT(strstr(find("tbbmalloc"), tree_root()) == NULL);
    char *const proxy = library("d/libtbbmalloc_proxy.so.2");
    EXPECT_STR(find("tbbmalloc"), proxy);
    char *const scudo = library("d/libclang_rt.scudo_standalone-x.so");
    EXPECT_STR(find("scudo"), scudo);
    unsetenv("ALLOCOST_LIBRARY_PATH");
}

static void test_preload_path(void)
{
    struct error error = {""};
    const struct allocator own = {.name = (char[]){"glibc"}};
    char *preload = allocator_preload_path(&own, tree_root(), &error);
    EXPECT_STR(preload, "");
    free(preload);
    char *const plain_path = library("plain.so");
    const struct allocator plain = {.name = plain_path, .path = plain_path};
    preload = allocator_preload_path(&plain, tree_root(), &error);
    EXPECT_STR(preload, plain_path);
    free(preload);

    char *const path = library("has space/colon:and$.so");
    const struct allocator awkward = {.name = path, .path = path};
    preload = allocator_preload_path(&awkward, tree_root(), &error);
    EXPECT(preload != NULL && strpbrk(preload, " :$") == NULL);
    char *const target = preload != NULL ? realpath(preload, NULL) : NULL;
    EXPECT_STR(target, path);
    free(target);
    /* Asked again, the link that is there is used again; one to elsewhere is in the way. */
    char *const again = allocator_preload_path(&awkward, tree_root(), &error);
    EXPECT_STR(again, preload);
    free(again);
    EXPECT_INT(unlink(preload), 0);
    EXPECT_INT(symlink("/dev/null", preload), 0);
    EXPECT(allocator_preload_path(&awkward, tree_root(), &error) == NULL);
    EXPECT(strstr(error.text, "File exists") != NULL);
    free(preload);
    /* A directory that could not be read back from LD_PRELOAD, or is not there. */
    EXPECT(allocator_preload_path(&awkward, tree_path("has space"), &error) == NULL);
    EXPECT(strstr(error.text, "would not be read by LD_PRELOAD") != NULL);
    EXPECT(allocator_preload_path(&awkward, tree_path("nowhere"), &error) == NULL);
    EXPECT(strstr(error.text, "No such file or directory") != NULL);
}

static void test_utf8(void)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"", 1},
        {"a", 1},
        {"\x7f", 1},
        {"\xc2\x80", 2},
        {"\xdf\xbf", 2},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xee\x80\x80", 3},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\x80", 0},
        {"\xc1\xbf", 0},
        {"\xc2", 0},
        {"\xc2z", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xed\xa0\x80", 0},
        {"\xe2\x82", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x9f\x98", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT_INT(utf8_length(cases[i].text), cases[i].length);
}

int main(void)
{
    unsetenv("LD_LIBRARY_PATH");
    unsetenv("ALLOCOST_LIBRARY_PATH");
    test_words();
    test_paths();
    test_settings();
    test_settings_taken();
    test_hostile();
    test_lists();
    test_known();
    test_search();
    test_preload_path();
    test_utf8();
    return check_result();
}
