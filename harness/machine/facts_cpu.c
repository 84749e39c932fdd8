#include "facts_collect.h"

#include "error.h"
#include "fact_sink.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define CPU_DIRECTORY "/sys/devices/system/cpu"

/*
 * Arm cores do not carry a name; these are the implementer and part numbers that servers and boards
 * have today (MIDR_EL1 in each core's reference manual). Any other is written as its numbers.
 */
static const struct {
    const char *implementer, *part, *name;
} arm_cores[] = {
    {"0x41", "0xd08", "Arm Cortex-A72"},  {"0x41", "0xd0b", "Arm Cortex-A76"},
    {"0x41", "0xd0c", "Arm Neoverse-N1"}, {"0x41", "0xd40", "Arm Neoverse-V1"},
    {"0x41", "0xd49", "Arm Neoverse-N2"}, {"0x41", "0xd4f", "Arm Neoverse-V2"},
    {"0x41", "0xd8e", "Arm Neoverse-N3"}, {"0xc0", "0xac3", "Ampere-1"},
};

static void put_arm_core(const struct fact_sink *sink, const char *key, const char *text)
{
    char *const implementer = fact_line_value(text, "CPU implementer");
    char *const part = fact_line_value(text, "CPU part");
    const char *name = NULL;
    for (size_t i = 0; implementer != NULL && part != NULL && name == NULL &&
                       i < sizeof arm_cores / sizeof *arm_cores;
         i++)
        if (strcmp(arm_cores[i].implementer, implementer) == 0 &&
            strcmp(arm_cores[i].part, part) == 0)
            name = arm_cores[i].name;
    if (name != NULL)
        fact_put(sink, key, name);
    else if (implementer != NULL && part != NULL)
        fact_putf(sink, key, "implementer %s part %s", implementer, part);
    else
        fact_missing(sink, key, "/proc/cpuinfo names no model");
    free(implementer);
    free(part);
}

static void put_model(const struct fact_sink *sink)
{
    char *const text = fact_read(sink->root, "/proc/cpuinfo");
    char *const model = text != NULL ? fact_line_value(text, "model name") : NULL;
    char *const microcode = text != NULL ? fact_line_value(text, "microcode") : NULL;
    if (text == NULL)
        fact_missing(sink, "cpu.model", "/proc/cpuinfo cannot be read");
    else if (model != NULL && *model != '\0')
        fact_put(sink, "cpu.model", model);
    else
        put_arm_core(sink, "cpu.model", text);
    /* Hypervisors hide it behind a constant. */
    if (microcode != NULL)
        fact_put(sink, "cpu.microcode", microcode);
    else
        fact_missing(sink, "cpu.microcode", "/proc/cpuinfo %s",
                     text != NULL ? "has no such line on this machine" : "cannot be read");
    free(model);
    free(microcode);
    free(text);
}

/* Emits the different values that a file of each CPU has, parted by commas, or that none has it. */
static void put_of_each_cpu(const struct fact_sink *sink, const char *key, const char *file,
                            const char *why)
{
    enum { MOST_CPUS = 8192 };
    char *values = check_strdup("");
    for (unsigned cpu = 0; cpu < MOST_CPUS; cpu++) {
        char directory[sizeof CPU_DIRECTORY + 32], path[sizeof directory + 64];
        snprintf(directory, sizeof directory, CPU_DIRECTORY "/cpu%u", cpu);
        if (!fact_exists(sink->root, directory))
            break;
        snprintf(path, sizeof path, "%s/%s", directory, file);
        char *const value = fact_read(sink->root, path);
        /* Values are words or numbers, so that one is not a part of another by chance. */
        if (value != NULL && *value != '\0' && strstr(values, value) == NULL) {
            char *const longer = check_format("%s%s%s", values, *values != '\0' ? ", " : "", value);
            free(values);
            values = longer;
        }
        free(value);
    }
    if (*values != '\0')
        fact_put(sink, key, values);
    else
        fact_missing(sink, key, "%s", why);
    free(values);
}

static void put_turbo(const struct fact_sink *sink)
{
    const long no_turbo = fact_read_number(sink->root, CPU_DIRECTORY "/intel_pstate/no_turbo", -1);
    const long boost = fact_read_number(sink->root, CPU_DIRECTORY "/cpufreq/boost", -1);
    if (no_turbo >= 0)
        fact_put(sink, "cpu.turbo", no_turbo == 0 ? "on" : "off");
    else if (boost >= 0)
        fact_put(sink, "cpu.turbo", boost != 0 ? "on" : "off");
    else
        fact_missing(sink, "cpu.turbo", "the kernel shows no boost switch; usual in a guest");
}

static int is_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* One text of all vulnerabilities that this CPU has, with what the kernel does about each. */
static void put_mitigations(const struct fact_sink *sink)
{
    static const char *const directory = CPU_DIRECTORY "/vulnerabilities";
    char *const whole = check_format("%s%s", sink->root, directory);
    struct dirent **entries = NULL;
    const int count = scandir(whole, &entries, is_entry, alphasort);
    free(whole);
    if (count < 0) {
        fact_missing(sink, "cpu.mitigations", "%s cannot be read", directory);
        return;
    }
    char *all = check_strdup("");
    for (int i = 0; i < count; i++) {
        char *const path = check_format("%s/%s", directory, entries[i]->d_name);
        char *const text = fact_read(sink->root, path);
        if (text != NULL && strcmp(text, "Not affected") != 0) {
            char *const longer = check_format("%s%s%s: %s", all, *all != '\0' ? " | " : "",
                                              entries[i]->d_name, text);
            free(all);
            all = longer;
        }
        free(text);
        free(path);
        free(entries[i]);
    }
    free(entries);
    fact_put(sink, "cpu.mitigations", *all != '\0' ? all : "none needed");
    free(all);
}

static void put_list(const struct fact_sink *sink, const char *key, const char *path)
{
    char *const text = fact_read(sink->root, path);
    if (text != NULL)
        fact_put(sink, key, *text != '\0' ? text : "none");
    else
        fact_missing(sink, key, "%s cannot be read", path);
    free(text);
}

void facts_of_cpu(const struct fact_sink *sink)
{
    static const char *const no_cpufreq = "no cpufreq driver; usual in a guest";
    struct utsname system;
    put_model(sink);
    if (uname(&system) == 0)
        fact_put(sink, "cpu.architecture", system.machine);
    else
        fact_missing(sink, "cpu.architecture", "uname failed");
    put_of_each_cpu(sink, "cpu.governor", "cpufreq/scaling_governor", no_cpufreq);
    put_of_each_cpu(sink, "cpu.frequency_driver", "cpufreq/scaling_driver", no_cpufreq);
    put_of_each_cpu(sink, "cpu.max_khz", "cpufreq/cpuinfo_max_freq", no_cpufreq);
    put_turbo(sink);
    fact_put_file(sink, "cpu.smt", CPU_DIRECTORY "/smt/control", NULL);
    put_list(sink, "cpu.online", CPU_DIRECTORY "/online");
    put_list(sink, "cpu.isolated", CPU_DIRECTORY "/isolated");
    fact_put_file(sink, "cpu.clock_source",
                  "/sys/devices/system/clocksource/clocksource0/current_clocksource", NULL);
    put_mitigations(sink);
}
