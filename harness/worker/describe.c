#include "registry.h"
#include "worker.h"

#include "gbench.h"
#include "wire.h"

#include <inttypes.h>
#include <stdio.h>

/* Where the linker put the first byte of the program: run functions are told as offsets from it. */
extern const char executable_start[] __asm__("__executable_start");

/* Where the lines go, and whether all have arrived. */
struct description {
    int fd;
    int result;
};

static void describe_cell(const struct registry_cell *cell, void *user)
{
    struct description *const description = user;
    const struct bench_variant *const variant = cell->variant;
#ifdef __clang__
    const enum bench_code code = variant->code_clang;
#else
    const enum bench_code code = variant->code;
#endif
    static const char *const codes[] = {"nothing", "calls", "elided"};
    char value[24] = "";
    if (cell->swept)
        snprintf(value, sizeof value, "%" PRId64, cell->value);
    const uintptr_t offset =
        cell->run != NULL ? (uintptr_t)cell->run - (uintptr_t)executable_start : 0;
    if (wire_sendf(description->fd, "cell",
                   "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\t%#" PRIxPTR "\t%s\t%u\t%u\t%d",
                   variant->name, value, registry_storage_name(variant->storage), (int)cell->tier,
                   variant->control, variant->never_threaded,
                   variant->work != NULL ? variant->work : "", codes[code],
                   variant->calls != NULL ? variant->calls : "", offset,
                   variant->skip != NULL ? variant->skip : "", cell->threads, variant->observe_ms,
                   variant->trace == BENCH_TRACE_GIVEN) != 0)
        description->result = 1;
}

int worker_describe(const struct worker_request *request)
{
    const struct bench_scenario *const scenario = &bench_scenario;
    struct description description = {.fd = request->fd};
    bm_set_clock_hz(1e9); /* any: it is not used, and the library would measure it for a second */
    const char *const fields[] = {scenario->name, scenario->question, scenario->touch,
                                  scenario->param != NULL ? scenario->param : ""};
    if (wire_send(request->fd, "scenario", fields, 4) != 0 ||
        wire_sendf(request->fd, "library", "%s\t%s", bm_library_version(),
                   bm_library_caps() & BM_CAP_DEBUG_BUILD ? "debug" : "release") != 0)
        return 1;
    registry_each(describe_cell, &description);
    return wire_send(request->fd, "done", NULL, 0) != 0 ? 1 : description.result;
}
