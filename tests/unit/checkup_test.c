/* The findings over crafted machines: each where it is and where it is not. */
#include "allocators.h"
#include "check.h"
#include "checkup.h"
#include "facts.h"
#include "tree.h"

enum { MOST_FACTS = 256 };

static struct {
    char *keys[MOST_FACTS], *values[MOST_FACTS];
    unsigned count;
} facts;

static void keep(const char *key, const char *value, void *user)
{
    (void)user;
    if (facts.count == MOST_FACTS)
        abort();
    facts.keys[facts.count] = strdup(key);
    facts.values[facts.count++] = strdup(value);
}

static const char *look_up(const char *key, void *user)
{
    (void)user;
    for (unsigned i = 0; i < facts.count; i++)
        if (strcmp(facts.keys[i], key) == 0)
            return facts.values[i];
    return NULL;
}

static struct allocator all_here[] = {{.name = (char[]){"glibc"}}, {.name = (char[]){"jemalloc"}}};
static const struct allocators complete = {all_here, 2};
static struct allocator some_here[] = {
    {.name = (char[]){"glibc"}},
    {.name = (char[]){"a"}, .why_not = (char[]){"no"}, .remedy = (char[]){"apt install lib1"}},
    {.name = (char[]){"b"}, .why_not = (char[]){"no"}, .remedy = (char[]){"apt install lib2"}},
};
static const struct allocators incomplete = {some_here, 3};

/* What is not read from files; each test changes what it is about. */
static struct checkup_input input;
static const char *machine; /* its directory in the tree */
static struct checkup checkup;

static void begin(const char *name)
{
    machine = name;
    input = (struct checkup_input){.lookup = look_up,
                                   .cpu = 1,
                                   .clock = {.step_ns = 1, .reading_ns = 25},
                                   .allocators = &complete};
}

static void write_file(const char *path, const char *content)
{
    char name[256];
    snprintf(name, sizeof name, "%s%s", machine, path);
    tree_write(name, content);
}

static void write_cpu(unsigned cpu, const char *file, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/%s", cpu, file);
    write_file(path, content);
}

static void look(void)
{
    checkup_free(&checkup);
    for (; facts.count > 0; facts.count--) {
        free(facts.keys[facts.count - 1]);
        free(facts.values[facts.count - 1]);
    }
    input.root = tree_path(machine);
    facts_collect_below(input.root, keep, NULL);
    checkup_run(&input, &checkup);
}

/* The topic's level, what was found, and a part of the remedy; NULL: there is none. */
static void expect(int line, const char *topic, enum finding_level level, const char *found,
                   const char *remedy)
{
    char text[1024];
    for (size_t i = 0; i < checkup.count; i++) {
        const struct finding *const finding = &checkup.findings[i];
        if (strcmp(finding->topic, topic) != 0)
            continue;
        const bool same = finding->level == level && strcmp(finding->found, found) == 0;
        const bool remedied =
            remedy == NULL ? finding->remedy == NULL
                           : finding->remedy != NULL && strstr(finding->remedy, remedy) != NULL;
        snprintf(text, sizeof text, "%s is %s, \"%s\", \"%s\"", topic,
                 finding_level_name(finding->level), finding->found,
                 finding->remedy != NULL ? finding->remedy : "(none)");
        check_record(same && remedied, __FILE__, line, text);
        return;
    }
    check_record(0, __FILE__, line, topic);
}

#define EXPECT_FINDING(topic, level, found, remedy) expect(__LINE__, topic, level, found, remedy)

static const char *const topics[] = {
    "governor", "turbo", "throttling", "siblings", "isolated", "hypervisor", "steal",      "quota",
    "load",     "clock", "huge_pages", "aslr",     "swap",     "counters",   "allocators",
};

enum { TOPICS = sizeof topics / sizeof *topics };

/* Every topic once, in order; what is fine has no remedy, everything else one; text on one line. */
static void expect_whole(void)
{
    EXPECT_INT(checkup.count, TOPICS);
    for (size_t i = 0; i < checkup.count && i < TOPICS; i++) {
        const struct finding *const finding = &checkup.findings[i];
        EXPECT_STR(finding->topic, topics[i]);
        EXPECT(*finding->found != '\0' && *finding->effect != '\0');
        EXPECT((finding->level == FINDING_FINE) == (finding->remedy == NULL));
        EXPECT(finding->remedy == NULL ||
               (*finding->remedy != '\0' && strchr(finding->remedy, '\n') == NULL));
    }
}

#define CPU "/sys/devices/system/cpu"
#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/"

