# A block given back with its size told and without, by its size under each allocator, in two
# panels: each at once, and many in random order.
question = 'What does it save to tell the size of a block when it is given back?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 2
array ending[PANELS] = ['_hot', '_batch'] # of the variants
array panel_name[PANELS] = ['At once', '4096 in random order']
PANEL_PX = 500 # of the first; the last has the names and what is left of the page
SIZES_LEAST = 3 # fewer make no line

LINES_MOST = 2 * ALLOCATORS_MOST
line_of(variant, allocator, p) = !is_row('sized_free') ? 0 \
    : variant eq 'plain'.ending[p] ? allocator \
    : variant eq 'sized'.ending[p] ? ALLOCATORS_MOST + allocator : 0

# The last panel with enough sizes has the names; others are not drawn.
last_panel = 0
array points_of[LINES_MOST]
seen(l) = l > 0 ? (points_of[int(l)] = points_of[int(l)] + 1, 0) : 0
do for [p = 1:PANELS] {
    do for [l = 1:LINES_MOST] { points_of[l] = 0 }
    stats cells using (seen(line_of(strcol('variant'), column('allocator'), p)) \
        + (is_row('sized_free') ? is_unresolved(0) : 0) + keep_floor('sized_free')) nooutput
    most_points = 0
    do for [l = 1:LINES_MOST] { most_points = points_of[l] > most_points ? points_of[l] : most_points }
    if (most_points >= SIZES_LEAST) { last_panel = p }
}
if (last_panel == 0) { exit status NOTHING }

floor = NaN # an empty loop is far below
floor_label = ''
x_title = 'bytes of the block (logarithmic)'
x_text(v) = bytes_text(v)
x_log = 1
panel_start = 0
set multiplot
do for [p = 1:last_panel] {
    load shapes.'lines_begin.gp'
    do for [i = 1:allocators] {
        done = set_line(i, p == last_panel ? allocator_label[i] : '', allocator_color[i], \
            allocator_mark[i], 2)
        done = set_line(ALLOCATORS_MOST + i, '', allocator_color[i], allocator_mark[i], 1)
    }
    stats cells using (take_point(line_of(strcol('variant'), column('allocator'), p), \
        column('value'))) nooutput
    box_left = panel_start
    box_right = p == last_panel ? WIDTH : panel_start + PANEL_PX
    panel_title = panel_name[p].'; dashed: free alone'
    if (points > 0) {
        load shapes.'lines.gp'
        unset label; unset arrow
        panel_start = box_right
    }
}
unset multiplot
