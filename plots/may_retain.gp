# What each compiler makes of an object whose field's address goes to a callee: kept or removed.
question = 'What does it cost that a callee may keep an address?'
call ARG1 ARG1 ARG2 ARG3

ROWS = 11
array row_label[ROWS] = ['by value', 'inlined callee', 'static callee, not inlined', \
    'other unit with LTO', 'other unit', 'opaque callee', 'function pointer', \
    'callee that keeps it', 'inlined, malloc checked', 'on the stack, other unit', \
    'in a pool, other unit']
OTHER_STORAGE = 10 # the first row that is not of the heap
SEEN = 3           # the row where a removed object leaves its field's value as the argument
row_of(mechanism) = mechanism eq 'heap_by_value' ? 1 : mechanism eq 'heap_inlined' ? 2 \
    : mechanism eq 'heap_static_noinline' ? SEEN : mechanism eq 'heap_other_unit_lto' ? 4 \
    : mechanism eq 'heap_other_unit' ? 5 : mechanism eq 'heap_opaque' ? 6 \
    : mechanism eq 'heap_pointer' ? 7 : mechanism eq 'heap_retaining' ? 8 \
    : mechanism eq 'heap_checked_inlined' ? 9 : mechanism eq 'stack_other_unit' ? OTHER_STORAGE \
    : mechanism eq 'pool_other_unit' ? 11 : 0

# A variant ends with its compiler.
array compiler[2] = ['gcc', 'clang']
ends_with(s, t) = strlen(s) > strlen(t) && s[strlen(s) - strlen(t) + 1:*] eq t
made_by(variant) = ends_with(variant, '_gcc') ? 1 : ends_with(variant, '_clang') ? 2 : 0
mechanism(variant, c) = variant[1:strlen(variant) - strlen(compiler[c]) - 1]

# ---- The cells: under the baseline, and the range of the other allocators ----
CELLS = 2 * ROWS
array cell_ns[CELLS]
array cell_low[CELLS]
array cell_high[CELLS]
array cell_allocs[CELLS]
array cell_note[CELLS]
array others_low[CELLS]
array others_high[CELLS]
do for [i = 1:CELLS] {
    cell_ns[i] = NaN; cell_low[i] = NaN; cell_high[i] = NaN; cell_allocs[i] = NaN
    cell_note[i] = ''; others_low[i] = NaN; others_high[i] = NaN
}
found = 0
keep(i) = (found = found + 1, cell_ns[i] = column('ns_median'), cell_low[i] = column('ns_low'), \
    cell_high[i] = column('ns_high'), cell_allocs[i] = column('allocs_per_op'), \
    cell_note[i] = strcol('status') eq 'noisy' ? ' (noisy)' : '', 0)
widen(i, ns) = (others_low[i] = others_low[i] <= ns ? others_low[i] : ns, \
    others_high[i] = others_high[i] >= ns ? others_high[i] : ns, 0)
take(row, c) = row < 1 ? 0 : column('allocator') == 0 || column('allocator') == baseline \
    ? keep(row + ROWS * (c - 1)) : widen(row + ROWS * (c - 1), column('ns_median'))
take_variant(variant, c) = c < 1 ? 0 : take(row_of(mechanism(variant, c)), c)
stats cells using ((is_row('may_retain') && is_at(64) \
    ? take_variant(strcol('variant'), made_by(strcol('variant'))) : 0) \
    + keep_floor('may_retain')) nooutput
if (found == 0) { exit status NOTHING }

# ---- The page ----
array row_y[ROWS]
shown = 0.
label_px = 0
do for [r = 1:ROWS] {
    row_y[r] = NaN
    if (cell_ns[r] == cell_ns[r] || cell_ns[ROWS + r] == cell_ns[ROWS + r]) {
        shown = shown + (r >= OTHER_STORAGE && shown == int(shown) && shown > 0 ? 1.35 : 1)
        row_y[r] = shown
        px = text_width(row_label[r], 20)
        label_px = px > label_px ? px : label_px
    }
}
array column_of[2]
columns = 0
do for [c = 1:2] {
    column_of[c] = 0
    do for [r = 1:ROWS] {
        if (cell_ns[r + ROWS * (c - 1)] == cell_ns[r + ROWS * (c - 1)] && column_of[c] == 0) {
            columns = columns + 1
            column_of[c] = columns
        }
    }
}
left_px = 36 + label_px
right_px = WIDTH - 20
column_px = (right_px - left_px) / columns
if (column_px > 430) { column_px = 430; right_px = left_px + column_px * columns }
top_px = box_top + 34; bottom_px = 612
if (bottom_px - top_px > 44 * shown) { bottom_px = top_px + 44 * shown }
set lmargin at screen X(left_px)
set rmargin at screen X(right_px)
set tmargin at screen Y(top_px)
set bmargin at screen Y(bottom_px)
set xrange [0.5 : columns + 0.5]
set yrange [shown + 0.5 : 0.5]
unset xtics
unset ytics
unset grid

