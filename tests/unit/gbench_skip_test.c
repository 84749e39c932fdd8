/*
 * Runs that do not go to their end (skipped, left early) and the hooks around runs. One bad run
 * must never stop, hang or falsify the others.
 */
#include "gbench_rows.h"

#include <pthread.h>

/* Where a run gives up. */
enum place { NOWHERE, BEFORE, INSIDE, BEHIND };

struct plan {
    enum place place;
    int at_call; /* the call that gives up, from 0 */
    bool plain;  /* with a message, not an error */
    int calls;
};

static void give_up(bm_state *state, const struct plan *plan)
{
    EXPECT(!bm_skipped(state));
    if (plan->plain)
        bm_skip_with_message(state, "not today");
    else
        bm_skip_with_error(state, "it broke");
    EXPECT(bm_skipped(state));
}

static void planned(bm_state *state, void *user)
{
    struct plan *const plan = user;
    const bool now = plan->calls++ == plan->at_call;
    if (now && plan->place == BEFORE) {
        give_up(state, plan);
        return;
    }
    while (bm_keep_running_batch(state, bm_max_iterations(state)))
        if (now && plan->place == INSIDE) {
            give_up(state, plan);
            bm_pause_timing(state); /* has no effect any more, and does no harm */
            bm_resume_timing(state);
        }
    bm_set_iteration_time(state, 1);
    bm_set_counter(state, "counted", 1, BM_COUNTER_PLAIN);
    if (now && plan->place == BEHIND)
        give_up(state, plan);
}

static void expect_skipped(const struct bm_run *row, const struct plan *plan)
{
    EXPECT(row->skipped);
    EXPECT_INT(row->error, !plan->plain);
    EXPECT_STR(row->message, plan->plain ? "not today" : "it broke");
    EXPECT(isnan(row->real_ns) && isnan(row->cpu_ns));
    EXPECT_INT(row->counter_count, 0);
}

/* One repetition of five gives up: it alone is marked, and the statistics are over the others. */
static void test_one_repetition(enum place place, int at_call, bool plain)
{
    struct plan plan = {.place = place, .at_call = at_call, .plain = plain};
    struct rows rows = {0};
    bm_benchmark *const benchmark = bm_use_manual_time(bm_register("planned", planned, &plan));
    bm_repetitions(bm_iterations(benchmark, 10), 5);
    rows_run(&rows, NULL);
    EXPECT_INT(plan.calls, 5);
    EXPECT_INT(rows.count, 5 + 4);
    for (int i = 0; i < 5; i++) {
        if (i == at_call) {
            expect_skipped(&rows.row[i], &plan);
        } else {
            EXPECT(!rows.row[i].skipped && !rows.row[i].error);
            EXPECT_STR(rows.row[i].message, "");
            EXPECT_NEAR(rows.row[i].real_ns, 1e8, 1e-9);
        }
        EXPECT_INT(rows.row[i].repetition_index, i);
    }
    EXPECT_STR(rows.row[5].aggregate_name, "mean");
    EXPECT_NEAR(rows.row[5].real_ns, 1e8, 1e-9);
}

/* The first repetition gives up: so do the others, without a call, until the next time. */
static void test_first_repetition(enum place place, bool plain)
{
    struct plan plan = {.place = place, .at_call = 0, .plain = plain};
    struct rows rows = {0};
    const struct bm_reporter_ops ops = {rows_begin, rows_add, rows_end};
    bm_reporter *const reporter = bm_reporter_new(&ops, &rows);
    bm_benchmark *const benchmark = bm_use_manual_time(bm_register("planned", planned, &plan));
    bm_repetitions(bm_iterations(benchmark, 10), 4);
    bm_run_specified_benchmarks(NULL, reporter);
    EXPECT_INT(plan.calls, 1);
    EXPECT_INT(rows.count, 4);
    for (int i = 0; i < 4; i++)
        expect_skipped(&rows.row[i], &plan);

    rows.count = 0;
    bm_run_specified_benchmarks(NULL, reporter);
    EXPECT_INT(plan.calls, 5);
    EXPECT(!rows.row[0].skipped);
    bm_reporter_free(reporter);
    bm_clear_registered();
}

/* The same while runs still grow, and with a warm-up before. */
static void test_growing(void)
{
    for (int i = 0; i < 6; i++) {
        struct plan plan = {.place = INSIDE, .at_call = i};
        struct rows rows = {0};
        bm_benchmark *const benchmark = bm_register("planned", planned, &plan);
        bm_repetitions(bm_min_time(bm_use_manual_time(benchmark), 1e-3), 3);
        if (i >= 3)
            bm_min_warmup_time(benchmark, 1e-3);
        rows_run(&rows, NULL);
        EXPECT(rows.count >= 3);
        int skipped = 0;
        for (size_t k = 0; k < rows.count; k++)
            skipped += rows.row[k].skipped;
        if (i == 0)
            EXPECT_INT(skipped, 3);
    }
}

static void return_early(bm_state *state, void *user)
{
    (void)user;
    (void)state;
}

static void return_inside(bm_state *state, void *user)
{
    (void)user;
    BM_LOOP(state, i)
    {
        if (i == 3)
            return;
    }
}

static void break_inside(bm_state *state, void *user)
{
    (void)user;
    BM_LOOP(state, i)
    {
        if (i == 3)
            break;
    }
}

static void continue_inside(bm_state *state, void *user)
{
    int64_t *const sum = user;
    BM_LOOP(state, i)
    {
        if (i == 3)
            continue;
        *sum += i;
    }
}

static void overshoot(bm_state *state, void *user)
{
    (void)user;
    while (bm_keep_running_batch(state, 4))
        ;
    EXPECT_INT(bm_iterations_done(state), 12);
}

