/*
 * Question: what does a stack cost where it is not free: on new pages, in coroutines, for signals?
 * Variants: deep_, a recursion that goes `stack_bytes` down in frames of about 256 bytes: warm, on
 *           the stack of the caller, which has been so deep before; first_use, the same after its
 *           pages were given back to the kernel; other_warm, on a stack beside it that is kept;
 *           new_mmap, on one that is mapped and unmapped; new_populate, all of whose pages the
 *           kernel makes at once. co_, a coroutine that is made, entered, does the work of one
 *           frame, ends, and whose stack of `stack_bytes` comes from: kept, one for all; pool;
 *           arena; malloc; mmap; mmap_guard, with a page below that may not be touched. switch_,
 *           into a coroutine that is there, for one frame, and out of it: by swapcontext or by
 *           _setjmp and _longjmp. signal, one frame in a signal's handler; _altstack, on the
 *           alternate stack; _altstack_set, which is set and taken away around it. call: one frame
 *           by a plain call. null: no frame.
 * Timed:    getting the stack, entering it, writing and reading the first and last word of each
 *           frame, leaving it, giving it back.
 * Not timed: making the stacks that are kept, the coroutine of switch_, the handler.
 * Expect:   of co_malloc one malloc and one free of the stack's bytes; of the others none. Each
 *           page of deep_first_use and deep_new_mmap faults once an operation and no other does:
 *           that is counted before the clock starts, and where it is not so the cell is skipped.
 *           The contexts of the C library set the signal mask: a system call each way. A stack of
 *           2048 bytes has no room for a signal, and none comes.
 */
#include "null_loop.h"
#include "other_stack.h"

/* A run whose operation is the expression, with what is seen in it. */
#define DEFINE(label, operation)                                   \
    static uint64_t run_##label(void *opaque, uint64_t iterations) \
    {                                                              \
        struct state *const state = opaque;                        \
        uint64_t sum = 0;                                          \
        for (uint64_t i = 0; i < iterations; i++) {                \
            KEEP_PTR(state);                                       \
            const uint64_t value = state->seed + i;                \
            sum += operation;                                      \
        }                                                          \
        return sum;                                                \
    }

/* ---- The recursion ---- */

BODY uint64_t deep_new(struct state *state, uint64_t value, int flags)
{
    char *const stack = map_stack(state->mapped_bytes, flags);
    const uint64_t sum = work_on(stack, state->mapped_bytes, state, state->levels, value);
    unmap_stack(stack, state->mapped_bytes);
    return sum;
}

DEFINE(deep_warm, stack_limits_descend(state->levels, value))
DEFINE(deep_other_warm, work_on(state->kept, state->kept_bytes, state, state->levels, value))
DEFINE(deep_new_mmap, deep_new(state, value, 0))
DEFINE(deep_new_populate, deep_new(state, value, MAP_POPULATE))

/* Before each recursion the kernel takes the pages from its deepest frame up to this one's own. */
static uint64_t run_deep_first_use(void *opaque, uint64_t iterations)
{
    struct state *const state = opaque;
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0), page = state->page_bytes;
    const uintptr_t from = (here - state->depth_bytes) / page * page;
    const uintptr_t to = (here - CALLER_BYTES) / page * page;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        KEEP_PTR(state);
        if (to > from && madvise((void *)from, to - from, MADV_DONTNEED) != 0)
            abort();
        sum += stack_limits_descend(state->levels, state->seed + i);
    }
    state->here = here;
    state->pages = to > from ? (to - from) / page : 0;
    return sum;
}

/* What is less deep may lie in one page. */
#define DEEP_ENOUGH(label)                               \
    static bench_run *label##_for(int64_t bytes)         \
    {                                                    \
        return bytes >= DEEP_LEAST ? run_##label : NULL; \
    }
DEEP_ENOUGH(deep_warm)
DEEP_ENOUGH(deep_first_use)
DEEP_ENOUGH(deep_other_warm)
DEEP_ENOUGH(deep_new_mmap)
DEEP_ENOUGH(deep_new_populate)

