#include "nearest.h"

#include "error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Damerau's edit distance in its restricted form ("optimal string alignment"): three rows of the
 * table of distances between all beginnings of a and b are kept, the third for swaps.
 */
static size_t edits(const char *a, const char *b)
{
    const size_t columns = strlen(b) + 1;
    size_t *const rows = check_alloc(3 * columns, sizeof *rows);
    size_t *before = rows, *last = rows + columns, *row = rows + 2 * columns;
    for (size_t j = 0; j < columns; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t *const oldest = before;
        before = last;
        last = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j < columns; j++) {
            const size_t replaced = last[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = min(replaced, min(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                same_letter(a[i - 2], b[j - 1]))
                row[j] = min(row[j], before[j - 2] + 1);
        }
    }
    const size_t result = row[columns - 1];
    free(rows);
    return result;
}

static bool begins_with(const char *word, const char *beginning)
{
    while (*beginning != '\0' && same_letter(*word, *beginning)) {
        word++;
        beginning++;
    }
    return *beginning == '\0';
}

const char *nearest_word(const char *word, const char *const words[], size_t count)
{
    const size_t length = strlen(word);
    const char *best = NULL;
    size_t best_edits = 0;
    /* Nothing long is a typing error of a word, and the table would be large. */
    if (length == 0 || length > 200)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const size_t longer = length > strlen(words[i]) ? length : strlen(words[i]);
        const size_t distance = begins_with(words[i], word) ? 1 : edits(word, words[i]);
        if ((distance == 1 || 3 * distance <= longer) && (best == NULL || distance < best_edits)) {
            best = words[i];
            best_edits = distance;
        }
    }
    return best;
}
