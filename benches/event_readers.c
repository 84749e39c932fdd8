/* Who reads what an event's call makes. Not to be looked into: it may live anywhere. */
#include "event_call.h"

OPAQUE uint64_t event_read_attribute(const struct attribute *attribute)
{
    return attribute->key + 3 * attribute->value;
}

OPAQUE uint64_t event_read_closure(const struct env *env, uint64_t x)
{
    return env->event ^ (env->sum + x);
}

OPAQUE uint64_t event_read_arguments(const struct box *arguments)
{
    const uint64_t *const key = arguments[0].word.pointer;
    const uint64_t *const value = arguments[1].word.pointer;
    return *key ^ 5 * *value;
}

OPAQUE uint64_t event_read_text(const unsigned char *text)
{
    uint64_t halves[2];
    memcpy(halves, text, sizeof halves);
    return halves[0] + 7 * halves[1];
}

OPAQUE uint64_t event_read_failure(const struct failure *failure)
{
    return failure->code + failure->about->value;
}

OPAQUE uint64_t event_read_scratch(const uint64_t *scratch)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SCRATCH_WORDS; i++)
        sum += scratch[i];
    return sum;
}

OPAQUE uint64_t event_read_record(const struct record *record)
{
    return record->event ^ (record->key + record->value) ^ record->sum;
}

OPAQUE uint64_t event_read_result(const struct result *result)
{
    return result->event + result->sum + result->first + result->last;
}
