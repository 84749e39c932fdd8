/*
 * What is written down about the machine and the build with every run, as text pairs.
 *
 * Keys are dotted lower case (`cpu.model`, `memory.thp_enabled`) and are emitted once each, always
 * all and in the same order. A fact that cannot be had is an empty value, followed by a pair of the
 * same key with `.why` behind it, whose value says why. Units are last in a key (`_bytes`, `_mhz`).
 * Values are one line of printable UTF-8.
 */
#ifndef ALLOCOST_FACTS_H
#define ALLOCOST_FACTS_H

#include <sched.h>
#include <stdbool.h>

/* Takes one pair; both strings are valid during the call only. */
typedef void fact_fn(const char *key, const char *value, void *user);

/* Collects and emits all facts. Cannot fail. Main thread. */
void facts_collect(fact_fn *emit, void *user);

/*
 * The same with /proc, /sys, /etc and /run read below `root` ("" is the real one), for tests and
 * for looking at another machine's tree. The topology comes from hwloc, which has HWLOC_FSROOT and
 * HWLOC_XMLFILE for that.
 */
void facts_collect_below(const char *root, fact_fn *emit, void *user);

/* Gives the value of a key, or NULL or "" when there is none. */
typedef const char *fact_lookup(const char *key, void *user);

/*
 * One line for under a figure's title: "AMD EPYC 9R14 (KVM guest, Docker container), gcc 12.2.0
 * -O2, glibc 2.36". What is unknown is left out. The caller frees it. Never NULL.
 */
char *facts_caption(fact_lookup *lookup, void *user);

/*
 * The CPU to pin workers to, of those that this process may run on: an isolated one before others,
 * then one of the fastest kind of core, then another than CPU 0 (where most interrupts arrive),
 * then one that shares its core with no other CPU, then the one with the highest number. Negative
 * when the kernel does not say where the process may run.
 */
int facts_pick_cpu(void);

/* The same among the given CPUs with /sys read below `root`. Negative when the set is empty. */
int facts_pick_cpu_below(const char *root, const cpu_set_t *allowed);

/*
 * All CPUs that this process may run on, in the order in which the threads of a worker are pinned
 * to them: `first` where that is one of them, or else what facts_pick_cpu says; behind it always
 * the one that would be picked of the rest, but that a core without a thread comes before the
 * second CPU of a core with one. Writes up to `room` of them and returns how many.
 */
unsigned facts_order_cpus(int first, int *cpus, unsigned room);

/* The same among the given CPUs with /sys read below `root`. */
unsigned facts_order_cpus_below(const char *root, const cpu_set_t *allowed, int first, int *cpus,
                                unsigned room);

/* Whether this process may run on the CPU; true when the kernel does not say. */
bool facts_may_use_cpu(int cpu);

#endif
