# Times of 16 calls of malloc and of free by percentile: the tail of each allocator.
question = 'How long do malloc and free take at worst?'
call ARG1 ARG1 ARG2 ARG3

# One mix of sizes and number of live objects: the one that is most like a program's.
is_cell(x) = strcol('scenario') eq 'latency' && strcol('variant') eq 'uniform_1k' && is_at(4096)
# From left to right: each step is a tenth as many.
place(name) = name eq 'p50' ? 1 : name eq 'p90' ? 2 : name eq 'p99' ? 3 : name eq 'p99_9' ? 4 \
    : name eq 'p99_99' ? 5 : name eq 'max' ? 6 : NaN
array place_text[6] = ['50', '90', '99', '99.9', '99.99', 'max']
behind(text, prefix) = strstrt(text, prefix) == 1 ? text[strlen(prefix) + 1:*] : ''

quantum = NaN; cost = NaN
keep_clock(name, v) = (quantum = name eq 'clock_quantum' ? v : quantum, \
    cost = name eq 'clock_cost' ? v : cost, 0)
stats 'metrics.tsv' using (is_cell(0) ? keep_clock(strcol('metric'), column('median')) : 0) nooutput
foot(x) = (with_interval > 0 ? 'Whiskers: 95 % interval of the median over processes. ' : '') \
    .sprintf('In each time is one reading of the clock, %.0f ns; it advances by %.0f ns.', cost, quantum)

# The names of the lines stand at the right of the second panel, for both.
MIDDLE = 520.
set multiplot
do for [panel = 1:2] {
    prefix = panel == 1 ? 'malloc_' : 'free_'
    LINES_MOST = ALLOCATORS_MOST
    load shapes.'lines_begin.gp'
    do for [i = 1:allocators] {
        done = set_line(i, panel == 1 ? '' : allocator_label[i], allocator_color[i], allocator_mark[i], 1)
    }
    stats 'metrics.tsv' using (is_cell(0) \
        ? take_metric(int(column('allocator')), place(behind(strcol('metric'), prefix))) : 0) nooutput
    do for [i = 1:points] {
        point_y[i] = point_y[i] / 1000
        point_low[i] = point_low[i] / 1000
        point_high[i] = point_high[i] / 1000
    }
    do for [l = 1:LINES_MOST] { line_end_y[l] = line_end_y[l] / 1000 }
    floor = NaN
    floor_label = ''
    x_title = 'percentile'
    x_text(v) = place_text[int(v)]
    x_log = 0
    y_title = 'µs per 16 calls, lower is better'
    box_left = panel == 1 ? 0 : MIDDLE
    box_right = panel == 1 ? MIDDLE : WIDTH
    panel_title = panel == 1 ? '16 calls of malloc' : '16 calls of free'
    load shapes.'lines.gp'
    unset label 919; unset label 920; unset label 921
    do for [i = 1:names] { unset label 1000 + i; unset arrow 1000 + i }
}
unset multiplot
