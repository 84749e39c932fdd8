/*
 * The readers of gcc's and LLVM's intermediate code, on recorded dumps (argv[1] is their folder)
 * and on single statements, and what follows from them.
 */
#include "check.h"
#include "data/text.h"
#include "explain/compiler_notes.h"
#include "explain/flow.h"
#include "explain/gimple.h"
#include "explain/llvm_ir.h"
#include "explain/tool.h"

static const char *folder;
static struct text_pool *pool;

static struct flow_unit read_dump(const char *name, bool llvm)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *const text = tool_read_file(path);
    struct flow_unit unit = {.pool = pool};
    EXPECT(text != NULL);
    if (text != NULL && llvm)
        llvm_ir_read(&unit, text);
    else if (text != NULL)
        gimple_read(&unit, text, "escapes.c");
    free(text);
    return unit;
}

/* The reasons of a call in words: its kind as a letter, and its detail. */
static const char *reasons_of(const struct flow_unit *unit, const struct flow_function *function,
                              size_t call)
{
    static char text[512];
    struct flow_reason reasons[FLOW_REASONS];
    *text = '\0';
    if (call >= function->call_count)
        return "no such call";
    const size_t count = flow_reasons(unit, function, &function->calls[call], reasons);
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%c%s%s", i > 0 ? ", " : "",
                 "RSPCAH"[reasons[i].kind], reasons[i].detail != NULL ? " " : "",
                 reasons[i].detail != NULL ? reasons[i].detail : "");
    }
    return text;
}

static void expect_call(const struct flow_unit *unit, const char *name, size_t index,
                        const char *written, unsigned line, unsigned column, const char *reasons)
{
    const struct flow_function *const function = flow_find(unit, name);
    EXPECT(function != NULL && index < function->call_count);
    if (function == NULL || index >= function->call_count)
        return;
    const struct flow_call *const call = &function->calls[index];
    char text[256];
    snprintf(text, sizeof text, "%s(%s)", call->callee, call->arguments);
    EXPECT_STR(text, written);
    EXPECT_INT(call->place.line, line);
    EXPECT_INT(call->place.column, column);
    EXPECT_STR(reasons_of(unit, function, index), reasons);
}

static void test_gimple(void)
{
    struct flow_unit before = read_dump("escapes.ssa.txt", false);
    struct flow_unit after = read_dump("escapes.optimized.txt", false);
    EXPECT_INT(before.function_count, 5);
    EXPECT_INT(after.function_count, 4); /* tie was inlined */
    expect_call(&before, "make", 0, "malloc(48)", 19, 33, "R");
    expect_call(&after, "make", 0, "malloc(48)", 19, 33, "R");
    expect_call(&after, "use", 0, "malloc(48)", 19, 33, "P look");
    expect_call(&after, "keep", 0, "__builtin_alloca_with_align(..., 32)", 35, 9, "P look");
    expect_call(&after, "keep", 1, "malloc(48)", 19, 33, "S in `kept`");
    expect_call(&after, "keep", 2, "malloc(48)", 19, 33, "S through `out`");
    EXPECT_INT(flow_find(&after, "keep")->calls[0].in_frame, true);
    EXPECT_INT(flow_find(&after, "loop")->call_count, 0);
    EXPECT_STR(flow_find(&after, "make")->calls[0].place.file, "escapes.c");
    EXPECT_STR(flow_find(&before, "keep")->parameters[0].name, "out");
    EXPECT_INT(flow_find(&before, "keep")->parameters[0].pointer, true);
    EXPECT_INT(flow_find(&before, "keep")->parameters[1].pointer, false);
    EXPECT_INT(flow_find(&before, "keep")->parameters[0].known, false);
    flow_free(&before);
    flow_free(&after);
}

static void test_modref(void)
{
    struct flow_unit unit = read_dump("escapes.ssa.txt", false);
    char path[4096];
    snprintf(path, sizeof path, "%s/escapes.modref.txt", folder);
    char *const text = tool_read_file(path);
    modref_read(&unit, text);
    const struct flow_parameter *const out = &flow_find(&unit, "keep")->parameters[0];
    EXPECT_INT(out->known, true);
    EXPECT_INT(out->retained, false);
    EXPECT_INT(out->returned, false); /* keep returns nothing */
    free(text);

    /* No flag proves nothing; a pure function keeps nothing; one not looked at is not known. */
    modref_read(&unit,
                "modref analyzing 'keep/14' (ipa=0)\n - modref done with result: tracked.\n");
    EXPECT_INT(out->retained, false);
    flow_free(&unit);
    unit = read_dump("escapes.ssa.txt", false);
    const struct flow_parameter *const block = &flow_find(&unit, "tie")->parameters[0];
    modref_read(&unit, "modref analyzing 'tie/14' (ipa=0)\n");
    EXPECT_INT(block->known, false);
    modref_read(&unit, "modref analyzing 'tie/14' (ipa=0)\n - modref done with result: tracked.\n");
    EXPECT_INT(block->known, true);
    EXPECT_INT(block->retained, true);
    modref_read(&unit, "Propagated modref for tie/14 (pure)\n");
    EXPECT_INT(block->retained, false);
    modref_read(&unit, "modref analyzing 'tie/14' (ipa=1)\n  parm 99 flags: unused\n");
    flow_free(&unit);
}

