/*
 * What is registered and set through gbench.h is what runs, and what a benchmark says arrives in
 * the reporter. Times are exact here because the benchmarks say them (manual time).
 */
#include "gbench_rows.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS_MAX = 64 };

/* What a benchmark saw, call by call. */
struct seen {
    int calls;
    int64_t iterations[CALLS_MAX];
    int64_t first[CALLS_MAX];  /* argument 0, when there is one */
    int64_t second[CALLS_MAX]; /* argument 1 */
    size_t arguments;
    const char *name;
    double seconds_per_iteration; /* said as manual time when above 0 */
};

static void loop(void *user, int64_t iterations)
{
    struct seen *const seen = user;
    seen->iterations[seen->calls++ % CALLS_MAX] = iterations;
}

static void look(bm_state *state, void *user)
{
    struct seen *const seen = user;
    const int call = seen->calls++ % CALLS_MAX;
    seen->iterations[call] = bm_max_iterations(state);
    if (seen->arguments > 0)
        seen->first[call] = bm_range_at(state, 0);
    if (seen->arguments > 1)
        seen->second[call] = bm_range_at(state, 1);
    EXPECT_STR(bm_name(state), seen->name);
    EXPECT_INT(bm_iterations_done(state), 0);
    int64_t done = 0;
    BM_LOOP(state, i)
    {
        done += i == done;
    }
    EXPECT_INT(done, bm_max_iterations(state));
    EXPECT_INT(bm_iterations_done(state), done);
    if (seen->seconds_per_iteration > 0)
        bm_set_iteration_time(state, (double)done * seen->seconds_per_iteration);
}

static void test_loop(void)
{
    struct seen seen = {0};
    struct rows rows = {0};
    bm_unit(bm_iterations(bm_register_loop("loop", loop, &seen), 1234), BM_MS);
    EXPECT_INT(rows_run(&rows, NULL), 1);
    EXPECT_INT(seen.calls, 1);
    EXPECT_INT(seen.iterations[0], 1234);
    EXPECT_INT(rows.begun, 1);
    EXPECT_INT(rows.ended, 1);
    EXPECT_INT(rows.count, 1);
    const struct bm_run *const row = &rows.row[0];
    EXPECT_STR(row->function_name, "loop");
    EXPECT_STR(row->name, "loop/iterations:1234");
    EXPECT_STR(row->args, "");
    EXPECT_STR(row->label, "");
    EXPECT_STR(row->message, "");
    EXPECT_INT(row->iterations, 1234);
    EXPECT_INT(row->threads, 1);
    EXPECT_INT(row->repetitions, 1);
    EXPECT_INT(row->repetition_index, 0);
    EXPECT(!row->is_aggregate && !row->skipped && !row->error);
    EXPECT(row->real_ns > 0 && row->real_ns < 1e6); /* milliseconds would be far below 1e-3 */
    EXPECT(row->cpu_ns > 0 && row->cpu_ns < 1e6);
    EXPECT_INT(row->counter_count, 0);
}

static void test_arguments(void)
{
    const char *const names[] = {"size", "kind"};
    const int64_t values[] = {64, -3};
    struct rows rows = {0};
    struct seen seen = {.name = "args", .arguments = 2};
    bm_benchmark *benchmark = bm_register("args", look, &seen);
    bm_arg_names(bm_args(bm_iterations(benchmark, 7), values, 2), names, 2);
    EXPECT_INT(rows_run(&rows, NULL), 1);
    EXPECT_INT(seen.first[0], 64);
    EXPECT_INT(seen.second[0], -3);
    EXPECT_STR(rows.row[0].args, "size:64/kind:-3");
    EXPECT_STR(rows.row[0].function_name, "args");

    seen = (struct seen){.name = "one", .arguments = 1};
    bm_arg(bm_arg(bm_iterations(bm_register("one", look, &seen), 1), 5), 6);
    EXPECT_INT(rows_run(&rows, NULL), 2);
    EXPECT_INT(seen.first[0], 5);
    EXPECT_INT(seen.first[1], 6);
    EXPECT_STR(rows.row[1].args, "6");

    static const int64_t powers[] = {1, 4, 16, 64}, steps[] = {2, 5, 8};
    seen = (struct seen){.name = "range", .arguments = 1};
    benchmark = bm_range_multiplier(bm_register("range", look, &seen), 4);
    bm_iterations(bm_range(benchmark, 1, 64), 1);
    EXPECT_INT(rows_run(&rows, NULL), 4);
    for (int i = 0; i < 4; i++)
        EXPECT_INT(seen.first[i], powers[i]);

    seen = (struct seen){.name = "dense", .arguments = 1};
    bm_iterations(bm_dense_range(bm_register("dense", look, &seen), 2, 8, 3), 1);
    EXPECT_INT(rows_run(&rows, NULL), 3);
    for (int i = 0; i < 3; i++)
        EXPECT_INT(seen.first[i], steps[i]);
}

