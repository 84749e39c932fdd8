# The lines of lines.gp, each with its name at its end; least, greatest, x_least and x_greatest are
# its doing.

# The names stand at the right, in a column as wide as the longest.
name_px = floor == floor ? text_width(floor_label, 18) : 0
do for [l = 1:LINES_MOST] {
    px = text_width(line_label[l], 18)
    if (line_count[l] > 0 && px > name_px) { name_px = px }
}
band_name = 'other allocators'
if (bands > 0 && text_width(band_name, 18) > name_px) { name_px = text_width(band_name, 18) }
LEAD_PX = 34 # between the plot and the names
left_px = box_left + (greatest < 1e5 ? 104 : 134); right_px = box_right - name_px - LEAD_PX - 14
top_px = box_top + 12 + (panel_title ne '' ? 26 : 0); bottom_px = box_bottom
if (panel_title ne '') {
    set label 919 panel_title at screen X(box_left + 24), screen Y(box_top + 8) textcolor rgb TEXT
}
set lmargin at screen X(left_px)
set rmargin at screen X(right_px)
set tmargin at screen Y(top_px)
set bmargin at screen Y(bottom_px)

# ---- Axes ----
wide = is_wide(least, greatest)
if (wide) {
    y_low = least / 1.3; y_high = greatest * 1.2
    set logscale y
    set ytics ()
    do for [e = -3:9] {
        do for [m in "1 2 5"] {
            v = decade(e, int(m))
            if (v >= y_low && v <= y_high && (m == 1 || 70 * log10(y_high / y_low) < bottom_px - top_px)) {
                set ytics add (sprintf('%g', v) v)
            }
        }
    }
} else {
    unset logscale y
    set ytics autofreq # the panel before may have set its own
    y_low = 0; y_high = greatest > 0 ? greatest * 1.08 : 1
}
set yrange [y_low : y_high]
down_px(v) = bottom_px - (bottom_px - top_px) * (wide ? log(v / y_low) / log(y_high / y_low) \
    : (v - y_low) / (y_high - y_low))

if (x_log) {
    set logscale x
    x_pad = (x_greatest / x_least)**0.03
    x_low = x_least / x_pad; x_high = x_greatest * x_pad
} else {
    unset logscale x
    x_pad = 0.03 * (x_greatest - x_least)
    x_low = x_least - x_pad; x_high = x_greatest + x_pad
}
if (x_low == x_high) { # one value, of lines without names
    x_low = x_log ? x_least / 4. : x_least - 1
    x_high = x_log ? x_least * 4. : x_least + 1
}
set xrange [x_low : x_high]
across_px(v) = (right_px - left_px) * (x_log ? log(v / x_low) / log(x_high / x_low) \
    : (v - x_low) / (x_high - x_low))

# Ticks at the values when there are few, but for those that leave no room for their text; else at
# powers of 4, or at the multiples asked for.
ticks = 0
array tick[12]
do for [i = 1:points] {
    taken = 0
    do for [k = 1:ticks] {
        if (abs(across_px(tick[k]) - across_px(point_x[i])) < 40) { taken = 1 }
    }
    if (!taken && ticks < 12) { ticks = ticks + 1; tick[ticks] = point_x[i] }
}
set xtics ()
if (x_greatest == x_least) { x_step = 0 } # a tick at its only value
at_values = x_step == 0 && ticks <= 11 && !(x_log && x_greatest > 500 * x_least)
do for [k = 1:ticks] {
    if (at_values) { set xtics add (x_text(tick[k]) tick[k]) }
}
if (x_step > 0) {
    do for [k = 0:int(x_greatest / x_step)] { set xtics add (x_text(k * x_step) k * x_step) }
}
if (x_step == 0 && !at_values) {
    tick_px = -40
    do for [k = 0:12] {
        v = 4**k
        if (v >= x_least && v <= x_greatest && across_px(v) - tick_px >= 40) {
            set xtics add (x_text(v) v)
            tick_px = across_px(v)
        }
    }
}
load shapes.'foot.gp'
set label 920 x_title at screen X((left_px + right_px) / 2), screen Y(bottom_px + 49) center \
    textcolor rgb TEXT
set label 921 y_title at screen X(box_left + 26), \
    screen Y((top_px + bottom_px) / 2) center rotate by 90 textcolor rgb TEXT

