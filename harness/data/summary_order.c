/* The order in which allocators are shown, one for table, findings, files and figures of a run. */
#include "data/cell.h"
#include "data/summary.h"
#include "error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* An allocator of the rows, and where it belongs. */
struct ranked {
    const char *name;
    size_t rank;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *const a = left, *const b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* A row, the cell it is of in the order of the cells, and the place of its allocator. */
struct place {
    size_t line;
    size_t allocator;
    const struct summary_row *row;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *const a = left, *const b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->allocator < b->allocator ? -1 : a->allocator > b->allocator;
}

/* Takes the allocators from the rows; the baseline is first. */
static void find_allocators(struct summary *summary)
{
    struct cell_set seen = {0};
    const struct cell baseline = {.allocator = summary->baseline};
    if (*summary->baseline != '\0')
        cell_set_add(&seen, &baseline);
    for (size_t i = 0; i < summary->count; i++) {
        const struct cell key = {.allocator = summary->rows[i].cell.allocator};
        if (*key.allocator != '\0')
            cell_set_add(&seen, &key);
    }
    free(summary->allocators);
    summary->allocators = check_alloc(seen.count, sizeof *summary->allocators);
    summary->allocator_count = seen.count;
    for (size_t i = 0; i < seen.count; i++)
        summary->allocators[i] = seen.cells[i].allocator;
    cell_set_free(&seen);
}

static void sort_allocators(struct summary *summary, const char *const names[], size_t count)
{
    struct ranked *const ranked = check_alloc(summary->allocator_count, sizeof *ranked);
    for (size_t i = 0; i < summary->allocator_count; i++) {
        const char *const name = summary->allocators[i];
        size_t rank = count == 0 ? i : 0;
        while (rank < count && strcmp(names[rank], name) != 0)
            rank++;
        ranked[i] = (struct ranked){name, name == summary->baseline ? 0 : rank + 1};
    }
    if (summary->allocator_count > 0)
        qsort(ranked, summary->allocator_count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < summary->allocator_count; i++)
        summary->allocators[i] = ranked[i].name;
    free(ranked);
}

static size_t place_of(const struct summary *summary, const char *allocator)
{
    for (size_t i = 0; i < summary->allocator_count; i++)
        if (summary->allocators[i] == allocator)
            return i + 1;
    return 0; /* of a cell that calls none */
}

void summary_order(struct summary *summary, const char *const names[], size_t count)
{
    find_allocators(summary);
    sort_allocators(summary, names, count);
    struct place *const places = check_alloc(summary->count, sizeof *places);
    size_t line = 0;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_row *const row = &summary->rows[i];
        line += i > 0 && !cell_equal_work(&row[-1].cell, &row->cell);
        places[i] = (struct place){line, place_of(summary, row->cell.allocator), row};
    }
    if (summary->count > 0)
        qsort(places, summary->count, sizeof *places, compare_places);
    struct summary_row *const sorted = check_alloc(summary->count, sizeof *sorted);
    for (size_t i = 0; i < summary->count; i++)
        sorted[i] = *places[i].row;
    free(places);
    free(summary->rows);
    summary->rows = sorted;
}
