#include "explain/disasm.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Memory ---- */

static void *grow(void *array, size_t *count, size_t size)
{
    /* Room for a power of two, at least 64: counted from what is in it. */
    if (*count == 0 || (*count >= 64 && (*count & (*count - 1)) == 0))
        array = realloc(array, (*count < 64 ? 64 : 2 * *count) * size);
    if (array == NULL)
        abort();
    ++*count;
    return array;
}

static char *copy_text(const char *text, size_t length)
{
    char *const copy = strndup(text, length);
    if (copy == NULL)
        abort();
    return copy;
}

void program_free(struct program *program)
{
    for (size_t i = 0; i < program->function_count; i++) {
        free(program->functions[i].name);
        free(program->functions[i].references);
    }
    for (size_t i = 0; i < program->relocation_count; i++)
        free(program->relocations[i].name);
    free(program->functions);
    free(program->relocations);
    free(program->objects);
    *program = (struct program){0};
}

/* ---- Lines ---- */

/* Takes the next line off *text into `line`, cut to its size. False at the end. */
static bool next_line(const char **text, char *line, size_t size)
{
    if (**text == '\0')
        return false;
    const size_t length = strcspn(*text, "\n");
    snprintf(line, size, "%.*s", (int)length, *text);
    *text += length + ((*text)[length] == '\n');
    return true;
}

static void add_reference(struct function *function, uint64_t address)
{
    function->references =
        grow(function->references, &function->reference_count, sizeof *function->references);
    function->references[function->reference_count - 1] = address;
}

/* A line "0000000000001139 <name>:" begins a function. */
static bool read_header(struct program *program, const char *line)
{
    char *end;
    const uint64_t start = strtoull(line, &end, 16);
    const size_t length = strlen(line);
    if (end == line || end[0] != ' ' || end[1] != '<' || length < 4 ||
        strcmp(line + length - 2, ">:") != 0)
        return false;
    program->functions =
        grow(program->functions, &program->function_count, sizeof *program->functions);
    program->functions[program->function_count - 1] = (struct function){
        .name = copy_text(end + 2, strlen(end + 2) - 2), .start = start, .last = start};
    return true;
}

/*
 * The address in front of " <symbol>": a branch's target, or on x86 the comment behind an operand
 * relative to the instruction. At most one stands in a line.
 */
