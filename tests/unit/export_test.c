/* Every format, read back by a reader as strict as its description. */
#include "check.h"
#include "data/export.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/observation.h"
#include "data/replicate.h"
#include "data/summary.h"
#include "error.h"
#include "json.h"
#include "synthetic.h"

#include <ctype.h>
#include <stdbool.h>

enum { ROUNDS = 9 };

/* Names with the syntax of every format in them. */
#define HOSTILE "a b\t|c\"d\\e`f``g%h/i=j\nk\xc3\xa9\xff-8"
#define HOSTILE_BENCHFMT "a%20b%09%7Cc%22d%5Ce%60f%60%60g%25h%2Fi%3Dj%0Ak%C3%A9%FF-8"

/* A run, as the formats get it. */
struct run {
    struct samples samples;
    struct keyvalues machine;
    struct summary summary;
    struct replicated replicated;
    struct metric_values observed;
};

static void make(struct run *run)
{
    *run = (struct run){.samples = {0}};
    for (unsigned round = 1; round <= ROUNDS; round++) {
        synthetic_process(&run->samples, round, "stack", "stack", "", 2 + 0.01 * round, SAMPLE_OK);
        synthetic_process(&run->samples, round, "heap", "heap", "glibc", 10 + 0.01 * round,
                          SAMPLE_OK);
        synthetic_process(&run->samples, round, "heap", "heap", HOSTILE, 20 + 0.01 * round,
                          SAMPLE_OK);
        synthetic_process(&run->samples, round, "loud", "heap", "glibc", 30, SAMPLE_NOISY);
    }
    struct sample failed = synthetic_row(1, "broken", "heap", "glibc", 1);
    failed.status = SAMPLE_FAILED;
    failed.ns_per_op = failed.cpu_ns_per_op = (double)NAN;
    failed.detail = "crashed | \n`x`";
    samples_add(&run->samples, &failed);
    struct sample threaded = synthetic_row(1, "many", "stack", "", 5);
    threaded.cell.threads = 4;
    threaded.cpu_ns_per_op = (double)NAN;
    samples_add(&run->samples, &threaded);
    /* One process of two tells no CPU time. */
    struct sample half = synthetic_row(1, "half", "stack", "", 6);
    samples_add(&run->samples, &half);
    half.round = 2;
    half.cpu_ns_per_op = (double)NAN;
    samples_add(&run->samples, &half);
    for (size_t i = 0; i < run->samples.count; i++)
        run->samples.rows[i].cpu_ns_per_op /= 2;
    keyvalues_set(&run->machine, "cpu.max_khz", "3500000");
    keyvalues_set(&run->machine, "cpu.model", HOSTILE);
    keyvalues_set(&run->machine, "cpu.architecture", "x86_64");
    keyvalues_set(&run->machine, "host.name", HOSTILE);
    keyvalues_set(&run->machine, "build.flags", "");
    keyvalues_set(&run->machine, "os.load_average", "0.5 1.25 2");
    keyvalues_set(&run->machine, "cache.l1d_bytes", "32768");
    keyvalues_set(&run->machine, "cache.l1d_shared_by", "1");
    keyvalues_set(&run->machine, "noise_floor", "0.02");
    EXPECT_INT(summary_compute(&run->samples, NULL, NULL, &run->summary, NULL), 0);
    for (size_t i = 0; i < run->summary.count; i++)
        if (strcmp(run->summary.rows[i].cell.variant, "heap") == 0) {
            run->summary.rows[i].allocs_per_op = 1;
            run->summary.rows[i].frees_per_op = 1.0 / 3;
            run->summary.rows[i].bytes_per_op = 64;
        }
    replicated_build(&run->samples, NULL, &run->replicated);
}

static void free_run(struct run *run)
{
    samples_free(&run->samples);
    keyvalues_free(&run->machine);
    summary_free(&run->summary);
    replicated_free(&run->replicated);
    free(run->observed.items);
}

static char *write_format(const struct run *run, void (*write)(const struct export_input *, FILE *))
{
    const struct export_input input = {.summary = &run->summary,
                                       .replicated = &run->replicated,
                                       .machine = &run->machine,
                                       .observed = run->observed.items,
                                       .observed_count = run->observed.count};
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const file = open_memstream(&text, &size_bytes);
    write(&input, file);
    fclose(file);
    EXPECT_INT(strlen(text), size_bytes);
    return text;
}

