# A block by its alignment, in two panels: of 64 bytes, of 4096.
question = 'What does a block cost that is aligned to more than 16 bytes?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 2
array ending[PANELS] = ['_size64', '_size4096'] # of the variants
array panel_name[PANELS] = ['A block of 64 bytes', 'A block of 4096 bytes']
PANEL_PX = 500 # of the first; the last has the names and what is left of the page
ALIGNMENTS_LEAST = 3 # fewer make no line

# posix_memalign has a line for each allocator; the other way on the heap is the baseline's.
OTHERS = 2
LINES_MOST = OTHERS + ALLOCATORS_MOST
line_of(variant, allocator, p) = !is_row('aligned') ? 0 \
    : variant eq 'posix_memalign'.ending[p] ? OTHERS + allocator \
    : allocator != 0 && allocator != baseline ? 0 \
    : variant eq 'pool'.ending[p] ? 1 : variant eq 'malloc_over'.ending[p] ? 2 : 0

# The last panel with enough alignments has the names, of lines that are in it; others have none and are
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
        + (is_row('aligned') ? is_unresolved(0) : 0) + keep_floor('aligned')) nooutput
    most_points = 0
    do for [l = 1:LINES_MOST] { most_points = points_of[l] > most_points ? points_of[l] : most_points }
    if (most_points >= ALIGNMENTS_LEAST) { last_panel = p }
}
if (last_panel == 0) { exit status NOTHING }
line_named(l) = l < 1 || named[int(l)] != last_panel ? 0 : l

heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
floor = floor_ns(0)
# The axis is in powers of 4: there is room for a tick at each of them.
x_title = 'alignment in bytes (logarithmic)'
x_text(v) = bytes_text(4**v)
x_log = 0
x_step = 1
panel_start = 0
set multiplot
do for [p = 1:last_panel] {
    load shapes.'lines_begin.gp'
    done = set_line(1, 'pool', storage_color[POOL], storage_mark[POOL], 1)
    done = set_line(2, 'malloc of more: '.baseline_label, heap_color, 9, 2)
    do for [i = 1:allocators] {
        done = set_line(OTHERS + i, allocator_label[i], allocator_color[i], \
            allocator_mark[i], 1)
    }
    if (p < last_panel) { do for [l = 1:LINES_MOST] { line_label[l] = '' } }
    stats cells using (take_point(line_named(line_of(strcol('variant'), column('allocator'), p)), \
        log(column('value')) / log(4) + 1e-9)) nooutput
    floor_label = p == last_panel ? 'no block' : ''
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
