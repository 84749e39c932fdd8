/* Another process in the environment of this one, and what it says. */
#include "setting_ways.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A copy of the environment, of which the caller frees the array alone; NULL when there is no
 * memory. */
static char **make_environment(const struct setting_environment *environment)
{
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **const copy = calloc(count + 2, sizeof *copy);
    size_t kept = 0;
    const size_t length = environment->without != NULL ? strlen(environment->without) : 0;
    if (copy == NULL)
        return NULL;
    if (environment->with != NULL)
        copy[kept++] = strdup(environment->with);
    for (size_t i = 0; i < count; i++)
        if (length == 0 || strncmp(environ[i], environment->without, length) != 0 ||
            environ[i][length] != '=')
            copy[kept++] = environ[i];
    return copy;
}

/* Reads to the end of the stream, and keeps what there is room for. */
static void read_all(int fd, char *text, size_t room)
{
    size_t used = 0;
    char rest[512];
    for (;;) {
        const bool full = used + 1 >= room;
        const ssize_t got =
            full ? read(fd, rest, sizeof rest) : read(fd, text + used, room - 1 - used);
        if (got <= 0)
            break;
        used += full ? 0 : (size_t)got;
    }
    text[used] = '\0';
}

int setting_run(const char *const arguments[], const struct setting_environment *environment,
                int stream, char *text, size_t room)
{
    int ends[2];
    text[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    char **const variables = make_environment(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 3 - stream, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], stream);
    size_t count = 0;
    while (arguments[count] != NULL)
        count++;
    char **const argv = calloc(count + 1, sizeof *argv);
    for (size_t i = 0; i < count && argv != NULL; i++)
        argv[i] = strdup(arguments[i]);
    pid_t id = -1;
    const bool ready = variables != NULL && argv != NULL;
    const int failed = ready ? posix_spawn(&id, arguments[0], &actions, NULL, argv, variables) : -1;
    close(ends[1]);
    if (failed == 0) {
        read_all(ends[0], text, room);
        int status;
        waitpid(id, &status, 0);
    }
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; i < count && argv != NULL; i++)
        free(argv[i]);
    if (variables != NULL && environment->with != NULL)
        free(variables[0]);
    free(argv);
    free(variables);
    return failed == 0 ? 0 : -1;
}