/* ---- A coroutine ---- */

BODY uint64_t co_malloc(struct state *state, uint64_t value)
{
    char *const stack = malloc(state->stack_bytes);
    const uint64_t sum = work_on(stack, state->stack_bytes, state, 1, value);
    free(stack);
    return sum;
}

BODY uint64_t co_pool(struct state *state, uint64_t value)
{
    char *const stack = pool_get(&state->pool);
    const uint64_t sum = work_on(stack, state->stack_bytes, state, 1, value);
    pool_put(&state->pool, stack);
    return sum;
}

BODY uint64_t co_arena(struct state *state, uint64_t value)
{
    const struct arena_mark mark = arena_mark(&state->arena);
    char *const stack = arena_alloc(&state->arena, state->stack_bytes, ALIGNMENT);
    const uint64_t sum = work_on(stack, state->stack_bytes, state, 1, value);
    arena_release(&state->arena, mark);
    return sum;
}

BODY uint64_t co_mmap(struct state *state, uint64_t value, size_t guard_bytes)
{
    const size_t bytes = guard_bytes + whole_pages(state, state->stack_bytes);
    char *const stack = map_stack(bytes, 0);
    if (guard_bytes > 0 && mprotect(stack, guard_bytes, PROT_NONE) != 0)
        abort();
    const uint64_t sum = work_on(stack + guard_bytes, bytes - guard_bytes, state, 1, value);
    unmap_stack(stack, bytes);
    return sum;
}

DEFINE(co_kept, work_on(state->kept, state->stack_bytes, state, 1, value))
DEFINE(co_malloc, co_malloc(state, value))
DEFINE(co_pool, co_pool(state, value))
DEFINE(co_arena, co_arena(state, value))
DEFINE(co_mmap, co_mmap(state, value, 0))
DEFINE(co_mmap_guard, co_mmap(state, value, state->page_bytes))

/* ---- In and out of a coroutine that is there ---- */

static void serve_contexts(void)
{
    for (;;) {
        if (swapcontext(&job.state->there, &job.state->back) != 0)
            abort();
        enter();
    }
}

/* Returns when somebody jumps back. The frames of the two that call it are on different stacks. */
static __attribute__((noinline)) void jump(jmp_buf from, jmp_buf to)
{
    if (_setjmp(from) == 0)
        _longjmp(to, 1);
}

static void serve_jumps(void)
{
    for (;;) {
        jump(job.state->there_jump, job.state->back_jump);
        enter();
    }
}

BODY uint64_t by_context(struct state *state, uint64_t value)
{
    job.value = value;
    if (swapcontext(&state->back, &state->there) != 0)
        abort();
    return job.sum;
}

BODY uint64_t by_jump(struct state *state, uint64_t value)
{
    job.value = value;
    jump(state->back_jump, state->there_jump);
    return job.sum;
}

DEFINE(switch_context, by_context(state, value))
DEFINE(switch_jump, by_jump(state, value))

/* ---- A signal ---- */

static void on_signal(int number)
{
    (void)number;
    enter();
}

BODY uint64_t by_signal(struct state *state, uint64_t value, bool set)
{
    job.value = value;
    if (set && sigaltstack(&state->signal_stack, NULL) != 0)
        abort();
    if (raise(SIGUSR1) != 0)
        abort();
    const stack_t none = {.ss_flags = SS_DISABLE};
    if (set && sigaltstack(&none, NULL) != 0)
        abort();
    return job.sum;
}

DEFINE(signal, by_signal(state, value, false))
DEFINE(signal_altstack, by_signal(state, value, false))
DEFINE(signal_altstack_set, by_signal(state, value, true))

DEFINE(call, stack_limits_descend(1, value))

static uint64_t run_null(void *state, uint64_t iterations)
{
    (void)state;
    return null_loop(0, iterations);
}

/* ---- What is there before the clock starts ---- */

