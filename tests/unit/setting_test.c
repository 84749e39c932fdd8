/*
 * Whether a setting is in effect, told by this program about itself when it is started again with
 * the setting, under every allocator that is here: right ones, misspelt ones, ones out of range.
 */
#include "allocators.h"
#include "check.h"
#include "error.h"
#include "provider.h"
#include "sanitized.h"
#include "setting.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char own_path[PATH_MAX];

/* Settings as one writes them, and what has to be said of each. */
struct known_case {
    const char *allocator;
    const char *setting;
    enum setting_state state;
    const char *why; /* a part of it; empty: nothing is looked for */
};

#define PROVED(allocator, setting)             \
    {                                          \
        allocator, setting, SETTING_PROVED, "" \
    }
#define REACHED(allocator, setting, why)         \
    {                                            \
        allocator, setting, SETTING_REACHED, why \
    }
#define REFUSED(allocator, setting, why)         \
    {                                            \
        allocator, setting, SETTING_REFUSED, why \
    }
#define TUNABLES "GLIBC_TUNABLES=glibc.malloc."

static const struct known_case cases[] = {
    PROVED("glibc", TUNABLES "tcache_count=0"),
    PROVED("glibc", TUNABLES "tcache_count=3"),
    PROVED("glibc", TUNABLES "tcache_count=0x20:glibc.malloc.mxfast=0"),
    PROVED("glibc", "MALLOC_ARENA_MAX=2"),
    PROVED("glibc", "MALLOC_TOP_PAD_=4096"),
    REFUSED("glibc", TUNABLES "tcache_cont=0", "has no tunable 'glibc.malloc.tcache_cont'"),
    REFUSED("glibc", TUNABLES "perturb=256", "and not '256'"),
    REFUSED("glibc", TUNABLES "tcache_count=70000", "freed blocks"),
    REFUSED("glibc", TUNABLES "tcache_count=1:glibc.malloc.tcache_count=2", "and not '1'"),
    REFUSED("glibc", TUNABLES "tcache_count", "is no tunable"),
    REFUSED("glibc", "GLIBC_TUNABLES=", "is no tunable"),
    REFUSED("glibc", TUNABLES "check=3", "libc_malloc_debug.so"),
    REFUSED("glibc", "GLIBC_TUNABLE=glibc.malloc.tcache_count=0", "reads no variable"),
    REFUSED("glibc", "MALLOC_ARENA_MAXX=1", "glibc.malloc.arena_maxx"),
    REFUSED("glibc", "MALLOC_CONF=narenas:1", "glibc.malloc.conf"),
    PROVED("jemalloc", "MALLOC_CONF=narenas:1"),
    PROVED("jemalloc", "MALLOC_CONF=narenas:0x2"),
    PROVED("jemalloc", "MALLOC_CONF=narenas:2,thp:always,tcache:false,dirty_decay_ms:-1"),
    REFUSED("jemalloc", "MALLOC_CONF=narenas:2,narenas:3", "is 3, and not '2'"),
    REFUSED("jemalloc", "MALLOC_CONF=narena:1", "narena:1"),
    REFUSED("jemalloc", "MALLOC_CONF=tcache:perhaps", "tcache:perhaps"),
    REFUSED("jemalloc", "MALLOC_CONF=narenas", "ends with key"),
    REFUSED("jemalloc", "MALLOC_CONFIG=narenas:1", "the name is not in"),
    REFUSED("jemalloc", TUNABLES "tcache_count=0", "the name is not in"),
    PROVED("mimalloc", "MIMALLOC_EAGER_COMMIT=0"),
    PROVED("mimalloc", "MIMALLOC_EAGER_COMMIT=off"),
    PROVED("mimalloc", "MIMALLOC_EAGER_COMMIT=true"),
    REFUSED("mimalloc", "MIMALLOC_EAGER_COMIT=0", "no option"),
    REFUSED("mimalloc", "MIMALLOC_EAGER_COMMIT=banana", "not 'banana'"),
    PROVED("tcmalloc_minimal", "TCMALLOC_MAX_TOTAL_THREAD_CACHE_BYTES=1048576"),
    REFUSED("tcmalloc_minimal", "TCMALLOC_MAX_TOTAL_THREAD_CACHE_BYTES=12", "not '12'"),
    REACHED("tcmalloc_minimal", "TCMALLOC_RELEASE_RATE=5", "TCMALLOC_RELEASE_RATE"),
    REFUSED("tcmalloc_minimal", "TCMALLOC_RELEASE_RAT=5", "the name is not in"),
    REACHED("tbbmalloc", "TBB_MALLOC_USE_HUGE_PAGES=1", ""),
    REFUSED("tbbmalloc", "TBB_MALLOC_USE_HUGE=1", "the name is not in"),
    REACHED("scudo", "SCUDO_OPTIONS=release_to_os_interval_ms=10", ""),
    REFUSED("scudo", "SCUDO_OPTIONS=no_such_flag=1", "no_such_flag"),
};

