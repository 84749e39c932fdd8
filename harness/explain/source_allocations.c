#include "explain/source_maker.h"

#include "data/text.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static struct allocation *find_allocation(struct source_report *report, const struct place *place,
                                          const char *function)
{
    for (size_t i = 0; i < report->allocation_count; i++) {
        struct allocation *const found = &report->allocations[i];
        if (flow_same_place(&found->place, place) && same_text(found->function, function))
            return found;
    }
    return NULL;
}

/* The allocation of a call in a function, added when it is new. */
static struct allocation *note_allocation(struct maker *maker, const struct flow_call *call,
                                          const char *function, bool inlined)
{
    const struct place place = maker_place(maker, call->place);
    struct allocation *allocation = find_allocation(maker->report, &place, function);
    if (allocation == NULL) {
        allocation = ADD(maker->report->allocations, maker->report->allocation_count);
        *allocation = (struct allocation){.place = place,
                                          .function = function,
                                          .inlined = inlined,
                                          .callee = flow_library_name(maker->pool, call->callee),
                                          .arguments = call->arguments};
    }
    return allocation;
}

/* The function that the call at this place was written in; NULL when no source has it. */
static const char *written_in(const struct maker *maker, const struct flow_unit *before,
                              const struct place *place)
{
    for (size_t i = 0; i < before->function_count; i++)
        for (size_t j = 0; j < before->functions[i].call_count; j++)
            if (flow_same_place(&before->functions[i].calls[j].place, place))
                return maker_base_name(maker, before->functions[i].name);
    return NULL;
}

static bool has_function(const struct maker *maker, const struct flow_unit *unit, const char *name)
{
    for (size_t i = 0; i < unit->function_count; i++)
        if (unit->functions[i].defined &&
            same_text(maker_base_name(maker, unit->functions[i].name), name))
            return true;
    return false;
}

/* How many calls the unit has from this place, in one function or (NULL) in any. */
static size_t count_calls(const struct maker *maker, const struct flow_unit *unit,
                          const char *function, const struct place *place)
{
    size_t count = 0;
    for (size_t i = 0; i < unit->function_count; i++) {
        const struct flow_function *const in = &unit->functions[i];
        if (function != NULL && !same_text(maker_base_name(maker, in->name), function))
            continue;
        for (size_t j = 0; j < in->call_count; j++)
            count += !in->calls[j].in_frame && flow_same_place(&in->calls[j].place, place);
    }
    return count;
}

static void merge_reasons(struct opinion *opinion, const struct flow_reason *reasons, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = opinion->reason_count == FLOW_REASONS;
        for (size_t j = 0; j < opinion->reason_count && !known; j++)
            known = opinion->reasons[j].kind == reasons[i].kind &&
                    (reasons[i].detail == NULL ||
                     same_text(opinion->reasons[j].detail, reasons[i].detail));
        if (!known)
            opinion->reasons[opinion->reason_count++] = reasons[i];
    }
}

/* The calls that are in the machine code, with their reasons. */
static void note_kept(struct maker *maker, const struct compiled *compiled, enum compiler_kind by)
{
    const struct flow_unit *const after = &compiled->after;
    for (size_t i = 0; i < after->function_count; i++) {
        const struct flow_function *const function = &after->functions[i];
        const char *const name = maker_base_name(maker, function->name);
        for (size_t j = 0; j < function->call_count; j++) {
            const struct flow_call *const call = &function->calls[j];
            if (call->in_frame)
                continue;
            const char *const home = written_in(maker, &compiled->before, &call->place);
            struct allocation *const allocation =
                note_allocation(maker, call, name, home != NULL && !same_text(home, name));
            struct opinion *const opinion = &allocation->by[by];
            struct flow_reason reasons[FLOW_REASONS];
            merge_reasons(opinion, reasons, flow_reasons(after, function, call, reasons));
            opinion->fate = FATE_HEAP;
            const char *const callee = flow_library_name(maker->pool, call->callee);
            if (!same_text(callee, allocation->callee))
                opinion->instead = callee;
            if (compiled->has_moved && has_function(maker, &compiled->moved, name) &&
                count_calls(maker, &compiled->moved, name, &call->place) == 0)
                opinion->fate = FATE_MOVABLE;
        }
    }
}

