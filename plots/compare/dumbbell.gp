# The cells of one scenario that changed most, in all runs: a row a cell, a mark a run, at its time
# as a multiple of the base's. The tables are those of harness/plot/compare_tables.h; which figure it
# is, is in the name of the file.
figure = ARG2[1:strlen(ARG2) - 4]
rows_file = 'cells-'.figure.'.tsv'
question = ' '
call ARG1 ARG1 ARG2 ARG3
run_marks = 1
load shapes.'runs_begin.gp'
set label 901 'What changed in '.scenario.'?'

CELLS_MOST = 18
array cell_label[CELLS_MOST]
array cell_base[CELLS_MOST]   # ns in the base
array cell_ratio[CELLS_MOST]  # the ratio that is written: of the told ones the farthest from 1
array cell_run[CELLS_MOST]    # of that ratio
array cell_told[CELLS_MOST]   # 2: faster or slower; 1: same; 0: unresolved
do for [i = 1:CELLS_MOST] {
    cell_label[i] = ''; cell_base[i] = NaN
    cell_ratio[i] = NaN; cell_run[i] = 0; cell_told[i] = -1
}
MARKS_MOST = 1000
marks = 0
array mark_cell[MARKS_MOST]
array mark_run[MARKS_MOST]
array mark_ns[MARKS_MOST]
array mark_low[MARKS_MOST]
array mark_high[MARKS_MOST]
array mark_hollow[MARKS_MOST]
least(a, b) = a == a && a < b ? a : b
greatest(a, b) = a == a && a > b ? a : b
told(verdict) = verdict eq 'faster' || verdict eq 'slower' ? 2 : verdict eq 'same' ? 1 : 0
far(ratio) = ratio == ratio ? abs(log(ratio)) : -1
take_ratio(i, run, ratio, t) = ratio != ratio \
    || t == 2 && cell_told[i] == 2 && far(ratio) <= far(cell_ratio[i]) \
    || t < 2 && (cell_told[i] == 2 || far(ratio) <= far(cell_ratio[i])) ? 0 \
    : (cell_ratio[i] = ratio, cell_run[i] = run, cell_told[i] = t, 0)
cells_shown = 0
keep_mark(i, run, ns) = i < 1 || i > CELLS_MOST || marks == MARKS_MOST ? 0 : ( \
    marks = marks + 1, mark_cell[marks] = i, mark_run[marks] = run, mark_ns[marks] = ns, \
    mark_low[marks] = column('ns_low'), mark_high[marks] = column('ns_high'), \
    mark_hollow[marks] = run > 1 && is_unresolved(0), \
    with_interval = with_interval + (run == 1 && column('ns_low') == column('ns_low')), \
    cells_shown = i > cells_shown ? i : cells_shown, cell_label[i] = strcol('label'), \
    cell_base[i] = run == 1 ? ns : cell_base[i], \
    take_ratio(i, run, column('ratio'), told(strcol('verdict'))))
stats rows_file using (keep_mark(int(column('cell')), int(column('run')), column('ns_median'))) nooutput
if (marks == 0) { exit status NOTHING }

# As multiples of the base's median; a cell has that, or it would not be compared.
array cell_low[CELLS_MOST]    # least and greatest median
array cell_high[CELLS_MOST]
do for [i = 1:CELLS_MOST] { cell_low[i] = NaN; cell_high[i] = NaN }
x_least = 1 / (1 + needed); x_greatest = 1 + needed; label_px = 0
do for [m = 1:marks] {
    i = mark_cell[m]
    mark_ns[m] = mark_ns[m] / cell_base[i]
    mark_low[m] = mark_low[m] / cell_base[i]
    mark_high[m] = mark_high[m] / cell_base[i]
    cell_low[i] = least(cell_low[i], mark_ns[m])
    cell_high[i] = greatest(cell_high[i], mark_ns[m])
    x_least = least(x_least, mark_low[m] == mark_low[m] ? mark_low[m] : mark_ns[m])
    x_greatest = greatest(x_greatest, mark_high[m] == mark_high[m] ? mark_high[m] : mark_ns[m])
}
do for [i = 1:cells_shown] {
    px = text_width(cell_label[i], 18)
    label_px = px > label_px ? px : label_px
}
left_px = 36 + (label_px > 560 ? 560 : label_px)
base_px = WIDTH - 120; ratio_px = WIDTH - 24; right_px = base_px - 90
top_px = key_bottom + 34; bottom_px = box_bottom
if (bottom_px - top_px > 44 * cells_shown) { bottom_px = top_px + 44 * cells_shown }
set lmargin at screen X(left_px)
set rmargin at screen X(right_px)
set tmargin at screen Y(top_px)
set bmargin at screen Y(bottom_px)

