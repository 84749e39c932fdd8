#include "explain/allocator_functions.h"
#include "explain/disasm.h"

#include <stdlib.h>

_Static_assert(ALLOCATOR_FUNCTIONS <= 64, "struct reach has a flag for each");

/* What has been seen, so that nothing is followed twice. */
struct walk {
    const struct program *program;
    struct reach *reach;
    bool *functions_seen;
    bool *objects_seen;
};

static void follow(struct walk *walk, uint64_t address);

static const char *const copy_names[COPY_KINDS] = {"rep movs", "rep stos", "memcpy", "memmove",
                                                   "memset"};

const char *copy_name(enum copy_kind kind)
{
    return copy_names[kind];
}

static void call_outside(struct walk *walk, const char *name, size_t length)
{
    for (int i = COPY_MEMCPY; i < COPY_KINDS; i++)
        if (strlen(copy_names[i]) == length && strncmp(name, copy_names[i], length) == 0)
            walk->reach->copies[i] = true;
    const int function = allocator_function(name, length);
    if (function >= 0)
        walk->reach->calls[function] = true;
}

static void enter(struct walk *walk, size_t index)
{
    const struct function *const function = &walk->program->functions[index];
    if (walk->functions_seen[index])
        return;
    walk->functions_seen[index] = true;
    const char *const at = strchr(function->name, '@');
    if (at != NULL) {
        call_outside(walk, function->name, (size_t)(at - function->name));
        return;
    }
    /* From an archive, such as that of the Blocks runtime, it is a function of the program. */
    if (allocator_function(function->name, strlen(function->name)) >= 0) {
        call_outside(walk, function->name, strlen(function->name));
        return;
    }
    walk->reach->functions++;
    walk->reach->loops |= function->loops;
    walk->reach->copies[COPY_REP_MOVS] |= function->rep_movs;
    walk->reach->copies[COPY_REP_STOS] |= function->rep_stos;
    for (size_t i = 0; i < function->reference_count; i++)
        follow(walk, function->references[i]);
}

static void follow_relocations(struct walk *walk, uint64_t start, uint64_t size)
{
    for (size_t i = 0; i < walk->program->relocation_count; i++) {
        const struct relocation *const r = &walk->program->relocations[i];
        if (r->place - start >= size)
            continue;
        if (r->name != NULL)
            call_outside(walk, r->name, strlen(r->name));
        else
            follow(walk, r->target);
    }
}

static void follow(struct walk *walk, uint64_t address)
{
    const struct program *const program = walk->program;
    for (size_t i = 0; i < program->function_count; i++)
        if (address >= program->functions[i].start && address <= program->functions[i].last) {
            enter(walk, i);
            return;
        }
    for (size_t i = 0; i < program->object_count; i++)
        if (address - program->objects[i].start < program->objects[i].size) {
            if (!walk->objects_seen[i]) {
                walk->objects_seen[i] = true;
                follow_relocations(walk, program->objects[i].start, program->objects[i].size);
            }
            return;
        }
    follow_relocations(walk, address, 1); /* an entry of the global offset table */
}

void reach_from(const struct program *program, const struct function *function, struct reach *reach)
{
    *reach = (struct reach){0};
    struct walk walk = {
        .program = program,
        .reach = reach,
        .functions_seen = calloc(program->function_count + 1, sizeof(bool)),
        .objects_seen = calloc(program->object_count + 1, sizeof(bool)),
    };
    if (walk.functions_seen == NULL || walk.objects_seen == NULL)
        abort();
    enter(&walk, (size_t)(function - program->functions));
    free(walk.functions_seen);
    free(walk.objects_seen);
}
