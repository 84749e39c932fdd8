# The runs of a comparison: their names, colours and marks, and the key above the plot. In:
#     rows_file   the table of the figure (harness/plot/compare_tables.h)
#     run_marks   1: a run has its mark in the key; 0: only its letter, as the axis has it
# Out: scenario, runs, needed (the largest), run_label, run_color, run_mark, run_index, run_letter, key_bottom

RUNS_MOST = 40
array run_label[RUNS_MOST]
runs = 0
needed = 0
keep_run(n) = n < 1 || n > RUNS_MOST ? 0 : (runs = n, \
    run_label[n] = strcol('label'), needed = column('needed') > needed ? column('needed') : needed, 0)
set table $nowhere
plot 'runs.tsv' using (keep_run(int(column('number')))) with table
unset table
scenario = ''
keep_scenario(cell) = cell == 0 ? (scenario = strcol('label'), 0) : 0
stats rows_file using (keep_scenario(column('cell'))) nooutput

# The base is dark; the others have the palette's colours, in the order of the arguments.
array run_color[10] = [0x222222, 0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xe69f00, \
                       0x882255, 0x999933, 0x332288]
array run_mark[10] = [7, 5, 9, 11, 13, 15, 7, 5, 9, 11]
run_index(r) = r == 1 ? 1 : 2 + (int(r) - 2) % 9
run_letter(r) = word(run_label[r], 1)

key_px = 33
key_y = top + 12
do for [r = 1:runs] {
    px = text_width(run_label[r], 18) + 40
    if (r > 1 && key_px + px > WIDTH - 20) { key_px = 33; key_y = key_y + 26 }
    if (run_marks) { set label 700 + r '' at screen X(key_px), screen Y(key_y) point pointtype run_mark[run_index(r)] \
        pointsize 1.4 linecolor rgb run_color[run_index(r)] }
    set label 750 + r run_label[r] at screen X(key_px + (run_marks ? 13 : -9)), screen Y(key_y) \
        textcolor rgb (run_marks ? darker(run_color[run_index(r)]) : TEXT) font ',18'
    key_px = key_px + px
}
key_bottom = key_y + 14
