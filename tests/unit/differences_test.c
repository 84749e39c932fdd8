/* What differs between runs, and which of it makes a comparison unfair. */
#include "check.h"
#include "data/differences.h"
#include "data/recorded.h"

enum { RUNS = 3 };

/* Three good runs that are alike, but for `key` of the second. NULL: as the others. */
static void make(struct recorded_run runs[RUNS], const char *key, const char *value)
{
    static const char *const facts[][2] = {
        {"host.name", "a"},     {"host.date_utc", "now"},   {"cpu.model", "CPU"},
        {"cpu.governor", ""},   {"cpu.governor.why", "no"}, {"build.compiler", "gcc"},
        {"build.flags", "-O2"}, {"build.type", "Release"},  {"build.sanitizers", "none"},
        {"build.commit", "c"},  {"run.seed", "1"},          {"run.ended", "budget"},
        {"run.rounds", "11"},   {"os.kernel", "Linux 6"},   {"allocator.x.version", "1"},
        {"noise_floor", "0.02"}};
    for (size_t r = 0; r < RUNS; r++) {
        runs[r] = (struct recorded_run){
            .directory = "d", .has_samples = true, .has_machine = true, .noise_floor = 0.02};
        for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
            keyvalues_set(&runs[r].machine, facts[i][0], facts[i][1]);
    }
    if (key != NULL)
        keyvalues_set(&runs[1].machine, key, value);
}

static void free_runs(struct recorded_run runs[RUNS])
{
    for (size_t r = 0; r < RUNS; r++)
        recorded_free(&runs[r]);
}

/* With that fact of the second run: how many differences, and the only warning, or none. */
static void expect(const char *key, const char *value, size_t count, const char *warning)
{
    struct recorded_run runs[RUNS];
    struct differences found;
    make(runs, key, value);
    differences_find(runs, RUNS, &found);
    EXPECT_INT(found.count, count);
    if (count == 1 && found.count == 1) {
        EXPECT_STR(found.items[0].key, key);
        EXPECT_STR(found.items[0].values[1], value);
        const char *const other = found.items[0].values[0];
        EXPECT(other == NULL || strcmp(other, value) != 0);
        EXPECT((other == NULL) == (found.items[0].values[2] == NULL));
    }
    EXPECT_INT(found.warning_count, warning != NULL);
    if (warning != NULL && found.warning_count == 1) {
        if (strstr(found.warnings[0], warning) == NULL)
            fprintf(stderr, "%s=%s: %s\n", key, value, found.warnings[0]);
        EXPECT(strstr(found.warnings[0], warning) != NULL);
    }
    differences_free(&found);
    free_runs(runs);
}

static void test_facts(void)
{
    expect(NULL, NULL, 0, NULL);
    expect("host.date_utc", "later", 0, NULL);
    expect("host.name", "other", 0, NULL);
    expect("run.rounds", "12", 0, NULL);
    expect("noise_floor", "0.03", 0, NULL);
    expect("cpu.governor.why", "other", 0, NULL);
    expect("os.kernel", "Linux 7", 1, NULL);
    expect("allocator.x.version", "2", 1, NULL);
    expect("allocator.y.version", "2", 1, NULL); /* only one run has it */
    expect("build.commit", "d", 1, NULL);
    expect("cpu.model", "other", 1, "not a fair comparison, the CPUs differ");
    expect("cpu.governor", "powersave", 1, "the governors differ");
    expect("build.flags", "-O3", 1, "not a fair comparison, the flags differ");
    expect("build.compiler", "clang", 1, "the compilers differ");
    expect("run.seed", "2", 1, "the seeds differ");
    expect("build.type", "Debug", 1, "B is of a Debug build");
    expect("build.sanitizers", "address", 1, "B was built with sanitizers (address)");
    expect("build.commit", "c-dirty", 1, "B was built from changed files");
    expect("run.ended", "signal", 1, "B was stopped early (signal)");
    expect("run.ended", "", 1, "B did not come to its end");
}

static void test_runs(void)
{
    struct recorded_run runs[RUNS];
    struct differences found;
    make(runs, NULL, NULL);
    runs[0].has_samples = false;
    runs[1].noise_floor = (double)NAN;
    keyvalues_free(&runs[2].machine);
    runs[2].has_machine = false;
    differences_find(runs, RUNS, &found);
    EXPECT_INT(found.count, 0); /* what is not known does not differ */
    EXPECT_INT(found.warning_count, 3);
    if (found.warning_count == 3) {
        EXPECT(strstr(found.warnings[0], "A has no samples.csv") != NULL);
        EXPECT(strstr(found.warnings[1], "B has no noise floor") != NULL);
        EXPECT(strstr(found.warnings[2], "C has no machine.csv") != NULL);
    }
    differences_free(&found);
    free_runs(runs);
}

static void test_labels(void)
{
    char label[DIFFERENCES_LABEL_BYTES];
    differences_label(0, label);
    EXPECT_STR(label, "A");
    differences_label(25, label);
    EXPECT_STR(label, "Z");
    differences_label(26, label);
    EXPECT_STR(label, "R27");
}

int main(void)
{
    test_facts();
    test_runs();
    test_labels();
    return check_result();
}
