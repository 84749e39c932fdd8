/* Stack frames, warnings, flags and frames of linked programs, as the tools print them. */
#include "check.h"
#include "data/text.h"
#include "explain/code_view.h"
#include "explain/compiler.h"
#include "explain/compiler_notes.h"

static struct text_pool *pool;

static void test_frames(void)
{
    struct frames frames = {.items = NULL};
    frames_read(&frames, pool,
                "a.c:12:5:f\t4112\tstatic\n"
                "a:1:2.c:13:6:g.part.0\t48\tdynamic\n"
                "b.c:7:h\t0\tdynamic,bounded\n"
                "not a frame\n\t\t\na.c:f\tx\tstatic\n");
    EXPECT_INT(frames.count, 3);
    EXPECT_STR(frames.items[0].function, "f");
    EXPECT_STR(frames.items[0].place.file, "a.c");
    EXPECT_INT(frames.items[0].place.line, 12);
    EXPECT_INT(frames.items[0].place.column, 5);
    EXPECT_INT(frames.items[0].size_bytes, 4112);
    EXPECT_INT(frames.items[0].dynamic, false);
    EXPECT_STR(frames.items[1].place.file, "a:1:2.c");
    EXPECT_STR(frames.items[1].function, "g.part.0");
    EXPECT_INT(frames.items[1].dynamic, true);
    EXPECT_INT(frames.items[2].place.line, 7); /* clang's: no column */
    EXPECT_INT(frames.items[2].place.column, 0);
    EXPECT_INT(frames.items[2].dynamic, true);
    free(frames.items);
}

static void test_warnings(void)
{
    struct warnings warnings = {.items = NULL};
    warnings_read(&warnings, pool,
                  "a.c: In function 'f':\n"
                  "a.c:3:5: warning: function returns address of local variable "
                  "[-Wreturn-local-addr]\n"
                  "a.c:9:42: warning: using dangling pointer 'p' to 'b' [-Wdangling-pointer=]\n"
                  "a.c:9:25: note: 'b' declared here\n"
                  "a.c:4:1: warning: unused variable 'x' [-Wunused-variable]\n"
                  "a.c:4:1: error: something [-Wreturn-local-addr]\n"
                  "1 warning generated.\n");
    EXPECT_INT(warnings.count, 2);
    EXPECT_INT(warnings.items[0].place.line, 3);
    EXPECT_STR(warnings.items[0].text, "function returns address of local variable");
    EXPECT_STR(warnings.items[0].option, "-Wreturn-local-addr");
    EXPECT_STR(warnings.items[1].option, "-Wdangling-pointer");
    EXPECT_INT(warnings.items[1].place.column, 42);
    free(warnings.items);
}

static void test_flags(void)
{
    static const char *const words[] = {"-O1", "-o",    "-Iout.o", "-I", "-c",  "-c",      "a.c",
                                        "-MD", "-MF",   "a.d",     "-w", "-DX", "-Werror", "-ofile",
                                        "-xc", "-flto", "-Wall",   "-x", "c",   "b.c"};
    struct words flags = {.items = NULL};
    compiler_flags(&flags, words, sizeof words / sizeof *words, "a.c");
    char text[256] = "";
    for (size_t i = 0; i < flags.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", flags.items[i]);
    /* "-c" is the directory of -I; -Iout.o was the value of -o */
    EXPECT_STR(text, "-O1 -I -c -DX -Wall b.c ");
    EXPECT_STR(compiler_level(&flags), "-O1");
    words_add(&flags, "-Os");
    EXPECT_STR(compiler_level(&flags), "-Os");
    words_free(&flags);
    EXPECT_STR(compiler_level(&flags), "-O2");
}

/* As objdump --dwarf=frames-interp prints it. */
static const char interpreted[] =
    "Contents of the .eh_frame section:\n\n"
    "00000000 0000000000000014 00000000 CIE \"zR\" cf=1 df=-8 ra=16\n"
    "   LOC           CFA      ra    \n"
    "0000000000000000 rsp+8    u     \n\n"
    "00000018 0000000000000014 0000001c FDE cie=00000000 pc=00000000000066a0..00000000000066c2\n\n"
    "00000048 0000000000000024 0000001c FDE cie=00000030 pc=0000000000005020..00000000000058b0\n"
    "   LOC           CFA      rbx   ra    \n"
    "0000000000005020 rsp+8    u     c-8   \n"
    "0000000000005026 rsp+48   c-16  c-8   \n"
    "0000000000005030 rsp+8    u     c-8   \n\n"
    "00000068 0000000000000024 0000001c FDE cie=00000030 pc=0000000000007000..0000000000007100\n"
    "   LOC           CFA      rbp   ra    \n"
    "0000000000007000 rsp+8    u     c-8   \n"
    "0000000000007002 rbp+16   c-16  c-8   \n";

static void test_program_frames(void)
{
    unsigned long bytes = 0;
    bool dynamic = true;
    EXPECT(code_view_frame(interpreted, 0x66a0, &bytes, &dynamic));
    EXPECT_INT(bytes, 8); /* no row of its own: what the common entry says */
    EXPECT_INT(dynamic, false);
    EXPECT(code_view_frame(interpreted, 0x5020, &bytes, &dynamic));
    EXPECT_INT(bytes, 48);
    EXPECT_INT(dynamic, false);
    EXPECT(code_view_frame(interpreted, 0x7000, &bytes, &dynamic));
    EXPECT_INT(bytes, 16);
    EXPECT_INT(dynamic, true);
    EXPECT(!code_view_frame(interpreted, 0x5026, &bytes, &dynamic));
    EXPECT(!code_view_frame("", 0x5020, &bytes, &dynamic));
    /* AArch64: the return address is in a register, and nothing is on the stack at first. */
    EXPECT(code_view_frame("1 2 3 CIE \"zR\"\n0000 sp+0 u\n\n1 2 3 FDE cie=1 pc=10..20\n"
                           "0010 sp+0 u\n0014 sp+32 c-32\n",
                           0x10, &bytes, &dynamic));
    EXPECT_INT(bytes, 32);
    EXPECT_INT(dynamic, false);
}

int main(void)
{
    pool = text_pool_new();
    test_frames();
    test_warnings();
    test_flags();
    test_program_frames();
    text_pool_free(pool);
    return check_result();
}