wide = is_wide(x_least, x_greatest)
if (wide) {
    x_low = x_least / 1.2; x_high = x_greatest * 1.2
    set logscale x
    set xtics ()
    many_ticks = 170 * log10(x_high / x_low) < right_px - left_px
    do for [e = -3:9] {
        do for [n in "1 2 5"] {
            v = decade(e, int(n))
            if (v >= x_low && v <= x_high && (n == 1 || many_ticks)) { set xtics add (sprintf('%g', v) v) }
        }
    }
} else {
    x_pad = 0.04 * (x_greatest - x_least)
    x_low = x_least - x_pad; x_high = x_greatest + x_pad
}
set xrange [x_low : x_high]
set yrange [cells_shown + 0.5 : 0.5]
unset ytics
set grid noytics
set label 920 'time as a multiple of that in A, lower is better'.(wide ? ' (logarithmic)' : '') \
    at screen X((left_px + right_px) / 2), screen Y(bottom_px + 45) center textcolor rgb TEXT
set label 922 'A, ns' at screen X(base_px), screen Y(top_px - 16) right textcolor rgb QUIET font ',18'
set label 923 'ratio to A' at screen X(ratio_px), screen Y(top_px - 16) right textcolor rgb QUIET font ',18'
set label 911 ''.(with_interval > 0 ? 'Whiskers: 95 % interval of the median.' \
    : 'Too few processes for intervals.').'  Hollow, ?: not told apart from A.  =: the same.  Band: noise.' \
    .(runs > 2 ? '  Ratio: the largest.' : '') \
    at screen X(24), screen Y(656) font ',18' textcolor rgb QUIET

# Within the band nothing is told: the noise floors, and how far the runs are apart as a whole.
set object 10 rectangle from first 1 / (1 + needed), graph 0 to first 1 + needed, graph 1 behind \
    fillstyle solid 1 noborder fillcolor rgb 0xf3f0e6
set arrow 921 from first 1, graph 0 to first 1, graph 1 nohead back linewidth 2 dashtype 2 \
    linecolor rgb FLOOR

ratio_color(i) = cell_told[i] < 2 ? QUIET : cell_ratio[i] < 1 ? 0x1f5fa8 : 0xb04f00
ratio_text(i) = cell_ratio[i] != cell_ratio[i] ? '' : (runs > 2 ? run_letter(cell_run[i]).' ' : '') \
    .sprintf('%.2f', cell_ratio[i]).(cell_told[i] == 0 ? ' ?' : cell_told[i] == 1 ? ' =' : '')
do for [i = 1:cells_shown] {
    set label 2000 + i cell_label[i] at screen X(left_px - 12), first i right textcolor rgb TEXT font ',18'
    set label 3000 + i ''.(cell_base[i] == cell_base[i] ? short(cell_base[i]) : '') \
        at screen X(base_px), first i right textcolor rgb TEXT font ',18'
    set label 4000 + i ratio_text(i) at screen X(ratio_px), first i right \
        textcolor rgb ratio_color(i) font (cell_told[i] == 2 ? bold.',18' : ',18')
}

# Numbers only, one row a mark; what is not to be seen lies outside the page.
OUTSIDE = 1e30
known(v) = v == v ? v : OUTSIDE
spread = runs > 2 ? 0.62 : 0.34
y_of(m) = mark_cell[m] + spread * ((mark_run[m] - 0.5) / runs - 0.5)
set datafile separator whitespace
set datafile nocolumnheaders
set print $bands
do for [i = 1:cells_shown] { print sprintf('%g %d %g', cell_low[i], i, cell_high[i]) }
unset print
set print $marks
do for [m = 1:marks] {
    r = run_index(mark_run[m])
    print sprintf('%g %g %g %g %g %d %d %g %d', mark_ns[m], y_of(m), \
        mark_low[m] == mark_low[m] ? mark_ns[m] : OUTSIDE, known(mark_low[m]), known(mark_high[m]), \
        mark_hollow[m] ? open_mark(run_mark[r]) : run_mark[r], run_color[r], \
        mark_hollow[m] ? mark_ns[m] : OUTSIDE, run_mark[r])
}
unset print
plot $bands using 1:2:1:3:($2 - 0.36):($2 + 0.36) \
        with boxxyerror fillstyle solid 1 noborder linecolor rgb 0xe6e6e6, \
     $marks using 3:2:4:5:7 with xerrorbars pointtype -1 linewidth 1.5 linecolor rgb variable, \
     '' using 8:2:9 with points pointtype variable pointsize (runs > 4 ? 1 : 1.4) linecolor rgb 'white', \
     '' using 1:2:6:7 with points pointtype variable pointsize (runs > 4 ? 1 : 1.4) linewidth 2 \
        linecolor rgb variable
