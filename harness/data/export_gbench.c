/* The JSON of Google Benchmark. */
#include "data/export.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/replicate.h"
#include "data/stats.h"
#include "data/summary.h"
#include "error.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A string with its quotes (RFC 8259, section 7). */
static void put_string(FILE *file, const char *text)
{
    char *const clean = export_clean(text);
    fputc('"', file);
    for (const char *at = clean; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            fputc('\\', file);
        fputc(*at, file);
    }
    fputc('"', file);
    free(clean);
}

static void put_pair(FILE *file, const char *indent, const char *key, const char *value)
{
    fprintf(file, ",\n%s\"%s\": ", indent, key);
    put_string(file, value);
}

/* ---- The machine ---- */

static void put_caches(const struct export_input *input, FILE *file)
{
    static const struct {
        const char *key, *type;
        int level;
    } caches[] = {
        {"l1d", "Data", 1}, {"l1i", "Instruction", 1}, {"l2", "Unified", 2}, {"l3", "Unified", 3}};
    fputs(",\n    \"caches\": [", file);
    bool first = true;
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        char *const size_key = check_format("cache.%s_bytes", caches[i].key);
        char *const shared_key = check_format("cache.%s_shared_by", caches[i].key);
        const double size = keyvalues_number(input->machine, size_key);
        const double shared = keyvalues_number(input->machine, shared_key);
        free(size_key);
        free(shared_key);
        if (isnan(size) || isnan(shared))
            continue;
        fprintf(
            file,
            "%s\n      {\"type\": \"%s\", \"level\": %d, \"size\": %.0f, \"num_sharing\": %.0f}",
            first ? "" : ",", caches[i].type, caches[i].level, size, shared);
        first = false;
    }
    fputs(first ? "]" : "\n    ]", file);
}

static void put_load(const struct export_input *input, FILE *file)
{
    double load[3];
    fputs(",\n    \"load_avg\": [", file);
    if (sscanf(export_fact(input, "os.load_average"), "%lf %lf %lf", &load[0], &load[1],
               &load[2]) == 3 &&
        isfinite(load[0]) && isfinite(load[1]) && isfinite(load[2]))
        fprintf(file, "%g, %g, %g", load[0], load[1], load[2]);
    fputc(']', file);
}

static void put_context(const struct export_input *input, FILE *file)
{
    static const char indent[] = "    ";
    fputs("{\n  \"context\": {\n    \"date\": ", file);
    put_string(file, export_fact(input, "host.date_utc"));
    put_pair(file, indent, "host_name", export_fact(input, "host.name"));
    put_pair(file, indent, "executable", "allocost");
    const double cpus = keyvalues_number(input->machine, "cpu.threads");
    const double khz = keyvalues_number(input->machine, "cpu.max_khz");
    const char *const governor = export_fact(input, "cpu.governor");
    fprintf(file, ",\n    \"num_cpus\": %.0f,\n    \"mhz_per_cpu\": %.0f", isnan(cpus) ? 0 : cpus,
            isnan(khz) ? 0 : khz / 1000);
    fprintf(file, ",\n    \"cpu_scaling_enabled\": %s",
            *governor != '\0' && strcmp(governor, "performance") != 0 ? "true" : "false");
    put_caches(input, file);
    put_load(input, file);
    put_pair(file, indent, "library_build_type", export_fact(input, "build.gbench_type"));
    static const char *const facts[][2] = {
        {"cpu", "cpu.model"},           {"commit", "build.commit"}, {"compiler", "build.compiler"},
        {"flags", "build.flags"},       {"libc", "os.libc"},        {"kernel", "os.kernel"},
        {"noise_floor", "noise_floor"}, {"seed", "run.seed"}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (*export_fact(input, facts[i][1]) != '\0')
            put_pair(file, indent, facts[i][0], export_fact(input, facts[i][1]));
    fputs("\n  },\n  \"benchmarks\": [", file);
}

/* ---- The cells ---- */

/* What is the same in all entries of a row. */
struct entry {
    FILE *file;
    const struct summary_row *row;
    struct export_observed observed;
    char *name; /* owned */
    size_t family;
    size_t instance; /* in the family */
    size_t repetitions;
    bool first; /* of the file */
};

static char *name_of(const struct cell *cell)
{
    const bool swept = *cell->value != '\0', served = *cell->allocator != '\0';
    char threads[32] = "";
    if (cell->threads != 1)
        snprintf(threads, sizeof threads, "/threads:%u", cell->threads);
    return check_format("%s/%s%s%s%s%s%s%s%s", cell->scenario, cell->variant, swept ? "/" : "",
                        swept ? cell->param : "", swept ? ":" : "", swept ? cell->value : "",
                        served ? "/allocator:" : "", served ? cell->allocator : "", threads);
}

static void put_start(struct entry *entry, const char *suffix, const char *type)
{
    FILE *const file = entry->file;
    static const char indent[] = "      ";
    char *const name = check_format("%s%s", entry->name, suffix);
    fprintf(file, "%s\n    {\n      \"name\": ", entry->first ? "" : ",");
    entry->first = false;
    put_string(file, name);
    free(name);
    fprintf(file, ",\n      \"family_index\": %zu,\n      \"per_family_instance_index\": %zu",
            entry->family, entry->instance);
    put_pair(file, indent, "run_name", entry->name);
    put_pair(file, indent, "run_type", type);
    fprintf(file, ",\n      \"repetitions\": %zu", entry->repetitions);
}

static void put_number(FILE *file, const char *key, double value, int digits)
{
    if (isfinite(value))
        fprintf(file, ",\n      \"%s\": %.*g", key, digits, value);
}

/* As a counter. With its unit, in whose key there is a `-`, it is none of the format's own keys. */
static void put_metric(FILE *file, const char *metric, const char *unit, double value)
{
    char *const key = check_format("%s-%s", metric, unit);
    fputs(",\n      ", file);
    put_string(file, key);
    fprintf(file, ": %.9g", value);
    free(key);
}

/* What the process of the round observed. */
static void put_observed(const struct entry *entry, unsigned round)
{
    for (size_t i = 0; i < entry->observed.count; i++) {
        const struct metric_value *const value = &entry->observed.items[i];
        if (value->round == round)
            put_metric(entry->file, value->metric, value->unit, value->value);
    }
}

/* Of each metric the median. */
static void put_medians(const struct entry *entry)
{
    const struct export_observed *const observed = &entry->observed;
    double *const values = check_alloc(observed->count, sizeof *values);
    for (size_t first = 0, end; first < observed->count; first = end) {
        const struct metric_value *const of = &observed->items[first];
        for (end = first; end < observed->count; end++) {
            const struct metric_value *const other = &observed->items[end];
            if (other->metric != of->metric || other->unit != of->unit)
                break;
            values[end - first] = other->value;
        }
        put_metric(entry->file, of->metric, of->unit, stats_median(values, end - first));
    }
    free(values);
}

/* Times, and the counts as counters. */
static void put_end(const struct entry *entry, uint64_t iterations, double ns, double cpu_ns,
                    double ops_per_s)
{
    FILE *const file = entry->file;
    const struct summary_row *const row = entry->row;
    fprintf(file, ",\n      \"iterations\": %" PRIu64, iterations);
    put_number(file, "real_time", ns, 9);
    put_number(file, "cpu_time", cpu_ns, 9);
    fputs(",\n      \"time_unit\": \"ns\"", file);
    put_number(file, "allocs_per_op", row->allocs_per_op, 12);
    put_number(file, "frees_per_op", row->frees_per_op, 12);
    put_number(file, "bytes_per_op", row->bytes_per_op, 12);
    put_number(file, "usable_bytes_per_op", row->usable_bytes_per_op, 12);
    put_number(file, "instructions_per_op", row->instructions_per_op, 12);
    if (row->throughput.samples > 0)
        put_number(file, "ops_per_s", ops_per_s, 9);
    if (row->status == SAMPLE_NOISY)
        put_pair(file, "      ", "label", "noisy");
}

/* The median of CPU times; NaN when one is not known. */
static double median_cpu_ns(const struct replicate *processes, size_t count)
{
    double *const values = check_alloc(count, sizeof *values);
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        values[i] = processes[i].cpu_ns_per_op;
        known = known && !isnan(values[i]);
    }
    const double median = known ? stats_median(values, count) : (double)NAN;
    free(values);
    return median;
}

