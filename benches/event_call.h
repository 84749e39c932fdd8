/*
 * One call that handles an event: what it makes, where that lives, and who reads it. The body is
 * copied into a function for each way of making it.
 */
#ifndef ALLOCOST_EVENT_CALL_H
#define ALLOCOST_EVENT_CALL_H

#include "arena.h"
#include "bench.h"
#include "box.h"
#include "keep.h"
#include "pool.h"

#include <string.h>

enum {
    WORD = sizeof(uint64_t),
    HEADER_WORDS = 8,
    ATTRIBUTES = 16,
    PIECES = 8,
    RECORDS = 20, /* one for each attribute, the others for words of the header */
    TEXT_BYTES = 16,
    SCRATCH_WORDS = 8,
    EVENTS = 16
};

enum home { STACK, MALLOC, POOL, POOL_CALL, ARENA };
enum order { LIFO, FIFO, AT_END };

struct attribute {
    uint64_t key;
    uint64_t value;
};

struct event {
    uint64_t header[HEADER_WORDS];
    struct attribute attributes[ATTRIBUTES];
};

struct result {
    uint64_t event; /* first word of its header */
    uint64_t sum;   /* of all records */
    uint64_t first; /* what the first record says */
    uint64_t last;
};

/* What a call keeps until it returns. */
struct record {
    uint64_t event;
    uint64_t key;
    uint64_t value;
    uint64_t sum;
};

/* What a closure captured. */
struct env {
    uint64_t event;
    uint64_t sum;
};

struct failure {
    uint64_t code;
    const struct attribute *about;
};

/* What is made for one attribute. */
struct pieces {
    struct attribute *copy;
    uint64_t *key;
    uint64_t *value;
    struct env *env;
    struct box *arguments; /* two: key and value */
    unsigned char *text;
    struct failure *failure;
    uint64_t *scratch;
};

/* Room for it in a frame. */
struct room {
    struct attribute copy;
    uint64_t key;
    uint64_t value;
    struct env env;
    struct box arguments[2];
    unsigned char text[TEXT_BYTES];
    struct failure failure;
    uint64_t scratch[SCRATCH_WORDS];
};

_Static_assert(2 + ATTRIBUTES * PIECES + RECORDS == 150, "what the names say");

struct state {
    struct pool words1; /* of objects of 8 bytes */
    struct pool words2;
    struct pool words4;
    struct pool words8;
    struct pool whole_events;
    struct arena kept;
    struct arena dropped;
    struct event events[EVENTS];
};

/* ---- Where things live ---- */

BODY struct pool *pool_for(struct state *state, size_t size)
{
    switch (size) {
    case 1 * WORD:
        return &state->words1;
    case 2 * WORD:
        return &state->words2;
    case 4 * WORD:
        return &state->words4;
    case 8 * WORD:
        return &state->words8;
    default:
        return &state->whole_events;
    }
}

/* `arena` and `frame` are where ARENA and STACK have it. A frame's check for NULL costs nothing. */
BODY void *get(enum home home, struct state *state, size_t size, struct arena *arena, void *frame)
{
    void *block = NULL;
    switch (home) {
    case STACK:
        block = frame;
        break;
    case MALLOC:
        block = malloc(size);
        break;
    case POOL:
        block = pool_get(pool_for(state, size));
        break;
    case POOL_CALL:
        block = pool_get_call(pool_for(state, size));
        break;
    case ARENA:
        block = arena_alloc(arena, size, WORD);
        break;
    }
    bench_require(block);
    return block;
}

BODY void put(enum home home, struct state *state, size_t size, void *block)
{
    if (home == MALLOC)
        free(block);
    else if (home == POOL)
        pool_put(pool_for(state, size), block);
    else if (home == POOL_CALL)
        pool_put_call(pool_for(state, size), block);
}

/*
 * ---- Readers, which do not know where that is ----
 *
 * Each reads every word of what it is given and returns a number made of them. Cannot fail.
 */
uint64_t event_read_attribute(const struct attribute *attribute);
uint64_t event_read_closure(const struct env *env, uint64_t x);
uint64_t event_read_arguments(const struct box *arguments); /* two; and the words behind them */
uint64_t event_read_text(const unsigned char *text);
uint64_t event_read_failure(const struct failure *failure);
uint64_t event_read_scratch(const uint64_t *scratch);
uint64_t event_read_record(const struct record *record);
uint64_t event_read_result(const struct result *result);

/* ---- The call tree ---- */

/* The 16 digits of a number to the base 16, which are the letters from @ to O. */
BODY void write_text(unsigned char *text, uint64_t number)
{
    const uint64_t digits = UINT64_C(0x0f0f0f0f0f0f0f0f), letters = UINT64_C(0x4040404040404040);
    const uint64_t halves[2] = {(number >> 4 & digits) | letters, (number & digits) | letters};
    memcpy(text, halves, sizeof halves);
}