static void test_repetitions(void)
{
    struct seen seen = {.name = "repeated", .seconds_per_iteration = 1e-3};
    struct rows rows = {0};
    bm_benchmark *benchmark = bm_use_manual_time(bm_register("repeated", look, &seen));
    bm_repetitions(bm_iterations(benchmark, 20), 5);
    rows_run(&rows, NULL);
    EXPECT_INT(seen.calls, 5);
    EXPECT_INT(rows.count, 5 + 4);
    for (int i = 0; i < 5; i++) {
        EXPECT_INT(seen.iterations[i], 20);
        EXPECT(!rows.row[i].is_aggregate);
        EXPECT_INT(rows.row[i].repetition_index, i);
        EXPECT_INT(rows.row[i].repetitions, 5);
        EXPECT_NEAR(rows.row[i].real_ns, 1e6, 1e-9);
    }
    static const char *const statistics[] = {"mean", "median", "stddev", "cv"};
    static const double expected[] = {1e6, 1e6, 0, 0};
    for (int i = 0; i < 4; i++) {
        const struct bm_run *const row = &rows.row[5 + i];
        EXPECT(row->is_aggregate);
        EXPECT_STR(row->aggregate_name, statistics[i]);
        EXPECT_INT(row->aggregate_is_ratio, i == 3);
        EXPECT_INT(row->repetition_index, -1);
        EXPECT_INT(row->iterations, 5);
        EXPECT(fabs(row->real_ns - expected[i]) <= 1e-3);
    }

    benchmark = bm_iterations(bm_register("repeated", look, &seen), 2);
    bm_report_aggregates_only(bm_repetitions(benchmark, 3));
    rows_run(&rows, NULL);
    EXPECT_INT(rows.count, 4);
    EXPECT(rows.row[0].is_aggregate);
}

static void count(bm_state *state, void *user)
{
    (void)user;
    while (bm_keep_running_batch(state, bm_max_iterations(state)))
        ;
    bm_set_iteration_time(state, 2);
    bm_set_label(state, "labelled");
    bm_set_counter(state, "plain", 10, BM_COUNTER_PLAIN);
    bm_set_counter(state, "rate", 10, BM_COUNTER_RATE);
    bm_set_counter(state, "per_thread", 10, BM_COUNTER_AVG_THREADS);
    bm_set_counter(state, "each", 10, BM_COUNTER_ITERATION_INVARIANT);
    bm_set_counter(state, "per_iteration", 10, BM_COUNTER_AVG_ITERATIONS);
    bm_set_counter(state, "inverse", 10, BM_COUNTER_INVERT);
    bm_set_counter(state, "seconds_each", 10, BM_COUNTER_RATE | BM_COUNTER_INVERT);
    bm_set_bytes_processed(state, 4096);
    bm_set_items_processed(state, 50);
}

