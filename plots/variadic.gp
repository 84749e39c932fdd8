# Any number of integers to one function: C's varargs, unions, boxes on the stack and on the heap.
question = 'What does it cost to pass any number of integers to one function?'
call ARG1 ARG1 ARG2 ARG3

OTHERS = 5
LINES_MOST = OTHERS + 2 * ALLOCATORS_MOST
load shapes.'lines_begin.gp'
done = set_line(1, 'plain parameters', storage_color[INLINE], storage_mark[INLINE], 1)
done = set_line(2, "C's varargs", storage_color[STACK], storage_mark[STACK], 1)
done = set_line(3, 'tagged unions', storage_color[OTHER], storage_mark[OTHER], 1)
done = set_line(4, 'boxes on the stack', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(5, 'no call', FLOOR, 0, 2)
do for [i = 1:allocators] {
    done = set_line(OTHERS + i, 'boxes: '.allocator_label[i], allocator_color[i], \
        allocator_mark[i], 1)
    done = set_line(OTHERS + ALLOCATORS_MOST + i, 'and slice: '.allocator_label[i], \
        allocator_color[i], allocator_mark[i], 2)
}
line_of(variant, allocator) = !is_row('variadic') ? 0 \
    : variant eq 'null' ? 5 : variant eq 'direct' ? 1 : variant eq 'c_varargs' ? 2 : variant eq 'tagged_union' ? 3 \
    : variant eq 'any_stack' ? 4 : variant eq 'any_malloc' ? OTHERS + allocator \
    : variant eq 'any_malloc_slice' && allocator == baseline \
        ? OTHERS + ALLOCATORS_MOST + allocator : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), \
    column('value'))) nooutput
floor = NaN
floor_label = ''
x_title = 'integers passed'
x_text(v) = sprintf('%g', v)
x_log = 0
load shapes.'lines.gp'