/* The calls that a unit from before the end has and the machine code has not. */
static void note_removed(struct maker *maker, const struct compiled *compiled,
                         const struct flow_unit *unit, enum compiler_kind by)
{
    for (size_t i = 0; i < unit->function_count; i++) {
        const char *const name = maker_base_name(maker, unit->functions[i].name);
        const bool stays = has_function(maker, &compiled->after, name);
        for (size_t j = 0; j < unit->functions[i].call_count; j++) {
            const struct flow_call *const call = &unit->functions[i].calls[j];
            if (call->in_frame || count_calls(maker, &compiled->after, name, &call->place) > 0)
                continue;
            const char *const home = written_in(maker, &compiled->before, &call->place);
            const bool inlined = home != NULL && !same_text(home, name);
            /* A function that is gone was inlined wherever it was called: its copies tell. */
            if (!stays &&
                (inlined || count_calls(maker, &compiled->after, NULL, &call->place) > 0 ||
                 count_calls(maker, &compiled->early, NULL, &call->place) >
                     count_calls(maker, &compiled->early, name, &call->place) ||
                 count_calls(maker, &compiled->late, NULL, &call->place) >
                     count_calls(maker, &compiled->late, name, &call->place)))
                continue;
            note_allocation(maker, call, name, inlined)->by[by].fate = FATE_REMOVED;
        }
    }
}

static void note_frame_calls(struct maker *maker, const struct flow_unit *before)
{
    struct source_report *const report = maker->report;
    for (size_t i = 0; i < before->function_count; i++)
        for (size_t j = 0; j < before->functions[i].call_count; j++) {
            const struct flow_call *const call = &before->functions[i].calls[j];
            const struct place place = maker_place(maker, call->place);
            bool known = !call->in_frame;
            /* The compilers put an array into different columns of its line. */
            for (size_t k = 0; k < report->frame_call_count && !known; k++)
                known = report->frame_calls[k].place.line == place.line &&
                        same_text(report->frame_calls[k].function, before->functions[i].name);
            if (!known)
                *ADD(report->frame_calls, report->frame_call_count) =
                    (struct frame_call){.place = place,
                                        .function = before->functions[i].name,
                                        .arguments = call->arguments,
                                        .array = strstr(call->callee, "align") != NULL};
        }
}

void maker_allocations(struct maker *maker, const struct compiled *compiled, enum compiler_kind by)
{
    const struct flow_unit *const units[] = {&compiled->before, &compiled->early, &compiled->late};
    /* First the calls as they are written, so that they come with the user's own words. */
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        note_removed(maker, compiled, units[i], by);
    for (size_t i = 0; i < compiled->before.function_count; i++)
        for (size_t j = 0; j < compiled->before.functions[i].call_count; j++) {
            const struct flow_function *const function = &compiled->before.functions[i];
            if (!function->calls[j].in_frame &&
                count_calls(maker, &compiled->after, maker_base_name(maker, function->name),
                            &function->calls[j].place) > 0)
                note_allocation(maker, &function->calls[j], maker_base_name(maker, function->name),
                                false);
        }
    note_kept(maker, compiled, by);
    note_frame_calls(maker, &compiled->before);
}

/* Whether an allocation of one compiler and one of the other are the same call, which gcc places
 * elsewhere in its line when it is an argument of a call through a pointer. */
static bool are_halves(const struct allocation *gcc, const struct allocation *clang)
{
    return gcc->by[COMPILER_CLANG].fate == FATE_NONE && clang->by[COMPILER_GCC].fate == FATE_NONE &&
           gcc->by[COMPILER_GCC].fate != FATE_NONE && clang->by[COMPILER_CLANG].fate != FATE_NONE &&
           gcc->place.line == clang->place.line && gcc->inlined == clang->inlined &&
           same_text(gcc->function, clang->function) && same_text(gcc->callee, clang->callee) &&
           gcc->place.file != NULL && clang->place.file != NULL &&
           same_text(gcc->place.file, clang->place.file);
}

void maker_join(struct source_report *report)
{
    for (size_t i = 0; i < report->allocation_count; i++)
        for (size_t j = 0; j < report->allocation_count; j++) {
            struct allocation *const gcc = &report->allocations[i];
            struct allocation *const clang = &report->allocations[j];
            if (!are_halves(gcc, clang))
                continue;
            gcc->place = clang->place;
            gcc->by[COMPILER_CLANG] = clang->by[COMPILER_CLANG];
            clang->by[COMPILER_CLANG] = (struct opinion){.fate = FATE_NONE};
        }
    size_t kept = 0;
    for (size_t i = 0; i < report->allocation_count; i++)
        if (report->allocations[i].by[COMPILER_GCC].fate != FATE_NONE ||
            report->allocations[i].by[COMPILER_CLANG].fate != FATE_NONE)
            report->allocations[kept++] = report->allocations[i];
    report->allocation_count = kept;
}
