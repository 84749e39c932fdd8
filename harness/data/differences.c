#include "data/differences.h"

#include "data/recorded.h"
#include "error.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Facts that are another with every run, or follow from others; a dot at the end: all below. */
static const char *const passing[] = {
    "host.date_utc", "machine.steal_s",    "machine.steal_percent", "memory.available_bytes",
    "host.name",     "os.load_average",    "run.command",           "run.allocators",
    "run.budget_s",  "run.cells_left_out", "run.repetition_ms",     "run.rounds",
    "run.samples",   "run.samples_noisy",  "run.cells_failed",      "run.wall_s",
    "run.worker_s",  "noise_floor",        "noise_floor."};

/* Facts that must be alike, and what it means when they are not. */
static const struct {
    const char *key;
    const char *what;
    const char *so;
} needed_alike[] = {
    {"cpu.model", "the CPUs differ", "ratios are between machines, whatever else changed"},
    {"cpu.architecture", "the architectures differ", "not even the instructions are the same"},
    {"machine.hypervisor", "the hypervisors differ", "a guest is slower in its own way"},
    {"cpu.governor", "the governors differ", "the clock may"},
    {"cpu.turbo", "turbo is on in some", "the clock may differ"},
    {"cpu.smt", "SMT is on in some", "what shares a core may differ"},
    {"cpu.mitigations", "the mitigations differ", "calls and branches may cost more in some"},
    {"memory.thp_enabled", "transparent huge pages differ", "large blocks may cost less in some"},
    {"memory.page_bytes", "the page sizes differ", "fresh memory costs another thing"},
    {"build.compiler", "the compilers differ", "the measured code does too"},
    {"build.flags", "the flags differ", "the measured code does too"},
    {"run.seed", "the seeds differ", "so do inputs and order"},
};

static bool is_passing(const char *key)
{
    const size_t length = strlen(key);
    if (length > 4 && strcmp(key + length - 4, ".why") == 0)
        return true;
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
        const size_t known = strlen(passing[i]);
        if (passing[i][known - 1] == '.' ? strncmp(key, passing[i], known) == 0
                                         : strcmp(key, passing[i]) == 0)
            return true;
    }
    return false;
}

void differences_label(size_t run, char label[DIFFERENCES_LABEL_BYTES])
{
    if (run < 26)
        snprintf(label, DIFFERENCES_LABEL_BYTES, "%c", (char)('A' + (int)run));
    else
        snprintf(label, DIFFERENCES_LABEL_BYTES, "R%zu", run + 1);
}

/* ---- Facts ---- */

/* Adds the key with its values unless all runs that have any have the same. A run without
 * machine.csv has said nothing. */
static void add_key(const struct recorded_run *runs, size_t count, const char *key,
                    struct differences *differences)
{
    for (size_t i = 0; i < differences->count; i++)
        if (strcmp(differences->items[i].key, key) == 0)
            return;
    const char **const values = check_alloc(count, sizeof *values);
    const char *first = NULL;
    bool seen = false, differs = false;
    for (size_t r = 0; r < count; r++) {
        values[r] = keyvalues_get(&runs[r].machine, key);
        if (!runs[r].has_machine)
            continue;
        differs = differs || (seen && (values[r] == NULL) != (first == NULL)) ||
                  (seen && first != NULL && values[r] != NULL && strcmp(first, values[r]) != 0);
        first = seen ? first : values[r];
        seen = true;
    }
    if (!differs) {
        free(values);
        return;
    }
    differences->items =
        check_realloc(differences->items, differences->count + 1, sizeof *differences->items);
    differences->items[differences->count++] = (struct difference){key, values};
}

/* ---- Warnings ---- */

static void warn(struct differences *differences, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void warn(struct differences *differences, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    differences->warnings = check_realloc(differences->warnings, differences->warning_count + 1,
                                          sizeof *differences->warnings);
    differences->warnings[differences->warning_count++] = text;
}

/* What a run is that should not be compared at all, or with care. */
static void warn_of_run(const struct recorded_run *run, const char *label,
                        struct differences *differences)
{
    if (!run->has_machine) {
        warn(differences, "%s has no machine.csv: nothing is known of its machine and build",
             label);
        return;
    }
    const char *const type = recorded_fact(run, "build.type");
    const char *const sanitizers = recorded_fact(run, "build.sanitizers");
    const char *const ended = recorded_fact(run, "run.ended");
    if (*type != '\0' && strcmp(type, "Release") != 0)
        warn(differences, "%s is of a %s build: its times mean nothing", label, type);
    if (*sanitizers != '\0' && strcmp(sanitizers, "none") != 0)
        warn(differences, "%s was built with sanitizers (%s): its times mean nothing", label,
             sanitizers);
    if (strcmp(ended, "signal") == 0 || strcmp(ended, "error") == 0)
        warn(differences, "%s was stopped early (%s): what it measured is a part, in random order",
             label, ended);
    else if (*ended == '\0')
        warn(differences, "%s did not come to its end", label);
    if (strstr(recorded_fact(run, "build.commit"), "-dirty") != NULL)
        warn(differences, "%s was built from changed files: its commit does not say which code",
             label);
    if (!run->has_samples)
        warn(differences,
             "%s has no samples.csv: its intervals come from the summary, are wide, and hold with "
             "90 %% only%s",
             label, " (where there is a samples.csv.xz, xz -dk brings the samples back)");
    if (isnan(run->noise_floor))
        warn(differences, "%s has no noise floor: only 1 %% is taken for it", label);
}

void differences_find(const struct recorded_run *runs, size_t count,
                      struct differences *differences)
{
    *differences = (struct differences){0};
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < runs[r].machine.count; i++)
            if (!is_passing(runs[r].machine.rows[i].key))
                add_key(runs, count, runs[r].machine.rows[i].key, differences);
    for (size_t n = 0; n < sizeof needed_alike / sizeof *needed_alike; n++)
        for (size_t i = 0; i < differences->count; i++)
            if (strcmp(differences->items[i].key, needed_alike[n].key) == 0)
                warn(differences, "not a fair comparison, %s: %s", needed_alike[n].what,
                     needed_alike[n].so);
    for (size_t r = 0; r < count; r++) {
        char label[DIFFERENCES_LABEL_BYTES];
        differences_label(r, label);
        warn_of_run(&runs[r], label, differences);
    }
}

void differences_free(struct differences *differences)
{
    for (size_t i = 0; i < differences->count; i++)
        free(differences->items[i].values);
    for (size_t i = 0; i < differences->warning_count; i++)
        free(differences->warnings[i]);
    free(differences->items);
    free(differences->warnings);
    *differences = (struct differences){0};
}