static void test_llvm(void)
{
    struct flow_unit unit = read_dump("escapes.ll.txt", true);
    expect_call(&unit, "make", 0, "malloc(48)", 19, 33, "R");
    expect_call(&unit, "use", 0, "malloc(48)", 19, 33, "P look");
    expect_call(&unit, "keep", 0, "__builtin_alloca_with_align(...)", 35, 5, "P look");
    expect_call(&unit, "keep", 1, "malloc(48)", 19, 33, "S in `kept`");
    expect_call(&unit, "keep", 2, "malloc(48)", 19, 33, "S through `out`");
    EXPECT_INT(flow_find(&unit, "loop")->call_count, 0);
    EXPECT_INT(flow_find(&unit, "look")->defined, false);
    const struct flow_function *const keep = flow_find(&unit, "keep");
    EXPECT_INT(keep->parameter_count, 2);
    EXPECT_STR(keep->parameters[0].name, "out");
    EXPECT_INT(keep->parameters[0].pointer && !keep->parameters[0].retained, true);
    EXPECT_INT(keep->parameters[1].pointer, false);
    EXPECT_INT(keep->place.line, 33);
    EXPECT_STR(keep->place.file, "/src/escapes.c");
    flow_free(&unit);
}

/* A statement of gcc's, behind `p_1 = malloc (8);`, and the reasons it gives. */
static const struct {
    const char *statement;
    const char *reasons;
} gimple_cases[] = {
    {"return p_1;", "R"},
    {"return;", ""},
    {"q_2 = p_1 + 8;\n  return q_2;", "R"},
    {"q_2 = (char *) p_1;\n  global = q_2;", "S in `global`"},
    {"# q_2 = PHI <p_1(2), 0B(3)>\n  return q_2;", "R"},
    {"# q_2 = PHI <[a.c:1:1] p_1(D)(2), 0B(3)>\n  return q_2;", "R"},
    {"q_2 = &p_1->next;\n  return q_2;", "R"},
    {"q_2 = p_1->next;\n  return q_2;", ""},
    {"q_2 = MEM[(struct s *)p_1 + 8B];\n  return q_2;", ""},
    {"q_2 = &MEM[(struct s *)p_1 + 8B];\n  return q_2;", "R"},
    {"q_2 = *p_1;\n  return q_2;", ""},
    {"q_2 = p_1 == 0B;\n  return q_2;", ""},
    {"q_2 = a_3 != 0 ? p_1 : b_4;\n  return q_2;", "R"},
    {"p_1->next = p_1;", ""},
    {"p_1->next = other_2(D);", ""},
    {"*out_2(D) = p_1;", "S through `out`"},
    {"out_2(D)->a[i_3] = p_1;", "S through `out`"},
    {"_5->next = p_1;", "S through a pointer"},
    {"local.first = p_1;\n  return local;", "R"},
    {"local.first = p_1;", ""},
    {"local.field_1 = p_1;\n  return local;", "R"},
    {"local.12_22 = (long unsigned int) p_1;\n  *out_2(D) = local.12_22;", "S through `out`"},
    {"local.12_22 = (long unsigned int) p_1;\n  return local;", ""},
    {"MEM <void *> [(struct pair *)&local + 8B] = p_1;\n  f (&local);", "P f"},
    {"table[i_2] = p_1;", "S in `table[i]`"},
    {"f (p_1);", "P f"},
    {"f (&p_1->a, \"p_1\");", "P f"},
    {"f (\"p_1\", 3);", ""},
    {"fn_6(D) (p_1);", "C fn"},
    {"free_6(D) (p_1);", "C free"},
    {"_7 (p_1);", "C ..."},
    {"free (p_1); [tail call]", ""},
    {"__builtin_memset (p_1, 0, 8);", ""},
    {"__builtin___memcpy_chk (p_1, q_2, 8, 8);", ""},
    {"q_2 = memcpy (p_1, r_3, 8);\n  return q_2;", "R"},
    {"n_2 = strlen (p_1);\n  return n_2;", ""},
    {"__asm__ __volatile__(\"nop\" :  : \"r\" p_1 : \"memory\");", "A"},
    {"__asm__ __volatile__(\"p_1\" :  :  : \"memory\");", ""},
    {"# DEBUG q => p_1", ""},
    {"if (p_1 != 0B)", ""},
    {"[x y.h:7:9 discrim 2] return p_1;", "R"},
    {"f (p_1);\n  g (p_1);\n  f (p_1);\n  return p_1;", "P f, P g, R"},
};

