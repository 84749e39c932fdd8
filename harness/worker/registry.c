#include "registry.h"

#include "crew.h"
#include "error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct registry_cell make_cell(const struct bench_variant *variant,
                                      const struct bench_value *value)
{
    struct registry_cell cell = {.variant = variant, .tier = variant->tier};
    if (value != NULL) {
        cell.value = value->value;
        cell.swept = true;
        if (value->tier > cell.tier)
            cell.tier = value->tier;
    }
    cell.run = variant->run_for != NULL ? variant->run_for(cell.value) : variant->run;
    return cell;
}

void registry_each(void (*visit)(const struct registry_cell *cell, void *user), void *user)
{
    const struct bench_scenario *const scenario = &bench_scenario;
    const unsigned cpus = crew_cpus();
    for (size_t v = 0; v < scenario->variant_count; v++) {
        const struct bench_variant *const variant = &scenario->variants[v];
        const bool swept = !variant->unswept && scenario->value_count > 0;
        const size_t count = swept ? scenario->value_count : 1;
        for (size_t i = 0; i < count; i++) {
            struct registry_cell cell = make_cell(variant, swept ? &scenario->values[i] : NULL);
            if (cell.run == NULL && variant->skip == NULL)
                continue;
            const unsigned most = variant->threads > 0 ? variant->threads : 2 * cpus;
            for (cell.threads = 1; cell.threads <= most; cell.threads++) {
                if (variant->threaded && cell.threads > cpus)
                    cell.tier = BENCH_EXTENDED;
                if (crew_has(variant, cell.threads, cpus))
                    visit(&cell, user);
            }
        }
    }
}

struct search {
    const char *variant;
    const char *value;
    unsigned threads;
    struct registry_cell found;
    bool done;
};

static void compare(const struct registry_cell *cell, void *user)
{
    struct search *const search = user;
    char value[24] = "";
    if (cell->swept)
        snprintf(value, sizeof value, "%" PRId64, cell->value);
    if (strcmp(search->variant, cell->variant->name) != 0 || strcmp(search->value, value) != 0)
        return;
    if (!crew_has(cell->variant, search->threads, search->threads))
        return;
    search->found = *cell;
    search->found.threads = search->threads;
    search->done = true;
}

bool registry_find(const char *variant, const char *value, unsigned threads,
                   struct registry_cell *cell)
{
    struct search search = {.variant = variant, .value = value, .threads = threads};
    registry_each(compare, &search);
    if (search.done)
        *cell = search.found;
    return search.done;
}

const char *registry_storage_name(enum bench_storage storage)
{
    static const char *const names[] = {
        [BENCH_STACK] = "stack", [BENCH_ARENA] = "arena",   [BENCH_POOL] = "pool",
        [BENCH_HEAP] = "heap",   [BENCH_STATIC] = "static", [BENCH_INLINE] = "inline",
    };
    CHECK((size_t)storage < BENCH_COUNT(names));
    return names[storage];
}
