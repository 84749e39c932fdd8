/*
 * How the library is told the CPU's clock.
 *
 * Before the first run it looks for the clock in files of the kernel, and measures for a second
 * where none has it (an ARM machine without cpufreq, many containers). Nothing in its interface
 * skips that. The first file it tries is one that most kernels do not have; it opens it through the
 * C++ library, which calls fopen64 (an older one, or one for another libc, fopen). These two here
 * come before libc's, pass every call on, and answer for that one path when there is no such file
 * and a clock was set. The answer is a file in memory, because the C++ library reads from its
 * descriptor.
 */
#undef _FILE_OFFSET_BITS /* or fopen would be another name of fopen64 */
#undef _TIME_BITS        /* needs the one above */
#include "gbench.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef FILE *open_function(const char *path, const char *mode);

static long clock_khz; /* 0: not set */

void bm_set_clock_hz(double hz)
{
    if (!(hz >= 1000 && hz <= 1e15)) {
        fprintf(stderr, "gbench: %s: must be from 1e3 to 1e15: %g\n", __func__, hz);
        abort();
    }
    clock_khz = lround(hz / 1000);
}

/* A stream that holds the clock as the kernel would say it; NULL with errno. */
static FILE *clock_stream(const char *mode)
{
    char text[32];
    /* The library takes a number for good only when something follows it. */
    const int length = snprintf(text, sizeof text, "%ld\n", clock_khz);
    const int fd = memfd_create("tsc_freq_khz", MFD_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (write(fd, text, (size_t)length) == length && lseek(fd, 0, SEEK_SET) == 0) {
        FILE *const stream = fdopen(fd, mode);
        if (stream != NULL)
            return stream;
    }
    close(fd);
    return NULL;
}

/* Opens through the next definition of the function `name`. */
static FILE *open_next(const char *name, const char *path, const char *mode)
{
    open_function *next = NULL;
    void *const symbol = dlsym(RTLD_NEXT, name);
    memcpy(&next, &symbol, sizeof next); /* ISO C has no cast from object to function pointers */
    if (next == NULL) {
        errno = ENOSYS;
        return NULL;
    }
    FILE *const stream = next(path, mode);
    if (stream == NULL && clock_khz != 0 && path != NULL &&
        strcmp(path, "/sys/devices/system/cpu/cpu0/tsc_freq_khz") == 0)
        return clock_stream(mode);
    return stream;
}

#undef fopen
#undef fopen64

__attribute__((visibility("default"))) FILE *fopen(const char *path, const char *mode)
{
    return open_next("fopen", path, mode);
}

__attribute__((visibility("default"))) FILE *fopen64(const char *path, const char *mode)
{
    return open_next("fopen64", path, mode);
}
