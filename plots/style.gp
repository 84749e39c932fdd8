# What every figure has in common. A figure is a script that says its question, chooses rows of the
# run and gives them to a shape (shapes/*.gp). It is started in a directory that holds the tables
# cells.tsv, allocators.tsv and caption.tsv (harness/plot/tables.h says what is in them), with
#     ARG1  this file          ARG2  the file to write, *.svg or *.png
#     ARG3  the run's noise floor, relative: 0.02 is 2 %; NaN: unknown
# and begins with `call ARG1 ARG1 ARG2 ARG3`. It ends with exit code 77 when the run has nothing for it.
# The file `order` has the names of all figures, a line each, in the order in which they are shown.
#
# Names from the run are only ever values of strings: no string becomes a command, a file name or
# a format here, and no text is enhanced.

set encoding utf8
set datafile separator tab
set datafile commentschars ""
set datafile columnheaders
set datafile missing NaN

cells = 'cells.tsv'
shapes = ARG1[1:strlen(ARG1) - strlen('style.gp')].'shapes/'
noise_floor = ARG3 eq 'NaN' ? NaN : ARG3 + 0
NOTHING = 77

# ---- The page: 1200 x 675 pixels, in both formats; sizes of text are pixels ----

WIDTH = 1200.; HEIGHT = 675.
X(px) = px / WIDTH
Y(px) = 1 - px / HEIGHT # from the top
is_png = ARG2[strlen(ARG2) - 3:*] eq '.png'
bold = is_png ? 'sans:Bold' : 'sans-serif' # the svg terminal has no bold but in enhanced text
if (is_png) {
    # In points of 1/72 inch at 96 dots an inch: 3/4 makes them pixels.
    set terminal pngcairo size 1200,675 noenhanced font 'sans,20' fontscale 0.75 \
        background rgb 'white' linewidth 1
} else {
    set terminal svg size 1200,675 noenhanced font 'sans-serif,20' background rgb 'white' \
        linewidth 1
}
set output ARG2

# How wide a text is, in pixels, as DejaVu Sans has it: narrow, wide and all other characters.
letter_width(c) = strstrt("ijl.,:;'|!()[] ", c) > 0 ? 0.36 : strstrt('mwMWQ@%&#+=<>~', c) > 0 ? 0.99 \
    : strstrt(ASCII, c) > 0 ? 0.62 : 1
ASCII = 'abcdefghknopqrstuvxyzABCDEFGHIJKLNOPRSTUVXYZ0123456789_-/\{}$^*?`"–µ'
text_width(s, size) = size * (sum [i = 1:strlen(s)] letter_width(s[i:i]))

# ---- Colours and marks: one for each storage and allocator, in every figure ----

# Okabe and Ito's palette, and Paul Tol's for what it has no colour for: told apart with every kind
# of colour vision, and by the marks without any.
STACK = 1; ARENA = 2; POOL = 3; POOL_CALL = 4; INLINE = 5; STATIC = 6; OTHER = 7
array storage_color[7] = [0x000000, 0x009e73, 0x0072b2, 0x56b4e9, 0x8a8a8a, 0xa8a070, 0x5b7a99]
array storage_mark[7] = [7, 5, 9, 11, 13, 15, 13]

# By slot: glibc, jemalloc, mimalloc, tcmalloc_minimal, tbbmalloc, scudo, then any others.
array slot_color[12] = [0xd55e00, 0xe69f00, 0xcc79a7, 0x882255, 0x999933, 0x332288, \
                        0x661100, 0x44aa99, 0xb5a642, 0x6699cc, 0xaa4466, 0x4d4d4d]
array slot_mark[12] = [7, 5, 9, 11, 13, 15, 1, 2, 3, 5, 7, 9]
slot_index(slot) = slot <= |slot_color| ? int(slot) : 7 + (int(slot) - 7) % (|slot_color| - 6)

# Ways to do something that are neither a storage nor an allocator. Pools that threads share have
# theirs in every figure; a figure without one of these takes the ways in their order.
MAGAZINE = 1; GO_FORM = 2; TREIBER = 3; MUTEX = 4
array way_color[7] = [0x117733, 0xaa4499, 0xb39ddb, 0x5c3a21, 0xc9a66b, 0x2a7f8e, 0x6b6b6b]
array way_mark[7] = [9, 11, 5, 13, 7, 15, 5]

TEXT = 0x222222; QUIET = 0x595959; GRID = 0xdddddd; FLOOR = 0x777777

# An open mark is the filled one less 1: circle, square, triangles, diamond, pentagon.
open_mark(mark) = mark > 4 ? mark - 1 : mark