/* ---- Go's benchmark format, by golang.org/design/14313-benchmark-format ---- */

/* What was found in the lines. */
struct lines {
    size_t results, configurations, units, comments;
    double ns_sum;         /* of the results of variant=heap/allocator=glibc */
    size_t hostile, exact; /* results of the hostile allocator; units that are exact */
};

/* A whole number, or one as strconv.ParseFloat has it. */
static bool is_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && strspn(text, "0123456789.eE+-") == strlen(text);
}

/* `Benchmark...` iterations, then values with their units. */
static bool read_result(char *line, struct lines *lines)
{
    char *fields[40];
    size_t count = 0;
    char *rest = NULL;
    for (char *field = strtok_r(line, " ", &rest); field != NULL && count < 40;
         field = strtok_r(NULL, " ", &rest))
        fields[count++] = field;
    double value;
    if (count < 4 || count % 2 != 0 || !isupper((unsigned char)fields[0][strlen("Benchmark")]) ||
        strspn(fields[1], "0123456789") != strlen(fields[1]))
        return false;
    /* Parts behind the first are key=value; a name must not end as one with a -N does. */
    char *const name = fields[0];
    for (const char *part = strchr(name, '/'); part != NULL; part = strchr(part + 1, '/')) {
        const size_t length = strcspn(part + 1, "/");
        const char *const equals = memchr(part + 1, '=', length);
        if (equals == NULL || equals == part + 1)
            return false;
    }
    const char *const dash = strrchr(name, '-');
    if (dash != NULL && strspn(dash + 1, "0123456789") == strlen(dash + 1))
        return false;
    for (size_t i = 2; i < count; i += 2) {
        if (!is_number(fields[i], &value) || strchr(fields[i + 1], '/') == NULL)
            return false;
        if (i == 2 && strcmp(fields[3], "ns/op") != 0)
            return false;
        if (i == 2 && strcmp(name, "BenchmarkScenario/variant=heap/allocator=glibc") == 0)
            lines->ns_sum += value;
    }
    lines->hostile += strcmp(name, "BenchmarkScenario/variant=heap/allocator=" HOSTILE_BENCHFMT
                                   "/threads=1") == 0;
    lines->results++;
    return true;
}

/* `Unit` unit key=value... */
static bool read_unit(const char *line, struct lines *lines)
{
    char unit[40], better[40], assume[40] = "";
    const int count = sscanf(line, "Unit %39s %39s %39s", unit, better, assume);
    lines->units++;
    lines->exact += count == 3;
    const char *const right = strcmp(unit, "ops/s") == 0 ? "better=higher" : "better=lower";
    return count >= 2 && strcmp(better, right) == 0 &&
           (count == 2 || strcmp(assume, "assume=exact") == 0);
}

/* `key: value`, the key without capitals and spaces. */
static bool read_configuration(const char *line, struct lines *lines)
{
    const size_t length = strcspn(line, ":");
    for (size_t i = 0; i < length; i++)
        if (isspace((unsigned char)line[i]) || isupper((unsigned char)line[i]))
            return false;
    lines->configurations++;
    return islower((unsigned char)line[0]) && line[length] == ':' && line[length + 1] == ' ' &&
           line[length + 2] != '\0';
}

static void test_benchfmt(void)
{
    struct run run;
    make(&run);
    char *const text = write_format(&run, export_benchfmt);
    struct lines lines = {.results = 0};
    EXPECT(text[strlen(text) - 1] == '\n');
    EXPECT(strstr(text, "\nBenchmarkScenario/variant=heap/allocator=glibc 1000 10.01 ns/op "
                        "5.005 cpu-ns/op 1 allocs/op 0.333333333333 frees/op 64 B/op\n") != NULL);
    EXPECT(strstr(text, "\nBenchmarkScenario/variant=half 1000 6 ns/op\n") != NULL);
    for (const char *at = text; *at != '\0'; at++)
        EXPECT(*at == '\n' || (unsigned char)*at >= 0x20);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && rest != NULL;) {
        char *const copy = check_strdup(line);
        bool right = true;
        if (*line == '#')
            lines.comments++;
        else if (strncmp(line, "Benchmark", 9) == 0)
            right = read_result(line, &lines);
        else if (strncmp(line, "Unit ", 5) == 0)
            right = read_unit(line, &lines);
        else
            right = read_configuration(line, &lines);
        if (!right)
            fprintf(stderr, "not of the format: %s\n", copy);
        EXPECT(right);
        free(copy);
    }
    EXPECT_INT(lines.results, 4 * ROUNDS + 3);
    EXPECT_INT(lines.hostile, ROUNDS);
    EXPECT_INT(lines.configurations, 4);
    EXPECT_INT(lines.units, 8);
    EXPECT_INT(lines.exact, 4);
    EXPECT_INT(lines.comments, 3); /* the noise floor, the noisy cell, the failed one */
    EXPECT_NEAR(lines.ns_sum, ROUNDS * 10 + 0.01 * ROUNDS * (ROUNDS + 1) / 2, 1e-9);
    free(text);
    free_run(&run);
}