static void test_gimple_statements(void)
{
    for (size_t i = 0; i < sizeof gimple_cases / sizeof *gimple_cases; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 ";; Function f1 (f1, funcdef_no=0)\n\nvoid * f1 (void * * out)\n{\n"
                 "  struct pair local;\n  void * _5;\n\n  <bb 2> :\n"
                 "  [a b]c.c:3:4] p_1 = malloc (8);\n  %s\n\n}\n",
                 gimple_cases[i].statement);
        struct flow_unit unit = {.pool = pool};
        gimple_read(&unit, text, "a b]c.c");
        const struct flow_function *const function = flow_find(&unit, "f1");
        EXPECT_STR(reasons_of(&unit, function, 0), gimple_cases[i].reasons);
        EXPECT_STR(function->calls[0].place.file, "a b]c.c");
        EXPECT_INT(function->calls[0].place.line * 10 + function->calls[0].place.column, 34);
        if (strcmp(reasons_of(&unit, function, 0), gimple_cases[i].reasons) != 0)
            fprintf(stderr, "  for: %s\n", gimple_cases[i].statement);
        flow_free(&unit);
    }
}

/* Instructions of LLVM's with opaque pointers, as from LLVM 15 on. */
static const struct {
    const char *instruction;
    const char *reasons;
} llvm_cases[] = {
    {"ret ptr %p", "R"},
    {"%q = getelementptr inbounds i8, ptr %p, i64 8\n  ret ptr %q", "R"},
    {"%q = select i1 %c, ptr %p, ptr null\n  ret ptr %q", "R"},
    {"%q = phi ptr [ %p, %a ], [ null, %b ]\n  ret ptr %q", "R"},
    {"%q = load ptr, ptr %p, align 8\n  ret ptr %q", ""},
    {"%q = icmp eq ptr %p, null\n  ret i1 %q", ""},
    {"%q = ptrtoint ptr %p to i64\n  ret i64 %q", "R"},
    {"store ptr %p, ptr @global, align 8, !tbaa !7", "S in `global`"},
    {"store ptr %p, ptr %out, align 8", "S through `out`"},
    {"store ptr %p, ptr %unknown, align 8", "S through a pointer"},
    {"store ptr %p, ptr %p, align 8", ""},
    {"%q = getelementptr i8, ptr %p, i64 8\n  store ptr %p, ptr %q", ""},
    {"store ptr %other, ptr %p, align 8", ""},
    {"%old = atomicrmw xchg ptr %out, ptr %p seq_cst", "S through `out`"},
    {"%a = alloca ptr, align 8\n  store ptr %p, ptr %a\n  %b = load ptr, ptr %a\n  ret ptr %b",
     "R"},
    {"%q = cmpxchg ptr %out, ptr null, ptr %p acq_rel monotonic, align 8", "S through `out`"},
    {"%q = cmpxchg weak ptr %out, ptr %p, ptr null seq_cst seq_cst, align 8", ""}, /* compared */
    {"store volatile ptr %p, ptr %\"\\C3\\A9t\\C3\\A9\", align 8", "S through `\xc3\xa9t\xc3\xa9`"},
    {"store ptr %p, ptr @\"g, !x\", align 8, !tbaa !7", "S in `g, !x`"},
    {"call void @f(ptr noundef %p)", "P f"},
    {"call void @\"a\\22 b\"(ptr noundef %p) [ \"deopt\"(i32 0) ], !dbg !6", "P a\" b"},
    {"musttail call void @f(ptr noundef %p)", "P f"},
    {"%q = invoke ptr @f(ptr noundef %p)\n          to label %a unwind label %b", "P f"},
    {"invoke void @g(ptr noundef %p)\n          to label %a unwind label %b, !dbg !6", ""},
    {"callbr void asm sideeffect \"# $0 $1\", \"r,!i\"(ptr %p) #2\n"
     "          to label %a [label %b]",
     "A"},
    {"%q = call ptr @k(ptr noundef %p)", ""},
    {"%q = call ptr @k(ptr noundef %p)\n  ret ptr %q", "R"},
    {"%q = call ptr @l(ptr noundef %p)", "P l"},
    {"call void @f(ptr nocapture noundef %p)", ""},
    {"call void @f(ptr noundef captures(none) %p)", ""},
    {"call void @g(ptr noundef %p)", ""},
    {"call void @h(ptr noundef %p)", "P h"},
    {"call void %fn(ptr noundef %p)", "C fn"},
    {"call void @free(ptr noundef %p)", ""},
    {"call void @llvm.dbg.value(metadata ptr %p, metadata !1, metadata !DIExpression())", ""},
    {"    #dbg_value(ptr %p, !1, !DIExpression(), !2)", ""},
    {"call void asm sideeffect \"\", \"r,~{memory}\"(ptr %p) #2, !srcloc !8", "A"},
    {"%q = insertvalue { ptr, ptr } poison, ptr %p, 0\n  ret { ptr, ptr } %q", "R"},
};

