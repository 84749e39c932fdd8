/*
 * The facts: that all are there whatever the machine gives, each once, as clean text; and over
 * crafted trees, what is made of the files.
 */
#include "check.h"
#include "facts.h"
#include "tree.h"

#include <stdbool.h>

enum { MOST_FACTS = 256 };

/* The facts of one collection. */
struct collected {
    char *keys[MOST_FACTS], *values[MOST_FACTS];
    unsigned count;
};

static void keep(const char *key, const char *value, void *user)
{
    struct collected *const facts = user;
    if (facts->count == MOST_FACTS)
        abort();
    facts->keys[facts->count] = strdup(key);
    facts->values[facts->count++] = strdup(value);
}

static const char *look_up(const char *key, void *user)
{
    const struct collected *const facts = user;
    for (unsigned i = 0; i < facts->count; i++)
        if (strcmp(facts->keys[i], key) == 0)
            return facts->values[i];
    return NULL;
}

static struct collected collect(const char *root)
{
    struct collected facts = {.count = 0};
    if (root == NULL)
        facts_collect(keep, &facts);
    else
        facts_collect_below(root, keep, &facts);
    return facts;
}

static void drop(struct collected *facts)
{
    for (unsigned i = 0; i < facts->count; i++) {
        free(facts->keys[i]);
        free(facts->values[i]);
    }
    facts->count = 0;
}

/* Every key that a run's record promises. */
static const char *const promised[] = {
    "host.name",
    "host.date_utc",
    "machine.model",
    "machine.hypervisor",
    "machine.container",
    "machine.cgroup_cpus",
    "machine.steal_s",
    "machine.steal_percent",
    "cpu.model",
    "cpu.microcode",
    "cpu.architecture",
    "cpu.governor",
    "cpu.frequency_driver",
    "cpu.max_khz",
    "cpu.turbo",
    "cpu.smt",
    "cpu.online",
    "cpu.isolated",
    "cpu.clock_source",
    "cpu.mitigations",
    "cpu.sockets",
    "cpu.cores",
    "cpu.threads",
    "cpu.core_kinds",
    "cpu.smt_siblings",
    "cache.l1d_bytes",
    "cache.l1d_shared_by",
    "cache.l1i_bytes",
    "cache.l1i_shared_by",
    "cache.l2_bytes",
    "cache.l2_shared_by",
    "cache.l3_bytes",
    "cache.l3_shared_by",
    "cache.line_bytes",
    "numa.nodes",
    "memory.total_bytes",
    "memory.available_bytes",
    "memory.swap_bytes",
    "memory.page_bytes",
    "memory.thp_enabled",
    "memory.thp_defrag",
    "memory.overcommit",
    "os.kernel",
    "os.distribution",
    "os.libc",
    "os.aslr",
    "os.perf_event_paranoid",
    "os.load_average",
    "build.version",
    "build.commit",
    "build.compiler",
    "build.flags",
    "build.type",
    "build.sanitizers",
};

enum { PROMISED = sizeof promised / sizeof *promised };