static void test_counters(void)
{
    struct rows rows = {0};
    bm_iterations(bm_use_manual_time(bm_register("count", count, NULL)), 100);
    rows_run(&rows, NULL);
    const struct bm_run *const row = &rows.row[0];
    EXPECT_STR(row->label, "labelled");
    EXPECT_NEAR(row->real_ns, 2e7, 1e-9);
    EXPECT_INT(row->counter_count, 9);
    for (size_t i = 1; i < row->counter_count; i++)
        EXPECT(strcmp(row->counters[i - 1].name, row->counters[i].name) < 0);
    EXPECT_NEAR(rows_counter(row, "plain"), 10, 1e-9);
    EXPECT_NEAR(rows_counter(row, "rate"), 5, 1e-9);
    EXPECT_NEAR(rows_counter(row, "per_thread"), 10, 1e-9);
    EXPECT_NEAR(rows_counter(row, "each"), 1000, 1e-9);
    EXPECT_NEAR(rows_counter(row, "per_iteration"), 0.1, 1e-9);
    EXPECT_NEAR(rows_counter(row, "inverse"), 0.1, 1e-9);
    EXPECT_NEAR(rows_counter(row, "seconds_each"), 0.2, 1e-9);
    EXPECT_NEAR(rows_counter(row, "bytes_per_second"), 2048, 1e-9);
    EXPECT_NEAR(rows_counter(row, "items_per_second"), 25, 1e-9);

    /* Three threads of 100 iterations in 2 s each: an iteration takes 20 ms in its thread. */
    bm_threads(bm_iterations(bm_use_manual_time(bm_register("count", count, NULL)), 100), 3);
    rows_run(&rows, NULL);
    EXPECT_INT(row->threads, 3);
    EXPECT_INT(row->iterations, 300);
    EXPECT_NEAR(row->real_ns, 2e7, 1e-9);
    EXPECT_NEAR(rows_counter(row, "plain"), 30, 1e-9);
    EXPECT_NEAR(rows_counter(row, "per_thread"), 10, 1e-9);
    EXPECT_NEAR(rows_counter(row, "rate"), 15, 1e-9);
    EXPECT_NEAR(rows_counter(row, "seconds_each"), 2.0 / 30, 1e-9);

    /* By CPU time: what all did, in the time that one of them took. */
    bm_benchmark *const benchmark = bm_register("count", count, NULL);
    bm_repetitions(bm_threads(bm_iterations(benchmark, 100), 3), 2);
    rows_run(&rows, NULL);
    for (int i = 0; i < 3; i++) { /* two repetitions, and their mean */
        const double cpu_s = rows.row[i].cpu_ns * 1e-9 * 100;
        if (i < 2)
            EXPECT_NEAR(rows_counter(&rows.row[i], "rate") * cpu_s, 30, 1e-6);
        EXPECT_NEAR(rows_counter(&rows.row[i], "seconds_each") * 30, cpu_s, 1e-6);
    }
}

struct crowd {
    pthread_mutex_t lock;
    int entered[8]; /* by thread index */
    pthread_t caller;
};

static void gather(bm_state *state, void *user)
{
    struct crowd *const crowd = user;
    const int index = bm_thread_index(state);
    pthread_mutex_lock(&crowd->lock);
    EXPECT(index >= 0 && index < bm_thread_count(state));
    crowd->entered[index & 7]++;
    EXPECT_INT(pthread_equal(pthread_self(), crowd->caller) != 0, index == 0);
    pthread_mutex_unlock(&crowd->lock);
    BM_LOOP(state, i) {}
}

static void test_threads(void)
{
    struct crowd crowd = {.lock = PTHREAD_MUTEX_INITIALIZER, .caller = pthread_self()};
    struct rows rows = {0};
    bm_thread_range(bm_iterations(bm_register("gather", gather, &crowd), 9), 1, 4);
    EXPECT_INT(rows_run(&rows, NULL), 3); /* 1, 2, 4 */
    static const int expected[8] = {3, 2, 1, 1, 0, 0, 0, 0};
    for (int i = 0; i < 8; i++)
        EXPECT_INT(crowd.entered[i], expected[i]);
    EXPECT_INT(rows.row[2].threads, 4);
    EXPECT_INT(rows.row[2].iterations, 36);
    EXPECT(rows.row[2].real_ns > 0);
}

