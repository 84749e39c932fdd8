/*
 * The reading of disassembly, on programs recorded from two architectures: argv[1] is the folder of
 * the recordings.
 */
#include "check.h"
#include "explain/allocator_functions.h"
#include "explain/disasm.h"

#include <stdbool.h>

static char *read_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    char *text = NULL;
    size_t room = 0;
    if (getdelim(&text, &room, '\0', file) < 0)
        abort();
    fclose(file);
    return text;
}

static void read_all(struct program *program, const char *text)
{
    read_symbols(program, text);
    read_relocations(program, text);
    read_disassembly(program, text);
}

static const struct function *named(const struct program *program, const char *name)
{
    for (size_t i = 0; i < program->function_count; i++)
        if (strcmp(program->functions[i].name, name) == 0)
            return &program->functions[i];
    return NULL;
}

/* The allocator functions reached, in the order of their list, a blank behind each. */
static void write_calls(const struct reach *reach, char *text, size_t size)
{
    *text = '\0';
    for (int i = 0; i < ALLOCATOR_FUNCTIONS; i++)
        if (reach->calls[i])
            snprintf(text + strlen(text), size - strlen(text), "%s ", allocator_functions[i]);
}

static const struct {
    const char *name;
    const char *calls;
    bool loops;
    bool moved_only; /* the calls are seen only in a program that the loader moves */
} expected[] = {
    {"run_heap", "malloc free ", true, false}, {"run_nothing", "", true, false},
    {"run_callback", "strdup ", true, false},  {"run_table", "calloc ", true, true},
    {"run_own_table", "strdup ", true, true},  {"run_pointer", "free ", true, false},
    {"run_tail", "free ", false, false},       {"run_cold", "free ", true, false},
    {"run_clone", "malloc ", true, false},
};

static void test_recording(const char *folder, const char *name, uint64_t base)
{
    char *const text = read_file(folder, name);
    struct program program = {0};
    read_all(&program, text);
    EXPECT(program.has_base);
    EXPECT_INT(program.base, base);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct function *const function = named(&program, expected[i].name);
        EXPECT(function != NULL);
        if (function == NULL)
            continue;
        EXPECT(function_at(&program, function->start) == function);
        EXPECT(function_at(&program, function->start + 1) == NULL);
        EXPECT(function->working > 0);
        struct reach reach;
        reach_from(&program, function, &reach);
        char calls[256];
        write_calls(&reach, calls, sizeof calls);
        if (expected[i].moved_only && base != 0)
            continue;
        if (strcmp(calls, expected[i].calls) != 0 || reach.loops != expected[i].loops)
            fprintf(stderr, "%s, %s:\n", name, expected[i].name);
        EXPECT_STR(calls, expected[i].calls);
        EXPECT_INT(reach.loops, expected[i].loops);
    }
    const struct function *const empty = named(&program, "run_empty");
    EXPECT(empty != NULL && empty->working == 0);
    EXPECT(named(&program, "no_such_function") == NULL);
    program_free(&program);
    free(text);
}

static void expect_calls(const char *text, const char *calls, bool loops, size_t functions)
{
    struct program program = {0};
    read_all(&program, text);
    const struct function *const run = named(&program, "run");
    EXPECT(run != NULL);
    if (run != NULL) {
        struct reach reach;
        reach_from(&program, run, &reach);
        char reached[256];
        write_calls(&reach, reached, sizeof reached);
        EXPECT_STR(reached, calls);
        EXPECT_INT(reach.loops, loops);
        EXPECT_INT(reach.functions, functions);
    }
    program_free(&program);
}

/* What the recordings do not have: parts of functions, prefixes, versions, misleading numbers. */
static void test_x86(void)
{
    expect_calls("0000000000009000 R_X86_64_GLOB_DAT  valloc@GLIBC_2.2.5\n"
                 "Disassembly of section .text:\n"
                 "\n"
                 "0000000000001000 <run.cold>:\n"
                 "    1000:\tcall   2000 <realloc@plt>\n"
                 "    1005:\tjmp    3012 <run+0x12>\n"
                 "0000000000003000 <run>:\n"
                 "    3000:\ttest   %rsi,%rsi\n"
                 "    3003:\tje     1000 <run.cold>\n"
                 "    3009:\tbnd jmp 4000 <run.part.0>\n"
                 "    3012:\tret\n"
                 "0000000000004000 <run.part.0>:\n"
                 "    4000:\tnotrack jmp *%rax\n"
                 "    4003:\tmov    $0x6000,%edx\n"
                 "    4008:\tbnd jne 4000 <run.part.0>\n"
                 "    400c:\tlea    0x10(%rip),%rdi        # 5000 <helper.isra.0>\n"
                 "    4013:\tret\n"
                 "0000000000005000 <helper.isra.0>:\n"
                 "    5000:\tcall   5010 <_Znwm@plt>\n"
                 "    5005:\tcall   *0x3ff5(%rip)        # 9000 <valloc@GLIBC_2.2.5>\n"
                 "0000000000005010 <_Znwm@plt>:\n"
                 "    5010:\tbnd jmp *0x2f75(%rip)        # 8010 <_Znwm@GLIBCXX_3.4>\n"
                 "0000000000006000 <not_reached>:\n"
                 "    6000:\tjmp    2010 <calloc@plt>\n"
                 "\n"
                 "Disassembly of section .plt.sec:\n"
                 "\n"
                 "0000000000002000 <realloc@plt>:\n"
                 "    2000:\tjmp    *0x5ffa(%rip)        # 8000 <realloc@GLIBC_2.2.5>\n"
                 "0000000000002010 <calloc@plt>:\n"
                 "    2010:\tjmp    *0x5ff2(%rip)        # 8008 <calloc@GLIBC_2.2.5>\n",
                 "realloc valloc operator new ", true, 4);
}

