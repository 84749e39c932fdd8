/*
 * Ways to make a text of numbers, each of one text: from the values to the sum of what was read of
 * it and its release. For the scenario that format_int.c describes, which includes it once.
 */
#ifndef ALLOCOST_FORMAT_INT_WAYS_H
#define ALLOCOST_FORMAT_INT_WAYS_H

#include "bench.h"
#include "box.h"
#include "format_any.h"
#include "format_int_state.h"
#include "intfmt.h"
#include "keep.h"
#include "pool.h"

#include <stdio.h>
#include <string.h>

/*
 * Reads the text's length, its ends, and a byte that moves through it from iteration to iteration:
 * loads of a byte are what a store of any width forwards to.
 */
BODY uint64_t sample(const char *text, size_t length, uint64_t i)
{
    KEEP_PTR(text);
    const unsigned char *const bytes = (const unsigned char *)text;
    return length + bytes[0] + bytes[length * (i % 16) / 16] + bytes[length - 1];
}

/* ---- printf's family ---- */

/* What was written is a defect when it is negative: no format here can fail but for memory. */
BODY size_t checked_length(int written)
{
    if (__builtin_expect(written < 0, 0))
        abort();
    return (size_t)written;
}

BODY size_t print(char *text, size_t size, const char *format, const int32_t *v, unsigned args)
{
    switch (args) {
    case 1:
        return checked_length(snprintf(text, size, format, v[0]));
    case 2:
        return checked_length(snprintf(text, size, format, v[0], v[1]));
    case 3:
        return checked_length(snprintf(text, size, format, v[0], v[1], v[2]));
    default:
        return checked_length(snprintf(text, size, format, v[0], v[1], v[2], v[3]));
    }
}

BODY size_t print_block(char **text, const char *format, const int32_t *v, unsigned args)
{
    switch (args) {
    case 1:
        return checked_length(asprintf(text, format, v[0]));
    case 2:
        return checked_length(asprintf(text, format, v[0], v[1]));
    case 3:
        return checked_length(asprintf(text, format, v[0], v[1], v[2]));
    default:
        return checked_length(asprintf(text, format, v[0], v[1], v[2], v[3]));
    }
}

BODY uint64_t format_snprintf_stack(struct state *state, const int32_t *v, unsigned args,
                                    uint64_t i)
{
    char text[TEXT_MAX];
    const size_t length = print(text, sizeof text, state->formats[args], v, args);
    return sample(text, length, i);
}

BODY uint64_t format_snprintf_s_stack(struct state *state, const int32_t *v, unsigned args,
                                      uint64_t i)
{
    (void)args;
    char text[TEXT_MAX];
    const size_t length =
        checked_length(snprintf(text, sizeof text, state->string_format, state->prefix, v[0]));
    return sample(text, length, i);
}

BODY uint64_t format_asprintf(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    char *text;
    const size_t length = print_block(&text, state->formats[args], v, args);
    const uint64_t sum = sample(text, length, i);
    free(text);
    return sum;
}

/* A block of exactly the text and its terminator. */
BODY uint64_t copy_to_block(const char *text, size_t length, uint64_t i)
{
    char *const block = malloc(length + 1);
    bench_require(block);
    memcpy(block, text, length + 1);
    const uint64_t sum = sample(block, length, i);
    free(block);
    return sum;
}

BODY uint64_t format_snprintf_malloc_copy(struct state *state, const int32_t *v, unsigned args,
                                          uint64_t i)
{
    char text[TEXT_MAX];
    const size_t length = print(text, sizeof text, state->formats[args], v, args);
    return copy_to_block(text, length, i);
}

BODY uint64_t format_snprintf_two_pass(struct state *state, const int32_t *v, unsigned args,
                                       uint64_t i)
{
    const size_t length = print(NULL, 0, state->formats[args], v, args);
    char *const text = malloc(length + 1);
    bench_require(text);
    print(text, length + 1, state->formats[args], v, args);
    const uint64_t sum = sample(text, length, i);
    free(text);
    return sum;
}

BODY uint64_t format_open_memstream(struct state *state, const int32_t *v, unsigned args,
                                    uint64_t i)
{
    (void)args;
    char *text;
    size_t length;
    FILE *const stream = open_memstream(&text, &length);
    bench_require(stream);
    fprintf(stream, state->formats[1], v[0]);
    if (fclose(stream) != 0)
        abort();
    const uint64_t sum = sample(text, length, i);
    free(text);
    return sum;
}

/* ---- A formatter over boxes ---- */

BODY uint64_t format_fmt_any_stack(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    int64_t integers[ARGS_MAX];
    struct box boxes[ARGS_MAX];
    for (unsigned a = 0; a < args; a++) {
        integers[a] = v[a];
        boxes[a] = box_pointer(&box_type_int, &integers[a]);
    }
    char text[TEXT_MAX];
    const size_t length = format_any(text, state->formats[args], boxes, args);
    return sample(text, length, i);
}

BODY void box_on_heap(struct box *boxes, const int32_t *v, unsigned args)
{
    for (unsigned a = 0; a < args; a++) {
        int64_t *const integer = malloc(sizeof *integer);
        bench_require(integer);
        *integer = v[a];
        boxes[a] = box_pointer(&box_type_int, integer);
    }
}

