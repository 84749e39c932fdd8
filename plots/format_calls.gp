# "hello " followed by an integer of 1 to 10 digits, in every way there is.
question = 'What does "hello " followed by a number cost, as text?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 14
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, 'itoa, on the stack', storage_color[STACK], 1)
done = set_bar(2, 'itoa, in a pool', storage_color[POOL], 1)
done = set_bar(3, 'itoa, exact block', heap_color, 1)
done = set_bar(4, "as Go's Itoa, text stays", heap_color, 1)
done = set_bar(5, "as Go's Itoa, text escapes", heap_color, 1)
done = set_bar(6, 'snprintf, on the stack', storage_color[STACK], 2)
done = set_bar(7, 'snprintf, copied to a block', heap_color, 2)
done = set_bar(8, 'snprintf twice, exact block', heap_color, 2)
done = set_bar(9, 'asprintf', heap_color, 2)
done = set_bar(10, 'open_memstream', heap_color, 2)
done = set_bar(11, 'boxes on the stack', storage_color[STACK], 3)
done = set_bar(12, 'boxes on the heap', heap_color, 3)
done = set_bar(13, 'boxes and text on the heap', heap_color, 3)
done = set_bar(14, "as Go's Sprintf", heap_color, 3)
way(variant) = variant eq 'concat_stack_random' ? 1 : variant eq 'concat_pool_random' ? 2 \
    : variant eq 'concat_malloc_random' ? 3 : variant eq 'go_itoa_stay_random' ? 4 \
    : variant eq 'go_itoa_escape_random' ? 5 : variant eq 'snprintf_stack_random' ? 6 \
    : variant eq 'snprintf_malloc_copy_random' ? 7 : variant eq 'snprintf_two_pass_random' ? 8 \
    : variant eq 'asprintf_random' ? 9 : variant eq 'open_memstream_random' ? 10 \
    : variant eq 'fmt_any_stack_random' ? 11 : variant eq 'fmt_any_heap_random' ? 12 \
    : variant eq 'fmt_any_heap_result_random' ? 13 : variant eq 'go_sprintf_random' ? 14 : 0
number(variant) = is_row('format_int') ? way(variant) : 0
stats cells using (take_bar_or_dot(number(strcol('variant')), column('allocator')) \
    + keep_floor('format_int')) nooutput
floor = floor_ns(0)
floor_label = 'no text'
with_allocs = 1
load shapes.'bars.gp'