static void test_length(void)
{
    /* An iteration says it takes 1 ms. Runs grow until one is long enough. */
    struct seen seen = {.name = "long", .seconds_per_iteration = 1e-3};
    struct rows rows = {0};
    bm_min_time(bm_use_manual_time(bm_register("long", look, &seen)), 0.05);
    rows_run(&rows, NULL);
    EXPECT(rows.row[0].iterations >= 50 && rows.row[0].iterations <= 700);
    EXPECT_INT(seen.iterations[seen.calls - 1], rows.row[0].iterations);
    EXPECT_INT(seen.iterations[0], 1);
    for (int i = 1; i < seen.calls; i++)
        EXPECT(seen.iterations[i] > seen.iterations[i - 1]);

    /* A warm-up makes runs of its own: then the growth starts again. */
    seen = (struct seen){.name = "warm", .seconds_per_iteration = 1e-3};
    bm_benchmark *const benchmark = bm_use_manual_time(bm_register("warm", look, &seen));
    bm_min_warmup_time(benchmark, 0.02);
    rows_run(&rows, NULL);
    int starts = 0;
    for (int i = 0; i < seen.calls; i++)
        starts += seen.iterations[i] == 1;
    EXPECT_INT(starts, 2);
    EXPECT(rows.row[0].iterations >= 500); /* the minimal time that comes with it */

    seen = (struct seen){.name = "clocks"};
    bm_iterations(bm_use_real_time(bm_register("clocks", look, &seen)), 3);
    bm_iterations(bm_measure_process_cpu_time(bm_register("clocks", look, &seen)), 3);
    rows_run(&rows, NULL);
    EXPECT_STR(rows.row[0].name, "clocks/iterations:3/real_time");
    EXPECT_STR(rows.row[1].name, "clocks/iterations:3/process_time");
    EXPECT(rows.row[1].cpu_ns > 0);
}

static void pausing(bm_state *state, void *user)
{
    (void)user;
    BM_LOOP(state, i)
    {
        bm_pause_timing(state);
        sleep(1);
        if (i == 0)
            bm_resume_timing(state);
    } /* left with the clock stopped: no harm */
}

static void test_pause(void)
{
    struct rows rows = {0};
    bm_iterations(bm_register("pausing", pausing, NULL), 2);
    rows_run(&rows, NULL);
    EXPECT(rows.row[0].real_ns > 0 && rows.row[0].real_ns < 0.25e9); /* not the second */
    EXPECT(!rows.row[0].skipped);
}

static void collect(const char *full_name, void *user)
{
    char *const all = user;
    strcat(strcat(all, full_name), "\n");
}

static void test_selection(void)
{
    struct rows rows = {0};
    struct seen alpha = {0}, beta = {0};
    char names[256] = "";
    for (int i = 0; i < 6; i++) {
        alpha.calls = beta.calls = 0;
        bm_iterations(bm_register_loop("alpha", loop, &alpha), 1);
        bm_iterations(bm_arg(bm_register_loop("beta", loop, &beta), 3), 1);
        switch (i) {
        case 0:
            EXPECT_INT(bm_list(NULL, collect, names), 2);
            EXPECT_STR(names, "alpha/iterations:1\nbeta/3/iterations:1\n");
            EXPECT_INT(bm_list("beta", collect, names), 1);
            EXPECT_INT(alpha.calls + beta.calls, 0);
            EXPECT_INT(rows_run(&rows, NULL), 2); /* listing has not become a habit */
            EXPECT_INT(alpha.calls + beta.calls, 2);
            break;
        case 1:
            EXPECT_INT(rows_run(&rows, "^alpha"), 1);
            EXPECT_INT(beta.calls, 0);
            break;
        case 2:
            EXPECT_INT(rows_run(&rows, "-alpha"), 1);
            EXPECT_STR(rows.row[0].function_name, "beta");
            break;
        case 3:
            EXPECT_INT(rows_run(&rows, "gamma"), 0);
            break;
        case 4:
            EXPECT_INT(rows_run(&rows, "*["), 0);
            break;
        default:
            rows.refuse = true;
            rows_run(&rows, NULL);
            EXPECT_INT(rows.begun, 1);
            EXPECT_INT(alpha.calls + beta.calls, 0);
        }
    }
    rows.refuse = false;
    EXPECT_INT(rows_run(&rows, NULL), 0); /* nothing is registered any more */
}

static void test_flags(void)
{
    char program[] = "gbench_test", filter[] = "--benchmark_filter=^chosen", other[] = "other";
    char minimal[] = "--benchmark_min_time=0.25s", bare[] = "--benchmark_min_time=0.05";
    char *arguments[] = {program, minimal, other, filter, NULL};
    int argument_count = 4;
    bm_initialize(&argument_count, arguments);
    EXPECT_INT(argument_count, 2);
    EXPECT_STR(arguments[1], "other");
    EXPECT(bm_report_unrecognized_arguments(argument_count, arguments));
    EXPECT(!bm_report_unrecognized_arguments(1, arguments));

    for (int i = 0; i < 2; i++) {
        struct rows rows = {0};
        struct seen seen = {.name = "chosen", .seconds_per_iteration = 1e-3};
        bm_use_manual_time(bm_register("chosen", look, &seen));
        bm_register("passed_over", look, &seen);
        EXPECT_INT(rows_run(&rows, NULL), 1);
        EXPECT(rows.row[0].iterations >= (i == 0 ? 250 : 50));
        EXPECT(rows.row[0].iterations < (i == 0 ? 3500 : 250));
        char *again[] = {program, bare, NULL};
        argument_count = 2;
        bm_initialize(&argument_count, again);
        EXPECT_INT(argument_count, 1);
    }
}

