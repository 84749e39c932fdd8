# Pools that drop what lies in them unused, by how often they do.
question = 'How often does a pool miss that forgets what lies unused?'
call ARG1 ARG1 ARG2 ARG3

LINES_MOST = 4
load shapes.'lines_begin.gp'
done = set_line(1, 'victims, bursts', way_color[GO_FORM], way_mark[GO_FORM], 1)
done = set_line(2, 'cleared, bursts', way_color[5], way_mark[5], 1)
done = set_line(3, 'victims, steady', way_color[GO_FORM], way_mark[GO_FORM], 2)
done = set_line(4, 'cleared, steady', way_color[5], way_mark[5], 2)
line_of(variant) = !is_row('pool_ageing') ? 0 : variant eq 'victim' ? 1 : variant eq 'cleared' ? 2 \
    : variant eq 'victim_steady' ? 3 : variant eq 'cleared_steady' ? 4 : 0
# Misses, which are counted and have no interval, in the place of the time.
take_misses(l, x) = l < 1 || x != x || column('allocs_per_op') != column('allocs_per_op') ? 0 : ( \
    done = take_point(l, x), point_y[points] = 100 * column('allocs_per_op'), \
    point_low[points] = NaN, point_high[points] = NaN, point_hollow[points] = 0, \
    line_end_y[l] = point_y[points], 0)
# The axis is of decimal logarithms. "Never" is 0 in the table; here it stands on the right.
last = 0
take_period(x) = (last = x > last ? x : last, take_misses(line_of(strcol('variant')), x))
stats cells using (is_row('pool_ageing') && column('value') > 0 \
    ? take_period(log10(column('value'))) : 0) nooutput
never = last + 1
stats cells using (is_at(0) ? take_misses(line_of(strcol('variant')), never) : 0) nooutput
floor = NaN
floor_label = ''
x_title = 'objects between two ticks (logarithmic)'
x_text(v) = v == never ? 'never' : sprintf('%d', int(10**v + 0.5))
y_title = 'misses in 100 gets, fewer is better'
x_log = 0
set label 911 'Exact counts, not times. A run begins with an empty pool: ' \
    .'what is missed at "never" is its filling.' at screen X(24), screen Y(656) font ',18' \
    textcolor rgb QUIET
foot_done = 1
load shapes.'lines.gp'