static bool read_target(const char *operands, uint64_t *target)
{
    const char *const angle = strstr(operands, " <");
    if (angle == NULL)
        return false;
    const char *digits = angle;
    while (digits > operands && isxdigit((unsigned char)digits[-1]))
        digits--;
    if (digits == angle)
        return false;
    *target = strtoull(digits, NULL, 16);
    return true;
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_one_of(const char *mnemonic, const char *const list[])
{
    for (; *list != NULL; list++)
        if (strcmp(mnemonic, *list) == 0)
            return true;
    return false;
}

/* Nothing but these in a function, and it does nothing. */
static bool is_idle(const char *mnemonic)
{
    static const char *const idle[] = {"ret",    "retq",    "repz", "nop",  "nopw", "nopl",
                                       "data16", "endbr64", "ud2",  "int3", "bti",  "udf",
                                       "hlt",    "xchg",    "cs",   NULL};
    return is_one_of(mnemonic, idle);
}

static bool is_jump(const char *mnemonic)
{
    static const char *const jumps[] = {"b", "cbz", "cbnz", "tbz", "tbnz", NULL};
    return mnemonic[0] == 'j' || begins_with(mnemonic, "loop") || begins_with(mnemonic, "b.") ||
           is_one_of(mnemonic, jumps);
}

/* ---- AArch64: an address in two instructions ---- */

enum { REGISTERS = 32 };

/* The pages that adrp has put into registers x0 to x30. */
struct pages {
    uint64_t page[REGISTERS];
    bool known[REGISTERS];
};

/* The number of the register xN at `text`, and behind it in *end; -1 when there is none. */
static int read_register(const char *text, const char **end)
{
    if (text[0] != 'x' || !isdigit((unsigned char)text[1]))
        return -1;
    char *after;
    const unsigned long number = strtoul(text + 1, &after, 10);
    *end = after;
    return number < REGISTERS ? (int)number : -1;
}

/*
 * "adrp x0, page" keeps the page; "add x1, x0, #offset" and "ldr x1, [x0, #offset]" refer to the
 * address. A register that gets another value by one of these forgets its page.
 */
static void read_pair(struct pages *pages, struct function *function, const char *mnemonic,
                      const char *operands)
{
    const char *rest;
    const int first = read_register(operands, &rest);
    if (strcmp(mnemonic, "adrp") == 0 && first >= 0) {
        pages->known[first] = read_target(operands, &pages->page[first]);
        return;
    }
    const bool is_load = begins_with(mnemonic, "ldr") || begins_with(mnemonic, "str");
    if (!is_load && strcmp(mnemonic, "add") != 0)
        return;
    const char *base = is_load ? strchr(operands, '[') : strstr(operands, ", ");
    if (base == NULL)
        return;
    base += is_load ? 1 : 2;
    const int second = read_register(base, &rest);
    if (second >= 0 && pages->known[second]) {
        const char *const offset = begins_with(rest, ", #") ? rest + 3 : NULL;
        if (offset != NULL || rest[0] == ']')
            add_reference(function,
                          pages->page[second] + (offset != NULL ? strtoull(offset, NULL, 0) : 0));
    }
    if (first >= 0 && !begins_with(mnemonic, "str"))
        pages->known[first] = false;
}

/* ---- Disassembly ---- */

static void read_instruction(struct program *program, struct pages *pages, uint64_t address,
                             char *text)
{
    struct function *const function = &program->functions[program->function_count - 1];
    char *operands = text + strcspn(text, " \t");
    if (*operands != '\0')
        *operands++ = '\0';
    operands += strspn(operands, " \t");
    static const char *const prefixes[] = {"bnd", "notrack", "rep", "addr32", NULL};
    if (strcmp(text, "rep") == 0) {
        function->rep_movs |= begins_with(operands, "movs");
        function->rep_stos |= begins_with(operands, "stos");
    }
    if (is_one_of(text, prefixes)) {
        read_instruction(program, pages, address, operands);
        return;
    }

    function->last = address;
    function->working += !is_idle(text);
    uint64_t target;
    if (strcmp(text, "adrp") != 0 && read_target(operands, &target)) {
        if (is_jump(text) && target <= address && target >= function->start)
            function->loops = true;
        add_reference(function, target);
    }
    /* "mov $0x401136,%edi": how a program that is not moved by the loader takes an address */
    const char *const immediate = strchr(operands, '$');
    if (program->base != 0 && immediate != NULL && begins_with(text, "mov"))
        add_reference(function, strtoull(immediate + 1, NULL, 0));
    read_pair(pages, function, text, operands);
}

void read_disassembly(struct program *program, const char *text)
{
    char line[1024];
    struct pages pages = {0};
    bool inside = false;
    while (next_line(&text, line, sizeof line)) {
        if (begins_with(line, "Disassembly of section")) {
            inside = false;
        } else if (read_header(program, line)) {
            inside = true;
            pages = (struct pages){0};
        } else if (inside) {
            char *end;
            const uint64_t address = strtoull(line, &end, 16);
            if (end != line && end[0] == ':' && end[1] == '\t')
                read_instruction(program, &pages, address, end + 2);
        }
    }
}

/* ---- Relocations and symbols ---- */

void read_relocations(struct program *program, const char *text)
{
    char line[1024];
    while (next_line(&text, line, sizeof line)) {
        char *end;
        const uint64_t place = strtoull(line, &end, 16);
        char type[64], value[512];
        if (end == line || sscanf(end, " R_%63s %511s", type, value) != 2)
            continue;
        struct relocation r = {.place = place};
        if (begins_with(value, "*ABS*"))
            r.target = begins_with(value, "*ABS*+") ? strtoull(value + 6, NULL, 16) : 0;
        else
            r.name = copy_text(value, strcspn(value, "@+"));
        program->relocations =
            grow(program->relocations, &program->relocation_count, sizeof *program->relocations);
        program->relocations[program->relocation_count - 1] = r;
    }
}

/* "address flags section<tab>size name", where the flags are seven letters or blanks. */
void read_symbols(struct program *program, const char *text)
{
    char line[1024];
    while (next_line(&text, line, sizeof line)) {
        char *end;
        const uint64_t start = strtoull(line, &end, 16);
        const char *const tab = strchr(line, '\t');
        if (end == line || *end != ' ' || strlen(end) < 9 || tab == NULL)
            continue;
        const char *const blank = strrchr(line, ' ');
        if (blank != NULL && strcmp(blank + 1, "__executable_start") == 0) {
            program->base = start;
            program->has_base = true;
        }
        const uint64_t size = strtoull(tab + 1, NULL, 16);
        if (end[7] != 'O' || size == 0)
            continue;
        program->objects = grow(program->objects, &program->object_count, sizeof *program->objects);
        program->objects[program->object_count - 1] = (struct object){start, size};
    }
}

const struct function *function_at(const struct program *program, uint64_t address)
{
    for (size_t i = 0; i < program->function_count; i++)
        if (program->functions[i].start == address)
            return &program->functions[i];
    return NULL;
}
