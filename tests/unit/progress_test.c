/* What a long run says: lines that stay where there is no terminal, one that is replaced on one. */
#include "check.h"
#include "clock.h"
#include "in_child.h"
#include "run/progress.h"

#include <fcntl.h>
#include <poll.h>

static const char cell[] = "return_pointer/malloc/size:64";

static int talk(void)
{
    struct progress progress;
    progress_start(&progress, 0);
    progress_step(&progress, "calibrating", 3, 10, cell);
    progress_note(&progress, "failed: %s: %d", cell, 7);
    progress_round(&progress, 2, 40, 3);
    progress_end(&progress);
    /* With an end in sight: a minute and five seconds, and one that has passed. */
    progress_start(&progress, clock_now_ns() + UINT64_C(65400000000));
    progress_round(&progress, 3, 41, 0);
    progress.end_ns = 1;
    progress_round(&progress, 4, 42, 1);
    return 0;
}

static void test_without_a_terminal(void)
{
    setenv("TERM", "xterm", 1);
    const struct child_end end = run_in_child(talk);
    EXPECT_INT(end.status, 0);
    EXPECT_STR(end.text, "failed: return_pointer/malloc/size:64: 7\n"
                         "round 2: 40 samples, 3 set aside as noisy\n"
                         "round 3: 41 samples, 0 set aside as noisy, 1m05s left\n"
                         "round 4: 42 samples, 1 set aside as noisy, 0s left\n");
}

static int terminal = -1; /* the end of a pseudo-terminal that the talk goes to */

static int talk_to_terminal(void)
{
    dup2(terminal, STDERR_FILENO);
    struct progress progress;
    progress_start(&progress, 0);
    progress_step(&progress, "calibrating", 3, 10, cell);
    progress_step(&progress, "calibrating", 4, 10, "too soon");
    progress_note(&progress, "a note");
    progress_round(&progress, 2, 40, 3);
    progress.shown_ns = 0;
    progress.end_ns = clock_now_ns() + UINT64_C(30000000000);
    progress_step(&progress, "round 2", 5, 10,
                  "a name of more than forty-eight letters is cut at its end here");
    progress_end(&progress);
    progress_end(&progress);
    return 0;
}

/* What the talk puts on a terminal of this kind; NULL when there is no pseudo-terminal here. */
static const char *talk_on(const char *kind)
{
    static char text[4096];
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
        (terminal = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0)
        return NULL;
    setenv("TERM", kind, 1);
    EXPECT_INT(run_in_child(talk_to_terminal).status, 0);
    size_t used = 0;
    struct pollfd ready = {.fd = master, .events = POLLIN};
    while (poll(&ready, 1, 0) == 1 && used < sizeof text - 1) {
        const ssize_t got = read(master, text + used, sizeof text - 1 - used);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    text[used] = '\0';
    close(terminal);
    close(master);
    return text;
}

static void test_on_a_terminal(void)
{
    const char *const text = talk_on("xterm");
    if (text == NULL) {
        puts("not tested: there are no pseudo-terminals here");
        return;
    }
    /* The terminal turns each newline into "\r\n". */
    EXPECT_STR(text, "\r\033[Kcalibrating: 3 of 10  return_pointer/malloc/size:64"
                     "\r\033[Ka note\r\n"
                     "\r\033[Kround 2: 5 of 10, 30s left  "
                     "a name of more than forty-eight letters is cut a"
                     "\r\033[K");
    EXPECT_STR(talk_on("dumb"), "a note\r\nround 2: 40 samples, 3 set aside as noisy\r\n");
}

int main(void)
{
    test_without_a_terminal();
    test_on_a_terminal();
    return check_result();
}
