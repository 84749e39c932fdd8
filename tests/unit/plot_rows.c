#include "plot_rows.h"

#include "data/csv.h"
#include "data/file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One variant and the values it is measured at. */
struct variant {
    const char *scenario;
    const char *name;
    const char *storage;
    const char *param;
    const char *values; /* parted by blanks, that of the shortest run first; empty: none is swept */
    double ns;          /* at the first value; times 1.5 at each that follows */
    bool control;       /* measured under every allocator, though it calls none */
};

#define SIZES "16 64 256 257 1024 4096"

static const struct variant variants[] = {
    {"null", "empty", "inline", "", "", 0.25, true},
    {"return_pointer", "null", "inline", "", "", 0.3, true},
    {"return_pointer", "by_value", "stack", "size", "64 16 1024", 1.5, false},
    {"return_pointer", "out_param", "stack", "size", "64 16 1024", 1.4, true},
    {"return_pointer", "static_buf", "static", "size", "64 16 1024", 1.3, false},
    {"return_pointer", "arena_mark", "arena", "size", "64 16 1024", 1.9, true},
    {"return_pointer", "arena_reset", "arena", "size", "64 16 1024", 1.7, false},
    {"return_pointer", "pool", "pool", "size", "64 16 1024", 2.0, true},
    {"return_pointer", "pool_call", "pool", "size", "64 16 1024", 4.0, false},
    {"return_pointer", "malloc", "heap", "size", "64 16 1024", 9.0, false},
    {"return_pointer", "malloc_never_threaded", "heap", "size", "64 4096", 8.0, false},
    {"box_int", "null", "inline", "", "", 0.4, false},
    {"box_int", "inline_word", "inline", "small_percent", "0 50 100", 3.0, false},
    {"box_int", "stack_temp", "stack", "small_percent", "0 50 100", 3.1, false},
    {"box_int", "pool", "pool", "small_percent", "0 50 100", 3.2, false},
    {"box_int", "go_convt64", "heap", "small_percent", "0 25 50 75 100", 3.0, false},
    {"box_int", "go_convt64_sorted", "heap", "small_percent", "0 25 50 75 100", 2.0, false},
    {"box_int", "always_malloc", "heap", "small_percent", "0 50 100", 9.0, false},
    {"closures", "null", "inline", "", "", 0.3, true},
    {"closures", "env_stack_calls1", "stack", "captured_bytes", "8 128", 2.2, false},
    {"closures", "env_pool_calls1", "pool", "captured_bytes", "8 128", 2.3, true},
    {"closures", "env_heap_calls1", "heap", "captured_bytes", "8 128", 12, false},
    {"closures", "trampoline_calls1", "stack", "captured_bytes", "8 128", 150, false},
    {"trampoline", "reused", "stack", "stack_offset", "0 16 32 48 64 80 96 112", 2, false},
    {"format_int", "null", "inline", "", "", 1.2, true},
    {"format_int", "snprintf_stack", "stack", "digits", "1 5 10", 50, false},
    {"format_int", "itoa_div", "stack", "digits", "1 5 10", 3, false},
    {"format_int", "itoa_div_random", "stack", "", "", 9, false},
    {"format_int", "snprintf_stack_random", "stack", "", "", 60, true},
    {"format_int", "concat_stack_random", "stack", "", "", 7, true},
    {"format_int", "asprintf_random", "heap", "", "", 100, false},
    {"format_int", "concat_malloc_random", "heap", "", "", 30, false},
    {"variadic", "null", "inline", "args", "1 3 8", 0.5, false},
    {"variadic", "direct", "inline", "args", "1 3 8", 2, false},
    {"variadic", "c_varargs", "stack", "args", "1 3 8", 3, false},
    {"variadic", "any_malloc", "heap", "args", "1 3 8", 10, false},
    {"variadic", "any_malloc_slice", "heap", "args", "1 3 8", 20, false},
    {"pass_struct", "null", "inline", "", "", 0.4, true},
    {"pass_struct", "val_clean", "stack", "size", SIZES, 1.8, false},
    {"pass_struct", "val_hot_field", "stack", "size", SIZES, 2.8, false},
    {"pass_struct", "ptr", "stack", "size", SIZES, 1.8, false},
    {"pass_struct", "ptr_pool_copy", "pool", "size", SIZES, 2.4, false},
    {"pass_struct", "ptr_malloc_copy", "heap", "size", SIZES, 9, false},
    {"return_struct", "null", "inline", "", "", 0.4, true},
    {"return_struct", "ret", "stack", "size", SIZES, 1.8, false},
    {"return_struct", "out_param", "stack", "size", SIZES, 1.7, false},
    {"return_struct", "malloc_ret", "heap", "size", SIZES, 9, false},
    {"process_event", "malloc_150", "heap", "", "", 1400, false},
    {"process_event", "malloc_150_at_end", "heap", "", "", 1600, false},
    {"process_event", "malloc_20", "heap", "", "", 480, false},
    {"process_event", "pool_150", "pool", "", "", 330, false},
    {"process_event", "pool_20", "pool", "", "", 240, false},
    {"process_event", "stack", "stack", "", "", 220, true},
    {"new_value", "null", "inline", "", "", 0.3, false},
    {"new_value", "calloc", "heap", "size", "64 4096", 30, false},
    {"new_value", "malloc_memset", "heap", "size", "64 4096", 8, false},
    {"new_value", "stack_zeroed", "stack", "size", "64 4096", 1, false},
    {"error_return", "null", "inline", "", "", 0.3, false},
    {"error_return", "sentinel_ptr", "static", "failure_percent", "0 10 100", 5, false},
    {"error_return", "heap_error", "heap", "failure_percent", "0 10 100", 5, false},
    {"error_return", "heap_wrapped2", "heap", "failure_percent", "0 10 100", 9, false},
    {"string_concat", "ready_pieces4", "static", "length", "32 256", 12, false},
    {"string_concat", "strcat_stack_pieces4", "stack", "length", "32 256", 60, false},
    {"string_concat", "stpcpy_malloc_pieces4", "heap", "length", "32 256", 50, false},
    {"string_concat", "growing_malloc_pieces4", "heap", "length", "32 256", 60, false},
    {"slice_make", "null", "inline", "", "", 1.2, false},
    {"slice_make", "fixed_first", "stack", "size", "64 65536", 1.3, false},
    {"slice_make", "malloc_first", "heap", "size", "64 65536", 8, false},
    {"slice_make", "fixed_all", "stack", "size", "64 65536", 7, false},
    {"slice_make", "calloc_all", "heap", "size", "64 65536", 20, false},
    {"slice_make", "malloc_all", "heap", "size", "64 65536", 14, false},
    {"slice_append", "static_buf", "static", "elements", "1000 100000", 700, false},
    {"slice_append", "x2", "heap", "elements", "1000 100000", 1200, false},
    {"slice_append", "plus1", "heap", "elements", "8 1000", 200, false},
    {"slice_append", "static_buf_interleaved", "static", "elements", "1000 100000", 1400, false},
    {"slice_append", "x2_interleaved", "heap", "elements", "1000 100000", 2500, false},
    {"forward_struct", "null", "inline", "", "", 0.4, false},
    {"forward_struct", "val_64", "stack", "hops", "1 4 8", 1.7, false},
    {"forward_struct", "val_4096", "stack", "hops", "1 4 8", 40, false},
    {"forward_struct", "ptr_64", "stack", "hops", "1 4 8", 1.3, false},
    {"map_life", "null", "inline", "", "", 1.0, false},
    {"map_life", "open_stack", "stack", "entries", "8 1024", 150, false},
    {"map_life", "chained_malloc", "heap", "entries", "8 1024", 300, false},
    {"map_life", "chained_pool", "pool", "entries", "8 1024", 200, false},
    {"map_find", "chained_malloc", "heap", "entries", "1024 65536", 8, false},
    {"map_find", "chained_pool", "pool", "entries", "1024 65536", 6, false},
    {"may_retain", "null", "inline", "", "", 0.4, false},
    {"may_retain", "heap_other_unit_gcc", "heap", "size", "64", 9, false},
    {"may_retain", "heap_other_unit_clang", "heap", "size", "64", 9, false},
    {"may_retain", "heap_static_noinline_gcc", "inline", "size", "64", 1.5, false},
    {"may_retain", "stack_other_unit_gcc", "stack", "size", "64", 1.2, false},
    {"channel", "ring_stack_create", "stack", "capacity", "1", 3, false},
    {"channel", "ring_heap_create", "heap", "capacity", "1", 12, false},
    {"channel", "pipe_steady", "inline", "capacity", "1", 2600, false},
    {"pool_ageing", "victim", "pool", "tick_period", "0 100 1000 10000", 5, false},
    {"pool_ageing", "cleared", "pool", "tick_period", "0 100 1000 10000", 9, false},
    {"stack_limits", "deep_warm", "stack", "stack_bytes", "65536", 650, false},
    {"stack_limits", "deep_first_use", "stack", "stack_bytes", "65536", 9000, false},
    {"stack_limits", "co_malloc", "heap", "stack_bytes", "2048 65536", 600, false},
    {"stack_limits", "switch_jump", "static", "", "", 12, false},
    {"first_touch", "kept", "static", "pages", "16 512", 60, false},
    {"first_touch", "malloc", "heap", "pages", "16 512", 90, false},
    {"first_touch", "mmap", "static", "pages", "16", 9000, false},
    {"locality", "array", "static", "nodes", "512 65536", 1.2, false},
    {"locality", "array_random", "static", "nodes", "512 65536", 4, false},
    {"locality", "malloc_fresh", "heap", "nodes", "512 65536", 1.3, false},
    {"locality", "malloc_reused", "heap", "nodes", "512 65536", 3, false},
    {"cold_path", "work_only", "inline", "between_bytes", "4096 262144", 60, false},
    {"cold_path", "malloc", "heap", "between_bytes", "4096 262144", 900, false},
    {"churn", "null", "inline", "", "", 2, false},
    {"churn", "uniform", "heap", "", "", 200, false},
    {"churn", "lognormal", "heap", "", "", 60, false},
    {"churn", "power", "heap", "", "", 40, false},
    {"replay", "builtin", "heap", "", "", 700000, false},
    {"replay", "given", "heap", "", "", 90000000, false},
    {"size_sweep", "malloc_first", "heap", "size", "8 16 32 64 128 256 512 1033 4096 65536 1048576",
     8, false},
    {"size_sweep", "malloc_all", "heap", "size", "16 1024 1048576", 9, false},
    {"size_sweep", "pool_first", "pool", "size", "16 1024", 2, false},
    {"live_set", "malloc_random", "heap", "live", "64 32768", 700, false},
    {"live_set", "malloc_lifo", "heap", "live", "64 32768", 600, false},
    {"live_set", "pool_random", "pool", "live", "64 32768", 300, false},
    {"realloc_growth", "grow_x2", "heap", "size", "256 1024 4096 16384 65536", 60, false},
    {"realloc_growth", "grow_x2_copy", "heap", "size", "256 1024 4096 65536", 90, false},
    {"realloc_growth", "ping_pong", "heap", "size", "256 1024 4096 16384 65536", 90, false},
    {"aligned", "posix_memalign_size64", "heap", "alignment", "64 16 32 256 4096", 50, false},
    {"aligned", "malloc_over_size64", "heap", "alignment", "64 16 32 256 4096", 12, false},
    {"aligned", "pool_size64", "pool", "alignment", "16 64", 3, false},
    {"zeroed", "calloc_two", "heap", "size", "64 1024 65536 1048576 4194304", 20, false},
    {"zeroed", "malloc_memset_two", "heap", "size", "64 1024 65536 1048576", 12, false},
    {"zeroed", "calloc_all", "heap", "size", "64 1048576", 30, false},
    {"zeroed", "mmap_two", "static", "size", "1048576", 4000, false},
    {"sized_free", "plain_batch", "heap", "size", "64 16 256 1024 8192", 500, false},
    {"sized_free", "sized_batch", "heap", "size", "64 16 256 1024 8192", 480, false},
    {"sized_free", "plain_hot", "heap", "size", "64 16 256 1024 8192", 8, false},
    {"sized_free", "sized_hot", "heap", "size", "64 16 256 1024 8192", 7, false},
    {"latency", "uniform_1k", "heap", "live_objects", "4096", 1500, false},
    {"footprint", "released", "heap", "size", "64 16 1024", 9000, false},
    {"footprint", "after_1s", "heap", "size", "64", 9000, false},
    {"footprint", "purged", "heap", "size", "64", 9000, false},
    {"fragmentation", "doubling", "heap", "keep_every", "2 8 64", 9000, false},
    {"fragmentation", "comb_random", "heap", "keep_every", "2 8 64", 9000, false},
    {"thread_lifecycle", "create", "inline", "", "", 20000, false},
    {"thread_lifecycle", "static", "static", "objects", "1 100", 20500, false},
    {"thread_lifecycle", "heap", "heap", "objects", "1 100", 22000, false},
    {"thread_lifecycle", "heap_left", "heap", "objects", "1 100", 24000, false},
    {"of_tomorrow", "any", "heap", "", "", 5, false}, /* a scenario that no figure names */
};