static void test_llvm_instructions(void)
{
    for (size_t i = 0; i < sizeof llvm_cases / sizeof *llvm_cases; i++) {
        char text[2048];
        snprintf(
            text, sizeof text,
            "define ptr @f1(ptr noundef %%out, ptr %%fn, i32 %%n, ptr %%\"\\C3\\A9t\\C3\\A9\") "
            "!dbg !5 {\nentry:\n"
            "  %%p = call noalias ptr @malloc(i64 noundef 8) #1, !dbg !6\n  %s\n}\n"
            "declare void @g(ptr noundef captures(none))\n"
            "declare void @h(ptr noundef)\n"
            "declare ptr @k(ptr noundef captures(ret: address, provenance))\n"
            "declare ptr @l(ptr captures(address, ret: address, provenance))\n"
            "!3 = !DIFile(filename: \"a\\22(b, line: 9).c\", directory: \"/src\")\n"
            "!5 = distinct !DISubprogram(name: \"f1\", scope: !3, file: !3, line: 1)\n"
            "!6 = !DILocation(line: 3, column: 4, scope: !7)\n"
            "!7 = distinct !DILexicalBlock(scope: !5, file: !3, line: 2, column: 1)\n",
            llvm_cases[i].instruction);
        struct flow_unit unit = {.pool = pool};
        llvm_ir_read(&unit, text);
        const struct flow_function *const function = flow_find(&unit, "f1");
        EXPECT_STR(reasons_of(&unit, function, 0), llvm_cases[i].reasons);
        if (strcmp(reasons_of(&unit, function, 0), llvm_cases[i].reasons) != 0)
            fprintf(stderr, "  for: %s\n", llvm_cases[i].instruction);
        EXPECT_STR(function->calls[0].place.file, "/src/a\"(b, line: 9).c");
        EXPECT_INT(function->calls[0].place.line * 10 + function->calls[0].place.column, 34);
        EXPECT_INT(function->parameters[0].pointer && function->parameters[1].pointer, true);
        EXPECT_INT(function->parameters[2].pointer, false);
        flow_free(&unit);
    }
}

/* Nothing that is cut short or is no dump at all does harm: the sanitizers watch. */
static void test_broken(void)
{
    static const char *const texts[] = {"",
                                        "\n\n",
                                        ";; Function ",
                                        ";; Function f (f)\n{\n  <bb 2> :\n",
                                        "define",
                                        "define ptr @f(",
                                        "!",
                                        "!9999999999 = !DIFile(",
                                        "define ptr @f() {\n  %p = call",
                                        "declare @",
                                        "declare @\"",
                                        "declare @\"\"",
                                        "declare ptr @\"f\\2\"(ptr %\"",
                                        "define ptr @f() {\n  %\" = load ptr, ptr %\""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct flow_unit unit = {.pool = pool};
        gimple_read(&unit, texts[i], "a.c");
        llvm_ir_read(&unit, texts[i]);
        modref_read(&unit, texts[i]);
        flow_free(&unit);
    }
    static const char *const recorded[] = {"escapes.optimized.txt", "escapes.ll.txt"};
    for (size_t i = 0; i < 2; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, recorded[i]);
        char *const text = tool_read_file(path);
        for (size_t length = strlen(text); length > 0; length -= length > 97 ? 97 : length) {
            struct flow_unit unit = {.pool = pool};
            text[length] = '\0';
            gimple_read(&unit, text, "escapes.c");
            llvm_ir_read(&unit, text);
            flow_free(&unit);
        }
        free(text);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    pool = text_pool_new();
    test_gimple();
    test_modref();
    test_llvm();
    test_gimple_statements();
    test_llvm_instructions();
    test_broken();
    text_pool_free(pool);
    return check_result();
}
