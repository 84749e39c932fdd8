#include "facts_collect.h"

#include "error.h"
#include "fact_sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

/* A line "Name:   123 kB" of /proc/meminfo in bytes. */
static void put_memory(const struct fact_sink *sink, const char *key, const char *text,
                       const char *name)
{
    char *const value = text != NULL ? fact_line_value(text, name) : NULL;
    if (value != NULL)
        fact_putf(sink, key, "%" PRIu64, (uint64_t)strtoull(value, NULL, 10) * 1024);
    else
        fact_missing(sink, key, "/proc/meminfo %s%s",
                     text != NULL ? "has no line " : "cannot be read", text != NULL ? name : "");
    free(value);
}

/* The chosen one of "always [madvise] never". */
static void put_choice(const struct fact_sink *sink, const char *key, const char *path)
{
    char *const text = fact_read(sink->root, path);
    const char *const open = text != NULL ? strchr(text, '[') : NULL;
    if (open != NULL)
        fact_putf(sink, key, "%.*s", (int)strcspn(open + 1, "]"), open + 1);
    else
        fact_missing(sink, key, "%s: %s", path,
                     text != NULL ? "nothing is marked as chosen" : strerror(errno));
    free(text);
}

static void put_kernel(const struct fact_sink *sink)
{
    struct utsname system;
    if (uname(&system) == 0)
        fact_putf(sink, "os.kernel", "%s %s", system.sysname, system.release);
    else
        fact_missing(sink, "os.kernel", "uname: %s", strerror(errno));
}

static void put_distribution(const struct fact_sink *sink)
{
    char *text = fact_read(sink->root, "/etc/os-release");
    if (text == NULL)
        text = fact_read(sink->root, "/usr/lib/os-release");
    char *const name = text != NULL ? fact_line_value(text, "PRETTY_NAME") : NULL;
    if (name != NULL)
        fact_put(sink, "os.distribution", name);
    else
        fact_missing(sink, "os.distribution", "no os-release file names it");
    free(name);
    free(text);
}

/* The first three numbers: over one, five and fifteen minutes. */
static void put_load(const struct fact_sink *sink)
{
    char *const text = fact_read(sink->root, "/proc/loadavg");
    char one[16], five[16], fifteen[16];
    if (text != NULL && sscanf(text, "%15s %15s %15s", one, five, fifteen) == 3)
        fact_putf(sink, "os.load_average", "%s %s %s", one, five, fifteen);
    else
        fact_missing(sink, "os.load_average", "/proc/loadavg cannot be read");
    free(text);
}

void facts_of_system(const struct fact_sink *sink)
{
    char *const memory = fact_read(sink->root, "/proc/meminfo");
    put_memory(sink, "memory.total_bytes", memory, "MemTotal");
    put_memory(sink, "memory.available_bytes", memory, "MemAvailable");
    put_memory(sink, "memory.swap_bytes", memory, "SwapTotal");
    free(memory);
    fact_putf(sink, "memory.page_bytes", "%ld", sysconf(_SC_PAGESIZE));
    put_choice(sink, "memory.thp_enabled", "/sys/kernel/mm/transparent_hugepage/enabled");
    put_choice(sink, "memory.thp_defrag", "/sys/kernel/mm/transparent_hugepage/defrag");
    fact_put_file(sink, "memory.overcommit", "/proc/sys/vm/overcommit_memory", NULL);
    put_kernel(sink);
    put_distribution(sink);
#ifdef __GLIBC__
    fact_putf(sink, "os.libc", "glibc %s", gnu_get_libc_version());
#else
    fact_missing(sink, "os.libc", "the C library does not name itself");
#endif
    fact_put_file(sink, "os.aslr", "/proc/sys/kernel/randomize_va_space", NULL);
    fact_put_file(sink, "os.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", NULL);
    put_load(sink);
}
