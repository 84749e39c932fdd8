#include "facts_collect.h"

#include "fact_sink.h"

#include <hwloc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    hwloc_obj_type_t type;
} cache_levels[] = {
    {"l1d", HWLOC_OBJ_L1CACHE},
    {"l1i", HWLOC_OBJ_L1ICACHE},
    {"l2", HWLOC_OBJ_L2CACHE},
    {"l3", HWLOC_OBJ_L3CACHE},
};

enum { CACHE_LEVELS = sizeof cache_levels / sizeof *cache_levels, KEY_BYTES = 40 };

static void put_count(const struct fact_sink *sink, hwloc_topology_t topology, const char *key,
                      hwloc_obj_type_t type)
{
    const int count = hwloc_get_nbobjs_by_type(topology, type);
    if (count > 0)
        fact_putf(sink, key, "%d", count);
    else
        fact_missing(sink, key, "hwloc finds none");
}

/* The caches that the CPU workers are pinned to uses: cores of one machine may differ. */
static void put_caches(const struct fact_sink *sink, hwloc_topology_t topology, hwloc_obj_t cpu)
{
    unsigned line_bytes = 0;
    for (size_t i = 0; i < CACHE_LEVELS; i++) {
        const hwloc_obj_t cache =
            cpu != NULL ? hwloc_get_ancestor_obj_by_type(topology, cache_levels[i].type, cpu)
                        : NULL;
        char size_key[KEY_BYTES], shared_key[KEY_BYTES];
        snprintf(size_key, sizeof size_key, "cache.%s_bytes", cache_levels[i].name);
        snprintf(shared_key, sizeof shared_key, "cache.%s_shared_by", cache_levels[i].name);
        if (cache != NULL && cache->attr->cache.size > 0) {
            fact_putf(sink, size_key, "%" PRIu64, (uint64_t)cache->attr->cache.size);
            fact_putf(sink, shared_key, "%d", hwloc_bitmap_weight(cache->cpuset));
        } else {
            fact_missing(sink, size_key, "hwloc finds no such cache");
            fact_missing(sink, shared_key, "hwloc finds no such cache");
        }
        if (i == 0 && cache != NULL)
            line_bytes = cache->attr->cache.linesize;
    }
    if (line_bytes > 0)
        fact_putf(sink, "cache.line_bytes", "%u", line_bytes);
    else
        fact_missing(sink, "cache.line_bytes", "hwloc does not know it");
}

/* Which hardware threads share a core with the CPU that workers are pinned to. */
static void put_siblings(const struct fact_sink *sink, hwloc_topology_t topology, hwloc_obj_t cpu)
{
    const hwloc_obj_t core =
        cpu != NULL ? hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, cpu) : NULL;
    char *list = NULL;
    if (core == NULL)
        fact_missing(sink, "cpu.smt_siblings", "hwloc finds no cores");
    else if (hwloc_bitmap_weight(core->complete_cpuset) == 1)
        fact_put(sink, "cpu.smt_siblings", "none");
    else if (hwloc_bitmap_list_asprintf(&list, core->complete_cpuset) >= 0)
        fact_put(sink, "cpu.smt_siblings", list);
    else
        fact_missing(sink, "cpu.smt_siblings", "hwloc cannot write the set");
    free(list);
}

/* Kinds of cores of different speed (performance and efficiency cores; big and little). */
static void put_kinds(const struct fact_sink *sink, hwloc_topology_t topology)
{
#if HWLOC_API_VERSION >= 0x00020400
    const int kinds = hwloc_cpukinds_get_nr(topology, 0);
    if (kinds > 0)
        fact_putf(sink, "cpu.core_kinds", "%d", kinds);
    else
        fact_missing(sink, "cpu.core_kinds", "the kernel does not tell cores apart");
#else
    (void)topology;
    fact_missing(sink, "cpu.core_kinds", "hwloc is older than 2.4");
#endif
}

/* Every key of this file, for when there is nothing to ask. */
static const char *const all_keys[] = {
    "cpu.sockets",         "cpu.cores",        "cpu.threads",         "cpu.core_kinds",
    "cpu.smt_siblings",    "cache.l1d_bytes",  "cache.l1d_shared_by", "cache.l1i_bytes",
    "cache.l1i_shared_by", "cache.l2_bytes",   "cache.l2_shared_by",  "cache.l3_bytes",
    "cache.l3_shared_by",  "cache.line_bytes", "numa.nodes",
};

void facts_of_topology(const struct fact_sink *sink)
{
    hwloc_topology_t topology = NULL;
    /* Instruction caches are left out unless asked for. */
    if (hwloc_topology_init(&topology) != 0 ||
        hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL) != 0 ||
        hwloc_topology_load(topology) != 0) {
        for (size_t i = 0; i < sizeof all_keys / sizeof *all_keys; i++)
            fact_missing(sink, all_keys[i], "hwloc cannot read the topology");
        if (topology != NULL)
            hwloc_topology_destroy(topology);
        return;
    }
    const int number = facts_pick_cpu();
    const hwloc_obj_t cpu =
        number >= 0 ? hwloc_get_pu_obj_by_os_index(topology, (unsigned)number) : NULL;
    put_count(sink, topology, "cpu.sockets", HWLOC_OBJ_PACKAGE);
    put_count(sink, topology, "cpu.cores", HWLOC_OBJ_CORE);
    put_count(sink, topology, "cpu.threads", HWLOC_OBJ_PU);
    put_kinds(sink, topology);
    put_siblings(sink, topology, cpu);
    put_caches(sink, topology, cpu);
    put_count(sink, topology, "numa.nodes", HWLOC_OBJ_NUMANODE);
    hwloc_topology_destroy(topology);
}
