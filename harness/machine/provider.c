#include "provider.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OBJECTS = 256 };

/* A loaded object: the program (index 0), then shared objects in the order symbols are looked up.
 */
struct object {
    const char *name;    /* as the dynamic linker keeps it; empty for the program */
    uintptr_t low, high; /* addresses of its loaded segments: [low, high) */
};

struct objects {
    struct object list[MOST_OBJECTS];
    size_t count;
    bool has_linker; /* the program was started by a dynamic linker: it is not static */
};

static int add_object(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    struct objects *const objects = user;
    struct object object = {.name = info->dlpi_name, .low = UINTPTR_MAX, .high = 0};
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const segment = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_INTERP && objects->count == 0)
            objects->has_linker = true;
        if (segment->p_type != PT_LOAD)
            continue;
        if (start < object.low)
            object.low = start;
        if (start + segment->p_memsz > object.high)
            object.high = start + segment->p_memsz;
    }
    objects->list[objects->count++] = object;
    return objects->count == MOST_OBJECTS;
}

static bool holds(const struct object *object, const void *address)
{
    return (uintptr_t)address >= object->low && (uintptr_t)address < object->high;
}

/*
 * The address at which the object itself defines the symbol, or NULL. dlsym also searches what an
 * object depends on, and in the program it may find a jump to a function that is defined elsewhere,
 * under an entry that is marked undefined; neither counts.
 */
static void *defined_by(const struct object *object, const char *symbol)
{
    const bool is_program = object->name[0] == '\0';
    void *const handle = dlopen(is_program ? NULL : object->name, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return NULL;
    void *const address = dlsym(handle, symbol);
    Dl_info info;
    void *entry = NULL;
    const bool found = address != NULL && holds(object, address) &&
                       dladdr1(address, &info, &entry, RTLD_DL_SYMENT) != 0 && entry != NULL &&
                       ((const ElfW(Sym) *)entry)->st_shndx != SHN_UNDEF;
    dlclose(handle);
    return found ? address : NULL;
}

/* Calls through a pointer that dlsym gave: the union is how POSIX lets it become a function. */
#define FUNCTION(address, type) \
    (((union {                  \
         void *data;            \
         type *code;            \
     }){.data = (address)})     \
         .code)

typedef int mallctl_function(const char *, void *, size_t *, void *, size_t);
typedef int mi_version_function(void);
typedef const char *tc_version_function(int *, int *, const char **);
typedef const char *libc_version_function(void);

/* Fills *out with what the object says of itself. Returns false when it says nothing. */
static bool ask_version(const struct object *object, struct provider *out)
{
    void *address = defined_by(object, "gnu_get_libc_version");
    if (address != NULL) {
        const char *const version = FUNCTION(address, libc_version_function)();
        snprintf(out->version, sizeof out->version, "glibc %s", version);
        out->is_libc = true;
        return true;
    }
    address = defined_by(object, "mallctl");
    if (address != NULL) {
        const char *version = NULL;
        size_t size_bytes = sizeof version;
        if (FUNCTION(address, mallctl_function)("version", &version, &size_bytes, NULL, 0) == 0 &&
            version != NULL) {
            snprintf(out->version, sizeof out->version, "%s", version);
            return true;
        }
    }
    address = defined_by(object, "mi_version");
    if (address != NULL) {
        /* 209 is 2.0.9; since 2.4 and 3.2 two digits a part: 20401 is 2.4.1 (mimalloc.h) */
        const int version = FUNCTION(address, mi_version_function)();
        const int base = version >= 10000 ? 100 : 10;
        snprintf(out->version, sizeof out->version, "%d.%d.%d", version / (base * base),
                 version / base % base, version % base);
        return true;
    }
    address = defined_by(object, "tc_version");
    if (address != NULL) {
        int major = 0, minor = 0;
        const char *patch = NULL;
        const char *const version = FUNCTION(address, tc_version_function)(&major, &minor, &patch);
        snprintf(out->version, sizeof out->version, "%s", version != NULL ? version : "");
        return true;
    }
    return false;
}

/*
 * oneTBB's proxy and scudo export nothing that tells a version. The path does: the number behind
 * `.so.`, or the directory behind `/clang/` that every library of a clang release lies in.
 */
static void guess_version(const char *path, struct provider *out)
{
    const char *const clang = strstr(path, "/clang/");
    const char *const file = strrchr(path, '/');
    const char *const number = strstr(file != NULL ? file : path, ".so.");
    if (clang != NULL) {
        const char *const start = clang + strlen("/clang/");
        snprintf(out->version, sizeof out->version, "LLVM %.*s", (int)strcspn(start, "/"), start);
    } else if (number != NULL) {
        snprintf(out->version, sizeof out->version, "%s", number + 1);
    }
}

/* The object that serves malloc: the first that defines it and is not the counting interposer. */
static const struct object *find_provider(const struct objects *objects, bool *counted)
{
    for (size_t i = 0; i < objects->count; i++) {
        const struct object *const object = &objects->list[i];
        if (defined_by(object, "malloc") == NULL)
            continue;
        if (defined_by(object, "allocost_count_read") == NULL)
            return object;
        *counted = true;
    }
    return NULL;
}

void provider_query(struct provider *out)
{
    static struct objects objects;
    *out = (struct provider){.path = PROVIDER_PROGRAM};
    objects = (struct objects){0};
    dl_iterate_phdr(add_object, &objects);
    if (!objects.has_linker)
        return;
    /* What the program's own calls reach: also a malloc that it holds and does not export. */
    void *(*volatile const called)(size_t) = malloc;
    const struct object *provider = find_provider(&objects, &out->counted);
    Dl_info info;
    void *entry = NULL;
    const void *const address = (const void *)(uintptr_t)called;
    if (holds(&objects.list[0], address) &&
        (dladdr1(address, &info, &entry, RTLD_DL_SYMENT) == 0 || entry == NULL ||
         ((const ElfW(Sym) *)entry)->st_shndx != SHN_UNDEF))
        provider = &objects.list[0];
    if (provider == NULL || provider == &objects.list[0])
        return;
    if (realpath(provider->name, out->path) == NULL)
        snprintf(out->path, sizeof out->path, "%s", provider->name);
    if (!ask_version(provider, out))
        guess_version(out->path, out);
    out->version[strcspn(out->version, "\n")] = '\0';
}
