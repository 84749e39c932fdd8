#include "plot/shown_order.h"

#include "allocators.h"
#include "data/keyvalue.h"
#include "data/summary.h"
#include "error.h"

#include <stdlib.h>

void shown_order(struct summary *summary, const struct keyvalues *machine)
{
    /* A summary of few rounds does not tell which the baseline is. */
    const char *const baseline = keyvalues_get(machine, "run.baseline");
    struct allocator_list list = allocators_order(keyvalues_get(machine, "run.allocators"));
    const char **const names = check_alloc(list.count + 1, sizeof *names);
    size_t count = 0;
    if (baseline != NULL)
        names[count++] = baseline;
    for (size_t i = 0; i < list.count; i++)
        names[count++] = list.items[i].label;
    summary_order(summary, names, count);
    free(names);
    allocator_list_free(&list);
}
