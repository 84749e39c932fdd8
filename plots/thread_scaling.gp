# What all threads do together, over their number: each with a small live set of its own, and, where
# that was measured, in bursts that are more than a thread cache holds.
question = 'How does an allocator scale over threads that share no object?'
call ARG1 ARG1 ARG2 ARG3

is_cell(scenario) = strcol('scenario') eq scenario && is_at(64)
# 0: not drawn; 1: the pool; 2 and up: the allocators.
line_of(variant, plain) = variant eq 'pool_'.plain ? 1 \
    : variant eq plain ? 1 + int(column('allocator')) : 0
has(v) = v == v
array panel_variant[2] = ['live_64', 'burst_1k']
array panel_name[2] = \
    ['All threads, each with 64 objects of 64 bytes', 'In bursts of 1024 objects']
array panel_rows[2] = [0, 0]
count_row(p) = (panel_rows[p] = panel_rows[p] + has(column('ops_per_s')), 0)
# The foot of the page is for both panels.
stats cells using (is_cell('thread_scaling') ? sum [p = 1:2] ( \
    line_of(strcol('variant'), panel_variant[p]) > 0 ? count_row(p) + is_unresolved(0) : 0) : 0) \
    nooutput
panels = (panel_rows[1] > 0) + (panel_rows[2] > 0)
if (panels == 0) { exit status NOTHING }
set multiplot

x_title = 'threads (logarithmic)'
x_text(v) = sprintf('%g', v)
x_log = 1
floor = NaN
floor_label = ''
box_right = 0
do for [p = 1:2] {
    if (panel_rows[p] > 0) {
        LINES_MOST = 1 + ALLOCATORS_MOST
        load shapes.'lines_begin.gp'
        # The throughput in the place of the time.
        take_rate(l) = l < 1 || !has(column('ops_per_s')) ? 0 : ( \
            done = take_point(l, column('threads')), point_y[points] = column('ops_per_s') / 1e6, \
            point_low[points] = column('ops_low') / 1e6, \
            point_high[points] = column('ops_high') / 1e6, line_end_y[l] = point_y[points], 0)
        done = set_line(1, 'a pool for each', storage_color[POOL], storage_mark[POOL], 1)
        do for [i = 1:allocators] {
            done = set_line(1 + i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
        }
        panel_title = panel_name[p]
        y_title = 'million a second, higher is better'
        box_left = box_right
        box_right = box_left + WIDTH / panels
        stats cells using (is_cell('thread_scaling') \
            ? take_rate(line_of(strcol('variant'), panel_variant[p])) : 0) nooutput
        load shapes.'lines.gp'
        unset label; unset arrow
    }
}
unset multiplot
