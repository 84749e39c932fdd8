/* gperftools' tcmalloc: some of its variables are properties too, of the same name in lower case.
 */
#include "setting_ways.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef int property_function(const char *, size_t *);

static const char prefix[] = "TCMALLOC_";

bool setting_tcmalloc(const struct setting_question *question, struct setting_proof *out)
{
    void *const address = setting_symbol(question->provider, "MallocExtension_GetNumericProperty");
    if (address == NULL || strncmp(question->name, prefix, sizeof prefix - 1) != 0)
        return false;
    char property[160];
    snprintf(property, sizeof property, "tcmalloc.%s", question->name + sizeof prefix - 1);
    for (char *c = property; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    size_t number = 0;
    if (!SETTING_FUNCTION(address, property_function)(property, &number))
        return false;
    char value[24];
    snprintf(value, sizeof value, "%zu", number);
    bool numbers;
    if (setting_same_number(question->value, value, &numbers))
        return setting_answer(out, SETTING_PROVED, "%s", "");
    return setting_answer(out, SETTING_REFUSED, "%s is %zu, and not '%s'", property, number,
                          question->value);
}
