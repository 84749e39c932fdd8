/*
 * A program that brings its own malloc: the provider is the program itself, and no shared object,
 * and nothing is asked of a library that is loaded but does not serve.
 */
#include "check.h"
#include "provider.h"

#include <errno.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#ifdef SANITIZED
int main(void)
{
    puts("skipped: a sanitizer's malloc cannot be replaced");
    (void)check_result;
    return TEST_SKIPPED;
}
#else

#ifdef HIDDEN
/* Only the program's own calls reach it; the C library goes on using its own. */
#define VISIBILITY __attribute__((visibility("hidden")))
#else
#define VISIBILITY
#endif

/* Blocks are handed out one behind the other and never come back. A size stands before each. */
static _Alignas(64) unsigned char heap[1 << 20];
static size_t heap_used;

VISIBILITY void *malloc(size_t size_bytes)
{
    const size_t whole =
        (size_bytes + 2 * sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (size_bytes > sizeof heap || whole > sizeof heap - heap_used) {
        errno = ENOMEM;
        return NULL;
    }
    unsigned char *const block = heap + heap_used + sizeof(max_align_t);
    memcpy(block - sizeof(max_align_t), &size_bytes, sizeof size_bytes);
    heap_used += whole;
    return block;
}

VISIBILITY void free(void *block)
{
    (void)block;
}

VISIBILITY void *calloc(size_t count, size_t size_bytes)
{
    return count == 0 || size_bytes <= sizeof heap / count ? malloc(count * size_bytes) : NULL;
}

VISIBILITY void *realloc(void *block, size_t size_bytes)
{
    void *const larger = malloc(size_bytes);
    size_t old_bytes = 0;
    if (block != NULL)
        memcpy(&old_bytes, (unsigned char *)block - sizeof(max_align_t), sizeof old_bytes);
    if (larger != NULL && block != NULL)
        memcpy(larger, block, old_bytes < size_bytes ? old_bytes : size_bytes);
    return larger;
}

int main(void)
{
    static struct provider provider;
    provider_query(&provider);
    EXPECT_STR(provider.path, PROVIDER_PROGRAM);
    EXPECT_STR(provider.version, "");
    EXPECT(!provider.is_libc);
    EXPECT(!provider.counted);
    return check_result();
}
#endif