/* Variants that are measured on several threads; their throughput is a metric of theirs. */
static const struct threaded {
    struct variant variant;
    const char *threads; /* parted by blanks; times 1.3 at each that follows */
} threaded[] = {
    {{"sync_pool", "magazine", "pool", "size", "64", 1.5, false}, "1 2 4"},
    {{"sync_pool", "victim", "pool", "size", "64", 1.8, false}, "1 2 4"},
    {{"sync_pool", "treiber", "pool", "size", "64", 14, false}, "1 2 4"},
    {{"sync_pool", "mutex", "pool", "size", "64", 30, false}, "1 2 4"},
    {{"sync_pool", "freelist_inline", "pool", "size", "64", 1.4, false}, "1"},
    {{"sync_pool", "malloc", "heap", "size", "64", 8, false}, "1 2 4"},
    {{"hand_off", "ring", "inline", "", "", 40, false}, "2"},
    {{"hand_off", "value_64", "inline", "", "", 60, false}, "2"},
    {{"hand_off", "pool", "pool", "", "", 260, false}, "2"},
    {{"hand_off", "heap_child", "heap", "", "", 300, false}, "2"},
    {{"hand_off", "stack_join", "stack", "", "", 900, false}, "2"},
    {{"thread_scaling", "pool_live_64", "pool", "size", "64", 2, false}, "1 2 4"},
    {{"thread_scaling", "live_64", "heap", "size", "64", 9, false}, "1 2 4"},
    {{"thread_scaling", "burst_1k", "heap", "size", "64", 19, false}, "1 2"},
    {{"cross_thread_free", "ring_one_to_one", "inline", "batch", "1 64", 40, false}, "2"},
    {{"cross_thread_free", "static_one_to_one", "static", "batch", "1 64", 60, false}, "2"},
    {{"cross_thread_free", "heap_one_to_one", "heap", "batch", "1 64", 150, false}, "2"},
    {{"cross_thread_free", "heap_many_to_one", "heap", "batch", "64", 160, false}, "4"},
    {{"cross_thread_free", "heap_circle", "heap", "batch", "64", 90, false}, "1 2"},
    {{"false_sharing", "padded", "static", "", "", 500, false}, "2"},
    {{"false_sharing", "adjacent", "static", "", "", 4000, false}, "2"},
    {{"false_sharing", "handed", "heap", "", "", 3000, false}, "2"},
};

