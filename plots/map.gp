# The life of a map, by what it is made of and how many entries it has; beside it a lookup alone.
question = 'What does a map cost: built, looked up, destroyed?'
call ARG1 ARG1 ARG2 ARG3

# The foot of the page is for both panels.
stats cells using (is_row('map_life') || is_row('map_find') ? is_unresolved(0) : 0) nooutput
count_text(v) = v >= 1048576 ? sprintf('%gM', v / 1048576) : bytes_text(v)
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
heap_mark = baseline > 0 ? allocator_mark[baseline] : 7
GROWING_MARK = 13

# ---- Lookups alone, kept for the panel at the right ----
has_find = 0
stats cells using (has_find = has_find + (is_row('map_find') && strcol('variant') ne 'null')) nooutput

set multiplot

# ---- The life, for one entry ----
OTHERS = 6
LINES_MOST = OTHERS + ALLOCATORS_MOST
load shapes.'lines_begin.gp'
done = set_line(1, 'array, stack', storage_color[STACK], storage_mark[STACK], 2)
done = set_line(2, 'open, stack', storage_color[STACK], storage_mark[STACK], 1)
done = set_line(3, 'open, malloc', heap_color, heap_mark, 2)
done = set_line(4, 'open, growing', heap_color, GROWING_MARK, 2)
done = set_line(5, 'chains, arena', storage_color[ARENA], storage_mark[ARENA], 1)
done = set_line(6, 'chains, pool', storage_color[POOL], storage_mark[POOL], 1)
do for [i = 1:allocators] {
    done = set_line(OTHERS + i, 'chains, '.allocator_label[i], allocator_color[i], \
        allocator_mark[i], 1)
}
at_baseline(x) = column('allocator') == 0 || column('allocator') == baseline
line_of(variant) = variant eq 'array_stack' ? 1 : variant eq 'open_stack' ? 2 \
    : !at_baseline(0) ? 0 : variant eq 'open_presized' ? 3 : variant eq 'open_growing' ? 4 \
    : variant eq 'chained_arena' ? 5 : variant eq 'chained_pool' ? 6 : 0
take(variant) = variant eq 'chained_malloc' \
    ? take_heap(OTHERS, column('allocator'), column('value')) \
    : take_point(line_of(variant), column('value'))
stats cells using ((is_row('map_life') ? take(strcol('variant')) : 0) + keep_floor('map_life')) nooutput
# A row is a whole map.
do for [i = 1:points] {
    point_y[i] = point_y[i] / point_x[i]
    point_low[i] = point_low[i] / point_x[i]
    point_high[i] = point_high[i] / point_x[i]
}
do for [l = 1:LINES_MOST] { line_end_y[l] = line_end_y[l] / line_end_x[l] }
do for [k = 1:bands] {
    band_low[k] = band_low[k] / band_x[k]
    band_high[k] = band_high[k] / band_x[k]
}
y_title = 'ns per entry, lower is better'
floor = floor_ns(0)
floor_label = 'no map'
x_title = 'entries'
x_text(v) = count_text(v)
x_log = 1
if (has_find > 0) { box_right = 690; panel_title = 'An entry put in, looked up, given back' }
load shapes.'lines.gp'
unset label; unset arrow

# ---- A lookup alone ----
LINES_MOST = 3 + ALLOCATORS_MOST
own_floor = NaN; empty_floor = NaN
load shapes.'lines_begin.gp'
done = set_line(1, 'open, malloc', heap_color, heap_mark, 2)
done = set_line(2, 'arena', storage_color[ARENA], storage_mark[ARENA], 1)
done = set_line(3, 'pool', storage_color[POOL], storage_mark[POOL], 1)
do for [i = 1:allocators] {
    done = set_line(3 + i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
}
line_of(variant) = !at_baseline(0) ? 0 : variant eq 'open_malloc' ? 1 \
    : variant eq 'chained_arena' ? 2 : variant eq 'chained_pool' ? 3 : 0
take(variant) = variant eq 'chained_malloc' \
    ? take_heap(3, column('allocator'), column('value')) \
    : take_point(line_of(variant), column('value'))
stats cells using ((is_row('map_find') ? take(strcol('variant')) : 0) + keep_floor('map_find')) \
    nooutput
y_title = 'ns per lookup, lower is better'
floor = floor_ns(0)
floor_label = 'no map'
box_left = 690; box_right = WIDTH
panel_title = 'A lookup alone, chains'
if (points > 0) { load shapes.'lines.gp' }
unset multiplot
