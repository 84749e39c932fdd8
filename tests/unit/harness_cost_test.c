/*
 * The harness adds no instruction to an iteration. Counted by valgrind, exactly, three ways with
 * the same work:
 *
 *   direct   main calls the loop, as one would by hand
 *   library  the same machine code, registered by bm_register_loop with a fixed iteration count
 *   macro    the same loop in the source, written with BM_LOOP
 *
 * What is counted is what is executed from the moment the library calls our function to its return:
 * starting and stopping the clock is part of it, printing and finding out about the machine, which
 * are never twice the same, are not. In `direct` it is the loop's function. Each way is counted
 * with N and with 2 N iterations; the difference is what N iterations cost, everything that is done
 * once falls out, and what is left must be the same number in all three.
 *
 * In `library` there is a second proof: the count of the loop's function alone grows by just as
 * much, so nothing outside it depends on N.
 *
 * The program calls itself under valgrind: `way iterations`.
 */
#include "check.h"
#include "gbench.h"
#include "harness_cost_kernel.h"
#include "keep.h"

#include <inttypes.h>

enum { ITERATIONS = 100000 };

/* Names of callgrind for the functions within which it counts. */
#define IN_LOOP "kernel"
#define IN_BENCHMARK "*LambdaBenchmark*::Run*"

static void with_macro(bm_state *state, void *user)
{
    uint64_t *const result = user;
    uint64_t sum = *result;
    BM_LOOP(state, i)
    {
        sum += (uint64_t)i;
        KEEP_VAL(sum);
    }
    *result = sum;
}

/* The program that is counted. */
static int run(const char *way, int64_t iterations)
{
    uint64_t result = 0;
    bm_set_clock_hz(1e9);
    if (strcmp(way, "direct") == 0) {
        kernel(&result, iterations);
    } else {
        bm_iterations(strcmp(way, "macro") == 0 ? bm_register("counted", with_macro, &result)
                                                : bm_register_loop("counted", kernel, &result),
                      iterations);
        if (bm_run_specified_benchmarks(NULL, NULL) != 1)
            return 1;
    }
    const uint64_t n = (uint64_t)iterations;
    return result == n * (n - 1) / 2 ? 0 : 1;
}

/* Instructions within the functions `in`. 0 and a failed check when they could not be counted. */
static uint64_t count(const char *program, const char *in, const char *way, int64_t iterations)
{
    char command[2048], line[512];
    snprintf(command, sizeof command,
             "valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='%s' "
             "'%s' %s %" PRId64 " 2>&1 >/dev/null",
             in, program, way, iterations);
    FILE *const pipe = popen(command, "r");
    if (pipe == NULL)
        abort();
    uint64_t counted = 0;
    while (fgets(line, sizeof line, pipe) != NULL) {
        const char *const word = strstr(line, "Collected : ");
        if (word != NULL)
            counted = strtoull(word + strlen("Collected : "), NULL, 10);
    }
    EXPECT_INT(pclose(pipe), 0);
    EXPECT(counted > 0);
    return counted;
}

/* What ITERATIONS more of them cost. */
static uint64_t count_difference(const char *program, const char *in, const char *way)
{
    const uint64_t once = count(program, in, way, ITERATIONS);
    const uint64_t twice = count(program, in, way, 2 * ITERATIONS);
    printf("%-8s within %-24s %9" PRIu64 " %9" PRIu64 ": %.5f an iteration\n", way, in, once, twice,
           (double)(twice - once) / ITERATIONS);
    return twice - once;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return run(argv[1], strtoll(argv[2], NULL, 10));
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    printf("skipped: valgrind cannot run a program with a sanitizer\n");
    return TEST_SKIPPED;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    printf("skipped: valgrind cannot run a program with a sanitizer\n");
    return TEST_SKIPPED;
#endif
#endif
    if (system("valgrind --version >/dev/null 2>&1") != 0) {
        printf("skipped: no valgrind\n");
        return TEST_SKIPPED;
    }
    const char *const program = argv[0];
    const uint64_t direct = count_difference(program, IN_LOOP, "direct");
    EXPECT(direct >= 2 * (uint64_t)ITERATIONS && direct <= 8 * (uint64_t)ITERATIONS);
    EXPECT_INT(count_difference(program, IN_LOOP, "library"), direct);
    EXPECT_INT(count_difference(program, IN_BENCHMARK, "library"), direct);
    EXPECT_INT(count_difference(program, IN_BENCHMARK, "macro"), direct);
    return check_result();
}
