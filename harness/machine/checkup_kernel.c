/* Who else is on the machine, and what the kernel does: hypervisor, steal, quota, load; clock,
 * huge pages, random addresses, swap. */
#include "checkup_add.h"
#include "error.h"
#include "fact_sink.h"

#include <stdlib.h>
#include <string.h>

static void look_at_hypervisor(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "hypervisor",
                      "Neighbours share clock, caches and memory: absolute times of two runs may "
                      "differ by a factor of two; ratios within one run hold.");
    const char *const hypervisor = checkup_hypervisor(input);
    checkup_found(finding, "%s", hypervisor != NULL ? hypervisor : "none");
    if (hypervisor != NULL)
        checkup_cannot(finding, FINDING_STAYS,
                       "a guest cannot leave; measure on the hardware itself, or on a host of "
                       "one's own");
}

static void look_at_steal(const struct checkup_input *input, struct checkup *checkup)
{
    /* Of all CPU time since the start; what is stolen while a sample is taken is seen there. */
    static const double least_percent = 0.01;
    struct finding *const finding =
        checkup_topic(checkup, "steal",
                      "The hypervisor runs others on this guest's CPUs: a sample in which it does "
                      "is set aside and measured again, which leaves fewer rounds.");
    const char *const percent = checkup_fact(input, "machine.steal_percent");
    if (*percent == '\0') {
        checkup_unknown(input, finding, "machine.steal_percent", "/proc/stat does not say");
        return;
    }
    checkup_found(finding, "%s %% of the CPU time since the start", percent);
    if (strtod(percent, NULL) >= least_percent)
        checkup_cannot(finding, FINDING_STAYS,
                       "only the host can give this guest CPUs of its own; another hour may be "
                       "quieter");
}

static void look_at_quota(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "quota",
                      "Once the group's time of a period is used up, all its processes stand "
                      "still for the rest: timed loops have holes of tens of milliseconds.");
    const char *const quota = checkup_fact(input, "machine.cgroup_cpus");
    const char *const container = checkup_container(input);
    if (*quota == '\0') {
        checkup_unknown(input, finding, "machine.cgroup_cpus", "/proc/self/cgroup cannot be read");
        return;
    }
    if (strcmp(quota, "none") == 0) {
        checkup_found(finding, "none");
        return;
    }
    checkup_found(finding, "%s CPUs", quota);
    if (container != NULL)
        checkup_cannot(finding, FINDING_STAYS,
                       "the limit of this container (%s) is set from outside: start it without "
                       "one, as docker run does without --cpus",
                       container);
    else
        checkup_mend(input, finding, "sudo systemd-run --scope --uid=$(id -u) build/allocost run");
}

static void look_at_load(const struct checkup_input *input, struct checkup *checkup)
{
    /* Half a CPU: what has come to rest is below, whatever else is on a desktop. */
    static const double most = 0.5;
    struct finding *const finding =
        checkup_topic(checkup, "load",
                      "Other processes take the measured CPU, the shared cache, memory bandwidth "
                      "and the clock's reserve: samples are set aside, and the rest is slower.");
    const char *const load = checkup_fact(input, "os.load_average");
    if (*load == '\0') {
        checkup_unknown(input, finding, "os.load_average", "/proc/loadavg cannot be read");
        return;
    }
    checkup_found(finding, "%.*s over the last minute", (int)strcspn(load, " "), load);
    if (strtod(load, NULL) > most)
        checkup_cannot(
            finding, FINDING_MEND,
            "ps -eo pcpu,pid,comm --sort=-pcpu | head # whom to stop; after a build, wait");
}

/* Whether the kernel could use the source instead. */
static bool is_available(const struct checkup_input *input, const char *source)
{
    char *const text = fact_read(
        input->root, "/sys/devices/system/clocksource/clocksource0/available_clocksource");
    bool found = false;
    char *rest = text;
    for (const char *word; rest != NULL && (word = strsep(&rest, " ")) != NULL;)
        found = found || strcmp(word, source) == 0;
    free(text);
    return found;
}

