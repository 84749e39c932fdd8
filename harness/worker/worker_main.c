/*
 * main() of every bench_<scenario>: a worker when the first argument is a word of worker.h, an
 * ordinary Google Benchmark program otherwise.
 */
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MOST = 65536 }; /* more are a mistake, and no cell has none */

/* Reads `--name=number` into *out when the argument is of that name. Returns 1 when it was, -1 when
 * it is of that name and no number. */
static int take_number(const char *argument, const char *name, uint64_t *out)
{
    const size_t length = strlen(name);
    if (strncmp(argument, name, length) != 0 || argument[length] != '=')
        return 0;
    char *end;
    errno = 0;
    *out = strtoull(argument + length + 1, &end, 10);
    return end != argument + length + 1 && *end == '\0' && errno == 0 ? 1 : -1;
}

static int take_argument(const char *argument, struct worker_request *request)
{
    uint64_t number;
    if (strncmp(argument, "--variant=", 10) == 0) {
        request->variant = argument + 10;
        return 1;
    }
    if (strncmp(argument, "--value=", 8) == 0) {
        request->value = argument + 8;
        return 1;
    }
    if (strncmp(argument, "--trace=", 8) == 0) {
        request->trace = argument + 8;
        return 1;
    }
    if (strncmp(argument, "--dumps=", 8) == 0) {
        request->dumps = argument + 8;
        return 1;
    }
    if (strcmp(argument, "--accept") == 0) {
        request->accepting = true;
        return 1;
    }
    if (strncmp(argument, "--setting=", 10) == 0) {
        if (request->setting_count == WORKER_SETTINGS_MOST)
            return -1;
        request->settings[request->setting_count++] = argument + 10;
        return 1;
    }
    const struct {
        const char *name;
        uint64_t *out;
    } numbers[] = {
        {"--seed", &request->seed},
        {"--iterations", &request->iterations},
        {"--repetition-ns", &request->repetition_ns},
        {"--warmup-ns", &request->warmup_ns},
        {"--warmup-longest-ns", &request->warmup_longest_ns},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const int taken = take_number(argument, numbers[i].name, numbers[i].out);
        if (taken != 0)
            return taken;
    }
    int taken = take_number(argument, "--repetitions", &number);
    if (taken == 1)
        request->repetitions = (unsigned)number;
    if (taken == 0 && (taken = take_number(argument, "--threads", &number)) == 1)
        request->threads = number <= THREADS_MOST ? (unsigned)number : 0;
    if (taken == 0 && (taken = take_number(argument, "--fd", &number)) == 1)
        request->fd = (int)number;
    if (taken == 0 && (taken = take_number(argument, "--clock-mhz", &number)) == 1)
        request->clock_ghz = (double)number / 1000.0;
    return taken;
}

int main(int argc, char **argv)
{
    const char *const word = argc > 1 ? argv[1] : "";
    const bool known = strcmp(word, "describe") == 0 || strcmp(word, "probe") == 0 ||
                       strcmp(word, "calibrate") == 0 || strcmp(word, "measure") == 0 ||
                       strcmp(word, "count") == 0 || strcmp(word, "instructions") == 0;
    if (!known)
        return worker_by_hand(argc, argv);
    struct worker_request request = {.variant = "",
                                     .value = "",
                                     .threads = 1,
                                     .seed = 1,
                                     .repetitions = 5,
                                     .repetition_ns = 1000000,
                                     .warmup_ns = 5000000,
                                     .warmup_longest_ns = 40000000,
                                     .fd = 1};
    for (int i = 2; i < argc; i++) {
        if (take_argument(argv[i], &request) == 1)
            continue;
        fprintf(stderr, "%s: %s: bad argument '%s'\n", argv[0], word, argv[i]);
        return 2;
    }
    switch (word[0]) {
    case 'd':
        return worker_describe(&request);
    case 'i':
        return worker_instructions(&request);
    case 'p':
        return worker_probe(&request);
    case 'm':
        return worker_measure(&request, argv[0]);
    default:
        return word[1] == 'a' ? worker_calibrate(&request) : worker_count(&request);
    }
}
