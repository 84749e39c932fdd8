/*
 * Compilers and binutils: found, run without a shell, and listened to.
 *
 * Functions that return int return 0, or -1 with a message (error.h).
 */
#ifndef ALLOCOST_TOOL_H
#define ALLOCOST_TOOL_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* The words of a command line, a copy each. Begins as zeros. */
struct words {
    char **items; /* items[count] is NULL once there is one */
    size_t count;
};

void words_add(struct words *words, const char *word);
void words_addf(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
void words_add_all(struct words *words, const struct words *more);
void words_free(struct words *words);

/* How a command ended. Both texts are owned and terminated, freed with tool_result_free. */
struct tool_result {
    int exit_code; /* 128 plus the number when a signal ended it */
    bool timed_out;
    char *output; /* of its standard output, up to 256 MiB */
    char *said;   /* of its standard error, up to 1 MiB */
};

/*
 * The path of a program: `name` itself when it has a slash, else the first executable of that name
 * along PATH. Owned by the caller; NULL when there is none.
 */
char *tool_find(const char *name);

/*
 * Runs words->items[0], a path, with those words, in `directory` (NULL: here), and waits. It gets
 * /dev/null as its input, LC_ALL=C beside our environment, a group of its own, and dies with us. It
 * is killed after `limit_s` seconds, and when a stop is asked for (run/stop.h): then stop_requested
 * tells. Returns 0 however it ended, -1 when it could not be started.
 */
int tool_run(const struct words *words, const char *directory, unsigned limit_s,
             struct tool_result *result, struct error *error);

/*
 * The same for several at once, `parallel` at a time; results[i] is that of commands[i]. One that
 * was not started because of a stop has texts of NULL.
 */
int tool_run_all(const struct words *commands, size_t count, const char *directory, size_t parallel,
                 unsigned limit_s, struct tool_result *results, struct error *error);

void tool_result_free(struct tool_result *result);

/* The content of a file, terminated, owned by the caller; NULL when it cannot be read. */
char *tool_read_file(const char *path);

/*
 * A directory that only this user may enter, under TMPDIR or /tmp. NULL with a message. Removed
 * with all in it by tool_directory_remove, which frees the path.
 */
char *tool_directory_make(struct error *error);
void tool_directory_remove(char *path);

#endif
