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

/* The order among the CPUs whose bits are set, as text. */
static const char *order(unsigned allowed, int first, unsigned room)
{
    static char text[128];
    cpu_set_t set;
    int cpus[MOST];
    CPU_ZERO(&set);
    for (unsigned cpu = 0; cpu < MOST; cpu++)
        if ((allowed >> cpu & 1) != 0)
            CPU_SET(cpu, &set);
    const unsigned count = facts_order_cpus_below(tree_path(machine), &set, first, cpus, room);
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", cpus[i]);
    return text;
}

int main(void)
{
    machine = "silent"; /* nothing in /sys, as in some containers */
    EXPECT_INT(pick(0xf), 3);
    EXPECT_INT(pick(0x5), 2);
    EXPECT_INT(pick(0x1), 0);
    EXPECT_INT(pick(0), -1);
    EXPECT_STR(order(0xf, -1, MOST), "3 2 1 0 ");
    EXPECT_STR(order(0xf, 1, MOST), "1 3 2 0 ");
    EXPECT_STR(order(0x7, 3, 2), "2 1 ");
    EXPECT_STR(order(0, -1, MOST), "");

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
    /* Every core gets a thread before one gets a second. */
    EXPECT_STR(order(0x1f, -1, MOST), "4 3 2 1 0 ");
    EXPECT_STR(order(0x1f, 2, MOST), "2 4 3 1 0 ");
    EXPECT_STR(order(0x0f, 3, MOST), "3 2 1 0 ");
    EXPECT_STR(order(0x0b, 3, MOST), "3 0 1 ");

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
    /* The second half of a fast core before a slow core. */
    EXPECT_STR(order(0xff, -1, MOST), "3 1 2 0 7 6 5 4 ");
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
    int cpus[CPU_SETSIZE];
    EXPECT_INT(facts_order_cpus(-1, cpus, CPU_SETSIZE), CPU_COUNT(&allowed));
    EXPECT_INT(cpus[0], cpu);
    EXPECT_INT(facts_order_cpus(cpu, cpus, 1), 1);
    EXPECT_INT(cpus[0], cpu);
    EXPECT(facts_may_use_cpu(cpu));
    for (int other = 0; other < CPU_SETSIZE; other++)
        EXPECT_INT(facts_may_use_cpu(other), CPU_ISSET((size_t)other, &allowed) != 0);
    EXPECT(!facts_may_use_cpu(-1));
    EXPECT(!facts_may_use_cpu(CPU_SETSIZE));
    return check_result();
}
