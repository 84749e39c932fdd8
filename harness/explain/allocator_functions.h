/*
 * The functions a variant may name in `calls`: everything the machine code of a run function can
 * call that gets memory from the allocator under test or gives it back.
 */
#ifndef ALLOCOST_ALLOCATOR_FUNCTIONS_H
#define ALLOCOST_ALLOCATOR_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* C++ operators by their mangled names' beginnings: any new, any delete. */
static const char *const allocator_functions[] = {
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "aligned_alloc",
    "posix_memalign",
    "memalign",
    "valloc",
    "pvalloc",
    "free",
    "free_sized",
    "free_aligned_sized",
    "asprintf",
    "vasprintf",
    "__asprintf_chk",
    "__vasprintf_chk",
    "open_memstream",
    "strdup",
    "strndup",
    "_Block_copy",
    "_Block_release",
    "_Block_object_assign",
    "_Block_object_dispose",
    "operator new",
    "operator delete",
};

enum { ALLOCATOR_FUNCTIONS = sizeof allocator_functions / sizeof *allocator_functions };

/*
 * The index of the allocator function with this linker name of `length` bytes, or -1 when it is
 * none. Symbol versions are not part of the name.
 */
static inline int allocator_function(const char *name, size_t length)
{
    static const char *const mangled[2][2] = {{"_Znw", "_Zna"}, {"_Zdl", "_Zda"}};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (length > 4 && strncmp(name, mangled[i][j], 4) == 0)
                return ALLOCATOR_FUNCTIONS - 2 + i;
    for (int i = 0; i < ALLOCATOR_FUNCTIONS; i++)
        if (strlen(allocator_functions[i]) == length &&
            strncmp(name, allocator_functions[i], length) == 0)
            return i;
    return -1;
}

/*
 * The same for a word of a variant's `calls`: of "malloc>calloc", the function before the mark is
 * meant in the source and the one behind it in the code.
 */
static inline int allocator_function_meant(const char *word, size_t length, bool in_source)
{
    const char *const mark = memchr(word, '>', length);
    if (mark == NULL)
        return allocator_function(word, length);
    const size_t before = (size_t)(mark - word);
    return in_source ? allocator_function(word, before)
                     : allocator_function(mark + 1, length - before - 1);
}

#endif
