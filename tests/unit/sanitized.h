/*
 * SANITIZED: whether malloc is that of a sanitizer, in front of which nothing can be preloaded.
 */
#ifndef ALLOCOST_TEST_SANITIZED_H
#define ALLOCOST_TEST_SANITIZED_H

#include <stdbool.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#endif
