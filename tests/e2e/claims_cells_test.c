/*
 * The project's own claims: every cell that they name is one of the programs that were built (or
 * of a variant that needs a compiler that is not here), and what is to be judged under every
 * allocator is of the heap.
 */
#include "check.h"
#include "data/claims.h"
#include "error.h"
#include "run/plan.h"

static const struct plan_cell *find(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->cell_count; i++) {
        char text[256];
        plan_cell_name(&plan->cells[i], text, sizeof text);
        if (strcmp(text, name) == 0)
            return &plan->cells[i];
    }
    return NULL;
}

/* Whether the cell is of a variant that this build cannot make, and so has no values. */
static bool is_skipped(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct plan_cell *const cell = &plan->cells[i];
        char start[256];
        const int length =
            snprintf(start, sizeof start, "%s/%s", cell->id.scenario, cell->id.variant);
        if (*cell->skip != '\0' && strncmp(name, start, (size_t)length) == 0 &&
            (name[length] == '/' || name[length] == '\0'))
            return true;
    }
    return false;
}

static void check_cell(const struct plan *plan, const struct claim *claim,
                       const struct claim_cell *cell)
{
    const struct plan_cell *const built = find(plan, cell->name);
    if (built == NULL && is_skipped(plan, cell->name))
        return;
    if (built == NULL)
        fprintf(stderr, "claim %s: no program has the cell %s\n", claim->id, cell->name);
    EXPECT(built != NULL);
    if (built == NULL || !cell->each)
        return;
    if (!built->heap)
        fprintf(stderr, "claim %s: %s is not of the heap\n", claim->id, cell->name);
    EXPECT(built->heap);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    struct error error = {""};
    struct claims claims;
    struct plan plan;
    const int failed =
        claims_load(argv[1], &claims, &error) != 0 || plan_discover(argv[2], &plan, &error) != 0;
    EXPECT_INT(failed, 0);
    if (failed) {
        fprintf(stderr, "%s\n", error.text);
        return check_result();
    }
    EXPECT(find(&plan, "no/such/cell:1") == NULL);
    for (size_t i = 0; i < claims.count; i++) {
        const struct claim *const claim = &claims.items[i];
        for (size_t c = 0; c < claim->cell_count; c++)
            check_cell(&plan, claim, &claim->cells[c]);
    }
    claims_free(&claims);
    plan_free(&plan);
    return check_result();
}