# ---- Names: where their lines end, moved apart until each has a row of its own ----
names = 0
array name_line[LINES_MOST + 2] # 0: the floor; -1: the band
array name_at[LINES_MOST + 2]   # pixels from the top
if (bands > 0) {
    names = names + 1; name_line[names] = -1
    name_at[names] = down_px(sqrt(band_low[bands] * band_high[bands]))
}
do for [l = 1:LINES_MOST] {
    if (line_count[l] > 0 && line_label[l] ne '') {
        names = names + 1; name_line[names] = l; name_at[names] = down_px(line_end_y[l])
    }
}
if (floor == floor) {
    names = names + 1; name_line[names] = 0; name_at[names] = down_px(floor > 0 ? floor : y_low)
    set arrow 930 from graph 0, first floor to graph 1, first floor nohead back linewidth 2 \
        dashtype 2 linecolor rgb FLOOR
}
do for [i = 2:names] { # insertion sort
    do for [k = i:2:-1] {
        if (name_at[k] < name_at[k - 1]) {
            swap = name_at[k]; name_at[k] = name_at[k - 1]; name_at[k - 1] = swap
            swap = name_line[k]; name_line[k] = name_line[k - 1]; name_line[k - 1] = swap
        }
    }
}
room_px = bottom_px - top_px + 30.
pitch_px = names * 23 > room_px ? room_px / names : 23
do for [turn = 1:80] {
    do for [i = 2:names] {
        overlap = name_at[i - 1] + pitch_px - name_at[i]
        if (overlap > 0) {
            name_at[i - 1] = name_at[i - 1] - overlap / 2
            name_at[i] = name_at[i] + overlap / 2
        }
    }
    if (names > 0 && name_at[1] < top_px - 10) { name_at[1] = top_px - 10 }
    if (names > 0 && name_at[names] > bottom_px + 20) { name_at[names] = bottom_px + 20 }
}
# Exactly: down from the first, then up from the last.
do for [i = 2:names] {
    if (name_at[i] < name_at[i - 1] + pitch_px) { name_at[i] = name_at[i - 1] + pitch_px }
}
if (names > 0 && name_at[names] > bottom_px + 20) { name_at[names] = bottom_px + 20 }
do for [i = names - 1:1:-1] {
    if (name_at[i] > name_at[i + 1] - pitch_px) { name_at[i] = name_at[i + 1] - pitch_px }
}
do for [i = 1:names] {
    l = name_line[i]
    color = l > 0 ? darker(line_color[l]) : FLOOR
    name = l > 0 ? line_label[l] : l == 0 ? floor_label : band_name
    ns = l > 0 ? line_end_y[l] : l == 0 ? floor : sqrt(band_low[bands] * band_high[bands])
    from_x = l > 0 ? line_end_x[l] : l == 0 ? x_high : band_x[bands]
    set label 1000 + i name at screen X(right_px + LEAD_PX), screen Y(name_at[i]) \
        textcolor rgb color font ',18'
    set arrow 1000 + i from first from_x, first ns to \
        screen X(right_px + LEAD_PX - 6), screen Y(name_at[i]) nohead back linewidth 1.2 \
        dashtype 3 linecolor rgb color
}

# ---- The lines: a block of $points each, so that no gap parts the points of one ----
OUTSIDE = 1e30 # of the page: for what is not to be seen
set print $band
do for [k = 1:bands] { print sprintf('%g %g %g', band_x[k], band_low[k], band_high[k]) }
if (bands == 0) { print sprintf('%g %g %g', OUTSIDE, OUTSIDE, OUTSIDE) }
unset print
blocks = 0
array block_line[LINES_MOST]
set print $points
do for [l = 1:LINES_MOST] {
    if (line_count[l] > 0) {
        if (blocks > 0) { print ''; print '' }
        blocks = blocks + 1
        block_line[blocks] = l
        do for [i = 1:points] {
            if (point_line[i] == l) {
                has = point_low[i] == point_low[i]
                hollow = point_hollow[i]
                print sprintf('%g %g %g %g %g %d %d %g %d', point_x[i], point_y[i], \
                    has ? point_y[i] : OUTSIDE, has ? point_low[i] : OUTSIDE, \
                    has ? point_high[i] : OUTSIDE, line_color[l], \
                    hollow ? open_mark(line_mark[l]) : line_mark[l], \
                    hollow ? point_y[i] : OUTSIDE, line_mark[l])
            }
        }
    }
}
unset print
set datafile separator whitespace
set datafile nocolumnheaders
plot $band using 1:2:3 with filledcurves fillcolor rgb 0xe6e6e6, \
     for [b = 1:blocks] $points index b - 1 using 1:(joined ? $2 : OUTSIDE) with lines linewidth 2.5 \
        dashtype line_dash[block_line[b]] linecolor rgb line_color[block_line[b]], \
     $points using 1:3:4:5:6 with yerrorbars pointtype -1 linewidth 1.5 linecolor rgb variable, \
     '' using 1:8:9 with points pointtype variable pointsize 1.5 linecolor rgb 'white', \
     '' using 1:2:7:6 with points pointtype variable pointsize 1.5 linewidth 2 \
        linecolor rgb variable
