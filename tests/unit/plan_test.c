/* Selecting and counting the cells of a plan made by hand; asking programs for their cells. */
#include "check.h"
#include "error.h"
#include "run/plan.h"
#include "tree.h"

/* Two scenarios: one swept, with cells of every kind, and one that is not. */
static struct plan_scenario scenarios[] = {
    {.name = (char[]){"closures"}, .param = (char[]){""}},
    {.name = (char[]){"return_pointer"}, .param = (char[]){"size"}},
};

#define CLOSURES(label, where, ...)       \
    {                                     \
        .scenario = 0,                    \
        .id = {.scenario = "closures",    \
               .variant = (label),        \
               .storage = (where),        \
               .param = "",               \
               .value = "",               \
               .threads = 1,              \
               .allocator = ""},          \
        .skip = (char[]){""}, __VA_ARGS__ \
    }

#define POINTER(label, where, size, ...)     \
    {                                        \
        .scenario = 1,                       \
        .id = {.scenario = "return_pointer", \
               .variant = (label),           \
               .storage = (where),           \
               .param = "size",              \
               .value = (size),              \
               .threads = 1,                 \
               .allocator = ""},             \
        .skip = (char[]){""}, __VA_ARGS__    \
    }

static struct plan_cell cells[] = {
    CLOSURES("direct", "stack", .tier = BENCH_KEY, .control = true),
    CLOSURES("closure", "heap", .tier = BENCH_DEFAULT, .heap = true),
    POINTER("malloc", "heap", "64", .tier = BENCH_KEY, .heap = true),
    POINTER("malloc", "heap", "4096", .tier = BENCH_EXTENDED, .heap = true),
    POINTER("malloc_depth8", "heap", "64", .tier = BENCH_DEFAULT, .heap = true),
    POINTER("pool", "pool", "64", .tier = BENCH_KEY),
    POINTER("pool", "pool", "4096", .tier = BENCH_DEFAULT),
};

static struct plan plan = {
    .scenarios = scenarios,
    .scenario_count = BENCH_COUNT(scenarios),
    .cells = cells,
    .cell_count = BENCH_COUNT(cells),
};

static struct error error;

/* The cells that the patterns select, as a text of one letter each; "error" with the message. */
static const char *selected(size_t count, const char *const *patterns)
{
    static char text[BENCH_COUNT(cells) + 1];
    error.text[0] = '\0';
    if (plan_select(&plan, patterns, count, &error) != 0)
        return "error";
    EXPECT_STR(error.text, "");
    for (size_t i = 0; i < BENCH_COUNT(cells); i++)
        text[i] = cells[i].selected ? 'x' : '.';
    return text;
}

#define SELECTED(...)                                                         \
    selected(sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *), \
             (const char *const[]){__VA_ARGS__})

static void test_patterns(void)
{
    EXPECT_STR(selected(0, NULL), "xxxxxxx");
    /* On the variant. */
    EXPECT_STR(SELECTED("malloc"), "..xxx..");
    EXPECT_STR(SELECTED("return_pointer/malloc/"), "..xx...");
    EXPECT_STR(SELECTED("malloc/size:64$"), "..x....");
    EXPECT_STR(SELECTED("size:64"), "..x.xx.");
    EXPECT_STR(SELECTED("closures"), "xx.....");
    EXPECT_STR(SELECTED("^closures/direct$"), "x......");
    /* On the storage, in the variant's place. */
    EXPECT_STR(SELECTED("/heap"), ".xxxx..");
    EXPECT_STR(SELECTED("return_pointer/heap/size:64"), "..x.x..");
    EXPECT_STR(SELECTED("/(stack|pool)"), "x....xx");
    /* Several patterns are a union; an earlier selection does not stay. */
    EXPECT_STR(SELECTED("direct", "pool/size:4096"), "x.....x");
    EXPECT_STR(SELECTED("return_pointer|closures"), "xxxxxxx");
    EXPECT_STR(SELECTED("/pool/"), ".....xx");
}

static void test_wrong_patterns(void)
{
    EXPECT_STR(SELECTED("retrun_pointer"), "error");
    EXPECT_STR(error.text, "no cell matches 'retrun_pointer'; did you mean 'return_pointer'?");
    EXPECT_STR(SELECTED("closure_s/direct"), "error");
    EXPECT_STR(error.text, "no cell matches 'closure_s/direct'; did you mean 'closures'?");
    /* The scenario is right, what follows is not. */
    EXPECT_STR(SELECTED("closures/nothing"), "error");
    EXPECT_STR(error.text, "no cell matches 'closures/nothing'; `allocost list` shows them all");
    EXPECT_STR(SELECTED("zzz"), "error");
    EXPECT_STR(error.text, "no cell matches 'zzz'; `allocost list` shows them all");
    /* One that is right does not excuse another. */
    EXPECT_STR(SELECTED("malloc", "zzz"), "error");
    EXPECT_STR(SELECTED("malloc("), "error");
    EXPECT(strncmp(error.text, "'malloc(' is no regular expression: ", 36) == 0);
    EXPECT(strlen(error.text) > 36);
    EXPECT_STR(SELECTED("[a"), "error");
}

