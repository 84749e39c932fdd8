#include "run/progress.h"

#include "clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint64_t show_every_ns = 200000000;

void progress_start(struct progress *progress, uint64_t end_ns)
{
    const char *const kind = getenv("TERM");
    *progress = (struct progress){.terminal = isatty(STDERR_FILENO) && kind != NULL &&
                                              strcmp(kind, "dumb") != 0,
                                  .end_ns = end_ns};
}

/* "2m05s left", or nothing where the end is not known by time. */
static void write_left(const struct progress *progress, uint64_t now_ns, char *text, size_t room)
{
    *text = '\0';
    if (progress->end_ns == 0)
        return;
    const uint64_t left_s =
        progress->end_ns > now_ns ? (progress->end_ns - now_ns + 500000000) / 1000000000 : 0;
    if (left_s >= 60)
        snprintf(text, room, ", %um%02us left", (unsigned)(left_s / 60), (unsigned)(left_s % 60));
    else
        snprintf(text, room, ", %us left", (unsigned)left_s);
}

void progress_step(struct progress *progress, const char *phase, size_t done, size_t total,
                   const char *cell)
{
    if (!progress->terminal)
        return;
    const uint64_t now_ns = clock_now_ns();
    if (now_ns - progress->shown_ns < show_every_ns)
        return;
    progress->shown_ns = now_ns;
    progress->line_open = true;
    char left[32];
    write_left(progress, now_ns, left, sizeof left);
    fprintf(stderr, "\r\033[K%s: %zu of %zu%s  %.48s", phase, done, total, left, cell);
    fflush(stderr);
}

static void clear_line(struct progress *progress)
{
    if (progress->line_open)
        fputs("\r\033[K", stderr);
    progress->line_open = false;
}

void progress_note(struct progress *progress, const char *format, ...)
{
    clear_line(progress);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void progress_round(struct progress *progress, unsigned round, size_t measured, size_t noisy)
{
    if (progress->terminal)
        return;
    char left[32];
    write_left(progress, clock_now_ns(), left, sizeof left);
    fprintf(stderr, "round %u: %zu samples, %zu set aside as noisy%s\n", round, measured, noisy,
            left);
}

void progress_end(struct progress *progress)
{
    clear_line(progress);
    fflush(stderr);
}
