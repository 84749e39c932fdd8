#include "data/checksum.h"

#include "data/replicate.h"
#include "error.h"

#include <stdbool.h>
#include <stdlib.h>

/* A row as far as its checksum goes. */
struct entry {
    uint64_t iterations;
    uint64_t checksum;
    size_t cell;
};

static int compare_entries(const void *left, const void *right)
{
    const struct entry *const a = left, *const b = right;
    if (a->iterations != b->iterations)
        return a->iterations < b->iterations ? -1 : 1;
    if (a->checksum != b->checksum)
        return a->checksum < b->checksum ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

/* Finds the right checksum among sorted entries of equal iterations. False: there is none. */
static bool find_right(const struct entry *entries, size_t count,
                       const struct replicated_cell *cells, const char *baseline, uint64_t *right)
{
    /* More than half of them, and so the one in the middle. */
    *right = entries[count / 2].checksum;
    size_t same = 0;
    for (size_t i = 0; i < count; i++)
        same += entries[i].checksum == *right;
    if (2 * same > count)
        return true;
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (cells[entries[i].cell].cell.allocator != baseline)
            continue;
        if (found && entries[i].checksum != *right)
            return false;
        *right = entries[i].checksum;
        found = true;
    }
    return found;
}

static void judge_entries(const struct entry *entries, size_t count, const char *baseline,
                          struct replicated_cell *cells)
{
    if (entries[0].checksum == entries[count - 1].checksum)
        return;
    uint64_t right = 0;
    const bool known = find_right(entries, count, cells, baseline, &right);
    for (size_t i = 0; i < count; i++) {
        struct replicated_cell *const cell = &cells[entries[i].cell];
        if ((known && entries[i].checksum == right) || cell->status == SAMPLE_FAILED)
            continue;
        cell->status = SAMPLE_FAILED;
        cell->detail = CHECKSUM_DIFFERS;
        cell->count = 0;
    }
}

void checksum_judge(const struct sample *rows, const uint32_t *numbers, const size_t *starts,
                    size_t count, const char *baseline, struct replicated_cell *cells)
{
    struct entry *const entries = check_alloc(starts[count] - starts[0], sizeof *entries);
    size_t filled = 0;
    for (size_t c = 0; c < count; c++) {
        for (size_t i = starts[c]; i < starts[c + 1]; i++) {
            const struct sample *const row = &rows[numbers[i]];
            if (row->has_checksum && (row->status == SAMPLE_OK || row->status == SAMPLE_NOISY))
                entries[filled++] = (struct entry){row->iterations, row->checksum, c};
        }
    }
    qsort(entries, filled, sizeof *entries, compare_entries);
    for (size_t first = 0, end; first < filled; first = end) {
        for (end = first + 1; end < filled; end++)
            if (entries[end].iterations != entries[first].iterations)
                break;
        judge_entries(entries + first, end - first, baseline, cells);
    }
    free(entries);
}
