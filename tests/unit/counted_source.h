/*
 * A source of the user's for a pool that threads share, of which every object is accounted for.
 */
#ifndef ALLOCOST_TEST_COUNTED_SOURCE_H
#define ALLOCOST_TEST_COUNTED_SOURCE_H

#include "check.h"
#include "object_source.h"

#include <errno.h>

enum { COUNTED_BYTES = 48 }; /* of an object */

static size_t live_count; /* objects that were made and not dropped */
static size_t made_count; /* objects that were made */
static size_t make_limit; /* with so many of them live there is no more memory */

static void *make_counted(void *context)
{
    EXPECT(context == &live_count);
    if (live_count == make_limit) {
        errno = ENOMEM;
        return NULL;
    }
    live_count++;
    made_count++;
    return malloc(COUNTED_BYTES);
}

static void drop_counted(void *context, void *object)
{
    EXPECT(context == &live_count);
    live_count--;
    free(object);
}

static const struct object_source counted = {
    .make = make_counted,
    .drop = drop_counted,
    .context = &live_count,
    .object_size = COUNTED_BYTES,
};

#endif
