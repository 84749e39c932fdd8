# By value against by pointer, by the size of the struct, with the sizes where one becomes dearer.
question = 'Up to which size is a struct cheaper by value than by pointer?'
call ARG1 ARG1 ARG2 ARG3

OTHERS = 8
LINES_MOST = OTHERS + ALLOCATORS_MOST
load shapes.'lines_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_line(1, 'by value', storage_color[STACK], storage_mark[STACK], 1)
done = set_line(2, 'by value, just written', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(3, 'by pointer', storage_color[INLINE], storage_mark[INLINE], 1)
done = set_line(4, 'value, all words read', storage_color[STATIC], storage_mark[STATIC], 1)
done = set_line(5, 'pointer, all words read', storage_color[STATIC], storage_mark[STATIC], 2)
done = set_line(6, 'pool copy', storage_color[POOL], storage_mark[POOL], 1)
# What an object costs that is got and given back and not copied: rows of another scenario.
done = set_line(7, 'pool, no copy', storage_color[POOL_CALL], storage_mark[POOL_CALL], 2)
done = set_line(8, 'malloc, no copy', heap_color, storage_mark[STACK], 2)
do for [i = 1:allocators] {
    done = set_line(OTHERS + i, 'malloc copy: '.allocator_label[i], allocator_color[i], \
        allocator_mark[i], 1)
}
line_of(variant) = variant eq 'val_clean' ? 1 : variant eq 'val_hot_field' ? 2 \
    : variant eq 'ptr' ? 3 : variant eq 'val_sum_all' ? 4 : variant eq 'ptr_sum_all' ? 5 \
    : variant eq 'ptr_pool_copy' ? 6 : 0
take(variant, allocator, size) = is_row('return_pointer') ? take_point( \
        variant eq 'pool_call' ? 7 : variant eq 'malloc' && allocator == baseline ? 8 : 0, size) \
    : !is_row('pass_struct') ? 0 \
    : variant eq 'ptr_malloc_copy' ? take_heap(OTHERS, allocator, size) \
    : take_point(line_of(variant), size)
stats cells using (take(strcol('variant'), column('allocator'), column('value')) \
    + keep_floor('pass_struct')) nooutput
own = 0 # lines of the scenario itself: without them there is no figure
do for [l = 1:LINES_MOST] { own = own + (l == 7 || l == 8 ? 0 : line_count[l]) }
if (own == 0) { exit status NOTHING }
floor = floor_ns(0)
floor_label = 'no call'

x_title = 'bytes of the struct (logarithmic)'
x_text(v) = bytes_text(v)
x_log = 1
CROSSING_ROWS = 2
array crossing_of[2] = [1, 2]
array crossing_title[2] = ['by value', 'by value, just written']
CROSSING_COLUMNS = 5
array crossing_line[5] = [3, 6, OTHERS + (baseline > 0 ? baseline : 1), 7, 8]
array crossing_name[5] = ['a pointer', 'a pool copy', 'a malloc copy', 'pool, no copy', \
    'malloc, no copy']
load shapes.'crossings.gp'
load shapes.'lines.gp'
