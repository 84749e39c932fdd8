# An integer as a value of any type, by how many of the integers are small, in random order and
# sorted.
question = 'What does it cost to box an integer, when some are small?'
call ARG1 ARG1 ARG2 ARG3

# The foot of the page is for both panels.
stats cells using (is_row('box_int') ? is_unresolved(0) : 0) nooutput
share_text(v) = sprintf('%g', v)
set multiplot

# ---- Every way, in random order, under the baseline ----
LINES_MOST = 8
load shapes.'lines_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
heap_mark = baseline > 0 ? allocator_mark[baseline] : 7
done = set_line(1, 'in the data word', storage_color[INLINE], storage_mark[INLINE], 1)
done = set_line(2, 'tagged word', storage_color[INLINE], storage_mark[INLINE], 2)
done = set_line(3, 'on the stack', storage_color[STACK], storage_mark[STACK], 1)
done = set_line(4, 'arena', storage_color[ARENA], storage_mark[ARENA], 1)
done = set_line(5, 'pool', storage_color[POOL], storage_mark[POOL], 1)
done = set_line(6, 'hash table', storage_color[STATIC], storage_mark[STATIC], 1)
done = set_line(7, 'malloc', heap_color, heap_mark, 2)
done = set_line(8, 'table + malloc', heap_color, heap_mark, 1)
line_of(variant, allocator) = !is_row('box_int') || allocator != 0 && allocator != baseline ? 0 \
    : variant eq 'inline_word' ? 1 : variant eq 'tagged_ptr' ? 2 : variant eq 'stack_temp' ? 3 \
    : variant eq 'arena' ? 4 : variant eq 'pool' ? 5 : variant eq 'intern_hash' ? 6 \
    : variant eq 'always_malloc' ? 7 : variant eq 'go_convt64' ? 8 : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value')) \
    + keep_floor('box_int')) nooutput
floor = floor_ns(0)
floor_label = 'no box'
x_title = '% of the integers below 256'
x_text(v) = share_text(v)
x_log = 0
box_right = 600
panel_title = 'Each way, '.baseline_label.', random order'
load shapes.'lines.gp'
unset label; unset arrow

# ---- The table of small values and malloc, under each allocator, random and sorted ----
LINES_MOST = 2 * ALLOCATORS_MOST
load shapes.'lines_begin.gp'
do for [i = 1:allocators] {
    done = set_line(i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    done = set_line(ALLOCATORS_MOST + i, '', allocator_color[i], allocator_mark[i], 2)
}
line_of(variant, allocator) = !is_row('box_int') ? 0 : variant eq 'go_convt64' ? int(allocator) \
    : variant eq 'go_convt64_sorted' ? ALLOCATORS_MOST + int(allocator) : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), column('value'))) \
    nooutput
floor = NaN
floor_label = ''
box_left = 600; box_right = WIDTH
sorted = 0
do for [l = ALLOCATORS_MOST + 1:LINES_MOST] { sorted = sorted + line_count[l] }
panel_title = 'Table of small ones + malloc'.(sorted > 0 ? '; dashed: sorted' : '')
if (points > 0) { load shapes.'lines.gp' }
unset multiplot
