# A block of 64 bytes by how many of them live at the same time, in three panels by the order in
# which they are given back.
question = 'What does a block of 64 bytes cost that is one of many?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 3
array ending[PANELS] = ['_lifo', '_fifo', '_random'] # of the variants
array panel_name[PANELS] = ['Youngest released first', 'Oldest first', 'In random order']
PANEL_PX = 318 # of each but the last, which has the names and what is left of the page

OTHERS = 2
LINES_MOST = OTHERS + ALLOCATORS_MOST
line_of(variant, allocator, p) = !is_row('live_set') ? 0 \
    : variant eq 'malloc'.ending[p] ? OTHERS + allocator \
    : variant eq 'arena'.ending[p] ? 1 : variant eq 'pool'.ending[p] ? 2 : 0

# The last panel that there are rows for has the names, of lines that are in it; others have none
# and are not drawn.
last_panel = 0
array named[LINES_MOST]
do for [l = 1:LINES_MOST] { named[l] = 0 }
seen(l, p) = l > 0 ? (last_panel = p, named[int(l)] = p, 0) : 0
do for [p = 1:PANELS] {
    stats cells using (seen(line_of(strcol('variant'), column('allocator'), p), p) \
        + (is_row('live_set') ? is_unresolved(0) : 0)) nooutput
}
if (last_panel == 0) { exit status NOTHING }
line_named(l) = l < 1 || named[int(l)] != last_panel ? 0 : l

floor = NaN # an operation without blocks costs nothing a block
floor_label = ''
# Powers of 100: there is room for a tick at each. A little is added, or the last one has none.
x_title = 'live blocks (logarithmic)'
x_text(v) = v >= 3 ? '1M' : v >= 2 ? '10K' : sprintf('%g', 100**v)
x_log = 0
x_step = 1
panel_start = 0
set multiplot
do for [p = 1:PANELS] {
    load shapes.'lines_begin.gp'
    done = set_line(1, 'arena', storage_color[ARENA], storage_mark[ARENA], 1)
    done = set_line(2, 'pool', storage_color[POOL], storage_mark[POOL], 1)
    do for [i = 1:allocators] {
        done = set_line(OTHERS + i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    }
    if (p < last_panel) { do for [l = 1:LINES_MOST] { line_label[l] = '' } }
    stats cells using (take_point(line_named(line_of(strcol('variant'), column('allocator'), p)), \
        log10(column('value')) / 2 + 1e-9)) nooutput
    # From an operation to a block.
    y_title = 'ns per block, lower is better'
    do for [i = 1:points] {
        point_y[i] = point_y[i] / 100**point_x[i]
        point_low[i] = point_low[i] / 100**point_x[i]
        point_high[i] = point_high[i] / 100**point_x[i]
    }
    do for [l = 1:LINES_MOST] { line_end_y[l] = line_end_y[l] / 100**line_end_x[l] }
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