static void test_names(void)
{
    char name[64];
    plan_cell_name(&cells[0], name, sizeof name);
    EXPECT_STR(name, "closures/direct");
    plan_cell_name(&cells[3], name, sizeof name);
    EXPECT_STR(name, "return_pointer/malloc/size:4096");
    plan_cell_name(&cells[3], name, 10);
    EXPECT_STR(name, "return_po");
    EXPECT_STR(plan_tier_name(BENCH_KEY), "key");
    EXPECT_STR(plan_tier_name(BENCH_DEFAULT), "default");
    EXPECT_STR(plan_tier_name(BENCH_EXTENDED), "extended");
}

/* Cells of more than one thread say so in their name, and can be chosen by it. */
static void test_threads(void)
{
    cells[4].id.threads = 2;
    cells[6].id.threads = 4;
    char name[64];
    plan_cell_name(&cells[4], name, sizeof name);
    EXPECT_STR(name, "return_pointer/malloc_depth8/size:64/threads:2");
    EXPECT_STR(SELECTED("size:64$"), "..x..x.");
    EXPECT_STR(SELECTED("/threads:"), "....x.x");
    EXPECT_STR(SELECTED("/pool/size:4096/threads:4$"), "......x");

    EXPECT_STR(selected(0, NULL), "xxxxxxx");
    static const unsigned wanted[] = {4, 1};
    EXPECT_INT(plan_select_threads(&plan, wanted, 2, &error), 0);
    EXPECT(cells[0].selected && cells[5].selected && cells[6].selected && !cells[4].selected);
    EXPECT_STR(SELECTED("pool", "depth8"), "....xxx");
    EXPECT_INT(plan_select_threads(&plan, wanted, 1, &error), 0);
    EXPECT_INT(plan_selected(&plan), 1);
    EXPECT(cells[6].selected);
    /* What is not selected does not count as being there. */
    EXPECT_STR(SELECTED("pool"), ".....xx");
    static const unsigned absent[] = {1, 2};
    EXPECT_INT(plan_select_threads(&plan, absent, 2, &error), -1);
    EXPECT_STR(error.text, "none of the selected cells is one of 2 threads here; "
                           "`allocost list` shows which there are");
    cells[4].id.threads = cells[6].id.threads = 1;
}

static void test_processes(void)
{
    EXPECT_STR(selected(0, NULL), "xxxxxxx");
    EXPECT_INT(plan_cell_runs(&cells[0], 3), 3); /* a control runs under each */
    EXPECT_INT(plan_cell_runs(&cells[2], 3), 3);
    EXPECT_INT(plan_cell_runs(&cells[5], 3), 1);
    EXPECT_INT(plan_round_processes(&plan, BENCH_KEY, 3), 3 + 3 + 1);
    EXPECT_INT(plan_round_processes(&plan, BENCH_DEFAULT, 3), 7 + 3 + 3 + 1);
    EXPECT_INT(plan_round_processes(&plan, BENCH_EXTENDED, 3), 14 + 3);
    EXPECT_INT(plan_round_processes(&plan, BENCH_EXTENDED, 1), 7);
    /* Neither what is not selected, nor what the build skips, nor what failed everywhere. */
    EXPECT_STR(SELECTED("return_pointer"), "..xxxxx");
    EXPECT_INT(plan_round_processes(&plan, BENCH_EXTENDED, 2), 3 * 2 + 2);
    char why[] = "no reason";
    cells[2].skip = why;
    cells[5].failure = why;
    EXPECT_INT(plan_round_processes(&plan, BENCH_EXTENDED, 2), 2 * 2 + 1);
    cells[2].skip = (char[]){""};
    EXPECT_INT(plan_round_processes(&plan, BENCH_EXTENDED, 2), 3 * 2 + 1);
    cells[5].failure = NULL;
}

/* Cells that do a given trace again are measured first when there is one, and not at all otherwise.
 */
static void test_trace(void)
{
    cells[3].traced = true;
    EXPECT_STR(selected(0, NULL), "xxxxxxx");
    EXPECT_INT(plan_set_trace(&plan, false, &error), 0);
    EXPECT_INT(plan_selected(&plan), 6);
    EXPECT(!cells[3].selected);
    EXPECT_INT(cells[3].tier, BENCH_EXTENDED);
    EXPECT_STR(SELECTED("malloc/size:4096"), "...x...");
    EXPECT_INT(plan_set_trace(&plan, false, &error), -1);
    EXPECT_STR(error.text, "these cells need a trace: give it with --trace FILE");
    EXPECT_STR(SELECTED("malloc/size:4096"), "...x...");
    EXPECT_INT(plan_set_trace(&plan, true, &error), 0);
    EXPECT(cells[3].selected);
    EXPECT_INT(cells[3].tier, BENCH_KEY);
    cells[3].traced = false;
    cells[3].tier = BENCH_EXTENDED;
}

