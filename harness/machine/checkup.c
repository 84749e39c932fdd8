#include "checkup.h"

#include "checkup_add.h"
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void checkup_run(const struct checkup_input *input, struct checkup *checkup)
{
    *checkup = (struct checkup){.count = 0};
    checkup_cpu(input, checkup);
    checkup_kernel(input, checkup);
    checkup_tools(input, checkup);
}

void checkup_free(struct checkup *checkup)
{
    for (size_t i = 0; i < checkup->count; i++) {
        free(checkup->findings[i].found);
        free(checkup->findings[i].remedy);
    }
    *checkup = (struct checkup){.count = 0};
}

const char *finding_level_name(enum finding_level level)
{
    static const char *const names[] = {[FINDING_FINE] = "fine",
                                        [FINDING_MEND] = "mend",
                                        [FINDING_STAYS] = "stays",
                                        [FINDING_UNKNOWN] = "unknown"};
    CHECK((size_t)level < sizeof names / sizeof *names);
    return names[level];
}

struct finding *checkup_topic(struct checkup *checkup, const char *topic, const char *effect)
{
    CHECK(checkup->count < CHECKUP_MOST);
    struct finding *const finding = &checkup->findings[checkup->count++];
    *finding = (struct finding){.topic = topic, .effect = effect, .found = check_strdup("")};
    return finding;
}

static char *format_text(const char *format, va_list arguments)
{
    char *text = NULL;
    CHECK(vasprintf(&text, format, arguments) >= 0);
    return text;
}

void checkup_found(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(finding->found);
    finding->found = format_text(format, arguments);
    va_end(arguments);
}

void checkup_mend(const struct checkup_input *input, struct finding *finding, const char *format,
                  ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *const command = format_text(format, arguments);
    va_end(arguments);
    const char *const container = checkup_container(input);
    finding->level = container == NULL ? FINDING_MEND : FINDING_STAYS;
    if (container == NULL)
        finding->remedy = check_strdup(command);
    else
        finding->remedy = check_format("the kernel is the host's, not this container's; on the "
                                       "host: %s",
                                       command);
    free(command);
}

void checkup_cannot(struct finding *finding, enum finding_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    finding->level = level;
    finding->remedy = format_text(format, arguments);
    va_end(arguments);
}

const char *checkup_fact(const struct checkup_input *input, const char *key)
{
    const char *const value = input->lookup(key, input->user);
    return value != NULL ? value : "";
}

void checkup_unknown(const struct checkup_input *input, struct finding *finding, const char *key,
                     const char *why)
{
    char *const why_key = check_format("%s.why", key);
    const char *const reason = checkup_fact(input, why_key);
    const char *const hypervisor = checkup_hypervisor(input);
    const bool hidden = hypervisor != NULL && strncmp(key, "cpu.", 4) == 0;
    checkup_found(finding, "not shown");
    checkup_cannot(finding, FINDING_UNKNOWN, "%s%s%s", *reason != '\0' ? reason : why,
                   hidden ? "; it is decided outside this guest of " : "",
                   hidden ? hypervisor : "");
    free(why_key);
}

/* The fact's value, or NULL when it is empty or "none". */
static const char *name_in(const struct checkup_input *input, const char *key)
{
    const char *const name = checkup_fact(input, key);
    return *name != '\0' && strcmp(name, "none") != 0 ? name : NULL;
}

const char *checkup_hypervisor(const struct checkup_input *input)
{
    return name_in(input, "machine.hypervisor");
}

const char *checkup_container(const struct checkup_input *input)
{
    return name_in(input, "machine.container");
}
