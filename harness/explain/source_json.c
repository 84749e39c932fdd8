#include "explain/source_json.h"

#include "error.h"
#include "explain/json_text.h"

#include <string.h>

static void set(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

static void push(json_t *array, json_t *value)
{
    CHECK(json_array_append_new(array, value) == 0);
}

/* An object that begins with a place; what is not known is null. */
static json_t *at_place(const struct place *place)
{
    json_t *const object = json_object();
    CHECK(object != NULL);
    set(object, "file", json_text(place->file));
    set(object, "line", place->line > 0 ? json_integer(place->line) : json_null());
    set(object, "column", place->column > 0 ? json_integer(place->column) : json_null());
    return object;
}

static json_t *reasons_json(const struct opinion *opinion)
{
    static const char *const kinds[] = {
        [REASON_RETURNED] = "returned", [REASON_STORED] = "stored",
        [REASON_PASSED] = "passed",     [REASON_POINTER] = "passed_to_pointer",
        [REASON_ASM] = "asm",           [REASON_HANDED] = "handed_out"};
    json_t *const array = json_array();
    for (size_t i = 0; i < opinion->reason_count; i++) {
        json_t *const reason = json_object();
        set(reason, "kind", json_string(kinds[opinion->reasons[i].kind]));
        set(reason, "detail", json_text(opinion->reasons[i].detail));
        push(array, reason);
    }
    return array;
}

static json_t *allocations_json(const struct source_report *report)
{
    static const char *const fates[] = {
        [FATE_HEAP] = "heap", [FATE_MOVABLE] = "movable", [FATE_REMOVED] = "removed"};
    json_t *const array = json_array();
    for (size_t i = 0; i < report->allocation_count; i++) {
        const struct allocation *const allocation = &report->allocations[i];
        json_t *const object = at_place(&allocation->place);
        set(object, "function", json_text(allocation->function));
        set(object, "inlined", json_boolean(allocation->inlined));
        set(object, "call", json_text(allocation->callee));
        set(object, "arguments", json_text(allocation->arguments));
        for (int j = 0; j < COMPILERS; j++) {
            const struct opinion *const opinion = &allocation->by[j];
            if (opinion->fate == FATE_NONE)
                continue;
            json_t *const by = json_object();
            set(by, "fate", json_string(fates[opinion->fate]));
            set(by, "reasons", reasons_json(opinion));
            set(object, compiler_name((enum compiler_kind)j), by);
        }
        push(array, object);
    }
    return array;
}

static json_t *parameters_json(const struct source_report *report)
{
    json_t *const array = json_array();
    for (size_t i = 0; i < report->parameter_count; i++) {
        const struct parameter_report *const parameter = &report->parameters[i];
        json_t *const object = at_place(&parameter->place);
        set(object, "function", json_text(parameter->function));
        set(object, "name", json_text(parameter->name));
        for (int j = 0; j < COMPILERS; j++) {
            const struct flow_parameter *const by = &parameter->by[j];
            if (by->known)
                set(object, compiler_name((enum compiler_kind)j),
                    json_string(by->retained   ? "leaks"
                                : by->returned ? "leaks_to_result"
                                               : "stays"));
        }
        push(array, object);
    }
    return array;
}

static json_t *frames_json(const struct source_report *report)
{
    json_t *const array = json_array();
    for (size_t i = 0; i < report->frame_count; i++) {
        const struct frame_report *const frame = &report->frames[i];
        json_t *const object = at_place(&frame->place);
        set(object, "function", json_text(frame->function));
        for (int j = 0; j < COMPILERS; j++) {
            if (frame->by[j].function == NULL)
                continue;
            json_t *const by = json_object();
            set(by, "bytes", json_integer((json_int_t)frame->by[j].size_bytes));
            set(by, "dynamic", json_boolean(frame->by[j].dynamic));
            set(object, compiler_name((enum compiler_kind)j), by);
        }
        push(array, object);
    }
    return array;
}

static json_t *frame_calls_json(const struct source_report *report)
{
    json_t *const array = json_array();
    for (size_t i = 0; i < report->frame_call_count; i++) {
        json_t *const object = at_place(&report->frame_calls[i].place);
        set(object, "function", json_text(report->frame_calls[i].function));
        set(object, "kind", json_string(report->frame_calls[i].array ? "vla" : "alloca"));
        push(array, object);
    }
    return array;
}

static json_t *addresses_json(const struct source_report *report)
{
    json_t *const array = json_array();
    for (size_t i = 0; i < report->address_count; i++) {
        const struct address_report *const address = &report->addresses[i];
        json_t *const object = at_place(&address->place);
        set(object, "text", json_text(address->text));
        set(object, "option", json_text(address->option));
        set(object, "compiler", json_string(compiler_name(address->by)));
        push(array, object);
    }
    return array;
}

json_t *source_report_json(const struct source_report *report)
{
    json_t *const object = json_object();
    CHECK(object != NULL);
    set(object, "file", json_text(report->file));
    set(object, "level", json_text(report->level));
    json_t *const compilers = json_object();
    for (int i = 0; i < COMPILERS; i++)
        set(compilers, compiler_name((enum compiler_kind)i),
            json_string(!report->here[i]      ? "absent"
                        : report->compiled[i] ? "compiled"
                                              : "failed"));
    set(object, "compilers", compilers);
    set(object, "attributor", json_boolean(report->has_moved));
    json_t *const said = json_object();
    for (int i = 0; i < COMPILERS; i++)
        if (report->said[i] != NULL)
            set(said, compiler_name((enum compiler_kind)i), json_text(report->said[i]));
    set(object, "errors", said);
    set(object, "allocations", allocations_json(report));
    set(object, "frame_calls", frame_calls_json(report));
    set(object, "frames", frames_json(report));
    set(object, "parameters", parameters_json(report));
    set(object, "addresses", addresses_json(report));
    return object;
}
