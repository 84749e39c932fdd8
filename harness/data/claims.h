/*
 * Claims: statements about what memory costs, each with the cells that test it and the rules by
 * which a summary decides it. They are data, read from a file that lies beside the scenarios; the
 * verdicts are computed and never written by hand.
 *
 * The file is text, a statement a line; `#` begins a comment line, a line that begins with a blank
 * goes on with the line before:
 *
 *     claim ID SENTENCE
 *     cell LABEL SCENARIO/VARIANT[/PARAM:VALUE] [each]
 *     note SENTENCE
 *     outcome VERDICT SENTENCE
 *     if [some] LABEL[/LABEL] QUANTITY RELATION NUMBER
 *
 * A cell is that of the baseline; with `each`, which is for cells of the heap, that of every
 * allocator. The outcomes are tried in their order, and the first whose conditions all hold is the
 * verdict: holds, only (in C, under what the sentence says), fails, untestable. The last outcome of
 * a claim has no conditions. A condition holds for every allocator, or with `some` for at least
 * one. QUANTITY is ns, allocs, frees or bytes, an operation; RELATION is < or >, or = for a count;
 * a quotient of two cells is for ns only, and of the same allocator where both have one.
 */
#ifndef ALLOCOST_CLAIMS_H
#define ALLOCOST_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct summary;
struct summary_row;

enum {
    CLAIM_CELLS = 16,
    CLAIM_CONDITIONS = 12,
    CLAIM_OUTCOMES = 6,
    CLAIM_NOTES = 4,
    CLAIM_READINGS = 32 /* allocators that a condition is read under */
};

/* What is compared. */
enum claim_quantity { CLAIM_NS, CLAIM_ALLOCS, CLAIM_FREES, CLAIM_BYTES };

/* What became of a claim. The first four are those that an outcome may name. */
enum claim_verdict {
    CLAIM_HOLDS,
    CLAIM_ONLY,       /* holds in C only under a condition */
    CLAIM_FAILS,      /* does not hold */
    CLAIM_UNTESTABLE, /* C has nothing to test it by */
    CLAIM_UNDECIDED,  /* measured, but the intervals are too wide, or there are none */
    CLAIM_UNMEASURED  /* a cell that decides is not in the run */
};

/* A cell that a claim names. Strings are never NULL and belong to the claims, as in all below. */
struct claim_cell {
    const char *label; /* by which conditions name it */
    const char *name;  /* scenario/variant/param:value */
    bool each;         /* under every allocator */
};

struct claim_condition {
    size_t over;  /* index of a cell of the claim */
    size_t under; /* that it is divided by; SIZE_MAX: by none */
    enum claim_quantity quantity;
    char relation; /* <, >, = */
    double bound;
    bool some; /* one allocator is enough */
};

struct claim_outcome {
    enum claim_verdict verdict;
    const char *words;
    struct claim_condition conditions[CLAIM_CONDITIONS];
    size_t condition_count;
};

struct claim {
    const char *id;
    const char *says;
    struct claim_cell cells[CLAIM_CELLS];
    size_t cell_count;
    const char *notes[CLAIM_NOTES];
    size_t note_count;
    struct claim_outcome outcomes[CLAIM_OUTCOMES];
    size_t outcome_count;
};

/* All claims of a file, in its order. */
struct claims {
    struct claim *items; /* owned */
    size_t count;
    struct text_pool *text; /* owned */
};

/*
 * Reads a file of claims. Returns 0, or -1 with a message that begins with `file:line: `; then
 * *claims is empty. claims_free gives everything back.
 */
int claims_load(const char *path, struct claims *claims, struct error *error);
void claims_free(struct claims *claims);

/* Whether a row is of the cell, whatever its allocator and status. */
bool claims_is_of_cell(const struct summary_row *row, const struct claim_cell *cell);

/*
 * The rows by which a cell is judged: those with times, of all allocators for one of the heap with
 * `each`, else the baseline's, else the one there is. Returns how many, at most CLAIM_READINGS.
 */
size_t claims_rows(const struct claim_cell *cell, const struct summary *summary,
                   const struct summary_row **rows);

/* What is known of a condition. */
enum claim_truth {
    CLAIM_FALSE,
    CLAIM_TRUE,
    CLAIM_UNSURE, /* the interval has the bound in it, or there is none */
    CLAIM_MISSING /* not measured */
};

/* A condition under one allocator. */
struct claim_reading {
    const char *allocator; /* empty where the cells call none; a string of the summary */
    double value;
    double low; /* of its interval; the value itself for a count, which is exact; NaN: none */
    double high;
    enum claim_truth truth; /* never CLAIM_MISSING */
};

/*
 * Reads the condition under each allocator that it is for and that measured its cells. Of a
 * quotient, the interval reaches from the one's low end over the other's high end to the reverse.
 * Returns how many readings there are, at most CLAIM_READINGS; none: its cells are not in the run.
 */
size_t claims_read(const struct claim *claim, const struct claim_condition *condition,
                   const struct summary *summary, struct claim_reading *readings);

/* The judgement of a claim. */
struct claim_judgement {
    enum claim_verdict verdict;
    const struct claim_outcome *outcome;  /* NULL when undecided or unmeasured */
    const struct claim_condition *open;   /* that could not be decided; NULL when there is none */
    const struct claim_outcome *stuck_at; /* the outcome it belongs to */
};

/* Judges a claim by a summary. Cannot fail. */
struct claim_judgement claims_judge(const struct claim *claim, const struct summary *summary);

/* Writes what became of each claim, with the numbers, as Markdown; whole or not at all. */
int claims_write(const struct claims *claims, const struct summary *summary, const char *path,
                 struct error *error);

/* A verdict in words: `does not hold`. */
const char *claims_verdict_words(enum claim_verdict verdict);

/* The word of a quantity in the file. */
const char *claims_quantity_name(enum claim_quantity quantity);

#endif
