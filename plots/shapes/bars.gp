# Horizontal bars with their values. A figure gives numbers from 1 to BARS_MOST to the rows it wants
# (take_bar), and to each number a label, a colour and a group (set_bar); a number that no row had
# makes no bar. In:
#     floor, floor_label   ns of a line across, or NaN; what it is
#     with_allocs          1: a column of allocations an operation

load shapes.'begin.gp'
bars = 0            # how many there are
bar_least = NaN     # ns
bar_greatest = NaN
label_px = 0
tick_text(v) = v >= 1e6 ? sprintf('%gM', v / 1e6) : v >= 1e4 ? sprintf('%gk', v / 1e3) : sprintf('%g', v)
value_text(i) = (has(bar_from[i]) ? short(bar_from[i]).' – ' : '').short(bar_value[i]).(dots > 0 ? '' : bar_remark[i])
allocs_text(n) = n != n ? '' : n == int(n) ? sprintf('%d', n) : sprintf('%.2f', n)
array bar_y[BARS_MOST]
y_next = 0.
group = 0
do for [i = 1:BARS_MOST] {
    if (bar_value[i] == bar_value[i]) {
        y_next = y_next + (bars > 0 && bar_group[i] != group ? 1.35 : 1)
        group = bar_group[i]
        bar_y[i] = y_next
        bars = bars + 1
        low = has(bar_low[i]) ? bar_low[i] : has(bar_from[i]) ? bar_from[i] : bar_value[i]
        high = bar_high[i] == bar_high[i] ? bar_high[i] : bar_value[i]
        bar_least = bars == 1 || low < bar_least ? low : bar_least
        bar_greatest = bars == 1 || high > bar_greatest ? high : bar_greatest
        px = text_width(bar_label[i], 20)
        label_px = px > label_px ? px : label_px
    }
}
if (bars == 0) { exit status NOTHING }
do for [d = 1:dots] {
    if (bar_value[dot_bar[d]] == bar_value[dot_bar[d]]) {
        bar_least = dot_value[d] < bar_least ? dot_value[d] : bar_least
        bar_greatest = dot_value[d] > bar_greatest ? dot_value[d] : bar_greatest
    }
}
if (floor == floor) { bar_least = floor < bar_least ? floor : bar_least }

# What the marks on the bars mean: lines above them.
key_px = box_left + 24
key_y = box_top + 12
if (dots > 0) {
    set label 940 'bars: '.baseline_label at screen X(key_px), screen Y(key_y) \
        textcolor rgb darker(allocator_color[baseline]) font ',18'
    key_px = key_px + text_width('bars: '.baseline_label, 18) + 34
    do for [i = 1:allocators] {
        if (i != baseline) {
            px = text_width(allocator_label[i], 18) + 34
            if (key_px + px > box_right - 10) { key_px = box_left + 33; key_y = key_y + 26 }
            set label 1000 + i '' at screen X(key_px), screen Y(key_y) point \
                pointtype allocator_mark[i] pointsize 1.5 linecolor rgb allocator_color[i]
            set label 940 + i allocator_label[i] at screen X(key_px + 13), screen Y(key_y) \
                textcolor rgb darker(allocator_color[i]) font ',18'
            key_px = key_px + px
        }
    }
}

left_px = box_left + 36 + label_px
# With marks on the bars, the values stand in a column of their own.
column_px = box_right - (with_allocs ? 180 : 30)
allocs_px = box_right - 70
right_px = column_px - (dots > 0 ? 75 : 0)
head_px = with_allocs || dots > 0 || floor == floor ? 26 : 4
set lmargin at screen X(left_px)
set rmargin at screen X(right_px)
set tmargin at screen Y(dots > 0 ? key_y + 16 + head_px : box_top + head_px)
set bmargin at screen Y(box_bottom)
# Few bars do not fill the page.
row_px = (box_bottom - head_px - box_top) / (y_next + 0.24)
thick = row_px * 0.68 > 48 ? 24. / row_px : 0.34 # half a bar, in rows

# The longest bar leaves room for its value.
value_px = 60
do for [i = 1:BARS_MOST] {
    if (has(bar_value[i]) && text_width(value_text(i), 20) + 20 > value_px) {
        value_px = text_width(value_text(i), 20) + 20
    }
}
value_share = (dots > 0 ? 20. : value_px) / (right_px - left_px)
wide = is_wide(bar_least, bar_greatest)
if (wide) {
    x_low = bar_least / 1.5
    x_high = bar_greatest * (bar_greatest / x_low)**(value_share / (1 - value_share))
    set logscale x
    set xtics ()
    many_ticks = 185 * log10(x_high / x_low) < right_px - left_px
    do for [e = -3:9] {
        do for [m in "1 2 5"] {
            v = decade(e, int(m))
            if (v >= x_low && v <= x_high && (m == 1 || many_ticks)) { set xtics add (tick_text(v) v) }
        }
    }
} else {
    x_low = 0
    x_high = bar_greatest > 0 ? bar_greatest / (1 - value_share) : 1
    # Ticks at 1, 2 or 5 times a power of 10, with room for their texts.
    step = x_high * 75 / (right_px - left_px)
    unit = 10.**floor(log10(step))
    set xtics 0, (step > 5 * unit ? 10 : step > 2 * unit ? 5 : step > unit ? 2 : 1) * unit
}
set xrange [x_low : x_high]
set yrange [y_next + 0.62 : 0.38]
unset ytics
set grid noytics
load shapes.'foot.gp'
axis_text = bars_title.(wide ? ' (logarithmic)' : '')
axis_px = (left_px + right_px) / 2
far_px = box_right - 12 - text_width(axis_text, 20) / 2 # where it still ends on the page
set label 920 axis_text at screen X(axis_px < far_px ? axis_px : far_px), screen Y(box_bottom + 49) \
    center textcolor rgb TEXT
