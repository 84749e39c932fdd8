/* jemalloc, which tells every option as `opt.<name>` (mallctl). */
#include "setting_ways.h"

#include <inttypes.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int mallctl_function(const char *, void *, size_t *, void *, size_t);

/* Whether an address lies in a loaded object: an option that is a text is one of the library. */
struct place {
    uintptr_t address;
    bool found;
};

static int look_in_object(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    struct place *const place = user;
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const segment = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && place->address >= start &&
            place->address < start + segment->p_memsz)
            place->found = true;
    }
    return place->found;
}

/* Reads an option as text. The type is found by its size, which mallctl insists on: bool, unsigned,
 * and eight bytes for a number or the address of a text. False: there is no such option. */
static bool read_option(mallctl_function *mallctl, const char *name, char *text, size_t room)
{
    char path[160];
    snprintf(path, sizeof path, "opt.%s", name);
    union {
        bool flag;
        unsigned count;
        int64_t number;
        const char *text;
    } value = {.number = 0};
    size_t size_bytes = sizeof value.flag;
    if (mallctl(path, &value, &size_bytes, NULL, 0) == 0) {
        snprintf(text, room, "%s", value.flag ? "true" : "false");
        return true;
    }
    size_bytes = sizeof value.count;
    if (mallctl(path, &value, &size_bytes, NULL, 0) == 0) {
        snprintf(text, room, "%u", value.count);
        return true;
    }
    size_bytes = sizeof value.number;
    if (mallctl(path, &value, &size_bytes, NULL, 0) != 0)
        return false;
    struct place place = {.address = (uintptr_t)value.number};
    dl_iterate_phdr(look_in_object, &place);
    if (place.found)
        snprintf(text, room, "%s", value.text);
    else
        snprintf(text, room, "%" PRId64, value.number);
    return true;
}

/* What jemalloc says of a configuration it cannot read: the first line with its name. */
static bool has_complained(const struct setting_question *question, struct setting_proof *out)
{
    char said[1024];
    const struct setting_environment environment = {.without = NULL};
    setting_run(question->again, &environment, 2, said, sizeof said);
    const char *line = strstr(said, "<jemalloc>: ");
    while (line != NULL && strncmp(line + 12, "Invalid conf", 12) != 0 &&
           strncmp(line + 12, "Conf string", 11) != 0 &&
           strncmp(line + 12, "Out-of-range", 12) != 0)
        line = strstr(line + 1, "<jemalloc>: ");
    return line != NULL &&
           setting_answer(out, SETTING_REFUSED, "%.*s", (int)strcspn(line, "\n"), line);
}

/* Compares the pairs `name:value`, with commas between. */
bool setting_jemalloc(const struct setting_question *question, struct setting_proof *out)
{
    void *const address = setting_symbol(question->provider, "mallctl");
    if (address == NULL || strcmp(question->name, "MALLOC_CONF") != 0)
        return false;
    if (has_complained(question, out))
        return true;
    setting_answer(out, SETTING_PROVED, "%s", "");
    char *const copy = strdup(question->value);
    char *rest = copy;
    for (char *pair; out->state != SETTING_REFUSED && (pair = strsep(&rest, ",")) != NULL;) {
        char told[256];
        char *const colon = strchr(pair, ':');
        bool numbers;
        if (colon == NULL) {
            setting_answer(out, SETTING_REFUSED, "'%s' is no option: write NAME:VALUE", pair);
            break;
        }
        *colon = '\0';
        if (!read_option(SETTING_FUNCTION(address, mallctl_function), pair, told, sizeof told))
            setting_answer(out, SETTING_REACHED, "jemalloc does not tell opt.%s", pair);
        else if (strcmp(told, colon + 1) != 0 && !setting_same_number(colon + 1, told, &numbers))
            setting_answer(out, SETTING_REFUSED, "jemalloc's opt.%s is %s, and not '%s'", pair,
                           told, colon + 1);
    }
    free(copy);
    return true;
}
