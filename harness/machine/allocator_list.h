/*
 * The text that names the allocators of a run, taken apart; nothing is looked for yet.
 *
 *     glibc,jemalloc{MALLOC_CONF=narenas:1,thp:always},mine=/opt/libmine.so{MINE_SIZE=4;MINE_LOG=0}
 *
 * Entries are parted by commas. An entry is a known name, or LABEL=TARGET with a known name or a
 * path as the target, and may have settings behind it: environment variables in braces, parted by
 * semicolons. Their values may hold commas, but neither ';' nor '}'. The label is what stands in
 * files: what is in front of the '=', or else all that the user wrote, its settings included.
 *
 * Outside of settings everything is literal but the comma and the first '='. A '{' begins settings
 * behind a known name, and elsewhere where a variable's name and a '=' follow it.
 */
#ifndef ALLOCOST_ALLOCATOR_LIST_H
#define ALLOCOST_ALLOCATOR_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct error;

enum {
    ALLOCATOR_NAME_BYTES = 100, /* longest label; a legend cannot show more */
    ALLOCATOR_SETTINGS_MOST = 8 /* variables of one allocator */
};

/* One entry of the list. */
struct allocator_entry {
    char *label;
    char *target;    /* a known name, or a path */
    bool labelled;   /* written as LABEL=TARGET */
    char **settings; /* "VARIABLE=VALUE" each, behind the last one NULL; NULL: none */
};

/* The entries in their order. */
struct allocator_list {
    struct allocator_entry *items; /* owned, with all strings */
    size_t count;
};

/*
 * Takes the list apart. Errors are an entry without a name, a label that is too long or no
 * printable text, a label that stands there twice, and settings that are none: each VARIABLE=VALUE,
 * no variable twice, none that the suite or the dynamic linker sets (LD_*, LC_*, *SAN_OPTIONS).
 * Returns 0, or -1 with a message and *out empty; otherwise allocator_list_free gives everything
 * back.
 */
int allocator_list_parse(const char *text, struct allocator_list *out, struct error *error);
void allocator_list_free(struct allocator_list *list);

/* The known names in the order of the table; static storage. Cannot fail. */
const char *const *allocator_list_names(size_t *count);

#endif
