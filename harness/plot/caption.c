#include "plot/caption.h"

#include "data/keyvalue.h"
#include "error.h"
#include "facts.h"
#include "plot/plain_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION_COLUMNS = 16, NAME_COLUMNS = 40 };

/* Where the facts are looked up. */
struct source {
    const struct keyvalues *machine;
};

static const char *look_up(const char *key, void *user)
{
    const struct source *const source = user;
    return keyvalues_get(source->machine, key);
}

/* The name and its version, from its first digit up to the commit that some builds put behind. */
static void put_allocator(FILE *file, const struct keyvalues *machine, const char *name)
{
    char *const key = check_format("allocator.%s.version", name);
    const char *const value = keyvalues_get(machine, key);
    char *const label = plain_text_shortened(name, NAME_COLUMNS);
    char *const version = plain_text_shortened(value != NULL ? value : "", VERSION_COLUMNS * 4);
    const char *number = version + strcspn(version, "0123456789");
    if (*number == '\0')
        number = version;
    version[(size_t)(number - version) + strcspn(number, "- ")] = '\0';
    char *const shown = plain_text_shortened(number, VERSION_COLUMNS);
    fprintf(file, "%s%s%s", label, *shown != '\0' ? " " : "", shown);
    free(shown);
    free(version);
    free(label);
    free(key);
}

char *caption_make(const struct keyvalues *machine, const char *const allocators[], size_t count,
                   size_t columns)
{
    if (machine->count == 0)
        return check_strdup("");
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *const file = open_memstream(&text, &size_bytes);
    CHECK(file != NULL);
    struct source source = {.machine = machine};
    char *const facts = facts_caption(look_up, &source);
    fputs(facts, file);
    free(facts);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(allocators[i], "glibc") == 0)
            continue; /* its version is the libc's */
        if (ftell(file) > 0)
            fputs(", ", file);
        put_allocator(file, machine, allocators[i]);
    }
    CHECK(fclose(file) == 0);
    char *const wrapped = plain_text_wrapped(text, columns, CAPTION_LINES);
    free(text);
    return wrapped;
}
