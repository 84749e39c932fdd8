# Room for LINES_MOST lines, none of which has a point yet.
load shapes.'begin.gp'
POINTS_MOST = 4000
y_title = 'ns per operation, lower is better'
array line_label[LINES_MOST] # at its end; empty: none
array line_name[LINES_MOST]  # what it is called where it is a bar
array line_color[LINES_MOST]
array line_mark[LINES_MOST]
array line_dash[LINES_MOST]  # 1: solid, 2: dashed
array line_count[LINES_MOST] # points it has
array line_end_x[LINES_MOST] # its last point: rows come in ascending order of their value
array line_end_y[LINES_MOST]
do for [l = 1:LINES_MOST] {
    line_label[l] = ''; line_name[l] = ''; line_color[l] = TEXT; line_mark[l] = 7; line_dash[l] = 1
    line_count[l] = 0; line_end_x[l] = NaN; line_end_y[l] = NaN
}
points = 0
array point_line[POINTS_MOST]
array point_x[POINTS_MOST]
array point_y[POINTS_MOST]    # ns: the median
array point_low[POINTS_MOST]  # its interval, or NaN
array point_high[POINTS_MOST]
array point_hollow[POINTS_MOST]

# Keeps the current row as a point of that line at x; line 0: none. The answer is 0, to be summed up.
take_point(l, x) = l < 1 || l > LINES_MOST || points == POINTS_MOST || x != x ? 0 : ( \
    points = points + 1, point_line[points] = l, point_x[points] = x, \
    point_y[points] = column('ns_median'), point_low[points] = column('ns_low'), \
    point_high[points] = column('ns_high'), point_hollow[points] = is_unresolved(0), \
    line_count[l] = line_count[l] + 1, line_end_x[l] = x, \
    line_end_y[l] = column('ns_median'), 0)

# The same of a row of metrics.tsv.
take_metric(l, x) = l < 1 || l > LINES_MOST || points == POINTS_MOST || x != x ? 0 : ( \
    points = points + 1, point_line[points] = l, point_x[points] = x, \
    point_y[points] = column('median'), point_low[points] = column('low'), \
    point_high[points] = column('high'), point_hollow[points] = 0, \
    with_interval = with_interval + (column('low') == column('low')), \
    line_count[l] = line_count[l] + 1, line_end_x[l] = x, line_end_y[l] = column('median'), 0)

# The throughput of the current row, of all its threads together, in the place of the time.
RATE_TITLE = 'million a second, higher is better'
take_rate(l, x) = l < 1 || l > LINES_MOST || points == POINTS_MOST || !has(x) \
    || !has(column('ops_per_s')) ? 0 : (take_point(l, x), \
    point_y[points] = column('ops_per_s') / 1e6, point_low[points] = column('ops_low') / 1e6, \
    point_high[points] = column('ops_high') / 1e6, line_end_y[l] = point_y[points], 0)

# Names a line. `set_line(...)` is an expression: x = set_line(...).
set_line(l, label, color, mark, dash) = (line_label[l] = label, line_name[l] = label, line_color[l] = color, \
    line_mark[l] = mark, line_dash[l] = dash, 0)

# The range of several allocators, as a band: where a line for each would hide the others.
BAND_MOST = 100
bands = 0
array band_x[BAND_MOST]
array band_low[BAND_MOST]
array band_high[BAND_MOST]
band_at(x) = sum [k = 1:bands] (band_x[k] == x ? k : 0)
widen_band(k, y) = (band_low[k] = y < band_low[k] ? y : band_low[k], \
    band_high[k] = y > band_high[k] ? y : band_high[k], 0)
start_band(x, y) = bands == BAND_MOST ? 0 : (bands = bands + 1, band_x[bands] = x, \
    band_low[bands] = y, band_high[bands] = y, 0)
take_band(x, y) = band_at(x) > 0 ? widen_band(band_at(x), y) : start_band(x, y)

# Keeps the current row as a point of line first + allocator; with many allocators, all but the
# baseline go into the band.
take_heap(first, allocator, x) = allocator == baseline || allocators <= 3 \
    ? take_point(first + int(allocator), x) : take_band(x, column('ns_median'))
take_heap_rate(first, allocator, x) = allocator == baseline || allocators <= 3 \
    ? take_rate(first + int(allocator), x) \
    : has(column('ops_per_s')) ? take_band(x, column('ops_per_s') / 1e6) : 0
