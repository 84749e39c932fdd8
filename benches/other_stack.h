/*
 * The stacks of stack_limits: the work that is done on them, and how another one is entered.
 */
#ifndef ALLOCOST_OTHER_STACK_H
#define ALLOCOST_OTHER_STACK_H

#include "arena.h"
#include "bench.h"
#include "keep.h"
#include "pool.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    WORD = sizeof(uint64_t),
    ALIGNMENT = 16,      /* of a stack, on both architectures */
    LEVEL_BYTES = 256,   /* about what a frame of the recursion takes */
    FRAME_BYTES = 224,   /* of it, what the frame writes between */
    CALLER_BYTES = 2048, /* more than what a run's own frame takes */
    STACK_MOST = 65536,  /* the greatest swept value; also of what is unswept */
    DEEP_LEAST = 16384,  /* the least for the recursion */
    LIMIT_FACTOR = 4,    /* the process's stack may be so many times as deep as the recursion */
    COUNTED = 16         /* operations whose page faults are counted */
};

struct state {
    uint64_t seed;
    uint64_t levels;     /* of the recursion */
    size_t stack_bytes;  /* of a coroutine */
    size_t page_bytes;   /* of a page */
    size_t mapped_bytes; /* of a stack for the recursion, whole pages */
    size_t depth_bytes;  /* from the frame of run_deep_first_use to the deepest one */
    uintptr_t here;      /* where the frame of run_deep_first_use was */
    uint64_t pages;      /* that an operation makes anew */
    char *kept;          /* a stack of STACK_MOST or mapped_bytes */
    size_t kept_bytes;
    struct pool pool;
    struct arena arena;
    ucontext_t back, there;
    jmp_buf back_jump, there_jump;
    struct sigaction old_action;
    stack_t old_stack, signal_stack;
};

/* What another stack works on: no argument is passed there. Its result is in `sum`. */
static struct {
    struct state *state;
    uint64_t levels, value, sum;
} job;

/* Where the deepest frame of the last recursion was. */
static uintptr_t deepest;

/* ---- The work: so many frames, each written, the ones below it made, and read ---- */

uint64_t stack_limits_descend(uint64_t levels, uint64_t value);

OPAQUE uint64_t stack_limits_descend(uint64_t levels, uint64_t value)
{
    uint64_t frame[FRAME_BYTES / WORD], below = 0;
    frame[0] = value;
    frame[FRAME_BYTES / WORD - 1] = 3 * value;
    KEEP_PTR(frame);
    if (levels > 1)
        below = stack_limits_descend(levels - 1, value + 1);
    else
        deepest = (uintptr_t)frame;
    KEEP_PTR(frame);
    return below + frame[0] + frame[FRAME_BYTES / WORD - 1];
}

/* ---- Another stack ---- */

static void enter(void)
{
    job.sum = stack_limits_descend(job.levels, job.value);
}

/* Enters a stack, whose upper end is where it begins, and returns when the work is done. */
BODY uint64_t work_on(char *stack, size_t bytes, struct state *state, uint64_t levels,
                      uint64_t value)
{
    bench_require(stack);
    job.levels = levels;
    job.value = value;
    state->there.uc_stack.ss_sp = stack;
    state->there.uc_stack.ss_size = bytes;
    state->there.uc_link = &state->back;
    makecontext(&state->there, enter, 0);
    if (swapcontext(&state->back, &state->there) != 0)
        abort();
    return job.sum;
}

static inline char *map_stack(size_t bytes, int flags)
{
    char *const stack = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | flags, -1, 0);
    return stack != MAP_FAILED ? stack : NULL;
}

static inline void unmap_stack(char *stack, size_t bytes)
{
    if (munmap(stack, bytes) != 0)
        abort();
}

static inline size_t whole_pages(const struct state *state, size_t bytes)
{
    return (bytes + state->page_bytes - 1) / state->page_bytes * state->page_bytes;
}

/* ---- What it took ---- */

/* Page faults of the process so far that needed no disk. */
static inline long faults(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        abort();
    return usage.ru_minflt;
}

#endif