/* What is observed of variants of one thread beside their times. */
static const struct observed {
    const char *scenario;
    const char *variant;
    const char *param;
    const char *values;
    const char *metrics; /* parted by blanks */
    const char *unit;
    double median; /* of the first metric at the first value; times 1.5 at each that follows */
} observed[] = {
    {"latency", "uniform_1k", "live_objects", "4096",
     "malloc_p50 malloc_p90 malloc_p99 malloc_p99_9 malloc_p99_99 malloc_max", "ns", 700},
    {"latency", "uniform_1k", "live_objects", "4096",
     "free_p50 free_p90 free_p99 free_p99_9 free_p99_99 free_max", "ns", 500},
    {"latency", "uniform_1k", "live_objects", "4096", "clock_quantum clock_cost", "ns", 10},
    {"footprint", "released", "size", "64 16 1024", "overhead_per_object", "bytes", 7},
    {"footprint", "released", "size", "64", "resident resident_after", "bytes", 4e6},
    {"footprint", "after_1s", "size", "64", "resident resident_after", "bytes", 3e6},
    {"footprint", "purged", "size", "64", "resident resident_after", "bytes", 2e6},
    {"fragmentation", "doubling", "keep_every", "2 8 64", "resident_per_live", "ratio", 1.2},
    {"fragmentation", "comb_random", "keep_every", "2 8 64", "resident_per_live", "ratio", 1.3},
};

