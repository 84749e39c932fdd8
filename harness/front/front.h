/*
 * The functions that a program finds in front of its allocator's, when a library made of them is
 * preloaded: malloc, free and all others. Each passes the call on to the one behind, and tells the
 * library what happened by the functions below, which the library defines.
 *
 * They are told of the calls that the program and its libraries make. They are not told of calls
 * that fail, of those that the allocator makes from within a call, of free of NULL, and of blocks
 * that the loader gets before there is an allocator. They may be called by any thread, must keep
 * errno, and may call no function that allocates, but between front_pause and front_go_on.
 */
#ifndef ALLOCOST_FRONT_H
#define ALLOCOST_FRONT_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

/* The function that was called; valloc and pvalloc are a memalign, realloc of NULL a malloc. */
enum front_function {
    FRONT_MALLOC,
    FRONT_CALLOC,
    FRONT_REALLOC,
    FRONT_REALLOCARRAY,
    FRONT_ALIGNED_ALLOC,
    FRONT_POSIX_MEMALIGN,
    FRONT_MEMALIGN
};

/* What it was asked for. */
struct front_request {
    enum front_function function;
    size_t size;      /* bytes; the product, where there is a count */
    size_t count;     /* of calloc and reallocarray, as the next one */
    size_t each;      /* bytes */
    size_t alignment; /* bytes, of the last three */
};

/* A block that is being resized. */
struct front_block {
    void *block;
    uint64_t words[2]; /* what the library wants to keep from front_resizing to front_resized */
};

/* The name of the library, for messages. */
extern const char front_name[];

/* The program has a new block. */
void front_got(void *block, const struct front_request *request);

/* The program is about to give a block back. */
void front_giving(void *block);

/* The program is about to resize a block; before the allocator has a chance to free it. */
void front_resizing(struct front_block *old);

/*
 * The call has returned `moved`. The size is above 0 and moved is not NULL: resized. The size is
 * above 0 and moved is NULL: it failed, the block is as it was. The size is 0: the block is freed,
 * and there may be a new one of 0 bytes.
 */
void front_resized(const struct front_block *old, void *moved, const struct front_request *request);

/* What this thread does from here on is not the program's, and nobody is told of it. */
void front_pause(void);
void front_go_on(void);

#endif
