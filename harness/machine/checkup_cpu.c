/* Governor, turbo, throttling, siblings, isolated cores. */
#include "checkup_add.h"
#include "error.h"
#include "fact_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void look_at_governor(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "governor",
                      "A core that idles is clocked down, and takes its time to come up: samples "
                      "of one round are taken at different clocks, and those are set aside.");
    const char *const governor = checkup_fact(input, "cpu.governor");
    if (*governor == '\0') {
        checkup_unknown(input, finding, "cpu.governor", "no cpufreq driver");
        return;
    }
    checkup_found(finding, "%s", governor);
    if (strcmp(governor, "performance") != 0)
        checkup_mend(input, finding,
                     "echo performance | sudo tee " CHECKUP_CPU_DIRECTORY
                     "/cpu*/cpufreq/scaling_governor");
}

static void look_at_turbo(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "turbo",
                      "The clock depends on the temperature and on how many cores are busy: it "
                      "falls in the course of a run, and for cells of more threads.");
    const char *const turbo = checkup_fact(input, "cpu.turbo");
    if (*turbo == '\0') {
        checkup_unknown(input, finding, "cpu.turbo", "the kernel shows no boost switch");
        return;
    }
    checkup_found(finding, "%s", turbo);
    if (strcmp(turbo, "on") != 0)
        return;
    if (fact_exists(input->root, CHECKUP_CPU_DIRECTORY "/intel_pstate/no_turbo"))
        checkup_mend(input, finding,
                     "echo 1 | sudo tee " CHECKUP_CPU_DIRECTORY "/intel_pstate/no_turbo");
    else
        checkup_mend(input, finding, "echo 0 | sudo tee " CHECKUP_CPU_DIRECTORY "/cpufreq/boost");
}

/* The sum of what a file of each CPU counts; negative when there is none. */
static long sum_of_each_cpu(const char *root, const char *file)
{
    long sum = -1;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        char path[sizeof CHECKUP_CPU_DIRECTORY + 96];
        snprintf(path, sizeof path, CHECKUP_CPU_DIRECTORY "/cpu%u", cpu);
        if (!fact_exists(root, path))
            break;
        snprintf(path, sizeof path, CHECKUP_CPU_DIRECTORY "/cpu%u/%s", cpu, file);
        const long count = fact_read_number(root, path, -1);
        if (count >= 0)
            sum = (sum > 0 ? sum : 0) + count;
    }
    return sum;
}

/* Whether a device that cools by slowing a processor does so now; negative: there is none.
 * Linux: Documentation/driver-api/thermal/sysfs-api.rst. */
static int is_cooled_by_slowing(const char *root)
{
    enum { MOST_DEVICES = 256 };
    int state = -1;
    for (unsigned device = 0; device < MOST_DEVICES; device++) {
        char path[96];
        snprintf(path, sizeof path, "/sys/class/thermal/cooling_device%u/type", device);
        char *const type = fact_read(root, path);
        if (type == NULL)
            break;
        const bool processor = strstr(type, "cpufreq") != NULL || strcmp(type, "Processor") == 0;
        free(type);
        snprintf(path, sizeof path, "/sys/class/thermal/cooling_device%u/cur_state", device);
        const long current = processor ? fact_read_number(root, path, -1) : -1;
        if (current >= 0 && state <= 0)
            state = current > 0;
    }
    return state;
}

static void look_at_throttling(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "throttling",
                      "A core that is too hot is slowed down: later rounds are slower than early "
                      "ones, and samples at another clock are set aside.");
    const long core = sum_of_each_cpu(input->root, "thermal_throttle/core_throttle_count");
    const long package = sum_of_each_cpu(input->root, "thermal_throttle/package_throttle_count");
    const int slowed = is_cooled_by_slowing(input->root);
    if (core < 0 && package < 0 && slowed < 0) {
        checkup_unknown(input, finding, "cpu.throttling", "the kernel shows no count of it");
        return;
    }
    if (core <= 0 && package <= 0 && slowed <= 0) {
        checkup_found(finding, "none");
        return;
    }
    if (slowed > 0)
        checkup_found(finding, "a processor is slowed at this moment");
    else
        checkup_found(finding, "the cores %ld times since the start, the packages %ld",
                      core > 0 ? core : 0, package > 0 ? package : 0);
    checkup_cannot(finding, FINDING_STAYS,
                   "no command cools: clear the way of the air, turn turbo off, let it rest "
                   "between runs; grep . " CHECKUP_CPU_DIRECTORY
                   "/cpu*/thermal_throttle/*_count shows whether it goes on");
}