/* A machine that was made ready. */
static void write_quiet(void)
{
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        char siblings[16];
        snprintf(siblings, sizeof siblings, "%u\n", cpu);
        write_cpu(cpu, "cpufreq/scaling_governor", "performance\n");
        write_cpu(cpu, "thermal_throttle/core_throttle_count", "0\n");
        write_cpu(cpu, "thermal_throttle/package_throttle_count", "0\n");
        write_cpu(cpu, "topology/thread_siblings_list", siblings);
    }
    write_file(CPU "/intel_pstate/no_turbo", "1\n");
    write_file(CPU "/online", "0-3\n");
    write_file(CPU "/isolated", "1\n");
    write_file(CPU "/smt/control", "off\n");
    write_file(CLOCK_SOURCE "current_clocksource", "tsc\n");
    write_file(CLOCK_SOURCE "available_clocksource", "tsc hpet acpi_pm \n");
    write_file("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    write_file("/proc/stat", "cpu  100 0 100 700 0 0 0 0 0 0\n");
    write_file("/proc/self/cgroup", "0::/\n");
    write_file("/proc/loadavg", "0.50 2.00 3.00 1/100 4711\n");
    write_file("/proc/meminfo", "MemTotal: 4096 kB\nSwapTotal: 2097152 kB\nSwapFree: 2097152 kB\n");
    write_file("/proc/sys/kernel/randomize_va_space", "2\n");
    write_file("/proc/sys/kernel/perf_event_paranoid", "2\n");
}

static void test_quiet(void)
{
    begin("quiet");
    write_quiet();
    look();
    expect_whole();
    EXPECT_FINDING("governor", FINDING_FINE, "performance", NULL);
    EXPECT_FINDING("turbo", FINDING_FINE, "off", NULL);
    EXPECT_FINDING("throttling", FINDING_FINE, "none", NULL);
    EXPECT_FINDING("siblings", FINDING_FINE, "CPU 1 has none", NULL);
    EXPECT_FINDING("isolated", FINDING_FINE, "1", NULL);
    EXPECT_FINDING("hypervisor", FINDING_FINE, "none", NULL);
    EXPECT_FINDING("steal", FINDING_FINE, "0.000 % of the CPU time since the start", NULL);
    EXPECT_FINDING("quota", FINDING_FINE, "none", NULL);
    EXPECT_FINDING("load", FINDING_FINE, "0.50 over the last minute", NULL);
    EXPECT_FINDING("clock", FINDING_FINE, "tsc, at most 3 ns a step, 25 ns a reading", NULL);
    EXPECT_FINDING("huge_pages", FINDING_FINE, "madvise", NULL);
    EXPECT_FINDING("aslr", FINDING_FINE, "on", NULL);
    EXPECT_FINDING("swap", FINDING_FINE, "0 of 2048 MiB are used", NULL);
    EXPECT_FINDING("counters", FINDING_FINE, "instructions can be counted", NULL);
    EXPECT_FINDING("allocators", FINDING_FINE, "glibc, jemalloc", NULL);
}

