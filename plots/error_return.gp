# An error through four functions, by how often there is one: each way under the baseline, and an
# object from malloc under each allocator.
question = 'What does it cost to return an error?'
call ARG1 ARG1 ARG2 ARG3

# No logarithm reaches 0 percent: it stands where 0.25 would.
NEVER_X = 0.25
place(percent) = percent == 0 ? NEVER_X : percent
percent_text(v) = v == NEVER_X ? '0' : sprintf('%g', v)

# The foot of the page is for both panels.
stats cells using (is_row('error_return') ? is_unresolved(0) : 0) nooutput
set multiplot

# ---- Every way, under the baseline ----
LINES_MOST = 11
load shapes.'lines_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
heap_mark = baseline > 0 ? allocator_mark[baseline] : 7
done = set_line(1, 'number', storage_color[INLINE], storage_mark[INLINE], 1)
done = set_line(2, 'static object', storage_color[STATIC], storage_mark[STATIC], 1)
done = set_line(3, 'struct by value', storage_color[INLINE], 9, 1)
done = set_line(4, 'thread-local', storage_color[STATIC], 9, 1)
done = set_line(5, 'object, pool', storage_color[POOL], storage_mark[POOL], 1)
done = set_line(6, 'object, malloc', heap_color, heap_mark, 1)
do for [d = 1:4] { done = set_line(6 + d, sprintf('chain of %d', d), heap_color, heap_mark, 2) }
done = set_line(11, 'chain of 4, arena', storage_color[ARENA], storage_mark[ARENA], 2)
chain_of(variant) = variant eq 'heap_wrapped1' ? 7 : variant eq 'heap_wrapped2' ? 8 \
    : variant eq 'heap_wrapped3' ? 9 : variant eq 'heap_wrapped4' ? 10 \
    : variant eq 'arena_wrapped4' ? 11 : 0
line_of(variant, allocator) = !is_row('error_return') || allocator != 0 && allocator != baseline \
    ? 0 : variant eq 'errno_int' ? 1 : variant eq 'sentinel_ptr' ? 2 \
    : variant eq 'struct_value' ? 3 : variant eq 'tls_last_error' ? 4 \
    : variant eq 'pool_error' ? 5 : variant eq 'heap_error' ? 6 : chain_of(variant)
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), \
    place(column('value'))) + keep_floor('error_return')) nooutput
floor = floor_ns(0)
floor_label = 'no call'
x_title = '% of calls that fail (logarithmic)'
x_text(v) = percent_text(v)
x_log = 1
box_right = 600
panel_title = 'Each way, '.baseline_label
load shapes.'lines.gp'
unset label; unset arrow

# ---- One object, and a chain of two, under each allocator ----
LINES_MOST = 2 * ALLOCATORS_MOST
load shapes.'lines_begin.gp'
do for [i = 1:allocators] {
    done = set_line(i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    done = set_line(ALLOCATORS_MOST + i, '', allocator_color[i], allocator_mark[i], 2)
}
line_of(variant, allocator) = !is_row('error_return') ? 0 \
    : variant eq 'heap_error' ? int(allocator) \
    : variant eq 'heap_wrapped2' ? ALLOCATORS_MOST + int(allocator) : 0
stats cells using (take_point(line_of(strcol('variant'), column('allocator')), \
    place(column('value')))) nooutput
floor = NaN
floor_label = ''
box_left = 600; box_right = WIDTH
chain_points = 0
do for [l = ALLOCATORS_MOST + 1:LINES_MOST] { chain_points = chain_points + line_count[l] }
panel_title = 'Object, malloc'.(chain_points > 0 ? '; dashed: chain of 2' : '')
if (points > 0) { load shapes.'lines.gp' }
unset multiplot
