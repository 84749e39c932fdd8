# Patterns by allocators: how the time under each compares to the baseline's. In:
#     first_group, last_group    which rows of those below

# The rows: one cell that stands for a pattern, at a value that every run measures where there is
# one; -1: no parameter. A scenario that is not listed has a row of its own, behind all others: its
# first cell that calls the allocator.
ROWS_MOST = 60
UNLISTED = 7
array row_group[ROWS_MOST]
array row_label[ROWS_MOST]
array row_scenario[ROWS_MOST]
array row_variant[ROWS_MOST]
array row_value[ROWS_MOST]
array row_threads[ROWS_MOST]
rows = 0
group = 0
row_on(threads, label, scenario, variant, value) = rows == ROWS_MOST ? 0 : (rows = rows + 1, \
    row_group[rows] = group, row_label[rows] = label, row_scenario[rows] = scenario, \
    row_variant[rows] = variant, row_value[rows] = value, row_threads[rows] = threads, rows)
row(label, scenario, variant, value) = row_on(1, label, scenario, variant, value)
group = 1 # one object
done = row('pointer to 64 B', 'return_pointer', 'malloc', 64)
done = row('pointer to 1 KiB', 'return_pointer', 'malloc', 1024)
done = row('64 B, 1024 of them live', 'return_pointer', 'malloc_depth1024', 64)
done = row('new zeroed value of 64 B', 'new_value', 'calloc', 64)
done = row('slice of 64 B', 'slice_make', 'malloc_first', 64)
done = row('closure', 'closures', 'env_heap_calls1', 8)
done = row('error object', 'error_return', 'heap_error', 100)
done = row('channel, used once', 'channel', 'ring_heap_create', 1)
group = 2 # boxes, copies and text
done = row('boxed integer, half small', 'box_int', 'go_convt64', 50)
done = row('boxed struct of 64 B', 'box_any', 'struct_malloc', 64)
done = row('3 boxes as arguments', 'variadic', 'any_malloc', 3)
done = row('copy of a 64 B struct', 'pass_struct', 'ptr_malloc_copy', 64)
done = row('copy of a 1 KiB struct', 'pass_struct', 'ptr_malloc_copy', 1024)
done = row('itoa into an exact block', 'format_int', 'concat_malloc_random', -1)
done = row('asprintf', 'format_int', 'asprintf_random', -1)
done = row('boxes formatted to text', 'format_int', 'fmt_any_heap_result_random', -1)
done = row('4 strings joined', 'string_concat', 'stpcpy_malloc_pieces4', 32)
group = 3 # many objects
done = row('1000 elements appended', 'slice_append', 'x2', 1000)
done = row('map of 1024 entries', 'map_life', 'chained_malloc', 1024)
done = row('event of 150 allocations', 'process_event', 'malloc_150', -1)
group = 4 # many blocks
done = row('one of 64 blocks, random', 'live_set', 'malloc_random', 64)
done = row('one of 32 Ki blocks, random', 'live_set', 'malloc_random', 32768)
done = row('churn, all sizes alike', 'churn', 'uniform', -1)
done = row('churn, most are small', 'churn', 'power', -1)
done = row("a program's allocations", 'replay', 'builtin', -1)
done = row('walk along reused nodes', 'locality', 'malloc_reused', 65536)
group = 5 # sizes and zeroes
done = row('block of 1033 B', 'size_sweep', 'malloc_first', 1033)
done = row('block of 1 MiB', 'size_sweep', 'malloc_first', 1048576)
done = row('64 B, aligned to 64', 'aligned', 'posix_memalign_size64', 64)
done = row('64 KiB grown to 128', 'realloc_growth', 'grow_x2', 65536)
done = row('64 KiB grown and shrunk', 'realloc_growth', 'ping_pong', 65536)
done = row('1 MiB of zeroes', 'zeroed', 'calloc_two', 1048576)
done = row('16 pages, touched', 'first_touch', 'malloc', 16)
done = row('64 B, freed with the size', 'sized_free', 'sized_batch', 64)
done = row('64 B after 256 KiB of work', 'cold_path', 'malloc', 262144)
group = 6 # threads
done = row_on(2, '2 threads, 64 blocks each', 'thread_scaling', 'live_64', 64)
done = row_on(2, 'freed by another thread', 'cross_thread_free', 'heap_one_to_one', 64)
done = row_on(2, 'handed to a thread, singly', 'hand_off', 'heap_child', -1)
done = row_on(2, 'neighbours of two threads', 'false_sharing', 'handed', -1)
done = row('short thread, 100 blocks', 'thread_lifecycle', 'heap', 100)
listed = rows
group = UNLISTED

