#include "facts.h"

#include "error.h"
#include "fact_sink.h"

#include <stdio.h>
#include <stdlib.h>

#define CPU_DIRECTORY "/sys/devices/system/cpu"

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

/* The CPUs of the core of a CPU, itself included; empty where the kernel does not say. */
static void read_siblings(const char *root, unsigned cpu, cpu_set_t *siblings)
{
    char path[sizeof CPU_DIRECTORY + 64];
    snprintf(path, sizeof path, CPU_DIRECTORY "/cpu%u/topology/thread_siblings_list", cpu);
    fact_read_cpus(root, path, siblings);
}

/* A CPU that may be chosen. */
struct candidate {
    unsigned cpu;
    unsigned rank; /* the higher the better, as long as its core has no thread */
    cpu_set_t siblings;
};

/* What an unused core counts: less than an isolated or a fast one, more than the rest. */
enum {
    RANK_ISOLATED = 16,
    RANK_FAST = 8,
    RANK_UNUSED_CORE = 4,
    RANK_NOT_FIRST = 2,
    RANK_ALONE = 1
};

/* All that are allowed, ascending; the caller frees them. */
static struct candidate *find_candidates(const char *root, const cpu_set_t *allowed, size_t *count)
{
    cpu_set_t isolated;
    fact_read_cpus(root, CPU_DIRECTORY "/isolated", &isolated);
    struct candidate *const found = check_alloc((size_t)CPU_COUNT(allowed), sizeof *found);
    long fastest = 0;
    *count = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, allowed))
            continue;
        const long speed = core_speed(root, cpu);
        fastest = speed > fastest ? speed : fastest;
        found[(*count)++].cpu = cpu;
    }
    for (size_t i = 0; i < *count; i++) {
        const unsigned cpu = found[i].cpu;
        /* Cores of one kind differ by a few per cent in their highest frequency; kinds by more. */
        const bool fast = core_speed(root, cpu) >= fastest - fastest / 10;
        read_siblings(root, cpu, &found[i].siblings);
        found[i].rank = RANK_UNUSED_CORE;
        found[i].rank += CPU_ISSET(cpu, &isolated) ? RANK_ISOLATED : 0;
        found[i].rank += fast ? RANK_FAST : 0;
        found[i].rank += cpu != 0 ? RANK_NOT_FIRST : 0;
        found[i].rank += CPU_COUNT(&found[i].siblings) > 1 ? 0 : RANK_ALONE;
    }
    return found;
}

/* The best one that is not taken, of equal ones the last; NULL when all are. */
static const struct candidate *best_of(const struct candidate *candidates, size_t count,
                                       const cpu_set_t *taken)
{
    const struct candidate *best = NULL;
    unsigned best_rank = 0;
    for (size_t i = 0; i < count; i++) {
        const struct candidate *const candidate = &candidates[i];
        cpu_set_t shared;
        CPU_AND(&shared, &candidate->siblings, taken);
        const unsigned rank = candidate->rank - (CPU_COUNT(&shared) > 0 ? RANK_UNUSED_CORE : 0);
        if (CPU_ISSET(candidate->cpu, taken) || (best != NULL && rank < best_rank))
            continue;
        best = candidate;
        best_rank = rank;
    }
    return best;
}

unsigned facts_order_cpus_below(const char *root, const cpu_set_t *allowed, int first, int *cpus,
                                unsigned room)
{
    size_t count = 0;
    struct candidate *const candidates = find_candidates(root, allowed, &count);
    cpu_set_t taken;
    CPU_ZERO(&taken);
    unsigned filled = 0;
    if (filled < room && first >= 0 && first < CPU_SETSIZE && CPU_ISSET((size_t)first, allowed)) {
        cpus[filled++] = first;
        CPU_SET((size_t)first, &taken);
    }
    while (filled < room) {
        const struct candidate *const next = best_of(candidates, count, &taken);
        if (next == NULL)
            break;
        cpus[filled++] = (int)next->cpu;
        CPU_SET(next->cpu, &taken);
    }
    free(candidates);
    return filled;
}

unsigned facts_order_cpus(int first, int *cpus, unsigned room)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 0;
    return facts_order_cpus_below("", &allowed, first, cpus, room);
}

int facts_pick_cpu_below(const char *root, const cpu_set_t *allowed)
{
    int cpu = -1;
    facts_order_cpus_below(root, allowed, -1, &cpu, 1);
    return cpu;
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
