#include "cli/given_trace.h"

#include "data/keyvalue.h"
#include "error.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int given_trace_read(const char *path, struct given_trace *trace, struct error *error)
{
    struct trace decoded;
    if (trace_load(path, &decoded, error) != 0)
        return -1;
    trace->totals = decoded.totals;
    trace_free(&decoded);
    trace->path = realpath(path, NULL);
    return trace->path != NULL ? 0 : error_set_errno(error, "%s", path);
}

void given_trace_record(const struct given_trace *trace, struct keyvalues *facts)
{
    const struct trace_totals *const totals = &trace->totals;
    char checksum[24] = "";
    if (trace->path != NULL)
        snprintf(checksum, sizeof checksum, "%016" PRIx64, totals->checksum);
    keyvalues_set(facts, "run.trace", trace->path != NULL ? trace->path : "");
    keyvalues_set(facts, "run.trace_checksum", checksum);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {{"run.trace_calls", totals->events},
                   {"run.trace_blocks", totals->blocks},
                   {"run.trace_threads", totals->threads},
                   {"run.trace_peak_bytes", totals->peak_bytes}};
    for (size_t i = 0; i < BENCH_COUNT(numbers); i++) {
        char text[24] = "";
        if (trace->path != NULL)
            snprintf(text, sizeof text, "%" PRIu64, numbers[i].value);
        keyvalues_set(facts, numbers[i].key, text);
    }
}

void given_trace_free(struct given_trace *trace)
{
    free(trace->path);
    *trace = (struct given_trace){.path = NULL};
}
