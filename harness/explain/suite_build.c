#include "explain/suite.h"

#include "data/text.h"
#include "error.h"
#include "explain/scan.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

static int take_line(struct suite_build *build, struct text_pool *pool, char *const fields[],
                     size_t count)
{
    const char *const word = fields[0];
    if (strcmp(word, "measured") == 0 && count == 2) {
        build->measured = strcmp(fields[1], "yes") == 0;
    } else if (strcmp(word, "built") == 0 && count == 3) {
        build->built_by = strcmp(fields[1], "gcc") == 0     ? COMPILER_GCC
                          : strcmp(fields[1], "clang") == 0 ? COMPILER_CLANG
                                                            : COMPILERS;
        build->version = text_intern(pool, fields[2]);
    } else if (strcmp(word, "root") == 0 && count == 2) {
        build->root = text_intern(pool, fields[1]);
    } else if (strcmp(word, "argument") == 0 && count == 2) {
        words_add(&build->arguments, fields[1]);
    } else if (strcmp(word, "link") == 0 && count == 2) {
        words_add(&build->link, fields[1]);
    } else if (strcmp(word, "scenario") == 0 && count >= 3) {
        build->scenarios =
            check_realloc(build->scenarios, build->scenario_count + 1, sizeof *build->scenarios);
        struct suite_sources *const sources = &build->scenarios[build->scenario_count++];
        *sources = (struct suite_sources){.name = text_intern(pool, fields[1])};
        for (size_t i = 2; i < count; i++)
            words_add(&sources->files, fields[i]);
    } else {
        return -1;
    }
    return 0;
}

int suite_build_read(const char *directory, struct text_pool *pool, struct suite_build *build,
                     struct error *error)
{
    *build = (struct suite_build){.built_by = COMPILERS, .version = "", .root = ""};
    char *const path = check_format("%s/explain.tsv", directory);
    char *const text = tool_read_file(path);
    int code = 0;
    if (text == NULL)
        code = error_set_errno(error, "%s cannot be read; build the suite again", path);
    const char *rest = text != NULL ? text : "";
    for (char *line; code == 0 && (line = scan_line(&rest)) != NULL; free(line)) {
        char *fields[WIRE_FIELDS];
        const size_t count = wire_split(line, fields);
        if (count == 0 || take_line(build, pool, fields, count) != 0)
            code = error_set(error, "%s has a line that is not understood; build the suite again",
                             path);
    }
    free(text);
    free(path);
    return code;
}

void suite_build_free(struct suite_build *build)
{
    for (size_t i = 0; i < build->scenario_count; i++)
        words_free(&build->scenarios[i].files);
    free(build->scenarios);
    words_free(&build->arguments);
    words_free(&build->link);
    *build = (struct suite_build){.built_by = COMPILERS};
}
