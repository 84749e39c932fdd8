/* The recorder's log, by several threads: nothing lost or doubled, and one order for all. */
#include "check.h"
#include "error.h"
#include "record/log.h"

#include <pthread.h>
#include <stdbool.h>

enum { THREADS = 4, ROUNDS = 40 * LOG_ENTRIES, KIND_OWN = 1, KIND_SHARED = 2 };

static uint64_t own_next[THREADS]; /* what each thread's next entry must say */
static uint64_t shared_next;
static unsigned faults;
static bool reading; /* log_read has the log to itself */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t shared; /* under the lock, across which there is one order */

void log_read(const struct log_entry *entries, size_t count)
{
    faults += reading || count > LOG_ENTRIES;
    reading = true;
    for (size_t i = 0; i < count; i++) {
        const struct log_entry *const entry = &entries[i];
        const unsigned kind = log_kind(entry);
        uint64_t *const next = kind == KIND_OWN ? &own_next[entry->thread] : &shared_next;
        faults += kind != KIND_OWN && kind != KIND_SHARED;
        faults += entry->first != *next || log_address(entry) != *next * 16;
        faults += entry->second != ~*next;
        ++*next;
    }
    reading = false;
}

static void *work(void *number)
{
    const uint64_t thread = *(const uint64_t *)number;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        log_add(log_what(KIND_OWN, i * 16), i, ~i, thread);
        if (i % 8 == 0) {
            pthread_mutex_lock(&lock);
            log_add(log_what(KIND_SHARED, shared * 16), shared, ~shared, thread);
            shared++;
            pthread_mutex_unlock(&lock);
        }
        if (i % 1000 == thread) {
            log_close();
            const uint64_t before = shared_next;
            log_read(NULL, 0);
            faults += shared_next != before;
            log_open();
        }
    }
    return NULL;
}

int main(void)
{
    uint64_t numbers[THREADS] = {0, 1, 2, 3};
    /* Alone first: as long as no other thread was, without atomic additions. */
    (void)work(&numbers[0]);
    log_close();
    EXPECT_INT(own_next[0], ROUNDS);
    EXPECT_INT(shared_next, shared);
    own_next[0] = 0;
    log_open();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    log_close();
    for (int i = 0; i < THREADS; i++)
        EXPECT_INT(own_next[i], ROUNDS);
    EXPECT_INT(shared_next, (THREADS + 1) * (uint64_t)ROUNDS / 8);
    EXPECT_INT(faults, 0);
    return check_result();
}
