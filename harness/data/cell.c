#include "data/cell.h"

#include "data/csv.h"
#include "data/text.h"
#include "error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *const cell_status_words[4] = {[SAMPLE_OK] = "ok",
                                          [SAMPLE_NOISY] = "noisy",
                                          [SAMPLE_SKIPPED] = "skipped",
                                          [SAMPLE_FAILED] = "failed"};

/* Empty when the storage was not known: the worker died before it could say. */
static const char *const storage_words[] = {"",      "stack",  "heap",  "pool",
                                            "arena", "static", "inline"};

enum { STORAGE_COUNT = sizeof storage_words / sizeof *storage_words, MOST_THREADS = 65536 };

/* A value is a decimal integer, with a sign when it is below 0. */
static int check_value(const struct csv_reader *reader, size_t index, struct error *error)
{
    const char *const text = csv_field(reader, index);
    if (*text == '\0')
        return 0;
    const char *const digits = *text == '-' ? text + 1 : text;
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return csv_fail(reader, index, error, "`%.40s` is no whole number", text);
    return 0;
}

int cell_read(const struct csv_reader *reader, size_t first, struct text_pool *pool,
              struct cell *cell, struct error *error)
{
    size_t storage = 0;
    uint64_t threads = 0;
    if (csv_choice(reader, first + 2, storage_words, STORAGE_COUNT, &storage, error) != 0 ||
        check_value(reader, first + 4, error) != 0 ||
        csv_unsigned(reader, first + 5, 1, MOST_THREADS, &threads, error) != 0)
        return -1;
    for (size_t i = 0; i < 2; i++)
        if (*csv_field(reader, first + i) == '\0')
            return csv_fail(reader, first + i, error, "empty");
    *cell = (struct cell){.scenario = text_intern(pool, csv_field(reader, first)),
                          .variant = text_intern(pool, csv_field(reader, first + 1)),
                          .storage = text_intern(pool, storage_words[storage]),
                          .param = text_intern(pool, csv_field(reader, first + 3)),
                          .value = text_intern(pool, csv_field(reader, first + 4)),
                          .threads = (unsigned)threads,
                          .allocator = text_intern(pool, csv_field(reader, first + 6))};
    return 0;
}

int cell_read_status(const struct csv_reader *reader, size_t index, enum sample_status *status,
                     struct error *error)
{
    size_t choice = 0;
    if (csv_choice(reader, index, cell_status_words, 4, &choice, error) != 0)
        return -1;
    *status = (enum sample_status)choice;
    return 0;
}

void cell_put(struct csv_buffer *buffer, const struct cell *cell)
{
    CHECK(cell->threads >= 1);
    csv_put_text(buffer, cell->scenario);
    csv_put_text(buffer, cell->variant);
    csv_put_text(buffer, cell->storage);
    csv_put_text(buffer, cell->param);
    csv_put_text(buffer, cell->value);
    csv_put_unsigned(buffer, cell->threads);
    csv_put_text(buffer, cell->allocator);
}

struct cell cell_intern(struct text_pool *pool, const struct cell *cell)
{
    return (struct cell){.scenario = text_intern(pool, cell->scenario),
                         .variant = text_intern(pool, cell->variant),
                         .storage = text_intern(pool, cell->storage),
                         .param = text_intern(pool, cell->param),
                         .value = text_intern(pool, cell->value),
                         .threads = cell->threads,
                         .allocator = text_intern(pool, cell->allocator)};
}

bool cell_equal_work(const struct cell *left, const struct cell *right)
{
    return left->scenario == right->scenario && left->variant == right->variant &&
           left->param == right->param && left->value == right->value &&
           left->threads == right->threads;
}

bool cell_equal(const struct cell *left, const struct cell *right)
{
    return cell_equal_work(left, right) && left->allocator == right->allocator;
}

/* Mixes the addresses; each step multiplies by the 64-bit golden ratio (Knuth, TAOCP 3, 6.4). */
static size_t hash_cell(const struct cell *cell)
{
    const uintptr_t parts[] = {(uintptr_t)cell->scenario,
                               (uintptr_t)cell->variant,
                               (uintptr_t)cell->param,
                               (uintptr_t)cell->value,
                               cell->threads,
                               (uintptr_t)cell->allocator};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        hash = (hash ^ parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

/* The slot that holds the cell, or the free one where it belongs. The set has slots. */
static size_t *find_slot(const struct cell_set *set, const struct cell *cell)
{
    size_t index = hash_cell(cell) & (set->slot_count - 1);
    while (set->slots[index] != 0 && !cell_equal(&set->cells[set->slots[index] - 1], cell))
        index = (index + 1) & (set->slot_count - 1);
    return &set->slots[index];
}

static void grow(struct cell_set *set)
{
    set->room = set->room > 0 ? 2 * set->room : 32;
    set->cells = check_realloc(set->cells, set->room, sizeof *set->cells);
    free(set->slots);
    set->slot_count = 2 * set->room;
    set->slots = check_alloc(set->slot_count, sizeof *set->slots);
    for (size_t i = 0; i < set->count; i++)
        *find_slot(set, &set->cells[i]) = i + 1;
}

size_t cell_set_add(struct cell_set *set, const struct cell *cell)
{
    if (set->count == set->room)
        grow(set);
    size_t *const slot = find_slot(set, cell);
    if (*slot == 0) {
        set->cells[set->count++] = *cell;
        *slot = set->count;
    }
    return *slot - 1;
}

size_t cell_set_find(const struct cell_set *set, const struct cell *cell)
{
    const size_t number = set->count > 0 ? *find_slot(set, cell) : 0;
    return number > 0 ? number - 1 : SIZE_MAX;
}

void cell_set_free(struct cell_set *set)
{
    free(set->cells);
    free(set->slots);
    *set = (struct cell_set){0};
}
