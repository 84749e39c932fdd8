/* Claims against a summary. */
#include "data/claims.h"

#include "data/findings.h"
#include "data/summary.h"
#include "error.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The rows of one cell that a claim is judged by. */
struct found {
    const struct summary_row *rows[CLAIM_READINGS];
    size_t count;
    bool each; /* one an allocator: those of two cells belong together by it */
};

static bool is_heap(const struct summary_row *row)
{
    return strcmp(row->cell.storage, "heap") == 0;
}

bool claims_is_of_cell(const struct summary_row *row, const struct claim_cell *cell)
{
    const size_t length = strlen(row->cell.scenario);
    if (strncmp(cell->name, row->cell.scenario, length) != 0 || cell->name[length] != '/')
        return false;
    char *const rest = findings_cell_name(row);
    const bool same = strcmp(cell->name + length + 1, rest) == 0;
    free(rest);
    return same;
}

size_t claims_rows(const struct claim_cell *cell, const struct summary *summary,
                   const struct summary_row **rows)
{
    size_t count = 0;
    const struct summary_row *baseline = NULL;
    const struct summary_row *alone = NULL;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        if (row->samples == 0 || !claims_is_of_cell(row, cell))
            continue;
        if (strcmp(row->cell.allocator, summary->baseline) == 0)
            baseline = row;
        /* A cell that calls no allocator does the same under each: any row stands for it. */
        if (alone == NULL && (!is_heap(row) || *summary->baseline == '\0'))
            alone = row;
        if (cell->each && is_heap(row) && count < CLAIM_READINGS)
            rows[count++] = row;
    }
    if (count == 0 && baseline != NULL)
        rows[count++] = baseline;
    else if (count == 0 && alone != NULL)
        rows[count++] = alone;
    return count;
}

static struct found find_rows(const struct summary *summary, const struct claim_cell *cell)
{
    struct found found;
    found.count = claims_rows(cell, summary, found.rows);
    found.each = cell->each && found.count > 0 && is_heap(found.rows[0]);
    return found;
}

static double count_of(const struct summary_row *row, enum claim_quantity quantity)
{
    return quantity == CLAIM_ALLOCS  ? row->allocs_per_op
           : quantity == CLAIM_FREES ? row->frees_per_op
                                     : row->bytes_per_op;
}

static enum claim_truth compare(const struct claim_condition *condition, double low, double high)
{
    const double bound = condition->bound;
    if (isnan(low) || isnan(high))
        return CLAIM_UNSURE;
    switch (condition->relation) {
    case '>':
        return low > bound ? CLAIM_TRUE : high <= bound ? CLAIM_FALSE : CLAIM_UNSURE;
    case '<':
        return high < bound ? CLAIM_TRUE : low >= bound ? CLAIM_FALSE : CLAIM_UNSURE;
    default: /* of counts only, which have no width */
        return low == bound ? CLAIM_TRUE : CLAIM_FALSE;
    }
}

/* `under` may be NULL. Returns whether there is a number. */
static bool read_rows(const struct claim_condition *condition, const struct summary_row *over,
                      const struct summary_row *under, struct claim_reading *reading)
{
    const bool quiet = over->status == SAMPLE_OK && (under == NULL || under->status == SAMPLE_OK);
    if (condition->quantity != CLAIM_NS) {
        reading->value = reading->low = reading->high = count_of(over, condition->quantity);
    } else if (under == NULL) {
        reading->value = over->ns_median;
        reading->low = over->ns_low;
        reading->high = over->ns_high;
    } else {
        reading->value = over->ns_median / under->ns_median;
        reading->low = over->ns_low / under->ns_high;
        reading->high = over->ns_high / under->ns_low;
    }
    if (!quiet && condition->quantity == CLAIM_NS)
        reading->low = reading->high = (double)NAN;
    reading->truth = compare(condition, reading->low, reading->high);
    return !isnan(reading->value);
}