/* ---- Google Benchmark's JSON, by what its tools/gbench/report.py takes from it ---- */

static double number(const struct json *object, const char *key)
{
    const struct json *const member = json_get(object, key);
    EXPECT(member != NULL && member->kind == JSON_NUMBER);
    return member != NULL ? member->number : (double)NAN;
}

static const char *string(const struct json *object, const char *key)
{
    const struct json *const member = json_get(object, key);
    EXPECT(member != NULL && member->kind == JSON_STRING);
    return member != NULL && member->text != NULL ? member->text : "";
}

/* The times of a name, as the tool collects them. */
static size_t times_of(const struct json *benchmarks, const char *name, double *real_sum)
{
    size_t count = 0;
    *real_sum = 0;
    for (const struct json *entry = benchmarks->first; entry != NULL; entry = entry->next)
        if (strcmp(string(entry, "name"), name) == 0) {
            *real_sum += number(entry, "real_time");
            EXPECT_STR(string(entry, "time_unit"), "ns");
            EXPECT(json_get(entry, "cpu_time") != NULL);
            EXPECT_INT(number(entry, "repetitions"), ROUNDS);
            count++;
        }
    return count;
}

static void test_gbench_json(void)
{
    struct run run;
    make(&run);
    char *const text = write_format(&run, export_gbench_json);
    const char *fault = NULL;
    struct json *const root = json_parse(text, &fault);
    if (root == NULL)
        fprintf(stderr, "no JSON at: %.60s\n", fault);
    EXPECT(root != NULL);
    const struct json *const context = json_get(root, "context");
    const struct json *const benchmarks = json_get(root, "benchmarks");
    EXPECT_INT(json_count(root), 2);
    EXPECT_STR(string(context, "host_name"), "a b\\x09|c\"d\\e`f``g%h/i=j\\nk\xc3\xa9\\xff-8");
    EXPECT_INT(json_count(json_get(context, "load_avg")), 3);
    EXPECT_INT(json_count(json_get(context, "caches")), 1);
    EXPECT_INT(number(json_get(context, "caches")->first, "size"), 32768);

    EXPECT_INT(number(context, "mhz_per_cpu"), 3500);

    size_t iterations = 0, aggregates = 0, labelled = 0;
    for (const struct json *entry = benchmarks->first; entry != NULL; entry = entry->next) {
        const char *const type = string(entry, "run_type");
        const bool aggregate = strcmp(type, "aggregate") == 0;
        EXPECT(aggregate || strcmp(type, "iteration") == 0);
        EXPECT(number(entry, "real_time") > 0);
        EXPECT(number(entry, "iterations") >= 1);
        EXPECT(number(entry, "threads") >= 1);
        EXPECT(strncmp(string(entry, "name"), string(entry, "run_name"),
                       strlen(string(entry, "run_name"))) == 0);
        if (aggregate) {
            EXPECT_STR(string(entry, "aggregate_name"), "median");
            if (strcmp(string(entry, "name"), "scenario/heap/allocator:glibc_median") == 0)
                EXPECT_NEAR(number(entry, "cpu_time"), 5.025, 1e-9);
            EXPECT(json_get(entry, "repetition_index") == NULL);
        } else {
            EXPECT(number(entry, "repetition_index") < number(entry, "repetitions"));
        }
        /* The second of its family is the heap under another allocator, and nothing else. */
        const char *const name = string(entry, "run_name");
        EXPECT_INT(number(entry, "per_family_instance_index"),
                   strncmp(name, "scenario/heap/allocator:a", 25) == 0);
        if (strcmp(name, "scenario/half") == 0)
            EXPECT(json_get(entry, "cpu_time") == NULL); /* all or none */
        labelled += json_get(entry, "label") != NULL;
        iterations += !aggregate;
        aggregates += aggregate;
    }
    EXPECT_INT(iterations, 4 * ROUNDS + 3);
    EXPECT_INT(aggregates, 6);
    EXPECT_INT(labelled, ROUNDS + 1);
    double sum;
    EXPECT_INT(times_of(benchmarks, "scenario/heap/allocator:glibc", &sum), ROUNDS);
    EXPECT_NEAR(sum, ROUNDS * 10 + 0.01 * ROUNDS * (ROUNDS + 1) / 2, 1e-9);
    EXPECT_INT(times_of(benchmarks, "scenario/heap/allocator:glibc_median", &sum), 1);
    EXPECT_NEAR(sum, 10.05, 1e-9);
    EXPECT(strstr(text, "scenario/many/threads:4") != NULL);
    EXPECT(strstr(text, "broken") == NULL);
    json_free(root);
    free(text);
    free_run(&run);
}

