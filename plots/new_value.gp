# A new value with every field set, by its size: each way under the baseline, and calloc beside
# malloc and memset under each allocator.
question = 'What does a new value cost, all of its fields set?'
call ARG1 ARG1 ARG2 ARG3

# The foot of the page is for both panels.
stats cells using (is_row('new_value') ? is_unresolved(0) : 0) nooutput
set multiplot

# ---- Every way, under the baseline ----
LINES_MOST = 9
load shapes.'lines_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
heap_mark = baseline > 0 ? allocator_mark[baseline] : 7
done = set_line(1, 'stack: 2 words', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(2, 'stack: = {0}', storage_color[STACK], storage_mark[STACK], 1)
done = set_line(3, 'pool, memset', storage_color[POOL], storage_mark[POOL], 1)
done = set_line(4, 'calloc', heap_color, heap_mark, 1)
done = set_line(5, 'malloc, memset', heap_color, 9, 1)
done = set_line(6, 'malloc, = {...}', heap_color, 11, 1)
done = set_line(7, 'malloc, by word', heap_color, 13, 1)
done = set_line(8, 'calloc, 1 thread', heap_color, heap_mark, 2)
done = set_line(9, 'malloc, 1 thread', heap_color, 9, 2)
line_of(variant, allocator) = !is_row('new_value') || allocator != 0 && allocator != baseline ? 0 \
    : variant eq 'stack_uninit' ? 1 : variant eq 'stack_zeroed' ? 2 : variant eq 'pool_memset' ? 3 \
    : variant eq 'calloc' ? 4 : variant eq 'malloc_memset' ? 5 : variant eq 'malloc_literal' ? 6 \
    : variant eq 'malloc_fields' ? 7 : variant eq 'calloc_never_threaded' ? 8 \
    : variant eq 'malloc_memset_never_threaded' ? 9 : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value')) \
    + keep_floor('new_value')) nooutput
floor = floor_ns(0)
floor_label = 'no value'
x_title = 'bytes of the value (logarithmic)'
x_text(v) = v == 16384 ? '' : bytes_text(v) # or it meets its neighbour
x_log = 1
box_right = 590
panel_title = 'Each way, '.baseline_label
load shapes.'lines.gp'
unset label; unset arrow

# ---- calloc, and malloc with memset, under each allocator ----
LINES_MOST = 2 * ALLOCATORS_MOST
load shapes.'lines_begin.gp'
do for [i = 1:allocators] {
    done = set_line(i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    done = set_line(ALLOCATORS_MOST + i, '', allocator_color[i], allocator_mark[i], 2)
}
line_of(variant, allocator) = !is_row('new_value') ? 0 : variant eq 'calloc' ? int(allocator) \
    : variant eq 'malloc_memset' ? ALLOCATORS_MOST + int(allocator) : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value'))) \
    nooutput
floor = NaN
floor_label = ''
box_left = 590; box_right = WIDTH
memset_points = 0
do for [l = ALLOCATORS_MOST + 1:LINES_MOST] { memset_points = memset_points + line_count[l] }
panel_title = 'calloc'.(memset_points > 0 ? '; dashed: malloc, memset' : '')
if (points > 0) { load shapes.'lines.gp' }
unset multiplot
