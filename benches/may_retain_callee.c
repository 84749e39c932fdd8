/* The other unit of the scenario that may_retain.c describes. */
#include "may_retain.h"

uint64_t MADE(may_retain_read)(const uint64_t *n)
{
    return may_retain_mix(*n);
}
