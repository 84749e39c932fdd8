/* The variants of forward_struct for a struct of SIZE bytes; included once for each size. The
 * including file has the macros for one function and its loop. */

#include "struct_object.h"

/* Both words that are read. */
BODY uint64_t SIZED(read)(const struct SIZED(object) * object)
{
    return object->words[0] + object->words[SIZE / 8 - 1];
}

BODY uint64_t SIZED(read_copy)(const struct SIZED(object) * object)
{
    const struct SIZED(object) copy = *object;
    KEEP_PTR(&copy);
    return SIZED(read)(&copy);
}

/* The last function, and those on the way to it. */
FORWARD_FUNCTION(val, 1, struct SIZED(object), *object, SIZED(read)(&object) + x)
FORWARD_FUNCTION(ptr, 1, const struct SIZED(object) *, object, SIZED(read)(object) + x)
FORWARD_FUNCTION(ptr_copy, 1, const struct SIZED(object) *, object, SIZED(read_copy)(object) + x)
FORWARD_FUNCTION(val_tail, 1, struct SIZED(object), *object, SIZED(read)(&object) + x)
FORWARD_FUNCTION(ptr_tail, 1, const struct SIZED(object) *, object, SIZED(read)(object) + x)

#define FORWARD_HOPS(hops, next)                                           \
    FORWARD_FUNCTION(val, hops, struct SIZED(object), *object,             \
                     SIZED(forward_val_##next)(object, x) + 1)             \
    FORWARD_FUNCTION(ptr, hops, const struct SIZED(object) *, object,      \
                     SIZED(forward_ptr_##next)(object, x) + 1)             \
    FORWARD_FUNCTION(ptr_copy, hops, const struct SIZED(object) *, object, \
                     SIZED(forward_ptr_copy_##next)(object, x) + 1)        \
    FORWARD_FUNCTION(val_tail, hops, struct SIZED(object), *object,        \
                     SIZED(forward_val_tail_##next)(object, x + 1))        \
    FORWARD_FUNCTION(ptr_tail, hops, const struct SIZED(object) *, object, \
                     SIZED(forward_ptr_tail_##next)(object, x + 1))

FORWARD_HOPS(2, 1)
FORWARD_HOPS(3, 2)
FORWARD_HOPS(4, 3)
FORWARD_HOPS(5, 4)
FORWARD_HOPS(6, 5)
FORWARD_HOPS(7, 6)
FORWARD_HOPS(8, 7)
#undef FORWARD_HOPS

FORWARD_CHOICE(val)
FORWARD_CHOICE(ptr)
FORWARD_CHOICE(ptr_copy)
FORWARD_CHOICE(val_tail)
FORWARD_CHOICE(ptr_tail)
