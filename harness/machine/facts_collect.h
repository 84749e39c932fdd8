/*
 * The parts that facts are collected in; each emits its keys always and in the same order.
 */
#ifndef ALLOCOST_FACTS_COLLECT_H
#define ALLOCOST_FACTS_COLLECT_H

struct fact_sink;

void facts_of_cpu(const struct fact_sink *sink);      /* cpu.*: model, clock, SMT, mitigations */
void facts_of_topology(const struct fact_sink *sink); /* cpu.* counts, cache.*, numa.* */
void facts_of_guest(const struct fact_sink *sink);    /* machine.*: hypervisor, container, steal */
void facts_of_system(const struct fact_sink *sink);   /* memory.*, os.* */
void facts_of_build(const struct fact_sink *sink);    /* build.* */

#endif