/* Makes and reads everything for one attribute. */
BODY uint64_t handle(enum home home, struct state *state, struct room *room, uint64_t event,
                     const struct attribute *attribute, struct pieces *made)
{
    made->copy = get(home, state, sizeof room->copy, &state->dropped, &room->copy);
    *made->copy = *attribute;
    uint64_t sum = event_read_attribute(made->copy);
    made->key = get(home, state, sizeof room->key, &state->dropped, &room->key);
    *made->key = made->copy->key;
    made->value = get(home, state, sizeof room->value, &state->dropped, &room->value);
    *made->value = made->copy->value;
    made->env = get(home, state, sizeof room->env, &state->dropped, &room->env);
    *made->env = (struct env){event, sum};
    sum = event_read_closure(made->env, *made->value);
    made->arguments = get(home, state, sizeof room->arguments, &state->dropped, room->arguments);
    made->arguments[0] = box_pointer(&box_type_int, made->key);
    made->arguments[1] = box_pointer(&box_type_int, made->value);
    sum += event_read_arguments(made->arguments);
    made->text = get(home, state, sizeof room->text, &state->dropped, room->text);
    write_text(made->text, sum);
    sum += event_read_text(made->text);
    made->failure = get(home, state, sizeof room->failure, &state->dropped, &room->failure);
    *made->failure = (struct failure){sum, made->copy};
    sum += event_read_failure(made->failure);
    made->scratch = get(home, state, sizeof room->scratch, &state->dropped, room->scratch);
    for (size_t i = 0; i < SCRATCH_WORDS; i++)
        made->scratch[i] = sum ^ i;
    return event_read_scratch(made->scratch);
}

BODY void drop_oldest_first(enum home home, struct state *state, const struct pieces *made)
{
    put(home, state, sizeof(struct attribute), made->copy);
    put(home, state, WORD, made->key);
    put(home, state, WORD, made->value);
    put(home, state, sizeof(struct env), made->env);
    put(home, state, 2 * sizeof(struct box), made->arguments);
    put(home, state, TEXT_BYTES, made->text);
    put(home, state, sizeof(struct failure), made->failure);
    put(home, state, SCRATCH_WORDS * WORD, made->scratch);
}

BODY void drop_youngest_first(enum home home, struct state *state, const struct pieces *made)
{
    put(home, state, SCRATCH_WORDS * WORD, made->scratch);
    put(home, state, sizeof(struct failure), made->failure);
    put(home, state, TEXT_BYTES, made->text);
    put(home, state, 2 * sizeof(struct box), made->arguments);
    put(home, state, sizeof(struct env), made->env);
    put(home, state, WORD, made->value);
    put(home, state, WORD, made->key);
    put(home, state, sizeof(struct attribute), made->copy);
}

BODY struct record *keep(enum home home, struct state *state, struct record *room, uint64_t event,
                         struct attribute of, uint64_t sum)
{
    struct record *const record = get(home, state, sizeof *record, &state->kept, room);
    *record = (struct record){event, of.key, of.value, sum};
    KEEP_PTR(record);
    return record;
}

/* Reads all records into the result, and gives them back. */
BODY void conclude(enum home home, enum order order, struct state *state, uint64_t event,
                   struct record **records, struct result *result)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < RECORDS; i++)
        sum += event_read_record(records[i]);
    *result = (struct result){event, sum, records[0]->sum, records[RECORDS - 1]->sum};
    for (size_t i = 0; i < RECORDS; i++)
        put(home, state, sizeof(struct record), records[order == LIFO ? RECORDS - 1 - i : i]);
}

/* The inside of every function that handles an event. The homes are of pieces and of records. */
BODY void process(enum home home, enum home record_home, enum order order, struct state *state,
                  const struct event *event, struct result *result)
{
    const struct arena_mark kept = arena_mark(&state->kept);
    const struct arena_mark dropped = arena_mark(&state->dropped);
    struct record record_room[RECORDS];
    struct record *records[RECORDS];
    struct pieces made[ATTRIBUTES];
    const uint64_t id = event->header[0];
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        struct room room;
        const uint64_t sum =
            handle(home, state, &room, id, &event->attributes[i], &made[order == AT_END ? i : 0]);
        records[i] = keep(record_home, state, &record_room[i], id, event->attributes[i], sum);
        if (order == LIFO)
            drop_youngest_first(home, state, made);
        else if (order == FIFO)
            drop_oldest_first(home, state, made);
        if (home == ARENA && order != AT_END)
            arena_release(&state->dropped, dropped);
    }
    for (size_t i = ATTRIBUTES; i < RECORDS; i++) {
        const uint64_t word = event->header[i - ATTRIBUTES + 1];
        records[i] = keep(record_home, state, &record_room[i], id, (struct attribute){i, word}, i);
    }
    conclude(record_home, order, state, id, records, result);
    for (size_t i = 0; order == AT_END && i < ATTRIBUTES; i++)
        drop_oldest_first(home, state, &made[i]);
    if (home == ARENA && order == AT_END)
        arena_release(&state->dropped, dropped);
    if (record_home == ARENA)
        arena_release(&state->kept, kept);
}

#endif