/* A page that begins with a function is not that function; nor is an offset into a loaded object.
 */
static void test_aarch64(void)
{
    expect_calls("Disassembly of section .text:\n"
                 "\n"
                 "0000000000004000 <not_reached>:\n"
                 "    4000:\tbl\t2000 <malloc@plt>\n"
                 "    4004:\tbl\t2000 <malloc@plt>\n"
                 "0000000000005000 <run>:\n"
                 "    5000:\tadrp\tx0, 4000 <not_reached>\n"
                 "    5004:\tldr\tx0, [x0, #4088]\n"
                 "    5008:\tadd\tx0, x0, #0x4\n"
                 "    500c:\tadrp\tx1, 3000 <helper-0x8>\n"
                 "    5010:\tadd\tx1, x1, #0x8\n"
                 "    5014:\tstr\tx1, [sp, #8]\n"
                 "    5018:\tret\n"
                 "0000000000003008 <helper>:\n"
                 "    3008:\tsubs\tx0, x0, #0x1\n"
                 "    300c:\ttbnz\tw0, #3, 3008 <helper>\n"
                 "    3010:\tb\t2010 <free@plt>\n"
                 "0000000000002000 <malloc@plt>:\n"
                 "    2000:\tbr\tx17\n"
                 "0000000000002010 <free@plt>:\n"
                 "    2010:\tbr\tx17\n",
                 "free ", true, 2);
}

static void test_names(void)
{
    EXPECT(allocator_function("malloc", 6) >= 0);
    EXPECT(allocator_function("mallocx", 7) < 0);
    EXPECT(allocator_function("malloc", 5) < 0);
    EXPECT_STR(allocator_functions[allocator_function("_ZdlPvm", 7)], "operator delete");
}

/* Copies by one instruction and by a call, in what run reaches; not those that it does not. */
static void test_copies(void)
{
    struct program program = {0};
    read_all(&program, "0000000000009000 R_X86_64_GLOB_DAT  memcpy@GLIBC_2.14\n"
                       "Disassembly of section .text:\n"
                       "0000000000001000 <memmove@plt>:\n"
                       "    1000:\tjmp    *0x8000(%rip)        # 8000 <x>\n"
                       "0000000000002000 <apart>:\n"
                       "    2000:\trep stos %al,%es:(%rdi)\n"
                       "    2003:\tcall   1000 <memmove@plt>\n"
                       "0000000000003000 <run>:\n"
                       "    3000:\trep movsq %ds:(%rsi),%es:(%rdi)\n"
                       "    3003:\tcall   *0x5ff7(%rip)        # 9000 <memcpy@GLIBC_2.14>\n"
                       "    3009:\trepz ret\n");
    static const bool expected_copies[COPY_KINDS] = {[COPY_REP_MOVS] = true, [COPY_MEMCPY] = true};
    struct reach reach;
    reach_from(&program, named(&program, "run"), &reach);
    for (int i = 0; i < COPY_KINDS; i++)
        EXPECT_INT(reach.copies[i], expected_copies[i]);
    reach_from(&program, named(&program, "apart"), &reach);
    for (int i = 0; i < COPY_KINDS; i++)
        EXPECT_INT(reach.copies[i], i == COPY_REP_STOS || i == COPY_MEMMOVE);
    EXPECT_STR(copy_name(COPY_REP_MOVS), "rep movs");
    program_free(&program);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    test_recording(argv[1], "x86_64.txt", 0);
    test_recording(argv[1], "x86_64_no_plt.txt", 0);
    test_recording(argv[1], "x86_64_fixed.txt", 0x400000);
    test_recording(argv[1], "aarch64.txt", 0);
    test_x86();
    test_aarch64();
    test_names();
    test_copies();
    return check_result();
}
