/*
 * Assertions of the tests: each says file, line and both values, is counted, and does not stop the
 * test. A test program ends with `return check_result();`.
 */
#ifndef ALLOCOST_TEST_CHECK_H
#define ALLOCOST_TEST_CHECK_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_SKIPPED = 77 }; /* ctest's SKIP_RETURN_CODE */

static unsigned check_failures;
static unsigned check_count;

static inline void check_record(int holds, const char *file, int line, const char *what)
{
    check_count++;
    if (!holds) {
        check_failures++;
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
}

#define EXPECT(condition) check_record(!!(condition), __FILE__, __LINE__, #condition)

#define EXPECT_INT(actual, expected)                                                 \
    do {                                                                             \
        const long long a_ = (long long)(actual), e_ = (long long)(expected);        \
        char text_[256];                                                             \
        snprintf(text_, sizeof text_, "%s is %lld, expected %lld", #actual, a_, e_); \
        check_record(a_ == e_, __FILE__, __LINE__, text_);                           \
    } while (0)

/* Equal to within a relative tolerance; NaN equals NaN. */
#define EXPECT_NEAR(actual, expected, relative)                                                    \
    do {                                                                                           \
        const double a_ = (actual), e_ = (expected);                                               \
        char text_[256];                                                                           \
        snprintf(text_, sizeof text_, "%s is %.17g, expected %.17g", #actual, a_, e_);             \
        check_record((isnan(a_) && isnan(e_)) || a_ == e_ || fabs(a_ - e_) <= (relative)*fabs(e_), \
                     __FILE__, __LINE__, text_);                                                   \
    } while (0)

#define EXPECT_STR(actual, expected)                                                              \
    do {                                                                                          \
        const char *const a_ = (actual), *const e_ = (expected);                                  \
        char text_[1024];                                                                         \
        snprintf(text_, sizeof text_, "%s is \"%.400s\", expected \"%.400s\"", #actual,           \
                 a_ != NULL ? a_ : "(null)", e_ != NULL ? e_ : "(null)");                         \
        check_record(a_ != NULL && e_ != NULL && strcmp(a_, e_) == 0, __FILE__, __LINE__, text_); \
    } while (0)

/* The program's exit code: 0 when every check held and there was at least one. */
static inline int check_result(void)
{
    printf("%u checks, %u failed\n", check_count, check_failures);
    return check_count > 0 && check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