/* ---- Markdown tables, by GitHub's specification, section 4.10 ---- */

/* How many cells a line of a table has: bars that no backslash stands before part them. */
static size_t cells_in(const char *line)
{
    size_t bars = 0;
    for (const char *at = line; *at != '\0'; at++)
        bars += *at == '|' && (at == line || at[-1] != '\\');
    return bars > 0 && *line == '|' && line[strlen(line) - 1] == '|' ? bars - 1 : 0;
}

static void test_markdown(void)
{
    struct run run;
    make(&run);
    char *const text = write_format(&run, export_markdown);
    EXPECT(strstr(text, "```a b\\x09\\|c\"d\\e`f``g%h/i=j\\nk\xc3\xa9\\xff-8```") != NULL);
    EXPECT(strstr(text, "Noise floor: 2.0 %.") != NULL);
    EXPECT(strstr(text, "| `stack` | `stack` | 2.05 |") != NULL);
    EXPECT(strstr(text, "| 10.1 | 20.1 (2.00 ▲) | 1 | 64 |") != NULL);
    EXPECT(strstr(text, "| `many/threads:4` |") != NULL);
    EXPECT(strstr(text, "30.0 (noisy)") != NULL);
    EXPECT(strstr(text, "* `scenario/broken under glibc` failed: `` crashed \\| \\n`x` ``") !=
           NULL);
    size_t rows = 0;
    bool in_table = false;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        for (const char *at = line; *at != '\0'; at++)
            EXPECT((unsigned char)*at >= 0x20);
        if (*line == '|') {
            EXPECT_INT(cells_in(line), 7);
            if (rows == 1)
                EXPECT(strspn(line, "|:-") == strlen(line));
            rows++;
        }
        EXPECT(!in_table || *line == '|' || *line == '\0'); /* nothing inside parts the table */
        in_table = *line == '|';
    }
    EXPECT_INT(rows, 2 + 6 + 3); /* the last ones: the throughput of `many` */
    free(text);
    free_run(&run);
}

/* A run without anything in it, and without a machine. */
static void test_empty(void)
{
    struct run run = {.samples = {0}};
    EXPECT_INT(summary_compute(&run.samples, NULL, NULL, &run.summary, NULL), 0);
    char *const go = write_format(&run, export_benchfmt);
    EXPECT(strstr(go, "\nBenchmark") == NULL);
    char *const json = write_format(&run, export_gbench_json);
    const char *fault;
    struct json *const root = json_parse(json, &fault);
    EXPECT(root != NULL && json_count(json_get(root, "benchmarks")) == 0);
    char *const markdown = write_format(&run, export_markdown);
    EXPECT(strchr(markdown, '|') == NULL);
    json_free(root);
    free(go);
    free(json);
    free(markdown);
    free_run(&run);
}

/* ---- Metrics, in every format ---- */

/* `watched` observed in each round but the second how much was resident, and its round; `many` ran
 * on four threads. */
