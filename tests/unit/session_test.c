/*
 * A session with workers that answer what the test wants: which repetitions are set aside, what is
 * measured again, what fails a cell, and how a run goes on.
 */
#include "check.h"
#include "data/counts.h"
#include "data/keyvalue.h"
#include "data/observation.h"
#include "data/sample.h"
#include "error.h"
#include "run/session.h"
#include "tree.h"

/*
 * The worker. Of each process it says five repetitions of 100 iterations at 3 GHz, but: two_noisy
 * and three_noisy are interrupted in so many of them; once_noisy in all, but in its first process
 * only; clocked has two at another clock, stolen one in which the hypervisor ran others; four does
 * but four. miscounted has an alloc more than declared, leaky a free less, bounded an alloc less
 * than the most; other_sum has another checksum. Calibrated a second time, a cell gets other
 * iterations.
 */
static const char worker[] =
    "#!/bin/sh\n"
    "say() { printf \"$@\" >&3; }\n"
    "rep() { say 'rep\\t%s\\t%s\\t2.5\\t2.4\\t%s\\t7\\t%s\\t%s\\t4e8\\n' $1 $asked $2 $3 $4; }\n"
    "seen() { [ -e \"$0.$1\" ] || { : >\"$0.$1\"; false; }; }\n"
    "if [ \"$1\" = describe ]; then\n"
    "  say 'scenario\\tx\\tWhat?\\tall\\t\\nlibrary\\t1.7.1\\trelease\\n'\n"
    "  for name in quiet two_noisy three_noisy once_noisy clocked stolen four \\\n"
    "    miscounted leaky bounded uncounted slow other_sum; do\n"
    "    say 'cell\\t%s\\t\\theap\\t0\\t0\\t0\\t\\tcalls\\tmalloc free\\t0x10\\t\\t1\\t0\\t0\\n' "
    "$name\n"
    "  done\n"
    "  say 'done\\n'\n"
    "  exit\n"
    "fi\n"
    "say 'provider\\t/lib/libc.so.6\\t2.36\\t1\\t0\\n'\n"
    "cell=${2#--variant=}\n"
    "for word; do case $word in --iterations=*) asked=${word#*=} ;; esac; done\n"
    "case $1 in\n"
    "calibrate)\n"
    "  sum=7 iterations=100\n"
    "  [ $cell != other_sum ] || sum=8\n"
    "  ! seen calibrated_$cell || iterations=50\n"
    "  say 'calibrated\\t%s\\t3.0\\t1000\\t%s\\n' $iterations $sum ;;\n"
    "count)\n"
    "  allocs=100 frees=100 bound=0\n"
    "  [ $cell != miscounted ] || allocs=101\n"
    "  [ $cell != leaky ] || frees=99\n"
    "  [ $cell != bounded ] || allocs=99 bound=1\n"
    "  affordable=$asked\n"
    "  [ $cell != slow ] || affordable=20\n"
    "  [ $cell = uncounted ] || {\n"
    "  say 'affordable\\t%s\\n' $affordable\n"
    "  say 'counts\\t100\\t%s\\t0\\t%s\\t6400\\t6400\\t' $allocs $frees\n"
    "  say '100\\t0\\t100\\t6400\\t%s\\n' $bound; } ;;\n"
    "measure)\n"
    "  disturbed=\n"
    "  case $cell in\n"
    "  two_noisy) disturbed='1 4' ;;\n"
    "  three_noisy) disturbed='1 3 5' ;;\n"
    "  once_noisy) seen measured || disturbed='1 2 3 4 5' ;;\n"
    "  esac\n"
    "  for i in 1 2 3 4 5; do\n"
    "    ghz=3.0 switches=0 steal=0\n"
    "    case \" $disturbed \" in *\" $i \"*) switches=2 ;; esac\n"
    "    case $cell$i in clocked2 | clocked5) ghz=2.8 ;; stolen3) steal=1 ;; four5) break ;; esac\n"
    "    rep $i $ghz $switches $steal\n"
    "  done\n"
    "  say 'metric\\tgap\\tns\\t12.5\\nspent\\t1000\\n' ;;\n"
    "esac\n"
    "say 'done\\n'\n";

static struct error error;

