/*
 * log_used counts places that were taken. Up to LOG_ENTRIES they are entries, though some may be
 * written later than others. Whoever takes it from LOG_ENTRIES or less to more than that has the
 * log to itself, until it sets it to 0 again; all others find it above and wait.
 */
#include "record/log.h"

#include <errno.h>
#include <stdalign.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SPINS = 100, YIELDS = 1000, SLEEP_NS = 50000 };

alignas(64) struct log_entry log_entries[LOG_ENTRIES];
alignas(64) _Atomic uint64_t log_used;

/* First at once, then behind the others that can run, then, where those have a lower priority,
 * after a while. System calls, for no thread may be cancelled here. */
static void wait_turn(unsigned *turn)
{
    const struct timespec while_ns = {.tv_nsec = SLEEP_NS};
    if (++*turn > YIELDS)
        (void)syscall(SYS_nanosleep, &while_ns, NULL);
    else if (*turn > SPINS)
        (void)syscall(SYS_sched_yield);
}

static void wait_until_open(void)
{
    for (unsigned turn = 0; atomic_load_explicit(&log_used, memory_order_relaxed) > LOG_ENTRIES;)
        wait_turn(&turn);
}

/* Of the one that has the log to itself. */
static void empty(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        for (unsigned turn = 0;
             atomic_load_explicit(&log_entries[i].what, memory_order_acquire) == 0;)
            wait_turn(&turn);
    log_read(log_entries, count);
    for (uint64_t i = 0; i < count; i++)
        atomic_store_explicit(&log_entries[i].what, 0, memory_order_relaxed);
}

void log_close(void)
{
    const int saved_errno = errno;
    uint64_t used;
    while ((used = atomic_fetch_add_explicit(&log_used, LOG_ENTRIES + 1, memory_order_acquire)) >
           LOG_ENTRIES)
        wait_until_open();
    empty(used);
    errno = saved_errno;
}

void log_open(void)
{
    atomic_store_explicit(&log_used, 0, memory_order_release);
}

void log_make_room(uint64_t place)
{
    const int saved_errno = errno;
    if (place == LOG_ENTRIES) {
        empty(place);
        log_open();
    } else {
        wait_until_open();
    }
    errno = saved_errno;
}
