#include "allocator_list.h"

#include "error.h"
#include "utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t";

void allocator_list_free(struct allocator_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct allocator_entry *const item = &list->items[i];
        for (char **setting = item->settings; setting != NULL && *setting != NULL; setting++)
            free(*setting);
        free(item->settings);
        free(item->label);
        free(item->target);
    }
    free(list->items);
    *list = (struct allocator_list){0};
}

/* A copy of the text from `start` to `end`, without blanks at both ends. */
static char *copy_trimmed(const char *start, const char *end)
{
    while (start < end && strchr(blanks, *start) != NULL)
        start++;
    while (end > start && strchr(blanks, end[-1]) != NULL)
        end--;
    return check_format("%.*s", (int)(end - start), start);
}

/* Whether all of it is text that survives CSV, SVG and a terminal. Quotes, newlines and any syntax
 * are text there; bytes that are none, and control characters, are not even allowed in XML. */
static bool is_printable(const char *text)
{
    while (*text != '\0') {
        const size_t length = utf8_length(text);
        const unsigned char first = (unsigned char)*text;
        if (length == 0 || first == 0x7f || (first < 0x20 && strchr("\t\n\r", *text) == NULL))
            return false;
        text += length;
    }
    return true;
}

static int check_label(const char *label, bool has_settings, struct error *error)
{
    if (*label == '\0')
        return error_set(error, "an allocator without a name in the list of allocators");
    if (strlen(label) > ALLOCATOR_NAME_BYTES)
        return error_set(error, "allocator name '%.20s...' is longer than %d bytes%s", label,
                         ALLOCATOR_NAME_BYTES,
                         has_settings ? "; give it a short one: LABEL=NAME{...}" : "");
    if (!is_printable(label))
        return error_set(error, "allocator name '%s' is not printable UTF-8 text", label);
    return 0;
}

/* ---- Settings ---- */

/* Length of the name of an environment variable that the text begins with; 0: none. */
static size_t variable_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return isdigit((unsigned char)text[0]) ? 0 : length;
}

/* Whether the brace begins settings of what stands between `target` and it. */
static bool opens_settings(const char *target, const char *brace)
{
    const char *const inside = brace + 1 + strspn(brace + 1, blanks);
    const size_t length = variable_length(inside);
    if (length > 0 && inside[length] == '=')
        return true;
    char *const name = copy_trimmed(target, brace);
    size_t count;
    const char *const *const names = allocator_list_names(&count);
    bool known = false;
    for (size_t i = 0; i < count && !known; i++)
        known = strcmp(names[i], name) == 0;
    free(name);
    return known;
}

/* Variables with which a process would be another one than the suite starts. */
static bool is_reserved(const char *name, size_t length)
{
    static const char sanitizers[] = "SAN_OPTIONS";
    const size_t ending = sizeof sanitizers - 1;
    return strncmp(name, "LD_", 3) == 0 || strncmp(name, "LC_", 3) == 0 ||
           (length >= ending && memcmp(name + length - ending, sanitizers, ending) == 0);
}

/* Adds a setting, which it owns then. */
static int add_setting(struct allocator_entry *item, char *setting, struct error *error)
{
    size_t count = 0;
    while (item->settings != NULL && item->settings[count] != NULL)
        count++;
    item->settings = check_realloc(item->settings, count + 2, sizeof *item->settings);
    item->settings[count] = setting;
    item->settings[count + 1] = NULL;
    const size_t length = variable_length(setting);
    if (length == 0 || setting[length] != '=')
        return error_set(error, "'%s' is no setting of '%s': write VARIABLE=VALUE", setting,
                         item->target);
    if (is_reserved(setting, length))
        return error_set(error, "%.*s is no setting of '%s': the suite needs it itself",
                         (int)length, setting, item->target);
    if (!is_printable(setting))
        return error_set(error, "'%s' is not printable UTF-8 text", setting);
    for (size_t i = 0; i < count; i++)
        if (strncmp(item->settings[i], setting, length + 1) == 0)
            return error_set(error, "%.*s is set twice for '%s'", (int)length, setting,
                             item->target);
    if (count == ALLOCATOR_SETTINGS_MOST)
        return error_set(error, "more than %d settings of '%s'", ALLOCATOR_SETTINGS_MOST,
                         item->target);
    return 0;
}

/* Reads from the opening brace on. *end is behind the closing one. */
static int take_settings(const char *brace, struct allocator_entry *item, const char **end,
                         struct error *error)
{
    const char *const close = strchr(brace, '}');
    *end = brace + strlen(brace);
    if (close == NULL)
        return error_set(error, "the settings of '%s' have no '}' at their end", item->target);
    *end = close + 1;
    const char *at = brace + 1;
    for (const char *next; at <= close; at = next + 1) {
        next = at + strcspn(at, ";}");
        if (add_setting(item, copy_trimmed(at, next), error) != 0)
            return -1;
    }
    const char *const behind = *end + strspn(*end, blanks);
    if (*behind != ',' && *behind != '\0')
        return error_set(error, "the settings of '%s' end at the first '}', and '%.20s' follows it",
                         item->target, behind);
    return 0;
}

/* ---- Entries ---- */

/* Reads one entry. *end is at the comma behind it, or at the end of the text. */
static int take_entry(const char *start, struct allocator_entry *item, const char **end,
                      struct error *error)
{
    const char *at = start;
    while (*at != '\0' && *at != ',' && *at != '=' && !(*at == '{' && opens_settings(start, at)))
        at++;
    item->labelled = *at == '=';
    if (item->labelled) {
        item->label = check_format("%.*s", (int)(at - start), start);
        const char *const target = ++at;
        while (*at != '\0' && *at != ',' && !(*at == '{' && opens_settings(target, at)))
            at++;
        item->target = check_format("%.*s", (int)(at - target), target);
    } else {
        item->target = copy_trimmed(start, at);
    }
    const char *const written = *at == '{' ? at : NULL;
    if (written != NULL && take_settings(written, item, &at, error) != 0)
        return -1;
    if (!item->labelled)
        item->label = copy_trimmed(start, at);
    *end = at + strspn(at, blanks);
    return check_label(item->label, written != NULL, error);
}

int allocator_list_parse(const char *text, struct allocator_list *out, struct error *error)
{
    *out = (struct allocator_list){0};
    for (const char *at = text, *end;; at = end + 1) {
        out->items = check_realloc(out->items, out->count + 1, sizeof *out->items);
        struct allocator_entry *const item = &out->items[out->count++];
        *item = (struct allocator_entry){0};
        int result = take_entry(at, item, &end, error);
        for (size_t i = 0; i + 1 < out->count && result == 0; i++)
            if (strcmp(out->items[i].label, item->label) == 0)
                result = error_set(error, "allocator '%s' is named twice", item->label);
        if (result != 0) {
            allocator_list_free(out);
            return -1;
        }
        if (*end == '\0')
            return 0;
    }
}
