#include "allocators.h"

#include "elf_file.h"
#include "error.h"
#include "library_search.h"
#include "nearest.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * THE list: one line an allocator. The patterns are parted by blanks, the first is the one that a
 * message names; no pattern: the process's own. The package is Debian's and Ubuntu's (a -dev where
 * the library's own package has another name in every release).
 *
 * mimalloc's -secure and -debug variants are other programs; oneTBB without `_proxy` exports no
 * malloc; plain tcmalloc pulls in libunwind and a heap profiler.
 */
#define CLANG_DIRECTORIES(file)                                               \
    "/usr/lib/llvm-*/lib/clang/*/lib/*/" file " /usr/lib/clang/*/lib/*/" file \
    " /usr/lib64/clang/*/lib/*/" file " /usr/local/lib/clang/*/lib/*/" file
#define SCUDO "libclang_rt.scudo_standalone*.so"

/* clang-format off */
static const struct known {
    const char *name, *package, *patterns;
} known[] = {
    {"glibc",    NULL,                  NULL},
    {"jemalloc", "libjemalloc2",        "libjemalloc.so.2 libjemalloc.so"},
    {"mimalloc", "libmimalloc-dev",     "libmimalloc.so.* libmimalloc.so"},
    {"tcmalloc_minimal", "libtcmalloc-minimal4", "libtcmalloc_minimal.so.4 libtcmalloc_minimal.so*"},
    {"tbbmalloc", "libtbbmalloc2",      "libtbbmalloc_proxy.so.2 libtbbmalloc_proxy.so"},
    {"scudo",    "libclang-rt-dev",     SCUDO " " CLANG_DIRECTORIES(SCUDO)},
};
/* clang-format on */

enum { KNOWN_COUNT = sizeof known / sizeof *known };

const char *const *allocator_list_names(size_t *count)
{
    static const char *names[KNOWN_COUNT];
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        names[i] = known[i].name;
    *count = KNOWN_COUNT;
    return names;
}

static const struct known *find_known(const char *name)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

void allocators_free(struct allocators *allocators)
{
    for (size_t i = 0; i < allocators->count; i++) {
        struct allocator *const item = &allocators->items[i];
        for (char **setting = item->settings; setting != NULL && *setting != NULL; setting++)
            free(*setting);
        free(item->settings);
        free(item->name);
        free(item->path);
        free(item->why_not);
        free(item->remedy);
    }
    free(allocators->items);
    *allocators = (struct allocators){0};
}

/* Appends an allocator of that label; the rest of it is still empty. */
static struct allocator *append(struct allocators *allocators, const char *name, bool asked_for)
{
    allocators->items =
        check_realloc(allocators->items, allocators->count + 1, sizeof *allocators->items);
    struct allocator *const item = &allocators->items[allocators->count++];
    *item = (struct allocator){.name = check_strdup(name), .asked_for = asked_for};
    return item;
}

static void append_known(struct allocators *allocators, const char *label,
                         const struct known *entry, bool asked_for)
{
    struct allocator *const item = append(allocators, label, asked_for);
    if (entry->patterns == NULL)
        return;
    item->path = library_search(entry->patterns, &item->why_not);
    if (item->path == NULL)
        item->remedy = check_format("apt install %s", entry->package);
}

static int unknown_name(const char *name, struct error *error)
{
    size_t count;
    const char *const *const names = allocator_list_names(&count);
    const char *const near = nearest_word(name, names, count);
    if (strchr(name, '/') != NULL)
        return error_set(error, "a library needs a name: write NAME=%s", name);
    if (near != NULL)
        return error_set(error, "unknown allocator '%s'; did you mean '%s'?", name, near);
    error_set(error, "unknown allocator '%s'; known are", name);
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(error->text);
        snprintf(error->text + used, sizeof error->text - used, "%s %s", i > 0 ? "," : "",
                 names[i]);
    }
    const size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "; any other is NAME=PATH");
    return -1;
}

/* Says that there is no such file, and, where that may have been meant, the nearest name. */
static int no_such_file(const char *name, const char *path, struct error *error)
{
    size_t count;
    const char *const *const names = allocator_list_names(&count);
    const char *const near = strchr(path, '/') == NULL ? nearest_word(path, names, count) : NULL;
    if (near == NULL)
        return error_wrap(error, "allocator '%s'", name);
    return error_set(error, "allocator '%s': there is no file '%s'; did you mean '%s'?", name, path,
                     near);
}

