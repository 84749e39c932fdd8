# Lines over a swept parameter, or, where only one value of it was measured, bars. In, besides what take_point kept:
#     x_title               what the parameter is, with its unit
#     x_text(v)             how a value of it is written at the axis
#     x_log                 1: logarithmic
#     y_title               what is drawn, and which is better, when it is not ns per operation
#     x_step                ticks at its multiples; 0: at the values there are, or at powers of 4
#     joined                0: points alone
#     floor, floor_label    ns of a line across, or NaN; what it is

load shapes.'begin.gp'
if (points == 0) { exit status NOTHING }
least = point_y[1]; greatest = point_y[1]
x_least = point_x[1]; x_greatest = point_x[1]
do for [i = 1:points] {
    low = point_low[i] == point_low[i] ? point_low[i] : point_y[i]
    high = point_high[i] == point_high[i] ? point_high[i] : point_y[i]
    least = low < least ? low : least
    greatest = high > greatest ? high : greatest
    x_least = point_x[i] < x_least ? point_x[i] : x_least
    x_greatest = point_x[i] > x_greatest ? point_x[i] : x_greatest
}
do for [k = 1:bands] {
    least = band_low[k] < least ? band_low[k] : least
    greatest = band_high[k] > greatest ? band_high[k] : greatest
}
if (floor == floor) { least = floor < least ? floor : least }


# One dot a line shows less than a bar, whose length can be compared. Lines without a name of their
# own stay lines.
nameless = 0
do for [i = 1:points] { nameless = nameless + (line_name[point_line[i]] eq '') }
if (x_least == x_greatest && nameless == 0) {
    load shapes.'one_value.gp'
} else {
    load shapes.'curves.gp'
}
