/*
 * The memory of this process as the kernel counts it, read without malloc and stdio.
 */
#ifndef ALLOCOST_RESIDENT_H
#define ALLOCOST_RESIDENT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In bytes. */
struct resident {
    double anonymous; /* resident and of no file: heaps, stacks. Private, so that it is the PSS */
    double lazy;      /* of these, what the kernel may take when it needs some (MADV_FREE) */
    double mapped;    /* address space in use */
};

/* The number behind `name` in `text`, in KiB there; false when it does not have it. */
static inline bool resident_find(const char *text, const char *name, double *bytes)
{
    const char *const found = strstr(text, name);
    if (found == NULL)
        return false;
    *bytes = (double)strtoull(found + strlen(name), NULL, 10) * 1024;
    return true;
}

/* Reads a small file of /proc whole, terminated. */
static inline bool resident_slurp(const char *path, char *text, size_t room)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const ssize_t got = read(file, text, room - 1);
    close(file);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/*
 * Counts exactly, page by page: smaps_rollup walks the page tables (proc(5)), where statm is off by
 * what each CPU has not yet added to its sums. False where the kernel does not have it (before
 * 4.14, or without CONFIG_PROC_PAGE_MONITOR).
 */
static inline bool resident_read(struct resident *resident)
{
    char text[4096];
    if (!resident_slurp("/proc/self/statm", text, sizeof text))
        return false;
    resident->mapped = (double)strtoull(text, NULL, 10) * (double)sysconf(_SC_PAGESIZE);
    return resident_slurp("/proc/self/smaps_rollup", text, sizeof text) &&
           resident_find(text, "\nAnonymous:", &resident->anonymous) &&
           resident_find(text, "\nLazyFree:", &resident->lazy);
}

#endif