BODY void unbox_from_heap(const struct box *boxes, unsigned args)
{
    for (unsigned a = 0; a < args; a++)
        free(boxes[a].word.pointer);
}

BODY uint64_t format_fmt_any_heap(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    struct box boxes[ARGS_MAX];
    box_on_heap(boxes, v, args);
    char text[TEXT_MAX];
    const size_t length = format_any(text, state->formats[args], boxes, args);
    unbox_from_heap(boxes, args);
    return sample(text, length, i);
}

BODY uint64_t format_fmt_any_heap_result(struct state *state, const int32_t *v, unsigned args,
                                         uint64_t i)
{
    struct box boxes[ARGS_MAX];
    box_on_heap(boxes, v, args);
    char text[TEXT_MAX];
    const size_t length = format_any(text, state->formats[args], boxes, args);
    const uint64_t sum = copy_to_block(text, length, i);
    unbox_from_heap(boxes, args);
    return sum;
}

BODY uint64_t format_go_sprintf(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    struct box boxes[ARGS_MAX];
    for (unsigned a = 0; a < args; a++) {
        boxes[a] = box_pointer(&box_type_int, box_small_int((uint64_t)(int64_t)v[a]));
        if (boxes[a].word.pointer == NULL)
            box_on_heap(&boxes[a], &v[a], 1);
    }
    char text[TEXT_MAX];
    const size_t length = format_any(text, state->formats[args], boxes, args);
    const uint64_t sum = copy_to_block(text, length, i);
    for (unsigned a = 0; a < args; a++)
        if (!box_is_small_int(boxes[a].word.pointer))
            free(boxes[a].word.pointer);
    return sum;
}

/* ---- Digits alone ---- */

#define FORMAT_ITOA(method)                                                                  \
    BODY uint64_t format_itoa_##method(struct state *state, const int32_t *v, unsigned args, \
                                       uint64_t i)                                           \
    {                                                                                        \
        (void)state, (void)args;                                                             \
        char text[INTFMT_MAX];                                                               \
        const size_t length = intfmt_##method(text, v[0]);                                   \
        return sample(text, length, i);                                                      \
    }

FORMAT_ITOA(div)
FORMAT_ITOA(lut)
FORMAT_ITOA(count)
FORMAT_ITOA(fixed)
FORMAT_ITOA(swar)

/* ---- Concatenation ---- */

BODY size_t concat(char *text, const struct state *state, const int32_t *v, unsigned args)
{
    memcpy(text, state->prefix, PREFIX_LENGTH);
    size_t length = PREFIX_LENGTH;
    for (unsigned a = 0; a < args; a++) {
        if (a > 0)
            text[length++] = ' ';
        length += intfmt_swar(text + length, v[a]);
    }
    text[length] = '\0';
    return length;
}

BODY uint64_t format_concat_stack(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    char text[TEXT_MAX];
    const size_t length = concat(text, state, v, args);
    return sample(text, length, i);
}

BODY uint64_t format_concat_pool(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    char *const text = pool_get(&state->pool);
    bench_require(text);
    const size_t length = concat(text, state, v, args);
    const uint64_t sum = sample(text, length, i);
    pool_put(&state->pool, text);
    return sum;
}

BODY uint64_t format_concat_malloc(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    char text[TEXT_MAX];
    const size_t length = concat(text, state, v, args);
    return copy_to_block(text, length, i);
}

/* A string as Go has it: address and length, no terminator. */
struct string {
    char *text;
    size_t length;
    bool owned; /* text is a block, not the table's */
};

BODY struct string go_itoa(struct state *state, int32_t value)
{
    if (value < SMALL_INTS)
        return (struct string){state->small[value], value < 10 ? 1 : 2, false};
    char digits[INTFMT_MAX];
    const size_t length = intfmt_swar(digits, value);
    char *const text = malloc(length);
    bench_require(text);
    memcpy(text, digits, length);
    return (struct string){text, length, true};
}

/* Needs room for TEXT_MAX bytes. Releases the digits. */
BODY size_t go_concat(char *text, const struct state *state, struct string digits)
{
    memcpy(text, state->prefix, PREFIX_LENGTH);
    memcpy(text + PREFIX_LENGTH, digits.text, digits.length);
    text[PREFIX_LENGTH + digits.length] = '\0';
    if (digits.owned)
        free(digits.text);
    return PREFIX_LENGTH + digits.length;
}

BODY uint64_t format_go_itoa_stay(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    (void)args;
    char text[TEXT_MAX];
    const size_t length = go_concat(text, state, go_itoa(state, v[0]));
    return sample(text, length, i);
}

BODY uint64_t format_go_itoa_escape(struct state *state, const int32_t *v, unsigned args,
                                    uint64_t i)
{
    (void)args;
    const struct string digits = go_itoa(state, v[0]);
    char *const text = malloc(PREFIX_LENGTH + digits.length + 1);
    bench_require(text);
    const size_t length = go_concat(text, state, digits);
    const uint64_t sum = sample(text, length, i);
    free(text);
    return sum;
}

BODY uint64_t format_null(struct state *state, const int32_t *v, unsigned args, uint64_t i)
{
    (void)args;
    return (uint64_t)v[0] + sample(state->sample, state->sample_length, i);
}

#endif
