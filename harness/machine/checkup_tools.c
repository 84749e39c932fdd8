/* What a measurement could use, and is not there: counters, allocators. */
#include "allocators.h"
#include "checkup_add.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

static void look_at_counters(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "counters",
                      "The CPU cannot tell how many instructions a cell executes: only valgrind "
                      "can, for one thread and in more time. Times are not touched by it.");
    const char *const paranoid = checkup_fact(input, "os.perf_event_paranoid");
    if (input->counters_why == NULL) {
        checkup_found(finding, "instructions can be counted");
        return;
    }
    checkup_found(finding, "none for this process; perf_event_paranoid is %s",
                  *paranoid != '\0' ? paranoid : "not shown");
    if (strtol(paranoid, NULL, 10) > 2)
        checkup_mend(input, finding, "sudo sysctl kernel.perf_event_paranoid=2");
    else
        checkup_cannot(finding, FINDING_STAYS, "%s", input->counters_why);
}

/* The text with more behind it; frees the text. */
static char *append(char *text, const char *separator, const char *more)
{
    char *const longer = check_format("%s%s%s", text, *text != '\0' ? separator : "", more);
    free(text);
    return longer;
}

static void look_at_allocators(const struct checkup_input *input, struct checkup *checkup)
{
    static const char install[] = "apt install ";
    struct finding *const finding =
        checkup_topic(checkup, "allocators", "A run says nothing of an allocator that is missing.");
    char *here = check_strdup("");
    char *missing = check_strdup("");
    char *packages = check_strdup("");
    char *other = check_strdup("");
    for (size_t i = 0; i < input->allocators->count; i++) {
        const struct allocator *const allocator = &input->allocators->items[i];
        if (allocator->why_not == NULL) {
            here = append(here, ", ", allocator->name);
            continue;
        }
        missing = append(missing, ", ", allocator->name);
        if (strncmp(allocator->remedy, install, strlen(install)) == 0)
            packages = append(packages, " ", allocator->remedy + strlen(install));
        else
            other = append(other, "; ", allocator->remedy);
    }
    if (*missing == '\0') {
        checkup_found(finding, "%s", here);
    } else {
        checkup_found(finding, "%s; missing: %s", here, missing);
        const char *const between = *packages != '\0' && *other != '\0' ? "; " : "";
        checkup_cannot(finding, FINDING_MEND, "%s%s%s%s",
                       *packages != '\0' ? "sudo apt install " : "", packages, between, other);
    }
    free(here);
    free(missing);
    free(packages);
    free(other);
}

void checkup_tools(const struct checkup_input *input, struct checkup *checkup)
{
    look_at_counters(input, checkup);
    look_at_allocators(input, checkup);
}
