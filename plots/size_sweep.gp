# A block by its size under each allocator, in two panels: its first word touched, all of its bytes.
question = 'What does a block cost, by its size?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 2
array way[PANELS] = ['malloc_first', 'malloc_all']
array panel_name[PANELS] = ['malloc, first word touched, free', 'malloc, all bytes written, free']
PANEL_PX = 610 # of the first; the last has the names and what is left of the page
SIZES_LEAST = 8 # fewer tell nothing of steps

POOL_LINE = 1
LINES_MOST = POOL_LINE + ALLOCATORS_MOST
line_of(variant, allocator, p) = !is_row('size_sweep') ? 0 \
    : variant eq way[p] ? POOL_LINE + allocator : p == 1 && variant eq 'pool_first' ? POOL_LINE : 0

# Panels with enough sizes; the last of them has the names.
array sizes[PANELS]
last_panel = 0
do for [p = 1:PANELS] {
    sizes[p] = 0
    stats cells using (sizes[p] = sizes[p] + (line_of(strcol('variant'), column('allocator'), p) \
        == POOL_LINE + (baseline > 0 ? baseline : 1)), \
        (is_row('size_sweep') ? is_unresolved(0) : 0) + keep_floor('size_sweep')) nooutput
    if (sizes[p] >= SIZES_LEAST) { last_panel = p }
}
if (last_panel == 0) { exit status NOTHING }
floor = floor_ns(0)
# The axis is in powers of 16: there is room for a tick at each of them.
x_title = 'bytes (logarithmic)'
x_text(v) = v >= 5 ? sprintf('%gM', 16**(v - 5)) : bytes_text(16**v)
x_log = 0
x_step = 1
panel_start = 0
set multiplot
do for [p = 1:last_panel] {
    load shapes.'lines_begin.gp'
    done = set_line(POOL_LINE, 'pool', storage_color[POOL], storage_mark[POOL], 1)
    do for [i = 1:allocators] {
        done = set_line(POOL_LINE + i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    }
    if (p < last_panel) { do for [l = POOL_LINE + 1:LINES_MOST] { line_label[l] = '' } }
    stats cells using (take_point(line_of(strcol('variant'), column('allocator'), p), \
        log(column('value')) / log(16) + 1e-9)) nooutput
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
