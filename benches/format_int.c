/*
 * Question: what does "hello " followed by a number cost, as text on the stack or the heap?
 * Variants: snprintf_stack, into a buffer in the frame (snprintf_s_stack: the "hello " is an
 *           argument too); asprintf; snprintf_malloc_copy, into the frame and then copied to an
 *           exact block, which is the shape of Go's Sprintf; snprintf_two_pass, measured first,
 *           then written to an exact block; open_memstream; fmt_any_stack, a formatter over boxes
 *           whose integers are in the frame, fmt_any_heap, in blocks of the heap, and
 *           fmt_any_heap_result, which also returns the text in an exact block; go_sprintf, as the
 *           last, but integers below 256 are boxed without a block; itoa_div, itoa_lut, itoa_count,
 *           itoa_fixed and itoa_swar, the digits alone; concat_stack, concat_pool, concat_malloc,
 *           "hello " and the digits of itoa_swar, the fastest: into the frame, a pool object, and
 *           the frame and then copied to an exact block, whose size is not known before;
 *           go_itoa_stay and go_itoa_escape, the digits in an exact block (below 100: from a
 *           table), then concatenated in the frame or into an exact block. null: a finished text.
 * Values:   `digits` decimal digits each; ..._random: 1 to 10, as often one as another, which is
 *           what a branch predictor meets in earnest; ..._small: 0 to 99; ..._args2 to _args4: so
 *           many numbers of random length in one text.
 * Timed:    all of it, with three reads of the text, and the release.
 * Not timed: drawing the values. Formats and the text in front are read from memory.
 * Expect:   parsing a format costs ten times what writing the digits does, wherever the text goes.
 *           Random lengths cost methods that branch on the length a misprediction. C's varargs box
 *           nothing; boxes cost an allocation an argument. glibc up to 2.36 allocates twice in
 *           asprintf; open_memstream takes a buffer of 8 KiB for any text.
 */
#include "format_int_ways.h"

/* ---- One loop for each way and number of arguments ---- */

#define RUN(way, args)                                                             \
    static uint64_t run_##way##_##args(void *opaque, uint64_t iterations)          \
    {                                                                              \
        struct state *const state = opaque;                                        \
        uint64_t sum = 0;                                                          \
        for (uint64_t i = 0; i < iterations; i++) {                                \
            KEEP_PTR(state); /* or the pool's free list stays in a register */     \
            sum += format_##way(state, &state->values[i % BENCH_INPUTS], args, i); \
        }                                                                          \
        return sum;                                                                \
    }

#define RUNS(way) RUN(way, 1) RUN(way, 2) RUN(way, 3) RUN(way, 4)

RUN(null, 1)
RUNS(snprintf_stack)
RUN(snprintf_s_stack, 1)
RUN(asprintf, 1)
RUN(asprintf, 4)
RUN(snprintf_malloc_copy, 1)
RUN(snprintf_two_pass, 1)
RUN(open_memstream, 1)
RUNS(fmt_any_stack)
RUN(fmt_any_heap, 1)
RUNS(fmt_any_heap_result)
RUN(go_sprintf, 1)
RUN(itoa_div, 1)
RUN(itoa_lut, 1)
RUN(itoa_count, 1)
RUN(itoa_fixed, 1)
RUN(itoa_swar, 1)
RUN(concat_stack, 1)
RUN(concat_pool, 1)
RUNS(concat_malloc)
RUN(go_itoa_stay, 1)
RUN(go_itoa_escape, 1)

static const struct bench_value values[] = {
    {1, BENCH_KEY},      {2, BENCH_EXTENDED}, {3, BENCH_DEFAULT},  {4, BENCH_EXTENDED},
    {5, BENCH_KEY},      {6, BENCH_EXTENDED}, {7, BENCH_EXTENDED}, {8, BENCH_DEFAULT},
    {9, BENCH_EXTENDED}, {10, BENCH_KEY},
};

/* A row of the table: name, where the text lives, loop, what setup draws, tier. */
#define ROW(text, where, loop, inputs, when)                                              \
    .name = (text), .storage = BENCH_##where, .run = run_##loop, .setup = setup_##inputs, \
    .teardown = teardown, .tier = BENCH_##when
#define RANDOM .unswept = true
#define SMALL .unswept = true, .work = "small"
#define ARGS(count) .unswept = true, .work = "args" #count
#define DIGITS .work = "digits"
#define COUNTS(what, list) .expect = expect_##what, BENCH_CALLS(list)
#define BLOCK COUNTS(result, "malloc free")

