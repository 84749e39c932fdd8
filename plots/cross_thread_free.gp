# An object that one thread allocates and another one frees, by who hands to whom and how many at a
# time: the ring alone, objects that are there already, and the heap.
question = 'What does it cost when one thread allocates and another one frees?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 15
load shapes.'bars_begin.gp'
array form_name[6] = ['one to one, singly', 'one to one, by 64', 'one to one, by 1024', \
    'three to one, by 64', 'one to three, by 64', 'two in a circle, by 64']
array form_variant[6] = ['one_to_one', 'one_to_one', 'one_to_one', 'many_to_one', 'one_to_many', \
    'circle']
array form_batch[6] = [1, 64, 1024, 64, 64, 64]
# Three bars for a thread to another one: the ring, static objects, the heap; two for the others.
bar_of(f, part) = f <= 3 ? 3 * (f - 1) + part : part == 1 ? 0 : 9 + 2 * (f - 4) + part - 1
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
do for [f = 1:6] {
    if (f <= 3) {
        done = set_bar(bar_of(f, 1), form_name[f].': the ring alone', storage_color[INLINE], f)
    }
    done = set_bar(bar_of(f, 2), form_name[f].': static objects', storage_color[STATIC], f)
    done = set_bar(bar_of(f, 3), form_name[f].': malloc, free', heap_color, f)
}
part_of(variant, form) = variant eq 'ring_'.form ? 1 : variant eq 'static_'.form ? 2 \
    : variant eq 'heap_'.form ? 3 : 0
is_form(f) = is_at(form_batch[f]) && part_of(strcol('variant'), form_variant[f]) > 0 \
    && (form_variant[f] ne 'circle' || column('threads') == 2)
number(x) = sum [f = 1:6] (is_form(f) ? bar_of(f, part_of(strcol('variant'), form_variant[f])) : 0)
stats cells using (strcol('scenario') eq 'cross_thread_free' \
    ? take_bar_or_dot(number(0), column('allocator')) : 0) nooutput
floor = NaN
floor_label = ''
with_allocs = 0
load shapes.'bars.gp'
