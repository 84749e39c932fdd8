/*
 * What the threads of a program report, in one order for all of them: an entry's place is settled
 * by one atomic addition, and no thread waits for another but while the log is emptied. Who finds
 * it full empties it, and all that it held is read at once.
 *
 * A signal's handler must not use it where the code that it came between does.
 */
#ifndef ALLOCOST_RECORD_LOG_H
#define ALLOCOST_RECORD_LOG_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/single_threaded.h>

enum { LOG_ENTRIES = 512, LOG_KIND_BITS = 8 };

/* One report. What the words mean is between those who add and the reader. */
struct log_entry {
    _Atomic uint64_t what; /* log_what of it; 0: not written yet */
    uint64_t first;
    uint64_t second;
    uint64_t thread;
};

/* For log_add alone. */
extern struct log_entry log_entries[LOG_ENTRIES];
extern _Atomic uint64_t log_used;

/*
 * A kind, from 1 to 255, and an address in one word. The highest byte of the address is lost, where
 * AArch64 has a tag; no two live blocks differ by that alone.
 */
static inline uint64_t log_what(unsigned kind, uint64_t address)
{
    return address << LOG_KIND_BITS | kind;
}

static inline unsigned log_kind(const struct log_entry *entry)
{
    const uint64_t what = atomic_load_explicit(&entry->what, memory_order_relaxed);
    return (unsigned)(what & ((1u << LOG_KIND_BITS) - 1));
}

static inline uint64_t log_address(const struct log_entry *entry)
{
    return atomic_load_explicit(&entry->what, memory_order_relaxed) >> LOG_KIND_BITS;
}

/* Reads what the log held, in order, while nothing is added. The user of the log defines it. */
void log_read(const struct log_entry *entries, size_t count);

/* Has everything read that was added. Nothing is added from here on, until log_open. */
void log_close(void);
void log_open(void);

/* Waits for room, or makes some: for one who got a place that there is not. */
void log_make_room(uint64_t place);

/* A place for one entry; LOG_ENTRIES and above are none. Alone, a thread needs no atomic addition:
 * nobody starts another one before it is done. */
static inline uint64_t log_take_place(void)
{
    if (!__libc_single_threaded)
        return atomic_fetch_add_explicit(&log_used, 1, memory_order_acquire);
    const uint64_t place = atomic_load_explicit(&log_used, memory_order_relaxed);
    atomic_store_explicit(&log_used, place + 1, memory_order_relaxed);
    return place;
}

/* Adds an entry. Cannot fail. */
static inline void log_add(uint64_t what, uint64_t first, uint64_t second, uint64_t thread)
{
    uint64_t place;
    while (__builtin_expect((place = log_take_place()) >= LOG_ENTRIES, 0))
        log_make_room(place);
    struct log_entry *const entry = &log_entries[place];
    entry->first = first;
    entry->second = second;
    entry->thread = thread;
    atomic_store_explicit(&entry->what, what, memory_order_release);
}

#endif
