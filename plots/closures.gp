# Each way to make a closure, call it once and let it go; beside it the trampoline by its place.
question = 'What does a closure cost: made, called once, released?'
call ARG1 ARG1 ARG2 ARG3

BARS_MOST = 13
load shapes.'bars_begin.gp'
done = set_bar(1, 'nested, called directly', storage_color[INLINE], 1)
done = set_bar(2, 'function and one word', storage_color[INLINE], 1)
done = set_bar(3, 'function and pointer', storage_color[STACK], 1)
done = set_bar(4, 'record on the stack', storage_color[STACK], 1)
done = set_bar(5, 'block on the stack', storage_color[STACK], 1)
done = set_bar(6, 'block without capture', storage_color[STATIC], 1)
done = set_bar(7, 'record in an arena', storage_color[ARENA], 1)
done = set_bar(8, 'record in a pool', storage_color[POOL], 1)
heap_color = baseline > 0 ? allocator_color[baseline] : TEXT
done = set_bar(9, 'record, malloc', heap_color, 2)
done = set_bar(10, 'record and variable, malloc', heap_color, 2)
done = set_bar(11, 'block copied to the heap', heap_color, 2)
done = set_bar(12, 'block with __block variable', heap_color, 2)
done = set_bar(13, 'nested, by trampoline', storage_color[STACK], 3)
mechanism(variant) = variant eq 'nested_direct_calls1' ? 1 : variant eq 'fat_word_calls1' ? 2 \
    : variant eq 'fat_pointer_calls1' ? 3 : variant eq 'env_stack_calls1' ? 4 \
    : variant eq 'block_stack_calls1' ? 5 : variant eq 'block_global_calls1' ? 6 \
    : variant eq 'env_arena_calls1' ? 7 : variant eq 'env_pool_calls1' ? 8 \
    : variant eq 'env_heap_calls1' ? 9 : variant eq 'env_heap_byref_calls1' ? 10 \
    : variant eq 'block_copy_calls1' ? 11 : variant eq 'block_var_calls1' ? 12 \
    : variant eq 'trampoline_calls1' ? 13 : 0
# One captured word; the block without capture has no size.
number(variant) = !is_row('closures') || !(is_at(8) || variant eq 'block_global_calls1') ? 0 \
    : mechanism(variant)
stats cells using (take_bar_or_dot(number(strcol('variant')), column('allocator')) \
    + keep_floor('closures')) nooutput
floor = floor_ns(0)
floor_label = 'no closure'

# The strip: a call through a trampoline that is there already.
LINES_MOST = 1
load shapes.'lines_begin.gp'
done = set_line(1, '', storage_color[STACK], storage_mark[STACK], 1)
stats cells using (take_point(is_row('trampoline') && strcol('variant') eq 'reused', \
    column('value'))) nooutput

with_allocs = 0
set multiplot
if (points > 0) { box_right = 800 }
load shapes.'bars.gp'
if (points > 0) {
    unset label; unset arrow
    box_left = 830; box_right = WIDTH
    panel_title = 'Calling a trampoline again'
    floor = NaN; floor_label = ''
    x_span = 0
    do for [i = 1:points] { x_span = point_x[i] > x_span ? point_x[i] : x_span }
    x_title = 'by its stack offset, bytes'
    x_text(v) = sprintf('%g', v)
    x_step = x_span > 64 ? 64 : 16
    joined = 0
    x_log = 0
    load shapes.'lines.gp'
}
unset multiplot