/* The row of the allocator among those found, or the only one where they are of none. */
static const struct summary_row *row_beside(const struct found *found, const char *allocator)
{
    if (!found->each)
        return found->count > 0 ? found->rows[0] : NULL;
    for (size_t i = 0; i < found->count; i++)
        if (found->rows[i]->cell.allocator == allocator)
            return found->rows[i];
    return NULL;
}

size_t claims_read(const struct claim *claim, const struct claim_condition *condition,
                   const struct summary *summary, struct claim_reading *readings)
{
    const bool divided = condition->under != SIZE_MAX;
    const struct found over = find_rows(summary, &claim->cells[condition->over]);
    struct found under = {.count = 0};
    if (divided)
        under = find_rows(summary, &claim->cells[condition->under]);
    /* The one that is there under more allocators says which. */
    const struct found *const lead = divided && under.each && !over.each ? &under : &over;
    size_t count = 0;
    for (size_t i = 0; i < lead->count; i++) {
        const char *const allocator = lead->rows[i]->cell.allocator;
        const struct summary_row *const top = row_beside(&over, allocator);
        const struct summary_row *const bottom = divided ? row_beside(&under, allocator) : NULL;
        if (top == NULL || (divided && bottom == NULL))
            continue;
        struct claim_reading *const reading = &readings[count];
        const struct summary_row *const named = divided && !is_heap(top) ? bottom : top;
        reading->allocator = is_heap(named) ? named->cell.allocator : "";
        count += read_rows(condition, top, bottom, reading);
    }
    return count;
}

/* All readings of a condition together. */
static enum claim_truth judge_condition(const struct claim *claim,
                                        const struct claim_condition *condition,
                                        const struct summary *summary)
{
    struct claim_reading readings[CLAIM_READINGS];
    const size_t count = claims_read(claim, condition, summary, readings);
    size_t truths[CLAIM_MISSING] = {0};
    for (size_t i = 0; i < count; i++)
        truths[readings[i].truth]++;
    if (count == 0)
        return CLAIM_MISSING;
    const enum claim_truth decisive = condition->some ? CLAIM_TRUE : CLAIM_FALSE;
    if (truths[decisive] > 0)
        return decisive;
    if (truths[CLAIM_UNSURE] > 0)
        return CLAIM_UNSURE;
    return condition->some ? CLAIM_FALSE : CLAIM_TRUE;
}

/* Of an outcome; *open is its first condition that is missing or not sure, unless one is false. */
static enum claim_truth judge_outcome(const struct claim *claim,
                                      const struct claim_outcome *outcome,
                                      const struct summary *summary,
                                      const struct claim_condition **open)
{
    enum claim_truth result = CLAIM_TRUE;
    *open = NULL;
    for (size_t i = 0; i < outcome->condition_count; i++) {
        const struct claim_condition *const condition = &outcome->conditions[i];
        const enum claim_truth truth = judge_condition(claim, condition, summary);
        if (truth == CLAIM_FALSE)
            return CLAIM_FALSE;
        if (truth > result) {
            result = truth;
            *open = condition;
        }
    }
    return result;
}

struct claim_judgement claims_judge(const struct claim *claim, const struct summary *summary)
{
    for (size_t i = 0; i < claim->outcome_count; i++) {
        const struct claim_outcome *const outcome = &claim->outcomes[i];
        const struct claim_condition *open;
        switch (judge_outcome(claim, outcome, summary, &open)) {
        case CLAIM_FALSE:
            continue;
        case CLAIM_TRUE:
            return (struct claim_judgement){.verdict = outcome->verdict, .outcome = outcome};
        case CLAIM_UNSURE:
            return (struct claim_judgement){
                .verdict = CLAIM_UNDECIDED, .open = open, .stuck_at = outcome};
        case CLAIM_MISSING:
            return (struct claim_judgement){
                .verdict = CLAIM_UNMEASURED, .open = open, .stuck_at = outcome};
        }
    }
    check_failed(__FILE__, __LINE__, "the last outcome of a claim has no conditions");
}
