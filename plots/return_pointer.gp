# The same object in every storage, by its size.
question = 'What does it cost to return a pointer to a new object?'
call ARG1 ARG1 ARG2 ARG3

OTHERS = 8
LINES_MOST = OTHERS + ALLOCATORS_MOST
load shapes.'lines_begin.gp'
done = set_line(1, "stack: caller's frame", storage_color[STACK], storage_mark[STACK], 1)
done = set_line(2, 'stack: by value', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(3, 'arena: mark', storage_color[ARENA], storage_mark[ARENA], 1)
done = set_line(4, 'arena: reset', storage_color[ARENA], storage_mark[ARENA], 2)
done = set_line(5, 'pool: inlined', storage_color[POOL], storage_mark[POOL], 1)
done = set_line(6, 'pool: called', storage_color[POOL_CALL], storage_mark[POOL_CALL], 1)
done = set_line(7, 'static buffer', storage_color[STATIC], storage_mark[STATIC], 1)
done = baseline > 0 ? set_line(8, baseline_label.', one thread', allocator_color[baseline], \
    allocator_mark[baseline], 2) : 0
do for [i = 1:allocators] {
    done = set_line(OTHERS + i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
}
line_of(variant, allocator) = !is_row('return_pointer') ? 0 \
    : variant eq 'out_param' ? 1 : variant eq 'by_value' ? 2 : variant eq 'arena_mark' ? 3 \
    : variant eq 'arena_reset' ? 4 : variant eq 'pool' ? 5 : variant eq 'pool_call' ? 6 \
    : variant eq 'static_buf' ? 7 \
    : variant eq 'malloc_never_threaded' && allocator == baseline ? 8 \
    : variant eq 'malloc' ? OTHERS + allocator : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value')) \
    + keep_floor('return_pointer')) nooutput
floor = floor_ns(0)
floor_label = 'no object'
x_title = 'bytes of the object (logarithmic)'
x_text(v) = bytes_text(v)
x_log = 1
load shapes.'lines.gp'
