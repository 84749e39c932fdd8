#include "explain/source_report.h"

#include "data/text.h"
#include "error.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a report is made from. */
struct maker {
    struct source_report *report;
    struct text_pool *pool;
    const struct source *source;
    const char *input;      /* the source's name as the compilers had it */
    const char *real_input; /* resolved */
    const char *directory;  /* where they ran, resolved */
};

/* The array with room for one item more, which is zero. */
static void *add_item(void *items, size_t *count, size_t size)
{
    items = check_realloc(items, *count + 1, size);
    memset((char *)items + *count * size, 0, size);
    ++*count;
    return items;
}

/* The new item of an array of the report. */
#define ADD(array, count) \
    ((array) = add_item((array), &(count), sizeof *(array)), &(array)[(count)-1])

/* ---- Names ---- */

/* A file as the user would name it: both compilers name one differently, absolute or not. */
static struct place shown_place(const struct maker *maker, struct place place)
{
    if (place.file == NULL)
        return place;
    char *const joined = place.file[0] == '/' ? check_strdup(place.file)
                                              : check_format("%s/%s", maker->directory, place.file);
    char *const real = realpath(joined, NULL);
    const char *const path = real != NULL ? real : joined;
    const size_t length = strlen(maker->directory);
    if (strcmp(path, maker->real_input) == 0 || strcmp(place.file, maker->input) == 0)
        place.file = maker->report->file;
    else if (strncmp(path, maker->directory, length) == 0 && path[length] == '/')
        place.file = text_intern(maker->pool, path + length + 1);
    else
        place.file = text_intern(maker->pool, path);
    free(real);
    free(joined);
    return place;
}

/* The function of the source that a clone (f.part.0, f.isra.0, f.1) was made from. */
static const char *base_name(const struct maker *maker, const char *function)
{
    const size_t length = strcspn(function, ".");
    if (length == 0 || function[length] == '\0')
        return function;
    char *const base = check_format("%.*s", (int)length, function);
    const char *const kept = text_intern(maker->pool, base);
    free(base);
    return kept;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* ---- Allocations ---- */

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
    const struct place place = shown_place(maker, call->place);
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
                return base_name(maker, before->functions[i].name);
    return NULL;
}

