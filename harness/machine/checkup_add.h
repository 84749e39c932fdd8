/*
 * How findings are added to a checkup; shared by the files that look.
 */
#ifndef ALLOCOST_CHECKUP_ADD_H
#define ALLOCOST_CHECKUP_ADD_H

#include "checkup.h"

#define CHECKUP_CPU_DIRECTORY "/sys/devices/system/cpu"

/* The topics of one file each. */
void checkup_cpu(const struct checkup_input *input, struct checkup *checkup);
void checkup_kernel(const struct checkup_input *input, struct checkup *checkup);
void checkup_tools(const struct checkup_input *input, struct checkup *checkup);

/* Begins a topic, which is fine until something else is said of it. */
struct finding *checkup_topic(struct checkup *checkup, const char *topic, const char *effect);

/* What there is: printf format. */
void checkup_found(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The command that mends it: printf format. Inside a container it stays, and the command is said
 * for the host.
 */
void checkup_mend(const struct checkup_input *input, struct finding *finding, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

/* Why it stays, or is not known: printf format. */
void checkup_cannot(struct finding *finding, enum finding_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The value of a fact; empty when there is none. */
const char *checkup_fact(const struct checkup_input *input, const char *key);

/* Says that it is not known, and why: by the reason that stands beside the fact, else `why`. */
void checkup_unknown(const struct checkup_input *input, struct finding *finding, const char *key,
                     const char *why);

/* The name of the hypervisor or of the container; NULL when there is none. */
const char *checkup_hypervisor(const struct checkup_input *input);
const char *checkup_container(const struct checkup_input *input);

#endif
