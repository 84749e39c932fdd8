#include "explain/source_report.h"

#include "data/term.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

/* One line of the report, to be sorted. */
struct line {
    const struct place *place;
    const char *main_file; /* its lines come first */
    int rank;              /* of equal places */
    size_t order;          /* in which it was found */
    char *text;
};

struct lines {
    const struct source_report *report;
    struct line *items;
    size_t count;
};

static int compare_lines(const void *left, const void *right)
{
    const struct line *const a = left, *const b = right;
    const char *const file_a = a->place->file != NULL ? a->place->file : "";
    const char *const file_b = b->place->file != NULL ? b->place->file : "";
    const bool main_a = strcmp(file_a, a->main_file) == 0;
    const bool main_b = strcmp(file_b, b->main_file) == 0;
    if (main_a != main_b)
        return main_a ? -1 : 1;
    const int by_file = strcmp(file_a, file_b);
    if (by_file != 0)
        return by_file;
    if (a->place->line != b->place->line)
        return a->place->line < b->place->line ? -1 : 1;
    if (a->place->column != b->place->column)
        return a->place->column < b->place->column ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    return a->order < b->order ? -1 : 1;
}

static void add_line(struct lines *lines, const struct place *place, int rank, char *text)
{
    lines->items = check_realloc(lines->items, lines->count + 1, sizeof *lines->items);
    lines->items[lines->count] = (struct line){.place = place,
                                               .main_file = lines->report->file,
                                               .rank = rank,
                                               .order = lines->count,
                                               .text = text};
    lines->count++;
}

/* Puts more text behind an owned one. */
static char *append(char *text, char *more)
{
    char *const longer = check_format("%s%s", text, more);
    free(text);
    free(more);
    return longer;
}

/* ---- Allocations ---- */

static char *reason_text(const struct flow_reason *reason, bool by_clang)
{
    switch (reason->kind) {
    case REASON_RETURNED:
        return check_strdup("returned");
    case REASON_STORED:
        return check_format("stored %s", reason->detail);
    case REASON_PASSED:
        return check_format("passed to `%s`, which may retain it%s", reason->detail,
                            by_clang ? ": parameter not nocapture" : "");
    case REASON_POINTER:
        if (*reason->detail == '\0')
            return check_strdup("passed to whatever a pointer to a function points to");
        return check_format("passed to whatever the pointer `%s` points to", reason->detail);
    case REASON_ASM:
        return check_strdup("given to an asm statement");
    case REASON_HANDED:
        return check_strdup("handed out through an argument");
    }
    return check_strdup("");
}

/* Nothing is concluded then, and every pointer is in memory. */
static bool is_unoptimised(const struct source_report *report)
{
    return strcmp(report->level, "-O0") == 0;
}

/* What LLVM's attributor moves at most, by its default. */
enum { MOVED_MOST_BYTES = 128 };

/* Why the attributor leaves a block that does not escape, as far as the call tells. */
static const char *unmoved_text(const struct allocation *allocation)
{
    const char *at = allocation->arguments;
    unsigned long size = 1;
    for (char *end;; at = end + strspn(end, ", ")) {
        const unsigned long factor = strtoul(at, &end, 10);
        if (end == at || (*end != ',' && *end != '\0'))
            return ": its size is not constant";
        size *= factor;
        if (*end == '\0')
            break;
    }
    return size > MOVED_MOST_BYTES ? ": it is larger than what LLVM would move" : "";
}

static char *opinion_text(const struct source_report *report, const struct allocation *allocation,
                          enum compiler_kind by, bool by_both)
{
    const struct opinion *const opinion = &allocation->by[by];
    char *text;
    if (opinion->fate == FATE_REMOVED && by_both)
        return check_format("removed by gcc %s and clang %s", report->level, report->level);
    if (opinion->fate == FATE_REMOVED)
        return check_format("removed by %s %s", compiler_name(by), report->level);
    if (opinion->fate == FATE_MOVABLE)
        return check_strdup("could live on the stack (LLVM attributor)");
    text = opinion->instead != NULL ? check_format("stays on the heap, by %s", opinion->instead)
                                    : check_strdup("stays on the heap");
    if (is_unoptimised(report))
        return append(text, check_strdup(": -O0 removes nothing"));
    for (size_t i = 0; i < opinion->reason_count; i++)
        text = append(append(text, check_strdup(i == 0 ? ": " : "; ")),
                      reason_text(&opinion->reasons[i], by == COMPILER_CLANG || by_both));
    if (opinion->reason_count == 0)
        text = append(
            text, check_format(", though it does not escape%s",
                               by == COMPILER_CLANG || by_both ? unmoved_text(allocation) : ""));
    return text;
}

static bool same_opinion(const struct source_report *report, const struct opinion *a,
                         const struct opinion *b)
{
    if (a->fate == b->fate && is_unoptimised(report))
        return true;
    if (a->fate != b->fate || a->reason_count != b->reason_count)
        return false;
    for (size_t i = 0; i < a->reason_count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->reason_count && !found; j++)
            found = a->reasons[i].kind == b->reasons[j].kind &&
                    (a->reasons[i].detail == NULL ||
                     strcmp(a->reasons[i].detail, b->reasons[j].detail) == 0);
        if (!found)
            return false;
    }
    return (a->instead == NULL) == (b->instead == NULL);
}

