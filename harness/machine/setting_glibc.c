/*
 * glibc's own malloc. The dynamic linker lists its tunables with the values that it took from the
 * environment (ld.so --list-tunables, since glibc 2.33); a name that it does not know and a value
 * out of range it passes over without a word.
 */
#include "setting_ways.h"

#include <ctype.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_linker(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    const char **const linker = user;
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_INTERP)
            *linker = (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    return 1; /* the program is the first */
}

/* Fills the text with the list, `name: value (min: a, max: b)` a line; empty when there is none. */
static void list_tunables(char *text, size_t room)
{
    const char *linker = NULL;
    dl_iterate_phdr(find_linker, (void *)&linker);
    const char *const arguments[] = {linker, "--list-tunables", NULL};
    const struct setting_environment environment = {.without = "LD_PRELOAD"};
    text[0] = '\0';
    if (linker != NULL)
        setting_run(arguments, &environment, 1, text, room);
    if (strstr(text, "glibc.malloc.") == NULL)
        text[0] = '\0';
}

/* The line of a tunable, from its value on; NULL when there is none. */
static const char *find_tunable(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *line = list; line != NULL && *line != '\0';) {
        if (strncmp(line, name, length) == 0 && strncmp(line + length, ": ", 2) == 0)
            return line + length + 2;
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return NULL;
}

/*
 * How many freed blocks of one size a thread keeps, found by filling its cache with at most `most`:
 * blocks in a thread's cache count as in use. The list of tunables does not tell: malloc has a
 * limit of its own, and passes over what is beyond.
 */
static size_t cached_blocks(size_t most)
{
#if __GLIBC_PREREQ(2, 33)
    enum { BLOCK_BYTES = 24 };
    const size_t count = most + 1;
    void **const blocks = malloc(count * sizeof *blocks);
    if (blocks == NULL)
        return SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        blocks[i] = malloc(BLOCK_BYTES);
    const size_t block_bytes = malloc_usable_size(blocks[0]) + sizeof(size_t);
    const size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < count; i++)
        free(blocks[i]);
    const size_t after = mallinfo2().uordblks;
    free((void *)blocks);
    return count - (before - after) / block_bytes;
#else
    return most; /* there is no mallinfo2 to tell */
#endif
}

/* A tunable and what was asked of it. Returns true when *out says what is wrong. */
static bool is_wrong(const char *list, const char *name, const char *asked,
                     const struct setting_question *question, struct setting_proof *out)
{
    enum { CACHED_MOST = UINT16_MAX }; /* malloc counts them in 16 bits */
    const char *const told = find_tunable(list, name);
    if (told == NULL)
        return setting_answer(out, SETTING_REFUSED, "%s has no tunable '%s'",
                              question->provider->version, name);
    char value[64];
    snprintf(value, sizeof value, "%.*s", (int)strcspn(told, " \n"), told);
    bool valid;
    if (!setting_same_number(asked, value, &valid))
        return setting_answer(out, SETTING_REFUSED, "%s is %.*s, and not '%s'", name,
                              (int)strcspn(told, "\n"), told, asked);
    if (strcmp(name, "glibc.malloc.check") == 0)
        return setting_answer(out, SETTING_REFUSED,
                              "%s has no effect without libc_malloc_debug.so (since glibc 2.34)",
                              name);
    if (strcmp(name, "glibc.malloc.tcache_count") != 0)
        return false;
    const unsigned long count = strtoul(asked, NULL, 0);
    const size_t cached = cached_blocks(count < CACHED_MOST ? count : CACHED_MOST);
    return cached == count ? false
                           : setting_answer(out, SETTING_REFUSED,
                                            "%s is '%s', but a thread keeps %zu freed blocks", name,
                                            asked, cached);
}

/* The tunable behind an older variable: MALLOC_ARENA_MAX is glibc.malloc.arena_max, and
 * MALLOC_TOP_PAD_ is glibc.malloc.top_pad. */
static void name_tunable(const char *variable, char *name, size_t room)
{
    snprintf(name, room, "glibc.malloc.%s", variable + strlen("MALLOC_"));
    for (char *c = name; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    const size_t length = strlen(name);
    if (name[length - 1] == '_')
        name[length - 1] = '\0';
}

/* GLIBC_TUNABLES: pairs with colons between. */
static bool are_wrong(const char *list, const struct setting_question *question,
                      struct setting_proof *out)
{
    char *const copy = strdup(question->value);
    char *rest = copy;
    bool wrong = false;
    for (char *pair; !wrong && (pair = strsep(&rest, ":")) != NULL;) {
        char *const equals = strchr(pair, '=');
        if (equals == NULL)
            wrong =
                setting_answer(out, SETTING_REFUSED, "'%s' is no tunable: write NAME=VALUE", pair);
        else {
            *equals = '\0';
            wrong = is_wrong(list, pair, equals + 1, question, out);
        }
    }
    free(copy);
    return wrong;
}

bool setting_glibc(const struct setting_question *question, struct setting_proof *out)
{
    if (!question->provider->is_libc)
        return false;
    const bool older = strncmp(question->name, "MALLOC_", 7) == 0 && question->name[7] != '\0';
    if (!older && strcmp(question->name, "GLIBC_TUNABLES") != 0)
        return setting_answer(out, SETTING_REFUSED, "glibc's malloc reads no variable %s",
                              question->name);
    static char list[16384];
    list_tunables(list, sizeof list);
    if (list[0] == '\0')
        return setting_answer(out, SETTING_REACHED, "the dynamic linker lists no tunables");
    char name[160];
    name_tunable(question->name, name, sizeof name);
    if (older ? is_wrong(list, name, question->value, question, out)
              : are_wrong(list, question, out))
        return true;
    return setting_answer(out, SETTING_PROVED, "%s", "");
}
