# The points of lines that were all measured at one value of the swept parameter: a bar for each line.
# In: what lines.gp takes. A band is one bar from its least to its greatest.
BARS_MOST = LINES_MOST + 1
load shapes.'bars_begin.gp'
do for [i = 1:points] {
    l = point_line[i]
    done = set_bar(l, line_name[l], line_color[l], 1)
    bar_value[l] = point_y[i]; bar_low[l] = point_low[i]; bar_high[l] = point_high[i]
    bar_hollow[l] = point_hollow[i]
}
if (bands == 1) {
    done = set_bar(BARS_MOST, 'other allocators', 0xbbbbbb, 1)
    bar_value[BARS_MOST] = band_high[1]
    bar_from[BARS_MOST] = band_low[1]
}
names = 0 # at the ends of lines
bars_title = y_title
floor_unit = y_title[1:3] eq 'ns ' ? ' ns' : ''
with_allocs = 0
if (panel_title ne '') {
    set label 919 panel_title at screen X(box_left + 24), screen Y(box_top + 8) textcolor rgb TEXT
}

# Which value it is.
LOG = ' (logarithmic)'
at = strstrt(x_title, LOG)
value_told = (at > 0 ? x_title[1:at - 1] : x_title).': '.x_text(x_least)
longer = value_told.' only; a longer run draws lines'
if (!longer_told && text_width(longer, 18) < box_right - box_left - 34) {
    value_told = longer
    longer_told = 1
}
value_y = box_top + 8 + (panel_title ne '' ? 27 : 0)
set label 918 value_told at screen X(box_left + 24), screen Y(value_y) font ',18' textcolor rgb QUIET
page_top = box_top # the next panel begins where this one did
box_top = value_y + 20
load shapes.'bars.gp'
box_top = page_top
