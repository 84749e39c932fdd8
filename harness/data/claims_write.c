/* What became of each claim, as Markdown. */
#include "data/claims.h"

#include "data/file.h"
#include "data/summary.h"
#include "error.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words_of_verdicts[] = {
    [CLAIM_HOLDS] = "holds",
    [CLAIM_ONLY] = "holds in C only under a condition",
    [CLAIM_FAILS] = "does not hold",
    [CLAIM_UNTESTABLE] = "not testable in C",
    [CLAIM_UNDECIDED] = "not decided by this run",
    [CLAIM_UNMEASURED] = "not measured in this run",
};

const char *claims_verdict_words(enum claim_verdict verdict)
{
    return words_of_verdicts[verdict];
}

static const char intro[] =
    "# What this run says of each claim\n"
    "\n"
    "Computed from `summary.csv` by fixed rules, which stand beside the scenarios; nothing here is "
    "written by hand.\n"
    "Times are medians of processes in nanoseconds an operation, with their 95 % intervals; the "
    "interval of a quotient\n"
    "goes from the one's low end over the other's high end to the reverse. A condition on a time "
    "is met when its whole\n"
    "interval meets it, and not met when none of it does; else the run does not decide. Counts "
    "are exact.\n"
    "\n";

/* Text that somebody else chose, so that it stays text, on one line and in its column. */
static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            fputc('?', out);
        else if (strchr("\\`*_{}[]<>#|!&~", byte) != NULL)
            fprintf(out, "\\%c", byte);
        else
            fputc(byte, out);
    }
}

/* Three digits that tell, or more where they are whole; nothing for NaN. */
static void put_number(FILE *out, double value)
{
    if (isnan(value))
        return;
    if (value == floor(value) && value < 1e15)
        fprintf(out, "%.0f", value);
    else
        fprintf(out, value < 999.5 ? "%.3g" : "%.0f", value);
}

static void put_interval(FILE *out, double low, double high)
{
    if (isnan(low) || isnan(high))
        return;
    put_number(out, low);
    fputs(" to ", out);
    put_number(out, high);
}

static void put_row(FILE *out, const struct claim_cell *cell, const struct summary_row *row,
                    bool instructions)
{
    fprintf(out, "| `%s` | ", cell->name);
    if (strcmp(row->cell.storage, "heap") == 0)
        put_text(out, row->cell.allocator);
    fputs(" | ", out);
    put_number(out, row->ns_median);
    fputs(row->status == SAMPLE_NOISY ? " (noisy) | " : " | ", out);
    put_interval(out, row->ns_low, row->ns_high);
    const double counts[] = {row->allocs_per_op, row->frees_per_op, row->bytes_per_op};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        fputs(" | ", out);
        put_number(out, counts[i]);
    }
    if (instructions) {
        fputs(" | ", out);
        put_number(out, row->instructions_per_op);
    }
    fputs(" |\n", out);
}

static bool any_instructions(const struct summary *summary)
{
    for (size_t i = 0; i < summary->count; i++)
        if (!isnan(summary->rows[i].instructions_per_op))
            return true;
    return false;
}

/* What was measured of the claim's cells. */
static void put_cells(FILE *out, const struct claim *claim, const struct summary *summary)
{
    const bool instructions = any_instructions(summary);
    bool begun = false;
    for (size_t c = 0; c < claim->cell_count; c++) {
        const struct summary_row *rows[CLAIM_READINGS];
        const size_t count = claims_rows(&claim->cells[c], summary, rows);
        if (count > 0 && !begun)
            fprintf(out,
                    "| cell | under | ns/op | interval | allocs/op | frees/op | B/op |%s\n"
                    "|---|---|--:|--:|--:|--:|--:|%s\n",
                    instructions ? " instr/op |" : "", instructions ? "--:|" : "");
        begun = begun || count > 0;
        for (size_t i = 0; i < count; i++)
            put_row(out, &claim->cells[c], rows[i], instructions);
    }
    if (begun)
        fputc('\n', out);
}

/* The cells that are not in the run; of rows that failed or were skipped, why. */
static void put_absent(FILE *out, const struct claim *claim, const struct summary *summary)
{
    bool begun = false;
    for (size_t c = 0; c < claim->cell_count; c++) {
        const struct claim_cell *const cell = &claim->cells[c];
        bool there = false;
        for (size_t i = 0; i < summary->count; i++) {
            const struct summary_row *const row = &summary->rows[i];
            if (!claims_is_of_cell(row, cell))
                continue;
            there = true;
            if (row->samples > 0)
                continue;
            fprintf(out, "* `%s` ", cell->name);
            if (*row->cell.allocator != '\0') {
                fputs("under ", out);
                put_text(out, row->cell.allocator);
                fputc(' ', out);
            }
            fprintf(out, "%s: ", row->status == SAMPLE_SKIPPED ? "was skipped" : "failed");
            put_text(out, *row->note != '\0' ? row->note : "no reason was given");
            fputs(".\n", out);
            begun = true;
        }
        if (!there)
            fprintf(out, "* `%s` is not in this run.\n", cell->name);
        begun = begun || !there;
    }
    if (begun)
        fputc('\n', out);
}

