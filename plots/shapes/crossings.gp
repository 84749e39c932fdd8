# The sizes at which lines begin to lie above others: a table above the plot, and marks in it for
# the first row. In, besides the points of the lines:
#     CROSSING_ROWS; crossing_of, crossing_title    the lines that become dearer, and their names
#     CROSSING_COLUMNS; crossing_line, crossing_name   the lines compared to, and theirs
#
# Above is what the intervals say: the low end of one over the high end of the other; without
# intervals, medians further apart than the noise floor and 1 %. A crossing lies between the last
# size at which a line is not above and the next, from which on it is never below again. Where the
# other line was not measured at a size, it is taken to be straight (on logarithmic axes) between
# its two neighbours.

least_margin = noise_floor == noise_floor && noise_floor > 0.01 ? noise_floor : 0.01
# 1: the first is above the second; -1: below; 0: cannot be told.
order(y, low, high, oy, olow, ohigh) = low == low && olow == olow \
    ? (low > ohigh ? 1 : high < olow ? -1 : 0) \
    : y > oy * (1 + least_margin) ? 1 : y * (1 + least_margin) < oy ? -1 : 0
between(a, b, t) = a * (b / a)**t

ONE_LINE = 200
array one_point[ONE_LINE]
array other_point[ONE_LINE]
crossing_cells = 0
array crossing_row_cells[CROSSING_ROWS]
array crossing_text[CROSSING_ROWS * CROSSING_COLUMNS]
do for [r = 1:CROSSING_ROWS] {
    crossing_row_cells[r] = 0
    do for [c = 1:CROSSING_COLUMNS] {
        ones = 0; others = 0
        do for [i = 1:points] {
            if (point_line[i] == crossing_of[r] && ones < ONE_LINE) {
                ones = ones + 1; one_point[ones] = i
            }
            if (point_line[i] == crossing_line[c] && others < ONE_LINE) {
                others = others + 1; other_point[others] = i
            }
        }
        before = NaN; from = NaN; last = NaN
        do for [n = 1:ones] {
            i = one_point[n]
            left = 0; right = 0 # its neighbours on the other line; the same where it has the size
            do for [m = 1:others] {
                k = other_point[m]
                if (point_x[k] <= point_x[i]) { left = k }
                if (point_x[k] >= point_x[i] && right == 0) { right = k }
            }
            if (left > 0 && right > 0) {
                t = left == right ? 0 : log(point_x[i] / point_x[left]) \
                    / log(point_x[right] / point_x[left])
                o = order(point_y[i], point_low[i], point_high[i], \
                    between(point_y[left], point_y[right], t), \
                    between(point_low[left], point_low[right], t), \
                    between(point_high[left], point_high[right], t))
                if (o == 1 && from != from) { from = point_x[i]; before = last }
                if (o == -1) { from = NaN }
                last = point_x[i]
            }
        }
        crossing_text[(r - 1) * CROSSING_COLUMNS + c] = last != last ? '' \
            : from != from ? 'not up to '.bytes_text(last) \
            : before == before ? bytes_text(before).' – '.bytes_text(from) \
            : 'from '.bytes_text(from)
        crossing_row_cells[r] = crossing_row_cells[r] + (last == last)
        crossing_cells = crossing_cells + (last == last)
        if (r == 1 && from == from) {
            set arrow 950 + c from first from, graph 0 to first from, graph 1 nohead back \
                linewidth 1.5 dashtype 4 linecolor rgb line_color[crossing_line[c]]
        }
    }
}
if (crossing_cells > 0) {
    first_px = 280
    column_px = (WIDTH - first_px - 10) / CROSSING_COLUMNS
    if (column_px > 250) { column_px = 250 }
    name_size = 18 # of the columns' names: smaller when one does not fit
    do for [c = 1:CROSSING_COLUMNS] {
        px = text_width(crossing_name[c].' ', 1)
        if (px * name_size > column_px) { name_size = int(column_px / px) }
    }
    set label 950 'Bytes where dearer than' at screen X(24), screen Y(box_top + 6) textcolor rgb TEXT \
        font ',18'
    do for [c = 1:CROSSING_COLUMNS] {
        set label 950 + c crossing_name[c] at screen X(first_px + column_px * (c - 1)), \
            screen Y(box_top + 6) textcolor rgb darker(line_color[crossing_line[c]]) \
            font sprintf(',%d', name_size)
    }
    table_rows = 0
    do for [r = 1:CROSSING_ROWS] {
        if (crossing_row_cells[r] > 0) { # a line that was not measured has none
            table_rows = table_rows + 1
            set label 950 + 10 * r crossing_title[r] at screen X(24), \
                screen Y(box_top + 6 + 25 * table_rows) textcolor rgb TEXT font ',18'
            do for [c = 1:CROSSING_COLUMNS] {
                set label 950 + 10 * r + c crossing_text[(r - 1) * CROSSING_COLUMNS + c] \
                    at screen X(first_px + column_px * (c - 1)), \
                    screen Y(box_top + 6 + 25 * table_rows) textcolor rgb TEXT font ',18'
            }
        }
    }
    box_top = box_top + 28 + 25 * table_rows
}
