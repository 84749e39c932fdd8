/*
 * Allocators of the fewest functions, by KIND. None has reallocarray, aligned_alloc, valloc,
 * pvalloc or malloc_usable_size: what stands in front composes the others and does without the
 * last. 0 has posix_memalign and 1 has memalign. 2 has malloc alone, the rest being the C
 * library's, as in a library that wraps malloc to slow it down or to watch it.
 *
 * The calloc calls malloc by name, which is the allocator's own affair and not the program's. The
 * memory is the C library's, by its names that nobody overrides.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

void *malloc(size_t size)
{
    return __libc_malloc(size);
}

#if KIND < 2
void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *const block = malloc(bytes);
    return block != NULL ? memset(block, 0, bytes) : NULL;
}

void *realloc(void *block, size_t size)
{
    return __libc_realloc(block, size);
}

void free(void *block)
{
    __libc_free(block);
}

#endif

#if KIND == 1
void *memalign(size_t alignment, size_t size);

void *memalign(size_t alignment, size_t size)
{
    return __libc_memalign(alignment, size);
}
#elif KIND == 0
int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *const found = __libc_memalign(alignment, size);
    if (found == NULL)
        return ENOMEM;
    *block = found;
    return 0;
}
#endif
