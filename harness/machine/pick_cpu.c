#include "facts.h"

#include "fact_sink.h"

#include <stdio.h>
#include <stdlib.h>

#define CPU_DIRECTORY "/sys/devices/system/cpu"

/* Reads a list such as "2-5,8" (cpuset(7), List format). Stops at the first thing that is none. */
static void parse_list(const char *text, cpu_set_t *set)
{
    CPU_ZERO(set);
    while (*text >= '0' && *text <= '9') {
        char *end;
        const unsigned long first = strtoul(text, &end, 10);
        const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        for (unsigned long cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++)
            CPU_SET(cpu, set);
        text = *end == ',' ? end + 1 : end;
    }
}

static void read_list(const char *root, const char *path, cpu_set_t *set)
{
    char *const text = fact_read(root, path);
    parse_list(text != NULL ? text : "", set);
    free(text);
}

/* How fast the core is against others of this machine, in units of the kernel's; 0: it is not said.
 * Arm and hybrid x86 have a capacity (1024 is the fastest); others their highest frequency. */
static long core_speed(const char *root, unsigned cpu)
{
    static const char *const files[] = {"cpu_capacity", "cpufreq/cpuinfo_max_freq"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[sizeof CPU_DIRECTORY + 64];
        snprintf(path, sizeof path, CPU_DIRECTORY "/cpu%u/%s", cpu, files[i]);
        const long speed = fact_read_number(root, path, 0);
        if (speed > 0)
            return speed;
    }
    return 0;
}

static bool shares_core(const char *root, unsigned cpu)
{
    char path[sizeof CPU_DIRECTORY + 64];
    cpu_set_t siblings;
    snprintf(path, sizeof path, CPU_DIRECTORY "/cpu%u/topology/thread_siblings_list", cpu);
    read_list(root, path, &siblings);
    return CPU_COUNT(&siblings) > 1;
}

int facts_pick_cpu_below(const char *root, const cpu_set_t *allowed)
{
    cpu_set_t isolated;
    read_list(root, CPU_DIRECTORY "/isolated", &isolated);
    long fastest = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        const long speed = CPU_ISSET(cpu, allowed) ? core_speed(root, cpu) : 0;
        if (speed > fastest)
            fastest = speed;
    }
    int best = -1;
    unsigned best_rank = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, allowed))
            continue;
        /* Cores of one kind differ by a few per cent in their highest frequency; kinds by more. */
        const bool fast = core_speed(root, cpu) >= fastest - fastest / 10;
        const unsigned rank = (CPU_ISSET(cpu, &isolated) ? 8u : 0) + (fast ? 4u : 0) +
                              (cpu != 0 ? 2u : 0) + (shares_core(root, cpu) ? 0 : 1u);
        if (best < 0 || rank >= best_rank) {
            best = (int)cpu;
            best_rank = rank;
        }
    }
    return best;
}

bool facts_may_use_cpu(int cpu)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return true;
    return cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET((size_t)cpu, &allowed);
}

int facts_pick_cpu(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return -1;
    return facts_pick_cpu_below("", &allowed);
}
