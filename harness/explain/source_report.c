#include "explain/source_report.h"

#include "explain/source_maker.h"

#include "data/text.h"
#include "error.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *maker_grow(void *items, size_t *count, size_t size)
{
    items = check_realloc(items, *count + 1, size);
    memset((char *)items + *count * size, 0, size);
    ++*count;
    return items;
}

/* ---- Names ---- */

struct place maker_place(const struct maker *maker, struct place place)
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

const char *maker_base_name(const struct maker *maker, const char *function)
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

/* ---- Frames, parameters, addresses ---- */

static void note_frames(struct maker *maker, const struct compiled *compiled, enum compiler_kind by)
{
    struct source_report *const report = maker->report;
    for (size_t i = 0; i < compiled->frames.count; i++) {
        const struct frame *const frame = &compiled->frames.items[i];
        const char *const name = maker_base_name(maker, frame->function);
        struct frame_report *found = NULL;
        for (size_t j = 0; j < report->frame_count && found == NULL; j++)
            if (same_text(report->frames[j].function, name))
                found = &report->frames[j];
        if (found == NULL) {
            found = ADD(report->frames, report->frame_count);
            found->function = name;
            found->place = maker_place(maker, frame->place);
        }
        /* Of the parts of a function that was split, the larger one. */
        if (found->by[by].function == NULL || found->by[by].size_bytes < frame->size_bytes)
            found->by[by] = *frame;
    }
}

/* Where a function begins, as the frames know it; NULL for one without a frame of its own. */
static const struct place *frame_place(const struct maker *maker, const char *function)
{
    for (size_t i = 0; i < maker->report->frame_count; i++)
        if (same_text(maker->report->frames[i].function, function))
            return &maker->report->frames[i].place;
    return NULL;
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
    }
    /* Without a frame clang still knows the line, and gcc that of the first statement. */
    const struct place *const frame = frame_place(maker, function->name);
    if (frame != NULL)
        found->place = *frame;
    else if (found->place.file == NULL || by == COMPILER_CLANG)
        found->place = maker_place(maker, function->place);
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
        const struct place place = maker_place(maker, warning->place);
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
    maker_allocations(maker, compiled, by);
    note_frames(maker, compiled, by);
    note_parameters(maker, compiled, by);
    note_addresses(maker, compiled, by);
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
    maker_join(report);
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