/* The same machine as it came. */
static void write_loud(void)
{
    write_quiet();
    write_cpu(2, "cpufreq/scaling_governor", "powersave\n");
    write_cpu(0, "thermal_throttle/core_throttle_count", "5\n");
    write_cpu(3, "thermal_throttle/core_throttle_count", "2\n");
    write_cpu(3, "thermal_throttle/package_throttle_count", "1\n");
    write_cpu(1, "topology/thread_siblings_list", "1,3\n");
    write_file(CPU "/intel_pstate/no_turbo", "0\n");
    write_file(CPU "/isolated", "\n");
    write_file(CPU "/smt/control", "on\n");
    write_file(CLOCK_SOURCE "current_clocksource", "hpet\n");
    write_file("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
    write_file("/proc/stat", "cpu  100 0 100 700 0 0 0 100 0 0\n");
    write_file("/proc/loadavg", "0.51 0.00 0.00 1/100 4711\n");
    write_file("/proc/meminfo", "SwapTotal: 2097152 kB\nSwapFree: 1048576 kB\n");
    write_file("/proc/sys/kernel/randomize_va_space", "0\n");
    write_file("/proc/sys/kernel/perf_event_paranoid", "4\n");
    write_file("/proc/self/cgroup", "0::/slice\n");
    write_file("/sys/fs/cgroup/slice/cpu.max", "150000 100000\n");
}

static void test_loud(void)
{
    begin("loud");
    write_loud();
    input.counters_why = "not permitted";
    input.allocators = &incomplete;
    look();
    expect_whole();
    EXPECT_FINDING("governor", FINDING_MEND, "performance, powersave",
                   "echo performance | sudo tee " CPU "/cpu*/cpufreq/scaling_governor");
    EXPECT_FINDING("turbo", FINDING_MEND, "on", "echo 1 | sudo tee " CPU "/intel_pstate/no_turbo");
    EXPECT_FINDING("throttling", FINDING_STAYS, "the cores 7 times since the start, the packages 1",
                   "no command cools");
    EXPECT_FINDING("siblings", FINDING_MEND, "CPUs 1,3 are one core, and CPU 1 is measured on",
                   "echo off | sudo tee " CPU "/smt/control");
    EXPECT_FINDING("isolated", FINDING_MEND, "none",
                   "isolcpus=1 nohz_full=1 rcu_nocbs=1\"' | sudo");
    EXPECT_FINDING("steal", FINDING_STAYS, "10.000 % of the CPU time since the start", "the host");
    EXPECT_FINDING("quota", FINDING_MEND, "1.50 CPUs", "sudo systemd-run --scope");
    EXPECT_FINDING("load", FINDING_MEND, "0.51 over the last minute", "ps -eo pcpu,pid,comm");
    EXPECT_FINDING("clock", FINDING_MEND, "hpet, at most 3 ns a step, 25 ns a reading",
                   "echo tsc | sudo tee " CLOCK_SOURCE "current_clocksource");
    EXPECT_FINDING("huge_pages", FINDING_MEND, "always", "echo madvise | sudo tee /sys/kernel/mm/");
    EXPECT_FINDING("aslr", FINDING_MEND, "off", "sudo sysctl kernel.randomize_va_space=2");
    EXPECT_FINDING("swap", FINDING_MEND, "1024 of 2048 MiB are used", "sudo swapoff --all");
    EXPECT_FINDING("counters", FINDING_MEND, "none for this process; perf_event_paranoid is 4",
                   "sudo sysctl kernel.perf_event_paranoid=2");
    EXPECT_FINDING("allocators", FINDING_MEND, "glibc; missing: a, b",
                   "sudo apt install lib1 lib2");
}

/* What is told another way, or cannot be mended. */
static void test_variations(void)
{
    begin("other");
    write_quiet();
    tree_write("other" CPU "/cpufreq/boost", "1\n");
    (void)unlink(tree_path("other" CPU "/intel_pstate/no_turbo"));
    (void)rmdir(tree_path("other" CPU "/intel_pstate"));
    write_cpu(1, "topology/thread_siblings_list", "0-1\n");
    write_file(CPU "/smt/control", "notimplemented\n");
    write_file(CPU "/isolated", "2-3\n");
    write_file("/proc/sys/kernel/randomize_va_space", "1\n");
    write_file("/sys/class/thermal/cooling_device0/type", "fan\n");
    write_file("/sys/class/thermal/cooling_device0/cur_state", "3\n");
    write_file("/sys/class/thermal/cooling_device1/type", "cpufreq-cpu0\n");
    write_file("/sys/class/thermal/cooling_device1/cur_state", "0\n");
    write_file("/proc/meminfo", "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
    input.clock = (struct clock_step){.step_ns = 4000, .reading_ns = 80};
    input.counters_why = "the CPU shows none";
    look();
    expect_whole();
    EXPECT_FINDING("turbo", FINDING_MEND, "on", "echo 0 | sudo tee " CPU "/cpufreq/boost");
    EXPECT_FINDING("throttling", FINDING_FINE, "none", NULL);
    EXPECT_FINDING("siblings", FINDING_STAYS, "CPUs 0-1 are one core, and CPU 1 is measured on",
                   "firmware");
    EXPECT_FINDING("isolated", FINDING_MEND, "2-3", "taskset --cpu-list 0,2-3 build/allocost run");
    EXPECT_FINDING("clock", FINDING_STAYS, "tsc, 4000 ns a step, 80 ns a reading", "no faster");
    EXPECT_FINDING("aslr", FINDING_MEND, "not of the heap", "sysctl kernel.randomize_va_space=2");
    EXPECT_FINDING("swap", FINDING_FINE, "none", NULL);
    EXPECT_FINDING("counters", FINDING_STAYS, "none for this process; perf_event_paranoid is 2",
                   "the CPU shows none");
    write_file("/sys/class/thermal/cooling_device1/cur_state", "1\n");
    write_file(CPU "/online", "0\n");
    write_file(CPU "/isolated", "\n");
    write_file("/proc/sys/kernel/randomize_va_space", "2\n");
    input.fixed_layout = true;
    input.clock.step_ns = 10;
    look();
    EXPECT_FINDING("throttling", FINDING_STAYS, "a processor is slowed at this moment", "cools");
    EXPECT_FINDING("isolated", FINDING_STAYS, "none", "but one CPU");
    EXPECT_FINDING("aslr", FINDING_MEND, "on, but not for this process", "setarch");
    EXPECT_FINDING("clock", FINDING_FINE, "tsc, 10 ns a step, 80 ns a reading", NULL);
    /* CPU 0 is never the one to isolate where there is another. */
    write_file(CPU "/online", "0-3\n");
    input.cpu = 0;
    look();
    EXPECT_FINDING("isolated", FINDING_MEND, "none", "isolcpus=3 ");
    /* One tick in ten thousand is worth a word, one in a hundred thousand is not. */
    write_file("/proc/stat", "cpu  1000 0 1000 7999 0 0 0 1 0 0\n");
    look();
    EXPECT_FINDING("steal", FINDING_STAYS, "0.010 % of the CPU time since the start", "the host");
    write_file("/proc/stat", "cpu  10000 0 10000 79999 0 0 0 1 0 0\n");
    look();
    EXPECT_FINDING("steal", FINDING_FINE, "0.001 % of the CPU time since the start", NULL);
    /* Above 2 the kernel shows a process not even its own counts. */
    write_file("/proc/sys/kernel/perf_event_paranoid", "3\n");
    look();
    EXPECT_FINDING("counters", FINDING_MEND, "none for this process; perf_event_paranoid is 3",
                   "sudo sysctl kernel.perf_event_paranoid=2");
}

/* In a guest and in a container what is set outside cannot be mended inside. */
static void test_inside(void)
{
    begin("inside");
    write_loud();
    write_file("/sys/class/dmi/id/product_name", "KVM\n");
    write_file("/run/systemd/container", "lxc\n");
    write_file(CPU "/smt/control", "notsupported\n");
    input.counters_why = "not permitted";
    look();
    expect_whole();
    EXPECT_FINDING("hypervisor", FINDING_STAYS, "KVM", "a guest cannot leave");
    EXPECT_FINDING("governor", FINDING_STAYS, "performance, powersave",
                   "not this container's; on the host: echo performance");
    EXPECT_FINDING("turbo", FINDING_STAYS, "on", "on the host: echo 1");
    EXPECT_FINDING("siblings", FINDING_STAYS, "CPUs 1,3 are one core, and CPU 1 is measured on",
                   "what KVM puts on the core");
    EXPECT_FINDING("quota", FINDING_STAYS, "1.50 CPUs", "this container (lxc)");
    EXPECT_FINDING("huge_pages", FINDING_STAYS, "always", "on the host: echo madvise");
    EXPECT_FINDING("aslr", FINDING_STAYS, "off", "on the host: sudo sysctl");
    EXPECT_FINDING("swap", FINDING_STAYS, "1024 of 2048 MiB are used", "on the host: sudo swapoff");
    EXPECT_FINDING("counters", FINDING_STAYS, "none for this process; perf_event_paranoid is 4",
                   "on the host: sudo sysctl");
    write_cpu(1, "topology/thread_siblings_list", "1\n");
    look();
    EXPECT_FINDING("siblings", FINDING_UNKNOWN, "CPU 1 shows none", "KVM may show none");
}

/* Nothing is mounted: everything that files tell is unknown, with a reason. */
static void test_nothing(void)
{
    static const char *const by_files[] = {"governor",   "turbo", "throttling", "siblings",
                                           "isolated",   "steal", "quota",      "load",
                                           "huge_pages", "aslr",  "swap"};
    begin("nothing");
    look();
    expect_whole();
    for (size_t i = 0; i < sizeof by_files / sizeof *by_files; i++)
        EXPECT_FINDING(by_files[i], FINDING_UNKNOWN, "not shown", "");
    EXPECT_FINDING("governor", FINDING_UNKNOWN, "not shown", "no cpufreq driver");
    EXPECT_FINDING("swap", FINDING_UNKNOWN, "not shown", "/proc/meminfo does not say");
    EXPECT_FINDING("hypervisor", FINDING_FINE, "none", NULL);
    EXPECT_FINDING("clock", FINDING_FINE,
                   "of an unknown source, at most 3 ns a step, 25 ns a reading", NULL);
    input.counters_why = "not permitted";
    input.cpu = -1;
    look();
    expect_whole();
    EXPECT_FINDING("counters", FINDING_STAYS,
                   "none for this process; perf_event_paranoid is not shown", "not permitted");
}

int main(void)
{
    test_quiet();
    test_loud();
    test_variations();
    test_inside();
    test_nothing();
    checkup_free(&checkup);
    for (; facts.count > 0; facts.count--) {
        free(facts.keys[facts.count - 1]);
        free(facts.values[facts.count - 1]);
    }
    return check_result();
}