# The longer, the darker, by the logarithm from the fastest cell to the slowest.
least = NaN; greatest = NaN
do for [i = 1:CELLS] {
    if (cell_ns[i] == cell_ns[i]) {
        least = least <= cell_ns[i] ? least : cell_ns[i]
        greatest = greatest >= cell_ns[i] ? greatest : cell_ns[i]
    }
}
share(ns) = greatest > least ? log(ns / least) / log(greatest / least) : 0
mix(to, t) = int(255 + (to - 255) * t)
color_of(ns) = mix(0xd5, 0.7 * share(ns)) << 16 | mix(0x5e, 0.7 * share(ns)) << 8 \
    | mix(0x00, 0.7 * share(ns))

# ---- Texts: what became of the object, ns, their interval, the range of the other allocators ----
verdict(r, i) = r >= OTHER_STORAGE ? 'no malloc' : cell_allocs[i] != cell_allocs[i] ? '' \
    : cell_allocs[i] > 0 ? sprintf('kept, %g malloc', cell_allocs[i]) \
    : r == SEEN ? 'made a value' : 'removed'
span(low, high) = low != low ? '' : short(low) eq short(high) ? '= '.short(low) \
    : short(low).'–'.short(high)
remark(i) = cell_note[i] eq '' ? span(cell_low[i], cell_high[i]) : cell_note[i]
VERDICT_PX = 12; NS_PX = 226; INTERVAL_PX = 238; OTHERS_PX = 334 # from the cell's left
any_others = 0
set print $map
do for [c = 1:2] {
    if (column_of[c] > 0) {
        cell_px = left_px + column_px * (column_of[c] - 1)
        with_others = 0
        do for [r = 1:ROWS] {
            i = r + ROWS * (c - 1)
            if (cell_ns[i] == cell_ns[i]) {
                print sprintf('%d %g %d', column_of[c], row_y[r], color_of(cell_ns[i]))
                set label 1000 + i verdict(r, i) at screen X(cell_px + VERDICT_PX), \
                    first row_y[r] left textcolor rgb TEXT font ',18' front
                set label 1100 + i short(cell_ns[i]) at screen X(cell_px + NS_PX), \
                    first row_y[r] right textcolor rgb TEXT font bold.',20' front
                set label 1200 + i remark(i) at screen X(cell_px + INTERVAL_PX), \
                    first row_y[r] left textcolor rgb TEXT font ',16' front
                set label 1300 + i span(others_low[i], others_high[i]) \
                    at screen X(cell_px + OTHERS_PX), first row_y[r] left textcolor rgb TEXT \
                    font ',16' front
                with_others = with_others + (others_low[i] == others_low[i])
                with_interval = with_interval + (cell_low[i] == cell_low[i])
            }
        }
        set label 940 + c compiler[c] at screen X(cell_px + VERDICT_PX), screen Y(top_px - 18) \
            textcolor rgb TEXT font bold.',20'
        set label 942 + c 'ns' at screen X(cell_px + NS_PX), screen Y(top_px - 18) right \
            textcolor rgb QUIET font ',18'
        head = with_others > 0 ? 'others' : ''
        set label 944 + c head at screen X(cell_px + OTHERS_PX), \
            screen Y(top_px - 18) textcolor rgb QUIET font ',18'
        any_others = any_others + with_others
    }
}
unset print
do for [r = 1:ROWS] {
    if (row_y[r] == row_y[r]) {
        set label 2000 + r row_label[r] at screen X(left_px - 12), first row_y[r] right \
            textcolor rgb TEXT
    }
}
ns_of(v) = short(v).' ns'
set label 910 'Heap object of 64 bytes; ns per operation, lower is better' \
    .(floor_ns(0) == floor_ns(0) ? '; without object and call '.ns_of(floor_ns(0)) : '').'.' \
    at screen X(24), screen Y(632) font ',18' textcolor rgb QUIET
set label 911 (with_interval > 0 ? 'Behind the median its 95 % interval over processes' \
    : 'Too few processes for intervals').(any_others > 0 ? '; malloc is ' \
    .baseline_label."'s; others: from the fastest to the slowest allocator." : '.') \
    at screen X(24), screen Y(656) font ',18' textcolor rgb QUIET

set datafile separator whitespace
set datafile nocolumnheaders
plot $map using 1:2:($1 - 0.5):($1 + 0.5):($2 - 0.5):($2 + 0.5):3 \
    with boxxyerror fillstyle solid 1 border rgb GRID linecolor rgb variable
