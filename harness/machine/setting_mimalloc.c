/*
 * mimalloc. Its options have numbers that change with the version; by name it tells them only when
 * it is verbose and starts: `mimalloc: option 'purge_delay': 10`.
 */
#include "setting_ways.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char prefix[] = "MIMALLOC_";

/* The words that mimalloc takes for a number, and the others as they are. */
static const char *as_number(const char *text)
{
    static const char *const words[][2] = {{"true", "1"}, {"yes", "1"}, {"on", "1"}, {"false", "0"},
                                           {"no", "0"},   {"off", "0"}, {"", "1"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i][0]) == 0)
            return words[i][1];
    return text;
}

bool setting_mimalloc(const struct setting_question *question, struct setting_proof *out)
{
    if (setting_symbol(question->provider, "mi_version") == NULL ||
        strncasecmp(question->name, prefix, sizeof prefix - 1) != 0)
        return false;
    char option[192];
    snprintf(option, sizeof option, "option '%s': ", question->name + sizeof prefix - 1);
    for (char *c = option; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    static char said[16384];
    const struct setting_environment environment = {
        .without = strcasecmp(question->name, "MIMALLOC_VERBOSE") == 0 ? NULL : "MIMALLOC_VERBOSE",
        .with = strcasecmp(question->name, "MIMALLOC_VERBOSE") == 0 ? NULL : "MIMALLOC_VERBOSE=1"};
    setting_run(question->again, &environment, 2, said, sizeof said);
    if (strstr(said, "option '") == NULL)
        return false;
    const char *const told = strstr(said, option);
    if (told == NULL)
        return setting_answer(out, SETTING_REFUSED, "mimalloc %s has no option '%s'",
                              question->provider->version, question->name + sizeof prefix - 1);
    char value[64];
    const char *const start = told + strlen(option);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(start, " \n"), start);
    bool numbers;
    if (setting_same_number(as_number(question->value), value, &numbers))
        return setting_answer(out, SETTING_PROVED, "%s", "");
    return setting_answer(out, SETTING_REFUSED, "mimalloc's option of %s is %s, and not '%s'",
                          question->name, value, question->value);
}
