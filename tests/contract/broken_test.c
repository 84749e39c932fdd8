/*
 * The contract test finds what it is there to find. argv: the contract test of the broken scenario
 * and the counting interposer.
 */
#include "check.h"
#include "codegen/capture.h"

#include <signal.h>

static const char *const faults[] = {
    "other: the scenario calls itself \"broken\"",
    "other: the question does not end in a question mark",
    "other: touch does not say what an iteration writes and reads",
    "other: the parameter's name is not of [a-z0-9_]+",
    "other: the value 1 stands twice",
    "broken/extra_alloc: 1 iterations made 2 allocs, declared are 1",
    "broken/extra_alloc: 1000 iterations made 1001 frees, declared are 1000",
    "broken/wrong_bytes: 1000 iterations made 32000 bytes, declared are 16000",
    "broken/extra_realloc: 2 iterations made 1 reallocs, declared are 0",
    "broken/setup_leak: no call: 1 allocs, but 0 frees after teardown",
    "broken/wrong_sum: checksum of 65537 iterations is 2147516417, that of honest 2147516416",
    "broken/remembering: the second call of 1 iterations gives 2, the first 1",
    "broken/Bad-Name: the variant's name is not of [a-z0-9_]+",
    "broken/twin: two variants have this name",
    "broken/two_runs: both run and run_for are given",
    "broken/no_run: neither run nor run_for is given",
    "broken/lone_teardown: teardown is given without setup",
    "broken/no_reason: skip gives no reason",
    "broken/control_heap: a control calls no allocator, this variant does",
    "broken/no_calls: calls is missing, though the code calls the allocator",
    "broken/calls_nothing: calls is given, though the code calls nothing",
    "broken/unknown_call: calls names memset, which is no allocator function",
    "broken/unknown_source: calls names memset>malloc, which is no allocator function",
    "broken/double_call: calls names malloc twice",
    "broken/only_gcc: code and code_clang disagree whether the source calls the allocator",
    "broken/over_bound/threads:2: 2 iterations made 6 allocs, declared are at most 4",
    "broken/over_bound/threads:2: 1 iterations made 4 frees, declared are at most 2",
    "broken/over_bound/threads:2: 2 iterations made 96 bytes, declared are at most 64",
    "broken/both_threads: both threaded and a number of threads are given",
    "broken/never_and_two: the process must never have had a second thread, and has several",
    "broken/lone_bound: what one thread asks for is exact, expect_at_most is for several",
    "broken/lone_bound: expect_at_most is given without expect",
    "broken/lone_teardown_shared: teardown_shared is given without setup_shared",
    "broken/observed_more: 2 iterations made 3 allocs, declared are 2",
    "broken/observed_more: 2 iterations made 48 bytes, declared are 32",
    "broken/observed_other: observed, 1000 iterations give 499501, else 499500",
    "broken/observed_other: metric 0 has no name that it may have",
    "broken/observed_other: metric 1 has no name that it may have",
    "broken/observed_other: the unit of bytes is not of [a-z0-9_]+",
    "broken/observed_other: the value of infinite is not finite",
    "broken/observed_other: two metrics are called bytes",
    "broken/observed_nothing: nothing was observed",
    "broken/observed_nothing: observed a second time, it has other metrics",
    "broken/never_observed: observe and observe_iterations go together",
    "broken/observed_crowd: only what runs on one thread is observed, this variant has several",
    "broken/bad_storage: storage, tier or code is none of its kind",
};

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    char name[] = "other", preload[4096], *text;
    char *const command[] = {argv[1], name, NULL};
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", argv[2]);

    EXPECT_INT(capture(command, preload, &text), 1);
    /* How many calls there is time for is the machine's affair. */
    EXPECT(strstr(text, "broken/leak: all calls: ") != NULL);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *const found = strstr(text, faults[i]);
        if (found == NULL)
            fprintf(stderr, "not reported: %s\n", faults[i]);
        EXPECT(found != NULL && found[strlen(faults[i])] == '\n');
    }
    EXPECT(strstr(text, "broken/honest") == NULL);
    EXPECT(strstr(text, "broken/crash") == NULL);
    if (check_failures > 0)
        fputs(text, stderr);
    free(text);

    /* Without the interposer nothing is proved, and it says so. */
    EXPECT_INT(capture(command, NULL, &text), 1);
    EXPECT(strstr(text, "the counting interposer is not preloaded\n") != NULL);
    free(text);

    /* A crash names its cell, and stays a crash. */
    setenv("BROKEN_CRASH", "1", 1);
    EXPECT_INT(capture(command, preload, &text), 128 + SIGABRT);
    EXPECT(strstr(text, "broken/crash: crashed in this cell\n") != NULL);
    free(text);
    return check_result();
}
