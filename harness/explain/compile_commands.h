/*
 * compile_commands.json, as CMake, Meson, Bear and others write it: which files a project has, and
 * how each is compiled.
 */
#ifndef ALLOCOST_COMPILE_COMMANDS_H
#define ALLOCOST_COMPILE_COMMANDS_H

#include "explain/compiler.h"

#include <stddef.h>

struct error;

/* The C files of a project, in the order of the file. */
struct compile_commands {
    struct source *sources; /* owned, with their flags */
    size_t count;
    size_t other;           /* entries in another language, passed over */
    struct text_pool *pool; /* owned: of their names */
};

/*
 * Reads the file. An entry has `directory`, `file`, and `arguments` or `command`; a command is
 * split as a shell would, and nothing in it is run or expanded. A file that has several entries is
 * taken once for each. Returns 0, or -1 with a message that says where the file is wrong.
 */
int compile_commands_read(const char *path, struct compile_commands *commands, struct error *error);
void compile_commands_free(struct compile_commands *commands);

/*
 * Splits a command line into words: blanks part them, quotes and backslashes as in a shell. Returns
 * 0, or -1 when a quote is not closed; the words so far are then in *words all the same.
 */
int command_split(const char *command, struct words *words);

#endif
