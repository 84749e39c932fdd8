#include "explain/flow.h"

#include "data/text.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

/* ---- What is known of the C library ---- */

static bool is_one_of(const char *name, const char *const list[])
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

bool flow_allocates(const char *callee, bool *through_argument)
{
    static const char *const returning[] = {"malloc",        "calloc",   "realloc", "reallocarray",
                                            "aligned_alloc", "memalign", "valloc",  "pvalloc",
                                            "strdup",        "strndup",  NULL};
    static const char *const writing[] = {"posix_memalign", "asprintf", "vasprintf", NULL};
    *through_argument = is_one_of(callee, writing);
    return *through_argument || is_one_of(callee, returning);
}

const char *flow_library_name(struct text_pool *pool, const char *name)
{
    if (strncmp(name, "__builtin_", 10) == 0)
        name += 10;
    const size_t length = strlen(name);
    if (length <= 6 || strncmp(name, "__", 2) != 0 || strcmp(name + length - 4, "_chk") != 0)
        return name;
    char *const plain = check_format("%.*s", (int)(length - 6), name + 2);
    const char *const kept = text_intern(pool, plain);
    free(plain);
    return kept;
}

/* What C and POSIX say retains none of its arguments; gcc has this built in, and does not dump it.
 */
static bool library_retains(const char *callee)
{
    static const char *const harmless[] = {
        "free",    "realloc",  "reallocarray", "memset",    "memcpy",  "memmove",    "mempcpy",
        "memcmp",  "memchr",   "strlen",       "strnlen",   "strcmp",  "strncmp",    "strcpy",
        "strncpy", "stpcpy",   "strcat",       "strncat",   "strchr",  "strrchr",    "strstr",
        "strdup",  "strndup",  "strspn",       "strcspn",   "strpbrk", "printf",     "fprintf",
        "sprintf", "snprintf", "vprintf",      "vsnprintf", "puts",    "fputs",      "fwrite",
        "fread",   "fgets",    "scanf",        "sscanf",    "strtol",  "strtoul",    "strtod",
        "atoi",    "atol",     "atof",         "perror",    "read",    "write",      "asprintf",
        "unlink",  "open",     "fopen",        "bzero",     "bcmp",    "strerror_r", NULL};
    return !is_one_of(callee, harmless);
}

/* And which of them return their argument, or a pointer into it. */
static bool library_returns(const char *callee)
{
    static const char *const same[] = {
        "memset", "memcpy",  "memmove", "mempcpy", "memchr", "strcpy",  "strncpy", "stpcpy",
        "strcat", "strncat", "strchr",  "strrchr", "strstr", "strpbrk", "fgets",   NULL};
    return is_one_of(callee, same);
}

/* ---- The unit ---- */

struct flow_function *flow_add_function(struct flow_unit *unit, const char *name)
{
    unit->functions =
        check_realloc(unit->functions, unit->function_count + 1, sizeof *unit->functions);
    struct flow_function *const function = &unit->functions[unit->function_count++];
    *function = (struct flow_function){.name = text_intern(unit->pool, name)};
    return function;
}

/* Room for a power of two, so that adding one by one is not slow. */
static void *grow(void *array, size_t count, size_t size)
{
    if (count == 0 || (count >= 16 && (count & (count - 1)) == 0))
        return check_realloc(array, count < 16 ? 16 : 2 * count, size);
    return array;
}

void flow_add_step(struct flow_function *function, struct flow_step step)
{
    function->steps = grow(function->steps, function->step_count, sizeof step);
    function->steps[function->step_count++] = step;
}

void flow_add_call(struct flow_function *function, struct flow_call call)
{
    function->calls = grow(function->calls, function->call_count, sizeof call);
    function->calls[function->call_count++] = call;
}

void flow_free(struct flow_unit *unit)
{
    for (size_t i = 0; i < unit->function_count; i++) {
        free(unit->functions[i].steps);
        free(unit->functions[i].calls);
    }
    free(unit->functions);
    unit->functions = NULL;
    unit->function_count = 0;
}

struct flow_function *flow_find(const struct flow_unit *unit, const char *name)
{
    for (size_t i = 0; i < unit->function_count; i++)
        if (strcmp(unit->functions[i].name, name) == 0)
            return &unit->functions[i];
    return NULL;
}

