/*
 * Counts for the calling thread what the functions in front tell of.
 */
#include "count/count.h"
#include "count/slots.h"
#include "front/behind.h"
#include "front/front.h"

const char front_name[] = "liballocost_count";

static void count_sizes(struct slot *slot, void *block, size_t size)
{
    add(slot, &slot->bytes, size);
    if (behind.usable != NULL)
        add(slot, &slot->usable_bytes, behind.usable(block));
}

void front_got(void *block, const struct front_request *request)
{
    struct slot *const slot = my_slot();
    add(slot, &slot->allocs, 1);
    count_sizes(slot, block, request->size);
}

void front_giving(void *block)
{
    (void)block;
    struct slot *const slot = my_slot();
    add(slot, &slot->frees, 1);
}

void front_resizing(struct front_block *old)
{
    (void)old;
}

void front_resized(const struct front_block *old, void *moved, const struct front_request *request)
{
    if (request->size == 0) {
        front_giving(old->block);
        if (moved != NULL)
            front_got(moved, request);
    } else if (moved != NULL) {
        struct slot *const slot = my_slot();
        add(slot, &slot->reallocs, 1);
        count_sizes(slot, moved, request->size);
    }
}

EXPORT void allocost_count_read(struct count_totals *out)
{
    slots_sum(out);
}

EXPORT const char *allocost_count_provider(void)
{
    return behind_ready() ? behind.path : "";
}
