/*
 * A benchmark program of your own, in C: what does it cost to fill and to copy a block?
 *
 * It needs two headers of this project (gbench.h, keep.h) and its gbench library, which `make`
 * builds. From the project's directory, with the build in build/:
 *
 *     cc -O2 -Iharness benches/example/own_benchmark.c build/harness/libgbench.a -lbenchmark \
 *        -lpthread -lstdc++ -lm -o own_benchmark
 *     ./own_benchmark --benchmark_filter=copy --benchmark_repetitions=5
 *
 * It takes all flags of Google Benchmark; --help lists them.
 */
#include "gbench.h"
#include "keep.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The simplest kind: a function with a loop in it. All of the function is timed. */
static void fill_64(void *user, int64_t iterations)
{
    (void)user;
    char block[64];
    for (int64_t i = 0; i < iterations; i++) {
        memset(block, (int)i, sizeof block);
        KEEP_PTR(block); /* the block is observed, or the compiler would not fill it */
    }
}

/* Full control: what is in BM_LOOP is timed, what stands before and behind it is not. */
static void copy(bm_state *state, void *user)
{
    const char *const label = user;
    const size_t size = (size_t)bm_range_at(state, 0);
    char *const from = calloc(1, size), *const to = malloc(size);
    if (from == NULL || to == NULL) {
        bm_skip_with_error(state, "out of memory");
    } else {
        BM_LOOP(state, i)
        {
            KEEP_PTR(from); /* may have changed: every iteration reads it again */
            memcpy(to, from, size);
            KEEP_PTR(to);
        }
        bm_set_bytes_processed(state, bm_max_iterations(state) * (int64_t)size);
        bm_set_label(state, label);
    }
    free(to);
    free(from);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"bytes"};
    static char label[] = "both blocks in the cache";
    bm_initialize(&argc, argv);
    if (bm_report_unrecognized_arguments(argc, argv))
        return 2;

    bm_register_loop("fill_64", fill_64, NULL);

    bm_benchmark *const benchmark = bm_register("copy", copy, label);
    bm_range(bm_range_multiplier(benchmark, 16), 64, 16384);
    bm_arg_names(benchmark, names, 1);

    return bm_run_specified_benchmarks(NULL, NULL) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
