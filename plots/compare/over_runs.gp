# One scenario over the runs in the order of the arguments: the cell that changed most under each
# allocator, and one of each other storage, a line each. The tables are those of harness/plot/compare_tables.h.
figure = ARG2[1:strlen(ARG2) - 4]
rows_file = 'cells-'.figure.'.tsv'
question = ' '
call ARG1 ARG1 ARG2 ARG3

CELLS_SHOWN = 18
LINES_MOST = CELLS_SHOWN
load shapes.'lines_begin.gp'
run_marks = 0
load shapes.'runs_begin.gp'
set label 901 'How does '.scenario.' differ from run to run?'

# An allocator has its colour; the second cell under it is dashed.
storage_of(s) = s eq 'stack' ? STACK : s eq 'arena' ? ARENA : s eq 'pool' ? POOL \
    : s eq 'inline' ? INLINE : s eq 'static' ? STATIC : OTHER
array color_count[100]
do for [i = 1:100] { color_count[i] = 0 }
is_heap(a, s) = a > 0 && a <= 80 && s eq 'heap'
series(a, s) = is_heap(a, s) ? int(a) : 80 + storage_of(s)
line_dashes(k) = (color_count[k] = color_count[k] + 1, color_count[k] == 1 ? 1 : color_count[k])
new_line(l, a, s) = line_count[l] > 0 ? 0 : set_line(l, strcol('label'), \
    is_heap(a, s) ? allocator_color[int(a)] : storage_color[storage_of(s)], \
    is_heap(a, s) ? allocator_mark[int(a)] : storage_mark[storage_of(s)], line_dashes(series(a, s)))
keep_cell(l, a) = l < 1 || l > CELLS_SHOWN ? 0 \
    : new_line(l, a, strcol('storage')) + take_point(l, column('run'))
stats rows_file using (keep_cell(int(column('cell')), column('allocator'))) nooutput

foot(x) = (with_interval > 0 ? 'Whiskers: 95 % interval of the median over processes.' \
    : 'Too few processes for intervals.').'  Hollow: not told apart from A.'
floor = NaN
floor_label = ''
x_title = 'run'
x_text(v) = run_letter(v)
x_log = 0
box_top = key_bottom
load shapes.'lines.gp'
