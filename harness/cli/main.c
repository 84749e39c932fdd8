/* allocost: finds the command, and nothing else. */
#include "bench.h"
#include "cli/command.h"
#include "nearest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_run,    &command_list,   &command_summarize, &command_plot,   &command_compare,
    &command_report, &command_export, &command_explain,   &command_doctor, &command_record};

static void print_help(void)
{
    puts("allocost COMMAND [ARGUMENT...]\n\nWhat it costs, on this machine, to put a value on the "
         "stack, on the heap, in a pool,\nin an arena, or in a box.\n");
    for (size_t i = 0; i < BENCH_COUNT(commands); i++) {
        char left[48];
        snprintf(left, sizeof left, "%s %s", commands[i]->name, commands[i]->operands);
        printf("  %-22s %s\n", left, commands[i]->help);
    }
    puts("\nallocost COMMAND --help shows a command's options. Exit codes: 0 done; 1 failed; 2 "
         "usage;\n"
         "3 done, but some cells or figures failed; 4 found what --fail-above or --fail-on names;\n"
         "130, 143 stopped by SIGINT, SIGTERM.");
}

/*
 * A caller may have closed a standard stream. A file of the run would get its number, and what is
 * meant for the terminal would end up in that file. Its place is taken by what cannot be written to
 * (or, for the input, read from), so that output that is lost is an error and no silence.
 */
static void occupy_closed_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    occupy_closed_streams();
    const char *const word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help();
        return EXIT_DONE;
    }
    if (strcmp(word, "--version") == 0) {
        puts("allocost " ALLOCOST_VERSION);
        return EXIT_DONE;
    }
    const char *names[BENCH_COUNT(commands)];
    for (size_t i = 0; i < BENCH_COUNT(commands); i++) {
        names[i] = commands[i]->name;
        if (strcmp(word, names[i]) == 0)
            return commands[i]->run(argc - 2, argv + 2);
    }
    const char *const near = nearest_word(word, names, BENCH_COUNT(names));
    if (*word == '\0')
        fputs("allocost: name a command; `allocost --help` shows all\n", stderr);
    else if (near != NULL)
        fprintf(stderr, "allocost: unknown command '%s'; did you mean '%s'?\n", word, near);
    else
        fprintf(stderr, "allocost: unknown command '%s'; `allocost --help` shows all\n", word);
    return EXIT_USAGE;
}
