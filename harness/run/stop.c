#include "run/stop.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t requested;

static void note(int signal_number)
{
    requested = signal_number;
}

void stop_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = note;
    action.sa_flags = (int)SA_RESETHAND; /* no SA_RESTART: a poll in progress must return */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL);
}

int stop_requested(void)
{
    return requested;
}
