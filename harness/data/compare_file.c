/* A comparison as a file. */
#include "data/cell.h"
#include "data/compare.h"
#include "data/csv.h"
#include "data/file.h"

enum { NUMBER_DIGITS = 6 };

const char *const compare_basis_words[2] = {"summary", "samples"};

static const char *const columns[] = {CELL_COLUMNS, "base",        "run",    "base_samples",
                                      "samples",    "base_ns",     "ns",     "ratio",
                                      "ratio_low",  "ratio_high",  "needed", "verdict",
                                      "basis",      "base_status", "status", "note"};

/* What is said of a pair that is not, or not fully, compared. */
static const char *note_of(const struct recorded_cell *cell, const struct recorded_cell *base)
{
    if (base == NULL)
        return "not in the base";
    if (cell == NULL)
        return "only in the base";
    return cell->status != SAMPLE_OK ? cell->detail : base->status != SAMPLE_OK ? base->detail : "";
}

static void put_samples(struct csv_buffer *buffer, const struct recorded_cell *cell)
{
    if (cell != NULL)
        csv_put_unsigned(buffer, cell->samples);
    else
        csv_put_text(buffer, "");
}

static void put_time(struct csv_buffer *buffer, const struct recorded_cell *cell)
{
    if (cell != NULL)
        csv_put_number(buffer, cell->ns_median, NUMBER_DIGITS);
    else
        csv_put_text(buffer, "");
}

static void put_status(struct csv_buffer *buffer, const struct recorded_cell *cell)
{
    csv_put_text(buffer, cell != NULL ? sample_status_name(cell->status) : "");
}

static void put_row(struct csv_buffer *buffer, const struct comparison *comparison,
                    const struct compare_row *row, size_t run)
{
    const struct recorded_cell *const base = row->cells[0], *const cell = row->cells[run];
    const struct compare_ratio *const ratio = &row->ratios[run];
    const bool compared = ratio->ratio > 0;
    cell_put(buffer, &row->cell);
    csv_put_text(buffer, comparison->runs[0].directory);
    csv_put_text(buffer, comparison->runs[run].directory);
    put_samples(buffer, base);
    put_samples(buffer, cell);
    put_time(buffer, base);
    put_time(buffer, cell);
    csv_put_number(buffer, ratio->ratio, NUMBER_DIGITS);
    csv_put_number(buffer, ratio->low, NUMBER_DIGITS);
    csv_put_number(buffer, ratio->high, NUMBER_DIGITS);
    csv_put_number(buffer, comparison->against[run].needed, NUMBER_DIGITS);
    csv_put_text(buffer, summary_verdict_name(ratio->verdict));
    csv_put_text(buffer, compared ? compare_basis_words[ratio->from_samples] : "");
    put_status(buffer, base);
    put_status(buffer, cell);
    csv_put_text(buffer, note_of(cell, base));
    csv_end_record(buffer);
}

int comparison_write(const struct comparison *comparison, const char *path, struct error *error)
{
    struct csv_buffer buffer = {0};
    csv_put_record(&buffer, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < comparison->row_count; i++)
        for (size_t r = 1; r < comparison->run_count; r++) {
            const struct compare_row *const row = &comparison->rows[i];
            if (row->cells[0] != NULL || row->cells[r] != NULL)
                put_row(&buffer, comparison, row, r);
        }
    const int failed = file_replace(path, buffer.text, buffer.size_bytes, error);
    csv_buffer_free(&buffer);
    return failed;
}