bool flow_same_place(const struct place *a, const struct place *b)
{
    return a->line == b->line && a->column == b->column && a->file != NULL && b->file != NULL &&
           strcmp(a->file, b->file) == 0;
}

/* ---- Reasons ---- */

/* What a search has found so far. */
struct search {
    const struct flow_unit *unit;
    const struct flow_function *function;
    bool *held; /* by step: its `from` is the block, or points into it */
    const char **names;
    size_t name_count;
    struct flow_reason *reasons;
    size_t reason_count;
};

static bool is_held(const struct search *search, const char *name)
{
    for (size_t i = 0; i < search->name_count; i++)
        if (strcmp(search->names[i], name) == 0)
            return true;
    return false;
}

/* Returns whether the name is new. */
static bool hold(struct search *search, const char *name)
{
    if (name == NULL || is_held(search, name))
        return false;
    search->names = grow(search->names, search->name_count, sizeof *search->names);
    search->names[search->name_count++] = name;
    return true;
}

static void add_reason(struct search *search, enum reason_kind kind, const char *detail)
{
    for (size_t i = 0; i < search->reason_count; i++) {
        const struct flow_reason *const reason = &search->reasons[i];
        if (reason->kind == kind && (detail == NULL || strcmp(reason->detail, detail) == 0))
            return;
    }
    if (search->reason_count < FLOW_REASONS)
        search->reasons[search->reason_count++] = (struct flow_reason){kind, detail};
}

/* What a called function may do with an argument. */
static struct flow_parameter callee_parameter(const struct flow_unit *unit,
                                              const struct flow_step *step)
{
    const struct flow_parameter unknown = {.retained = true, .returned = true};
    if (step->indirect)
        return unknown;
    const struct flow_function *const callee = flow_find(unit, step->to);
    if (callee != NULL && step->argument < (int)callee->parameter_count &&
        callee->parameters[step->argument].known)
        return callee->parameters[step->argument];
    if (callee != NULL && callee->defined)
        return unknown;
    const char *const name = flow_library_name(unit->pool, step->to);
    return (struct flow_parameter){.retained = library_retains(name),
                                   .returned = library_returns(name) || library_retains(name)};
}

/* Follows the values until no new one is found. */
static void follow(struct search *search)
{
    const struct flow_function *const function = search->function;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < function->step_count; i++) {
            const struct flow_step *const step = &function->steps[i];
            if (!search->held[i] && !is_held(search, step->from))
                continue;
            search->held[i] = true;
            if (step->kind == FLOW_COPY)
                again |= hold(search, step->to);
            else if (step->kind == FLOW_PASS && step->result != NULL) {
                /* What may keep it is a reason already; its result may be anything. */
                const struct flow_parameter by = callee_parameter(search->unit, step);
                if (by.returned && !by.retained)
                    again |= hold(search, step->result);
            }
        }
    }
}

static void judge(struct search *search, const struct flow_step *step)
{
    switch (step->kind) {
    case FLOW_COPY:
        break;
    case FLOW_RETURN:
        add_reason(search, REASON_RETURNED, NULL);
        break;
    case FLOW_STORE:
        /* A block that points to itself does not outlive itself. */
        if (step->base == NULL || !is_held(search, step->base))
            add_reason(search, REASON_STORED, step->to);
        break;
    case FLOW_PASS:
        if (callee_parameter(search->unit, step).retained)
            add_reason(search, step->indirect ? REASON_POINTER : REASON_PASSED, step->to);
        break;
    case FLOW_ASM:
        add_reason(search, REASON_ASM, NULL);
        break;
    }
}

size_t flow_reasons(const struct flow_unit *unit, const struct flow_function *function,
                    const struct flow_call *call, struct flow_reason reasons[FLOW_REASONS])
{
    struct search search = {.unit = unit,
                            .function = function,
                            .held = check_alloc(function->step_count, sizeof(bool)),
                            .reasons = reasons};
    bool through_argument;
    flow_allocates(flow_library_name(unit->pool, call->callee), &through_argument);
    if (through_argument)
        add_reason(&search, REASON_HANDED, NULL);
    else if (hold(&search, call->value))
        follow(&search);
    for (size_t i = 0; i < function->step_count; i++)
        if (search.held[i])
            judge(&search, &function->steps[i]);
    free(search.held);
    free(search.names);
    return search.reason_count;
}