if (floor == floor) {
    set arrow 921 from floor, graph 0 to floor, graph 1 nohead front linewidth 2 dashtype 2 \
        linecolor rgb FLOOR
    floor_text = floor_label.' '.short(floor).floor_unit
    floor_px = left_px + (right_px - left_px) * (wide ? log(floor / x_low) / log(x_high / x_low) \
        : floor / x_high)
    if (floor_px + text_width(floor_text, 18) < right_px + 20) {
        set label 921 floor_text at floor, graph 1 offset character -0.5, 0.8 left \
            textcolor rgb FLOOR font ',18' front
    } else {
        set label 921 floor_text at floor, graph 1 offset character 0.5, 0.8 right \
            textcolor rgb FLOOR font ',18' front
    }
}
if (dots > 0) {
    set label 923 'bar, ns' at screen X(column_px), graph 1 offset 0, character 0.8 right \
        textcolor rgb QUIET font ',18'
}
if (with_allocs) {
    set label 922 'allocations' at screen X(allocs_px), graph 1 offset 0, character 0.8 center \
        textcolor rgb QUIET font ',18'
    do for [i = 1:BARS_MOST] {
        if (bar_value[i] == bar_value[i]) {
            set label 2000 + i allocs_text(bar_allocs[i]) at screen X(allocs_px), first bar_y[i] \
                center textcolor rgb TEXT
        }
    }
}

bar_names = BARS_MOST
# As labels and not from the plot, which would take \n in a name for a line's end.
do for [i = 1:BARS_MOST] {
    if (bar_value[i] == bar_value[i]) {
        set label 4000 + i bar_label[i] at graph 0, first bar_y[i] right offset character -0.8, 0 \
            textcolor rgb TEXT
        if (dots > 0) {
            set label 3000 + i value_text(i) at screen X(column_px), first bar_y[i] right \
                textcolor rgb TEXT
        }
    }
}

# One row a bar, numbers only: the texts are taken from the arrays. gnuplot warns of data without
# any valid point, so what is not to be seen lies outside the page.
OUTSIDE = 1e30
only(flag, v) = flag == 1 ? v : OUTSIDE
known(v) = v == v ? v : OUTSIDE
set print $bars
do for [i = 1:BARS_MOST] {
    if (bar_value[i] == bar_value[i]) {
        has_low = bar_low[i] == bar_low[i]
        print sprintf('%d %g %g %g %g %g %d %g %g %g', i, bar_y[i], bar_value[i], \
            only(has_low, bar_value[i]), known(bar_low[i]), known(bar_high[i]), bar_color[i], \
            only(bar_hollow[i], bar_value[i]), only(bar_hollow[i], x_low), \
            has(bar_from[i]) ? bar_from[i] : x_low)
    }
}
unset print
text_at(v, high) = high == high && high > v ? high : v
text_at(i) = bar_high[i] > bar_value[i] ? bar_high[i] : bar_value[i]
set datafile separator whitespace
set datafile nocolumnheaders
set print $dots
print sprintf('%g 0 1 0 1', OUTSIDE) # so that there is one
do for [d = 1:dots] {
    if (bar_value[dot_bar[d]] == bar_value[dot_bar[d]]) {
        mark = allocator_mark[dot_allocator[d]]
        print sprintf('%g %g %d %d %d', dot_value[d], bar_y[dot_bar[d]], \
            dot_hollow[d] ? open_mark(mark) : mark, allocator_color[dot_allocator[d]], mark)
    }
}
unset print
plot $bars using 3:2:10:3:($2 - thick):($2 + thick):7 \
        with boxxyerror fillstyle solid 1 noborder linecolor rgb variable, \
     '' using 8:2:9:8:($2 - thick):($2 + thick):7 \
        with boxxyerror fillstyle solid 0 border linewidth 3 linecolor rgb variable, \
     '' using 4:2:5:6 with xerrorbars pointtype -1 linewidth 2 linecolor rgb TEXT, \
     '' using (dots > 0 ? OUTSIDE : text_at(int($1))):2:(value_text(int($1))) with labels left \
        offset character 0.6, 0 textcolor rgb TEXT, \
     $dots using 1:2:5 with points pointtype variable pointsize 2.1 linecolor rgb 'white', \
     '' using 1:2:3:4 with points pointtype variable pointsize 1.5 linewidth 2 \
        linecolor rgb variable