static void put_row(struct entry *entry, const struct replicate *processes, size_t count)
{
    FILE *const file = entry->file;
    /* An entry without CPU time beside some with one would stop the reader: all or none. */
    const double cpu_ns = median_cpu_ns(processes, count);
    entry->name = name_of(&entry->row->cell);
    entry->repetitions = count;
    for (size_t i = 0; i < count; i++) {
        put_start(entry, "", "iteration");
        fprintf(file, ",\n      \"repetition_index\": %zu,\n      \"threads\": %u", i,
                entry->row->cell.threads);
        put_end(entry, processes[i].iterations, processes[i].ns_per_op,
                isnan(cpu_ns) ? (double)NAN : processes[i].cpu_ns_per_op, processes[i].ops_per_s);
        put_observed(entry, processes[i].round);
        fputs("\n    }", file);
    }
    put_start(entry, "_median", "aggregate");
    fprintf(file, ",\n      \"threads\": %u", entry->row->cell.threads);
    put_pair(file, "      ", "aggregate_name", "median");
    put_pair(file, "      ", "aggregate_unit", "time");
    put_end(entry, count, entry->row->ns_median, cpu_ns, entry->row->throughput.median);
    put_medians(entry);
    fputs("\n    }", file);
    free(entry->name);
}

void export_gbench_json(const struct export_input *input, FILE *file)
{
    put_context(input, file);
    size_t *const match = export_match(input);
    struct entry entry = {.file = file, .first = true};
    const struct summary_row *before = NULL;
    for (size_t i = 0; i < input->summary->count; i++) {
        const struct summary_row *const row = &input->summary->rows[i];
        if (match[i] == SIZE_MAX || row->samples == 0)
            continue;
        /* A family is what one registered function makes: a variant. */
        const bool same = before != NULL && before->cell.scenario == row->cell.scenario &&
                          before->cell.variant == row->cell.variant;
        entry.family += before != NULL && !same;
        entry.instance = same ? entry.instance + 1 : 0;
        entry.row = before = row;
        entry.observed = export_observed(input, i);
        const struct replicated_cell *const cell = &input->replicated->cells[match[i]];
        put_row(&entry, input->replicated->replicates + cell->first, cell->count);
    }
    free(match);
    fputs("\n  ]\n}\n", file);
}