static bool has_function(const struct maker *maker, const struct flow_unit *unit, const char *name)
{
    for (size_t i = 0; i < unit->function_count; i++)
        if (unit->functions[i].defined &&
            same_text(base_name(maker, unit->functions[i].name), name))
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
        if (function != NULL && !same_text(base_name(maker, in->name), function))
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
        const char *const name = base_name(maker, function->name);
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
        const char *const name = base_name(maker, unit->functions[i].name);
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
            const struct place place = shown_place(maker, call->place);
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

/* ---- Frames, parameters, addresses ---- */

static void note_frames(struct maker *maker, const struct compiled *compiled, enum compiler_kind by)
{
    struct source_report *const report = maker->report;
    for (size_t i = 0; i < compiled->frames.count; i++) {
        const struct frame *const frame = &compiled->frames.items[i];
        const char *const name = base_name(maker, frame->function);
        struct frame_report *found = NULL;
        for (size_t j = 0; j < report->frame_count && found == NULL; j++)
            if (same_text(report->frames[j].function, name))
                found = &report->frames[j];
        if (found == NULL) {
            found = ADD(report->frames, report->frame_count);
            found->function = name;
            found->place = shown_place(maker, frame->place);
        }
        /* Of the parts of a function that was split, the larger one. */
        if (found->by[by].function == NULL || found->by[by].size_bytes < frame->size_bytes)
            found->by[by] = *frame;
    }
}

/* Where a function begins, as the frames know it, or its debugging information does. */
static struct place function_place(struct maker *maker, const struct flow_function *function)
{
    for (size_t i = 0; i < maker->report->frame_count; i++)
        if (same_text(maker->report->frames[i].function, function->name))
            return maker->report->frames[i].place;
    return shown_place(maker, function->place);
}

static void note_parameter(struct maker *maker, const struct flow_function *function,
                           const struct flow_parameter *parameter, enum compiler_kind by)
{
    struct source_report *const report = maker->report;
    struct parameter_report *found = NULL;
    for (size_t i = 0; i < report->parameter_count && found == NULL; i++)
        if (same_text(report->parameters[i].function, function->name) &&
            same_text(report->parameters[i].name, parameter->name))
            found = &report->parameters[i];
    if (found == NULL) {
        found = ADD(report->parameters, report->parameter_count);
        found->function = function->name;
        found->name = parameter->name;
        found->place = function_place(maker, function);
    }
    if (found->place.file == NULL)
        found->place = function_place(maker, function);
    found->by[by] = *parameter;
}

static void note_parameters(struct maker *maker, const struct compiled *compiled,
                            enum compiler_kind by)
{
    for (size_t i = 0; i < compiled->before.function_count; i++) {
        const struct flow_function *const function = &compiled->before.functions[i];
        /* clang concludes while it optimises, so what counts is the function as it is after. */
        const struct flow_function *const told =
            by == COMPILER_CLANG ? flow_find(&compiled->after, function->name) : function;
        for (size_t j = 0; told != NULL && function->defined && j < told->parameter_count; j++)
            if (told->parameters[j].pointer && told->parameters[j].known &&
                *told->parameters[j].name != '\0')
                note_parameter(maker, told, &told->parameters[j], by);
    }
}

static void note_addresses(struct maker *maker, const struct compiled *compiled,
                           enum compiler_kind by)
{
    struct source_report *const report = maker->report;
    for (size_t i = 0; i < compiled->warnings.count; i++) {
        const struct warning *const warning = &compiled->warnings.items[i];
        const struct place place = shown_place(maker, warning->place);
        bool known = false;
        for (size_t j = 0; j < report->address_count && !known; j++)
            known = flow_same_place(&report->addresses[j].place, &place) &&
                    same_text(report->addresses[j].text, warning->text);
        if (!known)
            *ADD(report->addresses, report->address_count) = (struct address_report){
                .place = place, .text = warning->text, .option = warning->option, .by = by};
    }
}

static void note_all(struct maker *maker, struct compiled *compiled, enum compiler_kind by)
{
    const struct flow_unit *const units[] = {&compiled->before, &compiled->early, &compiled->late};
    /* First the calls as they are written, so that they come with the user's own words. */
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        note_removed(maker, compiled, units[i], by);
    for (size_t i = 0; i < compiled->before.function_count; i++)
        for (size_t j = 0; j < compiled->before.functions[i].call_count; j++) {
            const struct flow_function *const function = &compiled->before.functions[i];
            if (!function->calls[j].in_frame &&
                count_calls(maker, &compiled->after, base_name(maker, function->name),
                            &function->calls[j].place) > 0)
                note_allocation(maker, &function->calls[j], base_name(maker, function->name),
                                false);
        }
    note_kept(maker, compiled, by);
    note_frame_calls(maker, &compiled->before);
    note_frames(maker, compiled, by);
    note_parameters(maker, compiled, by);
    note_addresses(maker, compiled, by);
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

static void join_halves(struct source_report *report)
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

static const char *real_or(struct text_pool *pool, const char *path)
{
    char *const real = realpath(path, NULL);
    const char *const kept = text_intern(pool, real != NULL ? real : path);
    free(real);
    return kept;
}

int source_report_make(const struct compiler compilers[COMPILERS], const struct source *source,
                       const char *scratch, struct text_pool *pool, struct source_report *report,
                       struct error *error)
{
    *report = (struct source_report){.file = text_intern(pool, source->file),
                                     .level = text_intern(pool, compiler_level(&source->flags))};
    char *const input = compiler_input(source, scratch);
    struct maker maker = {.report = report,
                          .pool = pool,
                          .source = source,
                          .input = text_intern(pool, input),
                          .directory =
                              real_or(pool, source->directory != NULL ? source->directory : ".")};
    char *const joined = source->file[0] == '/'
                             ? check_strdup(source->file)
                             : check_format("%s/%s", maker.directory, source->file);
    maker.real_input = real_or(pool, joined);
    free(joined);
    free(input);
    int code = 0;
    for (int i = 0; i < COMPILERS && code == 0; i++) {
        report->here[i] = compilers[i].path != NULL;
        if (!report->here[i])
            continue;
        struct compiled compiled;
        code = compiler_run(&compilers[i], source, scratch, pool, &compiled, error);
        report->compiled[i] = code == 0 && compiled.ok;
        if (report->compiled[i]) {
            note_all(&maker, &compiled, (enum compiler_kind)i);
            report->has_moved = report->has_moved || compiled.has_moved;
        } else if (code == 0) {
            report->said[i] = check_strdup(compiled.said);
        }
        compiled_free(&compiled);
    }
    join_halves(report);
    return code;
}

void source_report_free(struct source_report *report)
{
    for (int i = 0; i < COMPILERS; i++)
        free(report->said[i]);
    free(report->allocations);
    free(report->frame_calls);
    free(report->parameters);
    free(report->frames);
    free(report->addresses);
    *report = (struct source_report){.file = NULL};
}

bool source_report_ok(const struct source_report *report)
{
    return report->compiled[COMPILER_GCC] || report->compiled[COMPILER_CLANG];
}

bool source_report_has_heap(const struct source_report *report)
{
    for (size_t i = 0; i < report->allocation_count; i++)
        for (int j = 0; j < COMPILERS; j++)
            if (report->allocations[i].by[j].fate == FATE_HEAP ||
                report->allocations[i].by[j].fate == FATE_MOVABLE)
                return true;
    return false;
}

bool source_report_has_movable(const struct source_report *report)
{
    for (size_t i = 0; i < report->allocation_count; i++)
        for (int j = 0; j < COMPILERS; j++)
            if (report->allocations[i].by[j].fate == FATE_MOVABLE)
                return true;
    return false;
}

bool source_report_has_address(const struct source_report *report)
{
    return report->address_count > 0;
}
