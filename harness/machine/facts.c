#include "facts.h"

#include "error.h"
#include "fact_sink.h"
#include "facts_collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void put_host(const struct fact_sink *sink)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) == 0 && name[0] != '\0')
        fact_put(sink, "host.name", name);
    else
        fact_missing(sink, "host.name", "the host has none");
    const time_t now = time(NULL);
    struct tm utc;
    char date[32] = "";
    if (gmtime_r(&now, &utc) != NULL)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fact_put(sink, "host.date_utc", date);
}

void facts_collect_below(const char *root, fact_fn *emit, void *user)
{
    const struct fact_sink sink = {.root = root, .emit = emit, .user = user};
    put_host(&sink);
    facts_of_guest(&sink);
    facts_of_cpu(&sink);
    facts_of_topology(&sink);
    facts_of_system(&sink);
    facts_of_build(&sink);
}

void facts_collect(fact_fn *emit, void *user)
{
    facts_collect_below("", emit, user);
}

/* The value of a key, or NULL when it is missing, empty or the word "none". */
static const char *get(fact_lookup *lookup, const char *key, void *user)
{
    const char *const value = lookup(key, user);
    return value == NULL || *value == '\0' || strcmp(value, "none") == 0 ? NULL : value;
}

/* The text with another part behind it; frees the text. */
static char *extend(char *text, const char *separator, const char *part)
{
    char *const longer = check_format("%s%s%s", text, *text != '\0' ? separator : "", part);
    free(text);
    return longer;
}

/* The last -O flag of a command line, which is the one that counts; empty: none. */
static char *optimisation_level(const char *flags)
{
    const char *found = NULL;
    for (const char *at = strstr(flags, "-O"); at != NULL; at = strstr(at + 1, "-O"))
        if (at == flags || at[-1] == ' ')
            found = at;
    return found != NULL ? check_format(" %.*s", (int)strcspn(found, " "), found)
                         : check_strdup("");
}

char *facts_caption(fact_lookup *lookup, void *user)
{
    const char *const model = get(lookup, "cpu.model", user);
    const char *const hypervisor = get(lookup, "machine.hypervisor", user);
    const char *const container = get(lookup, "machine.container", user);
    const char *const compiler = get(lookup, "build.compiler", user);
    const char *const flags = get(lookup, "build.flags", user);
    const char *const libc = get(lookup, "os.libc", user);
    char *where = check_strdup("");
    if (hypervisor != NULL)
        where = extend(where, "", hypervisor);
    if (hypervisor != NULL)
        where = extend(where, " ", "guest");
    if (container != NULL) {
        where = extend(where, ", ", container);
        where = extend(where, " ", "container");
    }
    char *caption = check_strdup(model != NULL ? model : "");
    if (*where != '\0') {
        char *const bracketed = check_format("(%s)", where);
        caption = extend(caption, " ", bracketed);
        free(bracketed);
    }
    if (compiler != NULL) {
        char *const level = optimisation_level(flags != NULL ? flags : "");
        char *const both = check_format("%s%s", compiler, level);
        caption = extend(caption, ", ", both);
        free(both);
        free(level);
    }
    if (libc != NULL)
        caption = extend(caption, ", ", libc);
    free(where);
    return caption;
}
