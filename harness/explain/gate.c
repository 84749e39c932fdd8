#include "explain/gate.h"

#include "error.h"
#include "explain/allocator_functions.h"

#include <stdlib.h>
#include <string.h>

/* Where the faults of a cell go. */
struct faults {
    gate_fault_fn *take;
    void *user;
};

/* Gives back the sentence. */
static void tell(const struct faults *faults, char *sentence)
{
    faults->take(sentence, faults->user);
    free(sentence);
}

static void read_calls(const struct faults *faults, const char *where, const char *list,
                       enum gate_view view, bool calls[64])
{
    for (const char *word = list; *(word += strspn(word, " ")) != '\0';) {
        const size_t length = strcspn(word, " ");
        const int function = allocator_function_meant(word, length, view == GATE_SOURCE);
        if (function < 0)
            tell(faults, check_format("%s: declares a call to %.*s, which is no allocator function",
                                      where, (int)length, word));
        else
            calls[function] = true;
        word += length;
    }
}

void gate_check(const struct program *program, const struct gate_cell *cell, enum gate_view view,
                struct gate_finding *finding, gate_fault_fn *fault, void *user)
{
    const struct faults faults = {fault, user};
    *finding = (struct gate_finding){.run = function_at(program, program->base + cell->run_offset)};
    const struct function *const run = finding->run;
    const char *const where = cell->where;
    if (run == NULL) {
        tell(&faults, check_format("%s: no function begins where run is", where));
        return;
    }
    if (run->working == 0) {
        tell(&faults, check_format("%s: the function %s is empty", where, run->name));
        return;
    }
    if (cell->code == BENCH_CALLS_ALLOCATOR || (cell->code == BENCH_ELIDED && view == GATE_SOURCE))
        read_calls(&faults, where, cell->calls, view, finding->declared);
    reach_from(program, run, &finding->reach);
    if (!finding->reach.loops)
        tell(&faults, check_format("%s: nothing that %s reaches has a loop", where, run->name));
    for (int i = 0; i < ALLOCATOR_FUNCTIONS; i++) {
        const bool reached = finding->reach.calls[i];
        if (reached && !finding->declared[i])
            tell(&faults, check_format("%s: %s reaches %s, which is not declared", where, run->name,
                                       allocator_functions[i]));
        if (!reached && finding->declared[i])
            tell(&faults, check_format("%s: %s does not reach %s, which is declared", where,
                                       run->name, allocator_functions[i]));
    }
}
