#include "contract/form.h"
#include "explain/allocator_functions.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static unsigned report_count;

void report(const char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", where);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    report_count++;
}

unsigned reported(void)
{
    return report_count;
}

enum bench_code declared_code(const struct bench_variant *variant)
{
#if defined(__clang__)
    return variant->code_clang;
#else
    return variant->code;
#endif
}

static bool is_name(const char *name)
{
    return name != NULL && *name != '\0' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

/* Each word of `calls` is an allocator function, and named once. */
static void check_calls(const char *where, const char *calls)
{
    bool named[ALLOCATOR_FUNCTIONS] = {false};
    for (const char *word = calls; *(word += strspn(word, " ")) != '\0';) {
        const size_t length = strcspn(word, " ");
        const int function = allocator_function_meant(word, length, false);
        if (function < 0 || allocator_function_meant(word, length, true) < 0)
            report(where, "calls names %.*s, which is no allocator function", (int)length, word);
        else if (named[function])
            report(where, "calls names %.*s twice", (int)length, word);
        else
            named[function] = true;
        word += length;
    }
}

static void check_code(const char *where, const struct bench_variant *variant)
{
    const bool nothing =
        variant->code == BENCH_CALLS_NOTHING && variant->code_clang == BENCH_CALLS_NOTHING;
    if ((variant->code == BENCH_CALLS_NOTHING) != (variant->code_clang == BENCH_CALLS_NOTHING))
        report(where, "code and code_clang disagree whether the source calls the allocator");
    if (nothing && variant->calls != NULL)
        report(where, "calls is given, though the code calls nothing");
    if (!nothing && is_empty(variant->calls))
        report(where, "calls is missing, though the code calls the allocator");
    if (variant->calls != NULL)
        check_calls(where, variant->calls);
}

static void check_variant(const struct bench_scenario *scenario, size_t index)
{
    const struct bench_variant *const variant = &scenario->variants[index];
    char where[256];
    snprintf(where, sizeof where, "%s/%s", scenario->name,
             variant->name != NULL ? variant->name : "(no name)");
    if (!is_name(variant->name))
        report(where, "the variant's name is not of [a-z0-9_]+");
    for (size_t i = 0; i < index; i++)
        if (variant->name != NULL && scenario->variants[i].name != NULL &&
            strcmp(variant->name, scenario->variants[i].name) == 0)
            report(where, "two variants have this name");
    if (variant->run != NULL && variant->run_for != NULL)
        report(where, "both run and run_for are given");
    if (variant->run == NULL && variant->run_for == NULL && variant->skip == NULL)
        report(where, "neither run nor run_for is given");
    if (variant->teardown != NULL && variant->setup == NULL)
        report(where, "teardown is given without setup");
    if (variant->teardown_shared != NULL && variant->setup_shared == NULL)
        report(where, "teardown_shared is given without setup_shared");
    if (variant->threaded && variant->threads > 0)
        report(where, "both threaded and a number of threads are given");
    if (variant->never_threaded && (variant->threaded || variant->threads > 1))
        report(where, "the process must never have had a second thread, and has several");
    if (variant->expect_at_most && !variant->threaded && variant->threads < 2)
        report(where, "what one thread asks for is exact, expect_at_most is for several");
    if (variant->expect_at_most && variant->expect == NULL)
        report(where, "expect_at_most is given without expect");
    if (variant->observe != NULL && (variant->threaded || variant->threads > 1))
        report(where, "only what runs on one thread is observed, this variant has several");
    if ((variant->observe != NULL) != (variant->observe_iterations > 1))
        report(where, "observe and observe_iterations go together");
    if (variant->skip != NULL && *variant->skip == '\0')
        report(where, "skip gives no reason");
    if (variant->control && declared_code(variant) == BENCH_CALLS_ALLOCATOR)
        report(where, "a control calls no allocator, this variant does");
    if (!variant->unswept && scenario->value_count == 0)
        report(where, "the variant is swept, the scenario has no values");
    if (variant->storage > BENCH_INLINE || variant->tier > BENCH_EXTENDED ||
        variant->code > BENCH_ELIDED || variant->code_clang > BENCH_ELIDED)
        report(where, "storage, tier or code is none of its kind");
    check_code(where, variant);
}

void check_metrics(const char *where, const struct bench_metrics *metrics)
{
    if (metrics->count == 0)
        report(where, "nothing was observed");
    for (size_t i = 0; i < metrics->count; i++) {
        const struct bench_metric *const metric = &metrics->items[i];
        if (!is_name(metric->name) || strlen(metric->name) > BENCH_METRIC_LONGEST ||
            strcmp(metric->name, "throughput") == 0)
            report(where, "metric %zu has no name that it may have", i);
        else if (!is_name(metric->unit) || strlen(metric->unit) > BENCH_METRIC_LONGEST)
            report(where, "the unit of %s is not of [a-z0-9_]+", metric->name);
        else if (!isfinite(metric->value))
            report(where, "the value of %s is not finite", metric->name);
        for (size_t j = 0; j < i; j++)
            if (is_name(metric->name) && is_name(metrics->items[j].name) &&
                strcmp(metric->name, metrics->items[j].name) == 0)
                report(where, "two metrics are called %s", metric->name);
    }
}

void check_form(const struct bench_scenario *scenario, const char *name)
{
    const char *const where = name;
    if (!is_name(scenario->name) || strcmp(scenario->name, name) != 0)
        report(where, "the scenario calls itself \"%s\"",
               scenario->name != NULL ? scenario->name : "(null)");
    if (is_empty(scenario->question) || scenario->question[strlen(scenario->question) - 1] != '?')
        report(where, "the question does not end in a question mark");
    if (is_empty(scenario->touch))
        report(where, "touch does not say what an iteration writes and reads");
    if ((scenario->param != NULL) != (scenario->value_count > 0))
        report(where, "param and values go together");
    if (scenario->param != NULL && !is_name(scenario->param))
        report(where, "the parameter's name is not of [a-z0-9_]+");
    for (size_t i = 0; i < scenario->value_count; i++)
        for (size_t j = 0; j < i; j++)
            if (scenario->values[i].value == scenario->values[j].value)
                report(where, "the value %lld stands twice", (long long)scenario->values[i].value);
    for (size_t i = 0; i < scenario->variant_count; i++)
        check_variant(scenario, i);
}
