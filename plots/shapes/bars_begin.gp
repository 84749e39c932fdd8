# Room for BARS_MOST bars, none of which has a value yet.
load shapes.'begin.gp'
bars_title = 'ns per operation, lower is better' # what is drawn, when it is something else
floor_unit = ' ns'
array bar_label[BARS_MOST]
array bar_color[BARS_MOST]
array bar_group[BARS_MOST]
array bar_value[BARS_MOST]   # ns: the median
array bar_from[BARS_MOST]    # where it begins, or NaN: at the axis
array bar_low[BARS_MOST]     # its interval, or NaN
array bar_high[BARS_MOST]
array bar_hollow[BARS_MOST]  # 1: not told apart from the baseline
array bar_remark[BARS_MOST]  # what is said behind the value
array bar_allocs[BARS_MOST]  # allocations an operation, or NaN
do for [i = 1:BARS_MOST] {
    bar_label[i] = ''; bar_color[i] = TEXT; bar_group[i] = 1
    bar_value[i] = NaN; bar_low[i] = NaN; bar_high[i] = NaN; bar_allocs[i] = NaN
    bar_hollow[i] = 0; bar_remark[i] = ''; bar_from[i] = NaN
}

# Keeps the current row as that bar; 0: none. The answer is 0, to be summed up.
take_bar(i) = i < 1 || i > BARS_MOST ? 0 : ( \
    bar_value[i] = column('ns_median'), bar_low[i] = column('ns_low'), \
    bar_high[i] = column('ns_high'), bar_allocs[i] = column('allocs_per_op'), \
    bar_hollow[i] = is_unresolved(0), bar_remark[i] = remark(strcol('note'), strcol('status')), 0)
remark(note, status) = note eq 'at floor' ? ' (as the floor)' : status eq 'noisy' ? ' (noisy)' : ''

# Names a bar. An expression: done = set_bar(...).
set_bar(i, label, color, group) = (bar_label[i] = label, bar_color[i] = color, \
    bar_group[i] = group, 0)

# Marks on bars: the same row under other allocators.
DOTS_MOST = 1000
dots = 0
array dot_bar[DOTS_MOST]
array dot_value[DOTS_MOST]
array dot_allocator[DOTS_MOST]
array dot_hollow[DOTS_MOST]

# Keeps the current row as the bar under the baseline or without an allocator, else as a mark on it.
take_bar_or_dot(i, allocator) = i < 1 || i > BARS_MOST ? 0 \
    : allocator == 0 || allocator == baseline ? take_bar(i) : dots == DOTS_MOST ? 0 : ( \
    dots = dots + 1, dot_bar[dots] = i, dot_value[dots] = column('ns_median'), \
    dot_allocator[dots] = int(allocator), dot_hollow[dots] = is_unresolved(0), 0)
