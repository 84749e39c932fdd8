# A struct that is returned by value, filled by the callee through a pointer, or from the heap.
question = 'What does it cost to return a struct by value?'
call ARG1 ARG1 ARG2 ARG3

OTHERS = 3
LINES_MOST = OTHERS + ALLOCATORS_MOST
load shapes.'lines_begin.gp'
done = set_line(1, 'by value, built', storage_color[STACK], storage_mark[STACK], 1)
done = set_line(2, 'by value, copied', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(3, "into the caller's", storage_color[INLINE], storage_mark[INLINE], 1)
do for [i = 1:allocators] {
    done = set_line(OTHERS + i, 'malloc: '.allocator_label[i], allocator_color[i], \
        allocator_mark[i], 1)
}
line_of(variant) = variant eq 'ret' ? 1 : variant eq 'ret_copy' ? 2 : variant eq 'out_param' ? 3 : 0
take(variant, allocator, size) = !is_row('return_struct') ? 0 \
    : variant eq 'malloc_ret' ? take_heap(OTHERS, allocator, size) \
    : take_point(line_of(variant), size)
stats cells using (take(strcol('variant'), column('allocator'), column('value')) \
    + keep_floor('return_struct')) nooutput
floor = floor_ns(0)
floor_label = 'no call'

x_title = 'bytes of the struct (logarithmic)'
x_text(v) = bytes_text(v)
x_log = 1
CROSSING_ROWS = 2
array crossing_of[2] = [1, 2]
array crossing_title[2] = ['by value, built', 'by value, copied']
CROSSING_COLUMNS = 2
array crossing_line[2] = [3, OTHERS + (baseline > 0 ? baseline : 1)]
array crossing_name[2] = ["into the caller's", 'a malloc block']
load shapes.'crossings.gp'
load shapes.'lines.gp'
