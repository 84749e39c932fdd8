/* Who provides malloc in this process, whether it does what malloc promises, and whether its
 * settings have taken effect. */
#include "acceptance.h"
#include "subject.h"
#include "worker.h"

#include "provider.h"
#include "setting.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>

static int send_proof(int fd, const char *setting, const struct setting_proof *proof)
{
    static const char *const words[] = {
        [SETTING_REFUSED] = "refused", [SETTING_REACHED] = "reached", [SETTING_PROVED] = "proved"};
    const char *const fields[] = {setting, words[proof->state], proof->why};
    return wire_send(fd, "setting", fields, 3);
}

/* Sends a line for each setting, and one of the huge pages in use, which some settings are about.
 */
static int prove_settings(const struct worker_request *request)
{
    static const char *const again[] = {"/proc/self/exe", "probe", "--fd=1", NULL};
    struct provider provider;
    provider_query(&provider);
    for (unsigned i = 0; i < request->setting_count; i++) {
        struct setting_proof proof;
        setting_prove(request->settings[i], &provider, again, &proof);
        if (send_proof(request->fd, request->settings[i], &proof) != 0)
            return -1;
    }
    char text[24] = "";
    const long kib = setting_huge_kib();
    if (kib >= 0)
        snprintf(text, sizeof text, "%ld", kib);
    const char *const fields[] = {text};
    return wire_send(request->fd, "huge", fields, 1);
}

int worker_probe(const struct worker_request *request)
{
    subject_become_threaded();
    char why[128];
    if (subject_send_provider(request) != 0)
        return 1;
    /* An allocator that breaks its promises is found out here, once. */
    if (request->accepting && !accept_allocator(why, sizeof why))
        return subject_fail(request, why);
    if ((request->setting_count > 0 && prove_settings(request) != 0) ||
        wire_send(request->fd, "done", NULL, 0) != 0)
        return 1;
    return 0;
}