static struct state *make_state(const struct bench_cell *cell)
{
    struct state *const state = bench_map(sizeof *state);
    state->seed = cell->seed;
    state->stack_bytes = cell->value > 0 ? (size_t)cell->value : STACK_MOST;
    state->levels = state->stack_bytes / LEVEL_BYTES;
    state->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    state->kept_bytes = STACK_MOST;
    if (getcontext(&state->there) != 0 || arena_init(&state->arena, 0) != 0 ||
        pool_init(&state->pool, state->stack_bytes, ALIGNMENT, 0) != 0)
        abort();
    job.state = state;
    job.levels = 1;
    return state;
}

static void *setup(const struct bench_cell *cell, const char **skip)
{
    (void)skip;
    struct state *const state = make_state(cell);
    state->kept = bench_map(state->kept_bytes);
    return state;
}

static void teardown(void *opaque)
{
    struct state *const state = opaque;
    pool_destroy(&state->pool);
    arena_destroy(&state->arena);
    bench_unmap(state->kept, state->kept_bytes);
    bench_unmap(state, sizeof *state);
}

static void *setup_deep(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = make_state(cell);
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur / LIMIT_FACTOR < state->stack_bytes)
        *skip = "the process may not have a stack so deep";
    else
        KEEP_VAL(run_deep_first_use(state, 1)); /* drops nothing yet, and shows how deep it goes */
    state->depth_bytes = *skip == NULL ? state->here - deepest : 0;
    state->mapped_bytes = whole_pages(state, state->depth_bytes) + state->page_bytes;
    state->kept_bytes = state->mapped_bytes;
    state->kept = bench_map(state->kept_bytes);
    if (*skip != NULL)
        teardown(state);
    return state;
}

/* Skips unless an operation faults once for each of the pages that it makes anew. */
static void *prove_faults(struct state *state, bench_run *run, const char **skip)
{
    if (*skip != NULL)
        return NULL;
    for (int attempt = 0; attempt < 3; attempt++) { /* another page of the process's may intrude */
        const long before = faults();
        run(state, COUNTED);
        if (state->pages > 0 && (uint64_t)(faults() - before) == COUNTED * state->pages)
            return state;
    }
    *skip = "not every new page of a stack faults just once here";
    teardown(state);
    return NULL;
}

static void *setup_first_use(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup_deep(cell, skip);
    if (*skip == NULL)
        run_deep_first_use(state, 1); /* says how many pages it takes */
    return prove_faults(state, run_deep_first_use, skip);
}

static void *setup_new_mmap(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup_deep(cell, skip);
    if (*skip == NULL) {
        run_deep_other_warm(state, 1);
        const uintptr_t end = (uintptr_t)(state->kept + state->kept_bytes);
        state->pages = whole_pages(state, end - deepest) / state->page_bytes;
    }
    return prove_faults(state, run_deep_new_mmap, skip);
}

/* The coroutine waits for its first value. */
static void *setup_switch_context(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    state->there.uc_stack.ss_sp = state->kept;
    state->there.uc_stack.ss_size = state->kept_bytes;
    makecontext(&state->there, serve_contexts, 0);
    if (swapcontext(&state->back, &state->there) != 0)
        abort();
    return state;
}

static void *setup_switch_jump(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = setup(cell, skip);
    state->there.uc_stack.ss_sp = state->kept;
    state->there.uc_stack.ss_size = state->kept_bytes;
    makecontext(&state->there, serve_jumps, 0);
    if (_setjmp(state->back_jump) == 0)
        swapcontext(&state->back, &state->there);
    return state;
}

static void *set_handler(struct state *state, int flags)
{
    struct sigaction action = {.sa_flags = flags};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    state->signal_stack = (stack_t){.ss_sp = state->kept, .ss_size = state->kept_bytes};
    if (sigaction(SIGUSR1, &action, &state->old_action) != 0 ||
        sigaltstack(NULL, &state->old_stack) != 0)
        abort();
    return state;
}

