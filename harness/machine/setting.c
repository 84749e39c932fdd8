#include "setting.h"

#include "setting_ways.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool setting_answer(struct setting_proof *out, enum setting_state state, const char *format, ...)
{
    out->state = state;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out->why, sizeof out->why, format, arguments);
    va_end(arguments);
    size_t length = strlen(out->why);
    while (length > 0 && out->why[length - 1] == '\n')
        out->why[--length] = '\0';
    for (char *newline = out->why; (newline = strchr(newline, '\n')) != NULL;)
        *newline = ' ';
    return true;
}

void *setting_symbol(const struct provider *provider, const char *symbol)
{
    void *const handle = dlopen(provider->path, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return NULL;
    void *const address = dlsym(handle, symbol);
    dlclose(handle);
    return address;
}

/* A whole number, negative ones as in two's complement. */
static bool read_whole(const char *text, unsigned long long *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 0);
    return end != text && *end == '\0' && errno == 0;
}

bool setting_same_number(const char *asked, const char *told, bool *valid)
{
    unsigned long long left, right;
    const bool left_valid = read_whole(asked, &left);
    *valid = read_whole(told, &right) && left_valid;
    return *valid && left == right;
}

/* ---- What is true of any allocator ---- */

/* What is looked for in the libraries of the process. */
struct search {
    const char *name;
    bool found;
};

/* Whether a name stands in the bytes as a word that nothing follows. */
static bool has_name(const char *bytes, size_t count, const char *name)
{
    const size_t length = strlen(name);
    const char *const end = bytes + count;
    for (const char *at = bytes; at < end; at++) {
        at = memmem(at, (size_t)(end - at), name, length);
        if (at == NULL)
            return false;
        const char *const behind = at + length;
        if (behind == end || (!isalnum((unsigned char)*behind) && *behind != '_'))
            return true;
    }
    return false;
}

/* The allocator may read its settings in a library of its own: all are looked through but the
 * program, the C library and the dynamic linker, which has names of its own. */
static int search_object(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    struct search *const search = user;
    const char *const slash = strrchr(info->dlpi_name, '/');
    if (slash == NULL || strncmp(slash, "/libc.so", 8) == 0 || strncmp(slash, "/ld", 3) == 0)
        return 0;
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_R) == 0)
            continue;
        const char *const bytes = (const char *)(info->dlpi_addr + segment->p_vaddr);
        search->found = search->found || has_name(bytes, segment->p_filesz, search->name);
    }
    return search->found;
}

static void prove_of_any(const struct setting_question *question, struct setting_proof *out)
{
    struct search search = {.name = question->name};
    dl_iterate_phdr(search_object, &search);
    if (!search.found) {
        setting_answer(out, SETTING_REFUSED, "nothing reads %s: the name is not in %s",
                       question->name, question->provider->path);
        return;
    }
    char with[256], without[256];
    const struct setting_environment as_it_is = {.without = NULL};
    const struct setting_environment less = {.without = question->name};
    if (setting_run(question->again, &as_it_is, 2, with, sizeof with) == 0 &&
        setting_run(question->again, &less, 2, without, sizeof without) == 0 && with[0] != '\0' &&
        strcmp(with, without) != 0)
        setting_answer(out, SETTING_REFUSED, "with %s the allocator says: %.180s", question->name,
                       with);
    else
        setting_answer(out, SETTING_REACHED, "the allocator has no way to tell %s", question->name);
}

void setting_prove(const char *setting, const struct provider *provider, const char *const again[],
                   struct setting_proof *out)
{
    struct setting_question question = {.provider = provider, .again = again};
    const size_t length = strcspn(setting, "=");
    snprintf(question.name, sizeof question.name, "%.*s", (int)length, setting);
    question.value = getenv(question.name);
    if (question.value == NULL || setting[length] != '=' ||
        strcmp(question.value, setting + length + 1) != 0) {
        setting_answer(out, SETTING_REFUSED, "%s did not reach the process", question.name);
        return;
    }
    if (!setting_glibc(&question, out) && !setting_jemalloc(&question, out) &&
        !setting_mimalloc(&question, out) && !setting_tcmalloc(&question, out))
        prove_of_any(&question, out);
    if (out->state == SETTING_PROVED)
        out->why[0] = '\0';
}

/* ---- Huge pages ---- */

long setting_huge_kib(void)
{
    enum { BLOCK_BYTES = 16 << 20, PAGE_LEAST_BYTES = 4096 };
    char *volatile const block = malloc(BLOCK_BYTES);
    if (block == NULL)
        return -1;
    for (size_t i = 0; i < BLOCK_BYTES; i += PAGE_LEAST_BYTES)
        block[i] = 1;
    long sum_kib = -1;
    FILE *const file = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        long kib;
        if (sscanf(line, "AnonHugePages: %ld kB", &kib) == 1 ||
            sscanf(line, "Private_Hugetlb: %ld kB", &kib) == 1)
            sum_kib = (sum_kib > 0 ? sum_kib : 0) + kib;
    }
    if (file != NULL)
        fclose(file);
    free(block);
    return sum_kib;
}