# Scenarios of which no row is shown: what they have on the heap is as in one of the above, or it is
# not its time that they are about.
ALIKE = ' return_struct may_retain map_find sync_pool '
NO_TIME = ' latency footprint fragmentation stack_limits '
is_alike(scenario) = strstrt(ALIKE.NO_TIME, ' '.scenario.' ') > 0

time_text(ns) = ns < 9995 ? short(ns).' ns' : ns < 9995e3 ? short(ns / 1e3).' µs' : short(ns / 1e6).' ms'
value_of(v) = has(v) ? v : -1
row_of(scenario, variant, value, threads) = sum [k = 1:rows] (row_scenario[k] eq scenario \
    && row_variant[k] eq variant && row_value[k] == value && row_threads[k] == threads ? k : 0)
is_listed(scenario) = sum [k = 1:rows] (row_scenario[k] eq scenario)
row_for(scenario, variant, value, threads) = is_alike(scenario) ? 0 \
    : is_listed(scenario) ? row_of(scenario, variant, value, threads) \
    : row_on(threads, scenario.': '.variant, scenario, variant, value)

# The cells, by row and allocator.
CELLS = ROWS_MOST * ALLOCATORS_MOST
array cell_ns[CELLS]
array cell_ratio[CELLS]
array cell_verdict[CELLS]
array row_used[ROWS_MOST]
do for [i = 1:CELLS] { cell_ns[i] = NaN; cell_ratio[i] = NaN; cell_verdict[i] = '' }
do for [i = 1:ROWS_MOST] { row_used[i] = 0 }
found = 0
keep(row, i) = row < 1 || row_group[row] < first_group || row_group[row] > last_group ? 0 : (found = found + 1, row_used[row] = 1, \
    cell_ns[i] = column('ns_median'), cell_ratio[i] = column('ratio'), \
    cell_verdict[i] = strcol('verdict'), 0)
place(row) = keep(row, (row - 1) * ALLOCATORS_MOST + int(column('allocator')))
stats cells using (column('allocator') == 0 ? 0 : place(row_for(strcol('scenario'), \
    strcol('variant'), value_of(column('value')), column('threads')))) nooutput
if (found == 0 || allocators < 2) { exit status NOTHING } # with one, nothing is compared

shown = 0. # rows, and the gaps between groups
group = 0
label_px = 0
array row_y[ROWS_MOST]
do for [i = 1:rows] {
    if (row_used[i]) {
        shown = shown + (shown > 0 && row_group[i] != group ? 1.4 : 1)
        group = row_group[i]
        row_y[i] = shown
        px = text_width(row_label[i], 18)
        label_px = px > label_px ? px : label_px
    }
}

# ---- The page ----
left_px = 36 + label_px
right_px = WIDTH - 20
column_px = (right_px - left_px) / allocators
if (column_px > 240) { column_px = 240; right_px = left_px + column_px * allocators }
top_px = box_top + 46; bottom_px = 594
if (bottom_px - top_px > 34 * shown) { bottom_px = top_px + 34 * shown }
set lmargin at screen X(left_px)
set rmargin at screen X(right_px)
set tmargin at screen Y(top_px)
set bmargin at screen Y(bottom_px)
set xrange [0.5 : allocators + 0.5]
set yrange [shown + 0.5 : 0.5]
unset xtics
unset ytics
unset grid

# Blue is faster, orange slower, by the logarithm up to 4 times; the middle is white.
SPAN = 2.
clip(t) = t > 1 ? 1 : t < -1 ? -1 : t
mix(from, to, t) = int(from + (to - from) * t)
blend(c, t) = mix(255, int(c) >> 16, t) << 16 | mix(255, int(c) >> 8 & 255, t) << 8 \
    | mix(255, int(c) & 255, t)
tone(t) = t < 0 ? blend(0x1f5fa8, -t) : blend(0xc65a00, t)
color_of(ratio) = tone(clip(log(ratio) / log(2) / SPAN))
ink_of(ratio) = abs(clip(log(ratio) / log(2) / SPAN)) > 0.8 ? 0xffffff : TEXT

