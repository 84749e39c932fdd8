# Pools that threads share, by how many threads use them at a time: the time of an operation, and
# how many operations all threads do together.
question = 'What does a pool cost that several threads share?'
call ARG1 ARG1 ARG2 ARG3

OTHERS = 5
is_cell(scenario) = is_of(scenario) && is_at(64)
way(variant) = variant eq 'magazine' ? 1 : variant eq 'victim' ? 2 : variant eq 'treiber' ? 3 \
    : variant eq 'mutex' ? 4 : variant eq 'freelist_inline' ? 5 \
    : variant eq 'malloc' ? OTHERS + 1 : 0
# The foot of the page is for both panels.
stats cells using (is_cell('sync_pool') && way(strcol('variant')) > 0 ? is_unresolved(0) : 0) \
    nooutput
set multiplot

x_title = 'threads (logarithmic)'
x_text(v) = sprintf('%g', v)
x_log = 1
do for [panel = 1:2] {
    LINES_MOST = OTHERS + ALLOCATORS_MOST
    load shapes.'lines_begin.gp'
    done = set_line(1, 'magazines', way_color[MAGAZINE], way_mark[MAGAZINE], 1)
    done = set_line(2, "as Go's", way_color[GO_FORM], way_mark[GO_FORM], 1)
    done = set_line(3, 'one stack, CAS', way_color[TREIBER], way_mark[TREIBER], 2)
    done = set_line(4, 'one list, mutex', way_color[MUTEX], way_mark[MUTEX], 2)
    done = set_line(5, 'not shared', storage_color[POOL], storage_mark[POOL], 1)
    do for [i = 1:allocators] {
        done = set_line(OTHERS + i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    }
    if (panel == 1) {
        take(w) = w <= OTHERS ? take_point(w, column('threads')) \
            : take_heap(OTHERS, column('allocator'), column('threads'))
        panel_title = 'Time of one get and put, 64 bytes'
        box_right = 600
    } else {
        take(w) = w <= OTHERS ? take_rate(w, column('threads')) \
            : take_heap_rate(OTHERS, column('allocator'), column('threads'))
        panel_title = 'Of all threads together'
        y_title = RATE_TITLE
        box_left = 600; box_right = WIDTH
    }
    stats cells using (is_cell('sync_pool') ? take(way(strcol('variant'))) : 0) nooutput
    floor = NaN
    floor_label = ''
    if (panel == 1 || points > 0) { load shapes.'lines.gp' }
    unset label; unset arrow
}
unset multiplot