/* Measures the cells of a pattern in a directory of the run's own; the samples are the caller's. */
static struct session_result measure(const char *name, const char *pattern, unsigned rounds,
                                     bool resume, struct samples *samples)
{
    char program[256];
    snprintf(program, sizeof program, "%s/bench_x", name);
    char *const path = tree_write(program, worker);
    if (chmod(path, 0755) != 0)
        abort();
    *strrchr(path, '/') = '\0';
    char *const directory = check_strdup(path);
    char *const count_library = check_format("%s/count.so", directory);
    char *const file = check_format("%s/samples.csv", directory);
    struct plan plan;
    EXPECT_INT(plan_discover(directory, &plan, &error), 0);
    EXPECT_INT(plan_select(&plan, &pattern, 1, &error), 0);
    struct allocator glibc = {.name = (char[]){"glibc"}};
    struct allocators allocators = {.items = &glibc, .count = 1};
    struct keyvalues facts = {.rows = NULL};
    const struct session_options options = {.directory = directory,
                                            .count_library = count_library,
                                            .baseline = "glibc",
                                            .rounds = rounds,
                                            .all = true,
                                            .resume = resume,
                                            .seed = 1};
    struct session_result result;
    EXPECT_INT(session_run(&plan, &allocators, &options, &facts, &result, &error), 0);
    EXPECT_STR(error.text, "");
    EXPECT_INT(samples_load(file, samples, &error), 0);
    keyvalues_free(&facts);
    plan_free(&plan);
    free(file);
    free(count_library);
    free(directory);
    return result;
}

/* Rows of a round and status; of any round when it is 0. */
static size_t rows_of(const struct samples *samples, unsigned round, enum sample_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        count +=
            samples->rows[i].status == status && (round == 0 || samples->rows[i].round == round);
    return count;
}

static const char *detail_of(const struct samples *samples, enum sample_status status)
{
    for (size_t i = 0; i < samples->count; i++)
        if (samples->rows[i].status == status)
            return samples->rows[i].detail;
    return "(none)";
}

static void test_quiet(void)
{
    struct samples samples;
    const struct session_result result = measure("quiet", "quiet", 2, false, &samples);
    EXPECT_STR(result.ended, "rounds");
    EXPECT_INT(result.rounds, 2);
    EXPECT_INT(result.samples, 2);
    EXPECT_INT(result.noisy, 0);
    EXPECT_INT(result.failed, 0);
    EXPECT_INT(samples.count, 10);
    EXPECT_INT(rows_of(&samples, 1, SAMPLE_OK), 5);
    EXPECT_INT(rows_of(&samples, 2, SAMPLE_OK), 5);
    const struct sample *const last = &samples.rows[9];
    EXPECT_STR(last->cell.variant, "quiet");
    EXPECT_STR(last->cell.allocator, "glibc");
    EXPECT_INT(last->rep, 5);
    EXPECT_INT(last->iterations, 100);
    EXPECT_NEAR(last->ns_per_op, 2.5, 0);
    EXPECT_NEAR(last->cpu_ns_per_op, 2.4, 0);
    EXPECT_NEAR(last->core_ghz, 3.0, 0);
    EXPECT_NEAR(last->ops_per_s, 4e8, 0);
    EXPECT(last->has_checksum && last->checksum == 7);
    samples_free(&samples);

    struct counts counts;
    EXPECT_INT(counts_load(tree_path("quiet/counts.csv"), &counts, &error), 0);
    EXPECT_INT(counts.count, 1);
    EXPECT_INT(counts.rows[0].status, SAMPLE_OK);
    EXPECT_INT(counts.rows[0].bytes, 6400);
    counts_free(&counts);
    struct observations observations;
    EXPECT_INT(observations_load(tree_path("quiet/observations.csv"), &observations, &error), 0);
    EXPECT_INT(observations.count, 2);
    EXPECT_INT(observations.rows[1].round, 2);
    EXPECT_STR(observations.rows[1].metric, "gap");
    EXPECT_NEAR(observations.rows[1].value, 12.5, 0);
    EXPECT_INT(observations.rows[1].status, SAMPLE_OK);
    observations_free(&observations);
}

/* A minority that was disturbed is set aside alone, and the process counts. */
static void expect_minority(const char *cell, size_t noisy, const char *detail)
{
    struct samples samples;
    const struct session_result result = measure(cell, cell, 1, false, &samples);
    EXPECT_INT(result.samples, 1);
    EXPECT_INT(result.noisy, 0);
    EXPECT_INT(samples.count, 5);
    EXPECT_INT(rows_of(&samples, 0, SAMPLE_NOISY), noisy);
    EXPECT_INT(rows_of(&samples, 0, SAMPLE_OK), 5 - noisy);
    EXPECT_STR(detail_of(&samples, SAMPLE_NOISY), detail);
    samples_free(&samples);
}

