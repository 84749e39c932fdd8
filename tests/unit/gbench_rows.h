/*
 * What the tests of gbench.h share: a reporter that keeps copies of its rows.
 */
#ifndef ALLOCOST_TEST_GBENCH_ROWS_H
#define ALLOCOST_TEST_GBENCH_ROWS_H

#include "check.h"
#include "gbench.h"

enum { ROWS_MAX = 64, ROW_COUNTERS = 12, ROWS_TEXT = 1 << 20 };

/* Copies of rows, which are valid until the next run; their strings until the end. */
struct rows {
    struct bm_run row[ROWS_MAX];
    struct bm_counter counters[ROWS_MAX][ROW_COUNTERS];
    size_t count;
    int begun; /* calls of the reporter's functions */
    int ended;
    bool refuse; /* what begin says no to */
};

static inline bool rows_begin(void *user)
{
    struct rows *const rows = user;
    rows->begun++;
    return !rows->refuse;
}

/* No string of the library may be NULL. */
static inline const char *rows_copy(const char *text)
{
    static char all[ROWS_TEXT];
    static size_t used;
    EXPECT(text != NULL);
    const size_t size = text != NULL ? strlen(text) + 1 : 1;
    if (size > sizeof all - used)
        abort();
    char *const copy = memcpy(all + used, text != NULL ? text : "", size);
    used += size;
    return copy;
}

static inline void rows_add(const struct bm_run *run, void *user)
{
    struct rows *const rows = user;
    if (rows->count == ROWS_MAX || run->counter_count > ROW_COUNTERS)
        abort();
    struct bm_counter *const counters = rows->counters[rows->count];
    for (size_t i = 0; i < run->counter_count; i++) {
        counters[i].name = rows_copy(run->counters[i].name);
        counters[i].value = run->counters[i].value;
    }
    struct bm_run *const row = &rows->row[rows->count++];
    *row = *run;
    row->name = rows_copy(run->name);
    row->function_name = rows_copy(run->function_name);
    row->args = rows_copy(run->args);
    row->aggregate_name = rows_copy(run->aggregate_name);
    row->label = rows_copy(run->label);
    row->message = rows_copy(run->message);
    row->counters = counters;
}

static inline void rows_end(void *user)
{
    struct rows *const rows = user;
    rows->ended++;
}

/* Runs what is registered, forgets it, and returns the number of benchmarks that were selected. */
static inline size_t rows_run(struct rows *rows, const char *filter)
{
    const bool refuse = rows->refuse;
    *rows = (struct rows){.refuse = refuse};
    const struct bm_reporter_ops ops = {rows_begin, rows_add, rows_end};
    bm_reporter *const reporter = bm_reporter_new(&ops, rows);
    const size_t selected = bm_run_specified_benchmarks(filter, reporter);
    bm_reporter_free(reporter);
    bm_clear_registered();
    return selected;
}

/* A counter's value; NaN when the row has none of that name. */
static inline double rows_counter(const struct bm_run *row, const char *name)
{
    for (size_t i = 0; i < row->counter_count; i++)
        if (strcmp(row->counters[i].name, name) == 0)
            return row->counters[i].value;
    return (double)NAN;
}

#endif
