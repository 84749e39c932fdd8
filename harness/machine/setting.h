/*
 * Whether a setting of an allocator, an environment variable, has taken effect in this process.
 *
 * Allocators pass over what they cannot read: a misspelt one would be measured as if it worked. So
 * the process asks the allocator that serves it for the value it works with, where it has a way to
 * tell, and compares.
 */
#ifndef ALLOCOST_SETTING_H
#define ALLOCOST_SETTING_H

struct provider;

/* How much is known of a setting. */
enum setting_state {
    SETTING_REFUSED, /* it has no effect, or another one */
    SETTING_REACHED, /* it is in the environment, its name is in the library, and that is all */
    SETTING_PROVED   /* the allocator works with it */
};

/* What came out. */
struct setting_proof {
    enum setting_state state;
    char why[256]; /* one line; empty when proved */
};

/*
 * Proves one setting, `VARIABLE=VALUE`. `provider` is what provider_query said. `again` is a
 * command line, ended with NULL, that starts a process under the same allocator which allocates and
 * ends: it is started, with this process's environment, where an allocator can only be asked from
 * outside. What it writes to standard output is not looked at. Allocates, and takes milliseconds;
 * one thread at a time. Cannot fail.
 *
 * glibc is asked by the dynamic linker's list of tunables, and for the length of its thread caches
 * by filling one; jemalloc by its opt.* values; mimalloc by what it prints when it is verbose;
 * tcmalloc by its properties. Of any other is known that its library holds the variable's name, and
 * that it says nothing on standard error with the setting that it does not say without.
 */
void setting_prove(const char *setting, const struct provider *provider, const char *const again[],
                   struct setting_proof *out);

/*
 * Kibibytes that lie in huge pages (transparent ones, or of the huge page pool) of a block of 16
 * MiB that is allocated, touched and given back for this. -1 when the kernel does not tell.
 */
long setting_huge_kib(void);

#endif
