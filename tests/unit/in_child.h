/*
 * Runs part of a test in a child process: one that is meant to die, or that takes something from
 * its process that the rest of the test needs.
 */
#ifndef ALLOCOST_TEST_IN_CHILD_H
#define ALLOCOST_TEST_IN_CHILD_H

#include "check.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a child ended. */
struct child_end {
    int status;      /* as waitpid gives it */
    char text[4096]; /* the beginning of what it wrote to stderr */
};

/* Forks, runs the function and exits with what it returns. Leaves no core file. */
static inline struct child_end run_in_child(int (*function)(void))
{
    struct child_end end = {.status = -1};
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        check_count = check_failures = 0; /* those so far are the parent's */
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        const int code = function();
        fflush(NULL);
        _exit(code);
    }
    close(ends[1]);
    size_t length = 0;
    char rest[512];
    for (;;) {
        const ssize_t count = read(ends[0], rest, sizeof rest);
        if (count <= 0)
            break;
        for (ssize_t i = 0; i < count && length + 1 < sizeof end.text; i++)
            end.text[length++] = rest[i];
    }
    close(ends[0]);
    waitpid(child, &end.status, 0);
    return end;
}

/* What must not be done, and what is said of it. */
struct misuse {
    int (*commit)(void);
    const char *message;
};

/* Each of them ends its process by abort, with its message. */
static inline void expect_misuses(const struct misuse *misuses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct child_end end = run_in_child(misuses[i].commit);
        EXPECT(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGABRT);
        EXPECT(strstr(end.text, misuses[i].message) != NULL);
    }
}

/* Whether the page of the address is part of the process. */
static inline bool is_mapped(const void *address)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char resident;
    return mincore((void *)((uintptr_t)address & ~(page - 1)), 1, &resident) == 0;
}

/* Lets the process map so many bytes more than it has now. Returns 0, or -1. */
static inline int limit_address_space(size_t more_bytes)
{
    FILE *const file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (file == NULL)
        return -1;
    const int found = fscanf(file, "%lu", &pages);
    fclose(file);
    if (found != 1)
        return -1;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0)
        return -1;
    limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + more_bytes;
    return setrlimit(RLIMIT_AS, &limit);
}

#endif
