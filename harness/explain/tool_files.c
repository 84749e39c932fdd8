#include "explain/tool.h"

#include "error.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *tool_read_file(const char *path)
{
    FILE *const file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    size_t used = 0, room = 1 << 16;
    char *text = check_alloc(room, 1);
    for (size_t got; (got = fread(text + used, 1, room - used - 1, file)) > 0;) {
        used += got;
        if (room - used < 2) {
            room *= 2;
            text = check_realloc(text, room, 1);
        }
    }
    const int failed = ferror(file);
    fclose(file);
    if (failed) {
        free(text);
        return NULL;
    }
    for (size_t i = 0; i < used; i++)
        if (text[i] == '\0')
            text[i] = '?';
    text[used] = '\0';
    return text;
}

char *tool_directory_make(struct error *error)
{
    const char *const base = getenv("TMPDIR");
    char *const path =
        check_format("%s/allocost-explain-XXXXXX", base != NULL && *base != '\0' ? base : "/tmp");
    if (mkdtemp(path) != NULL) {
        char *const absolute = realpath(path, NULL);
        if (absolute != NULL) {
            free(path);
            return absolute;
        }
        (void)remove(path);
    }
    error_set_errno(error, "cannot make the directory %s", path);
    free(path);
    return NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void tool_directory_remove(char *path)
{
    if (path != NULL)
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}