/* A program of a directory of its own, which prints these lines to its third descriptor. */
static const char *make_program(const char *name, const char *lines)
{
    char *const script = check_format("#!/bin/sh\ncat >&3 <<'end'\n%send\n", lines);
    char *const path = tree_write(name, script);
    free(script);
    if (chmod(path, 0755) != 0)
        abort();
    *strrchr(path, '/') = '\0';
    return path;
}

#define SCENARIO_B "scenario\tb\tWhat?\tall of it\tsize\nlibrary\t1.7.1\trelease\n"

static void test_discovery(void)
{
    make_program("good/bench_b", SCENARIO_B
                 "cell\tmalloc\t64\theap\t1\t0\t1\t\tcalls\tmalloc free\t0x10\t\t4\t66\t0\n"
                 "cell\tnone\t\tstack\t0\t1\t0\tother\tnothing\t\t0x20\tnot here\t1\t0\t1\n"
                 "done\n");
    tree_write("good/bench_b.txt", "not a program");
    tree_write("good/bench_c", "may not be executed");
    const char *const directory =
        make_program("good/bench_a", "scenario\ta\tWhy?\tnothing\t\nlibrary\t1.7.1\tdebug\ndone\n");
    struct plan found;
    EXPECT_INT(plan_discover(directory, &found, &error), 0);
    EXPECT_INT(found.scenario_count, 2);
    EXPECT_INT(found.cell_count, 2);
    EXPECT_STR(found.scenarios[0].name, "a");
    EXPECT_STR(found.scenarios[0].library_build, "debug");
    EXPECT_STR(found.scenarios[1].question, "What?");
    EXPECT_STR(found.scenarios[1].param, "size");
    const struct plan_cell *const heap = &found.cells[0];
    EXPECT_INT(heap->observe_ms, 66);
    /* As long as two processes more, under each of two allocators. */
    EXPECT_INT(plan_round_processes(&found, BENCH_EXTENDED, 2), 2 * (1 + 2));
    EXPECT_STR(heap->id.scenario, "b");
    EXPECT_STR(heap->id.param, "size");
    EXPECT_STR(heap->id.value, "64");
    EXPECT_INT(heap->tier, BENCH_DEFAULT);
    EXPECT(heap->heap && !heap->control && heap->never_threaded && heap->selected);
    EXPECT_STR(heap->calls, "malloc free");
    EXPECT_INT(heap->id.threads, 4);
    const struct plan_cell *const unswept = &found.cells[1];
    EXPECT_STR(unswept->id.param, "");
    EXPECT_STR(unswept->id.value, "");
    EXPECT_INT(unswept->id.threads, 1);
    EXPECT(!unswept->heap && unswept->control && !unswept->never_threaded);
    EXPECT_STR(unswept->work, "other");
    EXPECT_STR(unswept->skip, "not here");
    EXPECT(unswept->traced && !heap->traced);
    plan_free(&found);
}

/* What the plan says of a directory whose only program prints these lines. */
static const char *discovery_error(const char *name, const char *lines)
{
    char *const program = check_format("%s/bench_x", name);
    const char *const directory = make_program(program, lines);
    free(program);
    struct plan found;
    error.text[0] = '\0';
    EXPECT_INT(plan_discover(directory, &found, &error), -1);
    EXPECT_INT(found.cell_count, 0);
    EXPECT_INT(found.scenario_count, 0);
    EXPECT(strstr(error.text, "bench_x: ") != NULL);
    const char *const reason = strstr(error.text, ": ");
    return reason != NULL ? reason + 2 : error.text;
}

static void test_broken_programs(void)
{
    const char *const unclear = "its description cannot be understood; build it again";
    EXPECT_STR(discovery_error("early", SCENARIO_B), "ended without its last line");
    EXPECT_STR(discovery_error("words", SCENARIO_B "nonsense\tx\ndone\n"), unclear);
    EXPECT_STR(discovery_error("twice", SCENARIO_B SCENARIO_B "done\n"), unclear);
    EXPECT_STR(discovery_error("nameless", "library\t1.7.1\trelease\ndone\n"), unclear);
    EXPECT_STR(discovery_error("short", SCENARIO_B "cell\tmalloc\t64\theap\ndone\n"), unclear);
    EXPECT_STR(
        discovery_error("tier", SCENARIO_B
                        "cell\tm\t64\theap\t9\t0\t1\t\tcalls\tmalloc\t0x1\t\t1\t0\t0\ndone\n"),
        unclear);
    EXPECT_STR(
        discovery_error("threads", SCENARIO_B
                        "cell\tm\t64\theap\t1\t0\t1\t\tcalls\tmalloc\t0x1\t\t0\t0\t0\ndone\n"),
        unclear);
    struct plan found;
    *strrchr(tree_path("nothing/x"), '/') = '\0';
    EXPECT_INT(plan_discover(tree_path("nothing"), &found, &error), -1);
    EXPECT(strstr(error.text, "build them first") != NULL);
}

int main(void)
{
    test_patterns();
    test_wrong_patterns();
    test_names();
    test_threads();
    test_processes();
    test_trace();
    test_discovery();
    test_broken_programs();
    return check_result();
}
