# A full block that gets another size, in three panels: grown, shrunk, back and forth.
question = 'What does it cost to give a full block another size?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 3
array way[PANELS] = ['grow_x2', 'shrink_half', 'ping_pong']
array panel_name[PANELS] = ['Doubled from 64 B', 'Halved to 64 B', 'To half and back']
PANEL_PX = 318 # of each but the last; the last has the names and what is left of the page
SIZES_LEAST = 3 # fewer make no line

# realloc has a line for each allocator; malloc, copy and free are the baseline's.
OTHERS = 1
LINES_MOST = OTHERS + ALLOCATORS_MOST
line_of(variant, allocator, p) = !is_row('realloc_growth') ? 0 \
    : variant eq way[p] ? OTHERS + allocator \
    : allocator != 0 && allocator != baseline ? 0 \
    : variant eq way[p].'_copy' ? 1 : 0

# The last panel with enough sizes has the names, of lines that are in it; others have none and are
# not drawn.
last_panel = 0
most_points = 0
array named[LINES_MOST]
array points_of[LINES_MOST]
do for [l = 1:LINES_MOST] { named[l] = 0 }
seen(l, p) = l > 0 ? (points_of[int(l)] = points_of[int(l)] + 1, named[int(l)] = p, 0) : 0
do for [p = 1:PANELS] {
    do for [l = 1:LINES_MOST] { points_of[l] = 0 }
    stats cells using (seen(line_of(strcol('variant'), column('allocator'), p), p) \
        + (is_row('realloc_growth') ? is_unresolved(0) : 0)) nooutput
    most_points = 0
    do for [l = 1:LINES_MOST] { most_points = points_of[l] > most_points ? points_of[l] : most_points }
    if (most_points >= SIZES_LEAST) { last_panel = p }
}
if (last_panel == 0) { exit status NOTHING }
line_named(l) = l < 1 || named[int(l)] != last_panel ? 0 : l

heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
floor = NaN # a block that is filled is far from an empty loop
floor_label = ''
# The axis is in powers of 16: there is room for a tick at each of them.
x_title = 'bytes (logarithmic)'
x_text(v) = v >= 5 ? sprintf('%gM', 16**(v - 5)) : bytes_text(16**v)
x_log = 0
x_step = 1
panel_start = 0
set multiplot
do for [p = 1:last_panel] {
    load shapes.'lines_begin.gp'
    done = set_line(1, 'copy: '.baseline_label, heap_color, 9, 2)
    do for [i = 1:allocators] {
        done = set_line(OTHERS + i, allocator_label[i], allocator_color[i], \
            allocator_mark[i], 1)
    }
    if (p < last_panel) { do for [l = 1:LINES_MOST] { line_label[l] = '' } }
    stats cells using (take_point(line_named(line_of(strcol('variant'), column('allocator'), p)), \
        log(column('value')) / log(16) + 1e-9)) nooutput
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
