/*
 * What can be said of a scenario without running it: names, fields that go together, values.
 */
#ifndef ALLOCOST_TEST_FORM_H
#define ALLOCOST_TEST_FORM_H

#include "bench.h"

/*
 * Says what is wrong, on stderr, and counts it. `where` is what it is wrong with, such as
 * "null/empty".
 */
void report(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How often report was called. */
unsigned reported(void);

/* What the machine code must contain when the compiler of this program compiled the variant. */
enum bench_code declared_code(const struct bench_variant *variant);

/* Reports every broken rule of what a variant observed. */
void check_metrics(const char *where, const struct bench_metrics *metrics);

/* Reports every broken rule of form. `name` is what the build calls the scenario. */
void check_form(const struct bench_scenario *scenario, const char *name);

#endif
