# One append by how many there are, for each way to grow: to one slice, and to two in turn.
question = 'What does it cost to append, by how the slice grows?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 2
array ending[PANELS] = ['', '_interleaved'] # of the variants; the panel has so many slices
array panel_name[PANELS] = ['One slice', 'Two slices in turn']
PANEL_PX = 470 # of the first; the last has the names and what is left of the page

WAYS = 12
DOUBLED = WAYS # x2 has a line for each allocator, what else is on the heap is the baseline's
LINES_MOST = WAYS + ALLOCATORS_MOST
array way[WAYS] = ['static_buf', 'presized', 'x1_5', 'x1_25_192', 'phi', 'plus64', 'plus1', \
    'x2_copy', 'sbo', 'arena_extend', 'mremap', 'x2_exact']
way_of(variant, p) = sum [w = 1:WAYS] (variant eq way[w].ending[p] ? w : 0)
line_of(variant, allocator, p) = !is_row('slice_append') ? 0 \
    : variant eq 'x2'.ending[p] ? DOUBLED + allocator \
    : allocator != 0 && allocator != baseline ? 0 : way_of(variant, p)

# The last panel that there are rows for has the names, of lines that are in it; others have none
# and are not drawn.
last_panel = 0
array named[LINES_MOST]
do for [l = 1:LINES_MOST] { named[l] = 0 }
seen(l, p) = l > 0 ? (last_panel = p, named[int(l)] = p, 0) : 0
do for [p = 1:PANELS] {
    stats cells using (seen(line_of(strcol('variant'), column('allocator'), p), p) \
        + (is_row('slice_append') ? is_unresolved(0) : 0)) nooutput
}
if (last_panel == 0) { exit status NOTHING }
line_named(l) = l < 1 || named[int(l)] != last_panel ? 0 : l

heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
floor = NaN # the loop without growth is a line
floor_label = ''
# Powers of 10. A little is added, or the last one has no tick.
x_title = 'elements (logarithmic)'
x_text(v) = v >= 6 ? sprintf('%gM', 10**(v - 6)) : v >= 3 ? sprintf('%gK', 10**(v - 3)) \
    : sprintf('%g', 10**v)
x_log = 0
x_step = 1
panel_start = 0
set multiplot
do for [p = 1:PANELS] {
    load shapes.'lines_begin.gp'
    done = set_line(1, 'no growth: a static buffer', storage_color[STATIC], storage_mark[STATIC], 2)
    done = set_line(2, 'malloc of all first', way_color[7], 13, 2)
    done = set_line(3, 'x 1.5', way_color[1], 5, 1)
    done = set_line(4, 'Go: x 2, then x 1.25 + 192', way_color[GO_FORM], way_mark[GO_FORM], 1)
    done = set_line(5, 'x 1.618', way_color[3], 11, 1)
    done = set_line(6, '+ 64', way_color[5], 13, 1)
    done = set_line(7, '+ 1', way_color[4], 15, 1)
    done = set_line(8, 'x 2, no realloc', heap_color, storage_mark[ARENA], 2)
    done = set_line(9, 'x 2, first 64 in frame', storage_color[STACK], storage_mark[STACK], 1)
    done = set_line(10, 'x 2 in an arena', storage_color[ARENA], storage_mark[ARENA], 1)
    done = set_line(11, 'x 2 by mremap', storage_color[OTHER], storage_mark[OTHER], 1)
    done = set_line(12, 'x 2, exact at the end', heap_color, storage_mark[POOL], 2)
    do for [i = 1:allocators] {
        done = set_line(DOUBLED + i, 'x 2: '.allocator_label[i], allocator_color[i], \
            allocator_mark[i], 1)
    }
    if (p < last_panel) { do for [l = 1:LINES_MOST] { line_label[l] = '' } }
    stats cells using (take_point(line_named(line_of(strcol('variant'), column('allocator'), p)), \
        log10(column('value')) + 1e-9)) nooutput
    # From an operation to an element: p slices of 10**x.
    y_title = 'ns per element, lower is better'
    do for [i = 1:points] {
        count = p * 10**point_x[i]
        point_y[i] = point_y[i] / count
        point_low[i] = point_low[i] / count
        point_high[i] = point_high[i] / count
    }
    do for [l = 1:LINES_MOST] { line_end_y[l] = line_end_y[l] / (p * 10**line_end_x[l]) }
    box_left = panel_start
    box_right = p == last_panel ? WIDTH : panel_start + PANEL_PX
    panel_title = panel_name[p]
    if (points > 0) {
        load shapes.'lines.gp'
        unset label; unset arrow
        panel_start = box_right
    }
}
unset multiplot