/* Runs twice with the library's own reporter and returns what it printed. */
static const char *own_output(void)
{
    static char text[16384];
    FILE *const file = tmpfile();
    const int terminal = dup(STDOUT_FILENO);
    if (file == NULL || terminal < 0)
        abort();
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    for (int i = 0; i < 2; i++) {
        struct seen seen = {0};
        bm_iterations(bm_register_loop(i == 0 ? "once" : "again", loop, &seen), 2);
        EXPECT_INT(bm_run_specified_benchmarks(".", NULL), 1);
        bm_clear_registered();
    }
    fflush(stdout);
    dup2(terminal, STDOUT_FILENO);
    close(terminal);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void test_own_reporter(void)
{
    char program[] = "gbench_test", format[] = "--benchmark_format=json";
    char *arguments[] = {program, format, NULL};
    int argument_count = 2;
    bm_initialize(&argument_count, arguments);
    bm_add_context("pool", "of 64 bytes");
    const char *const text = own_output();
    EXPECT(strstr(text, "\"pool\": \"of 64 bytes\"") != NULL);
    EXPECT(strstr(text, "\"name\": \"once/iterations:2\"") != NULL);
    EXPECT(strstr(text, "\"name\": \"again/iterations:2\"") != NULL);
    const bool debug = strstr(text, "\"library_build_type\": \"debug\"") != NULL;
    EXPECT_INT((bm_library_caps() & BM_CAP_DEBUG_BUILD) != 0, debug);
    EXPECT_INT(bm_library_caps() & ~(unsigned)(BM_CAP_DEBUG_BUILD | BM_CAP_SKIP_MESSAGE), 0);

    int major = 0, minor = 0;
    EXPECT_INT(sscanf(bm_library_version(), "%d.%d", &major, &minor), 2);
    EXPECT(major == 1 && minor >= 7);
    EXPECT_INT((bm_library_caps() & BM_CAP_SKIP_MESSAGE) != 0, minor >= 8);
}

static void break_iterations(void)
{
    bm_min_time(bm_iterations(bm_register_loop("broken", loop, NULL), 1), 1);
}

static void break_arguments(void)
{
    const int64_t values[] = {1, 2};
    bm_args(bm_arg(bm_register_loop("broken", loop, NULL), 1), values, 2);
}

static void overrun(bm_state *state, void *user)
{
    (void)user;
    for (int i = 0; i < 3; i++)
        bm_keep_running_batch(state, bm_max_iterations(state));
}

static void overreach(bm_state *state, void *user)
{
    (void)user;
    bm_range_at(state, 1);
}

static void break_loop(void)
{
    struct rows rows = {0};
    bm_iterations(bm_register("broken", overrun, NULL), 1);
    rows_run(&rows, ".");
}

static void break_range(void)
{
    struct rows rows = {0};
    bm_arg(bm_register("broken", overreach, NULL), 1);
    rows_run(&rows, ".");
}

static void break_name(void)
{
    bm_register_loop(NULL, loop, NULL);
}

/* A broken rule aborts, however the library was built. */
static void test_rules(void)
{
    static void (*const breaks[])(void) = {break_iterations, break_arguments, break_loop,
                                           break_range, break_name};
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        fflush(NULL);
        const pid_t child = fork();
        if (child == 0) {
            if (freopen("/dev/null", "w", stderr) == NULL)
                _exit(1);
            breaks[i]();
            _exit(0);
        }
        int status = 0;
        EXPECT(waitpid(child, &status, 0) == child);
        EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

int main(void)
{
    test_rules(); /* while there is but one thread */
    test_loop();
    test_arguments();
    test_repetitions();
    test_counters();
    test_threads();
    test_length();
    test_pause();
    test_selection();
    test_flags();
    test_own_reporter();
    return check_result();
}