static void put_condition_name(FILE *out, const struct claim *claim,
                               const struct claim_condition *condition)
{
    fprintf(out, "%s of `%s`", claims_quantity_name(condition->quantity),
            claim->cells[condition->over].name);
    if (condition->under != SIZE_MAX)
        fprintf(out, " over `%s`", claim->cells[condition->under].name);
}

/* Whether a count is the same under all allocators: then it is said once. */
static bool is_one(const struct claim_condition *condition, const struct claim_reading *readings,
                   size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (condition->quantity == CLAIM_NS || readings[i].value != readings[0].value)
            return false;
    return count > 1;
}

/* One line of the table; `reading` may be NULL. */
static void put_reading(FILE *out, const struct claim *claim,
                        const struct claim_condition *condition,
                        const struct claim_reading *reading, bool each)
{
    static const char *const words[] = {
        [CLAIM_FALSE] = "no", [CLAIM_TRUE] = "yes", [CLAIM_UNSURE] = "not decided"};
    fputs("| ", out);
    put_condition_name(out, claim, condition);
    fputs(" | ", out);
    if (reading != NULL)
        put_text(out, each ? "each" : reading->allocator);
    fputs(" | ", out);
    if (reading != NULL)
        put_number(out, reading->value);
    fputs(" | ", out);
    if (reading != NULL && condition->quantity == CLAIM_NS)
        put_interval(out, reading->low, reading->high);
    fprintf(out, " | \\%c %g%s | %s |\n", condition->relation, condition->bound,
            condition->some ? " for some" : "",
            reading != NULL ? words[reading->truth] : "not measured");
}

/* The conditions that decided, or that could not. */
static void put_conditions(FILE *out, const struct claim *claim,
                           const struct claim_outcome *outcome, const struct summary *summary)
{
    if (outcome->condition_count == 0)
        return;
    fputs("| condition | under | is | interval | wanted | met |\n|---|---|--:|--:|---|---|\n", out);
    for (size_t i = 0; i < outcome->condition_count; i++) {
        const struct claim_condition *const condition = &outcome->conditions[i];
        struct claim_reading readings[CLAIM_READINGS];
        const size_t count = claims_read(claim, condition, summary, readings);
        const bool one = is_one(condition, readings, count);
        if (count == 0)
            put_reading(out, claim, condition, NULL, false);
        for (size_t r = 0; r < (one ? 1 : count); r++)
            put_reading(out, claim, condition, &readings[r], one);
    }
    fputc('\n', out);
}

static void put_claim(FILE *out, const struct claim *claim, const struct summary *summary)
{
    const struct claim_judgement judgement = claims_judge(claim, summary);
    fprintf(out, "## %s: %s\n\n", claim->id, claims_verdict_words(judgement.verdict));
    fprintf(out, "> %s\n\n", claim->says);
    if (judgement.outcome != NULL)
        fprintf(out, "%s\n\n", judgement.outcome->words);
    if (judgement.verdict == CLAIM_UNDECIDED)
        fputs("An interval has its bound within it, or there is none: more rounds (6 at least), or "
              "a quieter machine, decide.\n\n",
              out);
    if (judgement.verdict == CLAIM_UNMEASURED)
        fputs(
            "What decides is not in this run: a longer budget or `--all` measures every cell.\n\n",
            out);
    put_cells(out, claim, summary);
    if (judgement.outcome != NULL && judgement.outcome->condition_count > 0)
        put_conditions(out, claim, judgement.outcome, summary);
    else if (judgement.outcome != NULL && judgement.outcome != claim->outcomes)
        put_conditions(out, claim, judgement.outcome - 1, summary); /* what was not met */
    else if (judgement.open != NULL)
        put_conditions(out, claim, judgement.stuck_at, summary);
    put_absent(out, claim, summary);
    for (size_t i = 0; i < claim->note_count; i++)
        fprintf(out, "%s\n\n", claim->notes[i]);
}

int claims_write(const struct claims *claims, const struct summary *summary, const char *path,
                 struct error *error)
{
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const out = open_memstream(&text, &size_bytes);
    CHECK(out != NULL);
    fputs(intro, out);
    fputs("| | claim | verdict |\n|---|---|---|\n", out);
    for (size_t i = 0; i < claims->count; i++)
        fprintf(out, "| %s | %s | %s |\n", claims->items[i].id, claims->items[i].says,
                claims_verdict_words(claims_judge(&claims->items[i], summary).verdict));
    fputc('\n', out);
    for (size_t i = 0; i < claims->count; i++)
        put_claim(out, &claims->items[i], summary);
    CHECK(fclose(out) == 0);
    const int result = file_replace(path, text, size_bytes, error);
    free(text);
    return result;
}