static void put_row(struct csv_buffer *out, const struct plot_rows *rows,
                    const struct variant *variant, const char *value, unsigned threads, double ns,
                    size_t allocator)
{
    static unsigned number; /* of the row: every seventh is odd in one way or another */
    number++;
    const bool heap = strcmp(variant->storage, "heap") == 0;
    const bool none = !heap && !variant->control;
    const bool failed = rows->mixed && number % 21 == 0;
    const bool noisy = rows->mixed && number % 21 == 7;
    const bool open = noisy || (rows->mixed && number % 21 == 14);
    const double factor = 1 + 0.3 * (double)(heap ? allocator : 0);
    csv_put_text(out, variant->scenario);
    csv_put_text(out, variant->name);
    csv_put_text(out, variant->storage);
    csv_put_text(out, variant->param);
    csv_put_text(out, value);
    csv_put_unsigned(out, threads);
    csv_put_text(out, none ? "" : rows->allocators[allocator]);
    csv_put_unsigned(out, failed ? 0 : rows->intervals ? 10 : 4);
    const bool bare = failed || !rows->intervals;
    const double missing = 0.0 / 0.0;
    csv_put_number(out, failed ? missing : ns * factor, 6);
    csv_put_number(out, bare ? missing : ns * factor * 0.97, 6);
    csv_put_number(out, bare ? missing : ns * factor * 1.04, 6);
    csv_put_number(out, failed ? missing : ns * factor * 0.95, 6);
    const bool compared = !none && allocator > 0 && !failed;
    csv_put_number(out, compared ? factor : missing, 6);
    csv_put_number(out, compared && !bare ? factor * 0.98 : missing, 6);
    csv_put_number(out, compared && !bare ? factor * 1.02 : missing, 6);
    csv_put_text(out, !compared ? "" : open ? "unresolved" : heap ? "slower" : "same");
    for (int i = 0; i < 4; i++)
        csv_put_unsigned(out, heap ? 1 : 0);
    csv_put_text(out, "");
    csv_put_text(out, failed ? "failed" : noisy ? "noisy" : "ok");
    csv_put_text(out, failed ? "killed by signal 11" : "");
    csv_end_record(out);
}