enum { COUNT = sizeof cases / sizeof *cases };

/* In the process with the setting: says what is known of it. */
static int tell(const char *setting)
{
    static struct provider provider;
    const char *const again[] = {"/proc/self/exe", "allocate", NULL};
    struct setting_proof proof;
    provider_query(&provider);
    setting_prove(setting, &provider, again, &proof);
    printf("%d%s", (int)proof.state, proof.why);
    return 0;
}

static int allocate(void)
{
    void *volatile const block = malloc(100);
    free(block);
    return 0;
}

/* Starts this program again: with the variable as given in its environment, and asked for the
 * setting. */
static void ask(const char *preload, const char *variable, const char *setting, char *text,
                size_t room)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        char *const arguments[] = {own_path, strdup("tell"), strdup(setting), NULL};
        char preloaded[PATH_MAX + 16];
        snprintf(preloaded, sizeof preloaded, "LD_PRELOAD=%s", preload);
        char *const environment[] = {strdup(variable), preloaded, NULL};
        dup2(ends[1], STDOUT_FILENO);
        execve(own_path, arguments, environment);
        _exit(1);
    }
    close(ends[1]);
    FILE *const stream = fdopen(ends[0], "r");
    const size_t length = fread(text, 1, room - 1, stream);
    fclose(stream);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_INT(status, 0);
    text[length] = '\0';
}

static void expect_case(const struct known_case *known, const char *preload)
{
    char told[512], text[1200];
    ask(preload, known->setting, known->setting, told, sizeof told);
    const int state = told[0] - '0';
    snprintf(text, sizeof text, "%s{%s}: state %d, not %d: %s", known->allocator, known->setting,
             state, (int)known->state, told);
    check_record(state == (int)known->state && strstr(told, known->why) != NULL, __FILE__, __LINE__,
                 text);
    /* A reason where there is something to say, and only there. */
    EXPECT((state == SETTING_PROVED) == (told[1] == '\0'));
    EXPECT(strchr(told, '\n') == NULL);
}

/* What is in the environment is another thing than what is asked for. */
static void test_not_reached(void)
{
    char told[512];
    ask("", "MALLOC_ARENA_MAX=1", "MALLOC_ARENA_MAX=2", told, sizeof told);
    EXPECT_STR(told, "0MALLOC_ARENA_MAX did not reach the process");
    ask("", "OTHER=1", "MALLOC_ARENA_MAX=2", told, sizeof told);
    EXPECT_STR(told, "0MALLOC_ARENA_MAX did not reach the process");
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "tell") == 0)
        return tell(argv[2]);
    if (argc == 2 && strcmp(argv[1], "allocate") == 0)
        return allocate();
    if (realpath("/proc/self/exe", own_path) == NULL)
        return 2;
    if (SANITIZED) {
        puts("skipped: a sanitizer's malloc has no settings");
        return 77;
    }
    test_not_reached();
    EXPECT(setting_huge_kib() >= -1);
    size_t tried = 0;
    struct allocators found = {0};
    for (size_t i = 0; i < COUNT; i++) {
        if (i == 0 || strcmp(cases[i].allocator, cases[i - 1].allocator) != 0) {
            struct error error = {""};
            allocators_free(&found);
            EXPECT_INT(allocators_resolve(cases[i].allocator, &found, &error), 0);
        }
        if (found.count == 1 && found.items[0].why_not == NULL) {
            expect_case(&cases[i], found.items[0].path != NULL ? found.items[0].path : "");
            tried++;
        }
    }
    allocators_free(&found);
    printf("%zu of %d cases\n", tried, COUNT);
    return check_result();
}