static void test_left_early(void)
{
    bm_fn *const functions[] = {return_early, return_inside, break_inside};
    for (size_t i = 0; i < 3; i++)
        for (int threads = 1; threads <= 2; threads++) {
            struct rows rows = {0};
            bm_threads(bm_iterations(bm_register("early", functions[i], NULL), 10), threads);
            rows_run(&rows, NULL);
            EXPECT_INT(rows.count, 1);
            EXPECT(rows.row[0].error);
            EXPECT(strlen(rows.row[0].message) > 0);
        }
    struct rows rows = {0};
    int64_t sum = 0;
    bm_iterations(bm_register("continue", continue_inside, &sum), 10);
    rows_run(&rows, NULL);
    EXPECT(!rows.row[0].skipped);
    EXPECT_INT(sum, 45 - 3);

    bm_iterations(bm_register("overshoot", overshoot, NULL), 10);
    rows_run(&rows, NULL);
    EXPECT_INT(rows.row[0].iterations, 12);
}

/* One of three threads gives up at one of the places; the others must not wait for it. */
struct one_of_three {
    enum place place;
    int index;
};

static void one_gives_up(bm_state *state, void *user)
{
    const struct one_of_three *const who = user;
    const bool me = bm_thread_index(state) == who->index;
    if (me && who->place == BEFORE)
        bm_skip_with_error(state, "alone");
    else
        while (bm_keep_running_batch(state, bm_max_iterations(state)))
            if (me && who->place == INSIDE) {
                bm_skip_with_error(state, "alone");
                return;
            }
    if (me && who->place == BEHIND)
        bm_skip_with_error(state, "alone");
}

static void test_threads(void)
{
    for (int index = 0; index < 3; index++)
        for (enum place place = NOWHERE; place <= BEHIND; place++) {
            struct one_of_three who = {place, index};
            struct rows rows = {0};
            bm_benchmark *const benchmark = bm_register("alone", one_gives_up, &who);
            bm_repetitions(bm_threads(bm_iterations(benchmark, 5), 3), 2);
            rows_run(&rows, NULL);
            EXPECT(rows.count >= 2);
            EXPECT_INT(rows.row[0].error, place != NOWHERE);
            EXPECT_INT(rows.row[1].error, place != NOWHERE);
            EXPECT_STR(rows.row[1].message, place != NOWHERE ? "alone" : "");
        }
}

/* Hooks and functions of one benchmark, in the order in which they were called. */
struct order {
    pthread_mutex_t lock;
    int setups;
    int teardowns;
    int inside; /* threads in the function */
    int calls;
    bool skip;
};

struct hook {
    struct order *order;
    int threads; /* that the hook must be told of */
};

static void set_up(bm_state *state, void *user)
{
    const struct hook *const hook = user;
    struct order *const order = hook->order;
    pthread_mutex_lock(&order->lock);
    EXPECT_INT(order->setups, order->teardowns);
    EXPECT_INT(order->inside, 0);
    EXPECT_INT(bm_thread_count(state), hook->threads);
    EXPECT_INT(bm_thread_index(state), 0);
    EXPECT_INT(bm_range_at(state, 0), 77);
    order->setups++;
    if (order->skip)
        bm_skip_with_message(state, "no use");
    pthread_mutex_unlock(&order->lock);
}

static void work(bm_state *state, void *user)
{
    struct order *const order = user;
    pthread_mutex_lock(&order->lock);
    order->calls++;
    order->inside++;
    EXPECT_INT(order->setups, order->teardowns + 1);
    pthread_mutex_unlock(&order->lock);
    BM_LOOP(state, i) {}
    bm_set_iteration_time(state, 1e-6 * (double)bm_max_iterations(state));
    pthread_mutex_lock(&order->lock);
    order->inside--;
    pthread_mutex_unlock(&order->lock);
}

static void tear_down(bm_state *state, void *user)
{
    struct order *const order = user;
    (void)state;
    pthread_mutex_lock(&order->lock);
    EXPECT_INT(order->inside, 0);
    order->teardowns++;
    pthread_mutex_unlock(&order->lock);
}

static void test_hooks(int threads, bool skip)
{
    struct order order = {.lock = PTHREAD_MUTEX_INITIALIZER, .skip = skip};
    struct hook hook = {&order, threads};
    struct rows rows = {0};
    bm_benchmark *const benchmark = bm_threads(bm_register("work", work, &order), threads);
    bm_min_time(bm_use_manual_time(bm_arg(benchmark, 77)), 1e-3);
    bm_teardown(bm_setup(bm_repetitions(benchmark, 3), set_up, &hook), tear_down, &order);
    rows_run(&rows, NULL);
    EXPECT_INT(order.setups, order.teardowns);
    if (skip) {
        EXPECT_INT(order.calls, 0);
        EXPECT_INT(order.setups, 1);
        EXPECT_INT(rows.count, 3);
        EXPECT(rows.row[2].skipped && !rows.row[2].error);
        EXPECT_STR(rows.row[2].message, "no use");
    } else {
        EXPECT(order.setups > 3); /* growing runs, then the other repetitions */
        EXPECT_INT(order.calls, order.setups * threads);
        EXPECT_INT(rows.count, 3 + 4);
    }
}

int main(void)
{
    for (enum place place = BEFORE; place <= BEHIND; place++)
        for (int plain = 0; plain < 2; plain++) {
            for (int call = 1; call < 5; call++)
                test_one_repetition(place, call, plain);
            test_first_repetition(place, plain);
        }
    test_growing();
    test_left_early();
    test_threads();
    for (int threads = 1; threads <= 3; threads++) {
        test_hooks(threads, false);
        test_hooks(threads, true);
    }
    return check_result();
}