static void look_at_clock(const struct checkup_input *input, struct checkup *checkup)
{
    /* A timed loop takes a millisecond: a step of 1 us is 0.1 % of it, a tenth of what a verdict
     * needs. A reading that enters the kernel takes as long. */
    static const double most_ns = 1000.0;
    static const char *const slow[] = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"};
    struct finding *const finding =
        checkup_topic(checkup, "clock",
                      "Loops of a millisecond are timed: a step or a reading of a microsecond is "
                      "0.1 % of one. A single operation is shorter than a step and cannot be "
                      "timed.");
    const char *const source = checkup_fact(input, "cpu.clock_source");
    bool is_slow = input->clock.step_ns > most_ns || input->clock.reading_ns > most_ns;
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++)
        is_slow = is_slow || strcmp(source, slow[i]) == 0;
    checkup_found(finding, "%s, %s%.0f ns a step, %.0f ns a reading",
                  *source != '\0' ? source : "of an unknown source",
                  input->clock.step_ns > 1.0 ? "" : "at most ",
                  input->clock.step_ns > 1.0 ? input->clock.step_ns : 3.0, input->clock.reading_ns);
    if (!is_slow)
        return;
    if (is_available(input, "tsc") && strcmp(source, "tsc") != 0)
        checkup_mend(input, finding,
                     "echo tsc | sudo tee "
                     "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    else
        checkup_cannot(finding, FINDING_STAYS, "the kernel offers no faster source here%s",
                       checkup_hypervisor(input) != NULL ? ", a guest" : "");
}

static void look_at_huge_pages(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "huge_pages",
                      "2 MiB are cleared at one first touch, for whichever allocator happens to "
                      "have a large aligned area: cold paths and footprints are compared by "
                      "chance.");
    const char *const choice = checkup_fact(input, "memory.thp_enabled");
    if (*choice == '\0') {
        checkup_unknown(input, finding, "memory.thp_enabled",
                        "the kernel has no huge pages, or does not show them");
        return;
    }
    checkup_found(finding, "%s", choice);
    if (strcmp(choice, "always") == 0)
        checkup_mend(input, finding,
                     "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled");
}

static void look_at_layout(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "aslr",
                      "Every process gets the same addresses: one lucky or unlucky layout is "
                      "measured again and again, and no number of rounds averages it.");
    const char *const level = checkup_fact(input, "os.aslr");
    if (*level == '\0') {
        checkup_unknown(input, finding, "os.aslr",
                        "/proc/sys/kernel/randomize_va_space cannot be read");
    } else if (strcmp(level, "2") != 0) {
        checkup_found(finding, "%s", strcmp(level, "0") == 0 ? "off" : "not of the heap");
        checkup_mend(input, finding, "sudo sysctl kernel.randomize_va_space=2");
    } else if (input->fixed_layout) {
        checkup_found(finding, "on, but not for this process");
        checkup_cannot(finding, FINDING_MEND,
                       "build/allocost run # without setarch -R in front of it");
    } else {
        checkup_found(finding, "on");
    }
}

/* A line of /proc/meminfo in kB; negative when it is not there. */
static long meminfo_kb(const char *text, const char *key)
{
    char *const value = text != NULL ? fact_line_value(text, key) : NULL;
    const long kb = value != NULL ? strtol(value, NULL, 10) : -1;
    free(value);
    return kb;
}

static void look_at_swap(const struct checkup_input *input, struct checkup *checkup)
{
    struct finding *const finding =
        checkup_topic(checkup, "swap",
                      "Memory is short enough that pages were written to the disk: a first touch "
                      "may wait for one, and rows of large live sets measure the disk.");
    char *const text = fact_read(input->root, "/proc/meminfo");
    const long total = meminfo_kb(text, "SwapTotal");
    const long left = meminfo_kb(text, "SwapFree");
    free(text);
    if (total < 0 || left < 0) {
        checkup_unknown(input, finding, "memory.swap", "/proc/meminfo does not say");
    } else if (total == 0) {
        checkup_found(finding, "none");
    } else {
        checkup_found(finding, "%ld of %ld MiB are used", (total - left) / 1024, total / 1024);
        if (left < total)
            checkup_mend(input, finding, "sudo swapoff --all");
    }
}

void checkup_kernel(const struct checkup_input *input, struct checkup *checkup)
{
    look_at_hypervisor(input, checkup);
    look_at_steal(input, checkup);
    look_at_quota(input, checkup);
    look_at_load(input, checkup);
    look_at_clock(input, checkup);
    look_at_huge_pages(input, checkup);
    look_at_layout(input, checkup);
    look_at_swap(input, checkup);
}
