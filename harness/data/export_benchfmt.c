/* The Go benchmark format. */
#include "data/export.h"
#include "data/keyvalue.h"
#include "data/metrics.h"
#include "data/replicate.h"
#include "data/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A part of a benchmark's name. Its fields are parted by space, its parts by slashes, keys from
 * values by `=`; a percent sign begins what is written as a number. */
static void put_name(FILE *file, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        const bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                           (*at >= '0' && *at <= '9') || strchr("_.:+,@-", *at) != NULL;
        fprintf(file, plain ? "%c" : "%%%02X", *at);
    }
}

/* Whether the reader would take the end of the name for the number of processors. */
static bool ends_like_procs(const char *text)
{
    const size_t length = strlen(text);
    size_t digits = 0;
    while (digits < length && text[length - 1 - digits] >= '0' && text[length - 1 - digits] <= '9')
        digits++;
    return digits > 0 && digits < length && text[length - 1 - digits] == '-';
}

static void put_benchmark(FILE *file, const struct cell *cell)
{
    fputs("Benchmark", file);
    /* As Go's own names, with a capital: its tools cut off the word in front. */
    const char first = *cell->scenario;
    const bool lower = first >= 'a' && first <= 'z';
    if (lower)
        fputc(first - 'a' + 'A', file);
    put_name(file, cell->scenario + (lower ? 1 : 0));
    fputs("/variant=", file);
    put_name(file, cell->variant);
    if (*cell->value != '\0') {
        fputc('/', file);
        put_name(file, cell->param);
        fputc('=', file);
        put_name(file, cell->value);
    }
    if (*cell->allocator != '\0') {
        fputs("/allocator=", file);
        put_name(file, cell->allocator);
    }
    const char *const last = *cell->allocator != '\0' ? cell->allocator
                             : *cell->value != '\0'   ? cell->value
                                                      : cell->variant;
    if (cell->threads != 1 || ends_like_procs(last))
        fprintf(file, "/threads=%u", cell->threads);
}

static void put_value(FILE *file, double value, int digits, const char *unit)
{
    if (!isnan(value))
        fprintf(file, " %.*g %s", digits, value, unit);
}

/* What the process of the round observed. */
static void put_observed(FILE *file, const struct export_observed *observed, unsigned round)
{
    for (size_t i = 0; i < observed->count; i++) {
        const struct metric_value *const value = &observed->items[i];
        if (value->round != round)
            continue;
        fprintf(file, " %.9g ", value->value);
        put_name(file, value->metric);
        fputc('-', file);
        put_name(file, value->unit);
    }
}

/* The processes of a row. */
static void put_row(FILE *file, const struct summary_row *row, const struct replicated *replicated,
                    const struct replicated_cell *cell, const struct export_observed *observed)
{
    for (size_t i = 0; i < cell->count; i++) {
        const struct replicate *const process = &replicated->replicates[cell->first + i];
        put_benchmark(file, &row->cell);
        fprintf(file, " %" PRIu64, process->iterations > 0 ? process->iterations : 1);
        put_value(file, process->ns_per_op, 9, "ns/op");
        put_value(file, process->cpu_ns_per_op, 9, "cpu-ns/op");
        put_value(file, row->allocs_per_op, 12, "allocs/op");
        put_value(file, row->frees_per_op, 12, "frees/op");
        put_value(file, row->bytes_per_op, 12, "B/op");
        put_value(file, row->usable_bytes_per_op, 12, "usable-B/op");
        put_value(file, row->instructions_per_op, 12, "instructions/op");
        if (row->throughput.samples > 0)
            put_value(file, process->ops_per_s, 9, "ops/s");
        put_observed(file, observed, process->round);
        fputc('\n', file);
    }
}

/* A line of configuration, or with `#` in front of the key a comment. */
static void put_line(FILE *file, const char *key, const char *value)
{
    if (*value == '\0')
        return;
    char *const clean = export_clean(value);
    fprintf(file, "%s: %s\n", key, clean);
    free(clean);
}

static const char *go_architecture(const char *machine)
{
    return strcmp(machine, "x86_64") == 0    ? "amd64"
           : strcmp(machine, "aarch64") == 0 ? "arm64"
                                             : machine;
}

static void put_head(const struct export_input *input, FILE *file)
{
    /* Results of other configurations are not compared: only what go test itself writes is one. */
    put_line(file, "goos", "linux");
    put_line(file, "goarch", go_architecture(export_fact(input, "cpu.architecture")));
    put_line(file, "pkg", "allocost");
    put_line(file, "cpu", export_fact(input, "cpu.model"));
    static const char *const facts[][2] = {
        {"# commit", "build.commit"}, {"# compiler", "build.compiler"}, {"# flags", "build.flags"},
        {"# libc", "os.libc"},        {"# kernel", "os.kernel"},        {"# date", "host.date_utc"},
        {"# seed", "run.seed"},       {"# noise-floor", "noise_floor"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        put_line(file, facts[i][0], export_fact(input, facts[i][1]));
    fputs("Unit ns/op better=lower\n"
          "Unit cpu-ns/op better=lower\n"
          "Unit allocs/op better=lower assume=exact\n"
          "Unit frees/op better=lower assume=exact\n"
          "Unit B/op better=lower assume=exact\n"
          "Unit usable-B/op better=lower assume=exact\n"
          "Unit instructions/op better=lower\n"
          "Unit ops/s better=higher\n",
          file);
}

void export_benchfmt(const struct export_input *input, FILE *file)
{
    put_head(input, file);
    size_t *const match = export_match(input);
    for (size_t i = 0; i < input->summary->count; i++) {
        const struct summary_row *const row = &input->summary->rows[i];
        if (row->status != SAMPLE_OK) {
            char *const note = export_clean(row->note);
            fputs("# ", file);
            put_benchmark(file, &row->cell);
            fprintf(file, " is %s: %s\n", sample_status_name(row->status), note);
            free(note);
        }
        const struct export_observed observed = export_observed(input, i);
        if (match[i] != SIZE_MAX && row->samples > 0)
            put_row(file, row, input->replicated, &input->replicated->cells[match[i]], &observed);
    }
    free(match);
}