# Names of allocators, smaller or in two lines where a column is too narrow.
fitting(s) = (column_px - 6) / text_width(s, 1)
cut_at(s) = strstrt(s, '_') > 1 && strstrt(s, '_') < strlen(s) ? strstrt(s, '_') \
    : (strlen(s) + 1) / 2
longer(s, t) = strlen(s) > strlen(t) ? s : t
do for [i = 1:allocators] {
    name = allocator_label[i]
    name_size = fitting(name)
    name_y = top_px - 24
    if (name_size < 15 && strlen(name) > 1) {
        cut = cut_at(name)
        name_size = fitting(longer(name[1:cut], name[cut + 1:*]))
        name = name[1:cut]."\n".name[cut + 1:*]
        name_y = top_px - 34
    }
    name_size = name_size > 18 ? 18 : name_size
    set label 940 + i name at first i, screen Y(name_y) center \
        textcolor rgb darker(allocator_color[i]) font sprintf(',%d', name_size)
}

size = bottom_px - top_px < 22 * shown ? 16 : 18
short_ratio(v) = v >= 9.95 ? sprintf('%.0f', v) : v >= 0.095 ? sprintf('%.2f', v) \
    : sprintf('%.3f', v)
array text[CELLS]
OUTSIDE = 1e30
set print $map
do for [r = 1:rows] {
    do for [a = 1:allocators] {
        i = (r - 1) * ALLOCATORS_MOST + a
        if (row_used[r] && cell_ns[i] == cell_ns[i]) {
            verdict = cell_verdict[i]
            is_open = verdict eq 'unresolved'
            told = verdict eq 'faster' || verdict eq 'slower'
            ratio = cell_ratio[i] == cell_ratio[i] ? cell_ratio[i] : 1
            text[i] = a == baseline ? time_text(cell_ns[i]) \
                : verdict eq '' ? '' : short_ratio(ratio).(is_open ? ' ?' : told ? '' : ' =')
            print sprintf('%d %g %d %d %g %d', a, row_y[r], told ? color_of(ratio) : 0xffffff, \
                told ? ink_of(ratio) : a == baseline ? TEXT : QUIET, is_open ? a : OUTSIDE, i)
        }
    }
}
unset print
do for [r = 1:rows] {
    if (row_used[r]) {
        set label 2000 + r row_label[r] at screen X(left_px - 12), first row_y[r] right \
            textcolor rgb TEXT font sprintf(',%d', size)
    }
}

# ---- What the colours mean ----
array step[7] = [0.25, 0.35355, 0.70711, 1, 1.41421, 2.82843, 4]
do for [k = 1:7] {
    set object 10 + k rectangle from screen X(470 + 56 * k), screen Y(bottom_px + 14) \
        to screen X(526 + 56 * k), screen Y(bottom_px + 36) fillstyle solid 1 noborder \
        fillcolor rgb color_of(step[k])
}
set label 920 'faster than '.baseline_label at screen X(516), screen Y(bottom_px + 25) right \
    textcolor rgb TEXT font ',18'
set label 921 'slower' at screen X(928), screen Y(bottom_px + 25) left textcolor rgb TEXT font ',18'
set label 922 '¼' at screen X(554), screen Y(bottom_px + 25) center textcolor rgb 'white' font ',18'
set label 923 '1' at screen X(722), screen Y(bottom_px + 25) center textcolor rgb TEXT font ',18'
set label 924 '4' at screen X(890), screen Y(bottom_px + 25) center textcolor rgb 'white' font ',18'
set label 911 'Time as a multiple of '.baseline_label."'s, lower is better.  =: the same.  ?, hatched: " \
    .'not told apart in this run'.(noise_floor == noise_floor \
    ? sprintf(' (noise floor %.1f %%)', 100 * noise_floor) : '').'.' \
    at screen X(24), screen Y(656) font ',18' textcolor rgb QUIET

set datafile separator whitespace
set datafile nocolumnheaders
plot $map using 1:2:($1 - 0.5):($1 + 0.5):($2 - 0.5):($2 + 0.5):3 \
        with boxxyerror fillstyle solid 1 border rgb GRID linecolor rgb variable, \
     '' using 5:2:($5 - 0.5):($5 + 0.5):($2 - 0.5):($2 + 0.5) \
        with boxxyerror fillstyle transparent pattern 4 border rgb GRID linecolor rgb 0xd4d4d4, \
     '' using 1:2:(text[int($6)]):4 with labels center textcolor rgb variable \
        font sprintf(',%d', size)
