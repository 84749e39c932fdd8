/*
 * Who provides malloc in this process, found out from the inside.
 *
 * LD_PRELOAD fails open: a library that is missing or wrong leaves glibc in place and the exit code
 * at 0. So a worker says which object its calls really reach, and the driver compares.
 */
#ifndef ALLOCOST_PROVIDER_H
#define ALLOCOST_PROVIDER_H

#include <limits.h>
#include <stdbool.h>

/* The path of a provider that is linked into the program: static, or a sanitizer. */
#define PROVIDER_PROGRAM "the program itself"

/* The object that serves malloc, behind the counting interposer when that is loaded. */
struct provider {
    char path[PATH_MAX]; /* real path of the shared object, or PROVIDER_PROGRAM */
    char version[128];   /* as the object says it, one line: "5.3.0-0-g54eaed1d", "gperftools 2.10";
                            else by its path: "so.2.8" (oneTBB), "LLVM 14.0.6" (scudo); or empty */
    bool is_libc;        /* it is the C library's own malloc */
    bool counted;        /* the counting interposer stands in front of it */
};

/*
 * Fills *out. Cannot fail; a version that nobody tells is empty. May allocate and free a few small
 * blocks (the dynamic linker does), so call it outside the timed part. One thread at a time.
 */
void provider_query(struct provider *out);

#endif
