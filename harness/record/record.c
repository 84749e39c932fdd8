/*
 * Writes down what the functions in front tell of, in one order for all threads: under one lock,
 * and what frees a block is written before the allocator hears of it.
 */
#include "record/record.h"
#include "front/behind.h"
#include "front/front.h"
#include "record/blocks.h"
#include "record/stream.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <unistd.h>

const char front_name[] = "liballocost_record";

enum state { NOT_STARTED, RECORDING, OFF };

static atomic_int state = NOT_STARTED;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long recorded_process;

/* Under the lock. */
static uint64_t events;
static uint64_t next_number; /* of the next block */
static uint64_t live_bytes;
static uint64_t peak_bytes;
static uint64_t threads;     /* that have a number */
static uint64_t last_thread; /* number of the one that wrote last */

static __thread bool has_number;
static __thread uint64_t my_number;
static __thread bool locked; /* by this thread, from enter to leave */
static __thread bool inside; /* this thread has the lock; a signal's handler may come between */

static long process(void)
{
    return syscall(SYS_getpid);
}

static void stop(void)
{
    atomic_store(&state, OFF);
}

static void write_event(enum trace_kind kind, uint64_t argument, unsigned count, uint64_t first,
                        uint64_t second)
{
    uint8_t *at = stream_room();
    if (at == NULL) {
        stop();
        return;
    }
    at = trace_put_event(at, kind, argument);
    if (count > 0)
        at = trace_put(at, first);
    if (count > 1)
        at = trace_put(at, second);
    stream_advance(at);
}

/* ---- Start and end ---- */

static void before_fork(void)
{
    inside = true;
    pthread_mutex_lock(&lock);
    if (atomic_load(&state) == RECORDING && process() == recorded_process)
        write_event(TRACE_FORK, 0, 0, 0, 0);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
    inside = false;
}

/* The child has a copy of the buffer, which is its parent's to write. */
static void after_fork_in_child(void)
{
    stop();
    after_fork();
}

static void finish(void)
{
    if (atomic_load(&state) != RECORDING || process() != recorded_process || inside)
        return;
    inside = true;
    pthread_mutex_lock(&lock);
    if (atomic_load(&state) == RECORDING) {
        uint8_t *at = stream_room();
        if (at != NULL) {
            at = trace_put_event(at, TRACE_END, 0);
            at = trace_put(at, events);
            at = trace_put(at, blocks_count());
            at = trace_put(at, peak_bytes);
            stream_advance(at);
            (void)stream_end();
        }
        stop();
    }
    pthread_mutex_unlock(&lock);
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
    const bool begun = is_meant && stream_begin(path);
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

static void leave(void)
{
    if (locked)
        pthread_mutex_unlock(&lock);
    inside = false;
}

/* Takes the lock, and says whose event follows. False: nothing is to be recorded. */
static bool enter(void)
{
    if (inside)
        return false;
    if (__builtin_expect(atomic_load_explicit(&state, memory_order_acquire) != RECORDING, 0)) {
        if (atomic_load(&state) == NOT_STARTED)
            start();
        if (atomic_load(&state) != RECORDING)
            return false;
    }
    inside = true;
    locked = !__libc_single_threaded; /* alone, it starts no other thread before it leaves */
    if (locked)
        pthread_mutex_lock(&lock);
    if (atomic_load_explicit(&state, memory_order_relaxed) != RECORDING) {
        leave();
        return false;
    }
    if (!has_number) {
        my_number = threads++;
        has_number = true;
    }
    if (my_number != last_thread) {
        write_event(TRACE_THREAD, my_number, 0, 0, 0);
        last_thread = my_number;
    }
    return true;
}

static void write_free(const struct block *block)
{
    write_event(TRACE_FREE, next_number - block->number, 0, 0, 0);
    events++;
    live_bytes -= block->size;
}

/* The block lives from here on. What lived at its address was freed where nobody told of it: in a
 * signal's handler, or inside the allocator. */
static void add_block(const struct block *block)
{
    struct block forgotten;
    const enum blocks_added added = blocks_add(block, &forgotten);
    if (added == BLOCKS_REPLACED)
        write_free(&forgotten);
    else if (added == BLOCKS_FULL)
        stop();
    live_bytes += block->size;
    if (live_bytes > peak_bytes)
        peak_bytes = live_bytes;
}

static uint64_t shift_of(size_t alignment)
{
    return alignment > 1 ? 64 - (uint64_t)__builtin_clzll((unsigned long long)alignment - 1) : 0;
}

static void write_got(const struct front_request *request)
{
    switch (request->function) {
    case FRONT_CALLOC:
        write_event(TRACE_CALLOC, request->count, 1, request->each, 0);
        break;
    case FRONT_ALIGNED_ALLOC:
        write_event(TRACE_ALIGNED_ALLOC, request->size, 1, shift_of(request->alignment), 0);
        break;
    case FRONT_POSIX_MEMALIGN:
        write_event(TRACE_POSIX_MEMALIGN, request->size, 1, shift_of(request->alignment), 0);
        break;
    case FRONT_MEMALIGN:
        write_event(TRACE_MEMALIGN, request->size, 1, shift_of(request->alignment), 0);
        break;
    case FRONT_MALLOC:
    case FRONT_REALLOC:
    case FRONT_REALLOCARRAY:
        write_event(TRACE_MALLOC, request->size, 0, 0, 0);
        break;
    }
    events++;
}

void front_got(void *address, const struct front_request *request)
{
    if (!enter())
        return;
    const struct block block = {
        .address = (uintptr_t)address, .number = next_number, .size = request->size};
    add_block(&block);
    write_got(request);
    next_number++;
    leave();
}

void front_giving(void *address)
{
    if (!enter())
        return;
    struct block block;
    if (blocks_take((uintptr_t)address, &block))
        write_free(&block);
    leave();
}

/* The block is taken out while it is between two addresses: another thread may get the old one. */
void front_resizing(struct front_block *old)
{
    old->words[0] = UINT64_MAX;
    if (!enter())
        return;
    struct block block;
    if (blocks_take((uintptr_t)old->block, &block)) {
        old->words[0] = block.number;
        old->words[1] = block.size;
    }
    leave();
}

void front_resized(const struct front_block *old, void *moved, const struct front_request *request)
{
    struct block block = {
        .address = (uintptr_t)old->block, .number = old->words[0], .size = old->words[1]};
    const bool known = old->words[0] != UINT64_MAX;
    if (request->size == 0) {
        if (known && enter()) {
            write_free(&block);
            leave();
        }
        if (moved != NULL)
            front_got(moved, request);
    } else if (moved != NULL && !known) {
        front_got(moved, request);
    } else if (known && enter()) {
        if (moved != NULL) {
            const uint64_t back = next_number - block.number;
            if (request->function == FRONT_REALLOCARRAY)
                write_event(TRACE_REALLOCARRAY, back, 2, request->count, request->each);
            else
                write_event(TRACE_REALLOC, back, 1, request->size, 0);
            events++;
            live_bytes -= block.size;
            block.address = (uintptr_t)moved;
            block.size = request->size;
        } else {
            live_bytes -= block.size; /* as it was */
        }
        add_block(&block);
        leave();
    }
}
