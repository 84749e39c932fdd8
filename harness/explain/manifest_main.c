/*
 * Prints, for the machine-code gate, where the run function of every cell is and what its code must
 * contain when this program's compiler made it. Linked with the scenario's object; runs nothing of
 * it. Lines: cell, variant, value or nothing, offset from __executable_start in hexadecimal, the
 * enum bench_code, allocator functions; each behind a tab.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>

extern const char __executable_start[]; /* by the linker */

static void print_cell(const struct bench_variant *variant, int64_t value)
{
    bench_run *const run = variant->run_for != NULL ? variant->run_for(value) : variant->run;
    if (run == NULL)
        return;
#if defined(__clang__)
    const enum bench_code code = variant->code_clang;
#else
    const enum bench_code code = variant->code;
#endif
    printf("cell\t%s\t", variant->name);
    if (!variant->unswept)
        printf("%s:%" PRId64, bench_scenario.param, value);
    printf("\t%" PRIxPTR "\t%d\t%s\n", (uintptr_t)run - (uintptr_t)__executable_start, (int)code,
           variant->calls != NULL ? variant->calls : "");
}

int main(void)
{
    for (size_t i = 0; i < bench_scenario.variant_count; i++) {
        const struct bench_variant *const variant = &bench_scenario.variants[i];
        if (variant->skip != NULL)
            continue;
        if (variant->unswept)
            print_cell(variant, 0);
        for (size_t j = 0; !variant->unswept && j < bench_scenario.value_count; j++)
            print_cell(variant, bench_scenario.values[j].value);
    }
    printf("end\t%s\n", bench_scenario.name);
    return 0;
}