/* All promised keys in their order, once; a value or a reason; no byte that breaks a line. */
static void expect_sound(const struct collected *facts)
{
    unsigned next = 0;
    for (unsigned i = 0; i < facts->count; i++) {
        const char *const key = facts->keys[i], *const value = facts->values[i];
        for (unsigned j = 0; j < i; j++)
            EXPECT(strcmp(facts->keys[j], key) != 0);
        EXPECT(strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._") == strlen(key));
        for (const char *letter = value; *letter != '\0'; letter++)
            EXPECT((unsigned char)*letter >= 0x20 && *letter != 0x7f);
        EXPECT(value[0] != ' ' && (*value == '\0' || value[strlen(value) - 1] != ' '));
        const size_t length = strlen(key);
        if (length > 4 && strcmp(key + length - 4, ".why") == 0) {
            EXPECT(*value != '\0');
            EXPECT(i > 0 && strncmp(facts->keys[i - 1], key, length - 4) == 0 &&
                   strlen(facts->keys[i - 1]) == length - 4 && facts->values[i - 1][0] == '\0');
            continue;
        }
        EXPECT_STR(key, next < PROMISED ? promised[next] : "(none)");
        next++;
        if (*value == '\0') {
            char why[128];
            snprintf(why, sizeof why, "%s.why", key);
            EXPECT_STR(i + 1 < facts->count ? facts->keys[i + 1] : "(none)", why);
        }
    }
    EXPECT_INT(next, PROMISED);
}

/* This machine: what every Linux gives. */
static void test_here(void)
{
    static const char *const always[] = {
        "host.name",        "host.date_utc", "machine.hypervisor", "machine.container",
        "cpu.architecture", "cpu.threads",   "memory.total_bytes", "memory.page_bytes",
        "os.kernel",        "os.libc",       "build.version",      "build.compiler",
        "build.flags",      "build.type",    "build.sanitizers",
    };
    struct collected facts = collect(NULL);
    expect_sound(&facts);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        const char *const value = look_up(always[i], &facts);
        EXPECT(value != NULL && *value != '\0');
    }
    int year, month, day, hour, minute, second, end = 0;
    const char *const date = look_up("host.date_utc", &facts);
    EXPECT_INT(sscanf(date, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute,
                      &second, &end),
               6);
    EXPECT_INT(end, 20);
    EXPECT(year >= 2024);
    EXPECT_INT(strtol(look_up("memory.page_bytes", &facts), NULL, 10), sysconf(_SC_PAGESIZE));
    const char *const commit = look_up("build.commit", &facts);
    EXPECT(*commit == '\0' || strspn(commit, "0123456789abcdef") >= 40);
    drop(&facts);
}

/* A container with nothing mounted. */
static void test_nothing(void)
{
    struct collected facts = collect(tree_path("nothing"));
    expect_sound(&facts);
    EXPECT_STR(look_up("cpu.model", &facts), "");
    EXPECT_STR(look_up("cpu.model.why", &facts), "/proc/cpuinfo cannot be read");
    EXPECT_STR(look_up("machine.hypervisor", &facts), "none");
    EXPECT_STR(look_up("machine.container", &facts), "none");
    drop(&facts);
}