static int append_path(struct allocators *out, const char *name, const char *path,
                       struct error *error)
{
    const struct known *const entry = find_known(name);
    if (entry != NULL && entry->patterns == NULL)
        return error_set(error, "allocator '%s' is the process's own and takes no path", name);
    if (*path == '\0')
        return error_set(error, "allocator '%s' has no path behind '='", name);
    if (elf_check_allocator(path, error) != 0)
        return access(path, F_OK) != 0 ? no_such_file(name, path, error)
                                       : error_wrap(error, "allocator '%s'", name);
    char *const real = realpath(path, NULL);
    if (real == NULL) {
        error_set_errno(error, "%s", path);
        return error_wrap(error, "allocator '%s'", name);
    }
    append(out, name, true)->path = real;
    return 0;
}

/* Adds one entry of the list, whose settings are the allocator's then. */
static int append_entry(struct allocators *out, struct allocator_entry *entry, struct error *error)
{
    const struct known *const found = find_known(entry->target);
    if (found != NULL && entry->labelled && find_known(entry->label) != NULL)
        return error_set(error, "'%s' is an allocator's own name: choose another label for %s",
                         entry->label, entry->target);
    if (found != NULL)
        append_known(out, entry->label, found, true);
    else if (!entry->labelled)
        return unknown_name(entry->target, error);
    else if (append_path(out, entry->label, entry->target, error) != 0)
        return -1;
    out->items[out->count - 1].settings = entry->settings;
    entry->settings = NULL;
    return 0;
}

/* A name may hold newlines; a message has one line and nothing that moves a terminal's cursor. */
static void flatten(struct error *error)
{
    for (unsigned char *text = (unsigned char *)error->text; *text != '\0'; text++)
        if (*text < 0x20 || *text == 0x7f)
            *text = '?';
}

int allocators_resolve(const char *list, struct allocators *out, struct error *error)
{
    struct error message = {0};
    int result = 0;
    *out = (struct allocators){0};
    if (list == NULL) {
        for (size_t i = 0; i < KNOWN_COUNT; i++)
            append_known(out, known[i].name, &known[i], false);
        return 0;
    }
    struct allocator_list entries;
    if (allocator_list_parse(list, &entries, &message) != 0)
        result = -1;
    for (size_t i = 0; i < entries.count && result == 0; i++)
        result = append_entry(out, &entries.items[i], &message);
    allocator_list_free(&entries);
    if (result != 0) {
        allocators_free(out);
        flatten(&message);
        error_set(error, "%s", message.text);
    }
    return result;
}

char *allocator_settings(const struct allocator *allocator)
{
    char *text = check_strdup("");
    for (char **setting = allocator->settings; setting != NULL && *setting != NULL; setting++) {
        char *const longer = check_format("%s%s%s", text, *text != '\0' ? ";" : "", *setting);
        free(text);
        text = longer;
    }
    return text;
}

struct allocator_list allocators_order(const char *list)
{
    struct allocator_list order = {0};
    if (list != NULL && *list != '\0' && allocator_list_parse(list, &order, NULL) == 0)
        return order;
    order.items = check_alloc(KNOWN_COUNT, sizeof *order.items);
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        order.items[order.count++] = (struct allocator_entry){
            .label = check_strdup(known[i].name), .target = check_strdup(known[i].name)};
    return order;
}

/* What LD_PRELOAD is split at or expands (ld.so(8)). */
static const char preload_special[] = " :$";

/* FNV-1a, 64 bits: a short name for a path. */
static uint64_t hash_path(const char *path)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
    return hash;
}

bool allocator_needs_link(const struct allocator *allocator)
{
    return allocator->path != NULL && strpbrk(allocator->path, preload_special) != NULL;
}

char *allocator_preload_path(const struct allocator *allocator, const char *directory,
                             struct error *error)
{
    CHECK(allocator->why_not == NULL);
    if (allocator->path == NULL)
        return check_strdup("");
    if (!allocator_needs_link(allocator))
        return check_strdup(allocator->path);
    if (directory[0] != '/' || strpbrk(directory, preload_special) != NULL) {
        error_set(error,
                  "%s cannot be preloaded: a link to it in %s would not be read by LD_PRELOAD",
                  allocator->path, directory);
        return NULL;
    }
    char *const link =
        check_format("%s/preload-%016" PRIx64 ".so", directory, hash_path(allocator->path));
    if (symlink(allocator->path, link) == 0)
        return link;
    char target[PATH_MAX];
    const int cause = errno;
    const ssize_t length = readlink(link, target, sizeof target);
    if (cause == EEXIST && length == (ssize_t)strlen(allocator->path) &&
        memcmp(target, allocator->path, (size_t)length) == 0)
        return link;
    errno = cause;
    error_set_errno(error, "%s cannot be preloaded: %s", allocator->path, link);
    free(link);
    return NULL;
}
