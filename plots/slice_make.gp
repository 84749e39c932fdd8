# A slice of n elements by its size, in three panels: untouched, the first element, all of them.
question = 'What does it cost to make a slice of n elements?'
call ARG1 ARG1 ARG2 ARG3

PANELS = 3
array touched[PANELS] = ['none', 'first', 'all']
array panel_name[PANELS] = ['No element touched', 'First element touched', 'All elements touched']

OTHERS = 9
LINES_MOST = OTHERS + ALLOCATORS_MOST
ONE_THREAD = 9
array way[8] = ['fixed', 'fixed_zeroed', 'vla', 'arena', 'pool', 'sbo64', 'sbo256', 'calloc']
way_of(variant, touch) = variant eq 'malloc_'.touch.'_never_threaded' ? ONE_THREAD \
    : sum [w = 1:8] (variant eq way[w].'_'.touch ? w : 0)
# The allocators have a line each for malloc; what else is on the heap is the baseline's.
line_of(variant, allocator, touch) = !is_row('slice_make') ? 0 \
    : variant eq 'malloc_'.touch ? OTHERS + allocator \
    : allocator != 0 && allocator != baseline ? 0 : way_of(variant, touch)

# The last panel that there are rows for has the names, of lines that are in it; others have none
# and are not drawn.
last_panel = 0
array named[LINES_MOST]
array panel_has[PANELS] = [0, 0, 0]
do for [l = 1:LINES_MOST] { named[l] = 0 }
seen(l, p) = l > 0 ? (last_panel = p, panel_has[p] = 1, named[int(l)] = p, 0) : 0
do for [p = 1:PANELS] {
    stats cells using (seen(line_of(strcol('variant'), column('allocator'), touched[p]), p) \
        + (is_row('slice_make') ? is_unresolved(0) : 0) + keep_floor('slice_make')) nooutput
}
if (last_panel == 0) { exit status NOTHING }
panels = sum [p = 1:PANELS] (panel_has[p])
# Of each but the last, which has the names, too.
panel_px = panels == 2 ? 470 : 318
line_named(l) = l < 1 || named[int(l)] != last_panel ? 0 : l
floor = floor_ns(0)
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
# The axis is in powers of 16: there is room for a tick at each of them.
x_title = 'bytes (logarithmic)'
x_text(v) = bytes_text(16**v)
x_log = 0
x_step = 1
panel_start = 0
set multiplot
do for [p = 1:PANELS] {
    load shapes.'lines_begin.gp'
    done = set_line(1, 'fixed array', storage_color[STACK], storage_mark[STACK], 1)
    done = set_line(2, 'fixed array of zeros', storage_color[STACK], storage_mark[STACK], 2)
    done = set_line(3, 'VLA', storage_color[INLINE], storage_mark[INLINE], 1)
    done = set_line(4, 'arena', storage_color[ARENA], storage_mark[ARENA], 1)
    done = set_line(5, 'pool', storage_color[POOL], storage_mark[POOL], 1)
    done = set_line(6, '64 B in frame, or malloc', storage_color[STATIC], storage_mark[STATIC], 1)
    done = set_line(7, '256 B in frame, or malloc', storage_color[OTHER], storage_mark[OTHER], 1)
    done = set_line(8, 'calloc: '.baseline_label, heap_color, storage_mark[ARENA], 2)
    done = set_line(ONE_THREAD, 'malloc: '.baseline_label.', 1 thread', heap_color, 13, 2)
    do for [i = 1:allocators] {
        done = set_line(OTHERS + i, 'malloc: '.allocator_label[i], allocator_color[i], \
            allocator_mark[i], 1)
    }
    if (p < last_panel) { do for [l = 1:LINES_MOST] { line_label[l] = '' } }
    stats cells using (take_point(line_named(line_of(strcol('variant'), column('allocator'), \
        touched[p])), log(column('value')) / log(16))) nooutput
    floor_label = p == last_panel ? 'no slice' : ''
    box_left = panel_start
    box_right = p == last_panel ? WIDTH : panel_start + panel_px
    panel_title = panel_name[p]
    if (points > 0) {
        load shapes.'lines.gp'
        unset label; unset arrow
        panel_start = box_right
    }
}
unset multiplot