static void test_server(void)
{
    tree_write("server/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU \x01 9000 @ 3 GHz \n"
                                      "microcode\t: 0xd0003e7\nflags\t\t: fpu hypervisor sse\n"
                                      "\nmodel name\t: Another\n");
    tree_write("server/sys/class/dmi/id/sys_vendor", "Vendor Inc.\n");
    tree_write("server/sys/class/dmi/id/product_name", "VMware7,1\n");
    tree_write("server/proc/stat", "cpu  100 0 100 700 0 0 0 100 5 0\ncpu0 1 2 3\n");
    tree_write("server/proc/self/cgroup", "0::/app/one/two\n");
    tree_write("server/sys/fs/cgroup/app/cpu.max", "150000 100000\n");
    tree_write("server/sys/fs/cgroup/app/one/cpu.max", "200000 100000\n");
    tree_write("server/sys/fs/cgroup/app/one/two/cpu.max", "max 100000\n");
    tree_write("server/sys/fs/cgroup/cpu.max", "300000 100000\n");
    tree_write("server/run/systemd/container", "systemd-nspawn\n");
    tree_write("server/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    tree_write("server/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    tree_write("server/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "performance\n");
    tree_write("server/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    tree_write("server/sys/devices/system/cpu/isolated", "\n");
    tree_write("server/sys/devices/system/cpu/vulnerabilities/b_two", "Mitigation: X\n");
    tree_write("server/sys/devices/system/cpu/vulnerabilities/a_one", "Vulnerable\n");
    tree_write("server/sys/devices/system/cpu/vulnerabilities/c_three", "Not affected\n");
    tree_write("server/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    tree_write("server/sys/kernel/mm/transparent_hugepage/defrag", "always madvise never\n");
    tree_write("server/proc/meminfo", "MemTotal:       1024 kB\nMemAvailable: 512 kB\n"
                                      "SwapTotal:  0 kB\n");
    tree_write("server/etc/os-release", "NAME=\"X\"\nPRETTY_NAME=\"Linux \xff 12 (bookworm)\"\n");
    tree_write("server/proc/loadavg", "0.50 0.25 0.10 1/100 4711\n");
    tree_write("server/proc/sys/kernel/randomize_va_space", "2\n");
    struct collected facts = collect(tree_path("server"));
    expect_sound(&facts);
    static const char *const expected[][2] = {
        {"cpu.model", "Some CPU ? 9000 @ 3 GHz"},
        {"cpu.microcode", "0xd0003e7"},
        {"machine.model", "Vendor Inc. VMware7,1"},
        {"machine.hypervisor", "VMware"},
        {"machine.container", "systemd-nspawn"},
        {"machine.cgroup_cpus", "1.50"},
        {"machine.steal_percent", "10.000"},
        {"cpu.governor", "performance, powersave"},
        {"cpu.turbo", "off"},
        {"cpu.isolated", "none"},
        {"cpu.mitigations", "a_one: Vulnerable | b_two: Mitigation: X"},
        {"memory.total_bytes", "1048576"},
        {"memory.available_bytes", "524288"},
        {"memory.swap_bytes", "0"},
        {"memory.thp_enabled", "madvise"},
        {"memory.thp_defrag", ""},
        {"os.distribution", "Linux ? 12 (bookworm)"},
        {"os.load_average", "0.50 0.25 0.10"},
        {"os.aslr", "2"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        EXPECT_STR(look_up(expected[i][0], &facts), expected[i][1]);
    drop(&facts);
}

static void test_arm_board(void)
{
    tree_write("arm/proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
    tree_write_bytes("arm/proc/device-tree/model", "A Board v1", sizeof "A Board v1");
    tree_write("arm/sys/devices/system/cpu/cpufreq/boost", "1\n");
    /* Version 1: two hierarchies, and a quota that is none. */
    tree_write("arm/proc/self/cgroup", "4:cpu,cpuacct:/x\n3:memory:/x\nbroken\n");
    tree_write("arm/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us", "50000\n");
    tree_write("arm/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n");
    tree_write("arm/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    tree_write("arm/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    struct collected facts = collect(tree_path("arm"));
    expect_sound(&facts);
    EXPECT_STR(look_up("cpu.model", &facts), "Arm Neoverse-N1");
    EXPECT_STR(look_up("machine.model", &facts), "A Board v1");
    EXPECT_STR(look_up("cpu.turbo", &facts), "on");
    EXPECT_STR(look_up("machine.cgroup_cpus", &facts), "0.50");
    drop(&facts);
    tree_write("arm/proc/cpuinfo", "CPU implementer\t: 0x99\nCPU part\t: 0x123\n");
    facts = collect(tree_path("arm"));
    EXPECT_STR(look_up("cpu.model", &facts), "implementer 0x99 part 0x123");
    drop(&facts);
}

/* The marks of containers; those that an image's own disk has too need namespaces beside them. */
static void test_containers(void)
{
    static const struct {
        const char *name, *file, *content, *pid_namespace, *expected;
    } cases[] = {
        {"c1", ".dockerenv", "", "pid:[4026532201]", "docker"},
        {"c2", ".dockerenv", "", "pid:[4026531836]", "none"},
        {"c3", "run/.containerenv", "", "pid:[4026532201]", "podman"},
        {"c4", "proc/1/cgroup", "0::/kubepods/besteffort/x\n", "pid:[4026531836]", "kubernetes"},
        {"c5", "proc/1/cgroup", "0::/init.scope\n", "pid:[4026531836]", "none"},
        {"c6", "proc/1/cgroup", "0::/\n", "pid:[4026532201]", "unnamed"},
        {"c7", "proc/1/environ", "HOME=/\ncontainer=lxc\n", "pid:[4026532201]", "lxc"},
        {"c8", "proc/1/environ", "container=$(id)\n", "pid:[4026531836]", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char *const others[][2] = {{"uts", "uts:[4026531838]"},
                                                {"ipc", "ipc:[4026531839]"}};
        char name[256];
        snprintf(name, sizeof name, "%s/%s", cases[i].name, cases[i].file);
        tree_write(name, cases[i].content);
        snprintf(name, sizeof name, "%s/proc/self/ns/pid", cases[i].name);
        EXPECT_INT(symlink(cases[i].pid_namespace, tree_path(name)), 0);
        for (size_t j = 0; j < 2; j++) {
            snprintf(name, sizeof name, "%s/proc/self/ns/%s", cases[i].name, others[j][0]);
            EXPECT_INT(symlink(others[j][1], tree_path(name)), 0);
        }
        struct collected facts = collect(tree_path(cases[i].name));
        EXPECT_STR(look_up("machine.container", &facts), cases[i].expected);
        drop(&facts);
    }
}

/* An endless or huge file, a pipe nobody writes to and a directory are passed over. */
static void test_strange_files(void)
{
    EXPECT_INT(mkfifo(tree_path("strange/proc/cpuinfo"), 0666), 0);
    EXPECT_INT(symlink("/dev/zero", tree_path("strange/proc/loadavg")), 0);
    tree_path("strange/proc/meminfo/x");
    tree_write("strange/proc/self/cgroup", "no colons\n:::\n::\n");
    struct collected facts = collect(tree_path("strange"));
    expect_sound(&facts);
    drop(&facts);
}

static void expect_caption(int line, const char *const pairs[][2], size_t count,
                           const char *expected)
{
    struct collected facts = {.count = 0};
    for (size_t i = 0; i < count; i++)
        keep(pairs[i][0], pairs[i][1], &facts);
    char *const caption = facts_caption(look_up, &facts);
    char text[1024];
    snprintf(text, sizeof text, "got \"%s\", expected \"%s\"", caption, expected);
    check_record(strcmp(caption, expected) == 0, __FILE__, line, text);
    free(caption);
    drop(&facts);
}

#define EXPECT_CAPTION(pairs, expected) \
    expect_caption(__LINE__, pairs, sizeof(pairs) / sizeof *(pairs), expected)

static void test_caption(void)
{
    static const char *const all[][2] = {
        {"cpu.model", "AMD EPYC"},
        {"machine.hypervisor", "KVM"},
        {"machine.container", "docker"},
        {"build.compiler", "gcc 12.2.0"},
        {"build.flags", "-g -O3 -x-O1 -O2 -g"},
        {"os.libc", "glibc 2.36"},
    };
    EXPECT_CAPTION(all, "AMD EPYC (KVM guest, docker container), gcc 12.2.0 -O2, glibc 2.36");
    static const char *const bare[][2] = {
        {"cpu.model", "X"},
        {"machine.hypervisor", "none"},
        {"machine.container", "none"},
        {"build.compiler", "clang 14"},
        {"build.flags", ""},
    };
    EXPECT_CAPTION(bare, "X, clang 14");
    static const char *const contained[][2] = {{"machine.container", "lxc"}, {"os.libc", "l"}};
    EXPECT_CAPTION(contained, "(lxc container), l");
    static const char *const nothing[][2] = {{"cpu.model", ""}};
    EXPECT_CAPTION(nothing, "");
}

int main(void)
{
    test_here();
    test_nothing();
    test_server();
    test_arm_board();
    test_containers();
    test_strange_files();
    test_caption();
    return check_result();
}