static void make_observed(struct run *run)
{
    struct observations observations = {0};
    *run = (struct run){.samples = {0}};
    for (unsigned round = 1; round <= ROUNDS; round++) {
        struct sample row = synthetic_row(round, "watched", "heap", "glibc", 10);
        samples_add(&run->samples, &row);
        struct observation observed = {round,   row.cell,       "resident",
                                       "bytes", 4096.0 * round, SAMPLE_OK};
        if (round != 2)
            observations_add(&observations, &observed);
        observed.metric = "depth";
        observed.unit = "count";
        observed.value = -1.0 * round;
        observations_add(&observations, &observed);
        row = synthetic_row(round, "many", "heap", "glibc", 10);
        row.cell.threads = 4;
        row.ops_per_s = 1e6 * round;
        samples_add(&run->samples, &row);
    }
    EXPECT_INT(summary_compute(&run->samples, NULL, NULL, &run->summary, NULL), 0);
    replicated_build(&run->samples, NULL, &run->replicated);
    run->observed = metrics_choose(&run->summary, &observations);
    metrics_add_observations(&run->summary, &observations);
    observations_free(&observations);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* Each process has its own values, not those of all: a reader of samples takes them for samples. */
static void test_metrics(void)
{
    struct run run;
    make_observed(&run);
    char *text = write_format(&run, export_benchfmt);
    EXPECT_INT(count_of(text, " resident-bytes"), ROUNDS - 1);
    EXPECT_INT(count_of(text, " depth-count"), ROUNDS);
    EXPECT_INT(count_of(text, " 4096 resident-bytes -1 depth-count\n"), 1);
    EXPECT_INT(count_of(text, " 36864 resident-bytes -9 depth-count\n"), 1);
    EXPECT_INT(count_of(text, " ops/s\n"), ROUNDS);
    EXPECT_INT(count_of(text, "/threads=4 "), ROUNDS);
    EXPECT_INT(count_of(text, " 3000000 ops/s\n"), 1);
    EXPECT_INT(count_of(text, "Unit ops/s better=higher\n"), 1);
    free(text);

    text = write_format(&run, export_gbench_json);
    const char *fault;
    struct json *const root = json_parse(text, &fault);
    EXPECT(root != NULL);
    size_t own = 0;
    double medians = 0;
    for (const struct json *entry = json_get(root, "benchmarks")->first; entry != NULL;
         entry = entry->next) {
        const struct json *const resident = json_get(entry, "resident-bytes");
        const bool aggregate = strcmp(string(entry, "run_type"), "aggregate") == 0;
        own += resident != NULL && !aggregate;
        medians += aggregate && resident != NULL ? number(entry, "resident-bytes") : 0;
        if (strstr(string(entry, "name"), "/threads:4_median") != NULL)
            EXPECT_NEAR(number(entry, "ops_per_s"), 5e6, 0);
    }
    EXPECT_INT(own, ROUNDS - 1);
    EXPECT_NEAR(medians, 4096 * 5.5, 0); /* of 1, 3, 4, 5, 6, 7, 8, 9 */
    json_free(root);
    free(text);

    text = write_format(&run, export_markdown);
    EXPECT_INT(count_of(text, "| cell | under | metric | unit | median | from | to |\n"), 1);
    EXPECT(strstr(text, "| `watched` | `glibc` | `depth` | `count` | -5 | -8 | -2 |\n") != NULL);
    EXPECT(strstr(text,
                  "| `many/threads:4` | `glibc` | `throughput` | `ops_per_s` | 5M | 2M | 8M |\n") !=
           NULL);
    free(text);
    free_run(&run);

    /* Without any there is nothing of them. */
    run = (struct run){.samples = {0}};
    synthetic_process(&run.samples, 1, "plain", "heap", "glibc", 10, SAMPLE_OK);
    EXPECT_INT(summary_compute(&run.samples, NULL, NULL, &run.summary, NULL), 0);
    replicated_build(&run.samples, NULL, &run.replicated);
    text = write_format(&run, export_markdown);
    EXPECT(strstr(text, "`plain`") != NULL);
    EXPECT_INT(count_of(text, "| metric |"), 0);
    free(text);
    free_run(&run);
}

int main(void)
{
    test_metrics();
    test_benchfmt();
    test_gbench_json();
    test_markdown();
    test_empty();
    return check_result();
}
