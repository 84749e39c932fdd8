/* The file of claims, taken apart. */
#include "data/claims.h"

#include "data/text.h"
#include "error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words that an outcome may name. */
static const char *const verdict_words[] = {[CLAIM_HOLDS] = "holds",
                                            [CLAIM_ONLY] = "only",
                                            [CLAIM_FAILS] = "fails",
                                            [CLAIM_UNTESTABLE] = "untestable"};

static const char *const quantity_words[] = {
    [CLAIM_NS] = "ns", [CLAIM_ALLOCS] = "allocs", [CLAIM_FREES] = "frees", [CLAIM_BYTES] = "bytes"};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

const char *claims_quantity_name(enum claim_quantity quantity)
{
    return quantity_words[quantity];
}

/* A file that is being read. */
struct parser {
    const char *path;
    unsigned line; /* where the statement begins */
    struct claims *claims;
    struct error *error;
};

__attribute__((format(printf, 2, 3))) static int complain(const struct parser *parser,
                                                          const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(parser->error, "%s:%u: %s", parser->path, parser->line, text);
}

/* The next word of the text, which is cut off it; empty at the end. */
static char *take_word(char **rest)
{
    char *word = *rest + strspn(*rest, " ");
    char *const end = word + strcspn(word, " ");
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

static bool is_of(const char *text, const char *characters)
{
    return *text != '\0' && text[strspn(text, characters)] == '\0';
}

#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789_"

/* Finds a word in a list. Returns its index, or -1. */
static int find_word(const char *word, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return (int)i;
    return -1;
}

static int take_sentence(const struct parser *parser, char *rest, const char **out)
{
    const char *const sentence = rest + strspn(rest, " ");
    if (*sentence == '\0')
        return complain(parser, "there is no sentence");
    *out = text_intern(parser->claims->text, sentence);
    return 0;
}

/* A claim is whole when its last outcome, and no other, has no conditions. */
static int check_whole(const struct parser *parser)
{
    if (parser->claims->count == 0)
        return 0;
    const struct claim *const claim = &parser->claims->items[parser->claims->count - 1];
    const size_t last = claim->outcome_count - 1;
    if (claim->outcome_count == 0)
        return complain(parser, "claim %s before this line has no outcome", claim->id);
    for (size_t i = 0; i < last; i++)
        if (claim->outcomes[i].condition_count == 0)
            return complain(
                parser, "an outcome of claim %s is never reached: one before it has no conditions",
                claim->id);
    if (claim->outcomes[last].condition_count > 0)
        return complain(parser,
                        "the last outcome of claim %s has conditions: what if they do not hold?",
                        claim->id);
    return 0;
}

static int read_claim(struct parser *parser, char *rest)
{
    struct claims *const claims = parser->claims;
    if (check_whole(parser) != 0)
        return -1;
    const char *const id = take_word(&rest);
    if (!is_of(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
        return complain(parser, "'%s' is no id of a claim: capital letters and digits", id);
    for (size_t i = 0; i < claims->count; i++)
        if (strcmp(claims->items[i].id, id) == 0)
            return complain(parser, "claim %s stands twice", id);
    claims->items = check_realloc(claims->items, claims->count + 1, sizeof *claims->items);
    struct claim *const claim = &claims->items[claims->count++];
    *claim = (struct claim){.id = text_intern(claims->text, id)};
    return take_sentence(parser, rest, &claim->says);
}

static size_t find_cell(const struct claim *claim, const char *label)
{
    for (size_t i = 0; i < claim->cell_count; i++)
        if (strcmp(claim->cells[i].label, label) == 0)
            return i;
    return SIZE_MAX;
}

/* Whether the text is scenario/variant or scenario/variant/param:value. */
static bool is_cell_name(const char *text)
{
    const char *const variant = strchr(text, '/');
    const char *const value = variant != NULL ? strchr(variant + 1, '/') : NULL;
    const char *const number = value != NULL ? strchr(value + 1, ':') : NULL;
    return variant != NULL && variant > text && is_of(variant + 1, SMALL "/:") &&
           is_of(text, SMALL "/:") && (value == NULL || (value > variant + 1 && number != NULL));
}

static int read_cell(struct parser *parser, struct claim *claim, char *rest)
{
    if (claim->cell_count == CLAIM_CELLS)
        return complain(parser, "claim %s has more than %d cells", claim->id, CLAIM_CELLS);
    const char *const label = take_word(&rest);
    const char *const name = take_word(&rest);
    const char *const each = take_word(&rest);
    if (!is_of(label, SMALL))
        return complain(parser, "'%s' is no label of a cell", label);
    if (find_cell(claim, label) != SIZE_MAX)
        return complain(parser, "cell %s stands twice", label);
    if (!is_cell_name(name))
        return complain(parser, "'%s' is no name of a cell: scenario/variant/param:value", name);
    if (*each != '\0' && strcmp(each, "each") != 0)
        return complain(parser, "'%s' behind a cell; only `each` may be there", each);
    if (*take_word(&rest) != '\0')
        return complain(parser, "too many words");
    struct text_pool *const text = parser->claims->text;
    claim->cells[claim->cell_count++] = (struct claim_cell){
        .label = text_intern(text, label), .name = text_intern(text, name), .each = *each != '\0'};
    return 0;
}

static int read_outcome(struct parser *parser, struct claim *claim, char *rest)
{
    if (claim->outcome_count == CLAIM_OUTCOMES)
        return complain(parser, "claim %s has more than %d outcomes", claim->id, CLAIM_OUTCOMES);
    const char *const word = take_word(&rest);
    const int verdict = find_word(word, verdict_words, LENGTH(verdict_words));
    if (verdict < 0)
        return complain(parser, "'%s' is no verdict: holds, only, fails, untestable", word);
    struct claim_outcome *const outcome = &claim->outcomes[claim->outcome_count++];
    *outcome = (struct claim_outcome){.verdict = (enum claim_verdict)verdict};
    return take_sentence(parser, rest, &outcome->words);
}

/* LABEL or LABEL/LABEL. */
static int read_quotient(struct parser *parser, const struct claim *claim, char *word,
                         struct claim_condition *condition)
{
    char *const slash = strchr(word, '/');
    if (slash != NULL)
        *slash = '\0';
    condition->over = find_cell(claim, word);
    condition->under = slash != NULL ? find_cell(claim, slash + 1) : SIZE_MAX;
    if (condition->over == SIZE_MAX)
        return complain(parser, "claim %s has no cell '%s'", claim->id, word);
    if (slash != NULL && condition->under == SIZE_MAX)
        return complain(parser, "claim %s has no cell '%s'", claim->id, slash + 1);
    return 0;
}

static int read_condition(struct parser *parser, struct claim *claim, char *rest)
{
    if (claim->outcome_count == 0)
        return complain(parser, "a condition belongs to an outcome: there is none before it");
    struct claim_outcome *const outcome = &claim->outcomes[claim->outcome_count - 1];
    if (outcome->condition_count == CLAIM_CONDITIONS)
        return complain(parser, "an outcome has more than %d conditions", CLAIM_CONDITIONS);
    struct claim_condition condition = {.some = false};
    char *word = take_word(&rest);
    if (strcmp(word, "some") == 0) {
        condition.some = true;
        word = take_word(&rest);
    }
    if (read_quotient(parser, claim, word, &condition) != 0)
        return -1;
    const char *const quantity = take_word(&rest);
    const int number = find_word(quantity, quantity_words, LENGTH(quantity_words));
    if (number < 0)
        return complain(parser, "'%s' is no quantity: ns, allocs, frees, bytes", quantity);
    condition.quantity = (enum claim_quantity)number;
    const char *const relation = take_word(&rest);
    if (strlen(relation) != 1 || strchr("<>=", *relation) == NULL)
        return complain(parser, "'%s' is no relation: <, >, =", relation);
    condition.relation = *relation;
    const bool timed = condition.quantity == CLAIM_NS;
    if (timed && condition.relation == '=')
        return complain(parser, "a time is never exactly a number: use < and >");
    if (!timed && condition.under != SIZE_MAX)
        return complain(parser, "a quotient is for ns only");
    const char *const bound = take_word(&rest);
    char *end;
    condition.bound = strtod(bound, &end);
    if (!is_of(bound, "0123456789.") || end == bound || *end != '\0')
        return complain(parser, "'%s' is no number", bound);
    if (*take_word(&rest) != '\0')
        return complain(parser, "too many words");
    outcome->conditions[outcome->condition_count++] = condition;
    return 0;
}

static int read_statement(struct parser *parser, char *text)
{
    struct claims *const claims = parser->claims;
    const char *const word = take_word(&text);
    if (strcmp(word, "claim") == 0)
        return read_claim(parser, text);
    static const char *const words[] = {"cell", "note", "outcome", "if"};
    const int kind = find_word(word, words, LENGTH(words));
    if (kind < 0)
        return complain(parser, "'%s' is none of: claim, cell, note, outcome, if", word);
    if (claims->count == 0)
        return complain(parser, "'%s' before the first claim", word);
    struct claim *const claim = &claims->items[claims->count - 1];
    if (kind == 0)
        return read_cell(parser, claim, text);
    if (kind == 2)
        return read_outcome(parser, claim, text);
    if (kind == 3)
        return read_condition(parser, claim, text);
    if (claim->note_count == CLAIM_NOTES)
        return complain(parser, "claim %s has more than %d notes", claim->id, CLAIM_NOTES);
    return take_sentence(parser, text, &claim->notes[claim->note_count++]);
}

/* Appends a line to the statement that it goes on with, with one blank between. */
static void join(char **statement, const char *line)
{
    char *const longer = check_format("%s%s%s", *statement, **statement != '\0' ? " " : "", line);
    free(*statement);
    *statement = longer;
}

static int read_lines(struct parser *parser, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    char *statement = check_strdup("");
    unsigned number = 0;
    ssize_t got;
    int result = 0;
    while (result == 0 && (got = getline(&line, &room, file)) >= 0) {
        number++;
        if (strlen(line) != (size_t)got || line[strcspn(line, "\t\r")] != '\0') {
            parser->line = number;
            result = complain(parser, "a tab, a carriage return or a NUL byte");
            break;
        }
        line[strcspn(line, "\n")] = '\0';
        const char *const text = line + strspn(line, " ");
        if (*text == '\0' || *text == '#')
            continue;
        if (text != line && *statement != '\0') {
            join(&statement, text);
            continue;
        }
        if (*statement != '\0')
            result = read_statement(parser, statement);
        free(statement);
        statement = check_strdup(text);
        if (result == 0)
            parser->line = number;
    }
    if (result == 0 && ferror(file))
        result = error_set_errno(parser->error, "%s", parser->path);
    if (result == 0 && *statement != '\0')
        result = read_statement(parser, statement);
    if (result == 0)
        result = check_whole(parser);
    free(statement);
    free(line);
    return result;
}

int claims_load(const char *path, struct claims *claims, struct error *error)
{
    *claims = (struct claims){.items = NULL};
    FILE *const file = fopen(path, "re");
    if (file == NULL)
        return error_set_errno(error, "%s", path);
    claims->text = text_pool_new();
    struct parser parser = {.path = path, .line = 1, .claims = claims, .error = error};
    int result = read_lines(&parser, file);
    fclose(file);
    if (result == 0 && claims->count == 0)
        result = error_set(error, "%s:1: there is no claim in it", path);
    if (result != 0)
        claims_free(claims);
    return result;
}

void claims_free(struct claims *claims)
{
    free(claims->items);
    text_pool_free(claims->text);
    *claims = (struct claims){.items = NULL};
}
