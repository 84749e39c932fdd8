/* Which CPU workers are pinned to, over crafted machines. */
#include "check.h"
#include "facts.h"
#include "tree.h"

enum { MOST = 16 };

/* One machine: its directory in the tree, and what /sys says. */
static const char *machine;

static void write_cpu(unsigned cpu, const char *file, const char *content)
{
    char name[256];
    snprintf(name, sizeof name, "%s/sys/devices/system/cpu/cpu%u/%s", machine, cpu, file);
    tree_write(name, content);
}

static void write_isolated(const char *list)
{
    char name[256];
    snprintf(name, sizeof name, "%s/sys/devices/system/cpu/isolated", machine);
    tree_write(name, list);
}

/* The choice among the CPUs whose bits are set. */
static int pick(unsigned allowed)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned cpu = 0; cpu < MOST; cpu++)
        if ((allowed >> cpu & 1) != 0)
            CPU_SET(cpu, &set);
    return facts_pick_cpu_below(tree_path(machine), &set);
}

int main(void)
{
    machine = "silent"; /* nothing in /sys, as in some containers */
    EXPECT_INT(pick(0xf), 3);
    EXPECT_INT(pick(0x5), 2);
    EXPECT_INT(pick(0x1), 0);
    EXPECT_INT(pick(0), -1);

    machine = "smt"; /* 0 and 2, 1 and 3 share a core; 4 is alone on its own */
    write_isolated("\n");
    for (unsigned cpu = 0; cpu < 4; cpu++)
        write_cpu(cpu, "topology/thread_siblings_list", cpu % 2 == 0 ? "0,2\n" : "1,3\n");
    write_cpu(4, "topology/thread_siblings_list", "4\n");
    write_cpu(5, "topology/thread_siblings_list", "5-6\n");
    EXPECT_INT(pick(0x3f), 4);
    EXPECT_INT(pick(0x2f), 5);
    EXPECT_INT(pick(0x0f), 3);
    EXPECT_INT(pick(0x03), 1);

    machine = "isolated"; /* before all else, and only when allowed; ranges too */
    write_isolated("2-3,7\n");
    EXPECT_INT(pick(0xff), 7);
    EXPECT_INT(pick(0x7f), 3);
    EXPECT_INT(pick(0x73), 6);
    write_isolated("0\n");
    EXPECT_INT(pick(0xff), 0);
    write_isolated("junk,\x01-9999999999\n");
    EXPECT_INT(pick(0xff), 7);

    machine = "hybrid"; /* fast cores with siblings first, slow ones without behind them */
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        write_cpu(cpu, "topology/thread_siblings_list",
                  cpu < 2   ? "0-1\n"
                  : cpu < 4 ? "2-3\n"
                            : "\n");
        write_cpu(cpu, "cpufreq/cpuinfo_max_freq",
                  cpu < 2   ? "5200000\n"
                  : cpu < 4 ? "5100000\n"
                            : "3900000\n");
    }
    EXPECT_INT(pick(0xff), 3);
    EXPECT_INT(pick(0xf0), 7);
    EXPECT_INT(pick(0xf1), 0);
    /* A capacity is what the scheduler itself goes by. */
    for (unsigned cpu = 0; cpu < 8; cpu++)
        write_cpu(cpu, "cpu_capacity", cpu >= 4 ? "1024\n" : "446\n");
    EXPECT_INT(pick(0xff), 7);

    /* This machine: one of those that the process may run on. */
    cpu_set_t allowed;
    EXPECT_INT(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    const int cpu = facts_pick_cpu();
    EXPECT(cpu >= 0 && CPU_ISSET((size_t)cpu, &allowed));
    EXPECT(cpu != 0 || CPU_COUNT(&allowed) == 1);
    EXPECT(facts_may_use_cpu(cpu));
    for (int other = 0; other < CPU_SETSIZE; other++)
        EXPECT_INT(facts_may_use_cpu(other), CPU_ISSET((size_t)other, &allowed) != 0);
    EXPECT(!facts_may_use_cpu(-1));
    EXPECT(!facts_may_use_cpu(CPU_SETSIZE));
    return check_result();
}