/* How many of the values are written, of those that are in the list. */
static size_t values_of(const struct plot_rows *rows)
{
    return rows->one_value ? 1 : SIZE_MAX;
}

static size_t allocators_of(const struct plot_rows *rows, const struct variant *variant)
{
    const bool heap = strcmp(variant->storage, "heap") == 0;
    return heap || variant->control ? rows->allocator_count : 1;
}

static void put_variant(struct csv_buffer *out, const struct plot_rows *rows,
                        const struct variant *variant, unsigned threads, double ns)
{
    char values[64];
    snprintf(values, sizeof values, "%s", variant->values);
    char *rest = values;
    size_t left = values_of(rows);
    for (char *value; left-- > 0 && (value = strsep(&rest, " ")) != NULL; ns *= 1.5)
        for (size_t allocator = 0; allocator < allocators_of(rows, variant); allocator++)
            put_row(out, rows, variant, value, threads, ns, allocator);
}

static void put_metric(struct csv_buffer *out, const struct plot_rows *rows,
                       const struct variant *variant, const char *value, unsigned threads,
                       const char *metric, const char *unit, double median, size_t allocator)
{
    const bool heap = strcmp(variant->storage, "heap") == 0;
    const double missing = 0.0 / 0.0;
    csv_put_text(out, variant->scenario);
    csv_put_text(out, variant->name);
    csv_put_text(out, variant->storage);
    csv_put_text(out, variant->param);
    csv_put_text(out, value);
    csv_put_unsigned(out, threads);
    csv_put_text(out, heap ? rows->allocators[allocator] : "");
    csv_put_text(out, metric);
    csv_put_text(out, unit);
    csv_put_number(out, median, 6);
    csv_put_number(out, rows->intervals ? median * 0.97 : missing, 6);
    csv_put_number(out, rows->intervals ? median * 1.04 : missing, 6);
    csv_put_unsigned(out, rows->intervals ? 10 : 4);
    csv_end_record(out);
}

