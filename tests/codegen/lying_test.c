/*
 * The machine-code gate finds what it is there to find. argv: codegen_check and its arguments to
 * compile the lying scenario.
 */
#include "check.h"
#include "codegen/capture.h"

static const char *const lies[] = {
    "lying/undeclared: run_heap reaches malloc, which is not declared",
    "lying/undeclared: run_heap reaches free, which is not declared",
    "lying/too_few: run_heap reaches free, which is not declared",
    "lying/too_many: run_heap does not reach calloc, which is declared",
    "lying/removed: run_removed does not reach malloc, which is declared",
    "lying/removed: run_removed does not reach free, which is declared",
    "lying/not_removed: run_heap reaches malloc, which is not declared",
    "lying/nothing_to_elide (source): run_nothing does not reach malloc, which is declared",
    "lying/nothing_to_elide (source): run_nothing does not reach free, which is declared",
    "lying/not_rewritten: run_heap reaches malloc, which is not declared",
    "lying/not_rewritten: run_heap does not reach calloc, which is declared",
    "lying/nothing_to_rewrite (source): run_calloc reaches calloc, which is not declared",
    "lying/nothing_to_rewrite (source): run_calloc does not reach malloc, which is declared",
    "lying/hidden: run_hidden reaches strdup, which is not declared",
    "lying/pointer: run_pointer reaches realloc, which is not declared",
    "lying/pointer: run_pointer does not reach malloc, which is declared",
    "lying/loopless: nothing that run_loopless reaches has a loop",
    "lying/empty: the function lying_empty is empty",
    "lying/no_such_call: declares a call to memcpy, which is no allocator function",
};

/* Runs the gate with these arguments. Returns its exit code, and what it said in *text. */
static int gate(char *check, const char *objdump, const char *mode, const char *program,
                char **text)
{
    char *const command[] = {check, (char *)(uintptr_t)objdump, (char *)(uintptr_t)mode,
                             (char *)(uintptr_t)program, NULL};
    return capture(command, NULL, text);
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    char *text;
    const int exit_code = capture(argv + 1, NULL, &text);
    if (exit_code == TEST_SKIPPED) {
        fputs(text, stdout);
        return TEST_SKIPPED;
    }
    EXPECT_INT(exit_code, 1);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        const char *const found = strstr(text, lies[i]);
        if (found == NULL)
            fprintf(stderr, "not reported: %s\n", lies[i]);
        EXPECT(found != NULL && found[strlen(lies[i])] == '\n');
    }
    EXPECT(strstr(text, "lying/true_") == NULL);
    if (check_failures > 0)
        fputs(text, stderr);
    free(text);

    /* Asked for the source alone, it finds the same there, and says nothing of the code. */
    static char source[] = "source";
    argv[3] = source;
    EXPECT_INT(capture(argv + 1, NULL, &text), 1);
    EXPECT(strstr(text, "lying/nothing_to_elide (source): ") != NULL);
    EXPECT(strstr(text, "lying/removed: ") == NULL);
    free(text);

    /* A program that is not one of the gate's own, a tool that is not there, a wrong call. */
    EXPECT_INT(gate(argv[1], argv[2], "program", "/bin/true", &text), 1);
    EXPECT(strstr(text, "no manifest") != NULL);
    free(text);
    EXPECT_INT(gate(argv[1], argv[2], "program", "/no/such/program", &text), 1);
    free(text);
    EXPECT_INT(gate(argv[1], "/no/such/objdump", "program", "/bin/true", &text), TEST_SKIPPED);
    free(text);
    EXPECT_INT(gate(argv[1], argv[2], "look", "/bin/true", &text), 2);
    free(text);
    return check_result();
}
