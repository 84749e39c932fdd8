/* allocost record: runs a program, and writes what it asks its allocator for. */
#include "allocators.h"
#include "bench.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "error.h"
#include "record/record.h"
#include "trace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char default_output[] = "allocost.trace";

/* The program, for the handler. */
static volatile sig_atomic_t program_id;

static void pass_on(int number)
{
    if (program_id > 0)
        kill((pid_t)program_id, number);
}

/* In the child: what the program is to find. Does not return. */
_Noreturn static void become_program(const char *library, const char *path,
                                     const char *const *words, int failed)
{
    char process[24];
    snprintf(process, sizeof process, "%ld", (long)getpid());
    const char *const others = getenv("LD_PRELOAD");
    char *const preload =
        check_format("%s%s%s", library, others != NULL && *others != '\0' ? ":" : "",
                     others != NULL ? others : "");
    if (setenv("LD_PRELOAD", preload, 1) == 0 && setenv(RECORD_FILE_VARIABLE, path, 1) == 0 &&
        setenv(RECORD_PROCESS_VARIABLE, process, 1) == 0)
        execvp(words[0], (char *const *)(uintptr_t)words);
    const int cause = errno;
    (void)!write(failed, &cause, sizeof cause);
    _exit(127);
}

/* Runs the program to its end. Returns 0 with *status as waitpid has it, or -1 with a message. */
static int run_program(const char *library, const char *path, const struct operands *program,
                       int *status, struct error *error)
{
    int failed[2];
    if (pipe2(failed, O_CLOEXEC) != 0)
        return error_set_errno(error, "cannot make a pipe");
    fflush(NULL);
    /* The terminal's signals reach the program too, and it decides; others are passed on. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN}, hand = {.sa_handler = pass_on};
    const int ignored[] = {SIGINT, SIGQUIT}, handed[] = {SIGTERM, SIGHUP};
    struct sigaction before[4];
    const pid_t id = fork();
    if (id == 0) {
        close(failed[0]);
        become_program(library, path, program->items, failed[1]);
    }
    program_id = id;
    for (size_t i = 0; i < 2; i++) {
        sigaction(ignored[i], &ignore, &before[i]);
        sigaction(handed[i], &hand, &before[2 + i]);
    }
    close(failed[1]);
    int cause = errno;
    ssize_t told = 0;
    while (id > 0 && (told = read(failed[0], &cause, sizeof cause)) < 0 && errno == EINTR)
        ;
    close(failed[0]);
    pid_t ended = -1;
    while (id > 0 && (ended = waitpid(id, status, 0)) < 0 && errno == EINTR)
        ;
    for (size_t i = 0; i < 2; i++) {
        sigaction(ignored[i], &before[i], NULL);
        sigaction(handed[i], &before[2 + i], NULL);
    }
    if (id > 0 && ended == id && told == 0)
        return 0;
    errno = cause;
    return error_set_errno(error, "cannot start %s", program->items[0]);
}

/* Looks at what was written, and says what it is. Returns 0, or -1 with a message. */
static int look(const char *path, const char *output, bool *usable, struct error *error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        error_set_errno(error, "%s", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *usable = status.st_size > 0;
    if (!*usable) {
        close(fd);
        return error_set(error,
                         "the program wrote no trace: it is linked statically, is of another "
                         "architecture, or gets other rights when it starts");
    }
    const size_t count = (size_t)status.st_size;
    void *const bytes = mmap(NULL, count, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return error_set_errno(error, "%s", path);
    struct trace_totals totals;
    const int result = trace_scan(bytes, count, output, &totals, error);
    bench_unmap(bytes, count);
    fprintf(stderr,
            "%s: %" PRIu64 " calls, %" PRIu64 " blocks, %" PRIu64 " threads, %" PRIu64 " bytes%s\n",
            output, totals.events, totals.blocks, totals.threads, totals.size_bytes,
            totals.truncated ? "; truncated" : "");
    if (result == 0)
        fprintf(stderr, "%s: %" PRIu64 " blocks left, at most %" PRIu64 " bytes live\n", output,
                totals.left, totals.peak_bytes);
    if (totals.forks > 0)
        fprintf(stderr, "%s: %" PRIu64 " child processes were not recorded\n", output,
                totals.forks);
    return result;
}

/* A file beside the output that was not there. NULL with a message. */
static char *make_beside(const char *output, struct error *error)
{
    struct stat status;
    if (stat(output, &status) == 0 && !S_ISREG(status.st_mode)) {
        error_set(error, "%s: exists and is no regular file", output);
        return NULL;
    }
    char *const path = check_format("%s.new-XXXXXX", output);
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, "%s", output);
        free(path);
        return NULL;
    }
    close(fd);
    char *const whole = realpath(path, NULL);
    if (whole == NULL) {
        error_set_errno(error, "%s", path);
        (void)unlink(path);
    }
    free(path);
    return whole;
}

/* As a file of the user's: what the umask leaves. */
static void usual_mode(const char *path)
{
    const mode_t mask = umask(0);
    umask(mask);
    (void)chmod(path, 0666 & ~mask);
}

static int record(const char *output, const struct operands *program, struct error *error)
{
    char *const programs = paths_programs(error);
    char *const library = programs != NULL ? paths_record_library(programs, error) : NULL;
    free(programs);
    const struct allocator preloaded = {.path = library};
    const bool possible = library != NULL && !allocator_needs_link(&preloaded);
    if (library != NULL && !possible)
        error_set(error, "%s: LD_PRELOAD cannot name a path with a blank, a colon or a dollar",
                  library);
    char *const path = possible ? make_beside(output, error) : NULL;
    int code = EXIT_FAILED;
    if (path != NULL) {
        int status = 0;
        bool usable = false;
        bool whole = false;
        if (run_program(library, path, program, &status, error) == 0) {
            whole = look(path, output, &usable, error) == 0;
            code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
        usual_mode(path);
        if (usable && rename(path, output) != 0) {
            error_set_errno(error, "%s", output);
            usable = whole = false;
        }
        if (!usable) {
            (void)unlink(path);
            code = EXIT_FAILED;
        }
        if (whole)
            error->text[0] = '\0';
    }
    free(path);
    free(library);
    return code;
}

static int run(int argc, char **argv)
{
    struct error error = {.text = ""};
    struct operands program = {.items = NULL};
    const char *output = default_output;
    const struct option_spec specs[] = {
        {"output", OPTION_TEXT, &output, "FILE", "the trace, also -o FILE; allocost.trace"},
    };
    /* What stands behind `--` or behind the first word that is no option is the program's. */
    int own = 0;
    while (own < argc && argv[own][0] == '-' && strcmp(argv[own], "--") != 0) {
        static char long_name[] = "--output";
        if (strcmp(argv[own], "-o") == 0)
            argv[own] = long_name;
        own += strcmp(argv[own], "--output") == 0 ? 2 : 1;
    }
    own = own < argc ? own : argc;
    const int parsed = options_parse(own, argv, specs, BENCH_COUNT(specs), &program, &error);
    free(program.items);
    const int first = own < argc && strcmp(argv[own], "--") == 0 ? own + 1 : own;
    int code = EXIT_USAGE;
    if (parsed == 1) {
        puts("allocost record [-o FILE] -- PROGRAM [ARGUMENT...]\n\n"
             "Runs the program and writes every call of its allocator, of all its threads, to a\n"
             "trace that `allocost run --trace FILE` measures allocators with. Its children are "
             "not\n"
             "recorded. The exit code is the program's, 128 + n when signal n ended it, and 1 with "
             "a\n"
             "message when nothing was recorded.\n");
        options_print(specs, BENCH_COUNT(specs));
        return EXIT_DONE;
    }
    if (parsed == 0 && first >= argc) {
        error_set(&error, "name a program: allocost record -o FILE -- PROGRAM [ARGUMENT...]");
    } else if (parsed == 0) {
        program = (struct operands){.items = (const char **)(uintptr_t)(argv + first),
                                    .count = (size_t)(argc - first)};
        code = record(output, &program, &error);
    }
    if (error.text[0] != '\0')
        fprintf(stderr, "allocost record: %s\n", error.text);
    return code;
}

const struct command command_record = {
    .name = "record",
    .operands = "-- PROGRAM",
    .help = "the allocations of a program, for `run --trace`",
    .run = run,
};