static void *setup_signal(const struct bench_cell *cell, const char **skip)
{
    return set_handler(setup(cell, skip), 0);
}

static void *setup_signal_altstack(const struct bench_cell *cell, const char **skip)
{
    struct state *const state = set_handler(setup(cell, skip), SA_ONSTACK);
    if (sigaltstack(&state->signal_stack, NULL) != 0)
        abort();
    return state;
}

static void *setup_signal_altstack_set(const struct bench_cell *cell, const char **skip)
{
    return set_handler(setup(cell, skip), SA_ONSTACK);
}

static void teardown_signal(void *opaque)
{
    struct state *const state = opaque;
    if (sigaction(SIGUSR1, &state->old_action, NULL) != 0 ||
        sigaltstack(&state->old_stack, NULL) != 0)
        abort();
    teardown(state);
}

/* ---- The table ---- */

static struct bench_counts expect_stacks(const void *opaque, uint64_t iterations)
{
    const struct state *const state = opaque;
    return (struct bench_counts){
        .allocs = iterations, .frees = iterations, .bytes = iterations * state->stack_bytes};
}

static const struct bench_value values[] = {
    {2048, BENCH_EXTENDED}, {16384, BENCH_EXTENDED}, {65536, BENCH_DEFAULT}};

#define DEEP(row, where, when, prepare)                                                 \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run_for = row##_for, \
    .setup = (prepare), .teardown = teardown
#define COROUTINE(row, where, when)                                                 \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run = run_##row, \
    .work = "one frame", .setup = setup, .teardown = teardown
#define ONE(row, where, when, prepare, undo)                                        \
    .name = #row, .storage = BENCH_##where, .tier = BENCH_##when, .run = run_##row, \
    .unswept = true, .work = "one frame", .setup = (prepare), .teardown = (undo)

static const struct bench_variant variants[] = {
    {.name = "null",
     .storage = BENCH_INLINE,
     .run = run_null,
     .unswept = true,
     .work = "nothing",
     .tier = BENCH_EXTENDED},
    {DEEP(deep_warm, STACK, DEFAULT, setup_deep)},
    {DEEP(deep_first_use, STACK, DEFAULT, setup_first_use)},
    {DEEP(deep_other_warm, STATIC, EXTENDED, setup_deep)},
    {DEEP(deep_new_mmap, STATIC, DEFAULT, setup_new_mmap)},
    {DEEP(deep_new_populate, STATIC, EXTENDED, setup_deep)},
    {COROUTINE(co_kept, STATIC, DEFAULT)},
    {COROUTINE(co_arena, ARENA, EXTENDED)},
    {COROUTINE(co_pool, POOL, DEFAULT)},
    {COROUTINE(co_malloc, HEAP, DEFAULT), .expect = expect_stacks, BENCH_CALLS("malloc free")},
    {COROUTINE(co_mmap, STATIC, DEFAULT)},
    {COROUTINE(co_mmap_guard, STATIC, EXTENDED)},
    {ONE(call, STACK, DEFAULT, setup, teardown)},
    {ONE(switch_jump, STATIC, DEFAULT, setup_switch_jump, teardown),
#if POOL_ASAN
     .skip = "AddressSanitizer takes a jump to another stack for an overflow"
#endif
    },
    {ONE(switch_context, STATIC, DEFAULT, setup_switch_context, teardown)},
    {ONE(signal, STACK, EXTENDED, setup_signal, teardown_signal)},
    {ONE(signal_altstack, STATIC, EXTENDED, setup_signal_altstack, teardown_signal)},
    {ONE(signal_altstack_set, STATIC, EXTENDED, setup_signal_altstack_set, teardown_signal)},
};

const struct bench_scenario bench_scenario = {
    .name = "stack_limits",
    .question = "What does a stack cost where it is not free?",
    .touch = "first and last word of each frame, written on the way down, read on the way up",
    .param = "stack_bytes",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .check_iterations = COUNTED,
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
