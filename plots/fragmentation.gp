# Memory held over memory in use, when objects of one size give way to larger ones.
question = 'How much memory is held when sizes change?'
call ARG1 ARG1 ARG2 ARG3

is_cell(variant) = strcol('scenario') eq 'fragmentation' && strcol('variant') eq variant \
    && strcol('metric') eq 'resident_per_live'
foot(x) = 'Resident memory at most, over 2 MiB that are live; 1 is what was asked for.' \
    .(with_interval > 0 ? ' Whiskers: 95 % interval of the median over processes.' : '')
array variants[2] = ['comb_random', 'doubling']
array titles[2] = ['64 bytes, then 192', '32 bytes, then twice as large, five times']
MIDDLE = 520.
set multiplot
do for [panel = 1:2] {
    LINES_MOST = ALLOCATORS_MOST
    load shapes.'lines_begin.gp'
    do for [i = 1:allocators] {
        done = set_line(i, panel == 1 ? '' : allocator_label[i], allocator_color[i], \
            allocator_mark[i], 1)
    }
    stats 'metrics.tsv' using (is_cell(variants[panel]) \
        ? take_metric(int(column('allocator')), column('value')) : 0) nooutput
    if (points == 0) { exit status NOTHING }
    floor = 1
    floor_label = panel == 1 ? '' : 'asked for'
    x_title = 'one object stays, of so many'
    x_text(v) = sprintf('%g', v)
    x_log = 1
    y_title = 'resident over live, lower is better'
    box_left = panel == 1 ? 0 : MIDDLE
    box_right = panel == 1 ? MIDDLE : WIDTH
    panel_title = titles[panel]
    load shapes.'lines.gp'
    unset label 919; unset label 920; unset label 921
    do for [i = 1:names] { unset label 1000 + i; unset arrow 1000 + i }
}
unset multiplot
