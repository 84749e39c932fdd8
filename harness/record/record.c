/*
 * Writes down what the functions in front tell of, in one order for all threads: what frees a block
 * is in the log before the allocator hears of it, and what gets one after it has answered.
 */
#include "record/record.h"
#include "front/behind.h"
#include "front/front.h"
#include "record/encoder.h"
#include "record/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

const char front_name[] = "liballocost_record";

enum state { NOT_STARTED, RECORDING, OFF };

static atomic_int state = NOT_STARTED;
static long recorded_process;
static uint64_t threads; /* that have a number; while the log is closed */

static __thread bool has_number;
static __thread uint64_t my_number;
/* This thread is at the log; a signal's handler that comes between is not recorded. */
static __thread volatile bool inside;
static __thread bool inside_before_fork;

static long process(void)
{
    return syscall(SYS_getpid);
}

static void stop(void)
{
    atomic_store(&state, OFF);
}

void log_read(const struct log_entry *entries, size_t count)
{
    if (atomic_load(&state) == RECORDING && !encoder_take(entries, count))
        stop();
}

static void start(void);

/* The first entry of a thread. A trace counts threads by their first events: nobody else's comes
 * between the number and the entry. */
static __attribute__((noinline)) void add_first(uint64_t what, uint64_t first, uint64_t second)
{
    log_close();
    my_number = threads++;
    has_number = true;
    const struct log_entry entry = {
        .what = what, .first = first, .second = second, .thread = my_number};
    log_read(&entry, 1);
    log_open();
}

static __attribute__((noinline)) bool is_started(void)
{
    if (atomic_load(&state) == NOT_STARTED)
        start();
    return atomic_load(&state) == RECORDING;
}

/* Tells the log, when something is recorded. */
static inline void add(unsigned kind, const void *address, uint64_t first, uint64_t second)
{
    if (inside)
        return;
    if (__builtin_expect(atomic_load_explicit(&state, memory_order_acquire) != RECORDING, 0) &&
        !is_started())
        return;
    inside = true;
    const uint64_t what = log_what(kind, (uintptr_t)address);
    if (__builtin_expect(has_number, 1))
        log_add(what, first, second, my_number);
    else
        add_first(what, first, second);
    inside = false;
}

/* ---- Start and end ---- */

static void before_fork(void)
{
    if (process() == recorded_process)
        add(TRACE_FORK, NULL, 0, 0);
    inside_before_fork = inside;
    inside = true;
}

static void after_fork(void)
{
    inside = inside_before_fork;
}

/* The child has a copy of the log and the buffer, which are its parent's to write. Where the parent
 * forked in a signal's handler, what that came between goes on here, and must not wait. */
static void after_fork_in_child(void)
{
    stop();
    log_open();
    after_fork();
}

static void finish(void)
{
    if (atomic_load(&state) != RECORDING || process() != recorded_process || inside)
        return;
    inside = true;
    log_close();
    if (atomic_load(&state) == RECORDING) {
        (void)encoder_end();
        stop();
    }
    log_open();
    inside = false;
}

/* Before the C library has the environment there is nothing to be found out. */
static void start(void)
{
    if (environ == NULL)
        return;
    const int saved_errno = errno;
    inside = true;
    const char *const path = getenv(RECORD_FILE_VARIABLE);
    const char *const wanted = getenv(RECORD_PROCESS_VARIABLE);
    recorded_process = process();
    const bool is_meant =
        path != NULL && wanted != NULL && strtol(wanted, NULL, 10) == recorded_process;
    const bool begun = is_meant && encoder_begin(path);
    if (begun) {
        front_pause();
        (void)pthread_atfork(before_fork, after_fork, after_fork_in_child);
        (void)at_quick_exit(finish);
        front_go_on();
    }
    inside = false;
    atomic_store(&state, begun ? RECORDING : OFF);
    errno = saved_errno;
}

static __attribute__((constructor)) void begin_at_load(void)
{
    if (atomic_load(&state) == NOT_STARTED && !inside)
        start();
}

static __attribute__((destructor)) void finish_at_exit(void)
{
    finish();
}

_Noreturn void _exit(int status);
_Noreturn void _Exit(int status);

/* After vfork it is the child that calls this, in its parent's memory. */
EXPORT _Noreturn void _exit(int status)
{
    finish();
    for (;;)
        syscall(SYS_exit_group, status);
}

EXPORT _Noreturn void _Exit(int status)
{
    _exit(status);
}

/* ---- Events ---- */

void front_got(void *address, const struct front_request *request)
{
    switch (request->function) {
    case FRONT_CALLOC:
        add(TRACE_CALLOC, address, request->count, request->each);
        break;
    case FRONT_ALIGNED_ALLOC:
        add(TRACE_ALIGNED_ALLOC, address, request->size, request->alignment);
        break;
    case FRONT_POSIX_MEMALIGN:
        add(TRACE_POSIX_MEMALIGN, address, request->size, request->alignment);
        break;
    case FRONT_MEMALIGN:
        add(TRACE_MEMALIGN, address, request->size, request->alignment);
        break;
    case FRONT_MALLOC:
    case FRONT_REALLOC:
    case FRONT_REALLOCARRAY:
        add(TRACE_MALLOC, address, request->size, 0);
        break;
    }
}

void front_giving(void *address)
{
    add(TRACE_FREE, address, 0, 0);
}

/* The block is taken out while it is between two addresses: another thread may get the old one. */
void front_resizing(struct front_block *old)
{
    add(ENTRY_TAKE, old->block, 0, 0);
}

void front_resized(const struct front_block *old, void *moved, const struct front_request *request)
{
    if (request->size == 0) {
        add(ENTRY_FREE_TAKEN, NULL, 0, 0);
        if (moved != NULL)
            front_got(moved, request);
    } else if (moved == NULL) {
        add(ENTRY_PUT_BACK, old->block, 0, 0);
    } else if (request->function == FRONT_REALLOCARRAY) {
        add(TRACE_REALLOCARRAY, moved, request->count, request->each);
    } else {
        add(TRACE_REALLOC, moved, request->size, 0);
    }
}
