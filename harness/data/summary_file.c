/* The summary as a file. */
#include "data/cell.h"
#include "data/csv.h"
#include "data/file.h"
#include "data/summary.h"
#include "data/text.h"
#include "error.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum {
    TIME_DIGITS = 6,  /* of times and ratios: nothing is computed from them */
    COUNT_DIGITS = 12 /* of counts an operation: exact for what is counted exactly */
};

/* The columns, by index into `columns`. */
enum {
    AT_CELL,
    AT_SAMPLES = AT_CELL + CELL_COLUMN_COUNT,
    AT_TIMES,
    TIME_COUNT = 7,
    AT_VERDICT = AT_TIMES + TIME_COUNT,
    AT_COUNTS,
    COUNT_COUNT = 5,
    AT_STATUS = AT_COUNTS + COUNT_COUNT,
    AT_NOTE,
    COLUMN_COUNT
};

static const char *const columns[COLUMN_COUNT] = {CELL_COLUMNS,
                                                  "samples",
                                                  "ns_median",
                                                  "ns_low",
                                                  "ns_high",
                                                  "ns_min",
                                                  "ratio",
                                                  "ratio_low",
                                                  "ratio_high",
                                                  "verdict",
                                                  "allocs_per_op",
                                                  "frees_per_op",
                                                  "bytes_per_op",
                                                  "usable_bytes_per_op",
                                                  "instructions_per_op",
                                                  "status",
                                                  "note"};

/* Numbers of a row in the order of their columns. */
#define TIMES(row)                                                                         \
    {                                                                                      \
        &(row)->ns_median, &(row)->ns_low, &(row)->ns_high, &(row)->ns_min, &(row)->ratio, \
            &(row)->ratio_low, &(row)->ratio_high                                          \
    }
#define COUNTS(row)                                                        \
    {                                                                      \
        &(row)->allocs_per_op, &(row)->frees_per_op, &(row)->bytes_per_op, \
            &(row)->usable_bytes_per_op, &(row)->instructions_per_op       \
    }

enum { VERDICT_COUNT = 5 };

static const char *const verdict_words[VERDICT_COUNT] = {[SUMMARY_NO_VERDICT] = "",
                                                         [SUMMARY_FASTER] = "faster",
                                                         [SUMMARY_SLOWER] = "slower",
                                                         [SUMMARY_SAME] = "same",
                                                         [SUMMARY_UNRESOLVED] = "unresolved"};

const char *summary_verdict_name(enum summary_verdict verdict)
{
    return verdict_words[verdict];
}

static void put_row(struct csv_buffer *buffer, const struct summary_row *row)
{
    const double *const times[TIME_COUNT] = TIMES(row);
    const double *const counts[COUNT_COUNT] = COUNTS(row);
    cell_put(buffer, &row->cell);
    csv_put_unsigned(buffer, row->samples);
    for (size_t i = 0; i < TIME_COUNT; i++)
        csv_put_number(buffer, *times[i], TIME_DIGITS);
    csv_put_text(buffer, verdict_words[row->verdict]);
    for (size_t i = 0; i < COUNT_COUNT; i++)
        csv_put_number(buffer, *counts[i], COUNT_DIGITS);
    csv_put_text(buffer, sample_status_name(row->status));
    csv_put_text(buffer, row->note);
    csv_end_record(buffer);
}

int summary_write(const struct summary *summary, const char *path, struct error *error)
{
    struct csv_buffer buffer = {0};
    csv_put_record(&buffer, columns, COLUMN_COUNT);
    for (size_t i = 0; i < summary->count; i++)
        put_row(&buffer, &summary->rows[i]);
    const int failed = file_replace(path, buffer.text, buffer.size_bytes, error);
    csv_buffer_free(&buffer);
    return failed;
}

static int read_numbers(const struct csv_reader *reader, size_t first, double *const numbers[],
                        size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (csv_number(reader, first + i, 0, DBL_MAX, numbers[i], error) != 0)
            return -1;
    return 0;
}

static int read_row(const struct csv_reader *reader, struct text_pool *text,
                    struct summary_row *row, struct error *error)
{
    double *const times[TIME_COUNT] = TIMES(row);
    double *const counts[COUNT_COUNT] = COUNTS(row);
    uint64_t samples = 0;
    size_t verdict = 0;
    if (cell_read(reader, AT_CELL, text, &row->cell, error) != 0 ||
        csv_unsigned(reader, AT_SAMPLES, 0, UINT32_MAX, &samples, error) != 0 ||
        read_numbers(reader, AT_TIMES, times, TIME_COUNT, error) != 0 ||
        csv_choice(reader, AT_VERDICT, verdict_words, VERDICT_COUNT, &verdict, error) != 0 ||
        read_numbers(reader, AT_COUNTS, counts, COUNT_COUNT, error) != 0 ||
        cell_read_status(reader, AT_STATUS, &row->status, error) != 0)
        return -1;
    row->samples = (size_t)samples;
    row->verdict = (enum summary_verdict)verdict;
    row->note = text_intern(text, csv_field(reader, AT_NOTE));
    row->throughput = (struct summary_throughput){0, (double)NAN, (double)NAN, (double)NAN};
    return 0;
}

/* Finds the baseline again: it has times and never a verdict, where others have. */
static void find_baseline(struct summary *summary)
{
    struct cell_set judged = {0};
    for (size_t i = 0; i < summary->count; i++) {
        const struct cell key = {.allocator = summary->rows[i].cell.allocator};
        if (summary->rows[i].verdict != SUMMARY_NO_VERDICT)
            cell_set_add(&judged, &key);
    }
    summary->compared_count = judged.count;
    for (size_t i = 0; i < summary->count && judged.count > 0; i++) {
        const struct summary_row *const row = &summary->rows[i];
        const struct cell key = {.allocator = row->cell.allocator};
        if (*key.allocator == '\0' || isnan(row->ns_median) ||
            cell_set_find(&judged, &key) != SIZE_MAX)
            continue;
        summary->baseline = key.allocator;
        break;
    }
    cell_set_free(&judged);
}

int summary_load(const char *path, struct summary *summary, struct error *error)
{
    *summary = (struct summary){.baseline = "", .noise_floor = (double)NAN};
    struct csv_reader *const reader = csv_open(path, columns, COLUMN_COUNT, error);
    if (reader == NULL)
        return -1;
    summary->text = text_pool_new();
    size_t room = 0;
    int got;
    while ((got = csv_next(reader, error)) == 1) {
        if (summary->count == room) {
            room = 2 * room + 64;
            summary->rows = check_realloc(summary->rows, room, sizeof *summary->rows);
        }
        if (read_row(reader, summary->text, &summary->rows[summary->count], error) != 0) {
            got = -1;
            break;
        }
        summary->count++;
    }
    csv_close(reader);
    if (got != 0)
        summary_free(summary);
    else {
        find_baseline(summary);
        summary_order(summary, NULL, 0);
    }
    return got;
}