/* The rows of a variant on each number of threads, and the throughput of each. */
static void put_threaded(struct csv_buffer *out, struct csv_buffer *metrics,
                         const struct plot_rows *rows, const struct threaded *row)
{
    char counts[32];
    snprintf(counts, sizeof counts, "%s", row->threads);
    char *rest = counts;
    double ns = row->variant.ns;
    size_t left = values_of(rows);
    for (char *count; left-- > 0 && (count = strsep(&rest, " ")) != NULL; ns *= 1.3) {
        const unsigned threads = (unsigned)strtoul(count, NULL, 10);
        put_variant(out, rows, &row->variant, threads, ns);
        char value[64];
        snprintf(value, sizeof value, "%.*s", (int)strcspn(row->variant.values, " "),
                 row->variant.values);
        for (size_t a = 0; a < allocators_of(rows, &row->variant); a++)
            put_metric(metrics, rows, &row->variant, value, threads, "throughput", "ops_per_s",
                       threads * 1e9 / (ns * (1 + 0.3 * (double)a)), a);
    }
}

static void put_observed(struct csv_buffer *metrics, const struct plot_rows *rows,
                         const struct observed *row)
{
    const struct variant variant = {
        .scenario = row->scenario, .name = row->variant, .storage = "heap", .param = row->param};
    char values[64];
    snprintf(values, sizeof values, "%s", row->values);
    char *rest = values;
    double first = row->median;
    size_t left = values_of(rows);
    for (char *value; left-- > 0 && (value = strsep(&rest, " ")) != NULL; first *= 1.5) {
        char names[128];
        snprintf(names, sizeof names, "%s", row->metrics);
        char *more = names;
        double median = first;
        for (char *name; (name = strsep(&more, " ")) != NULL; median *= 1.5)
            for (size_t a = 0; a < rows->allocator_count; a++)
                put_metric(metrics, rows, &variant, value, 1, name, row->unit,
                           median * (1 + 0.3 * (double)a), a);
    }
}

static void put_header(struct csv_buffer *out, const char *header)
{
    char names[400];
    snprintf(names, sizeof names, "%s", header);
    char *rest = names;
    for (char *name; (name = strsep(&rest, ",")) != NULL;)
        csv_put_text(out, name);
    csv_end_record(out);
}

static void write_file(struct csv_buffer *out, const char *directory, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (file_replace(path, out->text, out->size_bytes, NULL) != 0)
        abort();
    csv_buffer_free(out);
}

static bool is_wanted(const struct plot_rows *rows, const char *scenario)
{
    return rows->scenario == NULL || strcmp(rows->scenario, scenario) == 0;
}

void plot_rows_write(const struct plot_rows *rows, const char *directory)
{
    struct csv_buffer out = {.text = NULL};
    struct csv_buffer metrics = {.text = NULL};
    put_header(&out, "scenario,variant,storage,param,value,threads,allocator,samples,ns_median,"
                     "ns_low,ns_high,ns_min,ratio,ratio_low,ratio_high,verdict,allocs_per_op,"
                     "frees_per_op,bytes_per_op,usable_bytes_per_op,instructions_per_op,status,"
                     "note");
    put_header(&metrics, "scenario,variant,storage,param,value,threads,allocator,metric,unit,"
                         "median,low,high,samples");
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        if (is_wanted(rows, variants[i].scenario))
            put_variant(&out, rows, &variants[i], 1, variants[i].ns);
    for (size_t i = 0; i < sizeof threaded / sizeof *threaded; i++)
        if (is_wanted(rows, threaded[i].variant.scenario))
            put_threaded(&out, &metrics, rows, &threaded[i]);
    for (size_t i = 0; i < sizeof observed / sizeof *observed; i++)
        if (is_wanted(rows, observed[i].scenario))
            put_observed(&metrics, rows, &observed[i]);
    write_file(&out, directory, "summary.csv");
    write_file(&metrics, directory, "metrics.csv");
}
