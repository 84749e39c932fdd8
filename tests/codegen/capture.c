#include "codegen/capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void require(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

static char *read_all(int fd)
{
    size_t size = 1 << 16, length = 0;
    char *text = malloc(size);
    require(text != NULL, "malloc");
    for (;;) {
        const ssize_t got = read(fd, text + length, size - length - 1);
        if (got < 0 && errno == EINTR)
            continue;
        require(got >= 0, "read");
        if (got == 0)
            break;
        length += (size_t)got;
        if (size - length < 2) {
            size *= 2;
            text = realloc(text, size);
            require(text != NULL, "realloc");
        }
    }
    text[length] = '\0';
    return text;
}

int capture(char *const argv[], const char *environment, char **text)
{
    int ends[2] = {-1, -1};
    if (text != NULL)
        require(pipe(ends) == 0, "pipe");
    fflush(NULL);
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0) {
        if (text != NULL) {
            dup2(ends[1], STDOUT_FILENO);
            dup2(ends[1], STDERR_FILENO);
            close(ends[0]);
            close(ends[1]);
        }
        char *const copy = environment != NULL ? strdup(environment) : NULL;
        if (copy != NULL)
            putenv(copy);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    if (text != NULL) {
        close(ends[1]);
        *text = read_all(ends[0]);
        close(ends[0]);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        require(errno == EINTR, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
