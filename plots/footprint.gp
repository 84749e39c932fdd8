# What a small object takes beyond what was asked for, by size, and what stays when all are freed.
question = 'How much memory do small objects take?'
call ARG1 ARG1 ARG2 ARG3

is_cell(variant, metric) = strcol('scenario') eq 'footprint' && strcol('variant') eq variant \
    && strcol('metric') eq metric
foot(x) = 'Pages in memory beyond those before the first object; 2 MiB of objects.' \
    .(with_interval > 0 ? ' Whiskers: 95 % interval of the median over processes.' : '')
MIDDLE = 560.
set multiplot

# ---- Overhead, in percent of what was asked for ----
LINES_MOST = ALLOCATORS_MOST
load shapes.'lines_begin.gp'
do for [i = 1:allocators] {
    done = set_line(i, '', allocator_color[i], allocator_mark[i], 1)
}
stats 'metrics.tsv' using (is_cell('released', 'overhead_per_object') \
    ? take_metric(int(column('allocator')), column('value')) : 0) nooutput
if (points == 0) { exit status NOTHING }
do for [i = 1:points] {
    point_y[i] = 100 * point_y[i] / point_x[i]
    point_low[i] = 100 * point_low[i] / point_x[i]
    point_high[i] = 100 * point_high[i] / point_x[i]
}
do for [l = 1:LINES_MOST] { line_end_y[l] = 100 * line_end_y[l] / line_end_x[l] }
floor = NaN
floor_label = ''
x_title = 'bytes of an object'
x_text(v) = bytes_text(v)
x_log = 1
y_title = '% more than asked for, lower is better'
box_right = MIDDLE
panel_title = 'All live for the first time'
load shapes.'lines.gp'
unset label 919; unset label 920; unset label 921

# ---- What stays, of objects of 64 bytes ----
load shapes.'lines_begin.gp'
do for [i = 1:allocators] {
    done = set_line(i, allocator_label[i], allocator_color[i], allocator_mark[i], 1)
}
array place_text[5] = ['live', 'freed', '1 s', '10 s', 'purged']
place(variant, metric) = metric eq 'resident' ? (variant eq 'released' ? 1 : NaN) \
    : metric ne 'resident_after' ? NaN : variant eq 'released' ? 2 : variant eq 'after_1s' ? 3 \
    : variant eq 'after_10s' ? 4 : variant eq 'purged' ? 5 : NaN
take(x) = x != x || !is_at(64) || strcol('scenario') ne 'footprint' ? 0 \
    : take_metric(int(column('allocator')), x)
# In the order of the places, not of the names.
do for [p = 1:5] {
    stats 'metrics.tsv' using (place(strcol('variant'), strcol('metric')) == p ? take(p) : 0) nooutput
}
do for [i = 1:points] {
    point_y[i] = point_y[i] / 1048576.
    point_low[i] = point_low[i] / 1048576.
    point_high[i] = point_high[i] / 1048576.
}
do for [l = 1:LINES_MOST] { line_end_y[l] = line_end_y[l] / 1048576. }
x_title = 'objects of 64 bytes'
x_text(v) = place_text[int(v)]
x_log = 0
y_title = 'MiB resident, lower is better'
box_left = MIDDLE; box_right = WIDTH
panel_title = '2 MiB of objects, live and freed again and again'
if (points > 0) { load shapes.'lines.gp' }
unset multiplot
