# A thread from its creation to its end, by how many objects it works on and where they come from.
question = 'What does a short-lived thread pay for its allocator?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 12
load shapes.'bars_begin.gp'
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
array count[4] = [1, 10, 100, 1000]
bar_of(c, part) = 3 * (c - 1) + part
do for [c = 1:4] {
    objects = count[c] == 1 ? '1 object' : sprintf('%d objects', count[c])
    done = set_bar(bar_of(c, 1), objects.': static', storage_color[STATIC], c)
    done = set_bar(bar_of(c, 2), objects.': malloc and free', heap_color, c)
    done = set_bar(bar_of(c, 3), objects.': malloc, freed by its creator', heap_color, c)
}
part_of(variant) = variant eq 'static' ? 1 : variant eq 'heap' ? 2 : variant eq 'heap_left' ? 3 : 0
number(variant) = part_of(variant) == 0 ? 0 \
    : sum [c = 1:4] (is_at(count[c]) ? bar_of(c, part_of(variant)) : 0)
floor = NaN
keep_thread(variant) = variant eq 'create' ? (floor = column('ns_median'), 0) : 0
stats cells using (is_row('thread_lifecycle') ? take_bar_or_dot(number(strcol('variant')), \
    column('allocator')) + keep_thread(strcol('variant')) : 0) nooutput
floor_label = 'a thread without an object'
with_allocs = 0
load shapes.'bars.gp'