static void add_allocation(struct lines *lines, const struct allocation *allocation)
{
    const struct source_report *const report = lines->report;
    const struct opinion *const gcc = &allocation->by[COMPILER_GCC];
    const struct opinion *const clang = &allocation->by[COMPILER_CLANG];
    char *text = check_format("%s(%s)", allocation->callee, allocation->arguments);
    if (allocation->inlined)
        text = append(text, check_format(" inlined into `%s`", allocation->function));
    text = append(text, check_strdup(" "));
    if (gcc->fate == FATE_NONE || clang->fate == FATE_NONE) {
        const enum compiler_kind by = gcc->fate == FATE_NONE ? COMPILER_CLANG : COMPILER_GCC;
        text = append(text, opinion_text(report, allocation, by, false));
        if (report->compiled[COMPILER_GCC] && report->compiled[COMPILER_CLANG] &&
            allocation->by[by].fate == FATE_HEAP)
            text = append(text, check_format(" (%s)", compiler_name(by)));
    } else if (same_opinion(report, gcc, clang)) {
        text = append(text, opinion_text(report, allocation, COMPILER_GCC, true));
    } else {
        /* The better news first. */
        const bool gcc_first = gcc->fate > clang->fate;
        const enum compiler_kind first = gcc_first ? COMPILER_GCC : COMPILER_CLANG;
        const enum compiler_kind second = gcc_first ? COMPILER_CLANG : COMPILER_GCC;
        text = append(text, opinion_text(report, allocation, first, false));
        if (allocation->by[first].fate == FATE_HEAP)
            text = append(text, check_format(" (%s)", compiler_name(first)));
        text = append(text, check_format("; %s: ", compiler_name(second)));
        text = append(text, opinion_text(report, allocation, second, false));
    }
    add_line(lines, &allocation->place, allocation->inlined ? 5 : 4, text);
}

/* ---- The rest ---- */

/* Whether two compilers say the same of a parameter. */
static bool same_verdict(const struct flow_parameter *a, const struct flow_parameter *b)
{
    return a->retained == b->retained && (a->retained || a->returned == b->returned);
}

static char *parameter_sentence(const char *name, const struct flow_parameter *parameter)
{
    if (parameter->retained)
        return check_format("leaking param: %s", name);
    if (parameter->returned)
        return check_format("leaking param: %s to result", name);
    return check_format("%s does not escape", name);
}

static void add_parameter(struct lines *lines, const struct parameter_report *parameter)
{
    const struct flow_parameter *const gcc = &parameter->by[COMPILER_GCC];
    const struct flow_parameter *const clang = &parameter->by[COMPILER_CLANG];
    char *text = check_format("%s: ", parameter->function);
    if (gcc->known && clang->known && !same_verdict(gcc, clang)) {
        text = append(text, parameter_sentence(parameter->name, gcc));
        text = append(text, check_strdup(" (gcc); "));
        text = append(text, parameter_sentence(parameter->name, clang));
        text = append(text, check_strdup(" (clang)"));
    } else {
        text = append(text, parameter_sentence(parameter->name, gcc->known ? gcc : clang));
    }
    add_line(lines, &parameter->place, 2, text);
}

static void add_frame(struct lines *lines, const struct frame_report *frame)
{
    char *text = check_format("%s: stack frame", frame->function);
    bool first = true;
    for (int i = 0; i < COMPILERS; i++) {
        const struct frame *const by = &frame->by[i];
        if (by->function == NULL)
            continue;
        text = append(text, check_format("%s %lu bytes%s (%s)", first ? "" : ",", by->size_bytes,
                                         by->dynamic ? " and more, dynamic" : "",
                                         compiler_name((enum compiler_kind)i)));
        first = false;
    }
    add_line(lines, &frame->place, 1, text);
}

static void add_all(struct lines *lines)
{
    const struct source_report *const report = lines->report;
    for (size_t i = 0; i < report->frame_count; i++)
        add_frame(lines, &report->frames[i]);
    for (size_t i = 0; i < report->parameter_count; i++)
        add_parameter(lines, &report->parameters[i]);
    for (size_t i = 0; i < report->frame_call_count; i++) {
        const struct frame_call *const call = &report->frame_calls[i];
        add_line(lines, &call->place, 3,
                 check_format(call->array ? "variable-length array in the stack frame of `%s`"
                                          : "alloca in the stack frame of `%s`",
                              call->function));
    }
    for (size_t i = 0; i < report->allocation_count; i++)
        add_allocation(lines, &report->allocations[i]);
    for (size_t i = 0; i < report->address_count; i++) {
        const struct address_report *const address = &report->addresses[i];
        add_line(
            lines, &address->place, 6,
            check_format("%s [%s %s]", address->text, compiler_name(address->by), address->option));
    }
}

void source_report_print(const struct source_report *report, FILE *stream)
{
    struct lines lines = {.report = report};
    const struct term term = term_open(stream, false);
    add_all(&lines);
    if (lines.count > 0)
        qsort(lines.items, lines.count, sizeof *lines.items, compare_lines);
    for (size_t i = 0; i < lines.count; i++) {
        const struct line *const line = &lines.items[i];
        char *text = check_strdup(line->place->file != NULL ? line->place->file : "?");
        if (line->place->line > 0)
            text = append(text, check_format(":%u", line->place->line));
        if (line->place->column > 0)
            text = append(text, check_format(":%u", line->place->column));
        text = append(append(text, check_strdup(": ")), check_strdup(line->text));
        term_say(&term, TERM_PLAIN, text);
        fputc('\n', stream);
        free(text);
        free(line->text);
    }
    free(lines.items);
}
