#include "front/front.h"
#include "front/behind.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* C23; no header has them yet. */
void free_sized(void *block, size_t size);
void free_aligned_sized(void *block, size_t alignment, size_t size);

/* ---- Blocks for the loader, while there is no allocator to ask ---- */

enum { BOOTSTRAP_BYTES = 32768, BOOTSTRAP_ALIGNMENT = 16 };

static _Alignas(BOOTSTRAP_ALIGNMENT) unsigned char bootstrap[BOOTSTRAP_BYTES];
static size_t bootstrap_used;

static bool is_bootstrap(const void *block)
{
    return (uintptr_t)block - (uintptr_t)bootstrap < BOOTSTRAP_BYTES;
}

/* Zeroed; its size stands in front of it. Never given back. NULL with ENOMEM when it is used up. */
static void *bootstrap_alloc(size_t size)
{
    const size_t left = BOOTSTRAP_BYTES - bootstrap_used;
    if (left < 2 * BOOTSTRAP_ALIGNMENT || size > left - 2 * BOOTSTRAP_ALIGNMENT) {
        errno = ENOMEM;
        return NULL;
    }
    unsigned char *const block = bootstrap + bootstrap_used + BOOTSTRAP_ALIGNMENT;
    memcpy(block - sizeof size, &size, sizeof size);
    bootstrap_used += BOOTSTRAP_ALIGNMENT;
    bootstrap_used += (size + BOOTSTRAP_ALIGNMENT - 1) / BOOTSTRAP_ALIGNMENT * BOOTSTRAP_ALIGNMENT;
    return block;
}

static size_t bootstrap_size(const void *block)
{
    size_t size;
    memcpy(&size, (const unsigned char *)block - sizeof size, sizeof size);
    return size;
}

/* ---- The functions in front ---- */

static __thread unsigned nesting; /* calls of the allocator that this thread is in */

void front_pause(void)
{
    nesting++;
}

void front_go_on(void)
{
    nesting--;
}

/* Ends a call of the allocator. True when the program made it, and not the allocator itself. */
static bool leave(void)
{
    return --nesting == 0;
}

/* Ends a call that returned `block`, or NULL for a failed one. */
static void *leave_with(void *block, const struct front_request *request)
{
    if (leave() && block != NULL)
        front_got(block, request);
    return block;
}

EXPORT void *malloc(size_t size)
{
    if (!behind_ready())
        return bootstrap_alloc(size);
    nesting++;
    const struct front_request request = {.function = FRONT_MALLOC, .size = size};
    return leave_with(behind.alloc(size), &request);
}

EXPORT void *calloc(size_t count, size_t size)
{
    size_t bytes;
    const bool overflow = __builtin_mul_overflow(count, size, &bytes);
    if (!behind_ready())
        return overflow ? NULL : bootstrap_alloc(bytes);
    nesting++;
    const struct front_request request = {
        .function = FRONT_CALLOC, .size = bytes, .count = count, .each = size};
    return leave_with(behind.zeroed(count, size), &request);
}

/* realloc of a block, or of NULL, which is a malloc. */
static void *resize(void *block, const struct front_request *request)
{
    const size_t size = request->size;
    if (!behind_ready() || is_bootstrap(block)) {
        void *const moved = malloc(size);
        if (moved != NULL && block != NULL) {
            const size_t old_size = bootstrap_size(block);
            memcpy(moved, block, old_size < size ? old_size : size);
        }
        return moved;
    }
    if (block == NULL) {
        nesting++;
        const struct front_request fresh = {.function = FRONT_MALLOC, .size = size};
        return leave_with(behind.resize(NULL, size), &fresh);
    }
    struct front_block old = {.block = block};
    if (nesting++ == 0)
        front_resizing(&old);
    void *const moved = behind.resize(block, size);
    if (leave())
        front_resized(&old, moved, request);
    return moved;
}

EXPORT void *realloc(void *block, size_t size)
{
    const struct front_request request = {.function = FRONT_REALLOC, .size = size};
    return resize(block, &request);
}

/* Never passed on: the C library's own calls realloc by name, and would be counted twice. */
EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    const struct front_request request = {
        .function = FRONT_REALLOCARRAY, .size = bytes, .count = count, .each = size};
    return resize(block, &request);
}

EXPORT void free(void *block)
{
    if (block == NULL || is_bootstrap(block) || !behind_ready())
        return;
    if (nesting++ == 0)
        front_giving(block);
    behind.release(block);
    nesting--;
}

EXPORT void free_sized(void *block, size_t size)
{
    (void)size;
    free(block);
}

EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    free(block);
}

/* An aligned block by whichever function there is; NULL with errno. */
static void *aligned_block(size_t alignment, size_t size)
{
    if (behind.mem_aligned != NULL)
        return behind.mem_aligned(alignment, size);
    if (behind.aligned != NULL)
        return behind.aligned(alignment, size);
    void *block = NULL;
    const int error =
        behind.posix_aligned != NULL ? behind.posix_aligned(&block, alignment, size) : ENOMEM;
    if (error == 0)
        return block;
    errno = error;
    return NULL;
}

/* The loader asks for no alignment above that of its own blocks. */
static void *bootstrap_aligned(size_t alignment, size_t size)
{
    if (alignment <= BOOTSTRAP_ALIGNMENT)
        return bootstrap_alloc(size);
    errno = ENOMEM;
    return NULL;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    if (!behind_ready())
        return bootstrap_aligned(alignment, size);
    nesting++;
    const struct front_request request = {
        .function = FRONT_ALIGNED_ALLOC, .size = size, .alignment = alignment};
    return leave_with(behind.aligned != NULL ? behind.aligned(alignment, size)
                                             : aligned_block(alignment, size),
                      &request);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    if (!behind_ready())
        return bootstrap_aligned(alignment, size);
    nesting++;
    const struct front_request request = {
        .function = FRONT_MEMALIGN, .size = size, .alignment = alignment};
    return leave_with(aligned_block(alignment, size), &request);
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (!behind_ready()) {
        *block = bootstrap_aligned(alignment, size);
        return *block != NULL ? 0 : ENOMEM;
    }
    int error;
    nesting++;
    if (behind.posix_aligned != NULL) {
        error = behind.posix_aligned(block, alignment, size);
    } else if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) {
        error = EINVAL;
    } else {
        void *const found = aligned_block(alignment, size);
        error = found != NULL ? 0 : ENOMEM;
        if (found != NULL)
            *block = found;
    }
    const struct front_request request = {
        .function = FRONT_POSIX_MEMALIGN, .size = size, .alignment = alignment};
    (void)leave_with(error == 0 ? *block : NULL, &request);
    return error;
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

EXPORT void *valloc(size_t size)
{
    if (!behind_ready())
        return bootstrap_aligned(page_bytes(), size);
    nesting++;
    const struct front_request request = {
        .function = FRONT_MEMALIGN, .size = size, .alignment = page_bytes()};
    return leave_with(behind.page_aligned != NULL ? behind.page_aligned(size)
                                                  : aligned_block(page_bytes(), size),
                      &request);
}

EXPORT void *pvalloc(size_t size)
{
    const size_t page = page_bytes();
    if (!behind_ready())
        return bootstrap_aligned(page, size);
    if (size > SIZE_MAX - page) {
        errno = ENOMEM;
        return NULL;
    }
    nesting++;
    const struct front_request request = {
        .function = FRONT_MEMALIGN, .size = size, .alignment = page};
    return leave_with(behind.whole_pages != NULL
                          ? behind.whole_pages(size)
                          : aligned_block(page, (size + page - 1) / page * page),
                      &request);
}
