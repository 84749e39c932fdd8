/*
 * The CPU's own counter of instructions, where the kernel gives it to a process.
 *
 * Functions that return int return 0, or -1 with the reason and, where there is one, the remedy in
 * `why`, one line.
 */
#ifndef ALLOCOST_PERF_COUNTER_H
#define ALLOCOST_PERF_COUNTER_H

#include <stddef.h>
#include <stdint.h>

/* An open counter. */
struct perf_counter {
    int fd;
    uint64_t before; /* what it showed when it was started */
};

/*
 * Opens a counter of the instructions that the calling thread, and the threads that it will make,
 * execute outside the kernel. It stands still. perf_counter_close gives it back.
 */
int perf_counter_open(struct perf_counter *counter, char *why, size_t room);
void perf_counter_close(struct perf_counter *counter);

/* Lets it count. */
int perf_counter_start(struct perf_counter *counter, char *why, size_t room);

/*
 * Stops it and tells how many instructions there were since the start. That it did not count all
 * the time, because others use the CPU's counters too, is a failure.
 */
int perf_counter_stop(struct perf_counter *counter, uint64_t *instructions, char *why, size_t room);

#endif