# The same colour darker, for text: light colours are hard to read in thin strokes.
darker(c) = int(0.72 * (int(c) >> 16)) << 16 | int(0.72 * (int(c) >> 8 & 255)) << 8 \
    | int(0.72 * (int(c) & 255))

# ---- The allocators of the run ----

ALLOCATORS_MOST = 40
array allocator_label[ALLOCATORS_MOST]
array allocator_color[ALLOCATORS_MOST]
array allocator_mark[ALLOCATORS_MOST]
allocators = 0 # how many
baseline = 0   # number of the one that ratios are to; 0: none
keep_allocator(n) = n < 1 || n > ALLOCATORS_MOST ? 0 : ( \
    allocators = n, allocator_label[n] = strcol('label'), \
    allocator_color[n] = slot_color[slot_index(column('slot'))], \
    allocator_mark[n] = slot_mark[slot_index(column('slot'))], \
    baseline = column('baseline') == 1 ? int(n) : baseline, 0)
set table $nowhere
plot 'allocators.tsv' using (keep_allocator(column('number'))) with table
unset table
baseline_label = baseline > 0 ? allocator_label[baseline] : 'the allocator'

# ---- What stands above and below ----

captions = 0
array caption_line[3]
keep_caption(s) = captions < 3 && s ne ' ' ? (captions = captions + 1, caption_line[captions] = s, 0) : 0
set table $nowhere
plot 'caption.tsv' using (keep_caption(strcol('line'))) with table
unset table

top = 84. + 23 * captions # where the plot may begin, in pixels from the top
set label 901 question at screen X(24), screen Y(36) font bold.',30' textcolor rgb TEXT
do for [i = 1:captions] {
    set label 901 + i caption_line[i] at screen X(24), screen Y(52 + 23 * i) font ',18' \
        textcolor rgb QUIET
}

# What the marks mean, at the foot of the page.
# judged: how many rows were compared to the baseline; with_interval: how many have whiskers.
foot_done = 0
longer_told = 0 # whether it is said that a longer run draws lines
judged = 0
with_interval = 0
about_hollow = ' Hollow: not told apart from '.baseline_label.' in this run' \
    .(noise_floor == noise_floor ? sprintf(' (noise floor %.1f %%)', 100 * noise_floor) : '').'.'
foot(x) = (with_interval > 0 ? 'Whiskers: 95 % interval of the median over processes.' \
    : 'Too few processes for intervals.').(judged > 0 ? about_hollow : '')

# ---- Where a shape draws, in pixels from the top left: the whole page, or a panel of it ----

box_left = 0; box_right = WIDTH; box_top = top; box_bottom = 575
panel_title = ''
bar_names = 0 # labels of bars that stand on the page
x_step = 0
joined = 1

# ---- Axes ----

set border 0
set tics nomirror scale 0 textcolor rgb TEXT
set grid xtics ytics back linetype 1 linewidth 1 linecolor rgb GRID
unset key
set format '%g'

# A number with as many digits as tell something.
short(v) = v >= 99.95 ? sprintf('%.0f', v) : v >= 9.995 ? sprintf('%.1f', v) : sprintf('%.2f', v)

# ---- Rows of cells.tsv ----

is_of(scenario) = strcol('scenario') eq scenario # on any number of threads
is_row_on(scenario, threads) = is_of(scenario) && column('threads') == threads
is_row(scenario) = is_row_on(scenario, 1)
is_at(v) = column('value') == v
has(v) = v == v
is_unresolved(x) = (judged = judged + (strcol('verdict') ne ''), \
    with_interval = with_interval + (column('ns_low') == column('ns_low')), \
    strcol('verdict') eq 'unresolved')

# The floor of a scenario: its loop without the subject, else the empty loop. On several threads it
# is the row of the variant that has all of the work but the subject.
own_floor = NaN
empty_floor = NaN
keep_floor_on(scenario, variant, threads) = !is_row_on(scenario, threads) \
    || strcol('variant') ne variant ? 0 : (own_floor = column('ns_median'), 0)
keep_floor(scenario) = keep_floor_on(scenario, 'null', 1) + (!is_row('null') \
    || strcol('variant') ne 'empty' ? 0 : (empty_floor = column('ns_median'), 0))
floor_ns(x) = has(own_floor) ? own_floor : empty_floor

# ---- A logarithmic axis: where the data spans more than a decade ----

is_wide(low, high) = low > 0 && high > 10 * low

# Ticks at 1, 2 and 5 of each decade.
decade(e, m) = (m == 1 ? 1 : m == 2 ? 2 : 5) * 10.**e

# A size in bytes as an axis has it.
bytes_text(v) = v >= 1024 ? sprintf('%gK', v / 1024) : sprintf('%g', v)
