# The same call with 150 allocations, with the 20 that must be, and with none.
question = 'What do 150 allocations in one call cost, or 20, or none?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 8
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(1, '150: malloc, freed at the end', heap_color, 1)
done = set_bar(2, '150: malloc', heap_color, 1)
done = set_bar(3, '150: pool', storage_color[POOL], 1)
done = set_bar(4, '150: arena', storage_color[ARENA], 1)
done = set_bar(5, '20: malloc', heap_color, 2)
done = set_bar(6, '20: pool', storage_color[POOL], 2)
done = set_bar(7, '20: arena', storage_color[ARENA], 2)
done = set_bar(8, '0: stack', storage_color[STACK], 3)
mechanism(variant) = variant eq 'malloc_150_at_end' ? 1 : variant eq 'malloc_150' ? 2 \
    : variant eq 'pool_150' ? 3 : variant eq 'arena_150' ? 4 : variant eq 'malloc_20' ? 5 \
    : variant eq 'pool_20' ? 6 : variant eq 'arena_20' ? 7 : variant eq 'stack' ? 8 : 0
number(variant) = is_row('process_event') ? mechanism(variant) : 0

# What each of the 130 that are avoided costs: pool, arena, then the allocators by number.
AVOIDED = 130.
array with_150[2 + ALLOCATORS_MOST]
array with_20[2 + ALLOCATORS_MOST]
do for [k = 1:2 + ALLOCATORS_MOST] { with_150[k] = NaN; with_20[k] = NaN }
keep_150(k) = (with_150[k] = column('ns_median'), 0)
keep_20(k) = (with_20[k] = column('ns_median'), 0)
keep_pair(bar, allocator) = bar == 3 ? keep_150(1) : bar == 6 ? keep_20(1) \
    : bar == 4 ? keep_150(2) : bar == 7 ? keep_20(2) : allocator == 0 ? 0 \
    : bar == 2 ? keep_150(2 + int(allocator)) : bar == 5 ? keep_20(2 + int(allocator)) : 0
take(bar, allocator) = take_bar_or_dot(bar, allocator) + keep_pair(bar, allocator)
stats cells using (take(number(strcol('variant')), column('allocator'))) nooutput
floor = bar_value[8] # what is left of the call; without the call there is nothing to see
floor_label = 'without any'

# In words, in as many lines as it takes.
line_px = 24
line_y = box_top + 8
named = 0
say(text, color) = (px = text_width(text, 18), \
    line_y = line_px + px > WIDTH - 20 ? line_y + 25 : line_y, \
    line_px = line_px + px > WIDTH - 20 ? 24 : line_px, \
    said_px = line_px, line_px = line_px + px + 14, said_color = color, 0)
about = 'ns per avoided allocation:'
do for [k = 1:2 + allocators] {
    each_ns = (with_150[k] - with_20[k]) / AVOIDED
    if (each_ns == each_ns) {
        if (named == 0) {
            done = say(about, TEXT)
            set label 5000 about at screen X(said_px), screen Y(line_y) textcolor rgb TEXT \
                font ',18'
        }
        named = named + 1
        name = (k == 1 ? 'pool' : k == 2 ? 'arena' : allocator_label[k - 2]).' '.short(each_ns)
        color = k == 1 ? storage_color[POOL] : k == 2 ? storage_color[ARENA] \
            : allocator_color[k - 2]
        done = say(name, color)
        set label 5000 + named name at screen X(said_px), screen Y(line_y) \
            textcolor rgb darker(color) font ',18'
    }
}
if (named > 0) { box_top = line_y + 20 }
with_allocs = 0
load shapes.'bars.gp'
