#include "program_path.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *program_find(const char *name)
{
    const char *const path = getenv("PATH");
    char *const list = check_strdup(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
    char *found = NULL;
    char *rest = list;
    for (char *entry; found == NULL && (entry = strsep(&rest, ":")) != NULL;) {
        if (*entry != '/')
            continue;
        char *const candidate = check_format("%s/%s", entry, name);
        if (access(candidate, X_OK) == 0)
            found = candidate;
        else
            free(candidate);
    }
    free(list);
    return found;
}