static void test_noisy(void)
{
    expect_minority("two_noisy", 2, "2 involuntary context switches");
    expect_minority("clocked", 2, "core clock 2.80 GHz, of late 3.00");
    expect_minority("stolen", 1, "the hypervisor took the CPU for 1 ticks");

    /* Without a majority all of the process is set aside, and measured again. */
    struct samples samples;
    struct session_result result = measure("three", "three_noisy", 1, false, &samples);
    EXPECT_INT(result.samples, 0);
    EXPECT(result.noisy == 2 || result.noisy == 3); /* a second time, and a third if it was quick */
    EXPECT_INT(samples.count, 5 * result.noisy);
    EXPECT_INT(rows_of(&samples, 1, SAMPLE_NOISY), samples.count);
    EXPECT_STR(samples.rows[1].detail, "2 involuntary context switches");
    samples_free(&samples);
    struct observations observations;
    EXPECT_INT(observations_load(tree_path("three/observations.csv"), &observations, &error), 0);
    EXPECT_INT(observations.count, result.noisy);
    EXPECT_INT(observations.rows[0].status, SAMPLE_NOISY);
    observations_free(&observations);

    /* One that is quiet then ends it. */
    result = measure("once", "once_noisy", 1, false, &samples);
    EXPECT_INT(result.samples, 1);
    EXPECT_INT(result.noisy, 1);
    EXPECT_INT(samples.count, 10);
    EXPECT_INT(rows_of(&samples, 1, SAMPLE_NOISY), 5);
    EXPECT_INT(samples.rows[4].status, SAMPLE_NOISY);
    EXPECT_INT(samples.rows[5].status, SAMPLE_OK);
    samples_free(&samples);
}

/* A cell that fails does so once, and is not measured in later rounds. */
static void expect_failure(const char *name, const char *pattern, size_t ok, const char *detail)
{
    struct samples samples;
    const struct session_result result = measure(name, pattern, 2, false, &samples);
    EXPECT_INT(result.failed, 1);
    EXPECT_INT(rows_of(&samples, 0, SAMPLE_FAILED), 1);
    EXPECT_INT(rows_of(&samples, 0, SAMPLE_OK), ok);
    EXPECT_INT(samples.count, ok + 1);
    EXPECT_STR(detail_of(&samples, SAMPLE_FAILED), detail);
    samples_free(&samples);
}

static void test_failures(void)
{
    expect_failure("four", "/(four|quiet)$", 10, "4 repetitions instead of 5");
    expect_failure("sums", "/(other_sum|quiet|bounded)$", 20,
                   "checksum differs from other variants of equal work");
    expect_failure("counts", "/(miscounted|quiet|bounded)$", 20,
                   "counted 101 allocs, 0 reallocs, 100 frees, 6400 bytes; declared 100, 0, 100, "
                   "6400");
    expect_failure("frees", "/(leaky|quiet)$", 10,
                   "counted 100 allocs, 0 reallocs, 99 frees, 6400 bytes; declared 100, 0, 100, "
                   "6400");
    expect_failure("uncounted", "/(uncounted|quiet)$", 10,
                   "counting pass: the worker did not count");
    /* Of two that differ neither is right. */
    struct samples samples;
    const struct session_result result = measure("tie", "/(other_sum|quiet)$", 1, false, &samples);
    EXPECT_INT(result.failed, 2);
    EXPECT_INT(rows_of(&samples, 0, SAMPLE_FAILED), 2);
    EXPECT_INT(samples.count, 2);
    samples_free(&samples);
    struct counts counts;
    EXPECT_INT(counts_load(tree_path("counts/counts.csv"), &counts, &error), 0);
    EXPECT_INT(counts.count, 3);
    for (size_t i = 0; i < counts.count; i++)
        EXPECT_INT(counts.rows[i].status, strcmp(counts.rows[i].cell.variant, "miscounted") == 0
                                              ? SAMPLE_FAILED
                                              : SAMPLE_OK);
    counts_free(&counts);
}

/* A run that goes on has later rounds and the iterations it had, whatever is calibrated now. */
static void test_resume(void)
{
    struct samples samples;
    measure("resumed", "quiet", 2, false, &samples);
    samples_free(&samples);
    const struct session_result result = measure("resumed", "quiet", 1, true, &samples);
    EXPECT_INT(result.samples, 1);
    EXPECT_INT(samples.count, 15);
    EXPECT_INT(rows_of(&samples, 3, SAMPLE_OK), 5);
    EXPECT_INT(samples.rows[14].iterations, 100);
    samples_free(&samples);
    struct counts counts;
    EXPECT_INT(counts_load(tree_path("resumed/counts.csv"), &counts, &error), 0);
    EXPECT_INT(counts.count, 1); /* counted before */
    counts_free(&counts);
}

/* Under an allocator that is slow for a cell its loop is shorter, also when the run goes on. */
static void test_affordable(void)
{
    struct samples samples;
    for (int resume = 0; resume < 2; resume++) {
        measure("slow", "slow", 1, resume != 0, &samples);
        EXPECT_INT(samples.count, 5 * (size_t)(resume + 1));
        for (size_t i = 0; i < samples.count; i++)
            EXPECT_INT(samples.rows[i].iterations, 20);
        samples_free(&samples);
    }
}

int main(void)
{
    test_quiet();
    test_noisy();
    test_failures();
    test_resume();
    test_affordable();
    return check_result();
}