static const struct bench_variant variants[] = {
    {ROW("null", INLINE, null_1, random, KEY), RANDOM, .work = "null"},

    {ROW("snprintf_stack", STACK, snprintf_stack_1, digits, KEY)},
    {ROW("snprintf_s_stack", STACK, snprintf_s_stack_1, digits, EXTENDED)},
    {ROW("asprintf", HEAP, asprintf_1, digits_libc, EXTENDED), COUNTS(asprintf, "asprintf free")},
    {ROW("snprintf_malloc_copy", HEAP, snprintf_malloc_copy_1, digits, EXTENDED), BLOCK},
    {ROW("snprintf_two_pass", HEAP, snprintf_two_pass_1, digits, EXTENDED), BLOCK},
    {ROW("open_memstream", HEAP, open_memstream_1, digits_libc, EXTENDED),
     COUNTS(memstream, "open_memstream free")},
    {ROW("fmt_any_stack", STACK, fmt_any_stack_1, digits, EXTENDED)},
    {ROW("fmt_any_heap", HEAP, fmt_any_heap_1, digits, EXTENDED), COUNTS(boxes, "malloc free")},
    {ROW("fmt_any_heap_result", HEAP, fmt_any_heap_result_1, digits, EXTENDED),
     COUNTS(boxes_result, "malloc free")},
    {ROW("go_sprintf", HEAP, go_sprintf_1, digits, EXTENDED), COUNTS(go_sprintf, "malloc free")},
    {ROW("itoa_div", STACK, itoa_div_1, digits, KEY), DIGITS},
    {ROW("itoa_lut", STACK, itoa_lut_1, digits, DEFAULT), DIGITS},
    {ROW("itoa_count", STACK, itoa_count_1, digits, DEFAULT), DIGITS},
    {ROW("itoa_fixed", STACK, itoa_fixed_1, digits, DEFAULT), DIGITS},
    {ROW("itoa_swar", STACK, itoa_swar_1, digits, KEY), DIGITS},
    {ROW("concat_stack", STACK, concat_stack_1, digits, EXTENDED)},
    {ROW("concat_pool", POOL, concat_pool_1, digits, EXTENDED)},
    {ROW("concat_malloc", HEAP, concat_malloc_1, digits, EXTENDED), BLOCK},
    {ROW("go_itoa_stay", HEAP, go_itoa_stay_1, digits, EXTENDED), COUNTS(go_itoa, "malloc free")},
    {ROW("go_itoa_escape", HEAP, go_itoa_escape_1, digits, EXTENDED),
     COUNTS(go_itoa_result, "malloc free")},

    {ROW("snprintf_stack_random", STACK, snprintf_stack_1, random, KEY), RANDOM, .control = true},
    {ROW("snprintf_s_stack_random", STACK, snprintf_s_stack_1, random, EXTENDED), RANDOM},
    {ROW("asprintf_random", HEAP, asprintf_1, random_libc, KEY), RANDOM,
     COUNTS(asprintf, "asprintf free")},
    {ROW("snprintf_malloc_copy_random", HEAP, snprintf_malloc_copy_1, random, KEY), RANDOM, BLOCK},
    {ROW("snprintf_two_pass_random", HEAP, snprintf_two_pass_1, random, DEFAULT), RANDOM, BLOCK},
    {ROW("open_memstream_random", HEAP, open_memstream_1, random_libc, DEFAULT), RANDOM,
     COUNTS(memstream, "open_memstream free")},
    {ROW("fmt_any_stack_random", STACK, fmt_any_stack_1, random, DEFAULT), RANDOM},
    {ROW("fmt_any_heap_random", HEAP, fmt_any_heap_1, random, DEFAULT), RANDOM,
     COUNTS(boxes, "malloc free")},
    {ROW("fmt_any_heap_result_random", HEAP, fmt_any_heap_result_1, random, KEY), RANDOM,
     COUNTS(boxes_result, "malloc free")},
    {ROW("go_sprintf_random", HEAP, go_sprintf_1, random, DEFAULT), RANDOM,
     COUNTS(go_sprintf, "malloc free")},
    {ROW("itoa_div_random", STACK, itoa_div_1, random, KEY), RANDOM, DIGITS},
    {ROW("itoa_lut_random", STACK, itoa_lut_1, random, DEFAULT), RANDOM, DIGITS},
    {ROW("itoa_count_random", STACK, itoa_count_1, random, DEFAULT), RANDOM, DIGITS},
    {ROW("itoa_fixed_random", STACK, itoa_fixed_1, random, DEFAULT), RANDOM, DIGITS},
    {ROW("itoa_swar_random", STACK, itoa_swar_1, random, KEY), RANDOM, DIGITS},
    {ROW("concat_stack_random", STACK, concat_stack_1, random, KEY), RANDOM, .control = true},
    {ROW("concat_pool_random", POOL, concat_pool_1, random, KEY), RANDOM},
    {ROW("concat_malloc_random", HEAP, concat_malloc_1, random, KEY), RANDOM, BLOCK},
    {ROW("go_itoa_stay_random", HEAP, go_itoa_stay_1, random, DEFAULT), RANDOM,
     COUNTS(go_itoa, "malloc free")},
    {ROW("go_itoa_escape_random", HEAP, go_itoa_escape_1, random, DEFAULT), RANDOM,
     COUNTS(go_itoa_result, "malloc free")},

    {ROW("snprintf_stack_small", STACK, snprintf_stack_1, small, DEFAULT), SMALL},
    {ROW("asprintf_small", HEAP, asprintf_1, small_libc, EXTENDED), SMALL,
     COUNTS(asprintf, "asprintf free")},
    {ROW("fmt_any_heap_result_small", HEAP, fmt_any_heap_result_1, small, EXTENDED), SMALL,
     COUNTS(boxes_result, "malloc free")},
    {ROW("go_sprintf_small", HEAP, go_sprintf_1, small, DEFAULT), SMALL,
     COUNTS(go_sprintf, "malloc free")},
    {ROW("concat_stack_small", STACK, concat_stack_1, small, DEFAULT), SMALL},
    {ROW("concat_malloc_small", HEAP, concat_malloc_1, small, EXTENDED), SMALL, BLOCK},
    {ROW("go_itoa_stay_small", HEAP, go_itoa_stay_1, small, DEFAULT), SMALL,
     COUNTS(go_itoa, "malloc free")},
    {ROW("go_itoa_escape_small", HEAP, go_itoa_escape_1, small, DEFAULT), SMALL,
     COUNTS(go_itoa_result, "malloc free")},

    {ROW("snprintf_stack_args2", STACK, snprintf_stack_2, args2, EXTENDED), ARGS(2)},
    {ROW("snprintf_stack_args3", STACK, snprintf_stack_3, args3, EXTENDED), ARGS(3)},
    {ROW("snprintf_stack_args4", STACK, snprintf_stack_4, args4, DEFAULT), ARGS(4)},
    {ROW("asprintf_args4", HEAP, asprintf_4, args4_libc, EXTENDED), ARGS(4),
     COUNTS(asprintf, "asprintf free")},
    {ROW("fmt_any_stack_args2", STACK, fmt_any_stack_2, args2, EXTENDED), ARGS(2)},
    {ROW("fmt_any_stack_args3", STACK, fmt_any_stack_3, args3, EXTENDED), ARGS(3)},
    {ROW("fmt_any_stack_args4", STACK, fmt_any_stack_4, args4, EXTENDED), ARGS(4)},
    {ROW("fmt_any_heap_result_args2", HEAP, fmt_any_heap_result_2, args2, EXTENDED), ARGS(2),
     COUNTS(boxes_result, "malloc free")},
    {ROW("fmt_any_heap_result_args3", HEAP, fmt_any_heap_result_3, args3, EXTENDED), ARGS(3),
     COUNTS(boxes_result, "malloc free")},
    {ROW("fmt_any_heap_result_args4", HEAP, fmt_any_heap_result_4, args4, DEFAULT), ARGS(4),
     COUNTS(boxes_result, "malloc free")},
    {ROW("concat_malloc_args2", HEAP, concat_malloc_2, args2, EXTENDED), ARGS(2), BLOCK},
    {ROW("concat_malloc_args3", HEAP, concat_malloc_3, args3, EXTENDED), ARGS(3), BLOCK},
    {ROW("concat_malloc_args4", HEAP, concat_malloc_4, args4, EXTENDED), ARGS(4), BLOCK},
};

const struct bench_scenario bench_scenario = {
    .name = "format_int",
    .question = "What does \"hello \" followed by a number cost, as text?",
    .touch = "writes the whole text, reads three of its bytes",
    .param = "digits",
    .values = values,
    .value_count = BENCH_COUNT(values),
    .variants = variants,
    .variant_count = BENCH_COUNT(variants),
};