/* How the siblings of a core are turned off, by what the kernel offers. */
static void mend_siblings(const struct checkup_input *input, struct finding *finding)
{
    const char *const control = checkup_fact(input, "cpu.smt");
    const char *const hypervisor = checkup_hypervisor(input);
    if (strcmp(control, "on") == 0)
        checkup_mend(input, finding, "echo off | sudo tee " CHECKUP_CPU_DIRECTORY "/smt/control");
    else if (hypervisor != NULL)
        checkup_cannot(finding, FINDING_STAYS,
                       "the kernel has no switch for it, and what %s puts on the core is not "
                       "this guest's to say",
                       hypervisor);
    else
        checkup_cannot(finding, FINDING_STAYS,
                       "the kernel has no switch for it here; the firmware's set-up may");
}

static void look_at_siblings(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "siblings",
                      "Two hardware threads share one core: whatever runs on the other one takes "
                      "a part of its ports and caches, up to half, and no clock shows it.");
    char path[sizeof CHECKUP_CPU_DIRECTORY + 64];
    snprintf(path, sizeof path, CHECKUP_CPU_DIRECTORY "/cpu%d/topology/thread_siblings_list",
             input->cpu);
    char *const list = input->cpu >= 0 ? fact_read(input->root, path) : NULL;
    cpu_set_t siblings;
    fact_parse_cpus(list != NULL ? list : "", &siblings);
    if (CPU_COUNT(&siblings) == 0) {
        checkup_unknown(input, finding, "cpu.siblings",
                        "the kernel does not show which CPUs are one core");
    } else if (CPU_COUNT(&siblings) > 1) {
        checkup_found(finding, "CPUs %s are one core, and CPU %d is measured on", list, input->cpu);
        mend_siblings(input, finding);
    } else if (checkup_hypervisor(input) != NULL) {
        checkup_found(finding, "CPU %d shows none", input->cpu);
        checkup_cannot(finding, FINDING_UNKNOWN,
                       "%s may show none where there is one, with another guest on it",
                       checkup_hypervisor(input));
    } else {
        checkup_found(finding, "CPU %d has none", input->cpu);
    }
    free(list);
}

static void look_at_isolation(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "isolated",
                      "The scheduler puts other work on the measured CPU too: a sample in which "
                      "that happens is set aside and measured again, and the cache is another.");
    cpu_set_t isolated, online;
    int last = 0;
    fact_parse_cpus(checkup_fact(input, "cpu.isolated"), &isolated);
    fact_parse_cpus(checkup_fact(input, "cpu.online"), &online);
    const bool measured =
        input->cpu >= 0 && input->cpu < CPU_SETSIZE && CPU_ISSET((size_t)input->cpu, &isolated);
    if (*checkup_fact(input, "cpu.isolated") == '\0') {
        checkup_unknown(input, finding, "cpu.isolated", "the kernel does not show them");
        return;
    }
    checkup_found(finding, "%s", checkup_fact(input, "cpu.isolated"));
    if (measured)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        last = CPU_ISSET((size_t)cpu, &online) ? cpu : last;
    /* Never the first: interrupts and the kernel's own work need a place. */
    const int cpu = input->cpu > 0 ? input->cpu : last;
    if (CPU_COUNT(&isolated) > 0)
        checkup_cannot(finding, FINDING_MEND,
                       "taskset --cpu-list 0,%s build/allocost run # else none is measured on",
                       checkup_fact(input, "cpu.isolated"));
    else if (CPU_COUNT(&online) < 2)
        checkup_cannot(finding, FINDING_STAYS, "there is but one CPU, which has to do all");
    else
        checkup_mend(input, finding,
                     "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX isolcpus=%d nohz_full=%d "
                     "rcu_nocbs=%d\"' | sudo tee /etc/default/grub.d/isolate.cfg && "
                     "sudo update-grub && sudo reboot",
                     cpu, cpu, cpu);
}

void checkup_cpu(const struct checkup_input *input, struct checkup *checkup)
{
    look_at_governor(input, checkup);
    look_at_turbo(input, checkup);
    look_at_throttling(input, checkup);
    look_at_siblings(input, checkup);
    look_at_isolation(input, checkup);
}
